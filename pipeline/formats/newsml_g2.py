"""NewsML-G2 of the IPTC (https://iptc.org/std/NewsML-G2/), versions 2.0 to 2.35, core and power conformance.

Messages and items alone; text in NITF, XHTML, HTML or plain. IPTC's own reader (newsmlg2) is not used: it takes no
item that is not valid, reads catalogs from the network, and expands what the document type defines.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

from lxml import etree

from pipeline.errors import TerminalError
from pipeline.formats import bylines, datelines, signals, wire_copy, xml
from pipeline.formats.base import Format, Guess, Item, Text
from pipeline.formats.catalogs import schemes
from pipeline.formats.charset import clean
from pipeline.formats.newsml_g2_content import Content, content, remote
from pipeline.formats.newsml_g2_meta import Meta, link, read_meta
from pipeline.formats.ninjs_parts import tamed
from pipeline.formats.nitf_entities import entities
from pipeline.formats.xml_values import add, value_of
from pipeline.story import Dateline, Entity, Headline, Link, Provenance, PubStatus, Story

_CARRIERS = frozenset({"newsItem", "packageItem"})
_OTHERS = frozenset({"conceptItem", "knowledgeItem", "planningItem", "catalogItem"})
_ROOTS = _CARRIERS | _OTHERS | {"newsMessage"}
_INSIDE = re.compile(rb"<(?:[A-Za-z_][\w.-]{0,40}:)?(?:newsItem|packageItem|newsMessage)[\s>]")
_NAMESPACE = re.compile(rb"iptc\.org/std/nar/")


def sniff(item: Item) -> Guess:
    """XML whose first element is one of NewsML-G2, or that has one in its namespace in it."""
    root = xml.root_name(item)
    if root in _ROOTS:
        return Guess(confidence=1.0, reason=f"XML that begins with <{root}>")
    head = item.data[: 1 << 16]
    if root is not None and _NAMESPACE.search(head) and _INSIDE.search(head):
        return Guess(confidence=0.9, reason="XML with an item of NewsML-G2 in it")
    return Guess(confidence=0.0, reason="XML without NewsML-G2" if root else "not XML")


def parse(item: Item) -> Iterable[Story | TerminalError]:
    """The stories of all news and package items. An item that cannot be read costs itself."""
    root, text = xml.parse(item)
    found = _items(root)
    first = next(found, None)
    if first is None:
        raise TerminalError(f"There is no item of NewsML-G2 in this <{clean(xml.name(root))[:40]}>.")
    message = _message(root)
    alone = first is root
    return (_read(one, item, text, message, alone=alone) for one in chain([first], found))


def _items(root: xml.Element) -> Iterator[xml.Element]:
    """The items, in order, but none within another one."""
    if xml.name(root) in _CARRIERS | _OTHERS:
        yield root
        return
    for inner in root:
        yield from _items(inner)


def _message(root: xml.Element) -> dict[str, Any]:
    """What the header of the message says."""
    header = next(root.iter("{*}header"), None) if xml.name(root) == "newsMessage" else None
    return {"header": value_of(header)} if header is not None else {}


def _read(
    element: xml.Element, item: Item, text: Text, message: dict[str, Any], *, alone: bool
) -> Story | TerminalError:
    guid = xml.attribute(element, "guid")
    kind = xml.name(element)
    if kind in _OTHERS:
        return TerminalError(f"This is a {kind} of NewsML-G2, which carries no story.", item=guid and clean(guid))
    data = item.data if alone else etree.tostring(element, with_tail=False)
    meta = read_meta(element, item, schemes(element), data)
    try:
        return _story(element, meta, content(element), text, message)
    except TerminalError as error:
        return TerminalError(error.cause, item=meta.uri)


def _story(element: xml.Element, meta: Meta, found: Content, text: Text, message: dict[str, Any]) -> Story:
    copy = _copy(found)
    headline, others = _headlines(meta, found, copy)
    status = _status(meta, copy)
    links = (*meta.links, *remote(element), *_package(element), *(found.nitf.links if found.nitf else ()))
    if not (headline or copy.paragraphs or meta.descriptions or links or status == "canceled"):
        raise TerminalError("This item of NewsML-G2 has neither a headline nor a text, a description or a link.")
    byline = "; ".join(meta.bylines) or (found.nitf and found.nitf.byline) or copy.byline
    body_text, dateline = "\n\n".join(copy.paragraphs), _dateline(meta, found, copy)
    given = entities(found.tagged, found.paragraphs, body_text, headline)
    channel, sequence = _transmission(message)
    return Story(
        uri=meta.uri,
        pubstatus=status,
        type="composite" if xml.name(element) == "packageItem" else meta.type,
        version=meta.version,
        versioncreated=meta.versioncreated,
        firstcreated=meta.firstcreated,
        embargoed=meta.embargoed or copy.embargo,
        urgency=meta.urgency,
        profile=meta.profile,
        signals=wire_copy.all_signals(copy),
        headline=headline,
        headlines=others,
        slugline=meta.slugline or copy.slugline,
        description_text=_description(meta, found, copy),
        byline=byline,
        creditline=wire_copy.joined(list(dict.fromkeys([*meta.credits, *_credits(found), *copy.credits]))),
        located=meta.located or (dateline.places[0] if dateline and dateline.places else None),
        dateline=dateline,
        authors=tuple(dict.fromkeys([*_authors(meta, found, byline), *copy.authors])),
        language=meta.language,
        source=meta.source or wire_copy.agency(copy),
        genre=meta.genre,
        subject=meta.subject,
        keywords=tuple(dict.fromkeys([*meta.keywords, *copy.keywords])),
        ednote=wire_copy.joined(
            list(dict.fromkeys([*meta.notes, *(found.nitf.notes if found.nitf else ()), *copy.notes]))
        ),
        usageterms=wire_copy.joined(meta.usage),
        copyrightholder=meta.copyrightholder,
        copyrightnotice=wire_copy.joined(list(dict.fromkeys([*meta.copyrightnotice, *copy.copyright]))),
        links=tuple(dict.fromkeys(links)),
        body_text=body_text,
        entities=_merged(given, meta.entities, headline),
        extra=_extra(meta, found, copy, message),
        provenance=Provenance(
            charset=text.charset,
            charset_reason=text.reason,
            replacements=text.replacements,
            channel=channel,
            sequence=sequence,
        ),
    )


def _copy(found: Content) -> wire_copy.Copy:
    if found.plain is not None:
        return wire_copy.read(found.plain, with_headline=False)
    return wire_copy.read_paragraphs(list(found.paragraphs), with_headline=False)


def _headlines(meta: Meta, found: Content, copy: wire_copy.Copy) -> tuple[str | None, tuple[Headline, ...]]:
    """The main headline without its signals, which go to the copy's, and the other ones."""
    inside = [Headline(text=found.nitf.headline)] if found.nitf and found.nitf.headline else []
    all_ = [*meta.headlines, *inside, *(found.nitf.headlines if found.nitf else ()), *meta.titles]
    more = signals.slug(meta.slugline)[0] if meta.slugline else ()
    if not all_:
        copy.signals = [*meta.signals, *more, *copy.signals]
        return None, ()
    said, main = signals.peel(all_[0].text)
    copy.signals = [*meta.signals, *said, *more, *copy.signals]
    others = (other for other in all_[1:] if other.text not in (all_[0].text, main))
    return main or None, tuple(dict.fromkeys(others))


