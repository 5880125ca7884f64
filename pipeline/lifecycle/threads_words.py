"""Words as threads compare them: folded, cut to a stem, weighed by how rare they are in news copy.

`threads_words.tsv` holds the stems that many stories have, in bands by the share of stories that have them; counted
in public collections of English news. A stem that it lacks is rare, and says which event it is.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from importlib.resources import files

RAREST = 9
"""The weight of a stem that few stories have; a band's number is the weight of its stems, 0 says nothing."""
NUMBER = 5
"""The weight of a number: two stories may have one in common by chance."""
_WORD = re.compile(r"[^\W\d_]{2,30}|\d{1,4}[.,]\d{1,2}(?![\d.,])")
"""Words of letters, and numbers such as a magnitude, which one event has and its neighbour has not."""
_POSSESSIVE = re.compile(r"['’]s\b", re.IGNORECASE)
_STEM = 7
_LEAST = 4
"""Code points that an ending leaves."""


def words(text: str) -> Iterator[str]:
    """The stems of `text`, in order."""
    for found in _WORD.findall(_POSSESSIVE.sub("", fold(text))):
        yield stem(found)


def fold(text: str) -> str:
    """`text` in lower case and without accents."""
    if text.isascii():
        return text.lower()
    return "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """What 'collapse', 'collapsed', 'collapses' share; no word of a language, and the same for every language."""
    for ending in ("ing", "ies", "ed", "es", "s", "e", "y"):
        if word.endswith(ending) and len(word) - len(ending) >= _LEAST and not word.endswith("ss"):
            word = word[: -len(ending)]
            break
    return word[:_STEM]


def weight(stem: str) -> int:
    """0..9: how much it says that two stories share `stem`."""
    return NUMBER if stem[0].isdigit() else _weights().get(stem, RAREST)


@cache
def _weights() -> Mapping[str, int]:
    table: dict[str, int] = {}
    text = files("pipeline.lifecycle").joinpath("threads_words.tsv").read_text(encoding="utf-8")
    for line in text.splitlines():
        band, _, stems = line.partition("\t")
        table.update(dict.fromkeys(stems.split(), int(band)))
    return table
