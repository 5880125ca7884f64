"""What a story's readers are sent: the story and each of its events, or what stands in its place when it is gone."""

from dataclasses import replace

from pipeline.messages import Send
from pipeline.story import Story, StoryEvent, encode, tombstone
from pipeline.topics import EVENTS, STORIES


def published(story: Story) -> tuple[Send, ...]:
    """The messages that publish `story`."""
    key = story.uri.encode()
    events = (Send(topic=EVENTS, key=key, value=encode(event)) for event in story_events(story))
    return (Send(topic=STORIES, key=key, value=encode(story)), *events)


def mark(story: Story) -> Story:
    """What stands in the place of a story that was seen and may not be seen now. Why, where its agency withholds it."""
    said = story.ednote if story.pubstatus == "withheld" else None
    return replace(tombstone(story), pubstatus="withheld", ednote=said)


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
