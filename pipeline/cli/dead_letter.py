"""`wire dead-letter`: what could not be processed: list it, look at it, give it another chance."""

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import click
from rich.markup import escape
from rich.table import Table

from pipeline import settings as configuration
from pipeline.bus.producer import DurableProducer
from pipeline.bus.reader import read, read_one
from pipeline.cli.console import err, out, print_json, printable, say, say_error
from pipeline.errors import OperatorError, TerminalError
from pipeline.messages import ORIGINAL, Message, Send
from pipeline.settings import Settings
from pipeline.topics import DEAD_LETTER

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
        cause = _safe(x.cause) + (" [dim](requeued)[/]" if x.requeued else "")
        name = _safe(x.name or x.item or x.read_from)
        table.add_row(x.id, _safe(x.time[:19]), _safe(x.stage), name, f"{x.size:,}", cause)
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
        table.add_row(f"[bold]{_safe(name)}[/]", _safe(value))
    table.add_row("[bold]bytes[/]", f"{len(message.value):,}")
    out.print(table)
    out.print()
    out.print(printable(_preview(message.value)), markup=False)


@command.command("requeue")
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option("--all", "everything", is_flag=True, help="Every letter that was not requeued yet.")
@click.option("--stage", help="With --all: only what this stage gave up.")
def requeue(ids: Sequence[str], everything: bool, stage: str | None) -> None:
    """Send dead letters once more to where they were read from, as they came.

    What a feed could not read whole was read from no topic and is not sent: a part of an item is none.
    """
    settings = configuration.load()
    if bool(ids) == everything:
        raise click.UsageError("Name ids (see `wire dead-letter list`), or --all.")
    if everything:
        chosen = {x.id for x in _letters(settings) if x.read_from and not x.requeued and stage in {None, x.stage}}
        letters: Iterable[Message] = (message for message in read(settings, DEAD_LETTER) if _id(message) in chosen)
    else:
        letters = {_id(message): message for message in (_whole(settings, letter_id) for letter_id in ids)}.values()
    sent, refusals = _send(settings, ((_id(message), _original(message)) for message in letters))
    # Only now: a letter is requeued once its bytes are acknowledged, not before.
    _send(settings, ((x, Send(topic=DEAD_LETTER, key=x.encode(), value=b"", headers={REQUEUED: x})) for x in sent))
    for letter_id, error in refusals.items():
        say_error(f"{letter_id}: {error.cause}")
    say(f"{len(sent)} requeued.")
    if refusals:
        sys.exit(1)


def _send(settings: Settings, records: Iterable[tuple[str, Send]]) -> tuple[list[str], dict[str, TerminalError]]:
    """Send all, however long it takes; the ids of those that were acknowledged, and of those refused for good."""
    under_way: dict[int, str] = {}
    sent: list[str] = []
    refusals: dict[str, TerminalError] = {}

    def acknowledged(record: Send) -> None:
        sent.append(under_way.pop(id(record)))

    def refused(record: Send, error: TerminalError) -> None:
        refusals[under_way.pop(id(record))] = error

    def waiting(seconds: float) -> None:
        err.print(f"Waiting {seconds:.0f} s for Kafka at {settings.kafka}.")

    with DurableProducer(settings, on_ack=acknowledged, on_refused=refused, on_wait=waiting) as producer:
        for letter_id, record in records:
            under_way[id(record)] = letter_id
            producer.send(record)
    return sent, refusals


def _id(message: Message) -> str:
    return f"{message.partition}/{message.offset}"


def _letters(settings: Settings) -> list[Letter]:
    """Every letter, oldest first."""
    letters: list[Letter] = []
    requeued: set[str] = set()
    for message in read(settings, DEAD_LETTER):
        if REQUEUED in message.headers:
            requeued.add(message.headers[REQUEUED])
        else:
            letters.append(_letter(message))
    letters.sort(key=lambda letter: letter.time)
    return [replace(letter, requeued=letter.id in requeued) for letter in letters]


def _letter(message: Message) -> Letter:
    headers = message.headers
    return Letter(
        id=_id(message),
        time=headers.get("time") or message.timestamp.isoformat(),
        stage=headers.get("stage", "?"),
        cause=headers.get("cause", "No cause is given."),
        item=headers.get("item", ""),
        read_from=headers.get("read-from", ""),
        name=headers.get(ORIGINAL + "name", ""),
        feed=headers.get(ORIGINAL + "feed", ""),
        size=len(message.value),
    )


def _find(settings: Settings, letter_id: str) -> Message:
    partition, _, offset = letter_id.partition("/")
    if not (letter_id.isascii() and partition.isdecimal() and offset.isdecimal()):
        raise click.UsageError(f"'{letter_id}' is no id: they look like 2/15, see `wire dead-letter list`.")
    message = read_one(settings, DEAD_LETTER, int(partition), int(offset))
    if message is None or REQUEUED in message.headers:
        raise OperatorError(f"There is no dead letter {letter_id}.")
    return message


def _whole(settings: Settings, letter_id: str) -> Message:
    message = _find(settings, letter_id)
    if not message.headers.get("read-from"):
        raise OperatorError(
            f"The dead letter {letter_id} is of something that could not be read whole, and is no item; "
            f"`wire dead-letter show {letter_id} --raw` writes what there was of it."
        )
    return message


def _safe(text: str) -> str:
    """`text` as a cell of a table: it neither marks nor steers."""
    return escape(printable(text))


def _original(message: Message) -> Send:
    topic = message.headers["read-from"].partition("/")[0]
    headers = {name.removeprefix(ORIGINAL): v for name, v in message.headers.items() if name.startswith(ORIGINAL)}
    return Send(topic=topic, key=message.key, value=message.value, headers=headers)


def _preview(data: bytes) -> str:
    """The first bytes as text, or as hexadecimal where they are none."""
    head = data[:_PREVIEW]
    text = head.decode(errors="replace")
    plain = sum(char.isprintable() or char in "\n\r\t" for char in text)
    more = f"\n... {len(data) - _PREVIEW:,} more bytes" if len(data) > _PREVIEW else ""
    if text.count("\ufffd") > 8 or plain < 0.9 * len(text):
        lines = (head[i : i + 16] for i in range(0, min(len(head), 512), 16))
        return "\n".join(f"{n * 16:08x}  {line.hex(' ')}" for n, line in enumerate(lines)) + more
    return text + more
