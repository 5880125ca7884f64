"""Places, case by case."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from pipeline.enrichers.registry import enrich_batch
from pipeline.story import Dateline, Place, Story

CASES: list[dict[str, Any]] = tomllib.loads(
    (Path(__file__).parent / "cases" / "places.toml").read_text(encoding="utf-8")
)["case"]


def places(text: str, dateline: Dateline | None = None) -> tuple[Place, ...]:
    (story,) = enrich_batch([Story(uri="u", body_text=text, dateline=dateline, language="en")])
    return story.places


@pytest.mark.parametrize("case", CASES, ids=[case["text"][:50] for case in CASES])
def test_case(case: Mapping[str, Any]) -> None:
    found = {span.text: place for place in places(case["text"]) for span in place.mentions}
    for name, wanted in case["places"].items():
        if wanted == "-":
            assert name not in found
            continue
        country, _, region = wanted.partition("/")
        assert name in found, f"{name} is not among {sorted(found)}"
        assert found[name].country == (None if country == "?" else country)
        assert not region or found[name].region == region
        assert (found[name].lat is None) == (country == "?")


def test_the_dateline_names_places_and_decides_between_namesakes() -> None:
    dateline = Dateline(text="LONDON, Ontario (Agency) -", places=("LONDON, Ontario",))
    (place,) = places("A plant closed on Monday.", dateline)
    assert (place.country, place.region, place.dateline, place.mentions) == ("CA", "Ontario", True, ())


def test_every_place_has_a_point_or_none() -> None:
    for place in places(" ".join(case["text"] for case in CASES)):
        assert (place.lat is None) == (place.lon is None) == (place.geonameid is None) == (place.country is None)
