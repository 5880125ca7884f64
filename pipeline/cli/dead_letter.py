"""`wire dead-letter`: what could not be processed: list it, look at it, give it another chance."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import click
from rich.markup import escape
from rich.table import Table

from pipeline import settings as configuration
from pipeline.bus.producer import DurableProducer
from pipeline.bus.reader import read, read_one
from pipeline.cli.console import err, out, print_json, say, say_error
from pipeline.errors import OperatorError, TerminalError
from pipeline.messages import ORIGINAL, Message, Send
from pipeline.settings import Settings
from pipeline.topics import DEAD_LETTER, RAW

REQUEUED = "requeued"
"""Header of a marker in wire.dead-letter: the letter with this id was sent again."""
_PREVIEW = 4000


@dataclass(frozen=True, slots=True)
class Letter:
    """A dead letter as people see it."""

    id: str
    """'partition/offset' in wire.dead-letter."""
    time: str
    stage: str
    cause: str
    item: str
    read_from: str
    name: str
    feed: str
    size: int
    requeued: bool = False


@click.group("dead-letter")
def command() -> None:
    """What could not be processed, with cause, stage, time and bytes."""


@command.command("list")
@click.option("--stage", help="Only what this stage gave up: feed, parse, enrich, index.")
@click.option("--all", "everything", is_flag=True, help="Also those that were requeued.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def list_(stage: str | None, everything: bool, as_json: bool) -> None:
    """List dead letters, oldest first."""
    letters = [x for x in _letters(configuration.load()) if (everything or not x.requeued) and stage in {None, x.stage}]
    if as_json:
        for letter in letters:
            print_json({name: getattr(letter, name) for name in Letter.__slots__})
        return
    if not letters:
        say("No dead letters.")
        return
    table = Table(box=None, header_style="bold", pad_edge=False)
    for heading in ("id", "time", "stage", "item", "bytes", "cause"):
        table.add_column(heading, justify="right" if heading == "bytes" else "left", no_wrap=heading in {"id", "stage"})
    for x in letters:
        cause = escape(x.cause) + (" [dim](requeued)[/]" if x.requeued else "")
        table.add_row(x.id, x.time[:19], x.stage, escape(x.name or x.item or x.read_from), f"{x.size:,}", cause)
    out.print(table)


@command.command("show")
@click.argument("letter_id", metavar="ID")
@click.option("--raw", is_flag=True, help="Write the bytes as they came to standard output, and nothing else.")
def show(letter_id: str, raw: bool) -> None:
    """Show one dead letter: headers and bytes."""
    message = _find(configuration.load(), letter_id)
    if raw:
        sys.stdout.buffer.write(message.value)
        return
    table = Table(box=None, show_header=False, pad_edge=False)
    for name, value in message.headers.items():
        table.add_row(f"[bold]{escape(name)}[/]", escape(value))
    table.add_row("[bold]bytes[/]", f"{len(message.value):,}")
    out.print(table)
    out.print()
    out.print(_preview(message.value), markup=False)


@command.command("requeue")
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option("--all", "everything", is_flag=True, help="Every letter that was not requeued yet.")
@click.option("--stage", help="With --all: only what this stage gave up.")
def requeue(ids: Sequence[str], everything: bool, stage: str | None) -> None:
    """Send dead letters once more to where they were read from, as they came."""
    settings = configuration.load()
    if bool(ids) == everything:
        raise click.UsageError("Name ids (see `wire dead-letter list`), or --all.")
    if everything:
        ids = [x.id for x in _letters(settings) if not x.requeued and stage in {None, x.stage}]
    letters = [(letter_id, _find(settings, letter_id)) for letter_id in ids]
    refusals = _send(settings, [_original(message) for _, message in letters])
    markers = [
        Send(topic=DEAD_LETTER, key=message.key, value=b"", headers={REQUEUED: letter_id})
        for number, (letter_id, message) in enumerate(letters)
        if number not in refusals
    ]
    _send(settings, markers)  # only now: a letter is requeued once its bytes are acknowledged, not before
    for number, error in refusals.items():
        say_error(f"{letters[number][0]}: {error.cause}")
    say(f"{len(markers)} requeued.")
    if refusals:
        sys.exit(1)


def _send(settings: Settings, records: Sequence[Send]) -> dict[int, TerminalError]:
    """Send all, however long it takes; which of them, by position, Kafka refused for good."""
    refusals: dict[int, TerminalError] = {}

    def refused(record: Send, error: TerminalError) -> None:
        refusals[next(number for number, other in enumerate(records) if other is record)] = error

    def waiting(seconds: float) -> None:
        err.print(f"Waiting {seconds:.0f} s for Kafka at {settings.kafka}.")

    with DurableProducer(settings, on_ack=lambda _: None, on_refused=refused, on_wait=waiting) as producer:
        for record in records:
            producer.send(record)
    return refusals


def _letters(settings: Settings) -> Iterator[Letter]:
    messages = list(read(settings, DEAD_LETTER))
    requeued = {message.headers[REQUEUED] for message in messages if REQUEUED in message.headers}
    letters = [_letter(m, requeued) for m in messages if REQUEUED not in m.headers]
    yield from sorted(letters, key=lambda letter: letter.time)


def _letter(message: Message, requeued: set[str]) -> Letter:
    headers, letter_id = message.headers, f"{message.partition}/{message.offset}"
    return Letter(
        id=letter_id,
        time=headers.get("time") or message.timestamp.isoformat(),
        stage=headers.get("stage", "?"),
        cause=headers.get("cause", "No cause is given."),
        item=headers.get("item", ""),
        read_from=headers.get("read-from", ""),
        name=headers.get(ORIGINAL + "name", ""),
        feed=headers.get(ORIGINAL + "feed", ""),
        size=len(message.value),
        requeued=letter_id in requeued,
    )


def _find(settings: Settings, letter_id: str) -> Message:
    partition, _, offset = letter_id.partition("/")
    if not (partition.isdecimal() and offset.isdecimal()):
        raise click.UsageError(f"'{letter_id}' is no id: they look like 2/15, see `wire dead-letter list`.")
    message = read_one(settings, DEAD_LETTER, int(partition), int(offset))
    if message is None or REQUEUED in message.headers:
        raise OperatorError(f"There is no dead letter {letter_id}.")
    return message


def _original(message: Message) -> Send:
    topic = message.headers.get("read-from", "").partition("/")[0] or RAW
    headers = {name.removeprefix(ORIGINAL): v for name, v in message.headers.items() if name.startswith(ORIGINAL)}
    return Send(topic=topic, key=message.key, value=message.value, headers=headers)


def _preview(data: bytes) -> str:
    """The first bytes as text, or as hexadecimal where they are none."""
    head = data[:_PREVIEW]
    text = head.decode(errors="replace")
    printable = sum(char.isprintable() or char in "\n\r\t" for char in text)
    more = f"\n... {len(data) - _PREVIEW:,} more bytes" if len(data) > _PREVIEW else ""
    if text.count("\ufffd") > 8 or printable < 0.9 * len(text):
        lines = (head[i : i + 16] for i in range(0, min(len(head), 512), 16))
        return "\n".join(f"{n * 16:08x}  {line.hex(' ')}" for n, line in enumerate(lines)) + more
    return text + more
