"""What is gathered while the body of an NITF document is walked through."""

from dataclasses import dataclass, field
from typing import Any

from pipeline.formats.nitf_line import Line, Tagged
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

    def put(self, paragraphs: list[str]) -> None:
        """Paragraphs that are ready."""
        self.end_paragraph(keep_bullet=False)
        self.paragraphs.extend(paragraph for paragraph in paragraphs if paragraph)

    def keep(self, name: str, value: Any) -> None:
        """Something for `extra`."""
        add(self.extra, name, value)

    def take(self, other: "Page") -> None:
        """What `other`, a cell or a note, has beside its paragraphs; what is tagged in it is to be looked for in the
        paragraph that comes next."""
        self.links.extend(other.links)
        self.notes.extend(other.notes)
        for one in other.tagged[: max(MOST_TAGGED - len(self.tagged), 0)]:
            number = len(self.paragraphs)
            self.tagged.append(Tagged(text=one.text, type=one.type, code=one.code, role=one.role, paragraph=number))
        for name, value in other.extra.items():
            self.keep(name, value)
