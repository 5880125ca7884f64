"""One paragraph in the making: the running text of NITF with its white space, and the things that are tagged in it."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from pipeline.formats import layout
from pipeline.formats.charset import clean
from pipeline.story import EntityType

_BLANKS = re.compile(r"[ \t\n\u00a0]+")
_QUOTES = "\"'“”‘’«»„‚‹›"
_SUPERSCRIPTS = str.maketrans("0123456789+-−=()ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿⁱ")
_POSSESSIVE = re.compile(r"[’']s$")
_MOST_MISSES = 20
"""Names that are looked for in vain in one table: each costs time."""
_EDGES = " ,;:\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tagged:
    """A person, organisation, place, event or work that the agency tagged."""

    text: str
    """As it stands in the text, without title and possessive."""
    type: EntityType
    code: str | None = None
    """With its source before a colon, where that is given: 'isin:US0000000001'."""
    role: str | None = None
    paragraph: int | None = None
    """The number of the paragraph that it stands in; None where no text does."""
    start: int = 0
    """Its offset in the paragraph."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A tagged piece of the line: what lies between two offsets, with the title that is tagged inside."""

    type: EntityType
    code: str | None
    start: int
    end: int
    role: tuple[int, int] | None = None


@dataclass(slots=True)
class Line:
    """Text with blanks collapsed as it comes, so that offsets are right at once; a line feed stands for <br/>."""

    parts: list[str] = field(default_factory=list)
    length: int = 0
    marks: list[Mark] = field(default_factory=list)
    prefix: int = 0
    """Length of the bullet or number that it begins with."""

    @property
    def last(self) -> str:
        """The last character; '' where there is none."""
        return self.parts[-1][-1] if self.parts else ""

    @property
    def empty(self) -> bool:
        """Whether there is nothing but a bullet."""
        return self.length <= self.prefix

    def add(self, text: str | None) -> None:
        """Text as it stands between tags."""
        if not text:
            return
        text = _BLANKS.sub(" ", clean(text))
        if self.length <= self.prefix or self.last in (" ", "\n"):
            text = text.lstrip(" ")
        self._put(text)

    def _put(self, text: str) -> None:
        if text:
            self.parts.append(text)
            self.length += len(text)

    def bullet(self, text: str) -> None:
        """A bullet or number, which alone is no text."""
        if not self.length:
            self._put(text)
            self.prefix = self.length

    def line_feed(self) -> None:
        """A forced line end."""
        if self.empty:
            return
        if self.last == " ":
            self.parts[-1] = self.parts[-1][:-1]
            self.length -= 1
            if not self.parts[-1]:
                self.parts.pop()
        self._put("\n")

    def fraction(self, numerator: str, separator: str, denominator: str) -> None:
        """'3' and a half as '3 1/2'."""
        self._put(" " if self.last.isdigit() else "")
        self.add(f"{numerator}{separator}{denominator}")

    def superscript(self, text: str) -> None:
        """Digits as superscript ones, since 10⁵ is not 105; letters as they are."""
        raised = text.translate(_SUPERSCRIPTS)
        self.add(raised if text and not any(map(str.isalpha, text)) else text)

    def opens_quote(self, text: str | None) -> bool:
        """Whether a quotation that begins with `text` has no marks of its own."""
        first = (text or "").lstrip()[:1]
        return first not in _QUOTES and (self.last or " ") not in _QUOTES

    def finish(self, number: int) -> tuple[list[str], list[Tagged]]:
        """The paragraphs that the line is, of which the first has that number, and what is tagged in them."""
        text = "".join(self.parts).rstrip(" \n")
        if not text[self.prefix :].strip():
            return [], []
        lines = [text]
        if "\n" in text:
            wrapped = layout.paragraphs(text, lambda _line, _following: False)
            if len(wrapped) > 1:
                lines = text.split("\n")
            elif "\n" not in wrapped[0]:
                lines = [text.replace("\n", " ")]
        return [line for line in lines if line], _tagged(lines, self.marks, number)


def located(tagged: Iterable[Tagged], paragraphs: list[str], number: int) -> Iterator[Tagged]:
    """What is tagged in text that was then laid out as `paragraphs`, of which the first has that number, with its
    offsets there. What is not found in order keeps none."""
    at = cursor = misses = 0
    for one in tagged:
        for place in range(at, len(paragraphs) if misses < _MOST_MISSES else 0):
            start = paragraphs[place].find(one.text, cursor if place == at else 0)
            if start >= 0:
                at, cursor = place, start + len(one.text)
                yield replace(one, paragraph=number + place, start=start)
                break
        else:
            misses += 1
            yield replace(one, paragraph=None)


def _tagged(lines: list[str], marks: list[Mark], number: int) -> list[Tagged]:
    found: list[Tagged] = []
    begins = 0
    waiting = sorted(marks, key=lambda mark: mark.start)[::-1]
    for line in lines:
        while waiting and waiting[-1].start < begins + len(line):
            found.extend(_cut(line, begins, waiting.pop(), number))
        begins += len(line) + 1
        number += bool(line)
    return found


def _cut(line: str, begins: int, mark: Mark, number: int) -> list[Tagged]:
    start, end = mark.start - begins, min(mark.end - begins, len(line))
    role = None
    if mark.role:
        role_start, role_end = mark.role[0] - begins, mark.role[1] - begins
        role = line[role_start:role_end].strip(_EDGES) or None
        if not line[start:role_start].strip(_EDGES):
            start = role_end
        elif not line[role_end:end].strip(_EDGES):
            end = role_start
    text = _POSSESSIVE.sub("", line[start:end].rstrip(_EDGES))
    start += len(text) - len(text.lstrip(_EDGES))
    text = text.lstrip(_EDGES)
    if not text:
        return []
    return [Tagged(text=text, type=mark.type, code=mark.code, role=role, paragraph=number, start=start)]
