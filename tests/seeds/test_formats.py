"""The samples in other formats are read into what seeds/formats/expected.toml lays down."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from pipeline.formats.base import Item
from pipeline.formats.registry import FORMATS, read
from pipeline.story import Story

FOLDER = Path(__file__).parents[2] / "seeds" / "formats"
ITEMS: list[dict[str, Any]] = tomllib.loads((FOLDER / "expected.toml").read_text(encoding="utf-8"))["item"]
SAID = ("uri", "headline", "slugline", "urgency", "language")


def test_the_manifest_lists_every_file() -> None:
    files = sorted(path.name for path in FOLDER.iterdir() if path.suffix != ".toml")
    assert [item["file"] for item in ITEMS] == files


def test_every_format_has_a_sample() -> None:
    shown = {item["format"] for item in ITEMS} | {"text", "story", "mail"}  # mail: around the item in 33
    assert {format_.name for format_ in FORMATS} == shown


@pytest.mark.parametrize("expected", ITEMS, ids=lambda item: str(item["file"]))
def test_what_comes_out(expected: dict[str, Any]) -> None:
    reading = read(Item(data=(FOLDER / expected["file"]).read_bytes(), name=expected["file"]))
    assert reading.errors == ()
    for story, wanted in zip(reading.stories, expected["story"], strict=True):
        holds(story, wanted, expected["format"])


def holds(story: Story, wanted: dict[str, Any], format_: str) -> None:
    assert story.provenance.format == format_
    given = {name: wanted[name] for name in SAID if name in wanted}
    assert {name: getattr(story, name) for name in given} == given
    assert [author.name for author in story.authors if author.role == "byline"] == wanted["byline"]
    assert list(story.dateline.places if story.dateline else ()) == wanted["dateline"]
    assert story.body_text.startswith(wanted["begins"])
    assert story.body_text.endswith(wanted["ends"])
    assert "SAMPLE" in (story.ednote or "")
    assert "SAMPLE" not in story.body_text
