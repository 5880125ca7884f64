"""Bylines: 'By Ana Ruiz, Pierre Dupont and John McDonald', in the languages wire services write."""

import re

from pipeline.formats.names import people
from pipeline.story import Author

_BY = {"by": "en", "por": "es", "par": "fr", "von": "de", "text by": "en", "story by": "en"}
_LINE = re.compile(rf"^[*_\s]*(?P<by>{'|'.join(_BY)})(?:\s*:\s*|\s+)(?P<names>\S.*)$", re.IGNORECASE)
_STAFF = re.compile(
    r"(?:our |the )?[\w’' .]{0,40}\b(?:staff|correspondents?|reporters?|writers?|newsroom)\b\.?[\w ]{0,20}",
    re.IGNORECASE,
)
_TITLE_LINE = re.compile(
    r"(?:[\w’'.-]+ ){0,5}"
    r"(?:writers?|correspondents?|editors?|reporters?|columnists?|analysts?|press|agency|bureau chief)",
    re.IGNORECASE,
)
_LONGEST = 300
_LONGEST_HEAD = 20
_BETWEEN_NAMES = frozenset({
    "and", "in", "from", "at", "for", "of", "with", "reporting", "aboard", "near", "outside", "the", "de", "la", "del",
    "van", "von", "der", "da", "di", "do", "y", "et", "und", "e", "en", "à",
})  # fmt: skip


def is_byline(line: str) -> bool:
    """Whether a line standing alone is a byline: it begins with 'By' or its like, and names people or the staff."""
    found = _LINE.match(line) if len(line) <= _LONGEST else None
    if not found or line.rstrip().endswith(("?", "!", ":", ";")):
        return False
    names = found["names"]
    if _STAFF.fullmatch(names):
        return True
    # A sentence that begins with 'By' goes on in lower case: 'By Tuesday evening the toll had risen.'
    strict = found["by"][:1].islower() or names.rstrip().endswith(".")
    return bool(authors(line)) and not (strict and len(names.split()) > 8) and not _runs_on(names)


def is_title(line: str) -> bool:
    """Whether a line below a byline is the title of who wrote it: 'Agency Writer', 'Chief Correspondent'."""
    return len(line) <= 60 and _TITLE_LINE.fullmatch(line) is not None


def rejoined(paragraphs: list[str]) -> list[str]:
    """`paragraphs`, with a byline that goes on in the next line made one: 'By A, B and' / 'C'."""
    for number, paragraph in enumerate(paragraphs[:_LONGEST_HEAD]):
        if paragraph.endswith((",", " and", " &", " AND")) and is_byline(paragraph) and number + 1 < len(paragraphs):
            whole = f"{paragraph} {paragraphs[number + 1]}"
            if is_byline(whole) and not whole.endswith("."):
                return [*paragraphs[:number], whole, *paragraphs[number + 2 :]]
    return paragraphs


def authors(byline: str) -> tuple[Author, ...]:
    """The people of a byline, with or without its 'By'."""
    found = _LINE.match(byline)
    names, language = (found["names"], _BY[found["by"].lower()]) if found else (byline, "en")
    return tuple(Author(name=person.name, place=person.place) for person in people(names, language))


def _runs_on(names: str) -> bool:
    """Whether the words after 'By' are the beginning of a sentence rather than names."""
    lower = [word for word in re.split(r"[\s,]+", names) if word[:1].islower()]
    return sum(word.strip(".") not in _BETWEEN_NAMES for word in lower) > 1
