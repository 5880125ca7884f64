"""How feeds fare, as people and scripts are shown it."""

import io
from datetime import UTC, datetime, timedelta

import pytest
from rich.console import Console

from pipeline.cli.feeds_status import _bars, _status, table
from pipeline.intake.cursors import Kept, State
from pipeline.intake.gaps import Transmission, tracked
from pipeline.intake.hours import Hour
from pipeline.sources.folder import FolderFeed

NOW = datetime(2026, 11, 24, 12, 30, tzinfo=UTC)
HOUR = int(NOW.timestamp()) // 3600
FEED = FolderFeed(id="drop", path="/x", silent_after=900)
STATE = State(
    feed="drop",
    items=5_000,
    since=NOW - timedelta(days=9),
    last_item=NOW - timedelta(minutes=2),
    hours=(Hour(began=HOUR - 24, items=7), Hour(began=HOUR - 1, items=90, unreadable=2), Hour(began=HOUR, items=4)),
)


@pytest.mark.parametrize(
    ("state", "runner", "said", "why"),
    [
        (STATE, "desk/1", "ok", None),
        (STATE, None, "stopped", "No process runs it: wire feeds run."),
        (None, None, "new", None),
        (State(feed="drop", since=NOW, failing="It is away."), "desk/1", "failing", "It is away."),
        (
            State(feed="drop", since=NOW - timedelta(hours=1)),
            "desk/1",
            "silent",
            "Nothing has come since 2026-11-24T11:30:00+00:00.",
        ),
    ],
)
def test_how_a_feed_fares(state: State | None, runner: str | None, said: str, why: str | None) -> None:
    status = _status(FEED, Kept({"drop": state} if state else {}), runner, NOW)
    assert (status.state, status.why, status.runner) == (said, why, runner)


def test_what_came_in_the_last_day() -> None:
    status = _status(FEED, Kept({"drop": STATE}), "desk/1", NOW)
    assert (status.items, status.unreadable, status.items_ever, status.quiet) == (94, 2, 5_000, 120.0)
    assert status.per_hour == 4.0  # in 23 hours and a half
    assert status.hours == (*[0] * 22, 90, 4)


def test_the_table_and_the_gaps() -> None:
    numbers = [*range(1, 50, 2), 55]
    seen = [Transmission(NOW + timedelta(seconds=n), "drop", "mpw", number) for n, number in enumerate(numbers)]
    status = _status(FEED, Kept({"drop": STATE}, {"drop": tracked("drop", seen)}), "desk/1", NOW)
    assert status.missing == 29
    *sentences, more = status.sentences()
    assert len(sentences) == 20
    assert sentences[0] == "drop: Number 2 of mpw did not come; noticed 2026-11-24 12:30 UTC."
    assert more == "drop: 5 gaps more; --json has them all."
    shown = io.StringIO()
    Console(file=shown, width=120).print(table([status]))
    for text in ("drop", "94", "2 min ago", "every 15 min", "29", "ok", "4.0", "█"):
        assert text in shown.getvalue()


def test_bars() -> None:
    assert _bars([0, 1, 50, 100, 0]) == " ▁▄█ "
    assert _bars([0, 0]) == "  "
