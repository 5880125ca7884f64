"""What is left of a killed story: that it was killed, when and why, and none of what it said."""

from pipeline.story import Story


def tombstone(story: Story) -> Story:
    """`story` without text, headline, names or anything else it said; the editor's note says why it was killed."""
    return Story(
        uri=story.uri,
        revision=story.revision,
        pubstatus=story.pubstatus,
        type=story.type,
        version=story.version,
        versioncreated=story.versioncreated,
        firstcreated=story.firstcreated,
        ednote=story.ednote,
        source=story.source,
        language=story.language,
        provenance=story.provenance,
    )
