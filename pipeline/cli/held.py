"""`wire held`: what waits for the end of its embargo, and what is withheld; for those who may see it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import Literal

import click
from rich.table import Table
from rich.text import Text

from pipeline import settings as configuration
from pipeline.cli import held_advisories
from pipeline.cli.changes_view import local
from pipeline.cli.console import out, print_json, printable, say
from pipeline.life import Life
from pipeline.search.client import connect
from pipeline.search.history import held, versions
from pipeline.search.private import indices
from pipeline.settings import Settings
from pipeline.story import RawReference, Story

_UNITS = (("y", 31_556_952), ("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))
_TITLES = {"embargoed": "Under embargo", "withheld": "Withheld"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A story that is held."""

    uri: str
    status: Literal["embargoed", "withheld"]
    until: datetime | None
    """The end of its embargo; None for what is withheld."""
    since: datetime | None
    """The time of the version that holds it, or when that was received."""
    feed: str | None
    version: str | None
    revision: int
    headline: str | None
    """Or the slug; of the version before, where the one that withholds it has none."""
    message: str | None
    """Where the message that brought that version lies: 'wire.raw/2/14'."""
    reason: str | None
    """The editor's note."""


@click.command("held")
@click.option("--advisories", is_flag=True, help="Kills and withholds that named a story in words and found none yet.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line.")
def command(advisories: bool, as_json: bool) -> None:
    """List the stories that may not be seen yet: those under embargo, the soonest first, then those withheld.

    Whoever has the right to read the private indices sees them, and nobody else.
    """
    settings = configuration.load()
    if advisories:
        held_advisories.show(settings, as_json=as_json)
        return
    with connect(settings) as client:
        found = list(held(client, settings, whole=False))
        untitled = [(life.uri, life.over) for life, story in found if life.over is not None and not _title(story)]
        listed = list(rows(found, versions(client, settings, untitled)))
    if as_json:
        for row in listed:
            print_json(row)
        return
    say(seen_by(settings) if listed else "Nothing is held.")
    show(listed, datetime.now(UTC))


def seen_by(settings: Settings) -> str:
    """A sentence that says who sees what is held."""
    return f"Not for publication: seen by whoever may read the indices {' and '.join(indices(settings))}."


def rows(found: Iterable[tuple[Life, Story | None]], before: Mapping[tuple[str, int], Story]) -> Iterator[Row]:
    """What `held` gives, for people. `before`: the versions that the newest ones took the place of, by uri and
    revision: what an advisory withholds has its headline there."""
    for life, story in found:
        made = story.provenance if story else None
        yield Row(
            uri=life.uri,
            status="withheld" if life.status == "withheld" else "embargoed",
            until=life.embargoed,
            since=(story and story.versioncreated) or (made and made.received) or life.time,
            feed=made.feed if made else None,
            version=story.version if story else None,
            revision=life.newest,
            headline=_title(story) or (_title(before.get((life.uri, life.over))) if life.over is not None else None),
            message=message(made.raw) if made else None,
            reason=story.ednote if story else None,
        )


def _title(story: Story | None) -> str | None:
    if story is None:
        return None
    of = f"an advisory to {story.advisory.kind} other stories" if story.advisory else None
    return story.headline or story.slugline or of


def show(found: Iterable[Row], now: datetime) -> None:
    """A table for each way of being held, on standard output."""
    for status, group in groupby(found, key=lambda row: row.status):
        listed = list(group)
        out.print(Text(f"\n{_TITLES[status]}: {len(listed):,}", style="bold"))
        out.print(_table(listed, now))


def _table(listed: Iterable[Row], now: datetime) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True, style="magenta")
    table.add_column(overflow="fold")
    for row in listed:
        when = f"{local(row.until)}\n{left(row.until, now)}" if row.until else f"since {local(row.since)}"
        table.add_row(when, _about(row))
    return table


def _about(row: Row) -> Text:
    text = Text(line(row.headline) or "(no headline)", style="bold")
    if row.reason and row.status == "withheld":
        text.append(f"\n{line(row.reason)}", style="not bold italic")
    version = f"version {row.version}" if row.version else f"revision {row.revision}"
    message = f"message {row.message}" if row.message else ""
    about = filter(None, (f"feed {row.feed}" if row.feed else "", version, message, row.uri))
    return text.append(f"\n{line(' · '.join(about))}", style="not bold dim")


def left(until: datetime, now: datetime) -> str:
    """The time until then: 'in 2 h 5 min'; 'over for 3 s' where it has come and nobody has let the story out."""
    seconds = int((until - now).total_seconds())
    size = abs(seconds)
    parts: list[str] = []
    for unit, length in _UNITS:
        number, size = divmod(size, length)
        if number or (parts and len(parts) < 2):
            parts.append(f"{number} {unit}" if number else "")
    told = " ".join(filter(None, parts[:2])) or "0 s"
    return f"in {told}" if seconds >= 0 else f"over for {told}: it waits for the stage publish"


def message(raw: RawReference | None) -> str | None:
    """Where a message lies: topic/partition/offset."""
    return f"{raw.topic}/{raw.partition}/{raw.offset}" if raw else None


def line(text: str | None) -> str:
    """The text on one line, and harmless."""
    return " ".join(printable(text or "").split())
