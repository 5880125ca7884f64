"""index: stories -> the search index. The story's revision decides what stands there, not the order of arrival."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from pipeline.messages import Message
from pipeline.search.client import connect_async
from pipeline.settings import Settings
from pipeline.stages.indexing import index_batch
from pipeline.stages.outcome import Outcome, Work
from pipeline.story import Lane

NAME = "index"


@asynccontextmanager
async def open_index(settings: Settings) -> AsyncIterator[Work]:
    """The index stage, with its client."""
    client = connect_async(settings)

    async def process(batch: Sequence[Message], _lane: Lane) -> list[Outcome]:
        return await index_batch(client, settings, NAME, batch)

    try:
        yield Work(process)
    finally:
        await client.close()
