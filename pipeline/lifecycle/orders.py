"""Orders to the publish stage: look at this story again. The value of wire.orders, keyed by the story's uri."""

from dataclasses import dataclass
from typing import Literal

import msgspec
import orjson

from pipeline.errors import TerminalError
from pipeline.messages import Send
from pipeline.story import Time
from pipeline.topics import ORDERS

OrderKind = Literal["due", "again", "relate", "release"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """`due`: its embargo is over. `again`: send its newest version again, an older one was sent last. `relate`: its
    group and thread are these now. `release`: its agency no longer withholds it, since `time`."""

    kind: OrderKind
    uri: str
    group: str | None = None
    thread: str | None = None
    time: Time | None = None
    stands: int | None = None
    """For `again`: the version of the document that the index has: what is not as new is not sent."""


def ordered(order: Order) -> Send:
    """The message that gives `order`."""
    return Send(topic=ORDERS, key=order.uri.encode(), value=encode(order))


def encode(order: Order) -> bytes:
    """JSON, UTF-8."""
    return orjson.dumps(order)


def decode(data: bytes) -> Order:
    """The order in `data`; TerminalError with a sentence when it is none."""
    try:
        return msgspec.convert(orjson.loads(data), Order)
    except (orjson.JSONDecodeError, msgspec.ValidationError) as error:
        raise TerminalError(f"Not an order: {error}.") from error
