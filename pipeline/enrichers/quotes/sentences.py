"""Sentences and their tokens, every quoted piece an opaque one: what stands around quotes says whose they are."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from pipeline.enrichers.quotes.lexicon import either, forms, words
from pipeline.enrichers.quotes.marks import Piece
from pipeline.story import Entity

_INNER, _LAST, _STOP = "\0", "\1", "\2"
"""Stand for a quoted piece: all of it but its last character, which says whether it ends in a full stop."""
_END = re.compile(rf"(?:(?<=[.!?…])|(?<=[.!?…][)\]])|(?<={_STOP}))\s+(?=[^\Wa-z_ß-öø-ÿ]|[{_INNER}(\[¿¡])")
_TOKEN = re.compile(rf"{_INNER}*[{_LAST}{_STOP}]|{_INNER}+|['’][sS]\b|\w+(?:[.’'\-]\w+)*|\S")
_WORD = re.compile(r"[^\W\d_]+")
_LAST_WORD = re.compile(r"([\w.]+)\.$")
_INITIALISM = re.compile(r"(?:[^\W\d_]\.)+[^\W\d_]")
_STARTER = re.compile(
    r"(?:The|An?|It|He|She|They|We|I|In|On|At|But|And|This|That|These|Those|His|Her|Its|Their|There|For|As|After|If|Some|No)\b"
)
"""Words that begin a sentence more often than they go on with a name."""
_CONTROLS = dict.fromkeys(map(ord, (_INNER, _LAST, _STOP, "\n", "\t")), " ")
_FULL_STOPS = ".!?…"
_ABBREVIATION_REACH = 12
_BRACKET = 15


class Token(NamedTuple):
    """A word, a name as an entity's mention has it, a quoted piece, or a punctuation mark; offsets of the paragraph."""

    start: int
    end: int
    text: str
    lower: str
    kind: Literal["word", "name", "quote", "mark"]
    entity: Entity | None = None
    piece: Piece | None = None


class Mention(NamedTuple):
    """Where an entity is named."""

    start: int
    end: int
    entity: Entity


def masked(text: str, pieces: Sequence[Piece]) -> str:
    """The text, as long as before, with quoted pieces unreadable and one line."""
    text = text.translate(_CONTROLS)
    if not pieces:
        return text
    parts, at = [], 0
    for piece in pieces:
        stopped = text[piece.inner_end - 1 : piece.inner_end] in _FULL_STOPS
        parts += [text[at : piece.start], _INNER * (piece.end - piece.start - 1), _STOP if stopped else _LAST]
        at = piece.end
    return "".join([*parts, text[at:]])


def sentences(mask: str, language: str) -> list[tuple[int, int]]:
    """Start and end of every sentence; a question in marks goes with the words that say who asked."""
    found: list[tuple[int, int]] = []
    start = 0
    for end in _END.finditer(mask):
        if _abbreviated(mask, end.start(), end.end()):
            continue
        found.append((start, end.start()))
        start = end.end()
    if start < len(mask):
        found.append((start, len(mask)))
    return _joined(found, mask, language)


def _abbreviated(mask: str, end: int, following: int) -> bool:
    """Whether the full stop before `end` is an abbreviation's, going by it and by what follows."""
    word = _LAST_WORD.search(mask[max(end - _ABBREVIATION_REACH, 0) : end])
    if not word:
        return False
    lower = word[1].lower()
    if _INITIALISM.fullmatch(word[1]):  # 'the U.N. Security Council', but 'left the U.N. The minister'
        return not _STARTER.match(mask, following)
    return lower in words().abbreviations or (len(lower) == 1 and lower.isalpha() and word[1].isupper())


def _joined(found: Sequence[tuple[int, int]], mask: str, language: str) -> list[tuple[int, int]]:
    result: list[tuple[int, int]] = []
    for start, end in found:
        if result and mask[result[-1][1] - 1] == _STOP and is_frame(mask[start:end], language):
            result[-1] = (result[-1][0], end)
        else:
            result.append((start, end))
    return result


def is_frame(sentence: str, language: str) -> bool:
    """Whether the sentence says only who said it: 'Mayor Prado asked.', 'Quispe told reporters in Lima.'"""
    cue = next((each for each in _WORD.finditer(sentence[:100]) if each[0].lower() in forms(language)), None)
    if not cue or _INNER in sentence[: cue.end()] or "," in sentence[: cue.start()]:
        return False
    rest = sentence[cue.end() :].strip(" .")
    return len(rest) < 60 and not any(c in rest for c in (_INNER, _STOP, ":")) and _only_adjuncts(rest)


def _only_adjuncts(rest: str) -> bool:
    following = rest.lower().split()
    if not following or following[0] in either("hearers", "times"):
        return True
    if following[0] in words().articles and not words().occasions.isdisjoint(following[1:4]):
        return True
    if following[0] == "that" or any(word in words().finite for word in following):
        return False
    return following[0] in words().prepositions or (len(following) > 1 and following[-1] in words().occasions)


def tokens(mask: str, start: int, end: int, pieces: Sequence[Piece], mentions: Sequence[Mention]) -> list[Token]:
    """The tokens of mask[start:end]; offsets of pieces and mentions are those of `mask`, both in order."""
    result: list[Token] = []
    at = start
    for mention in _within(mentions, start, end):
        if mention.start >= at and _INNER not in mask[mention.start : mention.end]:
            result += _plain(mask, at, mention.start, pieces)
            text = mask[mention.start : mention.end]
            result.append(Token(mention.start, mention.end, text, text.lower(), "name", mention.entity))
            at = mention.end
    result += _plain(mask, at, end, pieces)
    return _without_brackets(result)


def _without_brackets(found: list[Token]) -> list[Token]:
    """Without short remarks in brackets, which say nothing of who speaks: 'the union (NUQW) said'."""
    if all(token.text != "(" for token in found):
        return found
    result: list[Token] = []
    opened: int | None = None
    for token in found:
        if token.text == ")" and opened is not None and len(result) - opened <= _BRACKET:
            del result[opened:]
            opened = None
            continue
        if token.text == "(":
            opened = len(result)
        elif token.kind == "quote":
            opened = None
        result.append(token)
    return result


def _within(mentions: Sequence[Mention], start: int, end: int) -> Iterator[Mention]:
    for index in range(bisect_left(mentions, start, key=lambda mention: mention.start), len(mentions)):
        if mentions[index].start >= end:
            return
        yield mentions[index]


def _plain(mask: str, start: int, end: int, pieces: Sequence[Piece]) -> Iterator[Token]:
    for found in _TOKEN.finditer(mask, start, end):
        text = found[0]
        if text[0] in (_INNER, _LAST, _STOP):
            piece = pieces[bisect_left(pieces, found.start(), key=lambda each: each.start)]
            yield Token(found.start(), found.end(), text, text, "quote", None, piece)
        else:
            word = text[-1].isalnum() or len(text) > 1
            yield Token(found.start(), found.end(), text, text.lower(), "word" if word else "mark")
