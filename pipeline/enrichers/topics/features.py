"""What the word model reads of a text: its words, their beginnings, and pairs of words.

The training in training/topics reads its texts by the same functions.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Container, Iterable, Sequence
from functools import lru_cache
from itertools import islice, pairwise
from math import sqrt

LANGUAGES = ("en", "de", "fr", "es")
"""Those that there is a word model for."""
_WORD = re.compile(r"[^\W\d_]{2,40}")
_POSSESSIVE = re.compile(r"['’]s\b")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_BEGINNING = 6
_ENDING = 6
_MOST_OFTEN = 9.0
"""A word that comes more often says no more."""

Pieces = Iterable[tuple[float, Sequence[str]]]
"""A text as the words of its pieces, each with how much they count."""


class Everything:
    """What is looked for where every feature is: in training."""

    def __contains__(self, _: object) -> bool:
        return True


def words(text: str, most: int) -> list[str]:
    """The first `most` words in lower case, without accents and possessive 's."""
    text = _NOT_ASCII.sub(_plain, _POSSESSIVE.sub("", text.lower()))
    return [match[0] for match in islice(_WORD.finditer(text), most)]


@lru_cache(maxsize=65536)
def of_word(word: str, language: str) -> tuple[str, ...]:
    """The word; what a longer one begins with ('electi-' of 'elections'), which its inflections share; and of German
    ones what they end with ('-streik' of 'bahnstreik'), since that says what a compound is."""
    beginning = (word[:_BEGINNING] + "-",) if len(word) > _BEGINNING else ()
    ending = ("-" + word[-_ENDING:],) if language == "de" and len(word) >= _ENDING else ()
    return (word, *beginning, *ending)


def values(pieces: Pieces, language: str, known: Container[str]) -> dict[str, float]:
    """The features of a text that are known, with their values: the root of how often they come."""
    single: dict[str, float] = defaultdict(float)
    found: dict[str, float] = defaultdict(float)
    for weight, ordered in pieces:
        for word in ordered:
            single[word] += weight
        for first, second in pairwise(ordered):
            pair = f"{first} {second}"
            if pair in known:
                found[pair] += weight
    for word, total in single.items():
        for feature in of_word(word, language):
            if feature in known:
                found[feature] += total
    return {feature: sqrt(min(total, _MOST_OFTEN)) for feature, total in found.items()}


def _plain(match: re.Match[str]) -> str:
    return _without_accent(match[0])


@lru_cache(maxsize=4096)
def _without_accent(character: str) -> str:
    if character == "ß":
        return "ss"
    return "".join(c for c in unicodedata.normalize("NFKD", character) if not unicodedata.combining(c))
