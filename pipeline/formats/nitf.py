"""NITF, the News Industry Text Format of the IPTC (https://iptc.org/std/NITF/): versions 2.5 and 3.0 to 3.6.

The time of release is an embargo where it is later than the time of issue; without a zone it is taken in the zone of
the time of issue, or else in the last zone on Earth. A cancellation has the id of the document that it is about.
"""

import re
from collections.abc import Iterable
from typing import Any

from lxml import etree

from pipeline.errors import TerminalError
from pipeline.formats import credit_lines, notices, signals, wire_copy, xml
from pipeline.formats.base import Format, Guess, Item, Text, is_made
from pipeline.formats.charset import clean
from pipeline.formats.ninjs_parts import tamed
from pipeline.formats.nitf_body import Body, body
from pipeline.formats.nitf_entities import entities
from pipeline.formats.nitf_head import Head, read_head
from pipeline.story import Dateline, PubStatus, Story

_INSIDE = re.compile(rb"<(?:[A-Za-z_][\w.-]{0,40}:)?nitf[\s>]")


def sniff(item: Item) -> Guess:
    """XML whose first element is `nitf`, or that has one in it."""
    root = xml.root_name(item)
    if root == "nitf":
        return Guess(confidence=1.0, reason="XML that begins with <nitf>")
    if root is not None and root not in ("html", "HTML") and _INSIDE.search(item.data[: 1 << 16]):
        return Guess(confidence=0.5, reason="XML with <nitf> in it")
    return Guess(confidence=0.0, reason="XML without <nitf>" if root else "not XML")


def parse(item: Item) -> Iterable[Story | TerminalError]:
    """The story of an NITF document, or those of all that stand in another element."""
    root, text = xml.parse(item)
    if xml.name(root) == "nitf":
        return [_story(root, item, text, None)]
    documents = list(root.iter("{*}nitf"))
    if not documents:
        raise TerminalError(f"This is not NITF: its first element is <{clean(xml.name(root))[:40]}>.")
    return (_one_of_several(number, document, item, text) for number, document in enumerate(documents, 1))


def _one_of_several(number: int, document: xml.Element, item: Item, text: Text) -> Story | TerminalError:
    try:
        return _story(document, item, text, etree.tostring(document, with_tail=False))
    except TerminalError as error:
        return TerminalError(error.cause, item=error.item or f"number {number}")


def _story(nitf: xml.Element, item: Item, text: Text, data: bytes | None) -> Story:
    head, content = read_head(nitf, item, data), body(nitf)
    copy = wire_copy.read_paragraphs(list(content.paragraphs), with_headline=False)
    written = content.headline or head.title
    found, headline = signals.peel(written) if written else ((), None)
    copy.signals = [*found, *(["corrected"] if "correction" in head.extra else []), *copy.signals]
    status = _status(head, copy)
    orders = (
        status == "canceled"
        or (status == "withheld" and not is_made(head.uri))
        or signals.is_notice(wire_copy.all_signals(copy))
    )
    if not headline and not copy.paragraphs and not content.abstract and not orders:
        raise TerminalError("This NITF document has neither a headline nor a text.", item=head.uri)
    body_text = "\n\n".join(copy.paragraphs)
    dateline = _dateline(content, copy)
    abstract = content.abstract if not wire_copy.repeats(content.abstract or "", headline, copy) else None
    signed = content.byline is not None and credit_lines.is_sign_off(content.byline)
    credited = [*content.credits, *copy.credits, *([content.byline] if signed and content.byline else [])]
    copyrights = [content.rights["copyright"]] if "copyright" in content.rights else []
    story = Story(
        uri=head.uri,
        pubstatus=status,
        version=clean(head.version) if head.version else None,
        versioncreated=head.versioncreated,
        embargoed=head.embargoed or copy.embargo,
        urgency=head.urgency,
        signals=wire_copy.all_signals(copy),
        headline=headline or None,
        headlines=tuple(other for other in content.headlines if other.text not in (written, headline)),
        slugline=head.slugline or copy.slugline,
        description_text=abstract,
        byline=copy.byline if signed else content.byline or copy.byline,
        creditline=wire_copy.joined(credited),
        located=dateline.places[0] if dateline and dateline.places else None,
        dateline=dateline,
        authors=tuple(dict.fromkeys([*content.authors, *copy.authors])),
        language=_language(nitf),
        source=content.distributor or wire_copy.agency(copy) or head.source,
        genre=tuple(dict.fromkeys(head.genre)),
        subject=tuple(dict.fromkeys(head.subject)),
        keywords=tuple(dict.fromkeys([*head.keywords, *copy.keywords])),
        ednote=wire_copy.joined_once(head.notes, content.notes, copy.notes),
        usageterms=wire_copy.joined([*head.usage, *_usage(content)]),
        copyrightholder=head.copyrightholder or content.rights.get("owner"),
        copyrightnotice=wire_copy.joined([*copyrights, *content.copyright, *copy.copyright]),
        links=(*head.links, *content.links),
        body_text=body_text,
        entities=entities([*content.tagged, *head.tagged], content.paragraphs, body_text, headline),
        extra=_extra(head, content, copy, headline),
        provenance=text.provenance(head.channel, head.sequence),
    )
    ids = f"urn:nitf:{head.source or item.feed}:"
    return notices.advised(story, copy.lines, stated=head.pubstatus != "usable", prefix=ids)


def _dateline(content: Body, copy: wire_copy.Copy) -> Dateline | None:
    """That of the text where it begins with one, or else the one above the text."""
    first = content.paragraphs[0] if content.paragraphs else ""
    if copy.dateline and (content.dateline is None or first.startswith(copy.dateline.text[:10])):
        return copy.dateline
    return content.dateline


def _status(head: Head, copy: wire_copy.Copy) -> PubStatus:
    if head.pubstatus != "usable":
        return head.pubstatus
    if signals.is_kill(wire_copy.all_signals(copy)):
        return "canceled"
    return "withheld" if copy.embargoed and not (copy.embargo or head.embargoed) else "usable"


def _language(nitf: xml.Element) -> str | None:
    given = xml.attribute(nitf, "baselang") or xml.attribute(nitf, "lang")
    return clean(given) if given else None


def _usage(content: Body) -> list[str]:
    return [content.rights[part] for part in ("type", "limitations", "text") if part in content.rights]


def _extra(head: Head, content: Body, copy: wire_copy.Copy, headline: str | None) -> dict[str, Any]:
    extra = {**content.extra, **head.extra}
    if head.title and head.title not in (content.headline, headline) and content.headline:
        extra["title"] = head.title
    if content.rights:
        extra["rights"] = dict(content.rights)
    for other in (copy.dateline, content.dateline):
        if other and other != _dateline(content, copy):
            extra["dateline"] = other.text
    if copy.end_marks:
        extra["end_mark"] = " ".join(copy.end_marks)
    kept: dict[str, Any] = tamed(extra)
    return kept


FORMAT = Format(name="nitf", sniff=sniff, parse=parse)
