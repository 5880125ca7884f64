"""Whether a line says something else, or the same in other words; and whether a story says that it is corrected."""

import re
from collections.abc import Iterable

from pipeline.lifecycle.changes_text import words
from pipeline.lifecycle.changes_words import NEGATIONS, NUMBERS, STOP_WORDS
from pipeline.story import Story

_KNOWN = 0.5
"""Share of the content words of a headline or lead that stood in the older version, from which it tells nothing new."""
_STEM = 4
"""Letters by which words are compared: 'kills' and 'killed', 'resigns' and 'resignation'."""
_MOST_WORDS = 300
_LONGEST_NOTE = 2000
_FEW = 4
_CORRECTED = re.compile(
    r"\b(?:correct(?:s|ed|ion|ions|ing)|corrig(?:e|es|iert|ido|ida|endo)|corregid[oa]|correcci[oó]n|corrig[eé]e?s?"
    r"|rectifi(?:e|ée?|ca|cado|cación)|berichtigt|berichtigung|korrigiert|korrektur|corrett[oa]|correzione|rettifica"
    r"|correção|corrigid[oa]|rectificatie|gecorrigeerd)\b(?P<what>[^.;]{0,200})",
    re.IGNORECASE,
)
_NO_NEWS = re.compile(
    r"\b(?:typo\w*|typographical|spacing|formatting|format|punctuation|coding|style|garbled?|keywords?|slug(?:line)?"
    r"|byline|dateline|day of the week|tippfehler|errata|coquille|errore di battitura)\b",
    re.IGNORECASE,
)
_NOT_CORRECTED = re.compile(r"\b(?:no|not|without|uncorrected)\s+(?:a\s+)?$", re.IGNORECASE)


def tells_news(text: str, older: Iterable[str]) -> bool:
    """Whether less than half of the content words of a headline or lead stood in the older version's texts.

    Numbers do not count here: a figure that changed is told by itself. Where it cannot be known ('quits' for
    'resigns') it is news: an alert too many harms less than one too few.
    """
    new = _content(words(text, _MOST_WORDS))
    known = {word for each in older for word in _content(words(each))}
    return len(new & known) < _KNOWN * len(new)


def denies(before: str, after: str) -> bool:
    """Whether a headline has more or fewer negations than the one before."""
    return _negations(words(before, _MOST_WORDS)) != _negations(words(after, _MOST_WORDS))


def turned_round(before: str, after: str) -> bool:
    """Whether a passage that kept nearly all of its words gained or lost a negation."""
    other = set(words(before, _MOST_WORDS)) ^ set(words(after, _MOST_WORDS))
    return len(other) <= _FEW and denies(before, after)


def says_corrected(story: Story) -> frozenset[str]:
    """How the story says that it corrects the news: the signals and sentences of the editor's note that do.

    Not those that correct spelling, coding or the byline.
    """
    signals = {signal for signal in story.signals if signal.split()[:1] and signal.startswith("correct")}
    note = (story.ednote or "")[:_LONGEST_NOTE]
    found = [each for each in _CORRECTED.finditer(note) if not _NOT_CORRECTED.search(note[: each.start()][-20:])]
    told = {" ".join(each[0].lower().split()) for each in found if not _NO_NEWS.search(each["what"])}
    # A note that speaks of the spelling only says what the signal 'corrected' is about.
    return frozenset(told if found and not told else told | signals)


def _negations(text: list[str]) -> int:
    return sum(word in NEGATIONS for word in text)


def _content(text: list[str]) -> set[str]:
    return {word[:_STEM] for word in text if word not in STOP_WORDS and not word.isdecimal() and word not in _COUNTED}


_COUNTED = frozenset(NUMBERS["en"])
