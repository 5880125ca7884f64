"""Writing a batch of messages to the index, for the stages that do."""

from collections.abc import Sequence

from elasticsearch import AsyncElasticsearch

from pipeline.errors import TerminalError, TransientError
from pipeline.lifecycle.revision import document_version
from pipeline.messages import Message, dead_letter
from pipeline.search.documents import Document, document
from pipeline.search.writer import Written, write
from pipeline.settings import Settings
from pipeline.stages.outcome import Again, Done, Outcome
from pipeline.story import decode


async def index_batch(
    client: AsyncElasticsearch, settings: Settings, stage: str, batch: Sequence[Message], *, held: bool = False
) -> list[Outcome]:
    """Index the stories in `batch`; `held` marks them as waiting for the end of their embargo."""
    prepared = [_document(message, held=held) for message in batch]
    written = iter(await write(client, settings.index, [d for d in prepared if isinstance(d, Document)]))
    results = [next(written) if isinstance(item, Document) else item for item in prepared]
    return [_outcome(message, stage, result) for message, result in zip(batch, results, strict=True)]


def _document(message: Message, *, held: bool) -> Document | TerminalError:
    try:
        story = decode(message.value)
        return document(story, document_version(story, published=not held), held=held)
    except TerminalError as error:
        return error


def _outcome(message: Message, stage: str, result: Written | TerminalError | TransientError) -> Outcome:
    if isinstance(result, TransientError):
        return Again(result)
    if isinstance(result, TerminalError):
        return Done((dead_letter(message, stage, result),))
    return Done()  # indexed, or superseded by what stands there: both final
