"""A batch from messages to acknowledged effects: what is retried, what is a dead letter, when it is let go.

Knows neither Faust nor Kafka: it is given functions for sending (which raises TerminalError for what can never be
sent) and for asking whether the worker must leave.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Sequence
from contextlib import nullcontext
from typing import Any, TypeVar

from pipeline.errors import OperatorError, TerminalError, TransientError
from pipeline.messages import Message, Send, dead_letter
from pipeline.stages.outcome import RANK, Again, Done, Outcome, Priority, Work
from pipeline.stages.slots import PrioritySlots
from pipeline.topics import DEAD_LETTER

logger = logging.getLogger(__name__)

T = TypeVar("T")

FIRST_DELAY, LONGEST_DELAY = 0.1, 5.0
"""Seconds between tries."""
MOST_BYTES = 32 << 20
"""Of a batch that is processed at once: a hundred of the largest stories would not fit into a worker's memory."""
GRACE = 6.0
"""Seconds that a batch in hand may still take when the worker must leave."""


class Delivery:
    """Delivers batches of one stage. `leaving()` tells that the worker stops or its partitions move away."""

    def __init__(
        self, stage: str, work: Work, send: Callable[[Send], Awaitable[None]], leaving: Callable[[], bool]
    ) -> None:
        self._stage, self._process, self._send, self._leaving = stage, work.process, send, leaving
        self._turns = PrioritySlots(1) if work.alone else None

    async def deliver(self, batch: Sequence[Message], priority: Priority) -> bool:
        """True: everything that the batch causes is acknowledged. False: let go, it will come again.

        Retries for as long as it takes. Raises OperatorError when nothing can go on.
        """
        for part in _parts(batch):
            if not await self._deliver(part, priority):
                return False
        return True

    async def _deliver(self, batch: Sequence[Message], priority: Priority) -> bool:
        todo, delay = list(batch), FIRST_DELAY
        while todo:
            outcomes = await self._once(todo, priority)
            if outcomes is None:
                return False
            again = [(m, o.error) for m, o in zip(todo, outcomes, strict=True) if isinstance(o, Again)]
            todo = [message for message, _ in again]
            if again:
                logger.warning("%d of %d to be tried again: %s", len(again), len(batch), again[0][1])
                if not await self._pause(delay):
                    return False
                delay = min(2 * delay, LONGEST_DELAY)
        return True

    async def _once(self, batch: Sequence[Message], priority: Priority) -> Sequence[Outcome] | None:
        """Try every message once, and send what those that succeed cause; None when the worker must leave."""
        async with self._turns.slot(RANK[priority]) if self._turns else nullcontext():
            outcomes = await self._unless_leaving(self._isolated(batch, priority))
            if outcomes is None or not await self._deliver_sends(batch, outcomes):
                return None
            return outcomes

    async def _isolated(self, batch: Sequence[Message], priority: Priority) -> Sequence[Outcome]:
        """The stage's outcomes; a failure that it did not foresee costs only the message that causes it."""
        try:
            return await self._process(batch, priority)
        except OperatorError:
            raise
        except TransientError as error:
            return [Again(error)] * len(batch)
        except (OSError, MemoryError) as error:
            return [Again(TransientError(f"{type(error).__name__}: {error}."))] * len(batch)
        except Exception as error:
            if len(batch) > 1:
                return [(await self._isolated([message], priority))[0] for message in batch]
            logger.exception("%s is a dead letter", batch[0].coordinates)
            cause = TerminalError(f"Unforeseen failure in {self._stage}: {type(error).__name__}: {error}.")
            return [Done((dead_letter(batch[0], self._stage, cause),))]

    async def _deliver_sends(self, batch: Sequence[Message], outcomes: Sequence[Outcome]) -> bool:
        """Send what the batch causes; a message whose sends are refused for good is a dead letter itself."""
        pairs = zip(batch, outcomes, strict=True)
        owned = [(message, send) for message, each in pairs if isinstance(each, Done) for send in each.sends]
        refusals = await self.send_all([send for _, send in owned])
        if not refusals:
            return refusals is not None
        refused = {owned[number][0].coordinates: (owned[number][0], error) for number, error in refusals.items()}
        letters = [dead_letter(message, self._stage, error) for message, error in refused.values()]
        return await self.send_all(letters) is not None

    async def send_all(self, sends: Sequence[Send]) -> dict[int, TerminalError] | None:
        """Returns once the broker has taken every one or refused it for good; in order, for as long as it takes.

        The refusals by position, or None when the worker must leave. Raises OperatorError where not even a dead letter
        is taken.
        """
        todo, delay = list(enumerate(sends)), FIRST_DELAY
        refusals: dict[int, TerminalError] = {}
        while todo:
            results = await self._unless_leaving(self._gathered([send for _, send in todo]))
            if results is None:
                return None
            failed = [(item, result) for item, result in zip(todo, results, strict=True) if result is not None]
            refusals |= {number: error for (number, _), error in failed if isinstance(error, TerminalError)}
            todo = [item for item, error in failed if not isinstance(error, TerminalError)]
            if todo:
                logger.warning("%s: %d sends to be tried again: %r", self._stage, len(todo), failed[-1][1])
                if not await self._pause(delay):
                    return None
                delay = min(2 * delay, LONGEST_DELAY)
        for number, error in refusals.items():
            if sends[number].topic == DEAD_LETTER:
                raise OperatorError(f"Kafka does not even take the dead letter. {error.cause}")
        return refusals

    async def _gathered(self, sends: Sequence[Send]) -> list[BaseException | None]:
        return await asyncio.gather(*(self._send(send) for send in sends), return_exceptions=True)

    async def _unless_leaving(self, work: Coroutine[Any, Any, T]) -> T | None:
        """The result of `work`; None when the worker must leave and `work` outlasts the grace."""
        task, since = asyncio.ensure_future(work), None
        clock = asyncio.get_running_loop().time
        try:
            while not task.done():
                await asyncio.wait({task}, timeout=0.2)
                if self._leaving():
                    since = since or clock()
                    if clock() - since > GRACE:
                        return None
            return task.result()
        finally:
            task.cancel()

    async def _pause(self, seconds: float) -> bool:
        """Sleep; False as soon as the worker must leave."""
        end = asyncio.get_running_loop().time() + seconds
        while asyncio.get_running_loop().time() < end:
            if self._leaving():
                return False
            await asyncio.sleep(0.05)
        return not self._leaving()


def _parts(batch: Sequence[Message]) -> Iterator[Sequence[Message]]:
    """The batch in runs of MOST_BYTES; a larger message goes alone."""
    first = length = 0
    for number, message in enumerate(batch):
        if number > first and length + len(message.value) > MOST_BYTES:
            yield batch[first:number]
            first, length = number, 0
        length += len(message.value)
    if first < len(batch):
        yield batch[first:]
