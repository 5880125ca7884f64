"""Parsing speed of each format, against what the usual reader of that format takes for the same bytes, in one run.

    make parsing
    python -m benchmarks.parsing [--stories 200] [--json]

The same full-length stories, written in each format, one an item. Ours is everything from bytes to complete stories:
detection, charset, fields, and the copy taken apart into byline, dateline, text and credits. The reader named beside it
does what it does, which is less; where none is to be had, it is the element tree or the text alone. Processor time, the
best of several rounds, both in turn.
"""

import email
import email.policy
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

import click
import feedparser
from lxml import etree
from NewsMLG2 import NewsMLG2Document
from rich.table import Table

from benchmarks.corpus import stories
from benchmarks.writers import WRITERS, Copy, copy_of
from pipeline.cli.console import out, print_json, progress
from pipeline.formats.base import Item
from pipeline.formats.registry import read

ROUNDS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Speed:
    """How fast one format is read, and by how much the other reader is faster."""

    format: str
    writer: str
    stories_per_second: float
    megabytes_per_second: float
    reader: str
    ratio: float
    """Our processor time over the other reader's."""


def _mail(data: bytes) -> object:
    body = email.message_from_bytes(data, policy=email.policy.default).get_body(("plain",))
    return body.get_content() if body else None


def _text(data: bytes) -> object:
    return data.decode("cp1252", "replace").splitlines()


def _tree(data: bytes) -> object:
    return list(etree.fromstring(data).itertext())


READERS: Mapping[str, tuple[str, Callable[[bytes], Any]]] = {
    "newsml-g2": ("IPTC newsmlg2", NewsMLG2Document),
    "newsml-1": ("lxml, the tree", _tree),
    "nitf": ("lxml, the tree", _tree),
    "ninjs": ("json", json.loads),
    "iptc7901": ("the text", _text),
    "anpa1312": ("the text", _text),
    "mail": ("email", _mail),
    "rss": ("feedparser", feedparser.parse),
    "atom": ("feedparser", feedparser.parse),
    "story": ("json", json.loads),
    "text": ("the text", _text),
}


@click.command()
@click.option("--stories", "number", default=200, show_default=True)
@click.option("--json", "as_json", is_flag=True)
def main(number: int, as_json: bool) -> None:
    """Measure every format."""
    copies = _copies(number)
    wanted = [(name, writer) for name, writers in WRITERS.items() for writer in writers]
    speeds = []
    with progress("formats") as bar:
        task = bar.add_task("Measuring", total=len(wanted))
        for name, writer in wanted:
            speeds.append(_speed(name, writer.__name__, [writer(copy) for copy in copies]))
            bar.advance(task)
    if as_json:
        print_json([asdict(speed) for speed in speeds])
    else:
        _print(speeds)


def _copies(number: int) -> list[Copy]:
    now = datetime(2026, 11, 24, 8, tzinfo=UTC)
    read_back = (story for _, data in stories(number, seed=3) for story in read(Item(data=data)).stories)
    return [copy_of(story, time=now, number=position) for position, story in enumerate(read_back, 1)]


def _speed(name: str, writer: str, items: Sequence[bytes]) -> Speed:
    reader, other = READERS[name]
    ours, theirs = [], []
    for _ in range(ROUNDS):
        ours.append(_seconds(_whole, items))
        theirs.append(_seconds(other, items))
    best = min(ours)
    return Speed(
        format=name,
        writer=writer,
        stories_per_second=len(items) / best,
        megabytes_per_second=sum(map(len, items)) / 1e6 / best,
        reader=reader,
        ratio=best / min(theirs),
    )


def _whole(data: bytes) -> object:
    reading = read(Item(data=data))
    assert len(reading.stories) == 1, reading.errors
    return reading


def _seconds(call: Callable[[bytes], object], items: Sequence[bytes]) -> float:
    started = time.process_time()
    for data in items:
        call(data)
    return time.process_time() - started


def _print(speeds: Sequence[Speed]) -> None:
    table = Table("Format", "Written as", "Stories/s", "MB/s", "Beside it", "Our time / its time")
    for each in speeds:
        numbers = (f"{each.stories_per_second:,.0f}", f"{each.megabytes_per_second:.1f}")
        table.add_row(each.format, each.writer, *numbers, each.reader, f"{each.ratio:.1f}")
    for column in (2, 3, 5):
        table.columns[column].justify = "right"
    out.print(table)


if __name__ == "__main__":
    main()
