"""enrich: stories -> stories with entities, places and events, and each event by itself."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from pipeline.errors import TerminalError
from pipeline.lifecycle.embargo import held
from pipeline.messages import Message, Send, dead_letter
from pipeline.settings import Settings
from pipeline.stages.outcome import Done, Process
from pipeline.stages.pool import EnrichmentPool
from pipeline.story import Lane, Story, StoryEvent, decode, encode
from pipeline.topics import EVENTS, HELD, STORIES

NAME = "enrich"


def publish(story: Story, now: datetime) -> Done:
    """Where an enriched story goes: wire.stories and its events, or, under embargo, wire.held alone."""
    key = story.uri.encode()
    if held(story, now):
        return Done((Send(topic=HELD, key=key, value=encode(story)),))
    events = (Send(topic=EVENTS, key=key, value=encode(event)) for event in story_events(story))
    return Done((Send(topic=STORIES, key=key, value=encode(story)), *events))


def story_events(story: Story) -> list[StoryEvent]:
    """The events of a usable story, each with what a subscriber needs to know of the story."""
    if story.pubstatus != "usable":
        return []
    return [
        StoryEvent(
            uri=story.uri,
            revision=story.revision,
            number=number,
            headline=story.headline,
            versioncreated=story.versioncreated,
            received=story.provenance.received,
            source=story.source,
            language=story.language,
            lane=story.provenance.lane,
            event=event,
        )
        for number, event in enumerate(story.events)
    ]


@asynccontextmanager
async def open_enrich(
    settings: Settings, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> AsyncIterator[Process]:
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
                else publish(result, clock())
                for message, result in zip(batch, results, strict=True)
            ]

        yield process


def _decoded(message: Message) -> Story | TerminalError:
    try:
        return decode(message.value)
    except TerminalError as error:
        return error
