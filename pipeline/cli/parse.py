"""`wire parse`: the stories in files, folders and standard input, without any server."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass

import click

from pipeline.cli import render
from pipeline.cli.console import out, print_json, say_error
from pipeline.cli.options import item_hints
from pipeline.formats.base import Item, Reading
from pipeline.settings import load
from pipeline.sources.base import Arrival, Unreadable
from pipeline.sources.files import STDIN, expand, read_file, read_stream
from pipeline.stages.parse import parse_item
from pipeline.story import Story, encode
from pipeline.topics import MEGABYTE


@click.command("parse")
@click.argument("paths", nargs=-1, required=True, metavar="PATH... | -")
@click.option("--json", "as_json", is_flag=True, help="Print one Story a line as JSON.")
@item_hints
def command(paths: tuple[str, ...], as_json: bool, format_: str | None, charset: str | None, feed_id: str) -> None:
    """Read files, folders (all files in them) or standard input (-) and show the stories in them.

    What cannot be read is named on standard error, and the exit code is 1; the rest is shown.
    """
    failures: list[str] = []
    for story in stories(paths, Hints(format_, charset, feed_id), failures):
        show(story, as_json=as_json)
    if failures:
        sys.exit(1)


@dataclass(frozen=True, slots=True)
class Hints:
    """What the caller says of the items beforehand."""

    format: str | None
    charset: str | None
    feed: str


def stories(paths: tuple[str, ...], hints: Hints, failures: list[str]) -> Iterator[Story]:
    """The stories at `paths`; what cannot be read is said, and its name added to `failures`."""
    for arrival in arrivals(paths, load().max_item_mb * MEGABYTE):
        if isinstance(arrival, Unreadable):
            say_error(f"{arrival.name}: {arrival.reason}")
            failures.append(arrival.name)
            continue
        item = Item(data=arrival.data, feed=hints.feed, name=arrival.name, format=hints.format, charset=hints.charset)
        reading = parse_item(item)
        yield from reading.stories
        if say_errors(arrival.name, reading):
            failures.append(arrival.name)


def show(story: Story, *, as_json: bool) -> None:
    """One story on standard output: as JSON on a line, or to be read."""
    if as_json:
        print_json(encode(story))
    else:
        out.print(render.story(story, out.width))
        out.rule(style="dim")


def arrivals(paths: tuple[str, ...], largest: int) -> Iterator[Arrival | Unreadable]:
    """The items at `paths`, in order, '-' being standard input."""
    for path in paths:
        if path == STDIN:
            yield from read_stream(sys.stdin.buffer, largest)
        else:
            yield from (arrival for file in expand([path]) for arrival in read_file(file, largest))


def say_errors(name: str, reading: Reading) -> bool:
    """Say what in the item `name` could not be read, and whether there was something."""
    for error in reading.errors:
        say_error(f"{name}{f' ({error.item})' if error.item else ''}: {error.cause}")
    return bool(reading.errors)
