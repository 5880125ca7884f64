"""XML as it arrives from a wire, made safe: bytes to an element tree, in the encoding that the bytes really have.

No document type is read, so there are no external entities and no entity expansion; the character entities of HTML,
which the DTDs of NITF and RSS 0.91 declare, are known without. Namespaces stay, and are passed over by those who ask
for names with `{*}name` (lxml's wildcard).
"""

import re
from collections.abc import Iterator
from html import unescape
from html.entities import html5

from lxml import etree

from pipeline.errors import TerminalError
from pipeline.formats import signatures
from pipeline.formats.base import Item, Text
from pipeline.formats.charset import clean, decode

Element = etree._Element  # noqa: SLF001 (lxml has no public name for the type)

DEEPEST = 256
"""Elements inside one another: libxml2's limit."""
MOST_ATTRIBUTES = 256
"""Attributes of one element: reading them takes time that grows with the square of their number."""
_HEAD = 1 << 16
_DECLARATION = re.compile(r"\s*<\?xml\s[^>]{0,500}?\?>")
_ENCODING = re.compile(rb"""^\s*<\?xml\s[^>]{0,300}?\bencoding\s*=\s*["']([A-Za-z0-9._:-]{1,40})["']""")
_DOCTYPE = re.compile(r"<!DOCTYPE\s[^\[>]{0,1000}(\[)?[^>\]]{0,100}>?")
_DEFINITIONS = re.compile(r"<!DOCTYPE\s[^\[>]{0,1000}\[([^\]]{0,20000})\]\s{0,100}>")
_ENTITY_DEFINITION = re.compile(r"<!ENTITY\s+(?!%\s)")
_LONG_TAG = re.compile(r"<[^<]{1000,}")
_ENTITY = re.compile(r"&([A-Za-z][A-Za-z0-9]{1,31});")
_XML_ENTITIES = frozenset({"amp", "lt", "gt", "quot", "apos"})
_LOW_REFERENCE = re.compile(r"&#(?:0{0,6}\d{1,3}|[xX]0{0,6}[0-9a-fA-F]{1,2});")
_PASSED = ((b"<!--", b"-->"), (b"<?", b"?>"), (b"<!", b">"))
"""What may stand before the first element, and what each ends with."""
_START = re.compile(rb"<(?:[A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)")


def root_name(item: Item) -> str | None:
    """The local name of the first element, read from the first 64 KiB; None for what is no XML. For sniffing."""
    head = item.data[:_HEAD].replace(b"\x00", b"")
    head = head.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    if not head.startswith(b"<") or signatures.binary(head):
        return None
    at = 0
    while end := next((end for begin, end in _PASSED if head.startswith(begin, at)), None):
        ends = head.find(end, at)
        at = head.find(b"<", ends) if ends >= 0 else -1
    found = _START.match(head, at) if at >= 0 else None
    return found[1].decode() if found else None


def parse(item: Item) -> tuple[Element, Text]:
    """The root element, and how the bytes were decoded. TerminalError when it is no well-formed XML, or would have to
    be expanded, or is nested more than `DEEPEST` deep."""
    text = text_in(item)
    return fragment(text.text), text


def text_in(item: Item) -> Text:
    """The text of an item that should be XML, in the encoding that it really has."""
    stated = _ENCODING.match(item.data[:_HEAD].removeprefix(b"\xef\xbb\xbf"))
    return decode(item.data, item.charset, stated=stated[1].decode() if stated else None)


def fragment(text: str) -> Element:
    """The element that `text` is, as `parse`."""
    text = _without_doctype(_DECLARATION.sub("", text, count=1).lstrip("\ufeff \t\r\n"))
    root = _tree(_characters(text).encode("utf-8", "replace"))
    suspect = any(tag[0].count("=") > MOST_ATTRIBUTES for tag in _LONG_TAG.finditer(text))
    if suspect and any(len(element.attrib) > MOST_ATTRIBUTES for element in root.iter()):
        raise TerminalError(f"An element of this XML has more than {MOST_ATTRIBUTES} attributes.")
    return root


