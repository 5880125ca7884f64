"""The content of a NewsML-G2 item: its text, whatever it is written in, and where the rest of it lies."""

import base64
import binascii
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from lxml import etree

from pipeline.errors import TerminalError
from pipeline.formats import markup, nitf_body, xml
from pipeline.formats.charset import clean, decode
from pipeline.formats.nitf_line import Tagged
from pipeline.formats.xml import Element, attribute, children, name, text_of
from pipeline.story import Link

_MOST_PARTS = 50
"""Content elements of one item that are looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """The text of an item."""

    paragraphs: tuple[str, ...] = ()
    plain: str | None = None
    """The text where it is plain, its paragraphs still to be told apart."""
    nitf: nitf_body.Body | None = None
    """What NITF says besides."""
    tagged: tuple[Tagged, ...] = ()
    others: tuple[str, ...] = ()
    """Further texts of the item, where they say something else."""


def content(item: Element) -> Content:
    """The first text there is in the content set; those after it that have other words are kept beside it."""
    sets = (part for set_ in children(item, "contentSet") for part in set_)
    found = [one for part, _ in zip(sets, range(_MOST_PARTS), strict=False) if (one := _read(part)).paragraphs]
    if not found:
        return Content()
    first = found[0]
    words = _words(first.paragraphs)
    others = ("\n\n".join(one.paragraphs) for one in found[1:] if _words(one.paragraphs) != words)
    return replace(first, others=tuple(others))


def remote(item: Element) -> Iterator[Link]:
    """Renditions that lie elsewhere."""
    for set_ in children(item, "contentSet"):
        for part in children(set_, "remoteContent"):
            target = attribute(part, "residref")
            rendition = attribute(part, "rendition") or "content"
            yield Link(
                rel=clean(rendition).rpartition(":")[2],
                uri=clean(target) if target else None,
                type=_clean(attribute(part, "contenttype")),
                href=_clean(attribute(part, "href")),
                title=_clean(text_of(xml.child(part, "title"))),
            )


def _clean(text: str | None) -> str | None:
    return clean(text) if text else None


def _words(paragraphs: Sequence[str]) -> list[str]:
    return " ".join(paragraphs).split()


def _read(part: Element) -> Content:
    if name(part) == "inlineXML":
        return _inline_xml(part)
    return _inline_data(part) if name(part) == "inlineData" else Content()


def _inline_xml(part: Element) -> Content:
    for inner in part:
        if name(inner) in ("nitf", "body", "body.content") and _is_nitf(inner):
            body = nitf_body.body(inner)
            return Content(paragraphs=body.paragraphs, nitf=body, tagged=body.tagged)
        return _markup(etree.tostring(inner, encoding="unicode", with_tail=False))
    return _text(part.text or "", attribute(part, "contenttype"))


def _is_nitf(inner: Element) -> bool:
    return name(inner) != "body" or any(name(one).startswith("body.") for one in inner)


def _inline_data(part: Element) -> Content:
    type_ = (attribute(part, "contenttype") or "").partition(";")[0].lower()
    text = "".join(map(str, part.itertext()))
    if attribute(part, "encoding"):
        try:
            text = decode(base64.b64decode("".join(text.split()), validate=True)).text
        except (binascii.Error, ValueError):
            return Content()
    if type_.startswith(("image/", "audio/", "video/")) or not text.strip():
        return Content()
    return _text(text, type_)


def _text(text: str, type_: str | None) -> Content:
    if "nitf" in (type_ or ""):
        try:
            body = nitf_body.body(xml.fragment(text))
        except TerminalError:
            return _markup(text)
        return Content(paragraphs=body.paragraphs, nitf=body, tagged=body.tagged)
    if "html" in (type_ or "") or markup.looks_like_markup(text):
        return _markup(text)
    lines = [line for line in clean(text).split("\n") if line.strip()]
    return Content(paragraphs=tuple(lines), plain=clean(text))


def _markup(text: str) -> Content:
    return Content(paragraphs=tuple(markup.paragraphs(text)))
