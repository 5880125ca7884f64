"""The components in their order, and the one function that runs them over stories."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import islice

from spacy.tokens import Doc

from pipeline import story as vocabulary
from pipeline.enrichers import entities, figures, language, model, places
from pipeline.enrichers.analysis import LONGEST, Analysis, Component, Paragraph, paragraphs
from pipeline.enrichers.events import component as events
from pipeline.enrichers.quotes import component as quotes
from pipeline.enrichers.telling import component as telling
from pipeline.enrichers.topics import component as topics
from pipeline.story import Story

REVISION = 2
"""Grows with every change of what the components find; the low 16 bits of a document's version in the index."""

COMPONENTS: tuple[Component, ...] = (
    Component(entities.NAME, "1", entities.run),
    Component(places.NAME, "1", places.run),
    Component(figures.NAME, figures.VERSION, figures.run),
    Component(quotes.NAME, quotes.VERSION, quotes.run),
    Component(events.NAME, events.VERSION, events.run),
    Component(telling.NAME, telling.VERSION, telling.run),
    Component(topics.NAME, topics.VERSION, topics.run),
)


def load() -> None:
    """Load the model and the tables, once in a process; `enrich_batch` does so by itself when first called."""
    model.model()
    language.detector()


def enrich_batch(stories: Sequence[Story]) -> list[Story]:
    """The stories with all that COMPONENTS find, in their order. Pure: the same stories give the same result.

    A story without text passes through. Of a text longer than LONGEST code points only that much is read. A text
    that is not English gets what holds without the English model.
    """
    spoken = [language.language(story) for story in stories]
    read = [
        paragraphs(story.body_text[:LONGEST]) if code in (None, language.ENGLISH) else []
        for story, code in zip(stories, spoken, strict=True)
    ]
    docs = iter(model.read([text for each in read for _, text in each]))
    return [_enrich(story, code, each, docs) for story, code, each in zip(stories, spoken, read, strict=True)]


def _enrich(story: Story, code: str | None, pieces: Sequence[tuple[int, str]], docs: Iterable[Doc]) -> Story:
    text = story.body_text[:LONGEST]
    if text:
        story = replace(story, language=story.language or code)
        own = zip(pieces, islice(docs, len(pieces)), strict=True)
        read = tuple(Paragraph(start, doc, piece) for (start, piece), doc in own)
        for component in COMPONENTS:
            story = component.run(Analysis(story, text, read))
    made = [vocabulary.Component(name=each.name, version=each.version) for each in COMPONENTS] if text else []
    if pieces:
        made.insert(0, vocabulary.Component(name=model.NAME, version=model.version()))
    provenance = replace(
        story.provenance,
        components=tuple(made),
        enrichment_revision=REVISION,
        enriched_to=LONGEST if len(story.body_text) > LONGEST else None,
    )
    return replace(story, provenance=provenance)
