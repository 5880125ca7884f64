"""Stories as telling is given them, from a text and its triggers: so that its tests need no event finder.

A trigger is a word of the text, 'attack#2' its second occurrence; parties, dates and numbers are looked for in the
trigger's sentence. Names and places are found wherever the text has them.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from pipeline.enrichers.analysis import Analysis
from pipeline.enrichers.telling import component
from pipeline.story import Casualties, Entity, Event, Participant, Place, Span, Story

NOON = 12
_SENTENCE = re.compile(r"[^\n]+?(?:[.?!][\"”]?(?=\s|$)|$)", re.MULTILINE)


def told(case: Mapping[str, Any]) -> Story:
    """The story of `case` after telling."""
    story = made(case)
    return component.run(Analysis(story, story.body_text))


def made(case: Mapping[str, Any]) -> Story:
    """The story of `case` before telling."""
    text = case["text"].strip()
    names: Mapping[str, str] = case.get("names", {})
    day = datetime.fromisoformat(case.get("time", "2026-03-04")).replace(hour=NOON, tzinfo=UTC)
    return Story(
        uri="u",
        headline=case.get("headline"),
        versioncreated=day,
        language="en",
        body_text=text,
        entities=tuple(_entity(text, case, name, kind) for name, kind in names.items()),
        places=tuple(_place(text, name, known) for name, known in case.get("places", {}).items()),
        events=tuple(_event(text, names, each) for each in case.get("events", [])),
    )


def _spans(text: str, form: str) -> tuple[Span, ...]:
    found = re.finditer(rf"(?<!\w){re.escape(form)}(?!\w)", text)
    return tuple(Span(text=form, start=each.start(), end=each.end()) for each in found)


def _entity(text: str, case: Mapping[str, Any], name: str, kind: str) -> Entity:
    in_headline = name in (case.get("headline") or "")
    return Entity(name=name, type=kind, mentions=_spans(text, name), in_headline=in_headline)  # type: ignore[arg-type]


def _place(text: str, name: str, known: Mapping[str, str]) -> Place:
    number = sum(map(ord, name))
    return Place(
        name=name,
        geonameid=number,
        country=known.get("country"),
        region=known.get("region"),
        kind=known.get("kind", "city"),  # type: ignore[arg-type]
        mentions=_spans(text, name),
    )


def _trigger(text: str, wanted: str) -> Span:
    form, _, number = wanted.partition("#")
    return _spans(text, form)[int(number or 1) - 1]


def _event(text: str, names: Mapping[str, str], given: Mapping[str, Any]) -> Event:
    trigger = _trigger(text, given["trigger"])
    sentence = next(each for each in _SENTENCE.finditer(text) if each.start() <= trigger.start < each.end())

    def within(piece: str) -> Span:
        at = text.find(piece, sentence.start(), sentence.end())
        at = at if at >= 0 else text.index(piece)
        return Span(text=piece, start=at, end=at + len(piece))

    def parties(key: str) -> tuple[Participant, ...]:
        return tuple(Participant(span=within(p), name=p if p in names else None) for p in given.get(key, []))

    return Event(
        type=given["type"],
        trigger=trigger,
        evidence=Span(text=sentence[0], start=sentence.start(), end=sentence.end()),
        actors=parties("actors"),
        targets=parties("targets"),
        instruments=parties("instruments"),
        place=given.get("place"),
        country=given.get("country"),
        date=given.get("date"),
        casualties=tuple(
            Casualties(kind=kind, low=low, high=high if high >= 0 else None, span=within(piece))
            for kind, low, high, piece in given.get("casualties", [])
        ),
        attribution=next(iter(parties("attribution")), None),
        status=given.get("status", "asserted"),
    )
