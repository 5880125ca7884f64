"""When each event was, and which were before the news.

The time that the event finder names is looked up among those of its sentence, else the one that dates its trigger is
taken. A time that only dates a word of saying, or measures ('the worst since May'), dates no event, nor does one in a
clause of its own: of 'the army, which was set up in 2016, attacked' the attack has none.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from pipeline.enrichers.analysis import Analysis
from pipeline.enrichers.telling.facts import SPEECH
from pipeline.enrichers.telling.lexicon import listed
from pipeline.enrichers.telling.mention import SPOKEN_OF, is_verb, phrase
from pipeline.enrichers.times import When, nearest, story_day, times
from pipeline.enrichers.words import Words, words
from pipeline.story import Day, Event, EventStatus

NEWS_CYCLE = timedelta(days=14)
"""What ended so long before the story is told to explain the news."""
_WEEK = timedelta(days=7)
_BORDER = re.compile(
    r"[;:—]|\b(?:which|who|whose|whom|when|where|because|although|though|until)\b"
    r"|\b(?:before|after|since)\b(?! (?:dawn|daybreak|sunrise|noon|midday|dusk|sunset|nightfall|dark|midnight|\d))"
    r"|\bthat\s+(?:had|was|were|has)\b",
    re.IGNORECASE,
)
_BORDER_AFTER = re.compile(r"\b(?:had|said|says|saying)\b")
_OWN_TIME = re.compile(
    r" (?:of |was |were |is |had |began |begun |started |happened |took place |came )*|,? (?:that|which) [^,;:]{0,50}"
)
"""Between a noun and the time that its phrase has: 'the truce of April 30', 'since the offensive began in May'."""
_OF_THE_TIME = re.compile(r",? (?:when|on which)\b")
"""'in 2022, when a strike ended': the strike was then."""
_RELATIVE = re.compile(
    r"\b(?:which|who|whose|whom|where|that (?:had|has|was|were|\w+ed|split|broke|took|came|began|held|left|led|fought))"
    r"\b[^,]*$",
    re.IGNORECASE,
)
_SIDE_BY_SIDE = re.compile(r",|\b(?:and|or|but|while)\b")
_WEEKDAY = re.compile(r"(?:mon|tues|wednes|thurs|fri|satur|sun)day\b", re.IGNORECASE)
_TO_COME: frozenset[EventStatus] = frozenset({"planned", "demanded"})
_OPEN: frozenset[EventStatus] = _TO_COME | {"hypothetical"}
_REACH = 60
"""Code points before and after a trigger in which a word may say that it was before the news."""


def dated(analysis: Analysis, events: Sequence[Event]) -> list[Event]:
    """The events, which are in the order of their triggers, with their days, those before the news as background.

    What is spoken of as known gets only the day of its own noun phrase: 'condemned the blast on Monday'.
    """
    scene = _scene(analysis, events)
    return [_dated(scene, event, _own(scene, event)) for event in events]


def dated_alone(analysis: Analysis, events: Sequence[Event]) -> list[Event]:
    """The merged events, with the day of its clause for what has none and was told nowhere else: 'won the support of
    the board on Monday'."""
    scene = _scene(analysis, events)
    return [event if event.date or event.again else _dated(scene, event, scene.near(event)) for event in events]


@dataclass(frozen=True, slots=True)
class _Scene:
    """What events are dated by: the text as words, its times and the offsets of the triggers."""

    read: Words
    today: date | None
    whens: Sequence[When]
    starts: Sequence[int]
    triggers: Sequence[int]

    def near(self, event: Event) -> Sequence[When]:
        """The times of the event's sentence."""
        first, last = (bisect_left(self.starts, at) for at in (event.evidence.start, event.evidence.end))
        return self.whens[first:last]


def _scene(analysis: Analysis, events: Sequence[Event]) -> _Scene:
    today = story_day(analysis.story)
    found = times(analysis.text, today)
    starts = [each.span.start for each in found]
    return _Scene(words(analysis.text), today, found, starts, [event.trigger.start for event in events])


