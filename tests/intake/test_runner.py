"""What a feed's thread does between the source and the broker, as far as that can be seen without a broker."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from threading import Event

import pytest

from pipeline.intake import running
from pipeline.intake.cursors import State
from pipeline.intake.health import Health
from pipeline.intake.metrics import Metrics
from pipeline.intake.records import is_item, letter, record
from pipeline.intake.runner import silent_since
from pipeline.intake.running import Running
from pipeline.settings import Settings
from pipeline.sources.base import EXCERPT, Arrival, Batch, Cursor, Feed, Kind, Unreadable
from pipeline.topics import DEAD_LETTER, MEGABYTE, RAW

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
NOBODY = Settings(kafka="127.0.0.1:1")


class Stops(Feed, frozen=True, kw_only=True, tag="stops"):
    """A source of the test's own, so that it can fail as told."""

    silent_after: float | None = 60.0


class Pauses(Event):
    """Waits for nothing, and keeps what was asked for."""

    def __init__(self, ends_after: int) -> None:
        super().__init__()
        self.asked: list[float] = []
        self._ends_after = ends_after

    def wait(self, timeout: float | None = None) -> bool:
        self.asked.append(timeout or 0.0)
        if len(self.asked) >= self._ends_after:
            self.set()
        return self.is_set()


def broken(monkeypatch: pytest.MonkeyPatch, state: State, stop: Event, *gives_in: int) -> Running:
    """A feed whose rounds break off, and give something before they do in these rounds."""
    rounds = 0

    def poll(_feed: Feed, _cursor: Cursor, _limit: int, _stop: Event) -> Iterator[Batch]:
        nonlocal rounds
        rounds += 1
        if rounds in gives_in:
            yield Batch()
        raise RuntimeError("broken")

    monkeypatch.setattr(running, "kind_of", lambda _: Kind(feed=Stops, check=lambda _: "", poll=poll))
    return Running(Stops(id="s"), NOBODY, state, metrics=Metrics(), health=Health(NOBODY), stop=stop)


def test_a_feed_that_gives_something_before_it_breaks_off_is_not_made_to_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    stop = Pauses(6)
    one = broken(monkeypatch, State(feed="s"), stop, 4)
    one.run()
    assert [round(pause) for pause in stop.asked] == [pytest.approx(2**n, rel=0.3, abs=1) for n in (0, 1, 2, 0, 1, 2)]
    assert one.state.failing == "It failed with RuntimeError('broken')."


def test_what_a_feed_fails_with_is_said_once_in_each_process(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    first = broken(monkeypatch, State(feed="s"), Pauses(3))
    first.run()
    assert [entry.message for entry in caplog.records] == ["s: It failed with RuntimeError('broken')."]
    caplog.clear()
    second = broken(monkeypatch, first.state, Pauses(3))
    second.run()
    assert [entry.message for entry in caplog.records] == ["s: It failed with RuntimeError('broken')."]
    assert second.state == first.state


@pytest.mark.parametrize(
    ("last", "since", "begun", "silent"),
    [
        (None, None, None, None),
        (NOW - timedelta(seconds=59), None, None, None),
        (NOW - timedelta(seconds=61), None, None, NOW - timedelta(seconds=61)),
        (None, NOW - timedelta(hours=1), None, NOW - timedelta(hours=1)),
        (NOW - timedelta(hours=2), NOW - timedelta(days=1), NOW - timedelta(seconds=10), None),
    ],
)
def test_a_feed_is_silent_when_nothing_comes_for_longer_than_its_rhythm(
    last: datetime | None, since: datetime | None, begun: datetime | None, silent: datetime | None
) -> None:
    assert silent_since(Stops(id="s"), State(feed="s", last_item=last, since=since), NOW, begun) == silent


def test_a_record_says_what_is_known_of_its_item() -> None:
    arrival = Arrival("a\ud800.xml", b"<a/>", charset="latin-1", content_type="text/xml")
    made = record(NOBODY, arrival, RAW, {"feed": "desk", "charset": "cp1252", "rights": ""})
    received = made.headers["received"]
    assert datetime.fromisoformat(received).tzinfo is not None
    assert (made.topic, made.key, made.value) == (RAW, b"desk/a?.xml", b"<a/>")
    expected = {"feed": "desk", "charset": "cp1252", "content-type": "text/xml", "name": "a\ud800.xml"}
    assert made.headers == expected | {"received": received}


def test_an_item_that_is_too_large_to_be_parsed_is_a_dead_letter() -> None:
    made = record(Settings(max_item_mb=1), Arrival("a", b"x" * (MEGABYTE + 1)), RAW, {"feed": "desk"})
    assert (made.topic, made.headers["stage"], made.headers["read-from"]) == (DEAD_LETTER, "feed", RAW)
    assert made.headers["cause"] == "The item is 1.0 MiB; the largest that is parsed is 1 MiB."


def test_what_cannot_be_read_is_a_dead_letter_with_what_there_was_of_it() -> None:
    made = letter(Unreadable("a.zip!b", "It is broken.", b"x" * (EXCERPT + 1)), {"feed": "desk", "format": ""})
    assert (made.topic, made.key, made.value) == (DEAD_LETTER, b"desk/a.zip!b", b"x" * EXCERPT)
    said = {"stage": "feed", "cause": "It is broken.", "read-from": "", "original.feed": "desk"}
    assert said.items() <= made.headers.items()
    assert not is_item(made)
    assert is_item(record(Settings(max_item_mb=1), Arrival("a", b"x" * (MEGABYTE + 1)), RAW, {}))
    assert is_item(record(NOBODY, Arrival("a", b"x"), RAW, {}))
