"""Events, case by case."""

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.enrichers.events.conditions import CONDITIONS
from pipeline.enrichers.events.lexicon import forms, triggers
from pipeline.enrichers.registry import enrich_batch
from pipeline.story import Event, Participant, Span, Story

HERE = Path(__file__).parent
CASES: list[dict[str, Any]] = [
    case
    for name in ("events.toml", "events_by_type.toml")
    for case in tomllib.loads((HERE / "cases" / name).read_text(encoding="utf-8"))["case"]
]


def events(text: str) -> tuple[Event, ...]:
    (story,) = enrich_batch([Story(uri="u", body_text=text, language="en")])
    return story.events


def names(participants: tuple[Participant, ...]) -> list[str]:
    return [each.name or each.span.text for each in participants]


@pytest.mark.parametrize("case", CASES, ids=[case["text"][:60] for case in CASES])
def test_case(case: Mapping[str, Any]) -> None:
    found = events(case["text"])
    for wanted in case.get("events", []):
        assert any(fits(event, wanted) for event in found), f"{wanted} is not among {found}"
    assert {event.type for event in found}.isdisjoint(case.get("none", []))
    if "only" in case:
        assert {event.type for event in found} <= set(case["only"])
    for count in case.get("not_casualties", []):
        assert all(count not in counted(event) for event in found)


def counted(event: Event) -> list[list[str | int]]:
    return [[c.kind, c.low, c.high] if c.high is not None else [c.kind, c.low] for c in event.casualties]


def fits(event: Event, wanted: Mapping[str, Any]) -> bool:
    counts = counted(event)
    known: dict[str, object] = {
        "type": event.type,
        "trigger": event.trigger.text,
        "mode": event.mode,
        "status": event.status,
        "actors": names(event.actors),
        "targets": names(event.targets),
        "instruments": names(event.instruments),
        "attribution": "".join(names((event.attribution,))) if event.attribution else "",
        "country": event.country,
        "date": event.date or "",
    }
    return all(known[key] == value for key, value in wanted.items() if key != "casualties") and all(
        count in counts for count in wanted.get("casualties", [])
    )


def spans(event: Event) -> Iterator[Span]:
    yield from (event.trigger, event.evidence, *(c.span for c in event.casualties))
    yield from (each.span for each in (*event.actors, *event.targets))


WORDS = (
    "Gunmen", "rebels", "attacked", "killed", "the", "police", "in", "Baghdad", "six", ",", ".", "\n\n", "was", "by",
    "on", "Tuesday", "not", "may", "“he”", "🙂", "NATO's", "twenty-three", "between", "and",
)  # fmt: skip


@settings(deadline=None, max_examples=50)
@given(st.lists(st.sampled_from(WORDS), max_size=40))
def test_every_span_is_where_it_says(parts: list[str]) -> None:
    text = " ".join(parts)
    for event in events(text):
        for span in spans(event):
            assert text[span.start : span.end] == span.text != ""


def test_the_same_text_says_the_same() -> None:
    text = " ".join(case["text"] for case in CASES)
    assert events(text) == events(text)


def test_every_condition_of_the_lexicon_is_one() -> None:
    needs = {trigger.needs for each in triggers().values() for trigger in each}
    assert needs <= CONDITIONS.keys()
    assert CONDITIONS.keys() <= needs | {""}


@pytest.mark.parametrize(
    ("lemma", "expected"),
    [
        ("attack", {"attack", "attacks", "attacked", "attacking"}),
        ("seize", {"seize", "seizes", "seized", "seizing"}),
        ("ratify", {"ratify", "ratifies", "ratified", "ratifying"}),
        ("stab", {"stab", "stabs", "stabbed", "stabbing", "stabed", "stabing"}),
        ("shoot", {"shoot", "shoots", "shot", "shooting"}),
    ],
)
def test_forms(lemma: str, expected: set[str]) -> None:
    assert forms(lemma, "v") == expected
