"""Times, case by case, and what holds on any text."""

import tomllib
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.enrichers.times import nearest, story_day, times
from pipeline.story import Dateline, Provenance, Story

_READ = tomllib.loads((Path(__file__).parent / "cases" / "times.toml").read_text(encoding="utf-8"))
CASES: list[dict[str, Any]] = _READ["case"]
WRONG: list[dict[str, Any]] = _READ["wrong"]
TODAY = date(2026, 3, 5)
"""A Thursday."""


def found(text: str, today: date | None = TODAY) -> list[tuple[str, str | None, str | None]]:
    return [(when.span.text, when.begins, when.ends) for when in times(text, today)]


def wanted(case: Mapping[str, Any]) -> list[tuple[str | None, ...]]:
    rows = [tuple(None if value == "-" else value for value in row) for row in case["times"]]
    return sorted(rows, key=lambda row: case["text"].index(row[0]))


@pytest.mark.parametrize("case", CASES, ids=[case["text"][:50] for case in CASES])
def test_case(case: Mapping[str, Any]) -> None:
    assert sorted(found(case["text"])) == sorted(wanted(case))


@pytest.mark.parametrize("case", WRONG, ids=[case["text"][:50] for case in WRONG])
@pytest.mark.xfail(reason="see `why` in the table", raises=AssertionError)
def test_what_is_read_otherwise(case: Mapping[str, Any]) -> None:
    assert sorted(found(case["text"])) == sorted(wanted(case))


@pytest.mark.parametrize(
    ("text", "word", "wanted"),
    [
        ("Gunmen killed six people in Gao on Tuesday, police said on Wednesday.", "killed", "on Tuesday"),
        ("Gunmen killed six people in Gao, police said on Wednesday.", "killed", None),
        ("Police said on Wednesday that gunmen killed six people on Tuesday.", "killed", "on Tuesday"),
        ("On Tuesday, gunmen killed six people.", "killed", "On Tuesday"),
        ("It was the worst attack since May, police said.", "attack", None),
        ("Monday's attack came after a bombing on Sunday.", "attack", "Monday"),
        ("Monday's attack came after a bombing on Sunday.", "bombing", "on Sunday"),
        ("The minister told parliament on Monday he had ordered a raid in 2019.", "raid", "in 2019"),
        ("The company announced on Monday a merger.", "announced", "on Monday"),
        ("Two people were arrested.", "arrested", None),
    ],
)
def test_the_time_that_dates_a_word(text: str, word: str, wanted: str | None) -> None:
    when = nearest(text, times(text, TODAY), 0, len(text), text.index(word))
    assert (when and when.span.text) == wanted


def test_only_the_sentence_dates_its_words() -> None:
    text = "They met on Monday. They signed."
    assert nearest(text, times(text, TODAY), 20, len(text), text.index("signed")) is None


def test_without_a_story_time_only_what_names_its_year_is_resolved() -> None:
    text = (
        "He left on Tuesday, came back last month and was jailed in 2019, not on May 3, 2018, and not since May 2020."
    )
    assert [each[1] for each in found(text, None)] == [None, None, "2019-01-01", "2018-05-03", "2020-05-01"]


def test_the_story_day_is_its_versions_in_the_zone() -> None:
    story = Story(uri="u", versioncreated=datetime(2026, 3, 5, 23, 30, tzinfo=UTC))
    assert story_day(story) == date(2026, 3, 5)
    assert story_day(story, timezone(timedelta(hours=8))) == date(2026, 3, 6)


def test_a_dateline_has_the_year_of_the_arrival() -> None:
    story = Story(
        uri="u",
        dateline=Dateline(text="LIMA, Dec 31 (Agency) -", date="Dec 31"),
        provenance=Provenance(received=datetime(2026, 1, 1, 2, tzinfo=UTC)),
    )
    assert story_day(story) == date(2025, 12, 31)
    assert story_day(Story(uri="u")) is None


HOSTILE = [
    "", "May", "early " * 5_000, "the end of " * 5_000, "the first quarter of " * 3_000, "last " * 5_000,
    "on Monday and " * 2_000, "from 2019 to " * 2_000, "May 3-" * 5_000, "2026-" * 5_000, "9999 years ago " * 1_000,
    "in 9999", "500 centuries ago", "since " * 5_000, "Monday" * 2_000, "İ on May 3 ﬁ \u200bon Friday", "to " * 10_000,
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE, ids=[text[:12] for text in HOSTILE])
@pytest.mark.parametrize("today", [TODAY, date.min, date.max, None])
def test_hostile_text_keeps_its_offsets(text: str, today: date | None) -> None:
    _hold(text, today)


WORDS = st.sampled_from(
    [
        "on",
        "in",
        "since",
        "until",
        "from",
        "to",
        "between",
        "and",
        "the",
        "last",
        "next",
        "this",
        "end",
        "of",
        "early",
        "mid",
        "-",
        "–",
        "first",
        "quarter",
        "week",
        "month",
        "year",
        "3",
        "31\n",
        "",
        "",
        "",
        "2019",
        "1990",
        "s",
        "May",
        "Nov",
        ".",
        "Monday",
        "Friday",
        "weekend",
        "ago",
        "later",
        "two",
        "a",
        "past",
        "said",
        "will",
        "killed",
        ",",
        "'",
        '"\n\n"',
        "İ",
        "\u200b",
    ]
)
TEXTS = st.lists(st.tuples(WORDS, st.sampled_from(["", " "]))).map(lambda parts: "".join(a + b for a, b in parts))


@settings(deadline=None, max_examples=100)
@given(TEXTS, st.dates())
def test_any_text_keeps_its_offsets(text: str, today: date) -> None:
    _hold(text, today)


def _hold(text: str, today: date | None) -> None:
    end = 0
    for when in times(text, today):
        assert end <= when.span.start < when.span.end
        assert text[when.span.start : when.span.end] == when.span.text
        assert when.begins is None or when.ends is None or when.begins <= when.ends
        end = when.span.end


@pytest.mark.parametrize(
    ("text", "begins", "ends"),
    [
        ("It was signed on Oct. 21 last year.", "2025-10-21", "2025-10-21"),
        ("It was signed in May last year.", "2025-05-01", "2025-05-31"),
        ("The summit opens on Tuesday of next week.", "2026-03-10", "2026-03-10"),
        ("A ballot is due in the last week of June.", "2026-06-24", "2026-06-30"),
        ("In November of that year he fled.", None, None),
        ("The ban runs until late 2027.", "2026-03-05", "2027-12-31"),
        ("He spoke on 2026-02-11.", "2026-02-11", "2026-02-11"),
        ("Last May it flooded.", "2025-05-01", "2025-05-31"),
        ("Next March they vote.", "2027-03-01", "2027-03-31"),
        ("Last March it flooded.", "2025-03-01", "2025-03-31"),
        ("Last Thursday it rained.", "2026-02-26", "2026-02-26"),
        ("On Thursday it rained.", "2026-03-05", "2026-03-05"),
        ("He died in the winter of 2024.", "2023-12-01", "2024-02-29"),
    ],
)
def test_dates_beside_other_periods(text: str, begins: str | None, ends: str | None) -> None:
    assert [each[1:] for each in found(text)] == [(begins, ends)]
