"""The elements of a feed's entry, each read for what it should be; what is not read is kept for `extra`.

RSS and Atom share one vocabulary here: elements of RSS (every version) and Atom (0.3, 1.0) go by their local names,
those of modules by the module's usual prefix and the local name ('dc:creator', 'media:content').
"""

import binascii
import re
from datetime import datetime, timedelta
from html import unescape
from typing import Any
from urllib.parse import urljoin

from lxml import etree

from pipeline.formats import markup, wire_copy, xml
from pipeline.formats.charset import clean, decode
from pipeline.formats.ninjs_parts import tamed
from pipeline.formats.times import parse_time
from pipeline.formats.wire_copy import Copy
from pipeline.formats.xml import Element

MOST = 500
"""Elements of one name that are looked at."""
_LONGEST_BASE = 2000
"""Characters: joining takes time with each address."""
_CORE = re.compile(
    r"http://(?:purl\.org/(?:rss/1\.0|net/rss1\.1#|atom/ns#)|(?:my|channel)\.netscape\.com/rdf/simple/0\.9"
    r"|backend\.userland\.com/|blogs\.law\.harvard\.edu/tech/rss|www\.w3\.org/2005/atom)(?!/?modules)[\w/.#-]{0,40}",
    re.IGNORECASE,
)
_MODULES = {
    "http://purl.org/dc/elements/1.0": "dc",
    "http://purl.org/dc/elements/1.1": "dc",
    "http://purl.org/dc/terms": "dcterms",
    "http://purl.org/rss/1.0/modules/content": "content",
    "http://purl.org/rss/1.0/modules/slash": "slash",
    "http://purl.org/rss/1.0/modules/syndication": "sy",
    "http://purl.org/syndication/thread/1.0": "thr",
    "http://purl.org/atompub/tombstones/1.0": "at",
    "http://search.yahoo.com/mrss": "media",
    "http://wellformedweb.org/commentapi": "wfw",
    "http://www.georss.org/georss": "georss",
    "http://www.opengis.net/gml": "gml",
    "http://www.w3.org/2003/01/geo/wgs84_pos": "geo",
    "http://www.itunes.com/dtds/podcast-1.0.dtd": "itunes",
    "http://www.w3.org/1999/xhtml": "xhtml",
    "http://www.w3.org/2007/app": "app",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns": "rdf",
    "http://rssnamespace.org/feedburner/ext/1.0": "feedburner",
}
_PRISM = re.compile(r"http://prismstandard\.org/namespaces/(?:basic/)?[\d.]{3}(?:/basic)?", re.IGNORECASE)
_BINARY_TYPE = re.compile(r"(?!text/|[\w.-]{1,40}/(?:[\w.-]{1,40}\+)?(?:xml|html)\b)[\w.-]{1,40}/")
"""Types whose content Atom 1.0 has in base64."""
_TAG = re.compile(r"</?[A-Za-z][A-Za-z0-9]{0,15}(?:\s[^<>]{0,2000})?/?>")
_PREFIX = re.compile(r"(</?)[\w.-]{1,40}:(?=\w)")
_EMPTY = re.compile(r"<(script|iframe|style|title|textarea|object|select|noscript|template|svg|a|div|p)\b[^<>]*/>")
_MIDNIGHT = re.compile(r"(?<=[ T])24(?=:00)")
_MONTH = re.compile(r"[^\W\d_]{3,10}\.?")
_MONTHS = {
    name: english
    for english, names in {
        "Jan": "januar ene gennaio janvier", "Feb": "fev fév feber", "Mar": "mär mrz mars maart", "Apr": "avr abr",
        "May": "mai maio mayo mei mag", "Jun": "juin giu", "Jul": "juil juillet lug", "Aug": "aoû août ago",
        "Sep": "set", "Oct": "okt out ott", "Dec": "dez déc dic",
    }.items()
    for name in names.split()
}  # fmt: skip


class Parts:
    """The children of one element. Reading takes them; what is left becomes `extra`."""

    def __init__(self, element: Element) -> None:
        self.element = element
        self._rest: dict[str, list[Element]] = {}
        self._assumed_utc: list[str] = []
        self._kept: dict[str, list[Any]] = {}
        for child in _flat(element):
            self._rest.setdefault(key(child), []).append(child)

    def take(self, *names: str) -> list[Element]:
        """All elements of these names, in the order of the names."""
        return [element for name in names for element in self._rest.pop(name, [])[:MOST]]

    def text(self, *names: str) -> str | None:
        """The first text under these names, on one line; the others stay."""
        for name in names:
            for number, element in enumerate(self._rest.get(name, [])[:MOST]):
                if text := line(element):
                    del self._rest[name][number]
                    return text
        return None

    def time(self, *names: str) -> datetime | None:
        """The first time under these names; what is none stays, and where a zone is assumed, `extra` says so."""
        for name in names:
            for number, element in enumerate(self._rest.get(name, [])[:MOST]):
                time, assumed = time_of(xml.text_of(element))
                if time is not None:
                    del self._rest[name][number]
                    self._assumed_utc += [name] if assumed else []
                    return time
        return None

    def keep(self, name: str, value: Any) -> None:
        """Have `extra` hold it."""
        self._kept.setdefault(name, []).append(value)

    def kept(self, name: str) -> list[Any]:
        """What was to be kept under that name; it is not, then."""
        return self._kept.pop(name, [])

    def extra(self) -> dict[str, Any]:
        """What was not read, under its own names."""
        found: dict[str, Any] = {}
        for name, elements in self._rest.items():
            values = [value for element in elements[:MOST] if (value := plain(element)) not in ("", {}, None)]
            if values:
                found[name] = values[0] if len(values) == 1 else values
        for name, values in self._kept.items():
            found[name] = values[0] if len(values) == 1 else values
        if self._assumed_utc:
            found["assumed_utc"] = self._assumed_utc
        extra = tamed(found)
        assert isinstance(extra, dict)
        return extra


