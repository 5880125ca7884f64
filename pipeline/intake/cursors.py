"""How far each feed was read, and how it fares: the compacted topic wire.cursors, keyed by feed.

In Kafka, and not in a file: whoever runs the feeds next, on whatever machine, goes on from here.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

import msgspec
import orjson

from pipeline.bus.reader import read
from pipeline.messages import Send
from pipeline.settings import Settings
from pipeline.topics import CURSORS

Time = Annotated[datetime, msgspec.Meta(tz=True)]


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """One feed's: the value of wire.cursors."""

    feed: str
    cursor: Any = None
    """What the source makes of it; None: from the beginning."""
    items: int = 0
    """Taken in all."""
    unreadable: int = 0
    since: Time | None = None
    """When it was first run."""
    last_item: Time | None = None
    failing: str | None = None
    """The sentence, while it fails."""
    failing_since: Time | None = None


def states(settings: Settings) -> dict[str, State]:
    """The newest state of every feed that was ever run, by feed."""
    newest: dict[str, tuple[int, State]] = {}
    for message in read(settings, CURSORS):
        try:
            state = msgspec.convert(orjson.loads(message.value), State)
        except (orjson.JSONDecodeError, msgspec.ValidationError):
            continue  # not ours: whoever wrote it, a feed is then read from the beginning, which does no harm
        known = newest.get(state.feed)
        if known is None or message.offset > known[0]:  # one key, one partition
            newest[state.feed] = (message.offset, state)
    return {feed: state for feed, (_, state) in newest.items()}


def kept(state: State) -> Send:
    """The record that keeps a state."""
    return Send(topic=CURSORS, key=state.feed.encode(), value=orjson.dumps(state))
