"""What is kept of a story's text to find its near-duplicates: hashes only, about 2 KB, JSON-able.

The text is read as folded words: no case, accents, apostrophes or soft hyphens, numbers without separators, English
number words as digits, British and American endings alike. Every run of three words is a shingle; of scripts written
without spaces, every run of five characters.

A set is kept as its bottom-k sketch: the k smallest of the 32-bit hashes of its members. Two sketches sample the same
part of the hash space and so tell how much of either set is in the other (Broder 1997; Cohen and Kaplan 2007), exactly
where the sets have k members at most. That is why no MinHash library is used: a signature of theirs estimates the
Jaccard index only, which is 0.33 for a story cut to a third, is never exact for a brief, and keeps its meaning only as
long as the library keeps its hash. Here the hash is BLAKE2b, the same in every process and on every machine.

Fingerprints lie in the index for days, so VERSION is part of the band keys: those made by other rules never meet.
"""

import base64
import re
import struct
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b

from pipeline.story import Story

VERSION = 1
"""To be counted up with every change of what follows, but for what only makes it faster."""
SHINGLE, SHINGLE_CHARACTERS = 3, 5
LEAD_SHINGLES = 60
SHORT_WORDS = 25
"""Below that a story is compared as a whole, with its headline: two flashes are the same or they are not."""
FEWEST_WORDS = 3
MOST_CHARACTERS = 100_000
"""Of a longer text the beginning is read."""
BODY_SIZE, PARTICULARS_SIZE = 128, 64
LEAD_BANDS = (16, 2)
"""Bands and rows. A copy keeps the lead, whatever is cut below it; found at a Jaccard index of 0.5 in 99 of 100."""
BODY_BANDS = (6, 5)
"""For copies with another lead, which are alike in all the rest; at a Jaccard index of 0.85 in 97 of 100."""

_SCRIPTS_WITHOUT_SPACES = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_TOKEN = re.compile(
    rf"(?P<number>\d+(?:[.,:/\x1f–-]\d+)*)|(?P<word>[{_SCRIPTS_WITHOUT_SPACES}]|[^\W\d_{_SCRIPTS_WITHOUT_SPACES}]+)"
    r"|(?P<end>[.!?:…。！？\n\"“”«»])"
)
_DROPPED = dict.fromkeys(map(ord, "'’‘ʼ`´\u00ad\u200b\u200c\u200d\u2060\ufeff")) | dict.fromkeys(
    (0xA0, 0x2009, 0x202F), "\x1f"
)
_NUMBER_WORDS = {
    "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9",
    "ten": "10", "eleven": "11", "twelve": "12",
}  # fmt: skip
_DAYS = frozenset({
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
    "lunes", "martes", "miercoles", "jueves", "viernes", "sabado", "domingo",
    "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche",
    "montag", "dienstag", "mittwoch", "donnerstag", "freitag", "samstag", "sonntag",
    "segunda", "terca", "quarta", "quinta", "sexta",
    "lunedi", "martedi", "mercoledi", "giovedi", "venerdi", "sabato", "domenica",
})  # fmt: skip
_ENDINGS = re.compile(r"(?<=\w{3})(?:is(?=(?:e|es|ed|ing|ation|ations|er|ers)$)|our(?=s?$|ed|ing|able|ite)|re(?=s?$))")


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What is kept of one story's text. Sketches are base64 of little-endian 32-bit hashes, ascending."""

    bands: tuple[str, ...]
    """Keys to look up candidates by: two stories are candidates where they share one. At most 23."""
    exact: str
    """Hash of all its words."""
    words: int
    body: str = ""
    """Sketch of the text's shingles. Empty where the story is short: it equals another or does not."""
    lead: str = ""
    """The first LEAD_SHINGLES of them, all."""
    figures: str = ""
    """Sketch of the numbers in it."""
    names: str = ""
    """Sketch of the words that begin with a capital inside a sentence."""
    days: str = ""
    """Sketch of the names of weekdays, in six languages."""


def fingerprint(story: Story) -> Fingerprint | None:
    """The fingerprint of the story's body, and of its headline too where the body is short or there is none.

    None where there are fewer than FEWEST_WORDS words, which say too little to be compared.
    """
    text = _read(story.body_text)
    short = len(text.words) < SHORT_WORDS
    if short:
        text = _read(f"{story.headline or ''}\n{story.body_text}")
    if len(text.words) < FEWEST_WORDS:
        return None
    exact = f"{VERSION}e{_key(' '.join(text.words))}"
    if short:
        return Fingerprint(bands=(exact,), exact=exact, words=len(text.words))
    shingles = _shingles(text.words)
    lead = shingles[:LEAD_SHINGLES]
    return Fingerprint(
        bands=(exact, *_bands("l", lead, *LEAD_BANDS), *_bands("b", shingles, *BODY_BANDS)),
        exact=exact,
        words=len(text.words),
        body=pack(shingles, BODY_SIZE),
        lead=pack(lead, LEAD_SHINGLES),
        figures=pack(map(_hash, text.figures), PARTICULARS_SIZE),
        names=pack(map(_hash, text.names), PARTICULARS_SIZE),
        days=pack(map(_hash, text.days), PARTICULARS_SIZE),
    )


