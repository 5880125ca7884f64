"""What threads know of a story: few features, none of its sentences."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations, islice

from pipeline.lifecycle import threads_features as features
from pipeline.lifecycle.threads_features import LONGEST, MANY, Vector
from pipeline.lifecycle.threads_slug import Slug, SlugKind, slug
from pipeline.lifecycle.threads_words import fold
from pipeline.story import Link, Story

MOST_KEYS = 48
_MOST_REFERENCES = 12
_FORMER = frozenset(
    ["previousversion", "previous", "evolvedfrom", "derivedfrom", "derived", "updates", "replaces", "corrects",
     "inreplyto", "references", "partof", "package", "main", "sidebar"]
)  # fmt: skip
"""Relations to what a story carries on, as formats name them, in lower case and without hyphens."""
_RELATED = frozenset(["seealso", "related", "relatedto", "association", "associated", "background"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """A story as a thread sees it. JSON-able: strings, numbers, and tuples and mappings of them; at most about 2.5 KB.

    The vectors: see pipeline/lifecycle/threads_features.py.
    """

    id: str
    """A hash of the story's uri."""
    keys: tuple[str, ...] = ()
    """At most MOST_KEYS, the most telling first. Stories without a key in common are not of one thread."""
    slug: str = ""
    aspect: str = ""
    kind: SlugKind = "event"
    parts: tuple[str, ...] = ()
    """The words of root and aspect, each cut."""
    source: str = ""
    """The agency."""
    former: tuple[str, ...] = ()
    """Ids of stories that this one carries on: earlier versions, its package, its lead."""
    related: tuple[str, ...] = ()
    """Ids of stories it merely points to."""
    subject: tuple[str, ...] = ()
    """What it is about: the first rare stem of the headline, or else those of the name that it says most."""
    names: Vector = field(default_factory=dict)
    places: Vector = field(default_factory=dict)
    countries: tuple[str, ...] = ()
    words: Vector = field(default_factory=dict)
    """Stems of headline and text, the most telling."""


def traits(story: Story) -> Traits:
    """The traits of an enriched story; of one without enrichments, what headline, slug and links say."""
    common = features.country_stems(story)
    own = slug(story.slugline, frozenset(features.place_words(story)))
    former, related = _references(story.links)
    names = features.names(story)
    found = Traits(
        id=reference(story.uri),
        slug=own.root[:80],
        aspect=own.aspect[:40],
        kind=own.kind,
        parts=tuple(sorted(_parts(own))),
        source=fold((story.source or "")[:LONGEST]),
        former=former,
        related=related,
        subject=features.subject(story, names, common),
        names=names,
        places=features.places(story),
        countries=tuple(sorted({place.country for place in story.places[:MANY] if place.country})[:6]),
        words=features.stems(story, common),
    )
    return replace(found, keys=tuple(islice(dict.fromkeys(_keys(found)), MOST_KEYS)))


def merged(stories: Sequence[Traits]) -> Traits:
    """What stories of one thread are about together; the rest is the first one's."""
    return replace(
        stories[0],
        names=features.together([story.names for story in stories]),
        places=features.together([story.places for story in stories]),
        words=features.together([story.words for story in stories]),
    )


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


def _parts(own: Slug) -> set[str]:
    return {word[:12] for word in f"{own.root}-{own.aspect}".split("-") if word}


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


def _first(found: Vector, most: int) -> list[str]:
    return sorted(found, key=lambda each: (-found[each], each))[:most]
