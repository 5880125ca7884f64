"""Figures, case by case, and what holds on any text."""

import tomllib
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.enrichers import figures
from pipeline.enrichers.analysis import Analysis
from pipeline.enrichers.times import times
from pipeline.story import Figure, Place, Story

_READ = tomllib.loads((Path(__file__).parent / "cases" / "figures.toml").read_text(encoding="utf-8"))
CASES: list[dict[str, Any]] = _READ["case"]
WRONG: list[dict[str, Any]] = _READ["wrong"]
TODAY = date(2026, 3, 5)

Row = tuple[str, str, float | None, float | None, str | None, str | None]


def found(text: str) -> list[Row]:
    dates = [when.span for when in times(text, TODAY)]
    return [_row(each) for each in figures.figures(text, other=dates)]


def _row(each: Figure) -> Row:
    low, high = (None if end is None else round(end, 3) for end in (each.low, each.high))
    return each.span.text, each.kind, low, high, each.unit, each.qualifier


def wanted(case: Mapping[str, Any]) -> list[Row]:
    return [cast(Row, tuple(None if value == "-" else value for value in row)) for row in case["figures"]]


def of(story: Story) -> tuple[Figure, ...]:
    return figures.run(Analysis(story, story.body_text)).figures


@pytest.mark.parametrize("case", CASES, ids=[case["text"][:50] for case in CASES])
def test_case(case: Mapping[str, Any]) -> None:
    assert found(case["text"]) == wanted(case)


@pytest.mark.parametrize("case", WRONG, ids=[case["text"][:50] for case in WRONG])
@pytest.mark.xfail(reason="see `why` in the table", raises=AssertionError)
def test_what_is_read_otherwise(case: Mapping[str, Any]) -> None:
    assert found(case["text"]) == wanted(case)


@pytest.mark.parametrize(
    ("text", "measures"),
    [
        ("Some 71 percent of members backed the deal.", ["members"]),
        ("The deal includes a 6.5% rise in the wage floor.", ["wage floor"]),
        ("Copper futures in London rose 1.9% on Monday.", ["Copper futures"]),
        ("It reported a net profit of $3 million.", ["net profit"]),
        ("Donors gave $5 million in aid.", ["aid"]),
        ("Police shot two striking copper miners.", ["striking copper miners"]),
        ("They seized 80 tonnes of rice.", ["rice"]),
        ("Two of the seven commissioners refused.", ["seven commissioners", "commissioners"]),
    ],
)
def test_what_a_figure_is_of(text: str, measures: list[str]) -> None:
    assert [each.of for each in figures.figures(text)] == measures


@pytest.mark.parametrize(
    ("country", "text", "unit"),
    [
        ("NO", "It cost 160 million crowns.", "NOK"),
        ("CZ", "It cost 160 million crowns.", "CZK"),
        ("AR", "It cost 160 million pesos.", "ARS"),
        ("PH", "It cost 160 million pesos.", "PHP"),
        ("PK", "It cost 160 million rupees.", "PKR"),
        ("FR", "It cost 160 million rupees.", "INR"),
        ("NO", "It cost 160 million Danish crowns.", "DKK"),
        ("FR", "It cost 160 million crowns.", None),
    ],
)
def test_the_storys_countries_say_whose_money_it_is(country: str, text: str, unit: str | None) -> None:
    (figure,) = of(Story(uri="u", body_text=text, places=(Place(name="there", country=country),)))
    assert (figure.kind, figure.unit, figure.low) == ("money", unit, 1.6e8)


@pytest.mark.parametrize(
    ("language", "text", "wanted"),
    [
        (
            "de",
            "Es sind 4,5 %, 1.234,5 € je 12 km.",
            [("4,5 %", 4.5), ("1.234,5 €", 1234.5), ("12 km", 12)],
        ),
        (
            "fr",
            "Le prix, 12\N{NO-BREAK SPACE}500 €, baisse de 3 %.",
            [("12\N{NO-BREAK SPACE}500 €", 12500), ("3 %", 3)],
        ),
        ("es", "Cuesta $ 6 millones y pesa 80 kg.", [("80 kg", 80)]),
        ("ar", "ارتفع بنسبة 2.5% إلى $1,200.", [("2.5%", 2.5), ("$1,200", 1200)]),
        ("de", "Im Jahr 2019 waren es 14 Arbeiter, 3:1 und 7. Mai.", []),
    ],
)
def test_other_languages_have_what_a_sign_shows(language: str, text: str, wanted: list[tuple[str, float]]) -> None:
    story = Story(uri="u", body_text=text, language=language)
    assert [(each.span.text, each.low) for each in of(story)] == wanted


def test_tables_hold_no_figures() -> None:
    table = "Shares fell 2 percent.\n\nDAX      24,118.07  -194.50    -0.80%\nFTSE 100  9,702.10    +9.69    +0.10%\n"
    assert [each.span.text for each in of(Story(uri="u", body_text=table))] == ["2 percent"]


def test_nothing_but_the_figures_changes() -> None:
    story = Story(uri="u", body_text="Six men died on May 3.", versioncreated=datetime(2026, 5, 4, tzinfo=UTC))
    enriched = figures.run(Analysis(story, story.body_text))
    assert [each.span.text for each in enriched.figures] == ["Six men"]
    assert figures.run(Analysis(enriched, story.body_text)) == enriched


HOSTILE = [
    "", "six", "million " * 5_000, "hundreds of " * 5_000, "3 to " * 5_000, "$" * 10_000, "1-2-" * 5_000,
    "half a " * 5_000, "9" * 10_000, "1,234," * 2_000, "U.S." * 5_000, "6 U.S." * 2_000, "in x " * 5_000 + "rose 3%",
    "  1" * 5_000, " " * 10_000 + "3 percent", "twenty-" * 5_000, "4 percent of " * 2_000, "a\u200b1\u200b2 men",
    "İ 5 km ﬁ ½ ٣٤٪ ３百万", "KILLS 17 " * 1_000,
]  # fmt: skip


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("text", HOSTILE, ids=[text[:12] for text in HOSTILE])
def test_hostile_text_keeps_its_offsets(text: str, language: str) -> None:
    _hold(of(Story(uri="u", body_text=text, language=language)), text)


WORDS = st.sampled_from(
    [
        "$",
        "€",
        "3",
        "1,234.5",
        "million",
        "bn",
        "to",
        "-",
        "–",
        "from",
        "between",
        "and",
        "or",
        "of",
        "a",
        "an",
        "half",
        "third",
        "dozen",
        "hundreds",
        "tens",
        "men",
        "workers",
        "killed\n",
        "",
        "",
        "",
        "percent",
        "km",
        "pounds",
        "(",
        ")",
        ".",
        ",",
        '"\n\n"',
        "May",
        "on",
        "2019",
        "İ",
        "\u200b",
        "½",
        ":",
    ]
)


@settings(deadline=None, max_examples=100)
@given(st.lists(st.tuples(WORDS, st.sampled_from(["", " "]))).map(lambda parts: "".join(a + b for a, b in parts)))
def test_any_text_keeps_its_offsets(text: str) -> None:
    _hold(of(Story(uri="u", body_text=text, language="en")), text)


def _hold(all_figures: tuple[Figure, ...], text: str) -> None:
    end = 0
    for each in all_figures:
        assert end <= each.span.start < each.span.end
        assert text[each.span.start : each.span.end] == each.span.text
        assert each.low is None or each.high is None or each.low <= each.high
        assert abs(each.low or 0) + abs(each.high or 0) < float("inf")
        end = each.span.end