def _dated(scene: _Scene, event: Event, near: Sequence[When]) -> Event:
    text, today = scene.read.text, scene.today
    if event.status in _OPEN:
        near = [each for each in near if not _is_behind(each, event, today)]
    when = _named(event, near) or _nearest(text, event, near, scene.triggers)
    return _at(event, when, today) if when else _undated(text, event, scene.near(event))


def _own(scene: _Scene, event: Event) -> Sequence[When]:
    """Of the times of its sentence those that may date the event if it is told elsewhere too."""
    near = scene.near(event)
    found = phrase(scene.read, event.trigger.start) if near else None
    text, start = scene.read.text, event.evidence.start
    if not found or found.standing not in SPOKEN_OF or not text[start : found.start].strip('"“‘ '):
        return near
    own = (found.start, event.trigger.start)
    return [
        each
        for each in near
        if own[0] <= each.span.start < own[1] or _OWN_TIME.fullmatch(text[event.trigger.end : each.span.start])
    ]


def _at(event: Event, when: When, today: date | None) -> Event:
    begins, ends = when.begins, when.ends
    if event.status in _TO_COME and today and begins == ends and _WEEKDAY.search(when.span.text):
        begins = ends = _ahead(begins, today)
    past = _is_past(when, today) or (begins is None and _is_stretch(when))
    status = "background" if past and event.status == "asserted" else event.status
    return replace(event, date=when.span.text, begins=begins, ends=ends, status=status)


def _is_behind(when: When, event: Event, today: date | None) -> bool:
    """Whether the time is past and stands before what is yet to come: 'said on Tuesday that she would resign'."""
    return bool(today and when.ends and when.ends <= today.isoformat() and when.span.end <= event.trigger.start)


def _ahead(day: Day | None, today: date) -> Day | None:
    """The same weekday a week later, where the day is just past: 'called for a strike on Friday'."""
    if day is None or not today - _WEEK <= date.fromisoformat(day) < today:
        return day
    return (date.fromisoformat(day) + _WEEK).isoformat()


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
    found = nearest(text, own, event.evidence.start, event.evidence.end, event.trigger.start) if own else None
    if found is None and event.type in SPEECH:  # 'said on Tuesday that it favoured': saying it was the act
        found = next((each for each in own if each.says is not None), None)
    return found


def _reaches(text: str, event: Event, when: When, triggers: Sequence[int]) -> bool:
    """Whether nothing between the time and the trigger keeps the one from dating the other."""
    start, end = event.trigger.start, event.trigger.end
    if when.span.end <= start and _OF_THE_TIME.match(text, when.span.end, start):
        return True
    if text[max(when.span.start - 4, 0) : when.span.start] == " of " and end + 4 != when.span.start:
        return False  # 'the truce of April 30'
    if when.span.end <= start:
        between = text[when.span.end : start]
        if "," in between and _RELATIVE.search(text[event.evidence.start : when.span.start]):
            return False  # 'the army, which was set up in 2016, attacked'
    else:
        between = text[end : when.span.start]
        following = bisect_right(triggers, start)
        nested = following < len(triggers) and triggers[following] < when.span.start
        if nested and _is_nested(text, end, triggers[following], when.span.start):
            return False
        if _BORDER_AFTER.search(between):
            return False
    return not _BORDER.search(between)


def _is_nested(text: str, end: int, inner: int, time: int) -> bool:
    """Whether the trigger at `inner` is part of what is told of the one before, and the time its own: in 'accused the
    army of bombing the town on Monday' the bombing was then; in 'talks to end a strike failed on Monday' the talks."""
    return not (
        _SIDE_BY_SIDE.search(text[end:inner]) or any(is_verb(word) for word in text[inner:time].lower().split()[1:])
    )


def _is_past(when: When, today: date | None) -> bool:
    return bool(today and when.begins and when.ends and date.fromisoformat(when.ends) <= today - NEWS_CYCLE)


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
