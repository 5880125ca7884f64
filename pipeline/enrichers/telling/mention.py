"""How a trigger stands in its sentence: spoken of as known ('the blast', "Tuesday's bombing"), as new, as another."""

from bisect import bisect_left
from typing import Literal

from pipeline.enrichers.telling.lexicon import listed
from pipeline.enrichers.words import Words

Standing = Literal["known", "new", "other", "bare"]
"""'the attack', 'an attack', 'another attack', and whatever has no article: verbs, 'attacks'."""
_MODIFIERS = 4


def standing(read: Words, start: int) -> Standing:
    """That of the trigger at the offset `start`."""
    index = bisect_left(read.starts, start)
    if _is_verb(read.at(index)):
        return "bare"
    for back in range(1, _MODIFIERS + 2):
        word = read.at(index - back)
        if _is_possessive(read, index - back) or word in listed("definite"):
            return "known" if _may_modify(read, index, back) else "bare"
        if word in listed("other"):
            return "other"
        if word in listed("indefinite"):
            return "known" if read.at(index - back - 1) in listed("called") else "new"
        if not (word[:1].isalnum() or word in _JOINING) or word in listed("outside"):
            return "bare"
    return "bare"


_JOINING = frozenset("-'’\"“”")


def _is_possessive(read: Words, index: int) -> bool:
    """Whether the word is the 's of "Tuesday's"."""
    return read.at(index) == "s" and read.at(index - 1) in ("'", "’")


def _is_verb(word: str) -> bool:
    return (word.endswith("ed") and len(word) > 4) or word in listed("verbs")


def _may_modify(read: Words, index: int, back: int) -> bool:
    """Whether what stands between the article and the trigger is part of its noun phrase: in 'the rebels attack the
    town' it is not, nor in 'the minister, killing'."""
    between = read.lower[index - back + 1 : index]
    if not between:
        return True
    before = between[-1]
    plural = before.endswith("s") and not before.endswith("ss") and len(before) > 3
    return not plural and not any(_is_verb(word) for word in between if not word.endswith("ed"))


def with_article(read: Words, start: int) -> bool:
    """Whether 'the' or the like stands right before the noun phrase at the offset, or begins it."""
    index = bisect_left(read.starts, start)
    return read.at(index) in listed("definite") or read.at(index - 1) in listed("definite")
