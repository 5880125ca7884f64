"""A feed document taken apart: one well-formed document for each entry, with the head of the whole.

RSS 0.9x and 2.0 (`rss/channel/item`), RSS 1.0 and 0.90 (`rdf:RDF/item`) and Atom (`feed/entry`, RFC 4287). The head
keeps what the feed says of all its entries (title, link, language, rights, author, namespaces, xml:base), without what
changes each time the feed is made, so that an unchanged entry is the same bytes again.
"""

import re
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from html.entities import html5
from typing import Any

from lxml import etree

from pipeline.sources.http_headers import moment, one_line

MOST_ENTRIES = 20_000
"""Entries of one document that are read."""
_MOST_TAGS = 1_000_000
"""A document with more is not taken apart: its tree would take some hundred times its bytes."""
_HEAD_PART, _HEAD = 4 << 10, 16 << 10
"""Bytes of one element of the head, and of the whole head, that each entry is given."""
_SHELL = 4 * _HEAD
"""Bytes of all that an entry stands in. Where attributes and namespaces take more, nothing is taken apart: each entry
would carry them."""
_VOLATILE = frozenset({"lastbuilddate", "pubdate", "updated", "modified", "date", "items", "ttl"})
_DATES = ("updated", "modified", "published", "issued", "pubDate", "date", "created")
_BASE = "{http://www.w3.org/XML/1998/namespace}base"
_PERIODS = {"hourly": 3600, "daily": 86400, "weekly": 7 * 86400, "monthly": 30 * 86400, "yearly": 365 * 86400}
_ENTITY = re.compile(rb"&([A-Za-z][A-Za-z0-9]{1,31});")
_MARKS = (b"\xef\xbb\xbf", b"\xfe\xff", b"\xff\xfe")

_Element = etree._Element  # noqa: SLF001 (lxml has no public name for the type)


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry, still in its document."""

    name: str
    """Its id, or its link, or else its fingerprint."""
    fingerprint: str
    """Of its bytes, 12 characters."""
    element: _Element
    time: datetime | None


@dataclass(slots=True)
class Document:
    """A feed document. `entries` are in the document's order, each fingerprint once."""

    entries: tuple[Entry, ...]
    more: int
    """Entries beyond MOST_ENTRIES."""
    period: float
    """Seconds between two of its versions, as it says; 0 where it does not."""
    charset: str
    """Of what `data` gives."""
    _root: _Element = field(repr=False)
    _container: _Element = field(repr=False)

    def oldest_first(self, known: frozenset[str]) -> Iterator[Entry]:
        """The entries that are not in `known`: by their times where all have one, else the document turned round."""
        fresh = [entry for entry in reversed(self.entries) if entry.fingerprint not in known]
        times = {entry.fingerprint: entry.time for entry in fresh}
        if all(times.values()):
            fresh.sort(key=lambda entry: entry.time or datetime.min)  # noqa: DTZ901 (all have one)
        return iter(fresh)

    def data(self, entry: Entry) -> bytes:
        """A whole document with `entry` alone in it."""
        self._container.append(entry.element)
        try:
            return etree.tostring(self._root, encoding=self.charset, xml_declaration=True)
        finally:
            self._container.remove(entry.element)


def take_apart(data: bytes, charset: str | None, base: str) -> Document | None:
    """The feed in `data`; None where it is none, or is not well-formed, or is not safe to be parsed.

    `charset` is the transport's word; `base` the address that relative links are relative to.
    """
    root = _parsed(data, charset)
    if root is None or (container := _container(root)) is None:
        return None
    found = [child for child in container if _name(child) in ("item", "entry")]
    period = _period(container)
    for element in found:
        container.remove(element)
        element.tail = None
    _reduce(root, container)
    if len(etree.tostring(root)) > _SHELL:
        return None
    if _BASE not in root.attrib:
        root.set(_BASE, base)
    entries = {entry.fingerprint: entry for entry in map(_entry, found[:MOST_ENTRIES])}
    encoding = root.getroottree().docinfo.encoding or "UTF-8"
    wide = re.match(r"(?i)utf|ucs|iso-10646", encoding)
    return Document(
        tuple(entries.values()), len(found[MOST_ENTRIES:]), period, "UTF-8" if wide else encoding, root, container
    )


