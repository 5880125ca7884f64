"""Whether a line says something else, or the same in other words; and whether a story says that it is corrected."""

import re
from collections.abc import Iterable

from pipeline.lifecycle.changes_text import words
from pipeline.lifecycle.changes_words import Language
from pipeline.story import Story

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
_NOT_CORRECTED = re.compile(r"\b(?:no|not|without)\s+(?:a\s+)?$", re.IGNORECASE)


def tells_news(text: str, older: Iterable[str], most: float, spoken: Language) -> bool:
    """Whether more than the share `most` of the content words stood in none of the `older` texts.

    Numbers do not count here: a figure that changed is told by itself. Where it cannot be known ('quits' for
    'resigns') it is news: an alert too many harms less than one too few.
    """
    content = _content(words(text, _MOST_WORDS), spoken)
    known = {word for each in older for word in _content(words(each), spoken)}
    return len(content - known) > most * len(content)


def turned(before: str, after: str, spoken: Language) -> bool:
    """Whether a headline gained or lost a negation, or has the same words in another order: who beat whom."""
    old, new = words(before, _MOST_WORDS), words(after, _MOST_WORDS)
    return _negations(old, spoken) != _negations(new, spoken) or (old != new and sorted(old) == sorted(new))


def denied(before: str, after: str, spoken: Language) -> bool:
    """Whether a passage that kept nearly all of its words gained or lost a negation."""
    old, new = words(before, _MOST_WORDS), words(after, _MOST_WORDS)
    return len(set(old) ^ set(new)) <= _FEW and _negations(old, spoken) != _negations(new, spoken)


def says_corrected(story: Story) -> frozenset[str]:
    """How the story says that it corrects the news: the signals and sentences of the editor's note that do.

    Not those that correct spelling, coding or the byline.
    """
    signals = {signal for signal in story.signals if signal.startswith("correct")}
    note = (story.ednote or "")[:_LONGEST_NOTE]
    found = [each for each in _CORRECTED.finditer(note) if not _NOT_CORRECTED.search(note[: each.start()][-20:])]
    told = {" ".join(each[0].lower().split()) for each in found if not _NO_NEWS.search(each["what"])}
    # A note that speaks of the spelling only says what the signal 'corrected' is about.
    return frozenset(told if found and not told else told | signals)


def _negations(text: list[str], spoken: Language) -> int:
    return sum(word in spoken.negations for word in text)


def _content(text: list[str], spoken: Language) -> set[str]:
    passed_over = spoken.stop_words | spoken.numbers.keys()
    return {word[:_STEM] for word in text if word not in passed_over and not word.isdecimal()}
