"""Entities: everything the story names, the mentions of each merged under its fullest name.

A name that our tables know has the tables' form for its canonical name, whatever the story calls it: 'U.S.' is the
United States. An entity that the agency gave keeps all the agency said and gains its mentions.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from pipeline.enrichers import gazetteer, titles
from pipeline.enrichers.analysis import Analysis
from pipeline.enrichers.folding import fold
from pipeline.enrichers.mentions import Mention, mentions, without_overlaps
from pipeline.enrichers.merging import Thing, merged, short_names
from pipeline.enrichers.names import Name, Names, by_first_word, known, known_forms, scan
from pipeline.enrichers.repairs import placed_before
from pipeline.story import Entity, EntityType, Span, Story

NAME = "entities"
_KNOWN_AS = re.compile(r",?\s(?:(?:also|better|formerly)\s)?(?:known|called)\s(?:in\s[A-Z]\w+\s)?(?:as\s)?(?:the\s)?")
_TABLE, _OFTEN, _ONCE = 0.95, 0.85, 0.7
"""Confidence in what a table knows, in what the model found several times, and once."""


def run(analysis: Analysis) -> Story:
    """The story with its entities, in the order of their first mention."""
    story = analysis.story
    given = [_settled(entity) for entity in story.entities if entity.component != NAME]
    agency = by_first_word(name for entity in given for name in _forms(entity))
    first = _surnames(mentions(analysis.paragraphs, agency), analysis.text)
    learned = by_first_word(short_names(merged(first), analysis.text))
    again = [*first, *_again(analysis, learned)]
    things = merged(_equated(without_overlaps(again, len(analysis.text)), analysis.text))
    for thing in things:
        thing.mentions.sort()
    things.sort(key=lambda thing: thing.mentions[0].start)
    return replace(story, entities=_reconciled(given, [*_found(things, analysis), *_only_in_headline(story, things)]))


def _settled(entity: Entity) -> Entity:
    """The entity with the type it has: ninjs calls a country and a river both a place."""
    inhabited = entity.type == "location" and any(each.kind != "region" for each in gazetteer.find(entity.name))
    return replace(entity, type="gpe") if inhabited else entity


def _forms(entity: Entity) -> Iterator[Name]:
    """What an entity of the agency's is called: as the agency says, or otherwise as our tables know."""
    for form in dict.fromkeys((entity.name, *entity.aliases, *known_forms(entity.name))):
        yield Name(form, entity.name, entity.type)


def _surnames(found: Sequence[Mention], text: str) -> list[Mention]:
    """The mentions, of which a country or city that has the name of somebody named in full before is that person, but
    after 'in' and the like: 'Michael Jordan ... Jordan said'."""
    people: dict[str, int] = {}
    for each in found:
        if each.type == "person" and " " in each.text:
            people.setdefault(each.text.rpartition(" ")[2], each.start)
    return [
        each._replace(type="person", name=None)
        if each.type == "gpe"
        and people.get(each.text, each.start) < each.start
        and not placed_before(text[max(each.start - 20, 0) : each.start])
        else each
        for each in found
    ]


def _equated(found: Sequence[Mention], text: str) -> list[Mention]:
    """The mentions; of what the story says is another name of something ('known in Arabic as') they are mentions of
    that."""
    other = {
        second.text: first
        for first, second in pairwise(found)
        if second.name is None and first.type != "person" and _KNOWN_AS.fullmatch(text[first.end : second.start][:60])
    }
    return [
        each._replace(type=first.type, name=first.name or first.text) if (first := other.get(each.text)) else each
        for each in found
    ]


def _again(analysis: Analysis, learned: Names) -> list[Mention]:
    """Mentions of what the story names elsewhere, which the model overlooked."""
    return [
        Mention(paragraph.start + at, paragraph.start + at + len(name.form), name.form, name.type)
        for paragraph in analysis.paragraphs
        for at, name in scan(paragraph.text, learned)
    ]


def _found(things: Sequence[Thing], analysis: Analysis) -> list[Entity]:
    headline = analysis.story.headline or ""
    return [
        Entity(
            name=thing.name,
            type=thing.type,
            aliases=tuple(form for form in thing.forms if form != thing.name),
            mentions=tuple(Span(text=each.text, start=each.start, end=each.end) for each in thing.mentions),
            in_headline=any(_stands_in(headline, form) for form in (thing.name, *thing.forms)),
            role=_role(thing, analysis.text),
            confidence=_TABLE if thing.known else _OFTEN if len(thing.mentions) > 1 else _ONCE,
            component=NAME,
        )
        for thing in things
    ]


def _stands_in(headline: str, form: str) -> bool:
    return form in headline and re.search(rf"(?<!\w){re.escape(form)}(?!\w)", headline) is not None


def _role(thing: Thing, text: str) -> str | None:
    if thing.type != "person":
        return None
    return next((role for each in thing.mentions if (role := titles.role(text, each.start, each.end))), None)


def _only_in_headline(story: Story, things: Sequence[Thing]) -> list[Entity]:
    """What our tables know and the headline alone names."""
    headline = story.headline or ""
    if headline.isupper():
        return []
    there = {fold(thing.name) for thing in things}
    found: dict[tuple[str, EntityType], str] = {
        (name.canonical, name.type): name.form
        for _, name in scan(headline, known())
        if fold(name.canonical) not in there
    }
    return [
        Entity(
            name=name,
            type=kind,
            aliases=(form,) if form != name else (),
            in_headline=True,
            confidence=_TABLE,
            component=NAME,
        )
        for (name, kind), form in found.items()
    ]


def _reconciled(given: Sequence[Entity], found: Sequence[Entity]) -> tuple[Entity, ...]:
    """The agency's entities, each with what we found of it, then the rest of ours."""
    ours = {fold(form): entity for entity in found for form in (*entity.aliases, entity.name)}
    taken: set[str] = set()
    result = []
    for entity in given:
        match = ours.get(fold(entity.name))
        if match and match.name not in taken:
            taken.add(match.name)
            result.append(_joined(entity, match))
        else:
            result.append(entity)
    return (*result, *(entity for entity in found if entity.name not in taken))


def _joined(given: Entity, found: Entity) -> Entity:
    forms = dict.fromkeys((*given.aliases, found.name, *found.aliases))
    spans = {(span.start, span.end): span for span in (*given.mentions, *found.mentions)}
    return replace(
        given,
        aliases=tuple(form for form in forms if form != given.name),
        mentions=tuple(spans[at] for at in sorted(spans)),
        in_headline=given.in_headline or found.in_headline,
        role=given.role or found.role,
    )
