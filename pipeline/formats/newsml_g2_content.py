"""The content of a NewsML-G2 item: its text, whatever it is written in."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

import orjson

from pipeline.errors import TerminalError
from pipeline.formats import markup, nitf_body, xml
from pipeline.formats.catalogs import local_code
from pipeline.formats.charset import clean, decode
from pipeline.formats.newsml_g2_values import given, html
from pipeline.formats.nitf_line import Tagged
from pipeline.formats.xml import Element, child, children, name, text_of
from pipeline.formats.xml_values import add, attributes, value_of
from pipeline.story import Link

_MOST_PARTS = 50
"""Content elements of one item that are looked at."""
_MOST_LINKS = 1000
_MOST_ELEMENTS = 1000
_LARGEST_DATA = 1 << 16
"""Elements, and bytes of JSON, of content that is no text (SportsML) in `extra`; of larger content, its words stay."""
_HTML = frozenset({
    "html", "body", "div", "p", "section", "article", "main", "span", "table", "ul", "ol", "dl", "pre", "blockquote",
    "h1", "h2", "h3", "h4", "h5", "h6", "a", "b", "strong", "i", "em", "br", "img", "figure", "header", "head",
})  # fmt: skip
_NITF = frozenset({"nitf", "body", "body.content", "block"})
_MEDIA = {"img": "picture", "video": "video", "audio": "audio", "source": "content", "iframe": "embedded"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """The text of an item, and what came with it."""

    paragraphs: tuple[str, ...] = ()
    plain: str | None = None
    """The text where it is plain, its paragraphs still to be told apart."""
    nitf: nitf_body.Body = field(default_factory=nitf_body.Body)
    """What NITF says besides."""
    tagged: tuple[Tagged, ...] = ()
    links: tuple[Link, ...] = ()
    language: str | None = None
    extra: dict[str, Any] = field(default_factory=dict)


def read_content(item: Element) -> Content:
    """The first text there is in the content set; texts after it that have other words are kept in `extra`, as is
    content that is no text."""
    found, extra = Content(), dict[str, Any]()
    words: list[str] = []
    for part in islice((part for set_ in children(item, "contentSet") for part in set_), _MOST_PARTS):
        if name(part) not in ("inlineXML", "inlineData"):
            continue
        read = _inline_xml(part) if name(part) == "inlineXML" else _inline_data(part)
        if not read.paragraphs:
            add(extra, name(part), read.extra)
        elif not found.paragraphs:
            found, words = replace(read, language=given(part, "lang")), _words(read.paragraphs)
        elif _words(read.paragraphs) != words:
            add(extra, name(part), {**attributes(part), "text": "\n\n".join(read.paragraphs)})
    for key, content in extra.items():
        add(found.extra, key, content)
    return found


def _words(paragraphs: Sequence[str]) -> list[str]:
    return " ".join(paragraphs).split()


def _inline_xml(part: Element) -> Content:
    inner = next(iter(part), None)
    if inner is None:
        return _text(part.text or "", part)
    called = name(inner).rpartition(":")[2]
    if called in _NITF and (called != "body" or any(name(one).startswith("body.") for one in inner)):
        return _nitf(inner)
    if called in _HTML:
        return Content(paragraphs=tuple(html(part)), links=_links(part), extra=_counts(part))
    data = value_of(inner)
    if sum(1 for _ in inner.iter()) > _MOST_ELEMENTS or len(orjson.dumps(data)) > _LARGEST_DATA:
        data = clean(" ".join(" ".join(map(str, inner.itertext())).split()))[:_LARGEST_DATA]
    return Content(extra={**attributes(part), called: data})


def _nitf(document: Element) -> Content:
    body = nitf_body.body(document)
    head = child(document, "head")
    extra = {"head": value_of(head)} if head is not None and len(head) else {}
    return Content(paragraphs=body.paragraphs, nitf=body, tagged=body.tagged, links=body.links, extra=extra)


def _inline_data(part: Element) -> Content:
    type_ = given(part, "contenttype") or ""
    text = "".join(map(str, part.itertext()))
    encoding = given(part, "encoding") or given(part, "encodinguri")
    if type_.startswith(("image/", "audio/", "video/")):
        return Content(extra=attributes(part))
    if not encoding or local_code(encoding) in ("none", "7bit", "8bit"):
        return _text(text, part)
    decoded = _decoded(text) if local_code(encoding) == "base64" else None
    return _text(decoded, part) if decoded is not None else Content(extra={**attributes(part), "text": clean(text)})


def _decoded(text: str) -> str | None:
    """Base64, also without its padding; None where it is none."""
    packed = "".join(text.split()).rstrip("=")
    try:
        return decode(base64.b64decode(packed + "=" * (-len(packed) % 4), validate=True)).text
    except (binascii.Error, ValueError):
        return None


def _text(text: str, part: Element) -> Content:
    type_ = (given(part, "contenttype") or "").lower()
    if not text.strip():
        return Content()
    if "nitf" in type_:
        try:
            return _nitf(xml.fragment(text))
        except TerminalError:
            return Content(paragraphs=tuple(markup.paragraphs(text)))
    if "html" in type_ or markup.looks_like_markup(text):
        return Content(paragraphs=tuple(markup.paragraphs(text)), extra=_counts(part))
    lines = [line for line in clean(text).split("\n") if line.strip()]
    return Content(paragraphs=tuple(lines), plain=clean(text), extra=_counts(part))


def _counts(part: Element) -> dict[str, Any]:
    """The numbers of words and the like that the agency gives."""
    return {key: count for key, count in attributes(part).items() if key.endswith("count")}


def _links(part: Element) -> tuple[Link, ...]:
    """What XHTML shows or points to."""
    links = (_link(one) for one in part.iter("{*}a", "{*}img", "{*}video", "{*}audio", "{*}source", "{*}iframe"))
    return tuple(dict.fromkeys(islice(filter(None, links), _MOST_LINKS)))


def _link(element: Element) -> Link | None:
    rel = _MEDIA.get(name(element), "related")
    href = given(element, "href" if rel == "related" else "src")
    if not href or href.startswith(("#", "javascript:", "data:")):
        return None
    title = text_of(element) if rel == "related" else given(element, "alt") or given(element, "title")
    return Link(rel=rel, href=href, title=clean(title) if title else None)