def _flat(element: Element) -> list[Element]:
    """The children, those of a media:group in its place."""
    return [one for child in element for one in (child if key(child) == "media:group" else [child])]


def key(element: Element) -> str:
    """The name under which an element is read."""
    namespace, _, local = str(element.tag).rpartition("}")
    namespace = namespace[1:]
    if not namespace or _CORE.fullmatch(namespace):
        return local
    if known := _MODULES.get(namespace.lower().rstrip("/#")):
        return f"{known}:{local}"
    return f"{'prism' if _PRISM.match(namespace) else element.prefix or 'other'}:{local}"


def attribute(element: Element, name: str) -> str | None:
    """An attribute's value on one line."""
    value = element.get(name)
    return clean(" ".join(value.split())) or None if value is not None else None


def address(element: Element, reference: str | None, base: str) -> str | None:
    """A reference in `element` as an absolute address: against its xml:base, or else against `base`."""
    if not reference:
        return None
    try:
        own = element.base
        if own and len(own) > _LONGEST_BASE:
            own = None
        return clean(urljoin(urljoin(base, str(own)) if own else base, reference.strip()))
    except ValueError:
        return clean(reference.strip())


def markup_of(element: Element) -> tuple[str, bool]:
    """What an element of text holds, and whether it is markup: that of RSS, of Atom's 'html' and 'xhtml', and text that
    says it is none and is."""
    type_ = (element.get("type") or "").lower()
    if len(element):
        inner = "".join(etree.tostring(child, encoding="unicode") for child in element)
        return (element.text or "") + _EMPTY.sub("", _PREFIX.sub(r"\1", inner)), True
    text = element.text or ""
    atom = str(element.tag).startswith("{http://www.w3.org/2005/Atom")
    if element.get("mode") == "base64" or (atom and _BINARY_TYPE.match(type_)):
        text, type_ = _from_base64(text), "text/html"
    said_plain = type_ in ("text", "text/plain", "plain") or (atom and not type_)
    return text, not said_plain or markup.looks_like_markup(text)


def _from_base64(text: str) -> str:
    try:
        return decode(binascii.a2b_base64(text.encode("ascii", "replace"))).text
    except binascii.Error:
        return text


def copy(element: Element) -> Copy:
    """The text of an element as wire copy."""
    text, marked = markup_of(element)
    if marked and _TAG.search(text):
        return wire_copy.read_paragraphs(markup.paragraphs(text), with_headline=False)
    return wire_copy.read(clean(unescape(text)) if marked else clean(text), with_headline=False)


def paragraphs(element: Element) -> list[str]:
    """The text of an element, as it is."""
    text, marked = markup_of(element)
    if marked and _TAG.search(text):
        return markup.paragraphs(text)
    text = clean(unescape(text)) if marked else clean(text)
    return [" ".join(piece.split()) for piece in text.split("\n\n") if piece.strip()]


def line(element: Element) -> str | None:
    """The text of an element on one line, without markup."""
    text, marked = markup_of(element)
    if marked and _TAG.search(text):
        text = " ".join(markup.paragraphs(text))
    elif marked:
        text = unescape(text)
    return clean(" ".join(clean(text).split())) or None


def time_of(text: str | None) -> tuple[datetime | None, bool]:
    """As `parse_time`, and with months in other languages, days between slashes, and midnight as hour 24."""
    time, assumed = parse_time(text)
    if time is not None or not text or len(text) > 60:
        return time, assumed
    text = _MONTH.sub(_month, re.sub(r"\b(\d{4})/(\d\d)/(\d\d)\b", r"\1-\2-\3", text))
    time, assumed = parse_time(_MIDNIGHT.sub("00", text))
    try:
        return (time + timedelta(days=1) if time and _MIDNIGHT.search(text) else time), assumed
    except OverflowError:
        return None, False


def _month(word: re.Match[str]) -> str:
    name = word[0].lower().rstrip(".")
    return _MONTHS.get(name) or _MONTHS.get(name[:3]) or word[0]


def plain(element: Element) -> Any:
    """An element as JSON: its text, or its attributes and children by name."""
    text = xml.text_of(element) if not len(element) else None
    found: dict[str, list[Any]] = {}
    for name, value in element.attrib.items():
        found.setdefault(str(name).rpartition("}")[2], []).append(str(value))
    for child in element[:MOST]:
        found.setdefault(key(child), []).append(plain(child))
    if not found:
        return text
    if text:
        found.setdefault("text", []).append(text)
    return {name: values[0] if len(values) == 1 else values for name, values in found.items()}
