"""`wire search QUERY`: the stories that match, and how they divide."""

from collections.abc import Sequence
from datetime import datetime
from typing import get_args

import click
from elasticsearch import Elasticsearch
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from pipeline import settings as configuration
from pipeline.cli.changes_view import summary
from pipeline.cli.console import out, print_json, printable, say
from pipeline.cli.marks import marks, other_signals, told
from pipeline.search import lookup
from pipeline.search.client import connect
from pipeline.search.copies import MOST_SOURCES, Copies
from pipeline.search.filters import filter_of, names, parse_filter
from pipeline.search.query import Facet, Fragment, Hit, Results, Search, Sort, search
from pipeline.settings import Settings
from pipeline.story import Provenance, Story

_MATCH = "bold yellow"
_BAR = 24


@click.command("search", epilog=f"Filters and facets: {', '.join(names())}.")
@click.argument("query", nargs=-1)
@click.option(
    "-f", "--filter", "filters", multiple=True, metavar="NAME=VALUE",
    help="Only stories with this value: place=Iraq, source!=Agency, killed>=10, since=24h. "
    "Values of one name are alternatives. changed=news: newer versions of which the news changed.",
)  # fmt: skip
@click.option("--facet", "facets", multiple=True, metavar="NAME", help="Count the stories by this field.")
@click.option("--thread", metavar="ID", help="Only stories of this running event: see `wire threads`.")
@click.option("--copies", is_flag=True, help="List all stories of a near-duplicate group, and not one of each.")
@click.option("-n", "--size", default=10, show_default=True, type=click.IntRange(0, 1000), help="Stories to list.")
@click.option("--from", "start", default=0, type=click.IntRange(0), help="Stories to pass over.")
@click.option(
    "--sort", type=click.Choice(get_args(Sort)), default="relevance", show_default=True,
    help="Order; without words, relevance is newest first.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(  # noqa: PLR0913, PLR0917 (click's signature)
    query: tuple[str, ...],
    filters: tuple[str, ...],
    facets: tuple[str, ...],
    thread: str | None,
    copies: bool,
    size: int,
    start: int,
    sort: Sort,
    as_json: bool,
) -> None:
    """Search the stories that may be seen.

    QUERY: words, all of which must occur; "a phrase"; -not; this | that; begin*. Put it in quotation marks.
    """
    chosen = [parse_filter(text) for text in filters] + ([filter_of("thread", thread)] if thread else [])
    wanted = Search(
        words=" ".join(query),
        filters=chosen,
        facets=facets,
        size=size,
        start=start,
        sort=sort,
        copies=copies or any(each.field.name == "group" for each in chosen),
    )
    settings = configuration.load()
    with connect(settings) as client:
        results = search(client, settings, wanted)
        if as_json:
            print_json(results)
        elif results.total:
            show(results, wanted.start)
        else:
            say(nothing(client, settings, wanted))


def show(results: Results, start: int = 0) -> None:
    """Hits, then facets, on standard output."""
    listed = f", {start + 1} to {start + len(results.hits)}" if len(results.hits) < results.total else ""
    copies = results.documents - results.total
    more = f" ({copies:,} more {'copy' if copies == 1 else 'copies'} of them: --copies)" if copies else ""
    found = f"{results.total:,} {'story' if results.total == 1 else 'stories'}"
    out.print(f"{found}{listed if results.hits else ''}{more}\n")
    show_hits(results, start)
    for each in results.facets:
        out.print(facet(each, copies=copies > 0))
        out.print()


def show_hits(results: Results, start: int = 0) -> None:
    """The hits, on standard output."""
    for number, hit in enumerate(results.hits, start + 1):
        _show_hit(number, hit)


def nothing(client: Elasticsearch, settings: Settings, wanted: Search) -> str:
    """A sentence for a search that found nothing, with what may help."""
    there = lookup.count(client, settings, live=True)
    if not there:
        return "No story matches: the index holds none that may be seen. Feed some with `wire feed PATH`."
    if wanted.filters and (without := search(client, settings, Search(words=wanted.words, size=0)).total):
        return f"No story matches with these filters; {without} would without them."
    return f"None of the {there} stories matches. All words must occur: try fewer, or `this | that`, or `begin*`."


def sent_by(copies: Copies) -> str:
    """'3 copies, from Agency, Meridian News'."""
    more = " and others" if len(copies.sources) == MOST_SOURCES else ""
    named = f", from {', '.join(copies.sources)}{more}" if copies.sources else ""
    return printable(f"{copies.count:,} {'copies' if copies.count > 1 else 'copy'}{named}")


def _show_hit(number: int, hit: Hit) -> None:
    headline = _marked(hit.headline, "bold") if hit.headline else Text(printable(hit.slugline or "(no headline)"))
    titled = Table.grid()
    titled.add_row(Text(f"{number:>3}  ", style="dim"), headline)
    out.print(titled)
    story = _story(hit)
    about = [_minute(hit.published), hit.source, f"urgency {hit.urgency}" if hit.urgency else None]
    parts = [Text(printable(part), style="cyan") for part in (*about, *other_signals(story)) if part]
    _indented(Text(" · ", style="cyan").join([*parts[:1], *([found] if (found := marks(story)) else []), *parts[1:]]))
    if changed := told(hit.changes, summary(hit.changes) if hit.changes else ""):
        _indented(changed)
    for fragment in hit.fragments:
        _indented(_marked(fragment))
    places = [", ".join(part) for part in (_first(hit.places), _first(hit.event_types)) if part]
    if places:
        _indented(Text(printable(" · ".join(places)), style="green"))
    if related := [*([sent_by(hit.copies)] if hit.copies else []), *([f"thread {hit.thread}"] if hit.thread else [])]:
        _indented(Text(printable(" · ".join(related)), style="blue"))
    _indented(Text(printable(hit.uri), style="dim"))
    out.print()


def _story(hit: Hit) -> Story:
    """As much of the story as its marks say."""
    return Story(
        uri=hit.uri,
        urgency=hit.urgency,
        signals=hit.signals,
        profile=hit.profile,
        changes=hit.changes,
        reinstates=hit.reinstates,
        provenance=Provenance(format=hit.format),
    )


def _indented(text: Text) -> None:
    out.print(Padding(text, (0, 0, 0, 5)))


def _first(values: Sequence[str], most: int = 6) -> list[str]:
    return [*values[:most], *(["..."] if len(values) > most else [])]


def _marked(fragment: Fragment, style: str = "") -> Text:
    text = Text(printable(fragment.text.replace("\n", " ")), style=style)
    for start, end in fragment.matches:
        text.stylize(_MATCH, start, end)
    return text


def _minute(time: str | None) -> str | None:
    return f"{datetime.fromisoformat(time):%Y-%m-%d %H:%M}Z" if time else None


def facet(counted: Facet, *, copies: bool = False) -> RenderableType:
    """The values of a facet with bars. `copies`: whether there are copies among what its values not shown count."""
    table = Table.grid(padding=(0, 1))
    most = max((count for _, count in counted.counts), default=1)
    for value, count in counted.counts:
        bar = "█" * max(1, round(_BAR * count / most))
        table.add_row("", Text(printable(value)), Text(str(count), justify="right"), Text(bar, style="blue"))
    if counted.others:
        others = "others, with copies" if copies else "others"
        table.add_row("", Text(others, style="dim"), Text(str(counted.others), justify="right", style="dim"), "")
    return Group(Text(counted.name, style="bold"), table if counted.counts else Text(" none", style="dim"))
