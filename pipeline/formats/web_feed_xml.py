"""RSS and Atom as XML: an element tree, even of a feed that is not well-formed.

Well-formed feeds are parsed as any XML. Of others, what feeds are damaged by is repaired, and the rest left to
libxml2's recovery: a document type with definitions is cut out, text before the root too, an ampersand that begins no
entity is escaped, and so is the markup in the elements that hold text (an unclosed <br> would move all that follows).
feedparser, which reads damaged feeds too, takes four seconds a megabyte where tags are nested, against 0.1 here, and
keeps only the last of several elements of a module.
"""

import re
from collections.abc import Iterator
from html.entities import html5

from lxml import etree

from pipeline.errors import TerminalError
from pipeline.formats import signatures, xml
from pipeline.formats.base import Item, Text
from pipeline.formats.charset import decode
from pipeline.formats.xml import Element

ROOT = re.compile(r"<(?:[\w.-]{1,40}:)?(?:rss|rdf|feed|channel|entry)(?=[\s>])", re.IGNORECASE)
_ENCODING = re.compile(rb"""<\?xml\s[^>]{0,300}?\bencoding\s*=\s*["']([A-Za-z0-9._:-]{1,40})["']""")
_HEAD = 1 << 16
_TEXTUAL = re.compile(
    r"<(?P<name>(?:(?!media:content)[\w.-]{1,40}:)?(?:title|description|encoded|summary|content|subtitle|tagline|copyright"
    r"|rights|body))(?:\s[^<>]*)?(?<!/)>",
    re.IGNORECASE,
)
_END = re.compile(r"</(?P<name>[\w.:-]{1,81})\s*>|<(?:[\w.-]{1,40}:)?(?:item|entry)\b")
_AFTER_TITLE = re.compile(
    r"</[\w.:-]{0,40}title\s*>|<(?:link|guid|pubDate|description|id|updated|author|category|summary)\b"
)
_ENTRY_END = re.compile(r"</(?:[\w.-]{1,40}:)?(?:item|entry)\b")
_BARE_AMPERSAND = re.compile(r"&(?!#\d{1,7};|#[xX][0-9a-fA-F]{1,6};|(?P<name>[A-Za-z][A-Za-z0-9]{1,31});)")
_NAMED = re.compile(r"&([A-Za-z][A-Za-z0-9]{1,31});")
_KNOWN = frozenset({"amp", "lt", "gt", "quot", "apos"})
_CDATA, _CDATA_END = "<![CDATA[", "]]>"


def read(item: Item) -> tuple[Element, Text, bool]:
    """The root element, how the bytes were decoded, and whether the feed had to be repaired. TerminalError when
    there is no feed in it."""
    looks = signatures.describe(item.data)
    if looks not in ("XML", "plain text"):
        raise TerminalError(f"This is no feed: it looks like {looks}.")
    if looks == "XML":
        try:
            root, text = xml.parse(item)
        except TerminalError:
            pass
        else:
            return root, text, False
    stated = _ENCODING.search(item.data[:1024])
    text = decode(item.data, item.charset, stated=stated[1].decode() if stated else None)
    return _recovered(_from_root(text.text)), text, True


def _from_root(text: str) -> str:
    text = _without_document_type(text)
    root = ROOT.search(text, 0, _HEAD)
    if root is None:
        raise TerminalError("This is no feed: it has neither an 'rss', an 'RDF' nor a 'feed' element.")
    return text[root.start() :]


def _without_document_type(text: str) -> str:
    """`text` without its document type and the definitions in it: entities are never expanded."""
    start = text.find("<!DOCTYPE", 0, _HEAD)
    if start < 0:
        return text
    opened, closed = text.find("[", start, start + 1000), text.find(">", start)
    end = text.find("]>", opened) + 1 if 0 <= opened < closed else closed
    return text[:start] + text[end + 1 :] if end > 0 else text


def _recovered(text: str) -> Element:
    parser = etree.XMLParser(
        encoding="utf-8", recover=True, resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True,
        remove_pis=True,
    )  # fmt: skip
    try:
        root = etree.fromstring("".join(_repaired(text)).encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError as error:
        raise TerminalError("This feed is too damaged to be read: there is no element in it.") from error
    if root is None:
        raise TerminalError("This feed is too damaged to be read: there is no element in it.")
    etree.strip_elements(root, etree.Entity, with_tail=False)  # in attributes and between elements, unknown ones remain
    return root


def _repaired(text: str) -> Iterator[str]:
    """`text` in pieces, in one pass: each search goes on where the one before it ended."""
    position = 0
    while found := _TEXTUAL.search(text, position):
        yield _escaped(text[position : found.end()])
        position = found.end()
        if text.startswith(_CDATA, position + len(_blanks(text, position))):
            end = text.find(_CDATA_END, position)
            position = end + len(_CDATA_END) if end >= 0 else len(text)
            yield text[found.end() : position] + ("" if end >= 0 else _CDATA_END)
            continue
        end = _end(text, position, found["name"])
        yield _text(text[position:end])
        if not text.startswith("</", end) or _ENTRY_END.match(text, end):
            yield f"</{found['name']}>"
        position = end
    yield _escaped(text[position:])


def _blanks(text: str, position: int) -> str:
    """The white space at `position`, as far as it is looked at."""
    ahead = text[position : position + 200]
    return ahead[: len(ahead) - len(ahead.lstrip())]


def _end(text: str, position: int, name: str) -> int:
    """Where the element ends: at its end tag, or, where that is missing, with its entry, and a title with what follows
    titles."""
    if name.endswith("title") and (found := _AFTER_TITLE.search(text, position)) and found[0][:2] != "</":
        return found.start()
    for found in _END.finditer(text, position):
        if found["name"] is None or found["name"].lower() == name.lower() or _ENTRY_END.match(found[0]):
            return found.start()
    return len(text)


def _text(inner: str) -> str:
    """The content of an element of text: markup in it becomes text."""
    if _CDATA in inner:
        first, *sections = inner.split(_CDATA)
        ended = (section.partition(_CDATA_END) for section in sections)
        return _escaped(first) + "".join(f"{_CDATA}{inside}{_CDATA_END}{_escaped(rest)}" for inside, _, rest in ended)
    if "<" not in inner:
        return _escaped(inner)
    return inner.replace("&", "&amp;").replace("<", "&lt;")


def _escaped(text: str) -> str:
    if "&" not in text:
        return text
    return _NAMED.sub(_named, _BARE_AMPERSAND.sub("&amp;", text.replace("&#X", "&#x")))


def _named(entity: re.Match[str]) -> str:
    """An entity of XML as it is, one of HTML as its character, any other as the text it looks like."""
    if entity[1] in _KNOWN:
        return entity[0]
    return html5.get(f"{entity[1]};", f"&amp;{entity[1]};")
