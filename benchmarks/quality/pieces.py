"""Pieces of a story's text as labels give them: where they stand, and what is wrong where they stand nowhere.

A piece is matched as whole words, case and typographic marks included. 'on Tuesday#2' is the second of the text.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from pipeline.story import Span

_NUMBERED = re.compile(r"(.+)#([1-9]\d*)", re.DOTALL)
_MARKS = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "\N{NO-BREAK SPACE}": " "})
_SENTENCE_END = re.compile(r"(?:[.!?…][\"”’')\]]*(?=\s+[\"“‘'(\[]*[^\Wa-z_])|\n[^\S\n]*\n)")
_ABBREVIATION = re.compile(
    r"(?:^|[\s(“\"])(?:[A-Z]|[A-Z]\.[A-Z]|(?:Mr|Mrs|Ms|Dr|Gen|Col|Lt|Sgt|Capt|Maj|Sen|Rep|Gov|St|Rev|Prof|Fr|Sr|Jr|Inc|Corp|Co|Ltd|No|Jan|Feb|Aug|Sept|Oct"
    r"|Nov|Dec))\.$"
)


class MisplacedError(ValueError):
    """A piece that cannot be placed, in a sentence for the person who labels."""


def split(piece: str) -> tuple[str, int | None]:
    """The text and the number of 'text#number'."""
    match = _NUMBERED.fullmatch(piece)
    return (match[1], int(match[2])) if match else (piece, None)


def occurrences(text: str, piece: str) -> list[Span]:
    """Where `piece` stands in `text` as whole words and numbers, in order: '8 per cent' not in '1.8 per cent'."""
    if not piece.strip():
        return []
    before = r"(?<!\w)(?<!\d[.,])" if piece[0].isdigit() else r"(?<!\w)" if _is_word(piece[0]) else ""
    after = r"(?!\w)(?![.,]\d)" if piece[-1].isdigit() else r"(?!\w)" if _is_word(piece[-1]) else ""
    found = re.finditer(before + re.escape(piece) + after, text)
    return [Span(text=piece, start=match.start(), end=match.end()) for match in found]


def locate(text: str, piece: str, *scopes: Span) -> Span:
    """Where `piece` stands: by its number, else alone in the first of `scopes` that has it, else alone in the text.

    MisplacedError where it stands nowhere, or where it stands several times and nothing says which is meant.
    """
    found, number = _all(text, piece)
    if number is not None:
        return found[number - 1]
    for scope in scopes:
        inside = [each for each in found if scope.start <= each.start and each.end <= scope.end]
        if len(inside) > 1:
            raise MisplacedError(f"'{piece}' stands {len(inside)} times in '{_short(scope.text)}': number it.")
        if inside:
            return inside[0]
    if len(found) > 1:
        raise MisplacedError(f"'{piece}' stands {len(found)} times in the text: '{piece}#1' is the first.")
    return found[0]


def nearest(text: str, piece: str, spans: Sequence[Span]) -> Span:
    """The occurrence of `piece` that its number says, else the nearest to one of `spans`; MisplacedError for none."""
    found, number = _all(text, piece)
    if number is not None:
        return found[number - 1]
    return min(found, key=lambda each: min(distance(each, span) for span in spans))


def distance(one: Span, other: Span) -> int:
    """Code points between two pieces; 0 where they touch or overlap."""
    return max(other.start - one.end, one.start - other.end, 0)


def overlap(one: Span, other: Span) -> bool:
    """Whether two pieces share text."""
    return one.start < other.end and other.start < one.end


def sentence(text: str, span: Span) -> Span:
    """The sentence in which `span` begins."""
    every = sentences(text)
    return next((each for each in every if span.start < each.end), every[-1])


@lru_cache(maxsize=64)
def sentences(text: str) -> tuple[Span, ...]:
    """The sentences of `text`; a paragraph's end is one of a sentence."""
    return tuple(_sentences(text))


def _sentences(text: str) -> Iterator[Span]:
    start = 0
    for end in [*_SENTENCE_END.finditer(text), None]:
        last = len(text) if end is None else end.end()
        if end is not None and end[0] == "." and _ABBREVIATION.search(text, max(0, last - 8), last):
            continue
        piece = text[start:last]
        inner = start + len(piece) - len(piece.lstrip())
        if piece.strip() or end is None:
            yield Span(text=text[inner : inner + len(piece.strip())], start=inner, end=inner + len(piece.strip()))
        start = last


def _all(text: str, piece: str) -> tuple[list[Span], int | None]:
    wanted, number = split(piece)
    found = occurrences(text, wanted)
    if not found:
        raise MisplacedError(f"'{wanted}' is not in the text{_hint(text, wanted)}.")
    if number is not None and number > len(found):
        raise MisplacedError(f"'{wanted}' stands {len(found)} times in the text, so there is no '{piece}'.")
    return found, number


def _hint(text: str, piece: str) -> str:
    if not piece.strip():
        return ": it is empty"
    if occurrences(text.translate(_MARKS), piece.translate(_MARKS)):
        return " with these quotation marks, dashes and spaces, but with others"
    if piece in text:
        return " as whole words, only inside of one"
    if occurrences(text.casefold(), piece.casefold()):
        return " in this case of letters, but in another"
    if occurrences(" ".join(text.split()), " ".join(piece.split())):
        return " with these spaces, but across a line's end"
    return ""


def _is_word(character: str) -> bool:
    return character.isalnum() or character == "_"


def _short(text: str, most: int = 40) -> str:
    return text if len(text) <= most else f"{text[:most]}..."
