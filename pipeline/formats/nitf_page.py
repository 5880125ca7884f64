"""What is gathered while the body of an NITF document is walked through."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from pipeline.formats.nitf_line import Line, Tagged, located
from pipeline.formats.xml import Element
from pipeline.formats.xml_values import add
from pipeline.story import Link

MOST_TAGGED = 10_000
"""Tagged names that are kept of one story."""


@dataclass(slots=True)
class Page:
    """Paragraphs so far, the one in the making, and what was found beside them."""

    paragraphs: list[str] = field(default_factory=list)
    line: Line = field(default_factory=Line)
    tagged: list[Tagged] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    bylines: list[Element] = field(default_factory=list)
    datelines: list[Element] = field(default_factory=list)
    copyright: list[str] = field(default_factory=list)
    extra: dict[str, Any] = field(default_factory=dict)

    def end_paragraph(self, *, keep_bullet: bool = True) -> None:
        """The line, where there is text in it, is a paragraph; a bullet waits for its text."""
        if self.line.empty and keep_bullet and not self.line.marks:
            return
        paragraphs, tagged = self.line.finish(len(self.paragraphs))
        self.paragraphs.extend(paragraphs)
        self.tagged.extend(tagged[: max(MOST_TAGGED - len(self.tagged), 0)])
        self.line = Line()

    def put(self, paragraphs: list[str], inside: Iterable["Page"] = ()) -> None:
        """Paragraphs that are ready, and the pages that they were made of."""
        self.end_paragraph(keep_bullet=False)
        paragraphs = [paragraph for paragraph in paragraphs if paragraph]
        inside = list(inside)
        tagged = islice((one for page in inside for one in page.tagged), max(MOST_TAGGED - len(self.tagged), 0))
        self.tagged.extend(located(tagged, paragraphs, len(self.paragraphs)))
        self.paragraphs.extend(paragraphs)
        for page in inside:
            self.take(page)

    def keep(self, name: str, value: Any) -> None:
        """Something for `extra`."""
        add(self.extra, name, value)

    def take(self, other: "Page") -> None:
        """What `other`, a cell or a note, has beside its text."""
        self.links.extend(other.links)
        self.notes.extend(other.notes)
        for name, value in other.extra.items():
            self.keep(name, value)
