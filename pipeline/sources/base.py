"""What every source is made of: a feed's settings, what arrives, and the two functions of a kind of source.

A feed is configured (one table of feeds.toml); its kind says how it is read. `poll` yields what is new, batch by
batch. The runner sends a batch, waits until the broker has acknowledged all of it, keeps the batch's cursor, and only
then calls `done`, which has the source forget it: file moved, mail marked as seen, request answered. Killed at any
step, the source offers the batch again, and the same bytes are the same story.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from threading import Event
from typing import Annotated, Any, Literal, TypeAlias

import msgspec

Cursor: TypeAlias = Any
"""Where to go on reading, as JSON; None: from the beginning."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """An item as it lies at its source."""

    name: str
    data: bytes
    charset: str | None = None
    """As the transport declares it; None: it does not."""
    content_type: str | None = None


EXCERPT = 1 << 20
"""Bytes that are kept of what could not be taken whole."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Something that could not be read, and why; the rest goes on."""

    name: str
    reason: str
    data: bytes = field(default=b"", compare=False)
    """Its first bytes, as far as they could be read: EXCERPT at most."""


def nothing() -> None:
    """For batches that the source need not hear of again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What is sent and acknowledged as one."""

    arrivals: tuple[Arrival | Unreadable, ...] = ()
    cursor: Cursor = None
    """Where to go on after this batch; None: as before."""
    done: Callable[[], None] = nothing
    """Called after acknowledgement. May raise TransientError: the batch is then sent again in the next round."""


class Feed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind"):
    """What the feeds of all kinds have. A kind's own fields are in its subclass, with the kind's name as tag."""

    id: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
    format: str | None = None
    charset: str | None = None
    language: str | None = None
    """BCP 47, of stories that do not say theirs."""
    rights: str | None = None
    """Usage terms of stories that do not say theirs."""
    lane: Literal["live", "bulk"] = "live"
    every: Annotated[float, msgspec.Meta(gt=0)] = 60.0
    """Seconds between two polls."""
    numbered: bool = True
    """Whether the numbers of its transmissions, where it has some, follow one another: a missing one is then a gap."""
    silent_after: Annotated[float, msgspec.Meta(gt=0)] | None = None
    """Seconds without an item after which the feed counts as silent: its expected rhythm. None: it has none."""


Limit: TypeAlias = int
"""Bytes of the largest item that is taken; a larger one is Unreadable and is not read whole into memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A way in.

    `check(feed)` tries the feed and takes nothing: a sentence on what was found there. `poll(feed, cursor, limit,
    stop)` is one round: batches, in order, of everything that is new since `cursor`; it ends when there is no more for
    now, or soon after `stop` is set. Both raise TransientError when the counterpart fails (the runner tries again with
    back-off) and OperatorError when somebody must act (password refused, folder missing).
    """

    feed: type[Feed]
    check: Callable[[Any], str]
    poll: Callable[[Any, Cursor, Limit, Event], Iterator[Batch]]

    @property
    def name(self) -> str:
        """What `kind` is in feeds.toml."""
        return str(self.feed.__struct_config__.tag)
