"""enrich: stories -> stories with entities, places and events, and each event by itself."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from pipeline.errors import TerminalError
from pipeline.lifecycle.embargo import held
from pipeline.messages import Message, Send, dead_letter
from pipeline.settings import Settings
from pipeline.stages.outcome import Done, Work
from pipeline.stages.pool import EnrichmentPool
from pipeline.stages.publish import published
from pipeline.story import Lane, Story, decode, encode
from pipeline.topics import HELD

NAME = "enrich"


def destination(story: Story, now: datetime) -> Done:
    """Where an enriched story goes: published or, under embargo, to wire.held alone."""
    if held(story, now):
        return Done((Send(topic=HELD, key=story.uri.encode(), value=encode(story)),))
    return Done(published(story))


@asynccontextmanager
async def open_enrich(
    settings: Settings, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> AsyncIterator[Work]:
    """The enrich stage, with its pool of language model processes."""
    async with EnrichmentPool(settings.nlp_processes) as pool:

        async def process(batch: Sequence[Message], lane: Lane) -> list[Done]:
            decoded = [_decoded(message) for message in batch]
            stories = [story for story in decoded if isinstance(story, Story)]
            enriched = iter(await pool.enrich(stories, lane))
            results = [next(enriched) if isinstance(item, Story) else item for item in decoded]
            return [
                Done((dead_letter(message, NAME, result),))
                if isinstance(result, TerminalError)
                else destination(result, clock())
                for message, result in zip(batch, results, strict=True)
            ]

        yield Work(process)


def _decoded(message: Message) -> Story | TerminalError:
    try:
        return decode(message.value)
    except TerminalError as error:
        return error
