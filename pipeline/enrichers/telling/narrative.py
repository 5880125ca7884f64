"""What sentences that follow one another say together: the day of a scene, and the past that explains the news."""

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from pipeline.enrichers.analysis import Analysis
from pipeline.enrichers.telling.facts import SPEECH
from pipeline.enrichers.times import story_day, times
from pipeline.story import Event, EventType

_HAPPENING: frozenset[EventType] = frozenset(
    {"ASSAULT", "COERCE", "PROTEST", "MOBILIZE", "RETREAT", "CRIME", "ACCIDENT", "DISASTER"}
)
"""Events that make up a scene; talk goes on for days."""
_STEP = 400
"""Code points between two sentences of a scene."""
_LED_TO = re.compile(r"\b(?:after|when|because)\b[^,]*$")
_WHICH_HAS = re.compile(r"\bwhich (?:has|have|had) (?:been )?(?:\w+ )?$")
_BEFORE_VERB = 40
"""Code points before a trigger in which its auxiliaries stand."""
LONG = timedelta(days=120)
"""What began so long before, and may go on, explains the news too: 'have attacked posts since 2021'."""


def explaining(analysis: Analysis, events: Sequence[Event]) -> list[Event]:
    """The events, those as background that have gone on for long, that are told as done before, or that go on telling
    of what was before the news."""
    text, today = analysis.text, story_day(analysis.story)
    if today is None:
        return list(events)
    starts = [each.span.start for each in times(text, today)]
    long_ago = (today - LONG).isoformat()
    done: list[Event] = []
    past: Event | None = None
    for event in events:
        lasting = bool(event.begins and event.begins <= long_ago)
        alone = not (event.again or event.main)
        goes_on = past is not None and event.date is None and _goes_on_from(text, starts, past, event)
        before = alone and (goes_on or _told_as_done(text, event))
        explains = event.status == "asserted" and not event.main and (lasting or before)
        done.append(replace(event, status="background") if explains else event)
        if event.begins:
            past = done[-1] if done[-1].status == "background" else None
    return done


def _goes_on_from(text: str, times_at: Sequence[int], past: Event, event: Event) -> bool:
    """Whether it is what led to what was before the news ('was banned in August after a fight'), or of the same tale:
    what others say of that is news."""
    if event.evidence == past.evidence:
        return bool(_LED_TO.search(text, past.trigger.end, event.trigger.start))
    return event.type not in SPEECH and _follows(text, times_at, past, event)


def _told_as_done(text: str, event: Event) -> bool:
    """Whether a clause aside tells it: 'France, which has withdrawn its troops, urged talks'."""
    start = max(event.evidence.start, event.trigger.start - _BEFORE_VERB)
    return _WHICH_HAS.search(text, start, event.trigger.start) is not None


def continued(analysis: Analysis, events: Sequence[Event]) -> list[Event]:
    """The events, those that go on telling what the sentence before began to tell with its day: 'Police and strikers
    fought on Monday. Officers fired tear gas.'"""
    starts = [each.span.start for each in times(analysis.text, story_day(analysis.story))]
    done: list[Event] = []
    scene: Event | None = None
    for event in events:
        if scene and _goes_on(analysis.text, starts, scene, event):
            done.append(replace(event, date=scene.date, begins=scene.begins, ends=scene.ends))
            continue
        done.append(event)
        if event.begins and event.begins == event.ends and event.status == "asserted" and event.type in _HAPPENING:
            scene = event
    return done


def _goes_on(text: str, times_at: Sequence[int], scene: Event, event: Event) -> bool:
    """Whether the event is of the scene."""
    if event.date or event.again or event.status != "asserted" or event.type not in _HAPPENING:
        return False
    return _follows(text, times_at, scene, event)


def _follows(text: str, times_at: Sequence[int], before: Event, event: Event) -> bool:
    """Whether the event's sentence comes soon after in the same paragraph, and no other time is named since."""
    between = text[before.evidence.end : event.evidence.start]
    if event.evidence.start < before.evidence.end or len(between) > _STEP or "\n" in between:
        return False
    return bisect_left(times_at, before.evidence.end) == bisect_left(times_at, event.evidence.end)
