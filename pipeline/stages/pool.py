"""The pool of language model processes, shared by the lanes with live first.

Stories go to the processes in chunks of about equal length. A chunk whose process dies or hangs is tried again story
by story, so that a text that kills the model costs nothing but itself.
"""

import asyncio
import multiprocessing
import os
import signal
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError
from types import TracebackType
from typing import Self

from pebble import ProcessExpired, ProcessPool

from pipeline.enrichers.registry import enrich_batch, load
from pipeline.errors import TerminalError
from pipeline.stages.parent import end_with
from pipeline.stages.slots import PrioritySlots
from pipeline.story import Lane, Story

CHUNK = 8_000
"""Characters in a chunk, about a third of a second of work: what a live story waits for at most."""
CHUNK_SECONDS = 120.0
"""A chunk that takes longer hangs. The longest text that is enriched takes a twentieth of it."""
TASKS_PER_PROCESS = 2_000
"""Chunks after which a process is replaced: spaCy's string store grows with every new word."""
TRIES = 3
"""Times that a story is tried alone before it is a dead letter."""
_RANK: dict[Lane, int] = {"live": 0, "bulk": 1}


class EnrichmentPool:
    """`processes` processes with a loaded model each (0: one a core)."""

    def __init__(self, processes: int = 0) -> None:
        self.processes = processes or os.cpu_count() or 1
        # One chunk at work and one waiting for each process: no process idles, no live story waits for more.
        self._slots = PrioritySlots(2 * self.processes)
        self._pool = ProcessPool(
            max_workers=self.processes,
            max_tasks=TASKS_PER_PROCESS,
            initializer=_start_child,
            initargs=(os.getpid(),),
            context=multiprocessing.get_context("spawn"),
        )

    async def __aenter__(self) -> Self:
        """Start every process and load its model; a first story must not wait for that."""
        await asyncio.gather(*(self._run([], "live") for _ in range(self.processes)))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.stop()  # type: ignore[no-untyped-call]
        await asyncio.to_thread(self._pool.join)

    async def enrich(self, stories: Sequence[Story], lane: Lane) -> list[Story | TerminalError]:
        """Each story enriched, or why it cannot be; in order."""
        chunks = await asyncio.gather(*(self._chunk(chunk, lane) for chunk in chunked(stories)))
        return [result for chunk in chunks for result in chunk]

    async def _chunk(self, chunk: list[Story], lane: Lane, tries: int = 1) -> Sequence[Story | TerminalError]:
        try:
            return await self._run(chunk, lane)
        except TerminalError as error:
            if len(chunk) == 1:
                # A process may also die of something else (killed from outside, out of memory): ask again.
                return [error] if tries == TRIES else await self._chunk(chunk, lane, tries + 1)
        # One of them did it. One after the other, the rest passes.
        return [result for story in chunk for result in await self._chunk([story], lane)]

    async def _run(self, chunk: list[Story], lane: Lane) -> list[Story]:
        async with self._slots.slot(_RANK[lane]):
            future = self._pool.schedule(enrich_batch, args=(chunk,), timeout=CHUNK_SECONDS)
            try:
                result: list[Story] = await asyncio.wrap_future(future)
            except TimeoutError:
                raise TerminalError(
                    f"Enrichment took longer than {CHUNK_SECONDS:.0f} seconds and was stopped."
                ) from None
            except ProcessExpired as error:
                raise TerminalError(f"The enrichment process died of it (exit code {error.exitcode}).") from error
            except (asyncio.CancelledError, CancelledError):
                raise
            except Exception as error:
                raise TerminalError(f"Enrichment failed: {type(error).__name__}: {error}.") from error
            return result


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


def _start_child(parent: int) -> None:
    """Ctrl-C reaches the whole group, but the worker decides when its children end; with it, they end at once."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with(parent, lambda: os._exit(1))
    load()