def _parsed(data: bytes, charset: str | None) -> _Element | None:
    if b"<!ENTITY" in data or data.count(b"<") > _MOST_TAGS:
        return None
    encoding = _encoding(data, charset)
    for named in (False, True):  # entities of HTML cost time, and most documents have none
        try:
            root = etree.fromstring(_ENTITY.sub(_character, data) if named else data, _parser(encoding))
        except (etree.XMLSyntaxError, ValueError):
            continue
        document_type = root.getroottree().docinfo.internalDTD
        return root if document_type is None or not list(document_type.iterentities()) else None
    return None


def _parser(encoding: str | None) -> etree.XMLParser[Any]:
    """LookupError is no answer: an encoding that nobody knows is read as the document says itself."""
    try:
        return _safe(encoding)
    except LookupError:
        return _safe(None)


def _safe(encoding: str | None) -> etree.XMLParser[Any]:
    return etree.XMLParser(
        encoding=encoding, resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True
    )


def _encoding(data: bytes, charset: str | None) -> str | None:
    """What to read it in; None: as it says itself. What is valid UTF-8 is UTF-8, whatever somebody declares."""
    if data.startswith(_MARKS) or b"\x00" in data[:64] or b"\x1b" in data:
        return None
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return charset
    return "utf-8"


def _character(entity: re.Match[bytes]) -> bytes:
    """An entity of HTML, which XML does not know, as references to its characters."""
    name = entity[1].decode()
    found = html5.get(f"{name};", "") if name not in ("amp", "lt", "gt", "quot", "apos") else ""
    return "".join(f"&#{ord(character)};" for character in found).encode() or entity[0]


def _name(element: _Element) -> str:
    return str(element.tag).rpartition("}")[2] if isinstance(element.tag, str) else ""


def _container(root: _Element) -> _Element | None:
    """The element whose children the entries are."""
    if _name(root) == "rss":
        return next((child for child in root if _name(child) == "channel"), None)
    return root if _name(root) in ("RDF", "feed") else None


def _reduce(root: _Element, container: _Element) -> None:
    """Leave in the head what is of use to each entry, within its bounds."""
    channel = next((child for child in root if _name(child) == "channel"), container)
    size = 0
    for parent in dict.fromkeys((channel, container, root)):
        for child in list(parent):
            if child in (channel, container):
                continue
            length = len(etree.tostring(child))
            if _name(child).lower() in _VOLATILE or length > _HEAD_PART or size + length > _HEAD:
                parent.remove(child)
            else:
                size += length


def _entry(element: _Element) -> Entry:
    digest = sha256(etree.tostring(element)).digest()
    fingerprint = urlsafe_b64encode(digest[:9]).decode()
    parts: dict[str, str] = {}
    for child in element:
        if (name := _name(child)) in ("guid", "id", "link", *_DATES):
            parts.setdefault(name, child.text or child.get("href") or "")
    about = next((str(value) for key, value in element.attrib.items() if str(key).endswith("}about")), "")
    names = (one_line(text) for text in (parts.get("guid"), parts.get("id"), about, parts.get("link")) if text)
    times = (moment(parts[name]) for name in _DATES if name in parts)
    return Entry(next(filter(None, names), fingerprint), fingerprint, element, next(filter(None, times), None))


def _period(container: _Element) -> float:
    """RSS's ttl (minutes), and updatePeriod and updateFrequency of the syndication module."""
    channel = next((child for child in container if _name(child) == "channel"), container)
    said = {_name(child): (child.text or "").strip()[:20] for child in channel}
    ttl = float(said["ttl"]) * 60 if said.get("ttl", "").isdecimal() else 0.0
    times = said.get("updateFrequency", "")
    period = _PERIODS.get(said.get("updatePeriod", ""), 0)
    return max(ttl, period / max(1, int(times) if times.isdecimal() else 1))
