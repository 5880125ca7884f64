"""enrich: stories -> stories with entities, places and events. A kill has no text, and passes at once."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from pipeline.errors import TerminalError
from pipeline.messages import Message, Send, dead_letter
from pipeline.settings import Settings
from pipeline.stages.outcome import Done, Priority, Work
from pipeline.stages.pool import EnrichmentPool
from pipeline.story import Story, decode, encode
from pipeline.topics import ENRICHED, ENRICHED_BULK

NAME = "enrich"


@asynccontextmanager
async def open_enrich(settings: Settings) -> AsyncIterator[Work]:
    """The enrich stage, with its pool of language model processes."""
    async with EnrichmentPool(settings.nlp_processes) as pool:

        async def process(batch: Sequence[Message], priority: Priority) -> list[Done]:
            decoded = [_decoded(message) for message in batch]
            stories = [each for each in decoded if isinstance(each, Story) and _has_text(each)]
            enriched = iter(await pool.enrich(stories, priority))
            results = [next(enriched) if _has_text(each) else each for each in decoded]
            return [_done(message, result) for message, result in zip(batch, results, strict=True)]

        yield Work(process)


def _has_text(decoded: Story | TerminalError) -> bool:
    return isinstance(decoded, Story) and decoded.pubstatus != "canceled"


def _done(message: Message, result: Story | TerminalError) -> Done:
    if isinstance(result, TerminalError):
        return Done((dead_letter(message, NAME, result),))
    # A kill from an archive is not to wait for the archive.
    bulk = result.provenance.lane == "bulk" and result.pubstatus == "usable"
    topic = ENRICHED_BULK if bulk else ENRICHED
    return Done((Send(topic=topic, key=result.uri.encode(), value=encode(result)),))


def _decoded(message: Message) -> Story | TerminalError:
    try:
        return decode(message.value)
    except TerminalError as error:
        return error
