"""When each event was, and which were before the news.

The time that the event finder names is looked up among those of its sentence, else the one that dates its trigger is
taken. A time that only dates a word of saying, or measures ('the worst since May'), dates no event, nor does one in a
clause of its own: of 'the army, which was set up in 2016, attacked' the attack has none.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from pipeline.enrichers.analysis import Analysis
from pipeline.enrichers.telling.lexicon import listed
from pipeline.enrichers.times import When, nearest, story_day, times
from pipeline.story import Day, Event, EventStatus

WEEK = timedelta(days=7)
"""What ended so long before the story is told to explain the news."""
_BORDER = re.compile(
    r"[;:—]|\b(?:which|who|whose|whom|when|after|before|since|where|because|although|though|until)\b"
    r"|\bthat\s+(?:had|was|were|has)\b",
    re.IGNORECASE,
)
_RELATIVE = re.compile(r"\b(?:that|which|who|whose|whom|where)\b[^,]*$", re.IGNORECASE)
_SIDE_BY_SIDE = re.compile(r",|\b(?:and|or|but|while)\b")
_WEEKDAY = re.compile(r"(?:mon|tues|wednes|thurs|fri|satur|sun)day\b", re.IGNORECASE)
_TO_COME: frozenset[EventStatus] = frozenset({"planned", "demanded"})
_REACH = 60
"""Code points before and after a trigger in which a word may say that it was before the news."""


def dated(analysis: Analysis, events: Sequence[Event]) -> list[Event]:
    """The events, which are in the order of their triggers, with their days, those before the news as background."""
    text, today = analysis.text, story_day(analysis.story)
    found = times(text, today)
    starts = [each.span.start for each in found]
    triggers = [event.trigger.start for event in events]
    dated = []
    for event in events:
        first, last = (bisect_left(starts, at) for at in (event.evidence.start, event.evidence.end))
        near = found[first:last]
        when = _named(event, near) or _nearest(text, event, near, triggers)
        dated.append(_at(event, when, today) if when else _undated(text, event, near))
    return dated


def _at(event: Event, when: When, today: date | None) -> Event:
    begins, ends = when.begins, when.ends
    if event.status in _TO_COME and today and begins == ends and _WEEKDAY.search(when.span.text):
        begins = ends = _ahead(begins, today)
    past = _is_past(when, today) or (begins is None and _is_stretch(when))
    status = "background" if past and event.status == "asserted" else event.status
    return replace(event, date=when.span.text, begins=begins, ends=ends, status=status)


def _ahead(day: Day | None, today: date) -> Day | None:
    """The same weekday a week later, where the day is just past: 'called for a strike on Friday'."""
    if day is None or not today - WEEK <= date.fromisoformat(day) < today:
        return day
    return (date.fromisoformat(day) + WEEK).isoformat()


def _undated(text: str, event: Event, near: Sequence[When]) -> Event:
    event = replace(event, date=None) if event.date and near else event
    return replace(event, status="background") if _before_now(text, event, near) else event


def _named(event: Event, near: Sequence[When]) -> When | None:
    """The time that the finder named, where it dates the event."""
    if not event.date:
        return None
    fitting = [each for each in near if event.date in each.span.text or each.span.text in event.date]
    fitting = [each for each in fitting if not each.measure and each.says in (None, event.trigger.start)]
    return min(fitting, key=lambda each: abs(each.span.start - event.trigger.start), default=None)


def _nearest(text: str, event: Event, near: Sequence[When], triggers: Sequence[int]) -> When | None:
    own = [each for each in near if _reaches(text, event, each, triggers)]
    return nearest(text, own, event.evidence.start, event.evidence.end, event.trigger.start) if own else None


def _reaches(text: str, event: Event, when: When, triggers: Sequence[int]) -> bool:
    """Whether nothing between the time and the trigger keeps the one from dating the other."""
    start, end = event.trigger.start, event.trigger.end
    if when.span.end <= start:
        between = text[when.span.end : start]
        if "," in between and _RELATIVE.search(text[event.evidence.start : when.span.start]):
            return False  # 'the army, which was set up in 2016, attacked'
    else:
        between = text[end : when.span.start]
        following = bisect_right(triggers, start)
        nested = following < len(triggers) and triggers[following] < when.span.start
        if nested and not _SIDE_BY_SIDE.search(text[end : triggers[following]]):
            return False  # 'accused the army of bombing the town on Monday': the bombing was
    return not _BORDER.search(between)


def _is_past(when: When, today: date | None) -> bool:
    return bool(today and when.ends and date.fromisoformat(when.ends) <= today - WEEK)


def _is_stretch(when: When) -> bool:
    """'in recent weeks', 'over the past years'."""
    return not listed("spans_of_the_past").isdisjoint(when.span.text.lower().split())


def _before_now(text: str, event: Event, near: Sequence[When]) -> bool:
    """Whether a word by the trigger says so: 'had previously attacked', 'attacks in the past'."""
    if event.status != "asserted" or any(_is_stretch(each) for each in near if each.begins is not None):
        return False
    start, end = event.trigger.start, event.trigger.end
    around = text[max(event.evidence.start, start - _REACH) : min(event.evidence.end, end + _REACH)]
    lower = around.lower()
    return "in the past" in lower or not listed("before_now").isdisjoint(lower.split())
