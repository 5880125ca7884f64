"""Datelines, bylines and credit lines, one case a line in tables/*.jsonl; null stands for 'is none'."""

from pathlib import Path
from typing import Any

import orjson
import pytest

from pipeline.formats import bylines, credit_lines, datelines

TABLES = Path(__file__).parent / "tables"


def rows(name: str) -> list[Any]:
    cases = map(orjson.loads, (TABLES / f"{name}.jsonl").read_bytes().splitlines())
    return [pytest.param(case, id=case["text"] or "empty") for case in cases]


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
