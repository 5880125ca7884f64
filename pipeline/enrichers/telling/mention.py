"""How a trigger stands in its sentence: spoken of as known ('the blast', "Tuesday's bombing"), as new, as another."""

from bisect import bisect_left
from typing import Literal, NamedTuple

from pipeline.enrichers.telling.lexicon import listed
from pipeline.enrichers.words import Words

Standing = Literal["known", "just told", "owned", "new", "other", "bare"]
"""'the attack'; 'that attack'; 'their attack'; 'an attack'; 'another attack'; and what has no article: verbs,
'attacks'."""
SPOKEN_OF: frozenset[Standing] = frozenset({"known", "just told", "owned"})
"""As something that the reader knows of."""
_MODIFIERS = 4
_JOINING = frozenset("-'’\"“”")


class Phrase(NamedTuple):
    """How a trigger stands, and the offset at which its noun phrase begins."""

    standing: Standing
    start: int


def phrase(read: Words, start: int) -> Phrase:
    """That of the trigger at the offset `start`."""
    index = bisect_left(read.starts, start)
    bare = Phrase("bare", start)
    if is_verb(read.at(index)) or read.at(index) in listed("unspoken"):
        return bare
    for first in range(index - 1, max(index - _MODIFIERS - 2, -1), -1):
        word = read.at(first)
        standing = _standing(read, first)
        if standing == "other":
            return Phrase(standing, read.starts[first])
        if standing:
            begins = first - 2 if word == "s" else first  # "Tuesday's bombing"
            return Phrase(standing, read.starts[begins]) if _fits(read, first, index) else bare
        if not (word[:1].isalnum() or word in _JOINING) or word in listed("outside"):
            return bare
    return bare


_LISTS: tuple[tuple[str, Standing], ...] = (
    ("definite", "known"),
    ("pointing", "just told"),
    ("owners", "owned"),
    ("other", "other"),
    ("indefinite", "new"),
)


def _standing(read: Words, index: int) -> Standing | None:
    """What the word makes of the noun phrase that it begins, if it begins one."""
    word = read.at(index)
    if word == "s" and read.at(index - 1) in ("'", "’"):
        return "known" if read.at(index - 2) in listed("times") else "owned"
    if word in ("a", "an") and read.at(index - 1) in listed("called"):
        return "known"  # 'what it called a cowardly attack'
    return next((standing for name, standing in _LISTS if word in listed(name)), None)


def is_verb(word: str) -> bool:
    """Whether a word in lower case has the form of a verb in the past."""
    return (word.endswith("ed") and len(word) > 4) or word in listed("verbs")


def _fits(read: Words, first: int, index: int) -> bool:
    """Whether what stands between the article and the trigger is part of its noun phrase: in 'the rebels attack the
    town' it is not."""
    between = read.lower[first + 1 : index]
    if read.at(first) == "that" and (read.at(first - 1) in listed("saying") or _is_plural(read.at(index))):
        return False  # 'said that strikes'
    if not between or read.at(first) == "s":
        return True
    return not _is_plural(between[-1]) and listed("verbs").isdisjoint(between)


def _is_plural(word: str) -> bool:
    return word.endswith("s") and not word.endswith("ss") and len(word) > 3


def with_article(read: Words, start: int) -> bool:
    """Whether 'the' or the like stands right before the noun phrase at the offset, or begins it."""
    index = bisect_left(read.starts, start)
    known = listed("definite") | listed("pointing")
    return read.at(index) in known or read.at(index - 1) in known