def _status(meta: Meta, copy: wire_copy.Copy) -> PubStatus:
    if meta.pubstatus == "usable" and copy.embargoed and not (copy.embargo or meta.embargoed):
        return "withheld"
    killed = signals.is_kill(wire_copy.all_signals(copy))
    return "canceled" if killed and meta.pubstatus == "usable" else meta.pubstatus


def _description(meta: Meta, found: Content, copy: wire_copy.Copy) -> str | None:
    said = [*meta.descriptions, *([found.nitf.abstract] if found.nitf and found.nitf.abstract else [])]
    return next((text for text in said if text not in copy.paragraphs[:1]), None)


def _credits(found: Content) -> Iterable[str]:
    return found.nitf.credits if found.nitf else ()


def _authors(meta: Meta, found: Content, byline: str | None) -> Iterable[Any]:
    """Those of the byline; creators that it names are these."""
    read = list(bylines.authors(byline)) if byline else []
    if found.nitf and not meta.bylines:
        read = list(found.nitf.authors) or read
    named = {author.name.casefold() for author in read}
    return [*read, *(author for author in meta.authors if author.name.casefold() not in named)]


def _dateline(meta: Meta, found: Content, copy: wire_copy.Copy) -> Dateline | None:
    apart = found.nitf.dateline if found.nitf else None
    for line in meta.datelines[:1] if copy.dateline is None and apart is None else ():
        read, _ = datelines.split(f"{line.rstrip(' -–—')} - Text.")
        return read or Dateline(text=line)
    return copy.dateline or apart


def _package(element: xml.Element) -> Iterator[Link]:
    """The items of a package."""
    for reference in element.iter("{*}itemRef"):
        yield link(reference, "item")


def _merged(tagged: tuple[Entity, ...], named: list[Entity], headline: str | None) -> tuple[Entity, ...]:
    """What the text tags, and what the metadata names besides."""
    known = {(entity.type, entity.name.casefold()) for entity in tagged}
    rest = (
        Entity(name=one.name, type=one.type, code=one.code, in_headline=one.name in (headline or ""))
        for one in named
        if (one.type, one.name.casefold()) not in known
    )
    return (*tagged, *rest)


def _transmission(message: dict[str, Any]) -> tuple[str | None, int | None]:
    header = message.get("header")
    number = header.get("transmitId") if isinstance(header, dict) else None
    if not isinstance(number, str) or not number.isascii() or not number.isdecimal() or len(number) > 12:
        return None, None
    parts = [header.get(key) for key in ("sender", "channel")] if isinstance(header, dict) else []
    return "/".join(part for part in parts if isinstance(part, str)) or "newsml-g2", int(number)


def _extra(meta: Meta, found: Content, copy: wire_copy.Copy, message: dict[str, Any]) -> dict[str, Any]:
    extra = {**(found.nitf.extra if found.nitf else {}), **meta.extra, **message}
    if meta.descriptions[1:]:
        extra["description"] = meta.descriptions[1:]
    for text in found.others:
        add(extra, "other_content", text)
    if copy.dateline and meta.datelines and copy.dateline.text.split() != meta.datelines[0].split():
        extra["dateline"] = meta.datelines[0]
    if copy.end_marks:
        extra["end_mark"] = " ".join(copy.end_marks)
    kept: dict[str, Any] = tamed(extra)
    return kept


FORMAT = Format(name="newsml-g2", sniff=sniff, parse=parse)
