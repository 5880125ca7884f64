"""What a story's labels may have forgotten: to be looked at, since most of it needs no label.

Capitals within a sentence that no entity has, numbers that no figure or entity has, quotation marks around what is in
no quote, numbers that are open above though no 'at least' stands there, and places of a name and country that the
gazetteer has under another id.
"""

import re
from collections.abc import Iterator, Sequence

from benchmarks.quality.gold import Gold
from benchmarks.quality.pieces import overlap, sentences
from benchmarks.quality.tally import around
from pipeline.enrichers.gazetteer import find
from pipeline.story import Span, Story

_WORD = r"[^\W\d_a-zß-öø-ÿ](?:[\w&’'-]|\.(?=\w))*"
_NAME = re.compile(f"{_WORD}(?: {_WORD})*")
_NUMBER = re.compile(r"(?<![\w.])[$€£]?\d[\d.,]*\d|(?<![\w.])[$€£]?\d")
_QUOTED = re.compile(r"(?:^|(?<=[\s(]))[\"“](?=\S)[^\"“”\n]{8,}[\"”]", re.MULTILINE)
_NO_NAME = re.compile(
    r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|January|February|March|April|May|June|July|August|September|October"
    r"|November|December|(?:Jan|Feb|Aug|Sept|Oct|Nov|Dec)\.?|I|Mr|Mrs|Ms|Dr"
)
_AT_LEAST = re.compile(
    r"(?i:at least|more than|over|above|dozens|scores|hundreds|thousands|millions|several|many|some)"
)
_MONTH = r"(?:Jan|Feb|March|April|May|June|July|Aug|Sept|Oct|Nov|Dec)[a-z]*\.?"
_NO_FIGURE = re.compile(
    rf"{_MONTH} \d{{1,2}}\b|\b\d{{1,2}} {_MONTH}(?!\w)|\b(?:19|20)\d\d\b|(?:, |aged )\d\d(?:,| and \d\d,)"
    r"|\b\d{1,2}:\d\d\b|\b\d{1,2} [ap]\.m\."
)
"""Days, years, ages, times of day."""


def hints(gold: Gold) -> Iterator[str]:
    """Lines to be shown: the story, the kind of thing, the words in their context."""
    story = gold.story
    text = story.body_text
    entities = [span for entity in story.entities for span in entity.mentions]
    figures = [figure.span for figure in story.figures]
    quotes = [span for quote in story.quotes for span in quote.spans]
    for span in _names(story):
        if not _labelled(span, entities):
            yield f"{gold.name}: no entity: {around(text, span, 30)}"
    no_figures = list(_found(_NO_FIGURE, text))
    for span in _found(_NUMBER, text):
        if not _labelled(span, [*figures, *entities, *no_figures]):
            yield f"{gold.name}: no figure: {around(text, span, 30)}"
    for span in _found(_QUOTED, text):
        if not _labelled(span, quotes):
            yield f"{gold.name}: no quote: {around(text, span, 30)}"
    for kind, span in _open(story):
        yield f"{gold.name}: {kind} without high: {around(text, span, 30)}"
    for place in story.places:
        known = {each.geonameid: each.kind for each in find(place.name) if each.country == place.country}
        if known and place.geonameid not in known:
            yield f"{gold.name}: geonameid {place.geonameid} of {place.name}: the gazetteer has {known}"


def _open(story: Story) -> Iterator[tuple[str, Span]]:
    """Numbers labelled as open above though no word says so."""
    found = [("casualties", each.span) for event in story.events for each in event.casualties if each.high is None]
    found += [("figure", figure.span) for figure in story.figures if figure.high is None and not figure.qualifier]
    for kind, span in found:
        if not _AT_LEAST.search(story.body_text, max(0, span.start - 20), span.end):
            yield kind, span


def _names(story: Story) -> Iterator[Span]:
    """Runs of capitalised words that do not begin a sentence or a quote."""
    text = story.body_text
    starts = {each.start for each in sentences(text)}
    for span in _found(_NAME, text):
        begins = span.start in starts or text[max(0, span.start - 1) : span.start] in tuple("\"“‘'(")
        if not (begins and " " not in span.text) and not _NO_NAME.fullmatch(span.text):
            yield span


def _found(pattern: re.Pattern[str], text: str) -> Iterator[Span]:
    for match in pattern.finditer(text):
        yield Span(text=match[0], start=match.start(), end=match.end())


def _labelled(span: Span, labelled: Sequence[Span]) -> bool:
    return any(overlap(span, each) for each in labelled)
