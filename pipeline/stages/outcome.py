"""What a stage says of each message it was given."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Literal

from pipeline.errors import TransientError
from pipeline.messages import Message, Send
from pipeline.settings import Settings


@dataclass(frozen=True, slots=True)
class Done:
    """Processed: acknowledged once all `sends` are. A dead letter is a send like any other."""

    sends: tuple[Send, ...] = ()


@dataclass(frozen=True, slots=True)
class Again:
    """Not processed, and it is not the message's fault: to be tried again."""

    error: TransientError


Outcome = Done | Again

Priority = Literal["urgent", "live", "bulk"]
"""Who goes first where several wait. `bulk` is the backfill lane."""
RANK: Mapping[Priority, int] = {"urgent": 0, "live": 1, "bulk": 2}

Process = Callable[[Sequence[Message], Priority], Awaitable[Sequence[Outcome]]]
"""Messages in, one outcome for each, in order. Raises OperatorError when nothing can go on."""


Tick = Callable[[], Awaitable[Sequence[Send]]]
"""Work that no message causes: called again and again; what it returns is sent."""


@dataclass(frozen=True, slots=True)
class Work:
    """What a stage does: `process` with messages, `tick` every `interval` seconds where there is one."""

    process: Process
    tick: Tick | None = None
    interval: float = 1.0
    alone: bool = False
    """One batch at a time, through to the acknowledgement of what it sends: for the order of what is sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A topic that a stage reads."""

    topic: str
    priority: Priority
    batch: int
    """The most messages processed at once: what is in hand when a worker stops."""
    within: float = 0.03
    """Seconds to wait for a batch to fill: a flash waits so long at each of four stages, and a worker at rest looks as
    often whether there is one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A stage of the flow: a Faust application, and so a consumer group, of its own."""

    name: str
    reads: tuple[Source, ...]
    writes: tuple[str, ...]
    open: Callable[[Settings], AbstractAsyncContextManager[Work]]
    """Opens what the stage needs (a pool, a client) and yields what it does."""
    indexes: bool = False
    """Whether it writes to the index, which must be set up then."""

    @property
    def group(self) -> str:
        """The Faust application id and consumer group."""
        return f"wire-{self.name}"
