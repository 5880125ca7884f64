"""How feeds fare, from what the running ones keep in wire.cursors: no story is read for it."""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from rich.table import Table

from pipeline.errors import TransientError
from pipeline.intake.cursors import Kept, State, kept
from pipeline.intake.gaps import Gap
from pipeline.intake.hours import DAY, last_day
from pipeline.intake.leases import SESSION_SECONDS, runners
from pipeline.intake.numbers import GAPS_OF
from pipeline.intake.runner import silent_since
from pipeline.settings import Settings
from pipeline.sources.base import Feed
from pipeline.sources.registry import kind_of

_GAPS_SHOWN = 20
_BARS = " ▁▂▃▄▅▆▇█"
_COLOURS = {"ok": "green", "new": "dim", "silent": "yellow", "failing": "red", "stopped": "red"}
_FORMS_ANEW = 0.5
"""Seconds until the processes are asked again who has what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """How a feed fares: 'ok', 'silent', 'failing', 'stopped' when no process runs it, 'new' when none ever did."""

    feed: str
    kind: str
    lane: str
    state: str
    why: str | None
    runner: str | None
    """The process that runs it: host and process id."""
    items: int
    """In the last day: the hour that has begun, and the 23 before it."""
    unreadable: int
    per_hour: float
    """Items, of the last day, or of the time since the feed was first run where that is shorter."""
    hours: tuple[int, ...]
    """Items in each hour of the last day, oldest first."""
    last_item: datetime | None
    quiet: float | None
    """Seconds since then; None where nothing ever came."""
    silent_after: float | None
    items_ever: int
    unreadable_ever: int
    missing: int
    """Numbers of the last day's transmissions that did not come."""
    gaps: tuple[Gap, ...]

    def sentences(self) -> Iterator[str]:
        """What does not fit into a table."""
        if self.why:
            yield f"{self.feed}: {self.why}"
        for gap in self.gaps[:_GAPS_SHOWN]:
            yield f"{self.feed}: {_missing(gap)}"
        if len(self.gaps) > _GAPS_SHOWN:
            yield f"{self.feed}: {len(self.gaps) - _GAPS_SHOWN} gaps more; --json has them all."


def found(feeds: Sequence[Feed], settings: Settings, now: datetime) -> list[Status]:
    """How each of the feeds fares. Raises TransientError or OperatorError when Kafka cannot be asked."""
    known, running = kept(settings), _runners(settings)
    return [_status(feed, known, running.get(feed.id), now) for feed in feeds]


def _runners(settings: Settings) -> Mapping[str, str]:
    """Who runs what; waited for while one that died is still to be missed."""
    end = time.monotonic() + 2 * SESSION_SECONDS
    while (running := runners(settings)) is None:
        if time.monotonic() > end:
            raise TransientError("The processes that run feeds do not agree on who runs which; ask again.")
        time.sleep(_FORMS_ANEW)
    return running


def _status(feed: Feed, known: Kept, runner: str | None, now: datetime) -> Status:
    state = known.states.get(feed.id) or State(feed=feed.id)
    silent = silent_since(feed, state, now)
    hours = last_day(state.hours, now)
    items = sum(hour.items for hour in hours)
    numbers = known.numbers.get(feed.id) if feed.numbered else None
    gaps = tuple(numbers.gaps(since=now - GAPS_OF)) if numbers else ()
    why = state.failing or (f"Nothing has come since {silent.isoformat(timespec='seconds')}." if silent else None)
    said = "failing" if state.failing else "silent" if silent else "ok"
    if runner is None:
        said, why = ("stopped", why or "No process runs it: wire feeds run.") if state.since else ("new", None)
    return Status(
        feed=feed.id,
        kind=kind_of(feed).name,
        lane=feed.lane,
        state=said,
        why=why,
        runner=runner,
        items=items,
        unreadable=sum(hour.unreadable for hour in hours),
        per_hour=round(items / _hours_run(state, now), 2),
        hours=tuple(hour.items for hour in hours),
        last_item=state.last_item,
        quiet=(now - state.last_item).total_seconds() if state.last_item else None,
        silent_after=feed.silent_after,
        items_ever=state.items,
        unreadable_ever=state.unreadable,
        missing=sum(gap.last - gap.first + 1 for gap in gaps),
        gaps=gaps,
    )


def _hours_run(state: State, now: datetime) -> float:
    """Hours that the counts of the last day are of, at least one."""
    day = DAY - 1 + now.minute / 60
    run = (now - state.since) / timedelta(hours=1) if state.since else 0.0
    return max(1.0, min(day, run))


def table(statuses: Sequence[Status]) -> Table:
    """For people."""
    made = Table()
    for heading in (
        "Feed",
        "Kind",
        "24 h",
        "Bad",
        "Per hour",
        "2 h a bar",
        "Last item",
        "Expected",
        "Missing",
        "State",
    ):
        number = heading in {"24 h", "Bad", "Per hour", "Missing"}
        made.add_column(heading, justify="right" if number else "left", no_wrap=heading != "Kind", overflow="fold")
    for one in statuses:
        last = "never" if one.quiet is None else f"{_span(one.quiet)} ago"
        made.add_row(
            one.feed,
            f"{one.kind}, bulk" if one.lane == "bulk" else one.kind,
            f"{one.items:,}",
            f"{one.unreadable:,}" if one.unreadable else "",
            f"{one.per_hour:,.0f}" if one.per_hour >= 10 else f"{one.per_hour:.1f}",
            _bars([sum(pair) for pair in zip(one.hours[::2], one.hours[1::2], strict=True)]),
            last,
            f"every {_span(one.silent_after)}" if one.silent_after else "",
            f"{one.missing:,}" if one.missing else "",
            f"[{_COLOURS[one.state]}]{one.state}[/]",
        )
    return made


def _bars(counts: Sequence[int]) -> str:
    """A bar a count, of the height that it has to the largest; where anything came it is never empty."""
    most = max(counts, default=0) or 1
    return "".join(_BARS[-(-count * (len(_BARS) - 1) // most)] for count in counts)


def _missing(gap: Gap) -> str:
    numbers = f"number {gap.first}" if gap.first == gap.last else f"numbers {gap.first} to {gap.last}"
    channel = f" of {gap.channel}" if gap.channel else ""
    return f"{numbers[:1].upper()}{numbers[1:]}{channel} did not come; noticed {gap.noticed:%Y-%m-%d %H:%M} UTC."


def _span(seconds: float) -> str:
    """'45 s', '12 min', '3 h', '2 d'."""
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{max(seconds, 0):.0f} s"
