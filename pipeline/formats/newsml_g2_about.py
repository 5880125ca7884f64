"""What a NewsML-G2 item says of its content: lines, people, places, subjects (contentMeta)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pipeline.formats.catalogs import concept, concepts, local_code
from pipeline.formats.newsml_g2_values import CODE, given, keep, label, role, said, several, texts
from pipeline.formats.xml import Element, child, name
from pipeline.formats.xml_values import add
from pipeline.story import Author, Concept, Entity, EntityType, Headline

_NATURES: dict[str, EntityType] = {
    "person": "person",
    "organisation": "organisation",
    "organization": "organisation",
    "geoarea": "location",
    "poi": "facility",
    "event": "event",
    "object": "product",
}
_MAIN = (None, "main", "title", "headline")
_ABSTRACTS = (None, "summary", "abstract", "lead", "intro", "caption")
_WRITERS = frozenset({None, "text", "author", "writer", "reporter", "byline", "journalist"})
_CONCEPT = frozenset({"name", CODE})
_TOLD: dict[str, frozenset[str]] = {
    "urgency": frozenset(),
    "headline": frozenset({"role", "rank"}),
    "slugline": frozenset(),
    "by": frozenset(),
    "dateline": frozenset(),
    "creditline": frozenset(),
    "located": frozenset({"name"}),
    "language": frozenset({"tag"}),
    "keyword": frozenset({"rank"}),
    "infoSource": frozenset({"name"}),
    "creator": frozenset({"name", "role"}),
    "contributor": frozenset({"name", "role"}),
    "genre": _CONCEPT,
}
_SINGLE = frozenset({"urgency", "slugline", "dateline", "located", "language", "infoSource"})


@dataclass(slots=True, kw_only=True)
class About:
    """What is read; what has no field here goes to the item's `extra`, under its own name."""

    urgency: int | None = None
    headlines: list[Headline] = field(default_factory=list)
    """The main one first."""
    slugline: str | None = None
    description: str | None = None
    bylines: list[str] = field(default_factory=list)
    dateline: str | None = None
    credits: list[str] = field(default_factory=list)
    located: str | None = None
    authors: list[Author] = field(default_factory=list)
    language: str | None = None
    source: str | None = None
    genre: tuple[Concept, ...] = ()
    subject: tuple[Concept, ...] = ()
    keywords: list[str] = field(default_factory=list)
    entities: dict[Entity, None] = field(default_factory=dict)
    """In order, each once."""
    references: dict[Element, Entity] = field(default_factory=dict)
    """What the inlineRefs are about."""


def read_about(element: Element, known: Mapping[str, str], language: str | None, extra: dict[str, Any]) -> About:
    """The content's metadata in `element`, an item, of whose aliases `known` has the schemes; `language` is the
    item's."""
    meta = child(element, "contentMeta")
    found = About()
    if meta is None:
        return found
    found.language = given(child(meta, "language"), "tag")
    language = language or found.language
    written = said(child(meta, "urgency"))
    if written and written in "123456789" and len(written) == 1:
        found.urgency = int(written)
    elif written:
        extra["urgency"] = written
    found.slugline = said(child(meta, "slugline"))
    found.bylines, found.credits, found.keywords = (texts(meta, key) for key in ("by", "creditline", "keyword"))
    found.dateline = said(child(meta, "dateline"))
    found.located = label(child(meta, "located"), language)
    found.source = label(child(meta, "infoSource"), language)
    _read_headlines(found, meta, language)
    _read_descriptions(found, meta, extra)
    _read_people(found, meta, language)
    found.genre = concepts(several(meta, "genre"), known, language)
    found.subject = concepts(several(meta, "subject"), known, language)
    _read_entities(found, element, meta, known, language)
    keep(extra, meta, _told, _SINGLE)
    return found


def _told(one: Element) -> frozenset[str] | None:
    if name(one) == "description":
        return frozenset({"role"})  # those that are not read are kept by those who read the one
    if name(one) != "subject":
        return _TOLD.get(name(one))
    nature = _nature(one)
    return _CONCEPT | {"type", "typeuri"} if nature in (None, "abstract") or nature in _NATURES else _CONCEPT


def _nature(subject: Element) -> str | None:
    return local_code(given(subject, "type") or given(subject, "typeuri"))


def _read_headlines(found: About, meta: Element, language: str | None) -> None:
    """The headlines: of the main ones the first in the item's language."""
    order: list[tuple[bool, bool, int, Headline]] = []
    for one in several(meta, "headline"):
        if text := said(one):
            spoken, rank = given(one, "lang"), given(one, "rank") or ""
            foreign = bool(spoken and language and spoken[:2].lower() != language[:2].lower())
            place = int(rank) if rank.isascii() and rank.isdecimal() and len(rank) < 5 else 0
            headline = Headline(text=" ".join(text.split()), role=role(one))
            order.append((headline.role not in _MAIN, foreign, place, headline))
    found.headlines = [headline for *_, headline in sorted(order, key=lambda entry: entry[:3])]


def _read_descriptions(found: About, meta: Element, extra: dict[str, Any]) -> None:
    """The abstract or caption, and into `extra` the other descriptions."""
    all_ = [(role(one), text) for one in several(meta, "description") if (text := said(one))]
    known = [entry for entry in all_ if entry[0] in _ABSTRACTS]
    main = min(known, key=lambda entry: _ABSTRACTS.index(entry[0])) if known else next(iter(all_), None)
    found.description = main[1] if main else None
    for called, text in all_:
        if (called, text) != main:
            add(extra, "description", {"role": called, "text": text} if called else text)


def _read_people(found: About, meta: Element, language: str | None) -> None:
    for kind in ("creator", "contributor"):
        for one in several(meta, kind):
            if (called := label(one, language)) and called != found.source:
                as_given = role(one)
                writer = kind == "creator" and as_given in _WRITERS and as_given is not None
                found.authors.append(Author(name=called, role="byline" if writer else as_given or kind))


def _read_entities(found: About, item: Element, meta: Element, known: Mapping[str, str], language: str | None) -> None:
    """Subjects, and what references in the text are about, that are people, organisations, places, events or objects;
    what has no name there may have it where the item says more about it (`assert`) or in the subjects."""
    said_elsewhere = (concept(one, known, language) for one in (*several(item, "assert"), *several(meta, "subject")))
    names = {one.code: one.name for one in said_elsewhere if one and one.name and one.code}
    for one in (*several(meta, "subject"), *several(item, "inlineRef")):
        type_, about = _NATURES.get(_nature(one) or ""), concept(one, known, language)
        if type_ and about and (called := about.name or names.get(about.code or "") or about.code):
            entity = Entity(name=called, type=type_, code=about.code)
            found.entities[entity] = None
            if name(one) == "inlineRef":
                found.references[one] = entity
