"""Each sample story is read into what seeds/expected.toml lays down."""

import tomllib
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from pipeline.formats.base import Item, Reading
from pipeline.formats.registry import read
from pipeline.story import Author, Story

SEEDS = Path(__file__).parents[2] / "seeds"
MANIFEST: dict[str, list[dict[str, Any]]] = tomllib.loads((SEEDS / "expected.toml").read_text(encoding="utf-8"))

each_story = pytest.mark.parametrize("expected", MANIFEST["story"], ids=lambda story: str(story["file"]))
each_hostile = pytest.mark.parametrize("expected", MANIFEST["hostile"], ids=lambda item: str(item["file"]))


def reading(expected: dict[str, Any]) -> Reading:
    path = SEEDS / expected["file"]
    return read(Item(data=path.read_bytes(), name=path.name))


def story_of(expected: dict[str, Any]) -> Story:
    found = reading(expected)
    assert found.errors == ()
    (story,) = found.stories
    return story


def credit(author: Author) -> str:
    return f"{author.role}: {author.name}" + (f" ({author.place})" if author.place else "")


@each_story
def test_what_the_agency_said(expected: dict[str, Any]) -> None:
    story = story_of(expected)
    assert story.pubstatus == expected.get("pubstatus", "usable")
    assert story.headline == expected.get("headline")
    assert set(expected.get("signals", ())) <= set(story.signals)
    assert "SAMPLE" in (story.ednote or "")
    if expected["format"] == "ninjs":
        said = ("uri", "version", "urgency", "language", "slugline")
        assert {name: getattr(story, name) for name in said} == {name: expected[name] for name in said}
        assert story.versioncreated == datetime.fromisoformat(expected["versioncreated"])
        embargoed = expected.get("embargoed")
        assert story.embargoed == (datetime.fromisoformat(embargoed) if embargoed else None)
    else:
        assert (story.slugline or "").startswith(expected["slugline"])


@each_story
def test_who_wrote_it(expected: dict[str, Any]) -> None:
    story = story_of(expected)
    assert [author.name for author in story.authors if author.role == "byline"] == expected["byline"]
    if "credits" in expected:
        assert [credit(author) for author in story.authors if author.role != "byline"] == expected["credits"]


@each_story
def test_the_dateline(expected: dict[str, Any]) -> None:
    dateline = story_of(expected).dateline
    assert dateline is not None
    assert [place.casefold() for place in dateline.places] == [place.casefold() for place in expected["dateline"]]
    assert dateline.agency == expected["agency"]
    assert dateline.date == expected.get("date")


@each_story
def test_the_body_and_nothing_else(expected: dict[str, Any]) -> None:
    body = story_of(expected).body_text
    assert body.startswith(expected.get("begins", ""))
    assert body.endswith(expected.get("ends", ""))
    assert not {"\r", "\ufeff", "\ufffd", "\x00"} & set(body)
    assert not any(piece in body for piece in ("((SAMPLE", "(Reporting by", "Editing by", "<p>", "\n\n\n"))


@each_hostile
def test_hostile_items_yield_stories_or_a_sentence(expected: dict[str, Any]) -> None:
    found = reading(expected)
    assert len(found.stories) == expected["stories"]
    assert bool(found.errors) == (not expected["stories"])
    assert all(error.cause.endswith(".") and "\n" not in error.cause for error in found.errors)
