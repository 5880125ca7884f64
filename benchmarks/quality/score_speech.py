"""Scores of quotes, figures and topics.

A quote is found where its words and gold's share at least COVER of the longer of the two; right, where its speaker is
gold's too (see parties.py). A figure is right with gold's exact span, kind, bounds and unit. Topics count by their top
level.
"""

import re
from collections.abc import Callable, Sequence
from math import isclose

from benchmarks.quality.parties import Forms, forms, head, same
from benchmarks.quality.pieces import overlap
from benchmarks.quality.tally import NONE, Tally, matching
from pipeline.story import Figure, Quote, Story, Topic

COVER = 0.8
_WORD = re.compile(r"\w+")


def score_quotes(gold: Story, found: Story, tally: Tally) -> None:
    """Quotes with their speakers, without them, and their kinds."""
    names = forms(gold.entities)
    wanted = [_words(each, gold.body_text) for each in gold.quotes]
    given = [_words(each, gold.body_text) for each in found.quotes]
    spans = {
        i: [j for j, other in enumerate(given) if len(one & other) >= COVER * max(len(one), len(other), 1)]
        for i, one in enumerate(wanted)
    }
    spoken = {
        i: [j for j in fits if _same_speaker(gold.quotes[i], found.quotes[j], names)] for i, fits in spans.items()
    }
    _count("quotes", gold.quotes, found.quotes, matching(spoken), tally)
    pairs = matching(spans)
    _count("quotes, any speaker", gold.quotes, found.quotes, pairs, tally)
    for one, other in pairs.items():
        tally.judge("kinds of quotes", gold.quotes[one].kind, gold.quotes[one].kind == found.quotes[other].kind)


def _words(quote: Quote, text: str) -> set[int]:
    return {match.start() for span in quote.spans for match in _WORD.finditer(text, span.start, span.end)}


def _same_speaker(gold: Quote, found: Quote, names: Forms) -> bool:
    if gold.speaker is None or found.speaker is None:
        return gold.speaker is found.speaker
    return same(gold.speaker, found.speaker, names)


def _count(measure: str, gold: Sequence[Quote], found: Sequence[Quote], pairs: dict[int, int], tally: Tally) -> None:
    taken = set(pairs.values())
    for number, quote in enumerate(gold):
        tally.add(measure, quote.kind, right=number in pairs, missed=number not in pairs)
        if number not in pairs and measure == "quotes":
            tally.error(measure, f"missed {_told(quote)}", quote.spans[0])
    for number, quote in enumerate(found):
        if number not in taken:
            tally.add(measure, quote.kind, wrong=1)
            if measure == "quotes":
                tally.error(measure, f"wrong {_told(quote)}", quote.spans[0])


def _told(quote: Quote) -> str:
    speaker = quote.speaker and (quote.speaker.name or quote.speaker.span.text)
    return f"{quote.kind} quote of {speaker or 'nobody'}"


def score_figures(gold: Story, found: Story, tally: Tally) -> None:
    """Figures exact, and their values where the spans overlap; what they are of, of those whose values are right."""
    pairs = _figures(gold.figures, found.figures, lambda one, other: one.span == other.span and _same_value(one, other))
    for number, figure in enumerate(gold.figures):
        tally.add("figures", figure.kind, right=number in pairs, missed=number not in pairs)
        if number not in pairs:
            there = [_told_figure(each) for each in found.figures if overlap(each.span, figure.span)]
            tally.error("figures", f"{_told_figure(figure)}: found {'; '.join(there) or 'none'}", figure.span)
    for number, figure in enumerate(found.figures):
        tally.add("figures", figure.kind, wrong=number not in pairs.values())
        if not any(overlap(each.span, figure.span) for each in gold.figures):
            tally.error("figures", f"wrong {_told_figure(figure)}", figure.span)
    _score_values(gold, found, tally)


def _score_values(gold: Story, found: Story, tally: Tally) -> None:
    pairs = _figures(gold.figures, found.figures, lambda a, b: overlap(a.span, b.span) and _same_value(a, b))
    tally.add("figures, value", "all", len(pairs), len(found.figures) - len(pairs), len(gold.figures) - len(pairs))
    for one, other in pairs.items():
        tally.judge("qualifiers", "all", gold.figures[one].qualifier == found.figures[other].qualifier)
        if of := gold.figures[one].of:
            given = found.figures[other].of or ""
            tally.judge("what figures are of", "all", head(of) == head(given))
            if head(of) != head(given):
                tally.error("what figures are of", f"'{of}', found '{given}'", gold.figures[one].span)


def _figures(gold: Sequence[Figure], found: Sequence[Figure], rule: Callable[[Figure, Figure], bool]) -> dict[int, int]:
    return matching({i: [j for j, other in enumerate(found) if rule(one, other)] for i, one in enumerate(gold)})


def _same_value(gold: Figure, found: Figure) -> bool:
    """The same kind, unit and bounds, but for 1 in 10,000: 'a third' may be 33.33 or 33.333."""
    bounds = ((gold.low, found.low), (gold.high, found.high))
    return (gold.kind, gold.unit or None) == (found.kind, found.unit or None) and all(
        one == other or (one is not None and other is not None and isclose(one, other, rel_tol=1e-4))
        for one, other in bounds
    )


def _told_figure(figure: Figure) -> str:
    low, high = (NONE if each is None else f"{each:g}" for each in (figure.low, figure.high))
    return f"'{figure.span.text}' {figure.kind} {low} to {high} {figure.unit or ''}".rstrip()


def score_topics(gold: Story, found: Story, tally: Tally) -> None:
    """The first topic, and all of them."""
    wanted, given = [top(each) for each in gold.topics], [top(each) for each in found.topics]
    if not wanted:
        return
    first = given[0] if given else NONE
    tally.judge("topics", wanted[0], wanted[0] == first)
    tally.confusions["topics", wanted[0], first] += 1
    if first != wanted[0]:
        tally.error("topics", f"{wanted[0]}, found {first}")
    for code in sorted({*wanted, *given}):
        tally.compare("topics, all", code, [code] * (code in wanted), [code] * (code in given))


def top(topic: Topic) -> str:
    """The code of the top level above a topic, or its own."""
    return topic.parents[-1] if topic.parents else topic.code
