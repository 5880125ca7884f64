"""Times: every expression of English agency copy that says when, resolved to days against the story's own time.

Durations ('for three days'), ages and clock times are none. A library: other components ask for the times of a text
and for the one that dates a word.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from functools import lru_cache

from pipeline.enrichers.time_dates import Reading
from pipeline.enrichers.time_expressions import Expression, expressions
from pipeline.enrichers.words import Words, word_lists, words
from pipeline.story import Day, Span, Story

_LISTS = word_lists("time_words.toml")
_SAYING, _TELLING, _MEANS = _LISTS["saying"], _LISTS["telling"], _LISTS["means"]
_SUPERLATIVES, _NOT_SUPERLATIVES = _LISTS["superlatives"], _LISTS["not_superlatives"]
_FIRSTS = _LISTS["firsts"]
_YEARS = range(1000, 9000)
"""Beyond, days before or after cannot be reckoned with."""
_BY = 6
"""Words between a word of saying and its time."""
_SINCE_BACK = 7
_BORDER = re.compile(r"[,;:]|\b(?:that|which|who|and|but|after|when|where|while|as|before|because|since)\b")
_BORDER_COST = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """A time as the text names it, with the days it means, both included."""

    span: Span
    """With its preposition: 'on Tuesday', 'since May', 'from May to July'."""
    begins: Day | None
    """None where the expression leaves it open ('until 2019') or cannot be resolved ('in recent weeks')."""
    ends: Day | None
    says: int | None = None
    """Where the word of saying stands that it dates: in 'police said on Tuesday' the offset of 'said'."""
    measure: bool = False
    """Whether it only measures something else: 'the worst attack since May'."""


def story_day(story: Story, zone: tzinfo | None = None) -> date | None:
    """The day that the story's times are told against, in `zone` where one is given: of its version, else of its
    dateline, else of its creation or its arrival; None where it has none of them, or one that no clock showed."""
    day = _story_day(story, zone)
    return day if day and day.year in _YEARS else None


def _story_day(story: Story, zone: tzinfo | None) -> date | None:
    arrived = story.firstcreated or story.provenance.received
    if story.versioncreated is not None:
        return _local(story.versioncreated, zone)
    day = arrived and _local(arrived, zone)
    if story.dateline and story.dateline.date and (named := times(story.dateline.date, day)):
        return date.fromisoformat(named[0].begins) if named[0].begins else day
    return day


def _local(at: datetime, zone: tzinfo | None) -> date:
    try:
        return (at.astimezone(zone) if zone else at).date()
    except OverflowError:
        return at.date()


def times(text: str, story_time: date | None, zone: tzinfo | None = None) -> tuple[When, ...]:
    """The times in `text`, in order and without overlaps, resolved against `story_time`, in `zone` where one is given.

    Without a story time only what names its year is resolved.
    """
    today = _local(story_time, zone) if isinstance(story_time, datetime) else story_time
    return _times(text, today)


@lru_cache(maxsize=4)
def _times(text: str, today: date | None) -> tuple[When, ...]:
    """As `times`; the last few are kept, since several components ask for the same."""
    read = words(text)
    return tuple(_when(read, each) for each in expressions(Reading(read, today)))


def _when(read: Words, found: Expression) -> When:
    start, end = read.starts[found.first], read.ends[found.last]
    return When(
        span=Span(text=read.text[start:end], start=start, end=end),
        begins=_iso(found.begins),
        ends=_iso(found.ends),
        says=_says(read, found.first),
        measure=_measures(read, found.first),
    )


def _iso(day: date | None) -> Day | None:
    return day.isoformat() if day else None


def _says(read: Words, first: int) -> int | None:
    """The offset of the word of saying that the time stands by: 'said', 'told reporters', 'said in a statement'."""
    for index in range(first - 1, max(first - 1 - _BY, -1), -1):
        word = read.lower[index]
        if word in _SAYING:
            return read.starts[index]
        if word not in _MEANS and not (index and read.lower[index - 1] in _TELLING):
            return None
    return None


def _measures(read: Words, first: int) -> bool:
    """Whether a superlative or an ordinal before it measures against the time."""
    back = _SINCE_BACK if read.lower[first] == "since" else 3 if read.lower[first] in ("in", "this") else 0
    before = read.lower[max(first - back, 0) : first]
    return any(map(_is_superlative, before)) or (back == _SINCE_BACK and not _FIRSTS.isdisjoint(before))


def _is_superlative(word: str) -> bool:
    return word in _SUPERLATIVES or (word.endswith("est") and len(word) > 5 and word not in _NOT_SUPERLATIVES)


def nearest(text: str, whens: Sequence[When], start: int, end: int, at: int) -> When | None:
    """The time that dates the word at the offset `at` in the sentence text[start:end]; None where none does.

    A time that stands by a word of saying dates only that: 'Gunmen killed six, police said on Tuesday'.
    """
    inside = [each for each in whens if start <= each.span.start and each.span.end <= end]
    fitting = [each for each in inside if not each.measure and each.says in (None, at)]
    return min(fitting, key=lambda each: _cost(text, each, at), default=None)


def _cost(text: str, when: When, at: int) -> float:
    """How far the time is from the word, in characters, each border of a clause between them counted as many."""
    before = when.span.end <= at
    between = text[when.span.end : at] if before else text[at : when.span.start]
    return len(between) + _BORDER_COST * len(_BORDER.findall(between)) + (0.5 if before else 0)
