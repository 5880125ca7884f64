"""What the events add up to: their days, one event for all that tells it, the main one, the toll, who it is about.

It reads the story as enriched so far and its text, and needs no parser: what was found in whatever way is told in the
same way.
"""

from dataclasses import replace

from pipeline.enrichers.analysis import Analysis
from pipeline.enrichers.telling.days import dated, dated_alone
from pipeline.enrichers.telling.facts import tellings
from pipeline.enrichers.telling.main_event import marked
from pipeline.enrichers.telling.merging import merged
from pipeline.enrichers.telling.narrative import continued, explaining
from pipeline.enrichers.telling.salience import salient
from pipeline.enrichers.telling.tolls import story_toll
from pipeline.enrichers.telling.union import event_of
from pipeline.story import Story

NAME = "telling"
VERSION = "1"


def run(analysis: Analysis) -> Story:
    """The story with its events dated and merged, in the order of their triggers, its toll, and the salience of its
    entities."""
    events = sorted(analysis.story.events, key=lambda event: event.trigger.start)
    groups = merged(analysis.text, tellings(analysis, dated(analysis, events)))
    united = sorted((event_of(analysis.text, each.tellings) for each in groups), key=lambda event: event.trigger.start)
    told = tuple(explaining(analysis, marked(analysis, continued(analysis, dated_alone(analysis, united)))))
    return replace(analysis.story, events=told, toll=story_toll(analysis.text, told), entities=salient(analysis, told))
