"""What is kept of a story's text to find its near-duplicates: hashes only, about 2 KB, JSON-able.

The text is read as folded words: no case, accents, apostrophes or soft hyphens, numbers without separators, English
number words as digits, British and American endings alike. Scripts written without spaces are read by the character.
Every run of SHINGLE words (SHINGLE_CHARACTERS of the latter) is one shingle.

A set is kept as its bottom-k sketch: of the 32-bit hashes of its members the k smallest, ascending, in base64. Two
sketches of one hash function sample the same part of the hash space, so they tell how much of each set is in the other
(Broder 1997; Cohen and Kaplan 2007), exactly where the sets have k members at most. That is what MinHash signatures do
not tell without the sets' sizes, and a cut story is contained in the whole one, not similar to it.

The hash is BLAKE2b: the same in every process, on every machine, in every version. Fingerprints lie in the index for
days, so VERSION goes into the band keys: those made by other rules never meet.
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
SHINGLE, SHINGLE_CHARACTERS = 3, 5
LEAD_WORDS = 60
SHORT_WORDS = 25
"""Below that a story is compared as a whole: two flashes are the same or they are not."""
FEWEST_WORDS = 3
MOST_CHARACTERS = 100_000
"""Of a longer text the beginning is read."""
BODY_SIZE, LEAD_SIZE, PARTICULARS_SIZE = 128, 64, 64

_SCRIPTS_WITHOUT_SPACES = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_TOKEN = re.compile(
    rf"(?P<number>\d+(?:[.,:/\x1f–-]\d+)*)|(?P<word>[{_SCRIPTS_WITHOUT_SPACES}]|[^\W\d_{_SCRIPTS_WITHOUT_SPACES}]+)"
    r"|(?P<end>[.!?:…。！？\n\"“”«»])"
)
_DROPPED = dict.fromkeys(map(ord, "'’‘ʼ`´\u00ad\u200b\u200c\u200d\u2060\ufeff")) | dict.fromkeys(
    (0xA0, 0x2009, 0x202F), "\x1f"
)
_SEPARATORS = re.compile(r"[^\d]")
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
    """Keys to look up candidates by: two stories are candidates where they share one."""
    exact: str
    """Hash of all its words."""
    words: int
    body: str = ""
    """Sketch of the text's shingles. Empty where the story is short: it equals another or does not."""
    lead: str = ""
    """Sketch of the shingles of its first LEAD_WORDS."""
    figures: str = ""
    names: str = ""
    """Sketch of the words that begin with a capital inside a sentence."""
    days: str = ""


def fingerprint(story: Story) -> Fingerprint | None:
    """The fingerprint of the story's body, or of its headline where it has no body.

    None where there are fewer than FEWEST_WORDS words, which say too little to be compared.
    """
    text = _read(story.body_text)
    if len(text.words) < SHORT_WORDS:
        text = _read(f"{story.headline or ''}\n{story.body_text}")
    if len(text.words) < FEWEST_WORDS:
        return None
    exact = _key(" ".join(text.words))
    if len(text.words) < SHORT_WORDS:
        return Fingerprint(bands=(f"{VERSION}e{exact}",), exact=exact, words=len(text.words))
    shingles = _shingles(text.words)
    lead = shingles[:LEAD_WORDS]
    return Fingerprint(
        bands=(*_bands("l", lead, 12, 2), *_bands("b", shingles, 16, 2)),
        exact=exact,
        words=len(text.words),
        body=pack(shingles, BODY_SIZE),
        lead=pack(lead, LEAD_SIZE),
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
    begins = True
    for found in _TOKEN.finditer(_plain(text)):
        token, kind = found[0], found.lastgroup
        if kind == "end":
            begins = True
            continue
        word = _figure(token) if kind == "number" else fold(token[:40])
        words.append(word)
        if word[0].isdecimal():
            figures.add(word)
        elif word in _DAYS:
            days.add(word)
        elif not begins and len(token) > 1 and token[0].isupper():
            names.add(word)
        begins = False
    capitals = len(names) > len(set(words)) / 2
    return _Text(words, frozenset(figures), frozenset() if capitals else frozenset(names), frozenset(days))


def _plain(text: str) -> str:
    """The text without accents and apostrophes, in the compatible forms of its characters."""
    text = text[:MOST_CHARACTERS].translate(_DROPPED)
    if text.isascii():
        return text
    text = unicodedata.normalize("NFKD", text)[:MOST_CHARACTERS]
    return "".join(c for c in text if not unicodedata.combining(c))


def _figure(token: str) -> str:
    """'1,200', '1.200' and '1 200' are the same; so are '2-1' and '2–1', in whatever script's digits."""
    return "".join(str(unicodedata.decimal(c)) for c in token if c.isdecimal())


@lru_cache(maxsize=1 << 15)
def fold(word: str) -> str:
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
    """Keys of `count` bands: the hash space is dealt into count * rows buckets, and a band is the least hash of each
    of its buckets (one-permutation MinHash; Li, Owen and Zhang 2012). A band with an empty bucket has no key."""
    least: dict[int, int] = {}
    buckets = count * rows
    for value in hashes:
        bucket = value % buckets
        if value < least.get(bucket, 1 << 32):
            least[bucket] = value
    keys = []
    for band in range(count):
        chosen = [least.get(bucket) for bucket in range(band * rows, (band + 1) * rows)]
        if None not in chosen:
            keys.append(f"{VERSION}{kind}{band:x}{_key(repr(chosen))[:10]}")
    return tuple(keys)


def pack(hashes: Iterable[int], size: int) -> str:
    """The bottom-`size` sketch of a set of 32-bit hashes."""
    least = sorted(set(hashes))[:size]
    return base64.b64encode(struct.pack(f"<{len(least)}I", *least)).decode()


def unpack(sketch: str) -> tuple[int, ...]:
    """The hashes in a sketch, ascending."""
    data = base64.b64decode(sketch)
    return struct.unpack(f"<{len(data) // 4}I", data)
