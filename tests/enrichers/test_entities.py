"""Entities, case by case."""

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipeline.enrichers.registry import enrich_batch
from pipeline.story import Entity, Story

CASES: list[dict[str, Any]] = tomllib.loads(
    (Path(__file__).parent / "cases" / "entities.toml").read_text(encoding="utf-8")
)["case"]


def entities(text: str, headline: str | None = None, given: tuple[Entity, ...] = ()) -> dict[str, Entity]:
    (story,) = enrich_batch([Story(uri="u", body_text=text, headline=headline, language="en", entities=given)])
    return {entity.name: entity for entity in story.entities}


@pytest.mark.parametrize("case", CASES, ids=[case["text"][:50] for case in CASES])
def test_case(case: Mapping[str, Any]) -> None:
    found = entities(case["text"], case.get("headline"))
    for wanted in case.get("entities", []):
        assert wanted["name"] in found, f"{wanted['name']} is not among {sorted(found)}"
        entity = found[wanted["name"]]
        assert entity.type == wanted["type"]
        assert set(wanted.get("aliases", [])) <= set(entity.aliases)
        assert len(entity.mentions) == wanted.get("mentions", len(entity.mentions))
        assert entity.role == wanted.get("role", entity.role)
        assert entity.in_headline == wanted.get("in_headline", entity.in_headline)
    assert set(case.get("none", [])).isdisjoint(found)


def test_what_the_agency_gave_stays_and_gains_its_mentions() -> None:
    given = Entity(name="Maria Quispe", type="person", code="p:17", component="agency")
    found = entities("Maria Quispe resigned. Quispe left.", given=(given,))
    assert [entity.code for entity in found.values() if "Quispe" in entity.name] == ["p:17"]
    kept = found["Maria Quispe"]
    assert replace(kept, mentions=(), aliases=(), in_headline=False, role=None, salience=0.0) == given
    assert len(kept.mentions) == 2
