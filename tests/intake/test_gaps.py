"""Gaps in the numbers of transmissions."""

from datetime import UTC, datetime, timedelta

import pytest

from pipeline.intake.gaps import WIDEST, Transmission, tracked

START = datetime(2026, 11, 24, tzinfo=UTC)

CASES: dict[str, tuple[list[int], list[tuple[int, int]]]] = {
    "none came": ([], []),
    "the first is where it begins": ([17], []),
    "one after another": ([1, 2, 3], []),
    "one missing": ([1, 3], [(2, 2)]),
    "several missing": ([1, 5, 6, 9], [(2, 4), (7, 8)]),
    "late fills": ([1, 4, 2, 3], []),
    "late fills in part": ([1, 5, 3], [(2, 2), (4, 4)]),
    "repeats": ([1, 2, 2, 1, 3], []),
    "after 9999": ([9998, 9999, 1, 2], []),
    "after 9999 comes 0": ([9999, 0, 1], []),
    "a gap across the end": ([9998, 3], [(1, 2)]),
    "begun anew at midnight": ([4711, 4712, 1, 2], []),
    "begun anew, the first missing": ([4711, 4, 5], [(1, 3)]),
    "a jump too wide": ([1, WIDEST + 2, WIDEST + 4], [(WIDEST + 3, WIDEST + 3)]),
    "the widest gap": ([1, WIDEST + 1], [(2, WIDEST)]),
}


@pytest.mark.parametrize(("numbers", "missing"), CASES.values(), ids=CASES)
def test_what_is_missing(numbers: list[int], missing: list[tuple[int, int]]) -> None:
    observed = [
        Transmission(START + timedelta(minutes=minute), "desk", "world", number)
        for minute, number in enumerate(numbers)
    ]
    assert [(gap.first, gap.last) for gap in tracked(observed).gaps()] == missing
    assert [(gap.first, gap.last) for gap in tracked([*observed, *observed]).gaps()] == missing


def test_channels_and_feeds_are_apart() -> None:
    places = [("a", "x", 1), ("a", "y", 1), ("b", "x", 1), ("a", "x", 3), ("b", "x", 2), ("a", "y", 4)]
    tracker = tracked(Transmission(START, feed, channel, number) for feed, channel, number in places)
    assert [(gap.feed, gap.channel, gap.first, gap.last) for gap in tracker.gaps()] == [
        ("a", "x", 2, 2),
        ("a", "y", 2, 3),
    ]
    assert tracker.missing() == {"a": 3, "b": 0}
