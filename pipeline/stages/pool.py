"""The pool of language model processes, shared by the lanes, the urgent first and the backfill last.

Stories go to the processes in chunks of about equal length. A chunk whose process dies or hangs is tried again story
by story, so that a text that kills the model costs nothing but itself.
"""

import asyncio
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from types import TracebackType
from typing import Self

from pebble import ProcessExpired, ProcessPool

from pipeline.enrichers.registry import enrich_batch, load
from pipeline.errors import TerminalError, TransientError
from pipeline.stages.outcome import RANK, Priority
from pipeline.stages.parent import end_with
from pipeline.stages.slots import PrioritySlots
from pipeline.story import Story

CHUNK = 8_000
"""Characters in a chunk, about a third of a second of work: what a live story waits for at most."""
CHUNK_SECONDS = 120.0
"""A chunk that takes longer hangs. The longest text that is enriched takes a twentieth of it."""
TASKS_PER_PROCESS = 2_000
"""Chunks after which a process is replaced: spaCy's string store grows with every new word."""
TRIES = 3
"""Times that a story is tried alone before it is a dead letter."""


class EnrichmentPool:
    """`processes` processes (0: one a core), each of which called `prepare` once and runs `work` on chunks."""

    def __init__(
        self,
        processes: int = 0,
        *,
        work: Callable[[list[Story]], list[Story]] = enrich_batch,
        prepare: Callable[[], object] = load,
        seconds: float = CHUNK_SECONDS,
    ) -> None:
        self._work, self._prepare, self._seconds = work, prepare, seconds
        self.processes = processes or os.cpu_count() or 1
        # One chunk at work and one waiting for each process: no process idles, no live story waits for more.
        self._slots = PrioritySlots(2 * self.processes)
        self._pool = self._new()

    def _new(self) -> ProcessPool:
        return ProcessPool(
            max_workers=self.processes,
            max_tasks=TASKS_PER_PROCESS,
            initializer=_start_child,
            initargs=(os.getpid(), self._prepare),
            context=multiprocessing.get_context("spawn"),
        )

    async def __aenter__(self) -> Self:
        """Start every process and load its model; a first story must not wait for that."""
        await asyncio.gather(*(self._run([], "live") for _ in range(self.processes)))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await asyncio.to_thread(_end, self._pool)

    async def enrich(self, stories: Sequence[Story], priority: Priority) -> list[Story | TerminalError]:
        """Each story enriched, or why it cannot be; in order."""
        chunks = await asyncio.gather(*(self._chunk(chunk, priority) for chunk in chunked(stories)))
        return [result for chunk in chunks for result in chunk]

    async def _chunk(self, chunk: list[Story], priority: Priority, tries: int = 1) -> Sequence[Story | TerminalError]:
        try:
            return await self._run(chunk, priority)
        except TerminalError as error:
            if len(chunk) == 1:
                # A process may also die of something else (killed from outside, out of memory): ask again.
                return [error] if tries == TRIES else await self._chunk(chunk, priority, tries + 1)
        # One of them did it. One after the other, the rest passes.
        return [result for story in chunk for result in await self._chunk([story], priority)]

    async def _run(self, chunk: list[Story], priority: Priority) -> list[Story]:
        """The chunk enriched; TerminalError when its process failed on it, TransientError when the pool did."""
        async with self._slots.slot(RANK[priority]):
            for _ in range(TRIES):
                try:
                    return await self._scheduled(chunk)
                except BrokenProcessPool:
                    # An idle process was killed from outside: no text's fault, and pebble gives up the whole pool.
                    await self._replace()
            raise TransientError(f"The enrichment pool broke {TRIES} times in a row.")

    async def _scheduled(self, chunk: list[Story]) -> list[Story]:
        if not self._pool.active:
            await self._replace()
        future = self._pool.schedule(self._work, args=(chunk,), timeout=self._seconds)
        try:
            result: list[Story] = await asyncio.wrap_future(future)
        except BrokenProcessPool:
            raise
        except TimeoutError:
            raise TerminalError(f"Enrichment took longer than {self._seconds:.0f} seconds and was stopped.") from None
        except ProcessExpired as error:
            raise TerminalError(f"The enrichment process died of it (exit code {error.exitcode}).") from error
        except MemoryError as error:
            raise TransientError("There is not enough memory for enrichment.") from error
        except Exception as error:
            raise TerminalError(f"Enrichment failed: {type(error).__name__}: {error}.") from error
        return result

    async def _replace(self) -> None:
        """A new pool for a broken one; whoever comes second finds it done."""
        broken = self._pool
        if not broken.active:
            self._pool = self._new()
            await asyncio.to_thread(_end, broken)


def _end(pool: ProcessPool) -> None:
    pool.stop()  # type: ignore[no-untyped-call]
    pool.join()


def chunked(stories: Sequence[Story]) -> Iterator[list[Story]]:
    """Runs of stories of about CHUNK characters together; a longer story is a chunk of its own."""
    chunk: list[Story] = []
    length = 0
    for story in stories:
        if chunk and length + len(story.body_text) > CHUNK:
            yield chunk
            chunk, length = [], 0
        chunk.append(story)
        length += len(story.body_text)
    if chunk:
        yield chunk


def _start_child(parent: int, prepare: Callable[[], object]) -> None:
    """Ctrl-C reaches the whole group, but the worker decides when its children end; with it, they end at once."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with(parent, lambda: os._exit(1))
    prepare()
