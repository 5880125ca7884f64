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
    "one number garbled": ([11, 12, 8013, 14, 15], [(13, 13)]),
    "one number garbled, to a low one": ([4711, 4712, 13, 4714], [(4713, 4713)]),
    "late, from before the end": ([9997, 9999, 1, 2, 9998, 3], []),
    "repeated, from before the end": ([9998, 9999, 1, 2, 9999, 3], []),
}

NIGHTS: dict[str, tuple[list[tuple[float, int]], list[tuple[int, int]]]] = {
    # hour of arrival and number; what is missing
    "begun anew after a few": ([(8, 1), (20, 299), (23.9, 300), (24.1, 1), (24.2, 2), (24.4, 4)], [(2, 298), (3, 3)]),
    "begun anew, the first lost": ([(8, 299), (20, 300), (24.1, 3), (24.2, 4)], [(1, 2)]),
    "begun anew after a night without": ([(8, 299), (20, 300), (30, 50), (30.1, 51)], [(1, 49)]),
    "sent again the same hour": ([(8, 1), (8.1, 2), (8.2, 3), (9, 1), (9.1, 2), (9.2, 4)], []),
    "one sent again the next day": ([(0, 299), (20, 300), (30, 50), (30.1, 301)], []),
    "sent again long after, and no restart": ([(0, 99), (20, 300), (30, 50), (30.1, 51), (30.2, 301)], [(100, 299)]),
    "late, over midnight": ([(8, 297), (20, 300), (23.9, 302), (24.1, 1), (24.2, 301), (24.3, 2)], [(298, 299)]),
    "many nights": ([(24 * day + hour, hour + 1) for day in range(9) for hour in range(24)], []),
}


@pytest.mark.parametrize(("numbers", "missing"), CASES.values(), ids=CASES)
def test_what_is_missing(numbers: list[int], missing: list[tuple[int, int]]) -> None:
    observed = [
        Transmission(START + timedelta(minutes=minute), "desk", "world", number)
        for minute, number in enumerate(numbers)
    ]
    assert [(gap.first, gap.last) for gap in tracked(observed).gaps()] == missing
    assert [(gap.first, gap.last) for gap in tracked([*observed, *observed]).gaps()] == missing


@pytest.mark.parametrize(("came", "missing"), NIGHTS.values(), ids=NIGHTS)
def test_numbers_that_begin_anew(came: list[tuple[float, int]], missing: list[tuple[int, int]]) -> None:
    observed = [Transmission(START + timedelta(hours=hour), "desk", "world", number) for hour, number in came]
    assert [(gap.first, gap.last) for gap in tracked(observed).gaps()] == missing
    assert [(gap.first, gap.last) for gap in tracked([*observed, *observed]).gaps()] == missing


def test_what_is_long_past_is_missed_no_longer() -> None:
    tracker = tracked(Transmission(START + timedelta(hours=n), "desk", "world", n) for n in (1, 3, 30, 32))
    tracker.forget(START + timedelta(hours=30))
    assert [(gap.first, gap.last) for gap in tracker.gaps()] == [(4, 29), (31, 31)]
    assert tracker.missing(noticed_by=START + timedelta(hours=31)) == {"desk": 26}


def test_invented_numbers_and_channels_take_bounded_memory() -> None:
    tracker = tracked(Transmission(START, "desk", "world", n * WIDEST) for n in range(1, 200))
    assert tracker.missing() == {"desk": 5_000}
    for number in range(20_000):
        tracker.observe(Transmission(START, "desk", f"channel {number}", number))
    assert len(tracker._channels) == 5_000


def test_channels_and_feeds_are_apart() -> None:
    places = [("a", "x", 1), ("a", "y", 1), ("b", "x", 1), ("a", "x", 3), ("b", "x", 2), ("a", "y", 4)]
    tracker = tracked(Transmission(START, feed, channel, number) for feed, channel, number in places)
    assert [(gap.feed, gap.channel, gap.first, gap.last) for gap in tracker.gaps()] == [
        ("a", "x", 2, 2),
        ("a", "y", 2, 3),
    ]
    assert tracker.missing() == {"a": 3, "b": 0}
