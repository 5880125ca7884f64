"""How much the story is about each of its entities."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace
from math import log1p

from pipeline.enrichers.analysis import Analysis
from pipeline.story import Entity, EntityType, Event

_HEADLINE, _LEAD, _NEXT = 2.0, 2.0, 0.5
_OFTEN, _SPREAD = 1.0, 2.0
_ACTS, _WHERE, _ELSEWHERE = 1.5, 0.75, 0.25
_TYPE: dict[EntityType, float] = {
    "gpe": 0.9,
    "location": 0.8,
    "law": 0.8,
    "event": 0.8,
    "product": 0.8,
    "norp": 0.5,
}
"""Peoples are mostly said of others ('the Iraqi army'), and places are where things happen."""


def salient(analysis: Analysis, events: Sequence[Event]) -> tuple[Entity, ...]:
    """The entities with their salience, from the headline, the lead, the number and spread of their mentions and
    their part in the main event; 1 for the one that has most."""
    entities = analysis.story.entities
    breaks = _breaks(analysis.text)
    parts = _parts(events)
    points = [_points(each, breaks, parts.get(each.name, 0.0)) for each in entities]
    most = max(points, default=0.0)
    if not most:
        return entities
    return tuple(replace(each, salience=round(own / most, 2)) for each, own in zip(entities, points, strict=True))


def _breaks(text: str) -> list[int]:
    """Where paragraphs end."""
    found, at = [], text.find("\n\n")
    while at >= 0:
        found.append(at)
        at = text.find("\n\n", at + 2)
    return found


def _parts(events: Sequence[Event]) -> dict[str, float]:
    """By name, the most that one has in an event."""
    found: dict[str, float] = {}
    for event in events:
        if event.place:
            found[event.place] = max(found.get(event.place, 0.0), _WHERE * event.main)
        for party in (*event.actors, *event.targets):
            if party.name:
                found[party.name] = max(found.get(party.name, 0.0), _ACTS if event.main else _ELSEWHERE)
    return found


def _points(entity: Entity, breaks: Sequence[int], part: float) -> float:
    paragraphs = {bisect_right(breaks, mention.start) for mention in entity.mentions}
    lead = _LEAD if 0 in paragraphs else _NEXT if 1 in paragraphs else 0.0
    spread = _SPREAD * len(paragraphs) / (len(breaks) + 1)
    often = _OFTEN * log1p(len(entity.mentions))
    return (_HEADLINE * entity.in_headline + lead + spread + often + part) * _TYPE.get(entity.type, 1.0)
