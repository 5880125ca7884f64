"""The content of an NITF body, element by element: blocks to paragraphs, tagged text to text.

An element that is not known is text. Elements of blocks are read wherever they stand, also inside a paragraph, since
documents are often invalid.
"""

from collections.abc import Callable
from functools import partial

from pipeline.formats import layout, markup
from pipeline.formats.charset import clean
from pipeline.formats.nitf_line import Mark
from pipeline.formats.nitf_media import read_media
from pipeline.formats.nitf_page import Page
from pipeline.formats.nitf_table import read_rows
from pipeline.formats.xml import Element, attribute, child, children, name, text_of
from pipeline.formats.xml_values import value_of
from pipeline.story import EntityType, Link

_CONTAINERS = frozenset({"block", "body.content", "body"})
_PARTS_OF_PLACES = frozenset({"sublocation", "city", "state", "region", "country", "postcode"})
_WIDEST_CELL = 60


def walk(element: Element, page: Page) -> None:
    """The text in `element` and its children, in order."""
    page.line.add(element.text)
    for inner in element:
        _HANDLERS.get(name(inner), walk)(inner, page)
        page.line.add(inner.tail)


def walk_alone(element: Element) -> Page:
    """A page of its own with the content of `element`."""
    page = Page()
    walk(element, page)
    page.end_paragraph(keep_bullet=False)
    return page


def code_of(element: Element) -> str | None:
    """The code of a tagged name: its value after its source, of the element itself or of an alternative code in it."""
    for one in (element, child(element, "alt-code")):
        value = attribute(one, "value") or attribute(one, "location-code")
        if value:
            source = attribute(one, "idsrc") or attribute(one, "code-source")
            return clean(f"{source}:{value}" if source else value)
    return None


def walk_block(element: Element, page: Page) -> None:
    """`element` as one or several paragraphs of their own."""
    page.end_paragraph()
    if not len(element) and (ready := _ready(element)) is not None:
        page.put(ready)
        return
    walk(element, page)
    page.end_paragraph()


def _ready(element: Element) -> list[str] | None:
    """The paragraphs of an element without children whose text is HTML, or plain text of several lines."""
    text = element.text or ""
    if "<" in text and markup.looks_like_markup(text):
        return markup.paragraphs(text)
    if name(element) in _CONTAINERS and "\n" in text.strip():
        return layout.paragraphs(clean(text), lambda _line, _following: False)
    return None


def _entity(type_: EntityType, element: Element, page: Page) -> None:
    start, parts = page.line.length, len(page.line.parts)
    walk(element, page)
    role = None
    if title := text_of(child(element, "function")):
        title = clean(title)
        at = "".join(page.line.parts[parts:]).find(title)
        role = (start + at, start + at + len(title)) if at >= 0 else None
    page.line.marks.append(Mark(type_, code_of(element), start, page.line.length, role))


def _location(element: Element, page: Page) -> None:
    """A place: its parts with a comma between them where nothing is."""
    start = page.line.length
    page.line.add(element.text)
    for inner in element:
        if name(inner) in _PARTS_OF_PLACES and page.line.length > start and page.line.last.isalpha():
            page.line.add(", ")
        _HANDLERS.get(name(inner), walk)(inner, page)
        page.line.add(inner.tail)
    page.line.marks.append(Mark("location", code_of(element), start, page.line.length))


def _fraction(element: Element, page: Page) -> None:
    separator = child(element, "frac-sep")
    numerator, denominator = (text_of(child(element, part)) or "" for part in ("frac-num", "frac-den"))
    if numerator and denominator:
        page.line.fraction(numerator, text_of(separator) or "/", denominator)
    else:
        walk(element, page)


def _superscript(element: Element, page: Page) -> None:
    if len(element):
        walk(element, page)
    else:
        page.line.superscript(element.text or "")


def _quotation(element: Element, page: Page) -> None:
    bare = page.line.opens_quote(element.text)
    page.line.add("“" if bare else "")
    walk(element, page)
    page.line.add("”" if bare else "")


def _anchor(element: Element, page: Page) -> None:
    if (href := attribute(element, "href")) and not href.startswith(("#", "javascript:")):
        title = text_of(element)
        page.links.append(Link(rel="related", href=clean(href), title=clean(title) if title else None))
    walk(element, page)


def _pronounced(element: Element, page: Page) -> None:
    page.keep("pronounce", value_of(element))
    walk(element, page)


