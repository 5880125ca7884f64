"""index: stories -> the search index. The story's revision decides what stands there, not the order of arrival."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

from elasticsearch import AsyncElasticsearch

from pipeline.errors import TerminalError, TransientError
from pipeline.lifecycle.orders import Order, ordered
from pipeline.lifecycle.priority import urgent
from pipeline.lifecycle.revision import document_version
from pipeline.messages import Message, dead_letter
from pipeline.search.client import connect_async
from pipeline.search.documents import document
from pipeline.search.lookup import standing
from pipeline.search.writer import Document, Written, write
from pipeline.search.writer import Outcome as Result
from pipeline.settings import Settings
from pipeline.stages.outcome import Again, Done, Outcome, Priority, Work
from pipeline.story import Story, decode

NAME = "index"


@asynccontextmanager
async def open_index(settings: Settings) -> AsyncIterator[Work]:
    """The index stage, with its client."""
    client = connect_async(settings)

    async def process(batch: Sequence[Message], _priority: Priority) -> list[Outcome]:
        return await index(client, settings, batch)

    try:
        yield Work(process)
    finally:
        await client.close()


async def index(client: AsyncElasticsearch, settings: Settings, batch: Sequence[Message]) -> list[Outcome]:
    """Write the stories in `batch`; one outcome each."""
    stories = [_decoded(message) for message in batch]
    documents = [_document(story) for story in stories]
    at_once = any(isinstance(story, Story) and _at_once(story) for story in stories)
    sendable = [each for each in documents if isinstance(each, Document)]
    written = iter(await write(client, settings.index, sendable, refresh=at_once))
    results = [next(written) if isinstance(each, Document) else each for each in documents]
    pairs = list(zip(stories, results, strict=True))
    late = {story.uri for story, result in pairs if isinstance(story, Story) and result is Written.SUPERSEDED}
    newer = await standing(client, settings, late)
    return [_outcome(message, *pair, newer) for message, pair in zip(batch, pairs, strict=True)]


def _at_once(story: Story) -> bool:
    """Whether searches must see it, or miss it, now, and not after the next refresh."""
    live = story.provenance.lane == "live"
    return story.pubstatus != "usable" or (live and (urgent(story) or story.embargoed is not None))


def _decoded(message: Message) -> Story | TerminalError:
    try:
        return decode(message.value)
    except TerminalError as error:
        return error


def _document(story: Story | TerminalError) -> Document | TerminalError:
    if isinstance(story, TerminalError):
        return story
    try:
        return document(story, _version(story))
    except TerminalError as error:
        return error


def _version(story: Story) -> int:
    return document_version(story, published=story.pubstatus != "withheld")


def _outcome(message: Message, story: Story | TerminalError, result: Result, newer: Mapping[str, int]) -> Outcome:
    if isinstance(result, TransientError):
        return Again(result)
    if isinstance(result, TerminalError):
        return Done((dead_letter(message, NAME, result),))
    assert isinstance(story, Story)
    if newer.get(story.uri, 0) > _version(story):
        # It came after a newer version, so the topic would keep the older one: the newer has to be sent again.
        return Done((ordered(Order(kind="again", uri=story.uri, stands=newer[story.uri])),))
    return Done()
