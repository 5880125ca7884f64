"""Entities: what the model names, merged over the story."""

from dataclasses import replace

from pipeline.enrichers.analysis import Analysis
from pipeline.story import Entity, EntityType, Span, Story

NAME = "entities"
_TYPES: dict[str, EntityType] = {
    "PERSON": "person",
    "ORG": "organisation",
    "GPE": "gpe",
    "LOC": "location",
    "FAC": "facility",
    "NORP": "norp",
    "PRODUCT": "product",
    "EVENT": "event",
    "LAW": "law",
}


def run(analysis: Analysis) -> Story:
    """The story with its entities."""
    mentions: dict[tuple[str, EntityType], list[Span]] = {}
    for paragraph in analysis.paragraphs:
        for found in paragraph.doc.ents:
            if kind := _TYPES.get(found.label_):
                start = paragraph.start + found.start_char
                span = Span(text=found.text, start=start, end=start + len(found.text))
                mentions.setdefault((found.text, kind), []).append(span)
    headline = analysis.story.headline or ""
    given = tuple(each for each in analysis.story.entities if each.component == "agency")
    ours = tuple(
        Entity(name=name, type=kind, mentions=tuple(spans), in_headline=name in headline, component=NAME)
        for (name, kind), spans in mentions.items()
    )
    return replace(analysis.story, entities=given + ours)
