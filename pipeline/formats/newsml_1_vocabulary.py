"""Formal names of NewsML 1: which vocabulary they are of, and what its topics say they mean.

A formal name's vocabulary is what its Vocabulary attribute points to, or the one of its Scheme, or the one that a
catalog declares for elements of its kind. Catalogs and topic sets elsewhere on the network are not fetched.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from pipeline.formats.catalogs import SUBJECT_CODES
from pipeline.formats.charset import clean
from pipeline.formats.xml import Element, attribute, child, children, name, text_of
from pipeline.story import Concept, EntityType

_GENRES = "http://cv.iptc.org/newscodes/genre/"
_SUBJECT_SCHEME = re.compile(r"iptc.?subject|topicset\.iptc-subjectcode|newscodes/subjectcode", re.IGNORECASE)
_GENRE_SCHEME = re.compile(r"iptc.?genre|topicset\.iptc-genre", re.IGNORECASE)
_MOST = 5000
"""Topics and declarations that are read of one document."""
_KINDS: tuple[tuple[str, EntityType], ...] = (
    ("person", "person"),
    ("people", "person"),
    ("organi", "organisation"),
    ("company", "organisation"),
    ("party", "organisation"),
    ("location", "location"),
    ("place", "location"),
    ("country", "location"),
    ("city", "location"),
    ("event", "event"),
    ("product", "product"),
)


@dataclass(frozen=True, slots=True)
class Topic:
    """Something in the world that the document describes."""

    label: str | None
    type: EntityType | None
    names: tuple[tuple[str, str | None], ...]
    """Formal names, each with its scheme."""

    @property
    def code(self) -> str | None:
        """The first formal name after its scheme: 'isin:PE0000000001'."""
        if not self.names:
            return None
        formal, scheme = self.names[0]
        return f"{scheme}:{formal}" if scheme else formal


@dataclass(slots=True)
class Vocabulary:
    """What the catalogs and topic sets in a document say."""

    topics: dict[str, Topic] = field(default_factory=dict)
    """By their Duid."""
    labels: dict[str, str] = field(default_factory=dict)
    """What formal names are described as."""
    defaults: dict[str, str] = field(default_factory=dict)
    """Element name to the vocabulary that its formal names are of."""

    def topic(self, reference: str | None) -> Topic | None:
        """The topic that '#duid' points to."""
        return self.topics.get((reference or "").removeprefix("#"))


def read_vocabulary(root: Element, language: str | None = None) -> Vocabulary:
    """The vocabulary of a document; topics are described in `language` where they are."""
    found = Vocabulary()
    for topic in islice(root.iter("{*}Topic"), _MOST):
        _read_topic(found, topic, language)
    for declared in islice(root.iter("{*}DefaultVocabularyFor"), _MOST):
        resource = declared.getparent()
        context = (attribute(declared, "Context") or "").removesuffix("/@FormalName").rpartition("/")[2]
        where = text_of(child(resource, "Urn")) or text_of(child(resource, "Url")) if resource is not None else None
        if context and where:
            found.defaults.setdefault(clean(context), clean(where))
    return found


def _read_topic(found: Vocabulary, topic: Element, language: str | None) -> None:
    described = [
        (attribute(one, "lang") or "", clean(text)) for one in children(topic, "Description") if (text := text_of(one))
    ]
    wanted = (language or "en").lower()[:2]
    ordered = sorted(described, key=lambda pair: not pair[0].lower().startswith(wanted))
    names = tuple(
        (clean(text), clean(scheme) if (scheme := attribute(one, "Scheme")) else None)
        for one in children(topic, "FormalName")
        if (text := text_of(one))
    )
    # Of several descriptions in one language the longest: the others are categories and abbreviations.
    best = [text for code, text in ordered if code == ordered[0][0]]
    label = max(best, key=len) if best else None
    kind = (attribute(child(topic, "TopicType"), "FormalName") or "").lower()
    type_ = next((type_ for word, type_ in _KINDS if word in kind), None)
    if duid := attribute(topic, "Duid"):
        found.topics[clean(duid)] = Topic(label, type_, names)
    for formal, _ in names:
        if label:
            found.labels.setdefault(formal, label)


def formal_name(element: Element | None) -> str | None:
    """The FormalName of an element, clean; None for none."""
    given = attribute(element, "FormalName")
    return clean(given) if given else None


def concept(element: Element, known: Vocabulary) -> Concept | None:
    """What an element with a formal name means; None where it has none."""
    code = formal_name(element)
    topic = known.topic(attribute(element, "Topic"))
    label = (topic.label if topic else None) or (known.labels.get(code) if code else None)
    if not code:
        return Concept(name=label, code=topic.code if topic else None) if label else None
    spoken = code if any(map(str.isalpha, code)) else None
    return Concept(name=label or spoken, code=code, scheme=_scheme(element, code, known))


def _scheme(element: Element, code: str, known: Vocabulary) -> str | None:
    vocabulary, scheme = attribute(element, "Vocabulary"), attribute(element, "Scheme")
    given = vocabulary if vocabulary and not vocabulary.startswith("#") else scheme or known.defaults.get(name(element))
    subject = name(element).startswith("Subject")
    if _SUBJECT_SCHEME.search(given or "") or (not given and subject and re.fullmatch(r"\d{8}", code)):
        return SUBJECT_CODES
    if _GENRE_SCHEME.search(given or ""):
        return _GENRES
    return clean(given) if given else None


def concepts(elements: Iterator[Element], known: Vocabulary) -> list[Concept]:
    """The concepts of several elements."""
    found = (concept(element, known) for element in islice(elements, _MOST))
    return [one for one in found if one is not None]
