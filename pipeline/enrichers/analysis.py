"""What a component is given: the story as enriched so far, and its text as the language model read it."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from spacy.tokens import Doc

from pipeline.story import Story

LONGEST = 100_000
"""Code points of body_text that are enriched; the rest of a longer text is not read."""
LARGEST_PIECE = 4_000
"""Code points of a paragraph that are read at once: some of what we do to one grows with its square."""

_PARAGRAPH = re.compile(r"\S(?:[^\n]|\n(?!\s*\n))*")


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph as the model read it; `start` is its offset in body_text."""

    start: int
    doc: Doc
    text: str
    """That of `doc`, which would put it together from its tokens each time it is asked."""


@dataclass(frozen=True, slots=True)
class Analysis:
    """A story on its way through the components. A story that is not English has no paragraphs."""

    story: Story
    text: str
    """What of body_text is enriched."""
    paragraphs: tuple[Paragraph, ...] = ()


@dataclass(frozen=True, slots=True)
class Component:
    """One enrichment. `run` returns the story with the component's own field filled and nothing else changed; it is
    pure, and what earlier components found is in `analysis.story`."""

    name: str
    version: str
    run: Callable[[Analysis], Story]


def paragraphs(text: str) -> list[tuple[int, str]]:
    """Offset and text of every paragraph; paragraphs are separated by blank lines, and very long ones are cut."""
    return [piece for found in _PARAGRAPH.finditer(text) for piece in _pieces(found.start(), found[0].rstrip())]


def _pieces(start: int, text: str) -> Iterator[tuple[int, str]]:
    """A paragraph in pieces of at most LARGEST_PIECE, cut after a sentence where one ends, else between words."""
    while len(text) > LARGEST_PIECE:
        cut = text.rfind(". ", 0, LARGEST_PIECE) + 2
        if cut < 2:
            cut = text.rfind(" ", 0, LARGEST_PIECE) + 1 or LARGEST_PIECE
        if text[:cut].strip():
            yield start, text[:cut].rstrip()
        rest = text[cut:].lstrip()
        start, text = start + len(text) - len(rest), rest
    yield start, text