def _tree(data: bytes) -> Element:
    """The tree of `data`, prefixes that nothing declares being parts of names."""
    try:
        return etree.fromstring(data, _parser(recover=False))
    except etree.XMLSyntaxError as error:
        if error.code != etree.ErrorTypes.NS_ERR_UNDEFINED_NAMESPACE:
            raise TerminalError(_sentence(error.msg or "", *error.position)) from error
    parser = _parser(recover=True)
    root = etree.fromstring(data, parser)
    for entry in parser.error_log:
        if entry.type != etree.ErrorTypes.NS_ERR_UNDEFINED_NAMESPACE and entry.level >= etree.ErrorLevels.ERROR:
            raise TerminalError(_sentence(entry.message, entry.line, entry.column))
    return root


def _parser(*, recover: bool) -> etree.XMLParser:
    return etree.XMLParser(
        encoding="utf-8",
        recover=recover,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        remove_comments=True,
        remove_pis=True,
    )


def _without_doctype(text: str) -> str:
    """`text` without its document type. Definitions in it are passed over, such as the parameter entity by which
    NewsML includes NITF; TerminalError where there are entities among them that the text could use."""
    doctype = _DOCTYPE.search(text[:_HEAD])
    if not doctype:
        return text
    if not doctype[1]:
        return text.replace(doctype[0], "", 1)
    defined = _DEFINITIONS.match(text, doctype.start())
    if defined is None or _ENTITY_DEFINITION.search(defined[1]):
        raise TerminalError("This XML brings its own document type with definitions, which are not read for safety.")
    return text[: defined.start()] + text[defined.end() :]


def _characters(text: str) -> str:
    """Entities of HTML as characters, and references to control characters, which XML forbids, as HTML reads them:
    those of windows-1252 as its characters, the others as nothing."""
    if "&" not in text:
        return text
    return _LOW_REFERENCE.sub(_low, _ENTITY.sub(_named, text))


def _named(entity: re.Match[str]) -> str:
    return entity[0] if entity[1] in _XML_ENTITIES else html5.get(f"{entity[1]};", entity[0])


def _low(reference: re.Match[str]) -> str:
    character = unescape(reference[0])
    return reference[0] if character in tuple("&<>\"'") else clean(character)


def _sentence(message: str, line: int, column: int) -> str:
    said = (message or "no detail").split(", line ")[0].strip().rstrip(".")
    said = said.encode("ascii", "replace").decode()[:150]
    if "Excessive depth" in said:
        return f"This XML is nested more than {DEEPEST} elements deep."
    if "Text node too long" in said:
        return f"A single text in this XML has more than 10 million characters (line {line})."
    return f"This is not well-formed XML: {said} (line {line}, column {column})."


def name(element: Element) -> str:
    """The local name, in any namespace."""
    tag = str(element.tag)
    return tag.rpartition("}")[2]


def text_of(element: Element | None) -> str | None:
    """All text in `element`, on one line; None for none."""
    if element is None:
        return None
    return " ".join("".join(map(str, element.itertext())).split()) or None


def child(element: Element, path: str) -> Element | None:
    """The first element at `path`, local names with slashes between them, in any namespace."""
    return next(children(element, path), None)


def children(element: Element, path: str) -> Iterator[Element]:
    """The elements at `path`, as `child`."""
    return element.iterfind("/".join(f"{{*}}{step}" for step in path.split("/")))


def attribute(element: Element | None, key: str) -> str | None:
    """An attribute's value on one line, in any namespace or none; None for none."""
    if element is None:
        return None
    value = element.get(key)
    if value is None:
        value = next((content for known, content in element.attrib.items() if _local(known) == key), None)
    return (" ".join(str(value).split()) or None) if value is not None else None


def _local(known: str | bytes) -> str:
    return str(known).rpartition("}")[2]
