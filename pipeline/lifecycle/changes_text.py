"""Texts as the comparison of versions sees them: paragraphs, their sentences and their words, without typography.

Quotation marks, dashes, spaces, ellipses and composed or decomposed accents are matters of an agency's typesetting:
`plain` writes them one way, so that another desk's way is no change. All of it is linear in the length of the text.
"""

import re
import unicodedata
from dataclasses import dataclass
from itertools import pairwise

_QUOTES = "\"'“”„‟«»‹›‘’‚‛′″‵‶`´ʼ＂＇「」『』"
_DASHES = "-‐‑‒–—―−﹘﹣－"
_INVISIBLE = "\u00ad\u200b\u200e\u200f\u2060\ufeff\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_TYPOGRAPHY = str.maketrans(
    dict.fromkeys(_QUOTES, "'") | dict.fromkeys(_DASHES, "-") | dict.fromkeys(_INVISIBLE, "") | {"…": "..."}
)
_REPEATED = re.compile(r"([-'])\1+")
_NEEDLESS_SPACE = re.compile(r" (?=[-:;!?%»])|(?<=[-«]) ")
_BETWEEN_PARAGRAPHS = re.compile(r"\n\s*\n")
_CLOSING = "\"'“”’»)\\]"
_SENTENCE_END = re.compile(rf"[.!?…][{_CLOSING}]*\s+|[。！？۔][”’」』]*\s*|\n\s*")
UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
"""Of a character class: the scripts that put no space between words (Thai, Lao, Burmese, Khmer, Japanese, Chinese)."""
UNSPACED_SCRIPT = re.compile(rf"[{UNSPACED}]")
_WORD = re.compile(rf"[{UNSPACED}]|[^\W_{UNSPACED}]+")
"""A word, or one character of those scripts."""
LONGEST_LEAD = 4000
"""Characters of a body within which its lead stands."""
_TELLING = 6
_LONGEST_WORD = 64
"""Characters beyond which a word is left as it is: to order its accents would take time quadratic in their number."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of a body: `body_text[start:end]`, with no white space around."""

    text: str
    start: int
    end: int


def plain(text: str) -> str:
    """`text` without its typography: what two versions are compared by."""
    pieces = text.split()
    if not text.isascii():
        pieces = [unicodedata.normalize("NFC", piece) if len(piece) <= _LONGEST_WORD else piece for piece in pieces]
    bare = _NEEDLESS_SPACE.sub("", " ".join(pieces)).translate(_TYPOGRAPHY)
    return _NEEDLESS_SPACE.sub("", _REPEATED.sub(r"\1", bare))


def fold(text: str) -> str:
    """`plain(text)` without case and accents."""
    text = plain(text).casefold()
    if text.isascii():
        return text
    return " ".join(_bare(word) if len(word) <= _LONGEST_WORD else word for word in text.split(" "))


def words(text: str, most: int | None = None) -> list[str]:
    """The words of `text`, folded, in order; the first `most` of them."""
    folded = fold(text if most is None else text[: most * _LONGEST_WORD])
    return _WORD.findall(folded)[:most]


def paragraphs(text: str, start: int, end: int) -> list[Paragraph]:
    """The paragraphs in `text[start:end]`."""
    found = []
    for gap in (*_BETWEEN_PARAGRAPHS.finditer(text, start, end), None):
        piece = text[start : gap.start() if gap else end]
        if bare := piece.strip():
            at = start + len(piece) - len(piece.lstrip())
            found.append(Paragraph(bare, at, at + len(bare)))
        start = gap.end() if gap else end
    return found


def lead(body: str) -> Paragraph | None:
    """The first paragraph that tells something: crossheads, labels and one-word lines before it are passed over."""
    first = paragraphs(body, 0, min(len(body), LONGEST_LEAD))[:3]
    return next((each for each in first if len(words(each.text, _TELLING)) == _TELLING), first[0] if first else None)


def sentences(paragraph: str) -> list[str]:
    """The sentences and lines of a paragraph, each with the white space after it.

    Cut too often rather than too rarely ('Nov. 18' is two): both versions are cut alike.
    """
    ends = [found.end() for found in _SENTENCE_END.finditer(paragraph)]
    cuts = [0, *(end for end in ends if end < len(paragraph)), len(paragraph)]
    return [paragraph[a:b] for a, b in pairwise(cuts) if a < b]


def _bare(word: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c))
