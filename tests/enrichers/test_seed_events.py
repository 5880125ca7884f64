"""The events that any reader of the samples would demand, and the demo: who attacked in Iraq, how many were killed."""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, get_args

import pytest

from pipeline.enrichers.registry import enrich_batch
from pipeline.formats.base import Item
from pipeline.stages.parse import parse_item
from pipeline.story import CasualtyKind, Event, Story

SEEDS = Path(__file__).parent.parent.parent / "seeds"
WANTED: list[tuple[str, dict[str, Any]]] = [
    (entry["file"], event)
    for entry in tomllib.loads((SEEDS / "expected.toml").read_text(encoding="utf-8"))["story"]
    for event in entry.get("events", [])
]
NOT_YET = {
    "Arguedas said he would not resign": "a refusal told by a modal",
    "any order to shoot had been given": "a denial over two clauses",
    "the group was in talks to buy Swedish rival Varga & Lindqvist": "talks without a light verb",
    "agreed to send 450 soldiers": "agreed is told as so, sent as what may be",
    "was considering similar steps": "only the sentence before says which",
    "nobody had been abducted": "found as ASSAULT, mode abduct",
}
"""Evidence of what is not found, and why."""


@cache
def enriched(file: str) -> Story:
    (story,) = parse_item(Item(data=(SEEDS / file).read_bytes())).stories
    (made,) = enrich_batch([story])
    return made


def events(file: str) -> tuple[Event, ...]:
    return enriched(file).events


def told_by(event: Event, evidence: str, text: str) -> bool:
    """Whether one of the words that tell the event stands in the evidence."""
    within = re.search(r"\s+".join(map(re.escape, evidence.split())), text)
    return within is not None and any(within.start() <= span.start < within.end() for span in event.again)


def tells(event: Event, wanted: Mapping[str, Any], text: str) -> bool:
    return (
        event.type == wanted["type"]
        and event.status == wanted.get("status", "asserted")
        and (
            " ".join(wanted["evidence"].split()) in " ".join(event.evidence.text.split())
            or told_by(event, wanted["evidence"], text)
        )
        and all(has(event, kind, wanted[kind]) for kind in get_args(CasualtyKind) if kind in wanted)
    )


def has(event: Event, kind: str, bounds: list[int]) -> bool:
    """[low] or [low, high]."""
    return any(c.kind == kind and [c.low, c.high][: len(bounds)] == bounds for c in event.casualties)


@pytest.mark.parametrize(
    ("file", "wanted"), WANTED, ids=[f"{file[:12]} {each['evidence'][:40]}" for file, each in WANTED]
)
def test_demanded(file: str, wanted: dict[str, Any]) -> None:
    found = any(tells(event, wanted, enriched(file).body_text) for event in events(file))
    assert found == (wanted["evidence"] not in NOT_YET), events(file)


@pytest.mark.parametrize(
    "file",
    [
        "02-ostermark-results.json",
        "11-frankfurt-stocks.txt",
        "13-montevideo-football.txt",
        "23-bergen-time-capsule.json",
    ],
)
def test_company_market_and_sport_tell_hardly_any(file: str) -> None:
    assert len(events(file)) <= 1


DEMO = {
    "21-baghdad-attacks.json": [
        ([], "crowded vegetable market", 17),
        (["gunmen"], "checkpoint", 4),
        (["militants"], "post", 6),
        (["Army of the Covenant"], "apostates", 10),
        ([], "army convoy", 1),
        (["Iraqi"], "militants", 12),
    ],
    "22-baghdad-attacks-northgate.txt": [([], "busy vegetable market", 17), (["gunmen"], "checkpoint", 4)],
    "24-kirkuk-pipeline-bomb.txt": [([], "guards", 3), (["Police"], "man", 1)],
}


@pytest.mark.parametrize("file", DEMO)
def test_who_attacked_in_iraq_and_how_many_were_killed(file: str) -> None:
    attacks = [each for each in events(file) if each.type == "ASSAULT" and each.country == "IQ"]
    told = {
        (each.targets[0].name or each.targets[0].span.text): (
            [actor.name or actor.span.text for actor in each.actors],
            [count.low for count in each.casualties if count.kind == "killed"],
        )
        for each in attacks
        if each.targets
    }
    for actors, target, killed in DEMO[file]:
        assert told[target] == (actors, [killed])
