"""Quotes and figures of a gold story, from their labels."""

from collections.abc import Iterator, Sequence

from benchmarks.quality.gold_entities import COMPONENT
from benchmarks.quality.labels import FigureLabel, QuoteLabel
from benchmarks.quality.pieces import occurrences, overlap
from benchmarks.quality.proof import Proof, party
from pipeline.story import Entity, Figure, Quote, Span

_MARKS = '"“”‘«»'


def quotes(found: Sequence[Entity], labelled: Sequence[tuple[str, QuoteLabel]], proof: Proof) -> tuple[Quote, ...]:
    """The quotes that could be placed, in the labels' order."""
    made: list[Quote] = []
    for entry, label in labelled:
        proof.entry = entry
        placed = [proof.place("text", piece) for piece in label.text]
        spans = tuple(each for each in placed if each)
        if not label.text:
            proof.fault("text: a quote has a piece of text.")
        if not spans or len(spans) < len(placed):
            continue
        for sentence in _quote_faults(label, spans, made):
            proof.fault(sentence)
        cue = proof.place_near("cue", label.cue, spans) if label.cue else None
        speaker = (
            party("speaker", label.speaker, found, [cue, *spans] if cue else spans, proof) if label.speaker else None
        )
        made.append(Quote(kind=label.kind, spans=spans, cue=cue, speaker=speaker, component=COMPONENT))
    return tuple(made)


def figures(labelled: Sequence[tuple[str, FigureLabel]], proof: Proof) -> tuple[Figure, ...]:
    """The figures that could be placed, in the labels' order."""
    made: list[Figure] = []
    for entry, label in labelled:
        proof.entry = entry
        span = proof.place("text", label.text)
        if span is None:
            continue
        for sentence in _figure_faults(label, span, made, proof.text):
            proof.fault(sentence)
        made.append(
            Figure(
                kind=label.kind,
                span=span,
                low=label.low,
                high=label.high,
                unit=label.unit,
                qualifier=label.qualifier,
                of=label.of,
                component=COMPONENT,
            )
        )
    return tuple(made)


def _quote_faults(label: QuoteLabel, spans: Sequence[Span], before: Sequence[Quote]) -> Iterator[str]:
    taken = [each for quote in before for each in quote.spans]
    if any(overlap(span, other) and not _nested(span, other) for span in spans for other in taken):
        yield f"text: '{spans[0].text[:40]}' overlaps another quote."
    if any(piece[0] in _MARKS or piece[-1] in _MARKS for piece in label.text if piece and label.kind == "direct"):
        yield "text: leave out the quotation marks around a direct quote."


def _nested(one: Span, other: Span) -> bool:
    """Whether one lies in the other, as what somebody quotes does, and isn't the same."""
    inside = (one.start >= other.start and one.end <= other.end) or (other.start >= one.start and other.end <= one.end)
    return inside and one != other


def _figure_faults(label: FigureLabel, span: Span, before: Sequence[Figure], text: str) -> Iterator[str]:
    if any(overlap(span, other.span) for other in before):
        yield f"text: '{span.text}' overlaps another figure."
    if label.low is None and label.high is None:
        yield "It has neither low nor high."
    if label.low is not None and label.high is not None and label.high < label.low:
        yield f"From {label.low:g} to {label.high:g} is no range."
    if label.of and not occurrences(text, label.of):
        yield f"of: '{label.of}' is not in the text."
    if label.kind in ("money", "distance", "area", "weight", "volume", "temperature", "energy") and not label.unit:
        yield f"A figure of {label.kind} has a unit."
