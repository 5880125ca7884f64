"""Texts with their subjects, their quotes, or both: JSON lines, or a table of tab-separated columns with a heading.

    {"text": ..., "topics": ["medtop:16000000"], "quotes": [{"text": ["...", "..."], "speaker": ..., "kind": "direct"}]}

A table has the text under 'text' and, under 'topic' or 'subject', codes separated by '|', the main one first; or, a
row a quote, what was said under 'quote', and by whom under 'speaker'. Topics are of the top level of IPTC Media Topics.
"""

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from benchmarks.quality.pieces import MisplacedError, nearest, occurrences
from pipeline.story import Participant, Quote, QuoteKind, Span, Story, Topic

HEADINGS = frozenset({"quote", "topic", "subject"})


class LabelledQuote(msgspec.Struct, frozen=True):
    """What somebody said, a piece a paragraph."""

    text: tuple[str, ...]
    speaker: str | None = None
    kind: QuoteKind = "direct"


class LabelledText(msgspec.Struct, frozen=True):
    """A text with what is labelled of it."""

    text: str
    topics: tuple[str, ...] = ()
    quotes: tuple[LabelledQuote, ...] = ()


def read(path: Path) -> list[Story]:
    """The texts as gold stories; ValueError, with the number of the text, for a fault."""
    labelled = _table(path) if path.suffix == ".tsv" else _json_lines(path)
    stories = []
    for number, each in enumerate(labelled, start=1):
        try:
            stories.append(_story(str(number), each))
        except MisplacedError as error:
            raise ValueError(f"{path.name}, text {number}: {str(error).rstrip('.')}") from None
    return stories


def _json_lines(path: Path) -> Iterable[LabelledText]:
    for number, line in enumerate(path.read_bytes().splitlines(), start=1):
        try:
            yield msgspec.json.decode(line, type=LabelledText)
        except msgspec.MsgspecError as error:
            raise ValueError(f"{path.name}, line {number}: {error}") from None


def _table(path: Path) -> Iterable[LabelledText]:
    """Rows of the same text are one."""
    texts: dict[str, LabelledText] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            before = texts.get(row["text"], LabelledText(row["text"]))
            texts[row["text"]] = LabelledText(before.text, before.topics + _topics(row), before.quotes + _quotes(row))
    return texts.values()


def _topics(row: Mapping[str, str | None]) -> tuple[str, ...]:
    codes = row.get("topic") or row.get("subject") or ""
    return tuple(code.strip() for code in codes.split("|") if code.strip())


def _quotes(row: Mapping[str, str | None]) -> tuple[LabelledQuote, ...]:
    said = row.get("quote")
    return (LabelledQuote((said,), row.get("speaker") or None),) if said else ()


def _story(uri: str, labelled: LabelledText) -> Story:
    return Story(
        uri=uri,
        language="en",
        body_text=labelled.text,
        topics=tuple(Topic(code=code, name=code) for code in labelled.topics),
        quotes=tuple(_quote(labelled.text, each) for each in labelled.quotes),
    )


def _quote(text: str, labelled: LabelledQuote) -> Quote:
    spans = tuple(nearest(text, piece, [Span(text="", start=0, end=0)]) for piece in labelled.text)
    speaker = labelled.speaker
    if speaker is None:
        return Quote(kind=labelled.kind, spans=spans)
    at = nearest(text, speaker, spans) if occurrences(text, speaker) else Span(text=speaker, start=0, end=0)
    return Quote(kind=labelled.kind, spans=spans, speaker=Participant(span=at, name=speaker))
