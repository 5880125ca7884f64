"""What a line about a story says of its life."""

import pytest

from pipeline.cli.marks import marks, other_signals, told
from pipeline.story import Changes, Provenance, Story

CHANGES = Changes(since=1, material=False)


@pytest.mark.parametrize(
    ("given", "said", "others"),
    [
        ({}, "", []),
        ({"signals": ("flash", "pix")}, "FLASH", ["pix"]),
        ({"profile": "flash", "urgency": 1}, "FLASH", []),
        ({"signals": ("urgent",)}, "URGENT", []),
        ({"urgency": 2}, "URGENT", []),
        ({"urgency": 3}, "", []),
        ({"urgency": 3, "provenance": Provenance(format="anpa1312")}, "URGENT", []),
        ({"signals": ("corrected",), "changes": CHANGES}, "corrected", []),
        ({"signals": ("corrects",), "urgency": 1}, "URGENT  corrected", ["corrects"]),
        ({"signals": ("update 2",), "changes": CHANGES}, "updated", ["update 2"]),
        ({"reinstates": 7}, "reinstated", []),
        ({"reinstates": 7, "changes": CHANGES}, "reinstated", []),
        ({"signals": ("flash \x1b[31m",)}, "", ["flash \x1b[31m"]),
    ],
)
def test_marks(given: dict[str, object], said: str, others: list[str]) -> None:
    story = Story(uri="u", **given)  # type: ignore[arg-type]
    assert marks(story).plain == said
    assert other_signals(story) == others


@pytest.mark.parametrize(
    ("changes", "summary", "said"),
    [
        (None, "", None),
        (CHANGES, "", None),
        (CHANGES, "headline", "headline"),
        (Changes(since=1, material=True), "killed 4 → 6", "● killed 4 → 6"),
        (Changes(since=1, material=True), "", "● corrected, by its own word"),
    ],
)
def test_what_changed(changes: Changes | None, summary: str, said: str | None) -> None:
    line = told(changes, summary)
    assert (line.plain if line else None) == said
