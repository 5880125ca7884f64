"""hold: stories under embargo, kept out of sight until their time, and then published.

What is held stands in the index, marked; the index is also what decides at the end whether it is still to be
published: a newer version, a kill or an earlier release has replaced the held document by then. So a worker that was
down at that moment publishes when it is back, and two workers that publish both do no harm.
"""

import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from pipeline.messages import Message, Send
from pipeline.search.client import connect_async
from pipeline.search.lookup import due
from pipeline.settings import Settings
from pipeline.stages.indexing import index_batch
from pipeline.stages.outcome import Outcome, Work
from pipeline.stages.publish import published
from pipeline.story import Lane

NAME = "hold"
TICK = 0.25
"""Seconds between looks for what is due."""
PATIENCE = 10.0
"""Seconds that the index stage has to replace a held document before its release is sent again."""


@asynccontextmanager
async def open_hold(
    settings: Settings, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> AsyncIterator[Work]:
    """The hold stage, with its client."""
    client = connect_async(settings)
    sent: dict[tuple[str, int], float] = {}

    async def process(batch: Sequence[Message], _lane: Lane) -> list[Outcome]:
        return await index_batch(client, settings, NAME, batch, held=True)

    async def release() -> tuple[Send, ...]:
        now = time.monotonic()
        for key in [key for key, moment in sent.items() if now - moment > PATIENCE]:
            del sent[key]
        stories = [story for story in await due(client, settings, clock()) if (story.uri, story.revision) not in sent]
        sent.update({(story.uri, story.revision): now for story in stories})
        return tuple(send for story in stories for send in published(story))

    try:
        yield Work(process, release, TICK)
    finally:
        await client.close()
