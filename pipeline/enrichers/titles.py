"""A person's title or function as the story gives it: before the name or in apposition after it."""

import re
from functools import cache

from pipeline.enrichers.tables import members, rows

_BEFORE = 80
_AFTER = 90
_APPOSITION = re.compile(
    r", (?:\d\d?, )?(?:who (?:is|was) )?((?:[\w'’-]+ ){0,6}?[\w-]+)(?=[,.;]| (?:of|for|at|in|with|to|who)\b|$)"
)


_APPOSED = re.compile(r"([\w'’ -]+?)(?: (?:of|for|at|in|with) [^,.;]{3,70})?, $")
"""'The chair of the electoral commission, ' before a name."""


@cache
def _words(kind: str) -> frozenset[str]:
    return frozenset(word for row in rows("titles.tsv") if row[0] == kind for word in members(row[1]))


def heads_title(name: str, after: str) -> bool:
    """Whether `name`, with what stands after it, is a title and no name: 'Prime Minister', 'Finance' in 'Finance
    Minister Ruiz'."""
    words = name.lower().split(" ")
    if words[-1] in _words("head"):
        return all(word in _words("modifier") for word in words[:-1])
    following = after.lstrip(" ").partition(" ")[0].lower()
    return following in _words("head") and all(word in _words("modifier") for word in words)


def without_address(name: str) -> str:
    """The name without 'Mr', 'Dr.', 'President' and the like before it."""
    words = name.split(" ")
    while len(words) > 1 and words[0].rstrip(".").lower() in _words("address") | _words("head"):
        del words[0]
    return " ".join(words)


def without_title(name: str) -> str:
    """The name without all the titles before it: 'Tomislav Brkan' of 'Chief Financial Officer Tomislav Brkan'."""
    words = name.split(" ")
    titles = _words("address") | _words("head") | _words("modifier")
    while len(words) > 1 and words[0].rstrip(".").lower() in titles:
        del words[0]
    return " ".join(words)


def role(text: str, start: int, end: int) -> str | None:
    """The role of the person whose name is text[start:end], None where none is given."""
    return before(text[max(start - _BEFORE, 0) : start]) or _after(text[end : end + _AFTER])


def before(text: str) -> str | None:
    """The title that `text`, which stands before a name, ends in."""
    line = text.rpartition("\n")[2]
    if line.endswith(", "):
        return _apposed(line)
    words = line.split(" ")
    if len(words) < 2 or words.pop():  # nothing but a space stands between a title and its name
        return None
    while len(words) > 1 and words[-1].rstrip(".").lower() in _words("address") - _words("head"):
        del words[-1]  # 'spokesman Dr. Laith Rashid'
    return _title(words)


def _apposed(line: str) -> str | None:
    clause = re.split(r"[.,;:“\"] ", line.removesuffix(", "))[-1]
    found = _APPOSED.fullmatch(f"{clause}, ")
    return _title(found[1].split(" ")) if found else None


def _after(text: str) -> str | None:
    found = _APPOSITION.match(text)
    return _title(found[1].split(" ")) if found else None


def _title(words: list[str]) -> str | None:
    """The title that `words` end in."""
    if not words or words[-1].lower() not in _words("head"):
        return None
    first = len(words) - 1
    while first and words[first - 1].lower() in _words("modifier") | _words("head"):
        first -= 1
    return " ".join(words[first:]).lower()
