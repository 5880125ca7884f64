"""How far each feed was read, and how it fares: the compacted topic wire.cursors.

In Kafka, and not in a file: whoever runs the feeds next, on whatever machine, goes on from here. Of each feed there is
its state, under its id, and, where its transmissions are numbered, what is known of the numbers, under ID/numbers.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, TypeVar

import msgspec
import orjson

from pipeline.bus.producer import DurableProducer
from pipeline.bus.reader import read
from pipeline.errors import OperatorError, TerminalError, TransientError
from pipeline.intake.gaps import Tracker
from pipeline.intake.hours import Hour
from pipeline.messages import Message, Send
from pipeline.settings import Settings
from pipeline.topics import CURSORS

Time = Annotated[datetime, msgspec.Meta(tz=True)]
_NUMBERS = "/numbers"
"""No feed's id has a slash in it."""
Record = TypeVar("Record", "State", Tracker)


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """How far a feed was read, and how it fares."""

    feed: str
    cursor: Any = None
    """What the source makes of it; None: from the beginning."""
    items: int = 0
    """Taken in all."""
    unreadable: int = 0
    hours: tuple[Hour, ...] = ()
    """What came in each of the last hours in which something did."""
    since: Time | None = None
    """When it was first run."""
    last_item: Time | None = None
    failing: str | None = None
    """The sentence, while it fails."""
    failing_since: Time | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """The newest records of every feed that was ever run, by feed."""

    states: dict[str, State] = field(default_factory=dict)
    numbers: dict[str, Tracker] = field(default_factory=dict)


def kept(settings: Settings) -> Kept:
    """What wire.cursors holds. Raises TransientError or OperatorError when Kafka cannot be asked."""
    last: dict[tuple[str, int], Message] = {}
    for message in read(settings, CURSORS):
        last[(message.key or b"").decode(errors="replace"), message.partition] = message  # per partition in order
    # Where partitions were added to the topic, a key's older records stay in another one than its newest.
    newest = {key: message.value for (key, _), message in sorted(last.items(), key=lambda item: item[1].timestamp)}
    found = Kept()
    for key, value in newest.items():
        feed = key.removesuffix(_NUMBERS)
        if key != feed and (numbers := decoded(value, Tracker)):
            found.numbers[feed] = numbers
        elif key == feed and (state := decoded(value, State)):
            found.states[feed] = state
    return found


def decoded(value: bytes, kind: type[Record]) -> Record | None:
    """A record's value; None for what is none of ours: a feed is then read from the beginning, which does no harm."""
    try:
        return msgspec.convert(orjson.loads(value), kind, str_keys=True)
    except (orjson.JSONDecodeError, msgspec.ValidationError):
        return None


def states(settings: Settings) -> dict[str, State]:
    """The state of every feed that was ever run, by feed."""
    return kept(settings).states


def record(of: State | Tracker) -> Send:
    """The record that keeps it."""
    key = of.feed if isinstance(of, State) else of.feed + _NUMBERS
    return Send(topic=CURSORS, key=key.encode(), value=orjson.dumps(of, option=orjson.OPT_NON_STR_KEYS))


def keep(settings: Settings, records: Iterable[State | Tracker]) -> bool:
    """Keep these, if Kafka is there now: whether it was."""
    try:
        with DurableProducer(settings, on_ack=lambda _: None, on_refused=_refused, on_wait=_at_once) as producer:
            for each in records:
                producer.send(record(each))
    except (TransientError, OperatorError):
        return False
    return True


def _at_once(_seconds: float) -> None:
    raise TransientError("Kafka does not answer.")


def _refused(sent: Send, error: TerminalError) -> None:
    raise OperatorError(f"Kafka takes no record of {len(sent.value):,} bytes for {sent.topic}: {error.cause}")
