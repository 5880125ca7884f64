"""`wire feeds`: the configured feeds, checked, run, and how they fare."""

import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.table import Table

from pipeline import settings as configuration
from pipeline.bus import admin
from pipeline.cli import log
from pipeline.cli.console import out, patiently, print_json, say
from pipeline.cli.feeding import run_until_told
from pipeline.errors import OperatorError, WireError
from pipeline.formats.registry import FORMATS
from pipeline.intake.cursors import State, states
from pipeline.intake.gaps import Gap, tracked, transmissions
from pipeline.intake.runner import GAPS_OF, silent_since
from pipeline.settings import Settings
from pipeline.sources.base import Feed
from pipeline.sources.configuration import load
from pipeline.sources.registry import kind_of

_GAPS_SHOWN = 20
_AT_ONCE = 8
"""Feeds that are tried at a time."""


@click.group("feeds")
def command() -> None:
    """The feeds in feeds.toml (or the file that WIRE_FEEDS names)."""


@command.command("check")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a feed.")
def check(as_json: bool) -> None:
    """Read the file and try each feed, without taking anything. Exit code 1 when one fails."""
    feeds = configured(configuration.load())
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        results = list(pool.map(_tried, feeds))
    if as_json:
        for result in results:
            print_json(result)
    else:
        table = Table("Feed", "Kind", "Works", "What was found")
        for result in results:
            works = "[green]yes[/]" if result.works else "[red]no[/]"
            table.add_row(result.feed, result.kind, works, result.found)
        out.print(table)
    sys.exit(not all(result.works for result in results))


@dataclass(frozen=True, slots=True)
class Tried:
    """What trying a feed came to."""

    feed: str
    kind: str
    works: bool
    found: str


def _tried(feed: Feed) -> Tried:
    kind = kind_of(feed)
    try:
        return Tried(feed.id, kind.name, True, kind.check(feed))
    except WireError as error:
        return Tried(feed.id, kind.name, False, str(error))
    except Exception as error:  # noqa: BLE001 (the others are tried all the same)
        return Tried(feed.id, kind.name, False, f"It failed with {error!r}.")


@command.command("run")
def run() -> None:
    """Run all feeds until SIGTERM or Ctrl-C. With WIRE_HEALTH_PORT, metrics are on that port."""
    settings = configuration.load()
    feeds = configured(settings)
    log.start(settings, "feeds")
    patiently(lambda: admin.check(settings))
    say(f"Running {len(feeds)} {'feed' if len(feeds) == 1 else 'feeds'}. Ctrl-C stops them.")
    run_until_told(feeds, settings)


@command.command("status")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a feed.")
def status(as_json: bool) -> None:
    """Show what came of each feed, and which are silent or fail. Exit code 1 when one is or does."""
    settings = configuration.load()
    feeds, known, now = configured(settings), states(settings), datetime.now(UTC)
    gaps = tuple(tracked(transmissions(settings, feeds, now - GAPS_OF)).gaps())
    found = [_status(feed, known.get(feed.id) or State(feed=feed.id), gaps, now) for feed in feeds]
    if as_json:
        for one in found:
            print_json(one)
    else:
        out.print(_table(found, now))
        for one in (one for one in found if one.why):
            out.print(f"{one.feed}: {one.why}", markup=False)
        for gap in (gap for one in found for gap in one.gaps[:_GAPS_SHOWN]):
            out.print(f"{gap.feed}: {_missing(gap)}", markup=False)
    sys.exit(any(one.state in ("silent", "failing") for one in found))


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """How a feed fares: 'ok', 'silent', 'failing', or 'new' when it was never run."""

    feed: str
    kind: str
    lane: str
    state: str
    why: str | None
    items: int
    unreadable: int
    last_item: datetime | None
    silent_after: float | None
    gaps: tuple[Gap, ...]
    """Numbers of the last day's transmissions that did not come."""


def _status(feed: Feed, state: State, gaps: Sequence[Gap], now: datetime) -> Status:
    silent = silent_since(feed, state, now)
    why = state.failing or (f"Nothing has come since {silent.isoformat(timespec='seconds')}." if silent else None)
    said = "failing" if state.failing else "silent" if silent else "ok" if state.since else "new"
    return Status(
        feed=feed.id,
        kind=kind_of(feed).name,
        lane=feed.lane,
        state=said,
        why=why,
        items=state.items,
        unreadable=state.unreadable,
        last_item=state.last_item,
        silent_after=feed.silent_after,
        gaps=tuple(gap for gap in gaps if gap.feed == feed.id),
    )


def _table(found: Sequence[Status], now: datetime) -> Table:
    table = Table("Feed", "Kind", "Lane", "Items", "Unreadable", "Last item", "Expected", "Missing", "State")
    colours = {"ok": "green", "new": "dim", "silent": "yellow", "failing": "red"}
    for one in found:
        last = f"{_span((now - one.last_item).total_seconds())} ago" if one.last_item else "never"
        expected = f"every {_span(one.silent_after)}" if one.silent_after else ""
        missing = f"{sum(gap.last - gap.first + 1 for gap in one.gaps):,}" if one.gaps else ""
        state = f"[{colours[one.state]}]{one.state}[/]"
        table.add_row(
            one.feed, one.kind, one.lane, f"{one.items:,}", f"{one.unreadable:,}", last, expected, missing, state
        )
    return table


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


def configured(settings: Settings) -> tuple[Feed, ...]:
    """The feeds of the file that the settings name, their formats known. Raises OperatorError."""
    feeds = load(Path(settings.feeds))
    names = {format_.name for format_ in FORMATS}
    for feed in feeds:
        if feed.format is not None and feed.format not in names:
            known = ", ".join(sorted(names))
            raise OperatorError(f"The feed '{feed.id}' has the format '{feed.format}'; there are {known}.")
    if not feeds:
        raise OperatorError(f"There is no feed in {settings.feeds}.")
    return feeds
