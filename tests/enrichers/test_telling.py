"""What the events of a story add up to, case by case: the events are given, so that no finder is tested here."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.enrichers.analysis import Analysis
from pipeline.enrichers.registry import enrich_batch
from pipeline.enrichers.telling.component import run
from pipeline.story import Entity, Event, Participant, Span, Story
from tests.enrichers.telling_stories import made, told

CASES: list[dict[str, Any]] = [
    case
    for path in sorted((Path(__file__).parent / "cases").glob("telling*.toml"))
    for case in tomllib.loads(path.read_text(encoding="utf-8"))["case"]
]


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_case(case: Mapping[str, Any]) -> None:
    story = told(case)
    if "groups" in case:
        assert [[span.text for span in (event.trigger, *event.again)] for event in story.events] == case["groups"]
    for trigger, wanted in case.get("expect", {}).items():
        event = next(each for each in story.events if word(each) == trigger)
        assert {key: shown(event)[key] for key in wanted} == wanted
    if "main" in case:
        assert [word(event) for event in story.events if event.main] == [case["main"]]
    if "toll" in case:
        assert [[t.kind, t.low, t.high] if t.high is not None else [t.kind, t.low] for t in story.toll] == case["toll"]


def word(event: Event) -> str:
    return event.trigger.text


def names(parties: tuple[Participant, ...]) -> list[str]:
    return [each.name or each.span.text for each in parties]


def shown(event: Event) -> dict[str, Any]:
    return {
        "type": event.type,
        "status": event.status,
        "actors": names(event.actors),
        "targets": names(event.targets),
        "instruments": names(event.instruments),
        "place": event.place or "",
        "country": event.country or "",
        "date": event.date or "",
        "days": [event.begins or "", event.ends or ""],
        "attribution": names((event.attribution,)) if event.attribution else [],
        "casualties": [[c.kind, c.low, c.high] if c.high is not None else [c.kind, c.low] for c in event.casualties],
    }


ABOUT = {
    "headline": "Red Front attacks Bria",
    "text": (
        "The Red Front attacked a post in Bria on Tuesday, and the Lake Council met in Kaga.\n\nThe Red Front said it "
        "had taken the post. Ana Prado watched.\n\nThe Red Front was set up in Oran.\n\nThe Lake Council adjourned."
    ),
    "names": {
        "Red Front": "organisation", "Lake Council": "organisation", "Ana Prado": "person", "Bria": "gpe", "Oran": "gpe"
    },
    "events": [{"type": "ASSAULT", "trigger": "attacked", "actors": ["Red Front"], "place": "Bria"}],
}  # fmt: skip


def test_salience_is_one_for_what_the_story_is_about_and_least_for_what_it_only_names() -> None:
    story = told(ABOUT)
    order = [each.name for each in sorted(story.entities, key=lambda each: -each.salience)]
    assert order == ["Red Front", "Bria", "Lake Council", "Ana Prado", "Oran"]
    assert story.entities[0].salience == 1.0
    assert 0 < story.entities[-1].salience < 0.4


def test_without_events_there_is_salience_still() -> None:
    story = told({**ABOUT, "events": []})
    assert [each.salience for each in story.entities if each.name == "Red Front"] == [1.0]
    assert all(0 < each.salience <= 1 for each in story.entities)


def test_nothing_else_of_the_story_changes() -> None:
    before, after = made(ABOUT), told(ABOUT)
    assert replace(after, events=before.events, entities=before.entities, toll=()) == before
    assert [replace(each, salience=0.0) for each in after.entities] == list(before.entities)


def test_twice_is_the_same() -> None:
    for case in CASES:
        assert told(case) == told(case)


WORDS = (
    "Gunmen", "attacked", "the", "attack", "a", "bus", "killing", "six people", "in", "Bria", ",", ".", "\n\n", "on",
    "Tuesday", "in 2019", "'s", "blast", "said", "“that", "🙂", "and", "another", "rose to", "\u200b", "talks", "met",
)  # fmt: skip
TRIGGERS = {"attacked": "ASSAULT", "attack": "ASSAULT", "killing": "ASSAULT", "blast": "ACCIDENT", "talks": "CONSULT"}


@settings(deadline=None, max_examples=150)
@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=60))
def test_of_any_text_every_trigger_is_kept_once_and_spans_are_where_they_say(parts: list[str]) -> None:
    text = " ".join(parts).strip()
    triggers = [
        {"type": kind, "trigger": f"{form}#{number}", "date": "Tuesday", "targets": ["six people"]}
        for form, kind in TRIGGERS.items()
        for number in range(1, len(re.findall(rf"(?<!\w){form}(?!\w)", text)) + 1)
    ]
    targets = text if "six people" in text else f"{text}\n\nsix people"
    case = {"text": targets, "names": {"Bria": "gpe"}, "places": {"Bria": {"country": "CF"}}, "events": triggers}
    before, after = made(case), told(case)
    spans = [span for event in after.events for span in (event.trigger, *event.again)]
    assert sorted(span.start for span in spans) == sorted(event.trigger.start for event in before.events)
    for event in after.events:
        for span in (event.evidence, *(each.span for each in (*event.actors, *event.targets)), *spans):
            assert after.body_text[span.start : span.end] == span.text != ""
    assert sum(event.main for event in after.events) == bool(after.events)


def found(text: str, headline: str | None = None) -> Story:
    """The story after all components, this one last."""
    day = datetime(2026, 3, 4, 12, tzinfo=UTC)
    (story,) = enrich_batch([Story(uri="u", headline=headline, versioncreated=day, language="en", body_text=text)])
    return run(Analysis(story, text))


MARKET = (
    "A car bomb exploded at a market in Baghdad on Tuesday, killing at least nine people and wounding 20, police "
    "said.\n\nThe attack was the worst in the city since May. Iran condemned the bombing.\n\nIn 2019 gunmen killed 60 "
    "people in Mosul."
)


def test_from_the_text_on_there_is_one_bombing_and_one_before_the_news() -> None:
    story = found(MARKET, "Bomb kills nine at Baghdad market")
    attacks = [event for event in story.events if event.type == "ASSAULT"]
    main = next(event for event in story.events if event.main)
    assert [event.status for event in attacks] == ["asserted", "background"]
    assert (main.begins, main.country, main is attacks[0]) == ("2026-03-03", "IQ", True)
    assert {"attack", "bombing"} & {span.text for span in main.again}
    assert [(toll.kind, toll.low, toll.high) for toll in story.toll] == [("killed", 9, None), ("wounded", 20, 20)]


def test_from_the_text_on_two_attacks_of_one_day_are_two() -> None:
    text = (
        "Gunmen attacked a police station in Mosul on Tuesday, killing six officers.\n\nGunmen attacked a police "
        "station in Basra on Tuesday, killing four officers."
    )
    attacks = [event for event in found(text).events if event.type == "ASSAULT"]
    assert [[count.low for count in event.casualties] for event in attacks] == [[6], [4]]


def test_a_text_in_another_language_has_salience_and_no_events() -> None:
    text = "Die Gewerkschaft rief am Montag zu einem Streik auf."
    given = Entity(name="Gewerkschaft", type="organisation", mentions=(Span(text="Gewerkschaft", start=4, end=16),))
    (story,) = enrich_batch([Story(uri="u", language="de", body_text=text, entities=(given,))])
    story = run(Analysis(story, text))
    assert (story.events, story.toll) == ((), ())
    assert [each.salience for each in story.entities if each.name == "Gewerkschaft"] == [1.0]


@pytest.mark.parametrize(
    "text", ["", "Rain", "🙂 " * 50, "THE ATTACK KILLED SIX PEOPLE. " * 300, "\n\n" * 500 + "Attack"]
)
def test_odd_texts_come_out_whole(text: str) -> None:
    story = found(text)
    for event in story.events:
        for span in (event.trigger, *event.again):
            assert text[span.start : span.end] == span.text != ""
    assert run(Analysis(story, text)).body_text == text


def test_again_is_kept_when_what_was_merged_is_told_once_more() -> None:
    story = found(MARKET)
    once = [sorted(span.start for span in (event.trigger, *event.again)) for event in story.events]
    twice = run(Analysis(story, MARKET)).events
    assert [sorted(span.start for span in (event.trigger, *event.again)) for event in twice] == once
