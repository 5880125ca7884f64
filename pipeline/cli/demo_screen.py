"""What `wire demo` shows at the end: what the stories are about, the running events, what changed, what is held."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice

from elasticsearch import Elasticsearch
from rich.columns import Columns
from rich.table import Table
from rich.text import Text

from pipeline.cli import held as held_view
from pipeline.cli.changes_view import local, summary
from pipeline.cli.console import out, printable
from pipeline.cli.held import left, line
from pipeline.cli.search import facet, show_hits
from pipeline.cli.threads import span
from pipeline.search.client import connect
from pipeline.search.filters import filter_of, parse_filter
from pipeline.search.history import held
from pipeline.search.lookup import get
from pipeline.search.query import Search, search
from pipeline.search.threads import threads
from pipeline.settings import Settings
from pipeline.story import Casualties, Event, Story

_QUESTION = "Which attacks in Iraq, by whom, how many dead?"
_MOST = 5


def show(settings: Settings) -> None:
    """All of it, about forty lines, on standard output."""
    with connect(settings) as client:
        about = search(client, settings, Search(size=0, facets=("country", "event"), values=6))
        out.rule(f"What {about.total} stories are about: wire search --facet country --facet event")
        out.print(Columns([facet(each) for each in about.facets], padding=(0, 4)))
        out.rule(_QUESTION)
        out.print(_attacks(client, settings))
        out.rule("Running events, and the latest of one: wire threads, wire thread ID")
        _show_threads(client, settings)
        out.rule("What newer versions changed: wire history URI")
        out.print(_rows(_changes(client, settings)))
        out.rule("Held: wire held")
        out.print(_rows(_held(client, settings)))


def _attacks(client: Elasticsearch, settings: Settings) -> Table:
    """The asserted attacks in Iraq, one a row, of the stories that tell any."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("when", "where", "by whom", "against", "killed", "wounded", "source"):
        table.add_column(heading)
    filters = [parse_filter("event=ASSAULT"), parse_filter("country=Iraq")]
    for hit in search(client, settings, Search(filters=filters)).hits:
        story = get(client, settings, hit.uri)
        if isinstance(story, Story):
            for event in story.events:
                told = event.actors or event.targets or event.casualties
                if told and (event.type, event.country, event.status) == ("ASSAULT", "IQ", "asserted"):
                    table.add_row(*(Text(printable(cell)) for cell in _cells(story, event)))
    return table


def _cells(story: Story, event: Event) -> tuple[str, ...]:
    actors, targets = (", ".join(p.name or p.span.text for p in side) for side in (event.actors, event.targets))
    killed, wounded = (
        ", ".join(_range(c) for c in event.casualties if c.kind == kind) for kind in ("killed", "wounded")
    )
    return event.date or "", event.place or "", actors, targets, killed, wounded, story.source or ""


def _range(casualties: Casualties) -> str:
    low, high = casualties.low, casualties.high
    return f"{low}+" if high is None else str(low) if low == high else f"{low}-{high}"


def _show_threads(client: Elasticsearch, settings: Settings) -> None:
    found = threads(client, settings, most=_MOST)
    out.print(
        _rows(
            (
                each.headline or "",
                f"{each.stories} stories in {span(each.first, each.last)}, {', '.join(each.agencies)}",
            )
            for each in found
        )
    )
    if found:
        latest = [filter_of("thread", found[0].id)]
        show_hits(search(client, settings, Search(filters=latest, sort="newest", size=2)))


def _changes(client: Elasticsearch, settings: Settings) -> Iterator[tuple[str, str]]:
    changed = [parse_filter("changed=news")]
    for hit in search(client, settings, Search(filters=changed, sort="newest", size=_MOST)).hits:
        if hit.changes:
            yield hit.headline.text if hit.headline else hit.slugline or "", summary(hit.changes)


def _held(client: Elasticsearch, settings: Settings) -> Iterator[tuple[str, str]]:
    now = datetime.now(UTC)
    for row in islice(held_view.rows(held(client, settings, whole=False), {}), _MOST):
        until = f"until {local(row.until)}, {left(row.until, now)}" if row.until else "withheld"
        yield row.headline or "", until


def _rows(rows: Iterable[tuple[str, str]]) -> Table:
    """A headline and what is told of it, a line each."""
    table = Table.grid(padding=(0, 2), expand=True)
    table.add_column(no_wrap=True, overflow="ellipsis", ratio=1)
    table.add_column(no_wrap=True, overflow="ellipsis", ratio=1, style="cyan")
    for headline, told in rows:
        table.add_row(Text(line(headline)), Text(line(told)))
    return table
