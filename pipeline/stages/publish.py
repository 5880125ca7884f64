"""Where a story goes once it may be seen: wire.stories, and each of its events to wire.events."""

from pipeline.messages import Send
from pipeline.story import Story, StoryEvent, encode
from pipeline.topics import EVENTS, STORIES


def published(story: Story) -> tuple[Send, ...]:
    """The messages that publish `story`."""
    key = story.uri.encode()
    events = (Send(topic=EVENTS, key=key, value=encode(event)) for event in story_events(story))
    return (Send(topic=STORIES, key=key, value=encode(story)), *events)


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
