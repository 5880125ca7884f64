"""index: stories -> the search index. The story's revision decides what stands there, not the order of arrival."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from pipeline.errors import TerminalError
from pipeline.lifecycle.revision import document_version
from pipeline.messages import Message, dead_letter
from pipeline.search.client import connect_async
from pipeline.search.documents import Document, document
from pipeline.search.writer import Rejected, Retry, write
from pipeline.settings import Settings
from pipeline.stages.outcome import Again, Done, Outcome, Process
from pipeline.story import Lane, decode

NAME = "index"


@asynccontextmanager
async def open_index(settings: Settings) -> AsyncIterator[Process]:
    """The index stage, with its client."""
    client = connect_async(settings)

    async def process(batch: Sequence[Message], lane: Lane) -> list[Outcome]:  # noqa: ARG001 (one index for all lanes)
        prepared = [_document(message) for message in batch]
        written = iter(await write(client, settings.index, [d for d in prepared if isinstance(d, Document)]))
        outcomes: list[Outcome] = []
        for message, item in zip(batch, prepared, strict=True):
            result = next(written) if isinstance(item, Document) else Rejected(item)
            if isinstance(result, Rejected):
                outcomes.append(Done((dead_letter(message, NAME, result.error),)))
            elif isinstance(result, Retry):
                outcomes.append(Again(result.error))
            else:  # indexed, or superseded by what stands there: both final
                outcomes.append(Done())
        return outcomes

    try:
        yield process
    finally:
        await client.close()


def _document(message: Message) -> Document | TerminalError:
    try:
        story = decode(message.value)
    except TerminalError as error:
        return error
    return document(story, document_version(story))
