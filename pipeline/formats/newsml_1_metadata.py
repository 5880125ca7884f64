"""What the components around a text say of it: NewsLines and the four kinds of metadata.

Of a single value the nearest component's counts; lists are joined, the outermost component's first.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from pipeline.formats.charset import clean
from pipeline.formats.newsml_1_tree import Component
from pipeline.formats.newsml_1_vocabulary import Vocabulary, concepts, formal_name
from pipeline.formats.xml import Element, attribute, child, children, name, text_of
from pipeline.formats.xml_values import add, value_of
from pipeline.story import Concept, Entity, Headline

_NOTES = frozenset({"ednote", "editorialnote", "editornote", "editorsnote", "editor'snote", "advisoryline", "advisory"})
_ABSTRACTS = frozenset({"abstract", "summary", "caption", "description", "teaser"})
_LINES = frozenset({
    "HeadLine", "Headline", "SubHeadLine", "ByLine", "DateLine", "CreditLine", "CopyrightLine", "RightsLine",
    "SlugLine", "KeywordLine", "NewsLine",
})  # fmt: skip
_MOST = 2000
_MOST_BLOCKS = 20


@dataclass(slots=True, kw_only=True)
class Metadata:
    """What has no place here is in `extra`, under its own name."""

    headline: str | None = None
    headlines: list[Headline] = field(default_factory=list)
    byline: str | None = None
    dateline: str | None = None
    located: str | None = None
    slugline: str | None = None
    description: str | None = None
    language: str | None = None
    provider: str | None = None
    copyrightholder: str | None = None
    credits: list[str] = field(default_factory=list)
    copyright: list[str] = field(default_factory=list)
    usage: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    keywords: list[str] = field(default_factory=list)
    genre: list[Concept] = field(default_factory=list)
    subject: list[Concept] = field(default_factory=list)
    entities: list[Entity] = field(default_factory=list)
    extra: dict[str, Any] = field(default_factory=dict)


def read_metadata(chain: tuple[Component, ...], known: Vocabulary) -> Metadata:
    """Of the innermost component in `chain`, the outermost first."""
    found = Metadata()
    for component in chain:
        for lines in component.parts.get("NewsLines", ())[:1]:
            _read_lines(found, lines)
        for kind, read in _KINDS.items():
            for metadata in component.parts.get(kind, ())[:_MOST_BLOCKS]:
                for one in islice(metadata, _MOST):
                    read(found, one, known)
        for one in component.parts.get("Metadata", ())[:_MOST_BLOCKS]:
            add(found.extra, "Metadata", value_of(one))
        for one in component.parts.get("TopicSet", ())[:_MOST_BLOCKS]:
            _read_topics(found, one, known)
        found.headline = component.headline or found.headline
        found.language = component.language or found.language
    return found


def _read_lines(found: Metadata, lines: Element) -> None:
    texts: dict[str, list[str]] = {}
    for one in islice(lines, _MOST):
        if name(one) == "NewsLine":
            _read_line(found, one)
        elif name(one) not in _LINES:
            add(found.extra, name(one), value_of(one))
        elif text := text_of(one):
            texts.setdefault(name(one), []).append(clean(text))
    heads = texts.get("HeadLine", [])
    if found.headline and heads and found.headline != heads[0]:
        found.headlines.append(Headline(text=found.headline))
    found.headlines.extend(Headline(text=text) for text in heads[1:])
    found.headlines.extend(Headline(text=text, role="subheadline") for text in texts.get("SubHeadLine", ()))
    found.byline = " ".join(texts.get("ByLine", ())) or found.byline
    found.dateline = next(iter(texts.get("DateLine", ())), found.dateline)
    found.slugline = next(iter(texts.get("SlugLine", ())), found.slugline)
    found.credits.extend(texts.get("CreditLine", ()))
    found.copyright.extend(texts.get("CopyrightLine", ()))
    found.usage.extend(texts.get("RightsLine", ()))
    words = (word for line in texts.get("KeywordLine", ()) for word in re.split(r"[,;/|]", line))
    found.keywords.extend(word.strip() for word in words if word.strip())


def _read_line(found: Metadata, line: Element) -> None:
    """A line whose kind a vocabulary defines."""
    kind = formal_name(child(line, "NewsLineType")) or "NewsLine"
    plain = re.sub(r"[\s_-]+", "", kind).lower()
    for text in _texts(line, "NewsLineText"):
        if plain in _NOTES:
            found.notes.append(text)
        elif plain in _ABSTRACTS and found.description is None:
            found.description = text
        else:
            add(found.extra.setdefault("NewsLine", {}), kind, text)


def _read_administrative(found: Metadata, one: Element, known: Vocabulary) -> None:
    party = _party(one, known)
    if name(one) == "Provider" and party and found.provider is None:
        found.provider = party
    elif name(one) == "Property":
        _read_property(found, one)
    else:
        add(found.extra, name(one), party or value_of(one))


def _party(element: Element, known: Vocabulary) -> str | None:
    """Who an element such as Provider names."""
    party = child(element, "Party")
    topic = known.topic(attribute(party, "Topic"))
    return (topic.label if topic else None) or formal_name(party)


def _read_rights(found: Metadata, one: Element, _known: Vocabulary) -> None:
    if name(one) == "UsageRights":
        found.usage.extend(_texts(one, "UsageType") + _texts(one, "Limitations"))
    elif name(one) == "Copyright" and (holder := text_of(child(one, "CopyrightHolder"))):
        found.copyrightholder = clean(holder)
    add(found.extra, name(one), value_of(one))


def _read_descriptive(found: Metadata, one: Element, known: Vocabulary) -> None:
    match name(one):
        case "Genre":
            found.genre.extend(concepts(iter([one]), known))
        case "SubjectCode":
            found.subject.extend(concepts(iter(one), known))
        case "Location":
            _read_location(found, one)
        case "Property":
            _read_property(found, one)
        case "TopicOccurrence":
            _read_occurrence(found, one, known)
        case "OfInterestTo":
            add(found.extra, "OfInterestTo", formal_name(one))
        case "Language":
            pass
        case other:
            add(found.extra, other, value_of(one))


def _read_property(found: Metadata, element: Element) -> None:
    key = formal_name(element)
    value = attribute(element, "Value") or text_of(element)
    value = clean(value) if value else value_of(element)
    if key and key.lower() in ("keyword", "keywords") and isinstance(value, str):
        found.keywords.extend(word for word in re.split(r"\s*[,;]\s*", value) if word)
    elif key:
        add(found.extra.setdefault("Property", {}), key, value)


def _read_location(found: Metadata, location: Element) -> None:
    """Where the story is from, or what it is about, by properties such as City and Country."""
    said = {formal_name(one): attribute(one, "Value") for one in children(location, "Property")}
    given = {key: clean(value) for key, value in said.items() if key and value}
    city = given.get("City") or given.get("CityName")
    where = city or given.get("Region") or given.get("CountryName")
    how = attribute(location, "HowPresent")
    if (how or "origin").lower() == "origin":
        found.located = found.located or city
    elif where:
        found.entities.append(Entity(name=where, type="location"))
    add(found.extra, "Location", given | ({"HowPresent": clean(how)} if how else {}))


def _read_occurrence(found: Metadata, occurrence: Element, known: Vocabulary) -> None:
    """Something that the story is about: an entity where its topic says of which kind, or else a subject."""
    topic = known.topic(attribute(occurrence, "Topic"))
    if topic is None or not (topic.label or topic.code):
        add(found.extra, "TopicOccurrence", value_of(occurrence))
    elif topic.type is None:
        formal, scheme = topic.names[0] if topic.names else (None, None)
        found.subject.append(Concept(name=topic.label, code=formal, scheme=scheme))
    else:
        _add_entity(found, topic.label or str(topic.code), topic.type, topic.code)


def _read_topics(found: Metadata, topics: Element, known: Vocabulary) -> None:
    """Topics that a component describes and that are things of the world, not entries of a vocabulary."""
    for one in islice(topics, _MOST):
        topic = known.topic(attribute(one, "Duid"))
        if topic and topic.type and topic.label:
            _add_entity(found, topic.label, topic.type, topic.code)


def _add_entity(found: Metadata, label: str, type_: Any, code: str | None) -> None:
    found.entities.append(Entity(name=label, type=type_, code=code))


def _texts(element: Element, path: str) -> list[str]:
    return [clean(text) for one in islice(children(element, path), _MOST) if (text := text_of(one))]


_KINDS: dict[str, Callable[[Metadata, Element, Vocabulary], None]] = {
    "AdministrativeMetadata": _read_administrative,
    "RightsMetadata": _read_rights,
    "DescriptiveMetadata": _read_descriptive,
}
