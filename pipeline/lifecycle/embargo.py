"""Who may see a story when."""

from datetime import datetime

from pipeline.story import Story


def held(story: Story, now: datetime) -> bool:
    """Whether `story` is under embargo at `now`: nobody but its handlers may see it. A kill is never held."""
    return story.pubstatus == "usable" and story.embargoed is not None and story.embargoed > now