@dataclass(frozen=True, slots=True)
class _Text:
    """What is read of a text."""

    words: Sequence[str]
    figures: frozenset[str]
    names: frozenset[str]
    days: frozenset[str]


def _read(text: str) -> _Text:
    words: list[str] = []
    figures, names, days = set(), set(), set()
    begins = True  # a sentence
    for found in _TOKEN.finditer(_plain(text)):
        token, kind = found[0], found.lastgroup
        if kind == "end":
            begins = True
            continue
        word = _figure(token) if kind == "number" else _fold(token[:40])
        words.append(word)
        if word[0].isdecimal():
            figures.add(word)
        elif word in _DAYS:
            days.add(word)
        elif not begins and len(token) > 1 and token[0].isupper():
            names.add(word)
        begins = False
    capitals = len(names) > len(set(words)) / 2  # all in capitals: they tell no names
    return _Text(words, frozenset(figures), frozenset() if capitals else frozenset(names), frozenset(days))


def _plain(text: str) -> str:
    """The text without accents and apostrophes, in the compatible forms of its characters."""
    text = text[:MOST_CHARACTERS].translate(_DROPPED)
    if text.isascii():
        return text
    text = _without_marks(text)  # before, too: to sort a long run of them takes the square of its length
    return _without_marks(unicodedata.normalize("NFKD", text)[:MOST_CHARACTERS])


def _without_marks(text: str) -> str:
    return "".join(c for c in text if not unicodedata.combining(c))


def _figure(token: str) -> str:
    """'1,200', '1.200' and '1 200' are the same; so are '2-1' and '2–1', in whatever script's digits."""
    return "".join(str(unicodedata.decimal(c)) for c in token if c.isdecimal())


@lru_cache(maxsize=1 << 15)
def _fold(word: str) -> str:
    """The word's key: of the usual British and American spellings, and of a number word and its digits, the same."""
    word = word.casefold()
    if word in _NUMBER_WORDS:
        return _NUMBER_WORDS[word]
    return _ENDINGS.sub(lambda found: {"is": "iz", "our": "or", "re": "er"}[found[0]], word)


def _shingles(words: Sequence[str]) -> list[int]:
    """The hashes of all shingles, in order."""
    characters = sum(len(word) == 1 and word > "\u3000" for word in words)
    width = SHINGLE_CHARACTERS if characters > len(words) / 2 else SHINGLE
    runs = zip(*(words[start:] for start in range(width)), strict=False)
    return [_hash(" ".join(run)) for run in runs]


def _hash(text: str) -> int:
    return int.from_bytes(blake2b(text.encode("utf-8", "replace"), digest_size=4).digest(), "little")


def _key(text: str) -> str:
    return blake2b(text.encode("utf-8", "replace"), digest_size=8).hexdigest()


def _bands(kind: str, hashes: Sequence[int], count: int, rows: int) -> tuple[str, ...]:
    """Keys of `count` bands, each of the minima of `rows` buckets.

    The hashes are dealt into buckets, and an empty bucket takes the next one's minimum: one-permutation MinHash (Li,
    Owen and Zhang 2012) with densification (Shrivastava and Li 2014), which costs one hash a shingle.
    """
    buckets = count * rows
    least: dict[int, int] = {}
    for value in sorted(set(hashes), reverse=True):
        least[value % buckets] = value
    minima = [0] * buckets
    nearest = least[min(least)]
    for bucket in reversed(range(buckets)):
        minima[bucket] = nearest = least.get(bucket, nearest)
    bands = (minima[start : start + rows] for start in range(0, buckets, rows))
    return tuple(f"{VERSION}{kind}{number:x}{_key(repr(band))[:10]}" for number, band in enumerate(bands))


def pack(hashes: Iterable[int], size: int) -> str:
    """The bottom-`size` sketch of a set of 32-bit hashes."""
    least = sorted(set(hashes))[:size]
    return base64.b64encode(struct.pack(f"<{len(least)}I", *least)).decode()


def unpack(sketch: str) -> tuple[int, ...]:
    """The hashes in a sketch, ascending."""
    data = base64.b64decode(sketch)
    return struct.unpack(f"<{len(data) // 4}I", data)
