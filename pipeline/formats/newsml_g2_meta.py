"""The metadata of a NewsML-G2 item: identity, status, rights, and what it is about."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

from pipeline.formats.base import Item, content_uri
from pipeline.formats.catalogs import concept, concepts, local_code, name_of
from pipeline.formats.charset import clean
from pipeline.formats.times import parse_time
from pipeline.formats.xml import Element, attribute, child, children, name, text_of
from pipeline.formats.xml_values import add, attributes, value_of
from pipeline.story import Author, Concept, Entity, EntityType, Headline, Link, PubStatus

_STATUS: dict[str, PubStatus] = {
    "usable": "usable",
    "withheld": "withheld",
    "canceled": "canceled",
    "cancelled": "canceled",
}
_NATURES: dict[str, EntityType] = {
    "person": "person",
    "organisation": "organisation",
    "geoarea": "location",
    "poi": "facility",
    "event": "event",
    "object": "product",
}
_SIGNALS = {"correction": "corrected", "c": "corrected"}
_LAST_ZONE = timezone(timedelta(hours=-12))
"""Where a day begins last: an embargo without zone ends never too soon."""
_MOST = 2000
_ITEM_META = frozenset({
    "itemClass", "provider", "versionCreated", "firstCreated", "embargoed", "pubStatus", "edNote", "signal", "link",
    "profile", "title",
})  # fmt: skip
_CONTENT_META = frozenset({
    "urgency", "located", "infoSource", "genre", "keyword", "subject", "slugline", "headline", "by", "dateline",
    "creditline", "language", "description", "creator", "contributor",
})  # fmt: skip
_LINKED = frozenset({"rendition", "href", "residref", "contenttype"})
_DETAILED = frozenset({"creator", "contributor", "located", "subject"})
_VERSIONED = re.compile(r"([^:]+:[^:]+:(?:.*:)?(?=[^:]*\d)[^:,]{6,}):(\d+)")
"""Only where what is left surely names one item: two items taken for one would be worse than one taken for two."""
_REVISION = re.compile(r"(urn:newsml:[^:]+:[^:]+:.+):(\d+)[A-Za-z]?", re.IGNORECASE)


@dataclass(slots=True, kw_only=True)
class Meta:
    """What an item says of itself; what has no place here is in `extra`, under its own name."""

    uri: str
    version: str | None = None
    type: str = "text"
    pubstatus: PubStatus = "usable"
    versioncreated: datetime | None = None
    firstcreated: datetime | None = None
    embargoed: datetime | None = None
    urgency: int | None = None
    profile: str | None = None
    signals: list[str] = field(default_factory=list)
    headlines: list[Headline] = field(default_factory=list)
    """The main one first."""
    titles: list[Headline] = field(default_factory=list)
    """What the item is called in lists: a headline where there is none."""
    slugline: str | None = None
    descriptions: list[str] = field(default_factory=list)
    bylines: list[str] = field(default_factory=list)
    datelines: list[str] = field(default_factory=list)
    credits: list[str] = field(default_factory=list)
    located: str | None = None
    authors: list[Author] = field(default_factory=list)
    language: str | None = None
    source: str | None = None
    genre: tuple[Concept, ...] = ()
    subject: tuple[Concept, ...] = ()
    keywords: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    usage: list[str] = field(default_factory=list)
    copyrightholder: str | None = None
    copyrightnotice: list[str] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    entities: list[Entity] = field(default_factory=list)
    extra: dict[str, Any] = field(default_factory=dict)


def read_meta(element: Element, item: Item, known: Mapping[str, str], data: bytes) -> Meta:
    """The metadata of `element`, one of the items in `item`; `data`: its own bytes, for an item without guid."""
    found = _identified(element, item, data)
    item_meta, content_meta = child(element, "itemMeta"), child(element, "contentMeta")
    _read_rights(found, element)
    if item_meta is not None:
        _read_management(found, item_meta)
        _keep(found, item_meta, _ITEM_META)
    if content_meta is not None:
        _read_lines(found, content_meta)
        _read_people(found, content_meta)
        _read_concepts(found, content_meta, known)
        _keep(found, content_meta, _CONTENT_META)
    found.language = found.language or _text_attribute(element, "lang")
    for rendition in children(element, "contentSet/remoteContent"):
        if len(rendition) or set(attributes(rendition)) - _LINKED:
            add(found.extra, "remoteContent", value_of(rendition))
    for other in element:
        if name(other) in ("partMeta", "assert", "hopHistory", "pubHistory", "inlineRef", "derivedFrom"):
            add(found.extra, name(other), value_of(other))
    return found


def _identified(element: Element, item: Item, data: bytes) -> Meta:
    guid, version = _text_attribute(element, "guid"), _text_attribute(element, "version")
    if guid is None:
        return Meta(uri=content_uri(item, data), version=version)
    found = Meta(uri=stable(guid, version), version=version)
    if found.uri != guid:
        found.extra["guid"] = guid
    return found


def stable(guid: str, version: str | None) -> str:
    """The id that all versions of an item share, where an agency writes the version into the guid: the revision that
    RFC 3085 puts last in 'urn:newsml:provider:date:item:revision', or the item's own version after a colon."""
    if revision := _REVISION.fullmatch(guid):
        return revision[1]
    versioned = _VERSIONED.fullmatch(guid)
    return versioned[1] if versioned and versioned[2] == version else guid