def _items(element: Element, page: Page) -> None:
    """A list: every item is a paragraph that begins with a bullet or its number."""
    page.end_paragraph()
    first = attribute(element, "seqnum") or attribute(element, "start") or "1"
    number = int(first) if first.isdecimal() and len(first) < 9 else 1
    for item in element:
        if name(item) == "li":
            page.line.bullet(f"{number}. " if name(element) == "ol" else "• ")
            number += 1
        _HANDLERS.get(name(item), walk)(item, page)
        page.end_paragraph(keep_bullet=False)


def _preformatted(element: Element, page: Page) -> None:
    inner = walk_alone(element)
    text = clean("".join(map(str, element.itertext()))).expandtabs()
    lines = [line.rstrip() for line in text.split("\n")]
    pieces = "\n".join(lines).split("\n\n")
    page.put([piece.strip("\n") for piece in pieces if piece.strip()], [inner])


def _table(element: Element, page: Page) -> None:
    page.end_paragraph()
    if (caption := child(element, "caption")) is not None:
        walk_block(caption, page)
    inside: list[Page] = []
    cells = [[_cell(cell, inside) for cell in row] for row in read_rows(element)]
    rows = [row for row in cells if any(row)]
    if not rows:
        return
    if max(map(len, rows)) == 1 or any(len(cell) > _WIDEST_CELL for row in rows for cell in row):
        page.put([cell for row in rows for cell in row], inside)  # a table for layout
    else:
        page.put([layout.aligned(rows)], inside)


def _cell(cell: Element, inside: list[Page]) -> str:
    """The text of a cell, on one line; the page it makes, where there is more to it than text, goes to `inside`."""
    if not len(cell):
        return " ".join(clean(cell.text or "").split())
    page = walk_alone(cell)
    inside.append(page)
    return " ".join(" ".join(page.paragraphs).split())


def _table_metadata(element: Element, page: Page) -> None:
    for summary in children(element, "nitf-table-summary"):
        page.keep("nitf-table-summary", text_of(summary))


def _media(element: Element, page: Page) -> None:
    links, kept = read_media(element, lambda caption: " ".join(walk_alone(caption).paragraphs) or None)
    page.links.extend(links)
    for one in kept:
        page.keep("media", one)


def _image(element: Element, page: Page) -> None:
    if href := attribute(element, "src"):
        page.links.append(Link(rel="picture", href=clean(href), title=attribute(element, "alt")))


def _note(element: Element, page: Page) -> None:
    inner = walk_alone(element)
    page.take(inner)
    page.notes.extend(inner.paragraphs)


def _copyright(element: Element, page: Page) -> None:
    parent = element.getparent()
    if parent is not None and name(parent) in _CONTAINERS:
        page.copyright.extend(filter(None, [text_of(element)]))
    else:
        walk(element, page)


def _byline(element: Element, page: Page) -> None:
    page.bylines.append(element)


def _dateline(element: Element, page: Page) -> None:
    """That of the first block is the story's; any other is a line above its block."""
    if page.paragraphs or page.datelines or not page.line.empty:
        walk_block(element, page)
    else:
        page.datelines.append(element)


def _kept(element: Element, page: Page) -> None:
    page.keep(name(element), value_of(element))


def _unseen(_element: Element, _page: Page) -> None:
    return


def _line_feed(_element: Element, page: Page) -> None:
    page.line.line_feed()


_HANDLERS: dict[str, Callable[[Element, Page], None]] = {
    **dict.fromkeys(
        (
            "p", "block", "hl1", "hl2", "hl3", "hedline", "bq", "credit", "fn", "dl", "dt", "dd", "caption", "abstract",
            "nitf-table", "custom-table", "tr", "li", "div", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "hr",
            "section", "article", "body.content", "body",
        ),
        walk_block,
    ),
    "person": partial(_entity, "person"),
    "org": partial(_entity, "organisation"),
    "event": partial(_entity, "event"),
    "object.title": partial(_entity, "product"),
    "location": _location,
    "frac": _fraction,
    "sup": _superscript,
    "q": _quotation,
    "a": _anchor,
    "pronounce": _pronounced,
    "br": _line_feed,
    "ul": _items,
    "ol": _items,
    "pre": _preformatted,
    "table": _table,
    "nitf-table-metadata": _table_metadata,
    "media": _media,
    "img": _image,
    "note": _note,
    "copyrite": _copyright,
    "byline": _byline,
    "dateline": _dateline,
    **dict.fromkeys(("datasource", "table-reference", "classifier", "key-list", "tobject"), _kept),
    **dict.fromkeys(("alt-code", "media-object", "script", "style", "head", "body.head", "body.end"), _unseen),
}  # fmt: skip
