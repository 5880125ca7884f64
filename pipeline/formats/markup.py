"""XHTML and HTML bodies to paragraphs of text; tables as aligned columns."""

import re
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from pipeline.formats.charset import clean
from pipeline.formats.layout import aligned

_BLOCKS = frozenset({
    "p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "li", "ul", "ol", "dl", "dt", "dd", "blockquote", "section",
    "article", "header", "footer", "aside", "figure", "figcaption", "pre", "address", "main", "nav", "form",
    "fieldset", "hr", "body", "html", "table", "caption", "hl1", "hl2", "block",
})  # fmt: skip
_UNSEEN = frozenset({
    "script", "style", "head", "title", "noscript", "template", "iframe", "object", "svg", "select", "textarea",
})  # fmt: skip
_LOOKS_LIKE_MARKUP = re.compile(r"</?(?:p|div|br|h[1-6]|ul|li|table|span|html|body)\b[^<>]{0,300}>", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
_WIDEST_CELL = 60


def looks_like_markup(text: str) -> bool:
    """Whether text that should be plain is HTML."""
    return len(_LOOKS_LIKE_MARKUP.findall(text[: 1 << 16])) > 1


def paragraphs(markup: str) -> list[str]:
    """The paragraphs of an HTML or XHTML fragment. Takes anything; nested too deeply, its tags are just removed."""
    target = _Target()
    events: Any = target  # lxml takes targets with some of the methods of its interface; its types ask for all
    parser = etree.HTMLParser(target=events, no_network=True, encoding="utf-8", remove_comments=True, huge_tree=True)
    try:
        parser.feed(f"<html><body>{clean(markup)}</body></html>".encode("utf-8", "replace"))
        parser.close()
    except etree.LxmlError:
        target = _Target()
    if not target.blocks or any("depth" in entry.message.lower() for entry in parser.error_log):
        text = clean(_TAG.sub("\n", markup))
        return [" ".join(line.split()) for line in text.split("\n") if line.strip()]
    return target.blocks


@dataclass(slots=True)
class _Target:
    """Takes the parser's events (lxml's target interface)."""

    blocks: list[str] = field(default_factory=list)
    _text: list[str] = field(default_factory=list)
    _rows: list[list[str]] = field(default_factory=list)
    _tables: int = 0
    _unseen: int = 0
    _preformatted: int = 0

    def start(self, tag: str, _attributes: object) -> None:
        if tag in _UNSEEN:
            self._unseen += 1
        elif tag == "br":
            self._text.append("\n")
        elif tag == "table":
            self._end_block()
            self._tables += 1
        elif tag == "tr" and self._tables:
            self._end_cell()
            self._rows.append([])
        elif tag in ("td", "th") and self._tables:
            self._end_cell()
        elif tag in _BLOCKS:
            self._end_block()
            self._preformatted += tag == "pre"
            self._text.extend(["• "] if tag == "li" else [])

    def end(self, tag: str) -> None:
        if tag in _UNSEEN:
            self._unseen = max(self._unseen - 1, 0)
        elif tag == "table" and self._tables:
            self._end_cell()
            self._tables -= 1
            if not self._tables:
                self._end_table()
        elif tag in ("td", "th", "tr") and self._tables:
            self._end_cell()
        elif tag in _BLOCKS:
            self._end_block()
            self._preformatted = max(self._preformatted - (tag == "pre"), 0)

    def data(self, data: str) -> None:
        if not self._unseen:
            data = clean(data)  # character references name anything
            self._text.append(data if self._preformatted else re.sub(r"[ \t\n\u00a0]+", " ", data))

    def close(self) -> list[str]:
        self._tables = 0
        self._end_table()
        self._end_block()
        return self.blocks

    def _end_block(self) -> None:
        if self._tables:
            self._text.append(" ")
            return
        text = "".join(self._text)
        self._text = []
        if self._preformatted:
            self.blocks.extend([text.strip("\n")] if text.strip() else [])
            return
        lines = (" ".join(line.split()) for line in text.split("\n"))
        self.blocks.extend(line for line in lines if line and line != "•")

    def _end_cell(self) -> None:
        text = " ".join("".join(self._text).split())
        self._text = []
        if not text:
            return
        if not self._rows:
            self._rows.append([])
        self._rows[-1].append(text)

    def _end_table(self) -> None:
        rows = [row for row in self._rows if row]
        self._rows = []
        if not rows:
            return
        if max(len(row) for row in rows) == 1 or any(len(cell) > _WIDEST_CELL for row in rows for cell in row):
            self.blocks.extend(cell for row in rows for cell in row)  # a table for layout
            return
        self.blocks.append(aligned(rows))