def _read_rights(found: Meta, element: Element) -> None:
    for rights in children(element, "rightsInfo"):
        holder = child(rights, "copyrightHolder")
        if holder is not None and found.copyrightholder is None:
            found.copyrightholder = name_of(holder) or _text_attribute(holder, "literal") or _code(holder)
        found.copyrightnotice.extend(_texts(rights, "copyrightNotice"))
        found.usage.extend(_texts(rights, "usageTerms"))
        _keep(found, rights, frozenset({"copyrightHolder", "copyrightNotice", "usageTerms"}))


def _read_management(found: Meta, meta: Element) -> None:
    found.type = local_code(child(meta, "itemClass")) or "text"
    found.versioncreated = _time(found, meta, "versionCreated")
    found.firstcreated = _time(found, meta, "firstCreated")
    _read_status(found, meta)
    found.notes.extend(_texts(meta, "edNote"))
    found.titles = [Headline(text=text, role="title") for text in _texts(meta, "title")]
    found.profile = _first(_texts(meta, "profile"))
    for signal in children(meta, "signal"):
        if code := local_code(signal):
            found.signals.append(_SIGNALS.get(code, code))
    provider = child(meta, "provider")
    if provider is not None:
        found.source = name_of(provider) or _text_attribute(provider, "literal") or _code(provider)
    found.links.extend(link(one) for one, _ in zip(children(meta, "link"), range(_MOST), strict=False))


def _read_status(found: Meta, meta: Element) -> None:
    """Withheld by a status that nobody knows, and by an embargo until nobody knows when."""
    given = child(meta, "pubStatus")
    code = local_code(given) if given is not None else "usable"
    found.pubstatus = _STATUS.get(code or "", "withheld")
    if given is not None and code not in _STATUS:
        found.extra["pubStatus"] = value_of(given)
    embargo = child(meta, "embargoed")
    if embargo is None:
        return
    written = text_of(embargo)
    time, assumed = parse_time(written)
    if time is None or assumed:
        found.extra["embargoed"] = clean(written) if written else ""
    if time is None:
        found.pubstatus = "withheld" if found.pubstatus == "usable" else found.pubstatus
        return
    found.embargoed = time.replace(tzinfo=_LAST_ZONE) if assumed else time


