"""A ContentItem of NewsML 1: text of whatever format, or a picture, sound or video that lies elsewhere."""

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import PurePosixPath

from pipeline.errors import TerminalError
from pipeline.formats import layout, markup, signatures, wire_copy, xml
from pipeline.formats.charset import clean, decode
from pipeline.formats.newsml_1_vocabulary import formal_name
from pipeline.formats.nitf_body import Body, body
from pipeline.formats.xml import Element, attribute, child, children, name
from pipeline.story import Link

_KINDS = {"photo": "picture", "image": "picture", "picture": "picture", "photograph": "picture"}
_MEDIA = frozenset({*_KINDS, "graphic", "graphics", "video", "audio", "animation", "illustration"})
_SUFFIXES = {
    ".jpg": "picture",
    ".jpeg": "picture",
    ".png": "picture",
    ".gif": "picture",
    ".mp4": "video",
    ".mp3": "audio",
}
_TEXTS = frozenset({"p", "nitf", "body.content", "html"})
_INLINE = re.compile(r"</?(?:b|i|u|em|strong|span|font)(?:\s[^<>]{0,200})?>", re.IGNORECASE)
"""Tags that are left in text that is plain otherwise."""
_FORMATS = ("nitf", "xhtml", "html", "text")
"""Of equivalent texts, the first that there is: the one that says most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """The text of a content item."""

    body: Body
    format: str
    nitf: Element | None = None
    """The whole document, where there is one."""

    @property
    def rank(self) -> int:
        """The lower, the more the format says."""
        return _FORMATS.index(self.format)


def has_data(content_item: Element) -> bool:
    """Whether there is any content in this place."""
    return next(_data(content_item), None) is not None


def is_media(content_item: Element) -> bool:
    """Whether the item is declared as a picture, sound or video."""
    kind = (formal_name(child(content_item, "MediaType")) or "").lower()
    return kind in _MEDIA or _mime(content_item).startswith(("image/", "audio/", "video/"))


def read_text(content_item: Element) -> Content | None:
    """The text in a content item; None where there is none. TerminalError where it cannot be decoded."""
    data = next(_data(content_item), None)
    if data is None or is_media(content_item):
        return None
    holder, encoding = data
    if len(holder):
        return _elements(holder)
    text = holder.text or ""
    if encoding and text.strip():
        decoded = _decoded(text, encoding)
        if signatures.binary(decoded):
            return None
        text = decode(decoded).text
    return _text(text, content_item) if text.strip() else None


def read_link(content_item: Element, title: str | None) -> Link | None:
    """Where the item lies; None where it is text in this place."""
    href = attribute(content_item, "Href")
    kind = (formal_name(child(content_item, "MediaType")) or "").lower()
    mime = _mime(content_item)
    if not href and not is_media(content_item):
        return None
    guessed = _SUFFIXES.get(PurePosixPath((href or "").partition("?")[0]).suffix.lower()) or "content"
    rel = _KINDS.get(kind, kind) or (_KINDS.get(mime.partition("/")[0], mime.partition("/")[0]) or guessed)
    return Link(rel=rel, href=clean(href) if href else None, type=mime or None, title=title)


def _mime(content_item: Element) -> str:
    return (formal_name(child(content_item, "MimeType")) or "").partition(";")[0].strip().lower()


def _data(element: Element, encoding: str | None = None) -> Iterator[tuple[Element, str | None]]:
    """The DataContent, and how it is encoded; the element itself where its text stands in it without one."""
    if encoding is None and any(name(one) in _TEXTS for one in islice(element, 10)):
        yield element, None
    for one in children(element, "DataContent"):
        yield one, encoding
    for one in children(element, "Encoding"):
        yield from _data(one, attribute(one, "Notation") or "unknown")


def _decoded(text: str, encoding: str) -> bytes:
    if encoding.rpartition("/")[2].lower().removeprefix("iptc") not in ("base64", "base-64"):
        raise TerminalError(f"The content is encoded as '{clean(encoding)[:40]}', which is not read here.")
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise TerminalError("The content is said to be base64, which it is not.") from error


def _elements(holder: Element) -> Content:
    first = holder[0]
    if name(first) == "nitf":
        return Content(body=body(first), format="nitf", nitf=first)
    page = child(first, "body") if name(first) == "html" else None
    return Content(body=body(holder if page is None else page), format="xhtml")


def _text(text: str, content_item: Element) -> Content:
    """Text, of which the beginning tells what it is: XML that was escaped, HTML, or lines."""
    start = text.lstrip()[:2000].lower()
    if "<nitf" in start:
        try:
            root = xml.fragment(text)
        except TerminalError:
            return Content(body=Body(paragraphs=tuple(markup.paragraphs(text))), format="html")
        nitf = root if name(root) == "nitf" else next(root.iter("{*}nitf"), root)
        return Content(body=body(nitf), format="nitf", nitf=nitf if name(nitf) == "nitf" else None)
    declared = (formal_name(child(content_item, "Format")) or _mime(content_item)).lower()
    tagged = start.startswith("<") and text.rstrip().endswith(">")
    if markup.looks_like_markup(text) or tagged or ("html" in declared and "<" in start):
        return Content(body=Body(paragraphs=tuple(markup.paragraphs(text))), format="html")
    plain = _INLINE.sub("", clean(text))
    return Content(body=Body(paragraphs=tuple(layout.paragraphs(plain, wire_copy.breaks))), format="text")
