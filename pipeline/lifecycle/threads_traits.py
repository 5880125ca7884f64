"""What threads know of a story: few features, none of its sentences."""

import hashlib
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations, islice

from pipeline.lifecycle.threads_slug import Slug, SlugKind, slug
from pipeline.lifecycle.threads_words import RAREST, fold, weight, words
from pipeline.story import Entity, Link, Story

UNIT = 1000
"""The length of a vector of weights."""
READ = 2500
"""Code points of the text that are read: the news stands first, what happened before stands last."""
MOST_KEYS = 48
_LEAD = 400
_HEADLINE = 300
_COUNTRY = 3
"""The most that the name of a country weighs."""
_MOST_WORDS, _MOST_NAMES, _MOST_PLACES, _MOST_REFERENCES = 40, 12, 6, 12
_LONGEST = 40
_THINGS = frozenset(["person", "organisation", "facility", "event", "product"])
_AREAS = frozenset(["gpe", "location"])
_KNOWN = 0.95
"""The confidence of what our tables know."""
_MANY = 200
"""Entities and places that are read."""
_FORMER = frozenset(
    ["previousversion", "previous", "evolvedfrom", "derivedfrom", "derived", "updates", "replaces", "corrects",
     "inreplyto", "references", "partof", "package", "main", "sidebar"]
)  # fmt: skip
"""Relations to what a story carries on, as formats name them, in lower case and without hyphens."""
_RELATED = frozenset(["seealso", "related", "relatedto", "association", "associated", "background"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """A story as a thread sees it. JSON-able: strings, numbers, and tuples and mappings of them; at most about 2.5 KB.

    Vectors have the length UNIT, so that their product over UNIT squared is the cosine.
    """

    id: str
    """A hash of the story's uri."""
    keys: tuple[str, ...] = ()
    """At most MOST_KEYS, the most telling first. Stories without a key in common are not of one thread."""
    slug: str = ""
    aspect: str = ""
    kind: SlugKind = "event"
    parts: tuple[str, ...] = ()
    """The words of root and aspect that say which event it is."""
    source: str = ""
    """The agency."""
    former: tuple[str, ...] = ()
    """Ids of stories that this one carries on: earlier versions, its package, its lead."""
    related: tuple[str, ...] = ()
    """Ids of stories it merely points to."""
    subject: tuple[str, ...] = ()
    """What it is about: the first rare stem of the headline, or else those of the name that it says most."""
    names: Mapping[str, int] = field(default_factory=dict)
    places: Mapping[str, int] = field(default_factory=dict)
    countries: tuple[str, ...] = ()
    words: Mapping[str, int] = field(default_factory=dict)
    """Stems of headline and text, the most telling."""


def traits(story: Story) -> Traits:
    """The traits of an enriched story; of one without enrichments, what headline, slug and links say."""
    common = _country_stems(story)
    own = slug(story.slugline, frozenset(_place_words(story)))
    former, related = _references(story.links)
    names = _names(story)
    found = Traits(
        id=reference(story.uri),
        slug=own.root[:80],
        aspect=own.aspect[:40],
        kind=own.kind,
        parts=tuple(sorted(_parts(own))),
        source=fold((story.source or "")[:_LONGEST]),
        former=former,
        related=related,
        subject=_subject(story, names, common),
        names=_unit(names),
        places=_unit(_places(story)),
        countries=tuple(sorted({place.country for place in story.places[:_MANY] if place.country})[:6]),
        words=_rare(_unit(_words(story, common)), common),
    )
    return replace(found, keys=tuple(islice(dict.fromkeys(_keys(found)), MOST_KEYS)))


def merged(stories: Sequence[Traits]) -> Traits:
    """What stories of one thread are about together; the rest is the first one's."""
    return replace(
        stories[0],
        names=_sum(story.names for story in stories),
        places=_sum(story.places for story in stories),
        words=_sum(story.words for story in stories),
    )


def _sum(vectors: Iterable[Mapping[str, int]]) -> dict[str, int]:
    total: dict[str, int] = {}
    for vector in vectors:
        for name, value in vector.items():
            total[name] = total.get(name, 0) + value
    return _unit(total)


def reference(uri: str) -> str:
    """A short name for `uri`."""
    return hashlib.blake2b(uri.encode("utf-8", "replace"), digest_size=8).hexdigest()


def _references(links: Iterable[Link]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    former: dict[str, None] = {}
    related: dict[str, None] = {}
    for link in islice(links, 50):
        rel = link.rel[:80].rpartition(":")[2].rpartition("/")[2].casefold().replace("-", "").replace("_", "")
        if link.uri and rel in _FORMER:
            former[reference(link.uri)] = None
        elif link.uri and rel in _RELATED:
            related[reference(link.uri)] = None
    return tuple(islice(former, _MOST_REFERENCES)), tuple(islice(related, _MOST_REFERENCES))


def _names(story: Story) -> Counter[str]:
    """People, organisations and the like by how much the story is about them."""
    found: Counter[str] = Counter()
    source = fold((story.source or "")[:_LONGEST])
    for entity in story.entities[:_MANY]:
        name = fold(entity.name[:_LONGEST])
        if entity.type in _THINGS and name != source and len(name) > 2:
            found[name] += _salience(entity)
    return _top(found, _MOST_NAMES)


def _subject(story: Story, names: Iterable[str], common: frozenset[str]) -> tuple[str, ...]:
    headline = words((story.headline or "")[:_HEADLINE])
    first = next((word for word in headline if _weight(word, common) == RAREST), None)
    return (first,) if first else tuple(words(next(iter(names), "")))[:4]


def _salience(entity: Entity) -> int:
    often = 4 * entity.in_headline + min(len(entity.mentions), 5)
    early = any(span.start < _LEAD for span in entity.mentions[:1])
    return max(1, (often + 2 * early) // (2 if _known(entity) else 1))


def _known(entity: Entity) -> bool:
    """Whether our tables know it, such as the United Nations: it is in many stories then."""
    return entity.component == "entities" and entity.confidence >= _KNOWN


def _places(story: Story) -> Counter[str]:
    """Places smaller than a country."""
    found: Counter[str] = Counter()
    for place in story.places[:_MANY]:
        if place.kind != "country":
            said = min(len(place.mentions), 2) + any(span.start < _LEAD for span in place.mentions[:1])
            name = f"{fold(place.name[:_LONGEST])}/{(place.country or '').lower()}"
            found[name] += max(1, said if place.kind == "region" else 2 * said)
    return _top(found, _MOST_PLACES)


def _place_words(story: Story) -> Iterator[str]:
    names = [(place.name, place.country_name or "") for place in story.places[:_MANY]]
    areas = [(entity.name, *entity.aliases[:4]) for entity in story.entities[:_MANY] if entity.type in _AREAS]
    for name in {name[:_LONGEST] for each in (*names, *areas) for name in each}:
        pieces = fold(name).split()
        yield from (*pieces, "".join(pieces))


def _parts(own: Slug) -> set[str]:
    return {word[:12] for word in f"{own.root}-{own.aspect}".split("-") if word}


def _country_stems(story: Story) -> frozenset[str]:
    """The stems of the countries and peoples that the story names: they say little of the event."""
    countries = [place.country_name for place in story.places[:_MANY] if place.country_name]
    peoples = [each.name[:_LONGEST] for each in story.entities[:_MANY] if each.type == "norp" and _known(each)]
    return frozenset(stem for name in {*countries, *peoples} for stem in words(name))


def _weight(stem: str, common: frozenset[str]) -> int:
    return min(weight(stem), _COUNTRY) if stem in common else weight(stem)


def _words(story: Story, common: frozenset[str]) -> Counter[str]:
    """Stems by how rare and how frequent they are; those of the headline, of the first sentences and of the
    agency's keywords count more."""
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
    return _top(found, _MOST_WORDS)


def _rare(found: Mapping[str, int], common: frozenset[str]) -> dict[str, int]:
    """The vector, shorter the commoner its words are: forms that are filled in anew for every company have all words
    in common, and none of them is rare."""
    return {word: round(value * _weight(word, common) / RAREST) for word, value in found.items()}


def _given(story: Story) -> Iterator[str]:
    """What the agency says that the story is about."""
    yield from (keyword[:_LONGEST] for keyword in story.keywords[:10])
    yield from (subject.name[:_LONGEST] for subject in story.subject[:10] if subject.name)


def _top(found: Counter[str], most: int) -> Counter[str]:
    best = sorted(found.items(), key=lambda each: (-each[1], each[0]))[:most]
    return Counter({name: value for name, value in best if value})


def _unit(found: Mapping[str, int]) -> dict[str, int]:
    length = math.sqrt(sum(value * value for value in found.values())) or 1.0
    return {word: max(1, round(UNIT * value / length)) for word, value in found.items() if value}


def _keys(found: Traits) -> Iterator[str]:
    """References, the slug, and pairs of what the story is about: one alone is in too many stories."""
    yield from (f"ref:{one}" for one in (found.id, *found.former, *found.related[:4]))
    if found.kind == "digest":
        return
    if found.slug and found.aspect:
        yield f"slug:{found.slug}/{found.aspect}"
    if found.slug and not (found.kind == "broad" and found.aspect):
        yield f"slug:{found.slug}"
    names, said = _first(found.names, 3), _first(found.words, 8)
    places = [*_first(found.places, 1), *found.countries[:1]]
    yield from (f"pair:{name}|{place}" for name in names for place in places)
    yield from (f"pair:{one}|{other}" for one, other in combinations(sorted(names), 2))
    yield from (f"pair:{one}|{other}" for one, other in combinations(sorted(said), 2))
    yield from (f"pair:{word}|{place}" for word in said[:7] for place in places[:1])


def _first(found: Mapping[str, int], most: int) -> list[str]:
    return sorted(found, key=lambda each: (-found[each], each))[:most]
