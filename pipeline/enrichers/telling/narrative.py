"""What sentences that follow one another say together: the day of a scene, and the past that explains the news."""

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
EARLIER = timedelta(days=4)
"""What ended so long before is told to explain the news where the news itself is fresher."""
LONG = timedelta(days=120)
"""What began so long before, and may go on, explains the news too: 'have attacked posts since 2021'."""


def explaining(analysis: Analysis, events: Sequence[Event]) -> list[Event]:
    """The events, those as background that are some days old and older than the main one, that have gone on for long,
    or that go on telling of such."""
    today = story_day(analysis.story)
    main = next((event for event in events if event.main), None)
    if today is None or main is None:
        return list(events)
    starts = [each.span.start for each in times(analysis.text, today)]
    old, long_ago = (today - EARLIER).isoformat(), (today - LONG).isoformat()
    fresh = main.begins or today.isoformat()
    done: list[Event] = []
    past: Event | None = None
    for event in events:
        ended = bool(event.ends and event.ends <= old and event.ends < fresh)
        lasting = bool(event.begins and event.begins <= long_ago and not event.main)
        plain = event.type not in SPEECH and not (event.date or event.again or event.main)
        goes_on = plain and past is not None and _follows(analysis.text, starts, past, event)
        explains = event.status == "asserted" and (ended or lasting or goes_on)
        done.append(replace(event, status="background") if explains else event)
        if event.begins:
            past = done[-1] if done[-1].status == "background" else None
    return done


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
