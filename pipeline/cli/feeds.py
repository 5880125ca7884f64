"""`wire feeds`: the configured feeds, checked, run, and how they fare."""

import sys
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
from pipeline.cli.feeds_status import found, table
from pipeline.errors import OperatorError, WireError
from pipeline.formats.registry import FORMATS
from pipeline.settings import Settings
from pipeline.sources.base import Feed
from pipeline.sources.configuration import load
from pipeline.sources.registry import kind_of

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


@command.command("status")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a feed.")
def status(as_json: bool) -> None:
    """Show what came of each feed in the last day, and which are silent, fail or are run by nobody.

    Exit code 1 when there is one of these.
    """
    settings = configuration.load()
    statuses = found(configured(settings), settings, datetime.now(UTC))
    if as_json:
        for one in statuses:
            print_json(one)
    else:
        out.print(table(statuses))
        for sentence in (sentence for one in statuses for sentence in one.sentences()):
            out.print(sentence, markup=False)
    sys.exit(any(one.state in ("silent", "failing", "stopped") for one in statuses))


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
    """Run all feeds until SIGTERM or Ctrl-C. WIRE_HEALTH_PORT answers /healthz and /metrics.

    Run it several times, on several machines: each feed is one process's at a time, and another's when that dies.
    """
    settings = configuration.load()
    feeds = configured(settings)
    log.start(settings, "feeds")
    patiently(lambda: admin.check(settings))
    say(f"Running {len(feeds)} {'feed' if len(feeds) == 1 else 'feeds'}. Ctrl-C stops them.")
    run_until_told(feeds, settings, leased=True)


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
