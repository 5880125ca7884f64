"""What a slug line says of the running event: its root, the aspect of it, and what kind of slug it is.

    BRAZIL-DAM/TOLL (UPDATE 2)            brazil-dam, toll
    BC-EU--Italy-Ferry, 3rd Ld-Writethru  italy-ferry
    Italien/Unfall/Fähre/                 italien-unfall-fahre

What is left out: the category, the take, and what the story is to its thread. The words: threads_slug.tsv.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

from pipeline.lifecycle.threads_words import fold

SlugKind = Literal["event", "broad", "daily", "digest"]
"""An event's own; a subject's, which many events share ('UKRAINE-CRISIS/', 'DIVIDENDS/'); a report's that comes anew
every day ('MARKETS-EUROPE/'); a list's of many events ('NEWS-SUMMARY/'), which is about none of them."""

_LONGEST = 120
_PREFIX = re.compile(r"^\s*(?:[a-z]\d{3,4}\s+)?(?:(?:BC|AM|PM)-{1,2})?(?:[A-Z]{2,3}--)?", re.ASCII)
_BRACKETS = re.compile(r"\([^()]{0,80}\)")
_AFTER_COMMA = re.compile(r",.*$", re.DOTALL)
_WORD = re.compile(r"[^\W_]+(?:['’.][^\W_]+)*")
_NUMBERED = re.compile(r"\d{1,2}(?:st|nd|rd|th)?")
_COMMON = ("subject", "daily", "always", "once", "digest")
_REGIONS = frozenset(["eu", "as", "af", "lt", "ml", "na", "ap", "cn"])
_SAME = {"us": "usa", "britain": "uk", "gb": "uk", "earthquake": "quake"}


@dataclass(frozen=True, slots=True)
class Slug:
    """A slug line without what is not its own."""

    root: str = ""
    """Words joined by hyphens; empty where there is none."""
    aspect: str = ""
    kind: SlugKind = "event"


def slug(line: str | None, places: Collection[str] = ()) -> Slug:
    """The slug of `line`, cut at 120 code points. `places`: folded words of the places that the story names, which
    say nothing of an event."""
    bare = _AFTER_COMMA.sub("", _BRACKETS.sub(" ", _PREFIX.sub("", (line or "")[:_LONGEST])))
    head, _, rest = bare.partition("/")
    root, aspect = _words(head), _words(rest)
    kind = _kind((*root, *aspect), _folded(bare), places)
    root, aspect = [_one_form(word) for word in root], [_one_form(word) for word in aspect]
    if len(root) == 1 and aspect:
        root, aspect = [*root, *aspect], []
    return Slug("-".join(root), "-".join(aspect), kind if root else "event")


@cache
def _vocabulary() -> Mapping[str, frozenset[str]]:
    """Words by what they say of a slug.

    `mark`: what a story is to its thread, no part of the slug. `digest`: it lists many events, where it begins with
    such a word or has none of its own. `always`: it comes anew every day, unless `once` says that it does not:
    'ELECTION-RESULTS'. `daily`: it does where no word is its own. `subject`: many events share it.
    """
    text = files("pipeline.lifecycle").joinpath("threads_slug.tsv").read_text(encoding="utf-8")
    rows = (line.partition("\t") for line in text.splitlines())
    return {kind: frozenset(words.split()) for kind, _, words in rows}


def _folded(text: str) -> list[str]:
    return [fold(word).replace("'", "").replace("’", "").replace(".", "") for word in _WORD.findall(text)]


def _one_form(word: str) -> str:
    singular = word[:-1] if len(word) > 4 and word.endswith("s") and word[-2] not in "sui" else word
    return _SAME.get(singular, singular)


def _words(text: str) -> list[str]:
    marks = _vocabulary()["mark"]
    found = [word for word in _folded(text) if word not in marks and not _NUMBERED.fullmatch(word)]
    return found[1:] if len(found) > 1 and found[0] in _REGIONS else found


def _kind(words: Collection[str], said: Sequence[str], places: Collection[str]) -> SlugKind:
    known = _vocabulary()
    own = [word for word in words if not any(word in known[kind] for kind in _COMMON) and word not in places]
    if said and (said[0] in known["digest"] or (not own and not known["digest"].isdisjoint(said))):
        return "digest"
    if not known["always"].isdisjoint(words) and known["once"].isdisjoint(words):
        return "daily"
    if not own and not known["daily"].isdisjoint(words):
        return "daily"
    return "event" if own and len(words) > 1 else "broad"
