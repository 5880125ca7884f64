"""NewsML-G2 of the IPTC (https://iptc.org/std/NewsML-G2/), versions 2.0 to 2.35, core and power conformance: messages,
and items alone; text in NITF, XHTML, HTML or plain.

IPTC's own reader (newsmlg2 1.1) is not used: it expands entities, makes one line of plain text, loses text beside child
elements, knows one namespace only, and keeps the catalogs of the last document in a global.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

import orjson

from pipeline.errors import TerminalError
from pipeline.formats import notices, signals, xml
from pipeline.formats.base import Format, Guess, Item, Text
from pipeline.formats.catalogs import schemes
from pipeline.formats.charset import clean
from pipeline.formats.newsml_g2_about import read_about
from pipeline.formats.newsml_g2_content import read_content
from pipeline.formats.newsml_g2_links import read_links
from pipeline.formats.newsml_g2_management import read_management
from pipeline.formats.newsml_g2_pieces import Broken, pieces
from pipeline.formats.newsml_g2_references import tagged
from pipeline.formats.newsml_g2_story import assembled
from pipeline.formats.newsml_g2_values import MOST, value
from pipeline.formats.xml_values import add, value_of
from pipeline.story import Story

_CARRIERS = frozenset({"newsItem", "packageItem"})
_OTHERS = frozenset({"conceptItem", "knowledgeItem", "planningItem", "catalogItem"})
_ROOTS = _CARRIERS | _OTHERS | {"newsMessage"}
_INSIDE = re.compile(rb"<(?:[A-Za-z_][\w.-]{0,40}:)?(?:newsItem|packageItem|newsMessage)[\s>]")
_NAMESPACE = re.compile(rb"iptc\.org/std/nar/")
_READ = frozenset({
    "catalog", "catalogRef", "rightsInfo", "itemMeta", "contentMeta", "contentSet", "groupSet",
})  # fmt: skip
_IPTC_CATALOG = re.compile(r"https?://(?:www\.)?iptc\.org/std/catalog/")
_LONGEST_NUMBER = 6
"""Digits of a transmission's number. Longer ones identify messages and do not count them."""
_LONGEST_VALUE = 4096
"""Bytes of JSON that a property of the message's header may have."""


def sniff(item: Item) -> Guess:
    """XML whose first element is one of NewsML-G2, or that has one in its namespace in it."""
    root = xml.root_name(item)
    if root in _ROOTS:
        return Guess(confidence=1.0, reason=f"XML that begins with <{root}>")
    head = item.data[: 1 << 16]
    if root is not None and _NAMESPACE.search(head) and _INSIDE.search(head):
        return Guess(confidence=0.9, reason="XML with an item of NewsML-G2 in it")
    return Guess(confidence=0.0, reason="XML without NewsML-G2" if root else "not XML")


@dataclass(frozen=True, slots=True)
class _Message:
    """What all items of a message share."""

    item: Item
    text: Text
    header: dict[str, Any]
    known: Mapping[str, str]
    """Aliases and scheme URIs of the message's catalogs."""


def parse(item: Item) -> Iterable[Story | TerminalError]:
    """The stories of all news and package items. An item that cannot be read costs itself, also where it is that what
    makes the whole ill-formed."""
    text = xml.text_in(item)
    try:
        root = xml.fragment(text.text)
    except TerminalError as error:
        return (
            one.error if isinstance(one, Broken) else _read(one, _message(one.getroottree().getroot(), item, text))
            for one in pieces(text.text, error)
        )
    message = _message(root, item, text)
    found = (_read(one, message) for one in _items(root))
    first = next(found, None)
    if first is None:
        raise TerminalError(f"There is no item of NewsML-G2 in this <{clean(xml.name(root))[:40]}>.")
    return chain([first], found)


def _items(root: xml.Element) -> Iterator[xml.Element]:
    """The items, in order, but none within another one."""
    within: xml.Element | None = None
    for element in root.iter():
        if xml.name(element) in _CARRIERS | _OTHERS and (within is None or not _is_in(element, within)):
            within = element
            yield element


def _is_in(element: xml.Element, within: xml.Element) -> bool:
    return any(ancestor is within for ancestor in element.iterancestors())


def _message(root: xml.Element, item: Item, text: Text) -> _Message:
    """The header without its catalogs, and without what is longer than any honest header: every story has it."""
    if xml.name(root) != "newsMessage":
        return _Message(item, text, {}, schemes())
    header = xml.child(root, "header")
    said = value_of(header) if header is not None else None
    kept = {key: content for key, content in said.items() if _is_short(key, content)} if isinstance(said, dict) else {}
    return _Message(item, text, kept, schemes(root, *([header] if header is not None else [])))


def _is_short(key: str, content: Any) -> bool:
    return not key.startswith("catalog") and len(orjson.dumps(content)) <= _LONGEST_VALUE


def _read(element: xml.Element, message: _Message) -> Story | TerminalError:
    guid, kind = xml.attribute(element, "guid"), xml.name(element)
    where = clean(guid)[:1000] if guid else None
    if kind in _OTHERS:
        return TerminalError(f"This is a {kind} of NewsML-G2, which carries no story.", item=where)
    try:
        return _story(element, message)
    except TerminalError as error:
        return TerminalError(error.cause, item=where)
    except (ValueError, TypeError, OverflowError, RecursionError) as error:
        return TerminalError(f"This {kind} of NewsML-G2 cannot be read ({type(error).__name__}).", item=where)


def _story(element: xml.Element, message: _Message) -> Story:
    management = read_management(element, message.item)
    extra = management.extra
    about = read_about(element, schemes(element, known=message.known), management.language, extra)
    links, found = tuple(read_links(element, extra)), read_content(element)
    _keep_rest(element, extra)
    if message.header:
        extra["header"] = message.header
    found = replace(found, tagged=(*found.tagged, *tagged(element, about.references, found.paragraphs)))
    story = assembled(management, about, found)
    orders = story.pubstatus != "usable" or signals.is_notice(story.signals)
    if not (story.headline or story.body_text or links or found.extra or orders):
        raise TerminalError("This item of NewsML-G2 has neither a headline nor a text, other content or a link.")
    story = replace(
        story,
        type="composite" if xml.name(element) == "packageItem" else story.type,
        links=tuple(dict.fromkeys([*links, *found.links])),
        provenance=message.text.provenance(*_transmission(message.header)),
    )
    return notices.advised(story, found.paragraphs, stated=management.pubstatus != "usable")


def _keep_rest(element: xml.Element, extra: dict[str, Any]) -> None:
    """The parts of an item that are not read, and where the catalogs are that were not."""
    for number, part in enumerate(element):
        if xml.name(part) not in _READ and number < MOST:
            add(extra, xml.name(part), value(part))
        href = xml.attribute(part, "href") if xml.name(part) == "catalogRef" else None
        if href and not _IPTC_CATALOG.match(href):
            add(extra, "catalogRef", clean(href))


def _transmission(header: Mapping[str, Any]) -> tuple[str | None, int | None]:
    """The channel and number of the transmission, where its identifier is a number that counts."""
    number = header.get("transmitId")
    if not isinstance(number, str) or not number.isascii() or not number.isdecimal() or len(number) > _LONGEST_NUMBER:
        return None, None
    parts = [header.get(key) for key in ("sender", "channel")]
    return "/".join(part for part in parts if isinstance(part, str)) or "newsml-g2", int(number)


FORMAT = Format(name="newsml-g2", sniff=sniff, parse=parse)
