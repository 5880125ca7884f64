"""Wire items and the stories that must come out: cases/<format>/NAME.txt or .json beside NAME.expected.json.

An expected file holds one story, or a list of them, or {"stories": [...], "errors": [{"item": ..., "cause": ...}]};
of a story the fields it names are compared, and of a cause that it begins so. `"absent": [...]` names fields that must
be empty. Of an advisory all that is not null is compared, and a story without one in its expected file has none.
"""

from pathlib import Path
from typing import Any

import orjson
import pytest

from pipeline.formats.base import Item
from pipeline.formats.registry import FORMATS, read
from pipeline.story import encode

CASES = Path(__file__).parent / "cases"
FILES = sorted(
    path for path in CASES.glob("*/*") if not path.name.endswith(".expected.json") and not path.name.startswith(".")
)
EMPTY: tuple[object, ...] = (None, "", [], {})


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_case(path: Path) -> None:
    reading = read(Item(data=path.read_bytes()))
    expected = _whole(orjson.loads(path.with_suffix(".expected.json").read_bytes()))
    found = [orjson.loads(encode(story)) for story in reading.stories]
    assert [_named(story, wanted) for story, wanted in zip(found, expected["stories"], strict=True)] == [
        {name: value for name, value in wanted.items() if name != "absent"} for wanted in expected["stories"]
    ]
    for story, wanted in zip(found, expected["stories"], strict=True):
        assert {name: story[name] for name in wanted.get("absent", []) if story[name] not in EMPTY} == {}
        assert _without_nulls(story["advisory"]) == wanted.get("advisory")
        attached_as = wanted.get("provenance", {}).get("format", path.parent.name)  # of an item in an item
        assert story["provenance"]["format"] == attached_as
    causes = [(error.item, error.cause[: len(wanted["cause"])]) for error, wanted in _pairs(reading.errors, expected)]
    assert causes == [(wanted["item"], wanted["cause"]) for wanted in expected["errors"]]


def test_every_format_has_cases() -> None:
    assert {format_.name for format_ in FORMATS} == {path.parent.name for path in FILES}


def _whole(expected: Any) -> dict[str, Any]:
    if isinstance(expected, dict) and "stories" in expected:
        return {"errors": [], **expected}
    return {"stories": expected if isinstance(expected, list) else [expected], "errors": []}


def _pairs(errors: Any, expected: dict[str, Any]) -> Any:
    return zip(errors, expected["errors"], strict=True)


def _named(story: dict[str, Any], wanted: dict[str, Any]) -> dict[str, Any]:
    """The fields of `story` that `wanted` names; of authors and the dateline, those parts that it names."""
    found = {}
    for name, value in wanted.items():
        if name == "absent":
            continue
        found[name] = _like(story[name], value)
    return found


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_nulls(content) for name, content in value.items() if content is not None}
    return list(map(_without_nulls, value)) if isinstance(value, list) else value


def _like(found: Any, wanted: Any) -> Any:
    if isinstance(wanted, dict) and isinstance(found, dict):
        return {name: _like(found.get(name), wanted[name]) for name in wanted}
    if isinstance(wanted, list) and isinstance(found, list) and len(wanted) == len(found):
        return [_like(one, other) for one, other in zip(found, wanted, strict=True)]
    return found
