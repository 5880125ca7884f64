"""`wire thread`: what counts as news while it is followed, and how a story looks."""

from dataclasses import replace
from datetime import UTC, datetime

import orjson
import pytest

from pipeline.cli.thread import news, show
from pipeline.cli.threads import minute, span
from pipeline.story import Story

FLASH = Story(
    uri="urn:flash",
    revision=2,
    headline="Quake [b]hits[/b] \x1b[31mLima",
    signals=("flash",),
    source="Agency",
    versioncreated=datetime(2026, 3, 1, 12, 5, tzinfo=UTC),
    thread="0123456789abcdef",
)
LEAD = replace(FLASH, uri="urn:lead", signals=(), headline=None, slugline="QUAKE/LIMA")


def test_news_are_new_stories_and_newer_versions() -> None:
    seen = {FLASH.uri: FLASH, LEAD.uri: LEAD}
    assert list(news(seen, seen)) == []
    other, newer, older = replace(LEAD, uri="urn:other"), replace(LEAD, revision=3), replace(FLASH, revision=1)
    assert list(news(seen, {other.uri: other, newer.uri: newer, older.uri: older})) == [other, newer]
    assert list(news(seen, {})) == []


def test_a_story_is_a_line_that_cannot_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    show(FLASH)
    show(LEAD, again=True)
    flash, about, lead, version = capsys.readouterr().out.splitlines()
    assert flash.startswith("2026-03-01 12:05Z  ● Quake [b]hits[/b] \ufffd[31mLima")
    assert about.split() == ["Agency", "·", "flash", "·", "urn:flash"]
    assert lead.split() == ["2026-03-01", "12:05Z", "QUAKE/LIMA"]
    assert version.split() == ["new", "version", "·", "Agency", "·", "urn:lead"]


def test_a_story_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    show(FLASH, as_json=True)
    assert orjson.loads(capsys.readouterr().out) == {
        "uri": "urn:flash",
        "revision": 2,
        "published": "2026-03-01T12:05:00+00:00",
        "source": "Agency",
        "headline": FLASH.headline,
        "signals": ["flash"],
        "urgent": True,
        "group": None,
    }


@pytest.mark.parametrize(
    ("time", "shown"),
    [(None, ""), ("2026-03-01T12:00:00.000Z", "2026-03-01 12:00Z"), ("2026-03-01T01:00:00+02:00", "2026-02-28 23:00Z")],
)
def test_times_are_shown_in_utc(time: str | None, shown: str) -> None:
    assert minute(time) == shown


@pytest.mark.parametrize(
    ("last", "shown"),
    [("2026-03-01T12:40:00Z", "40 min"), ("2026-03-01T19:00:00Z", "7 h"), ("2026-03-04T12:00:00Z", "3 d"),
     ("2026-03-01T12:00:00Z", "0 min"), (None, "")],
)  # fmt: skip
def test_how_long_a_thread_lasts(last: str | None, shown: str) -> None:
    assert span("2026-03-01T12:00:00Z", last) == shown
