"""index: stories -> the search index. The story's revision decides what stands there, not the order of arrival."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from pipeline.errors import TerminalError, TransientError
from pipeline.lifecycle.revision import document_version
from pipeline.messages import Message, dead_letter
from pipeline.search.client import connect_async
from pipeline.search.documents import Document, document
from pipeline.search.writer import Written, write
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
        results = [next(written) if isinstance(item, Document) else item for item in prepared]
        return [_outcome(message, result) for message, result in zip(batch, results, strict=True)]

    try:
        yield process
    finally:
        await client.close()


def _outcome(message: Message, result: Written | TerminalError | TransientError) -> Outcome:
    if isinstance(result, TransientError):
        return Again(result)
    if isinstance(result, TerminalError):
        return Done((dead_letter(message, NAME, result),))
    return Done()  # indexed, or superseded by what stands there: both final


def _document(message: Message) -> Document | TerminalError:
    try:
        story = decode(message.value)
    except TerminalError as error:
        return error
    return document(story, document_version(story))
