"""Scores of entities and places.

Entities are right with exactly the span and the class of gold. A mention is under the right name where the found entity
that overlaps it most has gold's canonical name, upper and lower case, accents and a leading article apart. A place is
resolved where the GeoNames id is gold's, or the country is and so is the name, or lies within NEAR of it.
"""

from collections.abc import Callable, Sequence
from math import asin, cos, radians, sin, sqrt

from benchmarks.quality.parties import plain
from benchmarks.quality.tally import NONE, Tally
from pipeline.story import Entity, EntityType, Place, Span, Story

Classes = Callable[[EntityType], str]
"""The class of a type of ours."""
Mention = tuple[int, int, str]
"""Start, end and class."""
NEAR = 50.0
"""Kilometres."""
FOUR = {
    "person": "person",
    "organisation": "organisation",
    "gpe": "location",
    "location": "location",
    "facility": "location",
}
"""The classes of CoNLL-2003; the rest is 'other'."""


def ours(kind: EntityType) -> str:
    """Our nine types as classes."""
    return kind


def four(kind: EntityType) -> str:
    """Person, organisation, location, other."""
    return FOUR.get(kind, "other")


def mentions(entities: Sequence[Entity], classes: Classes) -> list[Mention]:
    """All mentions in the text's order."""
    return sorted({(each.start, each.end, classes(entity.type)) for entity in entities for each in entity.mentions})


def score_entities(gold: Story, found: Story, tally: Tally) -> None:
    """Mentions, in our classes and in four; their names; persons' roles; the most salient, as many as gold has."""
    for measure, classes in (("entities", ours), ("entities, 4 classes", four)):
        score_mentions(measure, mentions(gold.entities, classes), mentions(found.entities, classes), tally)
    tally.compare("entity spans", "all", _spans(gold), _spans(found))
    for entity in gold.entities:
        for span in entity.mentions:
            _score_name(entity, span, found.entities, tally)
    roles = [{(plain(each.name), plain(each.role)) for each in s.entities if each.role} for s in (gold, found)]
    tally.compare("roles", "all", *roles)
    salient = {plain(each.name) for each in gold.entities if each.salience}
    ranked = sorted((each for each in found.entities if each.salience), key=lambda each: -each.salience)
    tally.compare("salience", "all", salient, (plain(each.name) for each in ranked[: len(salient)]))


def score_mentions(measure: str, gold: Sequence[Mention], found: Sequence[Mention], tally: Tally) -> None:
    """Count exact mentions by class, with what stood in the place of what."""
    wanted, given = set(gold), set(found)
    for kind in sorted({each[2] for each in wanted | given}):
        tally.compare(measure, kind, (m for m in wanted if m[2] == kind), (m for m in given if m[2] == kind))
    rest = sorted(given - wanted)
    for mention in sorted(wanted & given):
        tally.confusions[measure, mention[2], mention[2]] += 1
    for mention in sorted(wanted - given):
        instead = max(
            (each for each in rest if _shared(mention, each)), key=lambda m: _shared(mention, m), default=None
        )
        tally.confusions[measure, mention[2], instead[2] if instead else NONE] += 1
        what = f"found '{tally.text[instead[0] : instead[1]]}' {instead[2]}" if instead else "missed"
        tally.error(
            measure, f"{mention[2]} '{tally.text[mention[0] : mention[1]]}': {what}", _span(mention, tally.text)
        )
        if instead:
            rest.remove(instead)
    for mention in rest:
        tally.confusions[measure, NONE, mention[2]] += 1
        words = tally.text[mention[0] : mention[1]]
        tally.error(measure, f"'{words}' is no entity, found as {mention[2]}", _span(mention, tally.text))


def _score_name(entity: Entity, span: Span, found: Sequence[Entity], tally: Tally) -> None:
    there = [(_shared(_range(span), _range(each)), other) for other in found for each in other.mentions]
    best = max((each for each in there if each[0]), key=lambda each: each[0], default=None)
    right = best is not None and plain(best[1].name) == plain(entity.name)
    tally.judge("names", entity.type, right)
    if best is not None:
        tally.judge("names, of those found", entity.type, right)
    if best is not None and not right:
        tally.error("names", f"'{span.text}' is '{entity.name}', found as '{best[1].name}'", span)


def score_places(gold: Story, found: Story, tally: Tally) -> None:
    """Each place of gold that has a country, those with a GeoNames id apart; how many of the found ones are right."""
    right: set[int] = set()
    for place in gold.places:
        if not place.country:
            continue
        index = _found_place(place, found.places)
        resolved = index is not None and resolves(place, found.places[index])
        tally.judge("places", place.kind, resolved)
        if place.geonameid:
            tally.judge("places, with an id", place.kind, resolved)
        if index is not None and resolved:
            right.add(index)
        elif index is not None:
            tally.error("places", f"{_told(place)}: found {_told(found.places[index])}", (place.mentions or (None,))[0])
        else:
            tally.error("places", f"{_told(place)}: missed", (place.mentions or (None,))[0])
    for index, place in enumerate(found.places):
        if place.mentions and (place.country or place.geonameid):
            tally.judge("places, of those found", place.kind, index in right)


def resolves(gold: Place, found: Place) -> bool:
    """Whether `found` is the place that gold means."""
    if gold.geonameid and gold.geonameid == found.geonameid:
        return True
    if not gold.country or gold.country != found.country:
        return False
    return plain(gold.name) == plain(found.name) or distance(gold, found) <= NEAR


def distance(one: Place, other: Place) -> float:
    """Kilometres between two places along the globe; infinite where one has no point."""
    if one.lat is None or one.lon is None or other.lat is None or other.lon is None:
        return float("inf")
    lat, lon = radians(other.lat - one.lat) / 2, radians(other.lon - one.lon) / 2
    chord = sin(lat) ** 2 + cos(radians(one.lat)) * cos(radians(other.lat)) * sin(lon) ** 2
    return 2 * 6371.0 * asin(sqrt(min(chord, 1.0)))


def _found_place(gold: Place, found: Sequence[Place]) -> int | None:
    """The one that shares most of gold's mentions, else one of its name."""
    spans = [_range(each) for each in gold.mentions]
    shared = [sum(_shared(span, _range(each)) for span in spans for each in other.mentions) for other in found]
    if any(shared):
        return shared.index(max(shared))
    return next((index for index, each in enumerate(found) if plain(each.name) == plain(gold.name)), None)


def _told(place: Place) -> str:
    return f"{place.name} ({', '.join(str(each) for each in (place.country, place.region, place.geonameid) if each)})"


def _spans(story: Story) -> set[tuple[int, int]]:
    return {(each.start, each.end) for entity in story.entities for each in entity.mentions}


def _range(span: Span) -> Mention:
    return span.start, span.end, ""


def _span(mention: Mention, text: str) -> Span:
    return Span(text=text[mention[0] : mention[1]], start=mention[0], end=mention[1])


def _shared(one: Mention, other: Mention) -> int:
    return max(0, min(one[1], other[1]) - max(one[0], other[0]))
