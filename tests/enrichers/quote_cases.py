"""Stories of the quote cases: a text, and the entities in it."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from pipeline.enrichers.analysis import Analysis
from pipeline.enrichers.quotes import component
from pipeline.story import Entity, EntityType, Quote, Span, Story

CASES = Path(__file__).parent / "cases"
_TYPES = {"p": "person", "o": "organisation", "g": "gpe", "n": "norp"}


def cases(name: str) -> list[dict[str, Any]]:
    """The cases of a file of cases/."""
    return list(tomllib.loads((CASES / name).read_text(encoding="utf-8"))["case"])


def quotes(case: Mapping[str, Any]) -> tuple[Quote, ...]:
    """What is found in a case."""
    text = case["text"]
    entities = tuple(_entities(case.get("who", ""), text))
    story = Story(uri="u", body_text=text, language=case.get("language", "en"), entities=entities)
    return component.run(Analysis(story, text)).quotes


def _entities(who: str, text: str) -> Iterator[Entity]:
    """'p Ana Quispe|Quispe@mayor; o Union' as entities, mentioned wherever the text has one of the forms."""
    taken: list[tuple[int, int]] = []
    for line in filter(None, who.split("; ")):
        kind, _, rest = line.partition(" ")
        names, _, role = rest.partition("@")
        forms = names.split("|")
        spans = []
        for form in sorted(forms, key=len, reverse=True):
            for found in re.finditer(rf"(?<!\w){re.escape(form)}(?!\w)", text):
                if all(found.end() <= start or end <= found.start() for start, end in taken):
                    taken.append(found.span())
                    spans.append(Span(text=form, start=found.start(), end=found.end()))
        yield Entity(
            name=forms[0],
            type=msgspec.convert(_TYPES[kind], EntityType),
            aliases=tuple(forms[1:]),
            mentions=tuple(sorted(spans, key=lambda span: span.start)),
            role=role or None,
        )


def told(quote: Quote) -> list[str]:
    """A quote as the cases write it: kind, speaker, cue, pieces."""
    speaker = (quote.speaker.name or quote.speaker.span.text) if quote.speaker else ""
    return [quote.kind, speaker, quote.cue.text if quote.cue else "", *(span.text for span in quote.spans)]