def _read_lines(found: Meta, meta: Element) -> None:
    urgency = text_of(child(meta, "urgency"))
    if urgency and urgency in "123456789" and len(urgency) == 1:
        found.urgency = int(urgency)
    elif urgency:
        found.extra["urgency"] = clean(urgency)
    headlines = [
        Headline(text=clean(text), role=_role(one)) for one in children(meta, "headline") if (text := text_of(one))
    ]
    found.headlines = sorted(headlines[:_MOST], key=lambda one: one.role not in (None, "main"))
    found.slugline = _first(_texts(meta, "slugline"))
    found.descriptions = _texts(meta, "description")
    found.bylines, found.datelines, found.credits = (
        _texts(meta, "by"),
        _texts(meta, "dateline"),
        _texts(meta, "creditline"),
    )
    located = child(meta, "located")
    found.located = name_of(located) if located is not None else None
    found.language = _text_attribute(child(meta, "language"), "tag")
    found.keywords = _texts(meta, "keyword")


def _read_people(found: Meta, meta: Element) -> None:
    for kind, role in (("creator", "byline"), ("contributor", "contributor")):
        for person, _ in zip(children(meta, kind), range(_MOST), strict=False):
            if called := name_of(person) or _text_attribute(person, "literal"):
                given = _role(person)
                found.authors.append(Author(name=called, role=role if given in (None, "text", "reporter") else given))
    sources = [name_of(one) or _text_attribute(one, "literal") or _code(one) for one in children(meta, "infoSource")]
    named = [one for one in sources if one]
    found.source = named[0] if named else found.source
    if named[1:]:
        found.extra["infoSource"] = named[1:]


def _read_concepts(found: Meta, meta: Element, known: Mapping[str, str]) -> None:
    found.genre = concepts(children(meta, "genre"), known)
    found.subject = concepts(children(meta, "subject"), known)
    for subject, _ in zip(children(meta, "subject"), range(_MOST), strict=False):
        nature = (_text_attribute(subject, "type") or "").rpartition(":")[2].lower()
        given = concept(subject, known)
        if given and nature in _NATURES and (given.name or given.code):
            found.entities.append(Entity(name=given.name or given.code or "", type=_NATURES[nature], code=given.code))
    found.entities = list(dict.fromkeys(found.entities))


def link(element: Element, rel: str = "related") -> Link:
    """A link, or an itemRef of a package."""
    return Link(
        rel=(_text_attribute(element, "rel") or rel).rpartition(":")[2] or rel,
        uri=_text_attribute(element, "residref"),
        type=_text_attribute(element, "contenttype"),
        title=_first(_texts(element, "title") + _texts(element, "headline")),
        href=_text_attribute(element, "href"),
    )


def _keep(found: Meta, parent: Element, read: frozenset[str]) -> None:
    """What has no field of ours, and the roles and codes that a field of ours leaves out."""
    for one, _ in zip(parent, range(_MOST), strict=False):
        detailed = name(one) in _DETAILED and (len(one) > 1 or len(attributes(one)) > 2)
        if detailed or name(one) not in read:
            add(found.extra, name(one), value_of(one))


def _time(found: Meta, parent: Element, of: str) -> datetime | None:
    written = text_of(child(parent, of))
    time, assumed = parse_time(written)
    if written and time is None:
        found.extra[of] = clean(written)
    if assumed:
        add(found.extra, "assumed_utc", [of])
    return time


def _texts(parent: Element, path: str) -> list[str]:
    texts: Iterator[str | None] = (text_of(one) for one, _ in zip(children(parent, path), range(_MOST), strict=False))
    return [clean(text) for text in texts if text]


def _first(texts: list[str]) -> str | None:
    return texts[0] if texts else None


def _role(element: Element) -> str | None:
    given = _text_attribute(element, "role")
    return given.rpartition("/" if "/" in given else ":")[2] if given else None


def _code(element: Element) -> str | None:
    given = _text_attribute(element, "qcode")
    return given.rpartition(":")[2] if given else _text_attribute(element, "uri")


def _text_attribute(element: Element | None, key: str) -> str | None:
    given = attribute(element, key)
    return (clean(given) or None) if given else None
