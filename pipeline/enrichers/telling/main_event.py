"""The one event that the story is about: the lead tells it, the headline names it, the text comes back to it."""

import re
from collections.abc import Sequence
from dataclasses import replace
from math import log1p
from typing import NamedTuple

from pipeline.enrichers.analysis import Analysis
from pipeline.enrichers.telling.lexicon import kinds, stem
from pipeline.enrichers.telling.tolls import severity
from pipeline.story import Event, EventStatus, Participant, Story

_WORD = re.compile(r"\w+")
_STATUS: dict[EventStatus, float] = {
    "asserted": 1.0,
    "planned": 0.8,
    "denied": 0.6,
    "negated": 0.6,
    "demanded": 0.4,
    "hypothetical": 0.4,
    "background": 0.1,
}
_FIRST, _LEAD, _SECOND = 1.5, 2.0, 0.75
_TRIGGER, _PARTY, _PLACE, _NUMBER = 2.0, 1.0, 0.5, 1.0
_TOLD, _TOLL = 1.2, 0.4


def marked(analysis: Analysis, events: Sequence[Event]) -> list[Event]:
    """The events, one of them as the main one where there are any."""
    if not events:
        return []
    lead = _lead_end(analysis.text)
    headline = _headline(analysis.story)
    points = [_points(event, number, lead, headline) for number, event in enumerate(events)]
    best = max(range(len(events)), key=lambda number: (points[number], -number))
    return [
        replace(event, main=number == best) if event.main != (number == best) else event
        for number, event in enumerate(events)
    ]


def _lead_end(text: str) -> tuple[int, int]:
    """The offsets at which the first and the second paragraph end."""
    first = text.find("\n\n", len(text) - len(text.lstrip()))
    first = first if first >= 0 else len(text)
    second = text.find("\n\n", first + 2)
    return first, second if second >= 0 else len(text)


class _Headline(NamedTuple):
    """The words of all headlines in lower case, their stems, and the manners of event that they may tell."""

    words: frozenset[str]
    stems: frozenset[str]
    kinds: frozenset[str]


def _headline(story: Story) -> _Headline:
    texts = (story.headline or "", *(each.text for each in story.headlines))
    found = frozenset(word for text in texts for word in _WORD.findall(text.lower()))
    return _Headline(found, frozenset(map(stem, found)), frozenset(kind for word in found for kind in kinds(word)))


def _points(event: Event, number: int, lead: tuple[int, int], headline: _Headline) -> float:
    start = min(span.start for span in (event.trigger, *event.again))
    place = _LEAD if start < lead[0] else _SECOND if start < lead[1] else 0.0
    first = _FIRST if number == 0 and start < lead[0] else 0.0
    named = _in_headline(event, headline) if headline.words else 0.0
    told = _TOLD * log1p(len(event.again)) + _TOLL * log1p(sum(severity(event)[:3]))
    return (place + first + named + told) * _STATUS[event.status]


def _in_headline(event: Event, headline: _Headline) -> float:
    """What of the event the headline has: its word or another for its manner, its parties, its place, its toll."""
    triggers = [span.text.lower() for span in (event.trigger, *event.again)]
    worded = any(stem(word) in headline.stems or kinds(word) & headline.kinds for word in triggers)
    parties = sum(_is_named(each, headline.words) for each in (*event.actors[:2], *event.targets[:2]))
    place = bool(event.place and event.place.lower().split()[-1] in headline.words)
    numbers = any(str(count.low) in headline.words for count in event.casualties if count.low > 1)
    return _TRIGGER * worded + _PARTY * parties + _PLACE * place + _NUMBER * numbers


def _is_named(party: Participant, headline: frozenset[str]) -> bool:
    last = _WORD.findall((party.name or party.span.text).lower())[-1:]
    return bool(last) and last[0] in headline
