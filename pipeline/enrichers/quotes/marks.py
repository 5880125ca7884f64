"""The pieces of a paragraph that stand in quotation marks, of whatever style.

Only the outermost marks count: what is quoted inside a quote is part of it. A straight mark opens or closes by what
stands around it; after a figure it may be an inch. Single marks are also apostrophes.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

_MARK = re.compile(r"``|''|[\"“”„‟«»‹›‘’‚`']")
_CLOSERS = {
    '"': '"”“', "“": "”\"''", "”": "”", "„": "“”\"‟", "‟": '”"', "``": "''\"”", "''": "''",
    "«": "»", "»": "«", "‹": "›", "›": "‹", "‚": "‘’'", "‘": "’'", "'": "'’", "`": "'`",
}  # fmt: skip
"""Which marks close a piece that this one opened; of German ones “ closes, in Swedish ” does both."""
_SINGLE = frozenset("‘’‚'`‹›")
_BEFORE = frozenset(" \t\n\xa0\u202f([{-–—/:‘“„«\"'")
"""What may stand before an opening mark."""
_STOPS = frozenset(".,!?…;-–—")
_AHEAD = 60
"""Marks looked at for the one that closes: a text of nothing but marks must not take its length squared."""
_TIGHT = "\xa0\u202f \t\n"
_ELIDED = re.compile(r"(?:\d0s|[a-z]?em|t(?:is|was|il)|n|cause|round)\b", re.IGNORECASE)
"""What an apostrophe begins: 'the ’90s', 'tell ’em'."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Words in quotation marks, as offsets into the paragraph: `start` and `end` with the marks, the others without."""

    start: int
    end: int
    inner_start: int
    inner_end: int
    closed: bool = True
    """Whether a mark closes it; the first paragraphs of a quote of several have none."""


def pieces(text: str) -> list[Piece]:
    """The outermost quoted pieces of a paragraph, in order."""
    marks = [(found.start(), found[0]) for found in _MARK.finditer(text)]
    found: list[Piece] = []
    at = 0
    while at < len(marks):
        position, mark = marks[at]
        if not _opens(text, position, mark):
            at += 1
            continue
        closer = _closer(text, marks, at)
        if closer is not None:
            end, closing = marks[closer]
            closed = _piece(text, position, end + len(closing), len(mark), len(closing))
            if closed.inner_start < closed.inner_end:
                found.append(closed)
            at = closer + 1
        elif (piece := _unclosed(text, marks, at)) is not None:
            found.append(piece)
            at = next((i for i in range(at + 1, len(marks)) if marks[i][0] >= piece.end), len(marks))
        else:
            at += 1
    return found


def _opens(text: str, at: int, mark: str) -> bool:
    before, after = text[at - 1 : at], text[at + len(mark) : at + len(mark) + 1]
    if not after or (before and before not in _BEFORE):
        return False
    if mark == "’" or (mark in "'‘" and _ELIDED.match(text, at + 1)):
        return False
    if mark in "«»‹›“„":
        return mark != "“" or not after.isspace()
    return not after.isspace() and after not in ".,;:!?)"


def _closer(text: str, marks: Sequence[tuple[int, str]], opening: int) -> int | None:
    """The index of the mark that closes the piece which the mark at `opening` opens."""
    mark = marks[opening][1]
    closing = _CLOSERS[mark]
    depth = 0
    for index in range(opening + 1, min(opening + _AHEAD, len(marks))):
        position, other = marks[index]
        if other == mark and mark in "“«„" and _opens(text, position, other):
            if not _balanced(marks[opening : opening + _AHEAD], mark, closing):
                return None
            depth += 1
        elif other in closing and _closes(text, position, other):
            if _may_be_none(text, marks, index):
                continue
            if not depth:
                return index
            depth -= 1
        elif (
            other == mark
            and mark not in _SINGLE
            and _opens(text, position, other)
            and not _closes(text, position, mark)
        ):
            return None  # the next quote begins before this one has ended
    return None


def _balanced(marks: Sequence[tuple[int, str]], mark: str, closing: str) -> bool:
    return sum(other == mark for _, other in marks) <= sum(other in closing for _, other in marks)


def _closes(text: str, at: int, mark: str) -> bool:
    before, after = text[at - 1 : at], text[at + len(mark) : at + len(mark) + 1]
    if mark in "«»‹›":
        return True
    if mark in _SINGLE or mark == "''":
        return not before.isspace() and not after.isalnum()
    return not (before.isspace() and after and not after.isspace()) and not after.isalnum()


def _may_be_none(text: str, marks: Sequence[tuple[int, str]], index: int) -> bool:
    """Whether the mark, which could close, is an inch or an apostrophe instead: another stands later that closes."""
    at, mark = marks[index]
    before, after = text[at - 1 : at], text[at + 1 : at + 3]
    inch = mark == '"' and before.isdigit() and after[:1] in " -'x" and not after[1:2].isupper()
    plural = mark in "’'" and before == "s" and after[:1] == " " and after[1:2].islower()
    if not inch and not plural:
        return False
    for later, other in marks[index + 1 : index + _AHEAD]:
        if _opens(text, later, other) and not _closes(text, later, other):
            return False
        if (
            other in (mark, "”", "’")
            and _closes(text, later, other)
            and text[later - 1] in ".,!?…" + "abcdefghijklmnopqrstuvwxyz"
        ):
            return True
    return False


def _unclosed(text: str, marks: Sequence[tuple[int, str]], opening: int) -> Piece | None:
    """The piece up to the end of the paragraph, or up to the next quote; None where the mark is rather an apostrophe
    or a mistake."""
    at, mark = marks[opening]
    if mark in _SINGLE or mark == "''":
        return None
    nearest = next(
        (p for p, other in marks[opening + 1 : opening + _AHEAD] if other == mark and _opens(text, p, other)), None
    )
    if nearest is None:
        end = len(text.rstrip())
        begins = not text[:at].strip() or text[:at].rstrip()[-1:] in ",:.!?"
        return _piece(text, at, end, len(mark), 0) if begins else None
    end = len(text[:nearest].rstrip())
    return _piece(text, at, end, len(mark), 0) if text[end - 1] in ".!?…" else None


def _piece(text: str, start: int, end: int, opening: int, closing: int) -> Piece:
    inner_start, inner_end = start + opening, end - closing
    while inner_start < inner_end and text[inner_start] in _TIGHT:
        inner_start += 1
    while inner_end > inner_start and text[inner_end - 1] in _TIGHT:
        inner_end -= 1
    return Piece(start, end, inner_start, inner_end, closing > 0)
