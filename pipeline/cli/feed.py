"""`wire feed`: files, folders and standard input into wire.raw."""

import io
import os
import select
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import click
from rich.progress import Progress, TaskID

from pipeline import settings as configuration
from pipeline.bus import admin
from pipeline.bus.producer import DurableProducer
from pipeline.cli.console import patiently, print_json, progress, say, say_error
from pipeline.cli.options import item_hints
from pipeline.errors import TerminalError
from pipeline.intake.records import LARGEST, is_item, letter, record
from pipeline.messages import Send
from pipeline.settings import Settings
from pipeline.sources.base import Arrival, Unreadable
from pipeline.sources.files import STDIN, expand, read_file, read_stream
from pipeline.topics import DEAD_LETTER, RAW, RAW_BULK

_SAID_AFTER, _SAID_EVERY = 5.0, 30.0
"""Seconds of silence. A large item alone takes some to be sent."""


@dataclass
class Tally:
    """What became of the items."""

    sent: int = 0
    dead: int = 0
    unreadable: list[Unreadable] = field(default_factory=list)


@click.command("feed")
@click.argument("paths", nargs=-1, required=True, metavar="PATH... | -")
@item_hints
@click.option("--bulk", is_flag=True, help="Take the backfill lane: live stories go first.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
def command(
    paths: tuple[str, ...], feed_id: str, format_: str | None, charset: str | None, bulk: bool, as_json: bool
) -> None:
    """Send files, folders (all files in them) or standard input (-) into the pipeline.

    Standard input is one item, or one item a line where its first line is a JSON object. Ends when the broker has
    acknowledged everything, however long it is away. Exit code 1 when something could not be read or sent; what
    could be read of it is a dead letter.
    """
    settings = configuration.load()
    patiently(lambda: admin.check(settings))
    tally = Tally()
    try:
        feed(settings, paths, tally, feed_id=feed_id, format_=format_, charset=charset, bulk=bulk)
    except KeyboardInterrupt:
        say_error(f"Interrupted: {tally.sent + tally.dead} items are acknowledged, the rest was not sent.")
        raise
    for item in tally.unreadable:
        say_error(f"{item.name}: {item.reason}")
    _summary(tally, RAW_BULK if bulk else RAW, as_json=as_json)
    if tally.unreadable or not tally.sent + tally.dead:
        sys.exit(1)


def feed(
    settings: Settings,
    paths: Sequence[str],
    tally: Tally,
    *,
    feed_id: str = "files",
    format_: str | None = None,
    charset: str | None = None,
    bulk: bool = False,
) -> None:
    """Send what lies at `paths` and wait until all of it is acknowledged, with a progress bar; counts in `tally`."""
    hints = {"feed": feed_id, "format": format_ or "", "charset": charset or ""}
    with progress("items") as bar:
        named = [path for path in paths if path != STDIN]
        total = None if STDIN in paths else sum(1 for _ in expand(named))
        task = bar.add_task("Feeding", total=total)
        arrivals = partial(_arrivals, paths, expand(named))
        _send_all(settings, arrivals, RAW_BULK if bulk else RAW, hints, tally, (bar, task))


class _Patient(io.RawIOBase):
    """The file `descriptor`, calling `idle` for each second in which nothing comes."""

    def __init__(self, descriptor: int, idle: Callable[[], None]) -> None:
        self._descriptor, self._idle = descriptor, idle

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        while not select.select([self._descriptor], [], [], 1.0)[0]:
            self._idle()
        return os.readv(self._descriptor, [buffer])


def _arrivals(
    paths: Sequence[str], files: Iterator[Path | Unreadable], idle: Callable[[], None]
) -> Iterator[Arrival | Unreadable]:
    if STDIN in paths:
        yield from read_stream(io.BufferedReader(_Patient(sys.stdin.fileno(), idle)), LARGEST)
    for path in files:
        yield from read_file(path, LARGEST)


def _send_all(
    settings: Settings,
    arrivals: Callable[[Callable[[], None]], Iterator[Arrival | Unreadable]],
    topic: str,
    hints: dict[str, str],
    tally: Tally,
    shown: tuple[Progress, TaskID],
) -> None:
    bar, task = shown
    said = -_SAID_EVERY

    def acknowledged(record: Send) -> None:
        nonlocal said
        said = -_SAID_EVERY
        if is_item(record):
            tally.sent += record.topic != DEAD_LETTER
            tally.dead += record.topic == DEAD_LETTER
            bar.update(task, advance=1, description="Feeding")

    def never(record: Send, error: TerminalError) -> None:
        tally.unreadable.append(Unreadable(record.headers.get("name", ""), error.cause))
        bar.update(task, advance=1)

    def waiting(seconds: float) -> None:
        nonlocal said
        bar.update(task, description=f"[yellow]Waiting {seconds:.0f} s for Kafka at {settings.kafka}")
        if bar.disable and seconds > _SAID_AFTER and seconds - said > _SAID_EVERY:  # where nothing is drawn
            say(f"Kafka at {settings.kafka} has not answered for {seconds:.0f} s. Waiting.")
            said = seconds

    with DurableProducer(settings, on_ack=acknowledged, on_refused=never, on_wait=waiting) as producer:
        for arrival in arrivals(producer.poll):
            if isinstance(arrival, Unreadable):
                tally.unreadable.append(arrival)
                bar.update(task, advance=1)
                if arrival.data:  # else it is a matter of who named the file, and is told that
                    producer.send(letter(arrival, hints))
            else:
                producer.send(record(settings, arrival, topic, hints))


def _summary(tally: Tally, topic: str, *, as_json: bool) -> None:
    if as_json:
        unreadable = [{"name": item.name, "reason": item.reason} for item in tally.unreadable]
        print_json({"topic": topic, "sent": tally.sent, "dead_letters": tally.dead, "unreadable": unreadable})
        return
    parts = [f"{tally.sent} {'item' if tally.sent == 1 else 'items'} sent to {topic}"]
    if tally.dead:
        parts.append(f"{tally.dead} too large, kept as dead letters")
    if tally.unreadable:
        parts.append(f"{len(tally.unreadable)} not sent")
    say(", ".join(parts) + ".")
