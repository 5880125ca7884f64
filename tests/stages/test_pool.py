"""The pool, with real processes: what a text can do to one of them, and what it cannot do to the rest."""

import asyncio
import os
import signal
from collections.abc import Sequence

import psutil
import pytest

from pipeline.errors import TerminalError
from pipeline.stages.outcome import Priority
from pipeline.stages.pool import CHUNK, EnrichmentPool, chunked
from pipeline.story import Story
from tests.stages import poison


def stories(*texts: str) -> list[Story]:
    return [Story(uri=str(number), body_text=text) for number, text in enumerate(texts)]


def enriched(*texts: str, seconds: float = 30.0) -> list[Story | TerminalError]:
    async def scenario() -> list[Story | TerminalError]:
        async with EnrichmentPool(2, work=poison.work, prepare=poison.prepare, seconds=seconds) as pool:
            return await pool.enrich(stories(*texts), "live")

    return asyncio.run(scenario())


def texts_of(results: Sequence[Story | TerminalError]) -> list[str]:
    return [result.body_text if isinstance(result, Story) else result.cause for result in results]


def test_all_come_back_in_order() -> None:
    words = [f"{number} " * 300 for number in range(60)]
    assert texts_of(enriched(*words)) == [word.upper() for word in words]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("die", "The enrichment process died of it"),
        ("raise", "Enrichment failed: ZeroDivisionError: by a text."),
        ("hang", "Enrichment took longer than 1 seconds"),
    ],
)
def test_poison_costs_only_itself(text: str, says: str) -> None:
    first, bad, last = texts_of(enriched("a", text, "b", seconds=1.0))
    assert (first, last) == ("A", "B")
    assert bad.startswith(says)


def test_a_process_killed_from_outside_costs_nothing() -> None:
    async def scenario() -> list[Story | TerminalError]:
        async with EnrichmentPool(1, work=poison.work, prepare=poison.prepare) as pool:
            children = psutil.Process().children(recursive=True)
            for child in children:
                if "spawn_main" in " ".join(child.cmdline()):
                    os.kill(child.pid, signal.SIGKILL)
            return await pool.enrich(stories("a", "b"), "bulk")

    assert texts_of(asyncio.run(scenario())) == ["A", "B"]


def test_the_urgent_overtake_and_the_backfill_comes_last() -> None:
    lanes: list[Priority] = ["bulk", "bulk", "bulk", "live", "urgent"]
    finished: list[Priority] = []

    async def scenario() -> None:
        async with EnrichmentPool(1, work=poison.work, prepare=poison.prepare) as pool:

            async def lane(priority: Priority) -> None:
                await pool.enrich(stories("a"), priority)
                finished.append(priority)

            await asyncio.gather(*map(lane, lanes))

    asyncio.run(scenario())
    assert finished == ["bulk", "bulk", "urgent", "live", "bulk"]  # a chunk at work and one waiting are not recalled


def test_chunks_are_of_about_equal_length_and_lose_nothing() -> None:
    given = stories("x" * 3 * CHUNK, "a", "b" * (CHUNK - 1), "c", "d" * CHUNK)
    chunks = list(chunked(given))
    assert [story for chunk in chunks for story in chunk] == given
    assert all(len(chunk) == 1 or sum(len(s.body_text) for s in chunk) <= CHUNK for chunk in chunks)
    assert list(chunked([])) == []
