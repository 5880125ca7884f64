"""`wire threads`: the running events."""

from collections.abc import Sequence
from datetime import UTC, datetime

import click
from rich.table import Table
from rich.text import Text

from pipeline import settings as configuration
from pipeline.cli.console import out, print_json, printable, say
from pipeline.search.client import connect
from pipeline.search.threads import Thread, threads


@click.command("threads")
@click.option("--since", metavar="TIME", help="Those with a story since then: 24h, 7d, yesterday, 2026-03-01.")
@click.option("-n", "most", default=20, show_default=True, type=click.IntRange(1, 1000), help="Threads to list.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line.")
def command(since: str | None, most: int, as_json: bool) -> None:
    """List the running events, those with the latest stories first.

    Counted are the stories that may be seen. `wire thread ID` shows those of one.
    """
    settings = configuration.load()
    with connect(settings) as client:
        found = threads(client, settings, since, most)
    if as_json:
        for each in found:
            print_json(each)
    elif found:
        show(found)
    else:
        say("There is no thread. A thread begins with the second story of an event.")


def show(found: Sequence[Thread]) -> None:
    """The table on standard output."""
    table = Table(box=None, padding=(0, 1), header_style="dim", pad_edge=False)
    table.add_column("last story", no_wrap=True)
    table.add_column("headline, id", min_width=24)
    for name in ("stories", "over", "agencies", "place"):
        table.add_column(name)
    for each in found:
        headline = Text(printable(each.headline or "(no headline)"), style="bold")
        headline.append(f"\n{printable(each.id)}", style="not bold dim")
        count, over = (Text(text, justify="right") for text in (str(each.stories), span(each.first, each.last)))
        agencies, place = Text(printable(", ".join(each.agencies))), Text(printable(each.place or ""))
        table.add_row(minute(each.last), headline, count, over, agencies, place)
    out.print(table)


def minute(time: str | None) -> str:
    """'2026-03-01 12:00Z'; empty where there is none."""
    return f"{datetime.fromisoformat(time).astimezone(UTC):%Y-%m-%d %H:%MZ}" if time else ""


def span(first: str | None, last: str | None) -> str:
    """The time from the first story to the last: '40 min', '7 h', '3 d'; empty where it is not known."""
    if not first or not last:
        return ""
    seconds = (datetime.fromisoformat(last) - datetime.fromisoformat(first)).total_seconds()
    for unit, length in (("d", 86400), ("h", 3600)):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds / 60:.0f} min"
