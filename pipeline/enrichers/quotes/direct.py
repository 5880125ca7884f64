"""Which quoted pieces of a sentence are utterances, and which frame says whose they are."""

import re
from collections.abc import Sequence

from pipeline.enrichers.quotes.frames import Frame
from pipeline.enrichers.quotes.lexicon import words
from pipeline.enrichers.quotes.sentences import Token

_WORD = re.compile(r"\w+(?:['’-]\w+)*")
_ENDS = frozenset(".,!?…-–—;")
_OPENERS = frozenset(",:-–—")
_LONG = 4
"""Words from which on a piece right after 'said' is an utterance of its own."""


def inner(token: Token, text: str) -> str:
    """What stands in the marks of a quoted piece; `text` is the paragraph's."""
    return text[token.piece.inner_start : token.piece.inner_end] if token.piece else ""


def utterances(tokens: Sequence[Token], frames: Sequence[Frame], text: str) -> list[int]:
    """The indices of the quoted pieces that are utterances: no words inside a sentence of somebody else's."""
    found: list[int] = []
    for index, token in enumerate(tokens):
        if token.kind == "quote" and _is_utterance(tokens, frames, index, inner(token, text), found):
            found.append(index)
    return found


def _is_utterance(tokens: Sequence[Token], frames: Sequence[Frame], at: int, said: str, found: Sequence[int]) -> bool:
    count = len(_WORD.findall(said))
    ends = said[-1:] in _ENDS
    following = tokens[at + 1] if at + 1 < len(tokens) else None
    closed = ends or following is None or following.text in {",", ".", "-", "–", "—"}
    if not at:
        alone = following is None or (following.text == "." and len(tokens) == 2)
        framed = any(frame.start == at + 1 or _only_mark(tokens, at, frame.start) for frame in frames)
        return bool(count) and ((ends and count > 1) or (framed and closed) or (alone and count > 3))
    previous = tokens[at - 1]
    if previous.kind == "quote":
        return bool(found) and found[-1] == at - 1
    capital = said[:1].isupper() or not said[:1].isalpha()
    if previous.text == ":":
        return count > 1 or ends
    if previous.text in _OPENERS:
        continued = bool(found) and closed
        framed = any(frame.end <= at for frame in frames)
        return continued or (framed and capital and count > 2 and closed) or _frame_follows(frames, at, said)
    if any(frame.end == at and frame.cue.introduces == "voice" for frame in frames):
        return capital or ends
    after_cue = any(at in {frame.end, frame.cue_end} for frame in frames if frame.cue.introduces != "marks")
    spoken = after_cue or (any(frame.end == at for frame in frames) and capital and ends)
    return spoken and closed and (count >= _LONG or (capital and count > 1))


def _only_mark(tokens: Sequence[Token], at: int, start: int) -> bool:
    return start == at + 2 and tokens[at + 1].text in _OPENERS


def _frame_follows(frames: Sequence[Frame], at: int, said: str) -> bool:
    """'On the road, "we saw nothing," he said.'"""
    return said[-1:] == "," and any(frame.start == at + 1 for frame in frames) and len(_WORD.findall(said)) > 2


def framing(tokens: Sequence[Token], frames: Sequence[Frame], said: Sequence[int]) -> Frame | None:
    """The frame that says whose the utterances are: right after one, else right before, else any around."""
    if not frames or not said:
        return None
    for index in said:
        for frame in frames:
            if frame.start in (index + 1, index + 2) and _adjacent(tokens, index, frame.start):
                return frame
    earlier = [frame for frame in frames if frame.cue_end <= said[0]]
    if earlier:
        return earlier[-1]
    later = [frame for frame in frames if frame.start > said[0]]
    return later[0] if later else None


def _adjacent(tokens: Sequence[Token], index: int, start: int) -> bool:
    return start == index + 1 or tokens[index + 1].text in _OPENERS


def is_speech(tokens: Sequence[Token], at: int, text: str) -> bool:
    """Whether marked words inside a sentence are somebody's, and not a title, nickname or name."""
    said = inner(tokens[at], text)
    spoken = _WORD.findall(said)
    if not spoken:
        return False
    previous = tokens[at - 1] if at else None
    if previous and previous.lower in words().naming and not _what_is_called(tokens, at - 1):
        return False
    if previous and previous.kind == "name" and at + 1 < len(tokens) and tokens[at + 1].text[:1].isupper():
        return False
    capitals = [word for word in spoken if word[:1].isupper() or word[:1].isdigit()]
    titled = len(spoken) <= 6 and all(word[:1].isupper() or len(word) <= 3 for word in spoken) and len(capitals) > 1
    return not titled and not (len(spoken) == 1 and said[:1].isupper())


def _what_is_called(tokens: Sequence[Token], at: int) -> bool:
    """'what he called "a trap"', and 'calling it': no mere name follows."""
    return tokens[at].lower == "called" and any(token.lower == "what" for token in tokens[max(at - 6, 0) : at])
