"""What a NewsML-G2 item says of itself and of its rights: identity, times, status, signals, notes (itemMeta)."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from lxml import etree

from pipeline.formats import advisories
from pipeline.formats.base import Item, content_uri
from pipeline.formats.catalogs import code_of, local_code
from pipeline.formats.newsml_g2_values import given, keep, label, role, said, several, texts, value
from pipeline.formats.publication import LAST_ZONE, STATUSES
from pipeline.formats.times import find_time, parse_time
from pipeline.formats.xml import Element, child, children, name
from pipeline.formats.xml_values import add, attributes
from pipeline.story import PubStatus

_STRICTEST: tuple[PubStatus, ...] = ("canceled", "withheld", "usable")
_IPTC_SIGNAL = re.compile(r"sig:|https?://cv\.iptc\.org/newscodes/signal/")
_SIGNALS = {
    "correction": "corrected", "corrected": "corrected", "update": "update", "updated": "update", "urgent": "urgent",
    "flash": "flash", "alert": "alert", "bulletin": "bulletin", "advisory": "advisory", "writethru": "writethru",
    "clarification": "clarification", "refile": "refiled", "repeat": "repeat", "embargo": "embargoed",
    "kill": "kill", "delete": "kill", "cancel": "kill", "canceled": "kill", "cancelled": "kill",
    "withdraw": "withdrawn", "withdrawn": "withdrawn", "withdrawal": "withdrawn",
    "retract": "retracted", "retracted": "retracted", "retraction": "retraction",
}  # fmt: skip
"""Codes of signals, whoever's they are, that say what copy also calls itself. IPTC's count whatever they are."""
_TOLD: dict[str, frozenset[str]] = {
    "itemClass": frozenset({"qcode", "uri"}),
    "provider": frozenset({"name"}),
    "versionCreated": frozenset(),
    "firstCreated": frozenset(),
    "embargoed": frozenset(),
    "pubStatus": frozenset({"qcode", "uri", "name"}),
    "edNote": frozenset(),
    "link": frozenset({"rel", "residref", "href", "contenttype", "title"}),
    "profile": frozenset({"name"}),
    "title": frozenset(),
}
_SINGLE = frozenset({"itemClass", "provider", "versionCreated", "firstCreated", "profile"})
_TOLD_RIGHTS = {
    "copyrightHolder": frozenset({"name"}),
    "copyrightNotice": frozenset[str](),
    "usageTerms": frozenset[str](),
}
_NO_PROPERTY = frozenset({"guid", "version", "lang", "schemaLocation", "standard", "conformance"})
_VERSIONED = re.compile(r"(?P<item>[^:]+:[^:]+:(?:.*:)?(?=[^:]*\d)[^:,]{6,}):(?P<version>\d+)")
"""Only where what is left surely names one item: two items taken for one would be worse than one taken for two."""
_REVISION = re.compile(
    r"(?P<item>urn:newsml:[^:]+:\d{8}(?:T\d{4,6}Z?)?:.+):(?:(?P<version>\d{1,9})|\d{1,4}[NUAD])", re.IGNORECASE
)
"""As RFC 3085 has it: a revision, and a letter that says how it came to be."""
_LONGEST_REVISION = 3
"""Digits of a revision where the item has no version to hold it against."""


@dataclass(slots=True, kw_only=True)
class Management:
    """What is read of an item but its content; what has no field here is in `extra`, under its own name."""

    uri: str
    version: str | None = None
    language: str | None = None
    type: str = "text"
    pubstatus: PubStatus = "usable"
    versioncreated: datetime | None = None
    firstcreated: datetime | None = None
    embargoed: datetime | None = None
    profile: str | None = None
    signals: list[str] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    """What the item is called in lists."""
    notes: list[str] = field(default_factory=list)
    provider: str | None = None
    usage: list[str] = field(default_factory=list)
    copyrightholder: str | None = None
    copyrightnotices: list[str] = field(default_factory=list)
    extra: dict[str, Any] = field(default_factory=dict)


def read_management(element: Element, item: Item) -> Management:
    """The identity, management and rights of `element`, one of the items in `item`."""
    found = _identified(element, item)
    for key, content in attributes(element).items():
        if key not in _NO_PROPERTY:
            found.extra[key] = content
    meta = child(element, "itemMeta")
    if meta is not None:
        found.type = next(filter(None, (local_code(code_of(one)) for one in several(meta, "itemClass"))), "text")
        found.versioncreated = _time(found, meta, "versionCreated")
        found.firstcreated = _time(found, meta, "firstCreated")
        found.notes = texts(meta, "edNote")
        found.titles = texts(meta, "title")
        found.profile = label(child(meta, "profile"))
        found.provider = label(child(meta, "provider"), found.language)
        found.signals = [signal for one in several(meta, "signal") if (signal := _signal(one))]
        _read_status(found, meta)
        _read_embargo(found, meta)
        keep(found.extra, meta, _told, _SINGLE)
    _read_rights(found, element)
    return found


def _identified(element: Element, item: Item) -> Management:
    guid, version, language = (given(element, key) for key in ("guid", "version", "lang"))
    if guid is None:
        data = item.data if element.getparent() is None else etree.tostring(element, with_tail=False)
        return Management(uri=content_uri(item, data), version=version, language=language)
    uri, version = stable(guid, version)
    found = Management(uri=uri, version=version, language=language)
    if uri != guid:
        found.extra["guid"] = guid
    return found


def stable(guid: str, version: str | None) -> tuple[str, str | None]:
    """The id that all versions of an item share, and the version, where an agency writes the version into the guid:
    the revision that RFC 3085 puts last in 'urn:newsml:provider:date:item:revision', or the item's own version after a
    colon."""
    for pattern in (_REVISION, _VERSIONED):
        found = pattern.fullmatch(guid)
        if found and found["version"] in (None, version):
            return found["item"], version
    alone = _REVISION.fullmatch(guid) if version is None else None
    if alone and alone["version"] and len(alone["version"]) <= _LONGEST_REVISION and alone["item"][-1:].isdigit():
        return alone["item"], alone["version"]
    return guid, version


def _told(one: Element) -> frozenset[str] | None:
    """What is held of a property."""
    if name(one) == "signal" and _signal(one):
        return frozenset({"qcode", "uri", "literal"})
    return _TOLD.get(name(one))


def _signal(element: Element) -> str | None:
    """What a signal says that copy says too; None for others, such as how to route the item."""
    code = code_of(element) or ""
    local = local_code(code) or ""
    return _SIGNALS.get(local, local if _IPTC_SIGNAL.match(code) else "") or None


def _read_status(found: Management, meta: Element) -> None:
    """The strictest of the statuses; usable where none is given, as the standard has it; withheld by an unknown one."""
    statuses = []
    for one in several(meta, "pubStatus"):
        known = STATUSES.get(local_code(code_of(one) or said(one)) or "")
        statuses.append(known or "withheld")
        if known is None:
            add(found.extra, "pubStatus", value(one))
    found.pubstatus = next((status for status in _STRICTEST if status in statuses), "usable")


def _read_embargo(found: Management, meta: Element) -> None:
    """The embargo. One until nobody knows when withholds the item: without a time (which says 'until further
    notice'), with one that cannot be read, or only told in a note."""
    embargo, written = child(meta, "embargoed"), None
    if embargo is not None:
        written = said(embargo) or ""
        time, assumed = parse_time(written)
        found.embargoed = time.replace(tzinfo=LAST_ZONE) if time and assumed else time
        if time is None or assumed:
            found.extra["embargoed"] = written
    else:
        notes = [one for one in several(meta, "edNote") if _is_embargo(one)]
        written = next(filter(None, map(said, notes)), None)
        found.embargoed = find_time(written) if written else None
    if written is not None and found.embargoed is None and found.pubstatus == "usable":
        found.pubstatus = "withheld"


def _is_embargo(note: Element) -> bool:
    return "embargo" in (role(note) or "") or advisories.is_embargo(said(note) or "")


def _read_rights(found: Management, element: Element) -> None:
    for rights in several(element, "rightsInfo"):
        holders = [text for one in children(rights, "copyrightHolder") if (text := label(one, found.language))]
        found.copyrightholder = found.copyrightholder or next(iter(holders), None)
        found.copyrightnotices.extend(texts(rights, "copyrightNotice"))
        found.usage.extend(texts(rights, "usageTerms"))
        keep(found.extra, rights, lambda one: _TOLD_RIGHTS.get(name(one)), frozenset({"copyrightHolder"}))


def _time(found: Management, meta: Element, of: str) -> datetime | None:
    written = said(child(meta, of))
    time, assumed = parse_time(written)
    if written and time is None:
        found.extra[of] = written
    if assumed:
        found.extra.setdefault("assumed_utc", []).append(of)
    return time
