"""`wire enrich`: the stories in files, folders and standard input with what is found in them, without any server."""

import sys
from collections.abc import Iterator
from itertools import islice

import click

from pipeline.cli import render
from pipeline.cli.console import out, print_json, progress, say_error
from pipeline.cli.parse import arrivals, say_errors
from pipeline.enrichers.registry import enrich_batch
from pipeline.formats.base import Item
from pipeline.settings import load
from pipeline.sources.files import Unreadable
from pipeline.stages.parse import parse_item
from pipeline.story import Story, encode
from pipeline.topics import MEGABYTE

BATCH = 8
"""Stories enriched at once: enough for the model to be quick, few enough for output to come steadily."""


@click.command("enrich")
@click.argument("paths", nargs=-1, required=True, metavar="PATH... | -")
@click.option("--json", "as_json", is_flag=True, help="Print one Story a line as JSON.")
@click.option("--format", "format_", help="The items' format; default: detected.")
@click.option("--charset", help="The items' character set; default: declared by the item, or detected.")
@click.option("--feed", "feed_id", default="files", show_default=True, help="Id of the feed the items belong to.")
def command(paths: tuple[str, ...], as_json: bool, format_: str | None, charset: str | None, feed_id: str) -> None:
    """Read and enrich files, folders (all files in them) or standard input (-), with entities and events marked.

    What cannot be read is named on standard error, and the exit code is 1; the rest is shown.
    """
    failures: list[str] = []
    stories = _stories(paths, format_, charset, feed_id, failures)
    # A bar would be drawn into the stories where both go to the same terminal.
    with progress("stories") as bar:
        bar.disable = bar.disable or out.is_terminal
        task = bar.add_task("Enriching", total=None)
        while batch := list(islice(stories, BATCH)):
            for story in enrich_batch(batch):
                _show(story, as_json=as_json)
                bar.update(task, advance=1)
    if failures:
        sys.exit(1)


def _stories(
    paths: tuple[str, ...], format_: str | None, charset: str | None, feed_id: str, failures: list[str]
) -> Iterator[Story]:
    """The stories at `paths`; what cannot be read is said and its name added to `failures`."""
    for arrival in arrivals(paths, load().max_item_mb * MEGABYTE):
        if isinstance(arrival, Unreadable):
            say_error(f"{arrival.name}: {arrival.reason}")
            failures.append(arrival.name)
            continue
        item = Item(data=arrival.data, feed=feed_id, name=arrival.name, format=format_, charset=charset)
        reading = parse_item(item)
        yield from reading.stories
        if say_errors(arrival.name, reading):
            failures.append(arrival.name)


def _show(story: Story, *, as_json: bool) -> None:
    if as_json:
        print_json(encode(story))
    else:
        out.print(render.story(story, out.width))
        out.rule(style="dim")
