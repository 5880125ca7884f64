"""The entities and countries that any reader of the samples would demand."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from pipeline.enrichers.registry import enrich_batch
from pipeline.formats.base import Item
from pipeline.stages.parse import parse_item
from pipeline.story import Story

SEEDS = Path(__file__).parent.parent.parent / "seeds"
STORIES: list[dict[str, Any]] = tomllib.loads((SEEDS / "expected.toml").read_text(encoding="utf-8"))["story"]
ENTITIES = [(entry["file"], entity) for entry in STORIES for entity in entry.get("entities", [])]
COUNTRIES = [(entry["file"], country) for entry in STORIES for country in entry.get("countries", [])]
NOT_YET = {
    ("01-peru-mining-strike.txt", "Basilio Huamanñahui"): "his surname never stands alone",
    ("12-nepal-landslide-3.json", "Kathmandu"): "only the dateline names it: a place, and no entity",
}
NO_COUNTRY_YET = {("18-amman-miyah.json", "JO"): "names in Arabic script are not in the gazetteer"}


@cache
def enriched(file: str) -> Story:
    (story,) = parse_item(Item(data=(SEEDS / file).read_bytes())).stories
    (result,) = enrich_batch([story])
    return result


def names(story: Story, wanted: Mapping[str, Any]) -> bool:
    return any(
        entity.name == wanted["name"]
        and entity.type == wanted["type"]
        and ("alias" not in wanted or wanted["alias"] in entity.aliases)
        for entity in story.entities
    )


@pytest.mark.parametrize(("file", "wanted"), ENTITIES, ids=[f"{file[:12]} {each['name']}" for file, each in ENTITIES])
def test_entity(file: str, wanted: dict[str, Any]) -> None:
    found = names(enriched(file), wanted)
    assert found == ((file, wanted["name"]) not in NOT_YET), [
        (e.name, e.type, e.aliases) for e in enriched(file).entities
    ]


@pytest.mark.parametrize(("file", "country"), COUNTRIES)
def test_country(file: str, country: str) -> None:
    found = {place.country for place in enriched(file).places}
    assert (country in found) == ((file, country) not in NO_COUNTRY_YET), found


def test_the_football_story_takes_no_player_and_no_club_for_a_place() -> None:
    found = {place.name for place in enriched("13-montevideo-football.txt").places}
    assert found <= {"Montevideo", "Paraná", "Paraguay", "Brazil", "Asunción", "Porto Velho", "Uruguay"}
