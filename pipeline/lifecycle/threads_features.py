"""What a story is about, weighed: names, places and the stems of its words.

Vectors map a name to a whole number; of unit length is one whose squares add up to UNIT squared.
"""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from pipeline.lifecycle.threads_words import RAREST, fold, weight, words
from pipeline.story import Entity, Story

Vector = Mapping[str, int]

UNIT = 1000
READ = 2500
"""Code points of the text that are read: the news stands first, what happened before stands last."""
LONGEST = 40
"""Code points that are read of a name."""
MANY = 200
"""Entities and places that are read."""
_LEAD = 400
_HEADLINE = 300
_COUNTRY = 3
"""The most that the name of a country weighs."""
_MOST_WORDS, _MOST_NAMES, _MOST_PLACES = 40, 12, 6
_THINGS = frozenset(["person", "organisation", "facility", "event", "product"])
_AREAS = frozenset(["gpe", "location"])
_KNOWN = 0.95
"""The confidence of what our tables know."""


def names(story: Story) -> Vector:
    """People, organisations and the like by how much the story is about them, the most first; of unit length."""
    found: Counter[str] = Counter()
    source = fold((story.source or "")[:LONGEST])
    for entity in story.entities[:MANY]:
        name = fold(entity.name[:LONGEST])
        if entity.type in _THINGS and name != source and len(name) > 2:
            found[name] += _salience(entity)
    return _unit(_top(found, _MOST_NAMES))


def subject(story: Story, named: Iterable[str], common: frozenset[str]) -> tuple[str, ...]:
    """What it is about: the first rare stem of the headline, or else those of the first of the names."""
    headline = words((story.headline or "")[:_HEADLINE])
    first = next((word for word in headline if _weight(word, common) == RAREST), None)
    return (first,) if first else tuple(words(next(iter(named), "")))[:4]


def _salience(entity: Entity) -> int:
    often = 4 * entity.in_headline + min(len(entity.mentions), 5)
    early = any(span.start < _LEAD for span in entity.mentions[:1])
    return max(1, (often + 2 * early) // (2 if _known(entity) else 1))


def _known(entity: Entity) -> bool:
    """Whether our tables know it, such as the United Nations: it is in many stories then."""
    return entity.component == "entities" and entity.confidence >= _KNOWN


def places(story: Story) -> Vector:
    """Places smaller than a country, 'itabira/br', by how often it names them; of unit length."""
    found: Counter[str] = Counter()
    for place in story.places[:MANY]:
        if place.kind != "country":
            said = min(len(place.mentions), 2) + any(span.start < _LEAD for span in place.mentions[:1])
            name = f"{fold(place.name[:LONGEST])}/{(place.country or '').lower()}"
            found[name] += max(1, said if place.kind == "region" else 2 * said)
    return _unit(_top(found, _MOST_PLACES))


def place_words(story: Story) -> Iterator[str]:
    """The folded words of the places that the story names, as slugs have them: 'sierra', 'leone', 'sierraleone'."""
    found = [(place.name, place.country_name or "") for place in story.places[:MANY]]
    areas = [(entity.name, *entity.aliases[:4]) for entity in story.entities[:MANY] if entity.type in _AREAS]
    for name in {name[:LONGEST] for each in (*found, *areas) for name in each}:
        pieces = fold(name).split()
        yield from (*pieces, "".join(pieces))


def country_stems(story: Story) -> frozenset[str]:
    """The stems of the countries and peoples that the story names: they say little of the event."""
    countries = [place.country_name for place in story.places[:MANY] if place.country_name]
    peoples = [each.name[:LONGEST] for each in story.entities[:MANY] if each.type == "norp" and _known(each)]
    return frozenset(stem for name in {*countries, *peoples} for stem in words(name))


def _weight(stem: str, common: frozenset[str]) -> int:
    return min(weight(stem), _COUNTRY) if stem in common else weight(stem)


def stems(story: Story, common: frozenset[str]) -> Vector:
    """Stems by how rare and how frequent they are; those of the headline, of the first sentences and of the agency's
    keywords count more. `common`: those that weigh little in this story.

    The vector is the shorter the commoner its stems are, of unit length where all are rare: forms that are filled in
    anew for every company have all words in common, and none of them is rare.
    """
    text = story.body_text[:READ]
    found: Counter[str] = Counter()
    for word, times in Counter(words(text)).items():
        found[word] = round(2 * _weight(word, common) * (1 + math.log(times)))
    for word in set(words(text[:_LEAD])):
        found[word] += _weight(word, common)
    for word in set(words((story.headline or "")[:_HEADLINE])):
        found[word] += 2 * _weight(word, common)
    for word in {stem for given in _given(story) for stem in words(given)}:
        found[word] += _weight(word, common)
    most = _unit(_top(found, _MOST_WORDS))
    return {word: round(value * _weight(word, common) / RAREST) for word, value in most.items()}


def _given(story: Story) -> Iterator[str]:
    """What the agency says that the story is about."""
    yield from (keyword[:LONGEST] for keyword in story.keywords[:10])
    yield from (subject.name[:LONGEST] for subject in story.subject[:10] if subject.name)


def _top(found: Counter[str], most: int) -> Counter[str]:
    best = sorted(found.items(), key=lambda each: (-each[1], each[0]))[:most]
    return Counter({name: value for name, value in best if value})


def _unit(found: Vector) -> Vector:
    length = _length(found)
    return {word: max(1, round(UNIT * value / length)) for word, value in found.items() if value}


def together(vectors: Sequence[Vector]) -> Vector:
    """The direction of all together, as long as they are on average."""
    total: dict[str, int] = {}
    for vector in vectors:
        for name, value in vector.items():
            total[name] = total.get(name, 0) + value
    scale = sum(map(_length, vectors)) / len(vectors) / _length(total)
    return {name: round(value * scale) for name, value in total.items()}


def _length(vector: Vector) -> float:
    return math.hypot(*vector.values()) or 1.0
