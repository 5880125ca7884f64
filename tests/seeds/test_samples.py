"""The sample stories are what seeds/README.md and seeds/expected.toml say they are."""

import html
import re
import tomllib
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

import jsonschema
import orjson
import pytest

from pipeline.story import EntityType, EventStatus, EventType

SEEDS = Path(__file__).parents[2] / "seeds"
SCHEMA = orjson.loads((Path(__file__).parent / "ninjs-1.4.schema.json").read_bytes())
MANIFEST: dict[str, list[dict[str, Any]]] = tomllib.loads((SEEDS / "expected.toml").read_text(encoding="utf-8"))
STORIES = MANIFEST["story"]
FORMATS = tomllib.loads((SEEDS / "formats" / "expected.toml").read_text(encoding="utf-8"))["item"]
NINJS = [story for story in STORIES if story["format"] == "ninjs"]
KINDS = {"killed", "wounded", "missing", "detained", "displaced"}
FIELDS = {
    "file", "format", "shows", "charset", "long", "uri", "version", "versioncreated", "embargoed", "urgency",
    "language", "pubstatus", "headline", "signals", "slugline", "byline", "credits", "dateline", "date", "agency",
    "begins", "ends", "end", "found", "countries", "entities", "events",
}  # fmt: skip

each_story = pytest.mark.parametrize("story", STORIES, ids=lambda story: str(story["file"]))
each_ninjs = pytest.mark.parametrize("story", NINJS, ids=lambda story: str(story["file"]))


def ninjs(story: dict[str, Any]) -> dict[str, Any]:
    """The item as JSON."""
    item: dict[str, Any] = orjson.loads((SEEDS / story["file"]).read_bytes())
    return item


def words_of(story: dict[str, Any]) -> str:
    """Headline and body on one line, markup and line ends gone; of plain text the whole item."""
    if story["format"] == "text":
        text = (SEEDS / story["file"]).read_bytes().decode(story.get("charset", "utf-8"))
    else:
        item = ninjs(story)
        text = "\n".join([item["headline"], item.get("body_text") or re.sub("<[^>]+>", " ", item["body_xhtml"])])
    return " ".join(html.unescape(text).split())


def test_the_manifest_lists_every_file_in_order_of_arrival() -> None:
    files = sorted(path.name for path in SEEDS.iterdir() if path.suffix in {".json", ".txt"})
    assert [story["file"] for story in STORIES] == files
    hostile = sorted(f"hostile/{path.name}" for path in (SEEDS / "hostile").iterdir())
    assert [item["file"] for item in MANIFEST["hostile"]] == hostile


def test_the_readme_has_the_rows_of_the_manifest() -> None:
    rows = re.findall(r"^\| `(.+?)` \| (.+) \|$", (SEEDS / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    other = [(f"formats/{item['file']}", item["shows"]) for item in FORMATS]
    assert rows == [
        *((item["file"], item["shows"]) for item in STORIES),
        *other,
        *((item["file"], item["shows"]) for item in MANIFEST["hostile"]),
    ]


@each_story
def test_the_item_calls_itself_a_sample(story: dict[str, Any]) -> None:
    if story["format"] == "text":
        assert "((SAMPLE - invented story, not news))" in words_of(story)
    else:
        item = ninjs(story)
        assert "SAMPLE STORY: invented, not news." in item["usageterms"]
        assert "SAMPLE STORY: invented, not news." in item["ednote"]


@each_ninjs
def test_ninjs_is_valid_and_says_what_the_manifest_says(story: dict[str, Any]) -> None:
    item = ninjs(story)
    jsonschema.Draft4Validator(SCHEMA).validate(item)
    assert item["headline"].endswith(story["headline"])
    said = {"uri", "version", "versioncreated", "embargoed", "urgency", "language", "pubstatus", "slugline"}
    assert {name: item.get(name) for name in said} == {name: story.get(name) for name in said}


@pytest.mark.parametrize("story", [s for s in STORIES if s.get("long")], ids=lambda story: str(story["file"]))
def test_the_long_stories_are_as_long_as_real_ones(story: dict[str, Any]) -> None:
    assert len(words_of(story).split()) >= 550


def test_there_are_four_long_stories_and_both_formats() -> None:
    assert sum(bool(story.get("long")) for story in STORIES) >= 4
    assert {story["format"] for story in STORIES} == {"ninjs", "text"}
    assert len(STORIES) >= 20


def test_versions_rise_in_order_of_arrival_and_only_the_last_stands() -> None:
    versions = defaultdict(list)
    for story in NINJS:
        created = datetime.fromisoformat(story["versioncreated"])
        assert datetime(2026, 11, 16, tzinfo=UTC) <= created < datetime(2026, 11, 25, tzinfo=UTC)
        versions[story["uri"]].append((int(story["version"]), created, story["end"]))
    for chain in versions.values():
        assert [v[:2] for v in chain] == sorted({v[:2] for v in chain})
        assert len({number for number, _, _ in chain}) == len(chain)
        assert [end for _, _, end in chain[:-1]] == ["superseded"] * (len(chain) - 1)
        assert chain[-1][2] != "superseded"
    assert sorted(len(chain) for chain in versions.values())[-4:] == [2, 2, 3, 4]


@each_story
def test_what_is_expected_stands_in_the_item(story: dict[str, Any]) -> None:
    text = words_of(story)
    assert set(story) <= FIELDS
    wanted = [
        story["agency"],
        story.get("date", ""),
        story.get("begins", ""),
        story.get("ends", ""),
        *story["dateline"],
    ]
    for entity in story["entities"]:
        assert entity["type"] in get_args(EntityType)
        wanted += [entity["name"], entity.get("alias", "")]
    for event in story["events"]:
        wanted += [event["evidence"], event.get("actor", ""), event.get("target", "")]
    if story["format"] == "text":
        wanted += [story.get("headline", ""), story.get("slugline", "")]
    assert [want for want in wanted if want.lower() not in text.lower()] == []
    byline = text if story["format"] == "text" else ninjs(story).get("byline", "")
    assert all(name in byline for name in story["byline"])


@each_story
def test_events_are_of_the_ontology(story: dict[str, Any]) -> None:
    assert all(re.fullmatch("[A-Z]{2}", country) for country in story["countries"])
    for event in story["events"]:
        assert event["type"] in get_args(EventType)
        assert event.get("status", "asserted") in get_args(EventStatus)
        assert set(event) <= {"type", "actor", "target", "evidence", "status"} | KINDS
        assert all(bounds == sorted(bounds) for kind, bounds in event.items() if kind in KINDS)


@pytest.mark.parametrize("question", MANIFEST["question"], ids=lambda question: str(question["asks"]))
def test_the_questions_are_answered_by_the_events_expected(question: dict[str, Any]) -> None:
    found = [
        story["file"]
        for story in STORIES
        if story["found"]
        and story["end"] == "indexed"
        and question.get("country", "") in ["", *story["countries"]]
        and any(
            event["type"] == question["event"] and event.get("status", "asserted") == "asserted"
            for event in story["events"]
        )
    ]
    assert found == question["files"]
