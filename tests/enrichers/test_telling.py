"""What the events of a story add up to, case by case: the events are given, so that no finder is tested here."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from pipeline.story import Event, Participant
from tests.enrichers.telling_stories import told

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
