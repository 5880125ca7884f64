"""`wire thread ID`: the stories of one running event, as they come."""

import time
from collections.abc import Iterator, Mapping, Sequence

import click
from elasticsearch import Elasticsearch
from rich.text import Text

from pipeline import settings as configuration
from pipeline.cli.console import out, print_json, printable, say
from pipeline.cli.threads import minute
from pipeline.errors import TerminalError, TransientError
from pipeline.lifecycle.priority import urgent
from pipeline.search.client import connect
from pipeline.search.threads import stories
from pipeline.settings import Settings
from pipeline.story import Story

_PAUSE = 1.0
"""Seconds between two looks: what the index shows is about as old."""


@click.command("thread")
@click.argument("thread", metavar="ID")
@click.option("--follow", is_flag=True, help="Go on, and show what comes, until Ctrl-C.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a story.")
def command(thread: str, follow: bool, as_json: bool) -> None:
    """Show the stories of a thread that may be seen, in time order; flashes and urgents are marked with ●.

    With --follow, new stories and new versions as they come, and what may not be seen any more.
    """
    settings = configuration.load()
    with connect(settings) as client:
        found = stories(client, settings, thread)
        if not found and not follow:
            raise TerminalError(f"There is no thread {thread} with a story that may be seen.")
        for each in found:
            show(each, as_json=as_json)
        if follow:
            _follow(client, settings, thread, found, as_json=as_json)


def _follow(
    client: Elasticsearch, settings: Settings, thread: str, found: Sequence[Story], *, as_json: bool
) -> None:  # fmt: skip
    seen, waiting = {each.uri: each for each in found}, False
    while True:
        time.sleep(_PAUSE)
        try:
            now = {each.uri: each for each in stories(client, settings, thread)}
        except TransientError as error:
            if not waiting:
                say(f"{error} Waiting.")
            waiting = True
            continue
        waiting = False
        for each in news(seen, now):
            show(each, as_json=as_json, again=each.uri in seen)
        for uri in seen.keys() - now.keys():
            say(f"{uri} may not be seen any more, or is of another thread.")
        seen = now


def news(seen: Mapping[str, Story], now: Mapping[str, Story]) -> Iterator[Story]:
    """Stories that were not seen, and those with a newer version, in order."""
    for uri, each in now.items():
        if uri not in seen or seen[uri].revision < each.revision:
            yield each


def show(story: Story, *, as_json: bool = False, again: bool = False) -> None:
    """One story in a line or two; `again`: a new version of one that was shown."""
    published = story.versioncreated or story.provenance.received
    if as_json:
        print_json(
            {
                "uri": story.uri,
                "revision": story.revision,
                "published": published,
                "source": story.source,
                "headline": story.headline,
                "signals": story.signals,
                "urgent": urgent(story),
                "group": story.group,
            }
        )
        return
    mark = Text("● ", style="bold red") if urgent(story) else Text("  ")
    line = Text.assemble((minute(published.isoformat() if published else None), "cyan"), "  ", mark)
    line.append(printable(story.headline or story.slugline or "(no headline)"), style="bold")
    about = ["new version" if again else "", story.source or "", *story.signals]
    out.print(line)
    out.print(Text(printable(" " * 21 + " · ".join([*filter(None, about), story.uri])), style="dim"))
