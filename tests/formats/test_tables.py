"""Datelines, bylines, credit lines and signals, one case a line in tables/*.jsonl; null stands for 'is none'."""

from pathlib import Path
from typing import Any

import orjson
import pytest

from pipeline.formats import bylines, credit_lines, datelines, signals

TABLES = Path(__file__).parent / "tables"


def rows(name: str) -> list[Any]:
    cases = map(orjson.loads, (TABLES / f"{name}.jsonl").read_bytes().splitlines())
    return [pytest.param(case, id=case.get("text") or case.get("line") or "empty") for case in cases]


@pytest.mark.parametrize("case", rows("datelines"))
def test_datelines(case: dict[str, Any]) -> None:
    dateline, rest = datelines.split(case["text"])
    if case["places"] is None:
        assert (dateline, rest) == (None, case["text"])
        return
    assert dateline is not None
    found = {"places": list(dateline.places), "date": dateline.date, "agency": dateline.agency, "rest": rest}
    assert found == {name: case[name] for name in found}
    assert "".join(case["text"].split()) == "".join(f"{dateline.text}{rest}".split())


@pytest.mark.parametrize("case", rows("bylines"))
def test_bylines(case: dict[str, Any]) -> None:
    found = [{"name": who.name, "place": who.place} for who in bylines.authors(case["text"])]
    assert (found if bylines.is_byline(case["text"]) else None) == case["authors"]


@pytest.mark.parametrize("case", rows("credits"))
def test_credits(case: dict[str, Any]) -> None:
    text = case["text"]
    found = [{"name": who.name, "role": who.role, "place": who.place} for who in credit_lines.authors(text)]
    assert (found if credit_lines.is_credit(text) else None) == case["authors"]


@pytest.mark.parametrize("case", [case for case in rows("credits") if case.id.startswith(("(R", "(A", "(W", "(T"))])
def test_credits_inline(case: dict[str, Any]) -> None:
    """A bracketed credit at the end of a paragraph is found there too; what is no credit stays text."""
    found = credit_lines.split_inline(f"The vote was held. {case['text']}")
    no_credit = (f"The vote was held. {case['text']}", "")
    assert found == (no_credit if case["authors"] is None else ("The vote was held.", case["text"]))


@pytest.mark.parametrize("case", rows("signals"))
def test_signals(case: dict[str, Any]) -> None:
    assert signals.peel(case["line"]) == (tuple(case["signals"]), case["rest"])


@pytest.mark.parametrize(
    "line",
    [
        "PERU-UNREST/ (UPDATE 2)", "BC-Markets", "BC-PERU-UNREST, 2nd Ld-Writethru", "MARKETS-STOCKS/EUROPE", "PERU/",
        "U.S.-CHINA", "UPDATE 2-PERU-UNREST", "a0123 BC-PERU-UNREST,450", "AM-Peru-Unrest", "US--Peru Unrest",
        "G7-SUMMIT/COMMUNIQUE",
    ],
)  # fmt: skip
def test_slug_lines(line: str) -> None:
    assert signals.is_slug(line)


@pytest.mark.parametrize(
    "line",
    ["PERU", "PERU-BOLIVIA BORDER CLOSED", "Peru-Bolivia border closed", "", "FLASH", "PERU - LEADER RESIGNS", "12-14"],
)
def test_no_slug_lines(line: str) -> None:
    assert not signals.is_slug(line)
