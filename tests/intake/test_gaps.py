"""Gaps in the numbers of transmissions."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.intake.cursors import decoded, record
from pipeline.intake.gaps import WIDEST, Tracker, Transmission, tracked, transmission
from pipeline.messages import Message

START = datetime(2026, 11, 24, tzinfo=UTC)
NEVER_AGAIN = START + timedelta(days=365)

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
    assert [(gap.first, gap.last) for gap in tracked("desk", observed).gaps()] == missing
    assert [(gap.first, gap.last) for gap in tracked("desk", [*observed, *observed]).gaps()] == missing


@pytest.mark.parametrize(("came", "missing"), NIGHTS.values(), ids=NIGHTS)
def test_numbers_that_begin_anew(came: list[tuple[float, int]], missing: list[tuple[int, int]]) -> None:
    observed = [Transmission(START + timedelta(hours=hour), "desk", "world", number) for hour, number in came]
    assert [(gap.first, gap.last) for gap in tracked("desk", observed).gaps()] == missing
    assert [(gap.first, gap.last) for gap in tracked("desk", [*observed, *observed]).gaps()] == missing


def test_what_is_long_past_is_missed_no_longer() -> None:
    tracker = tracked("desk", (Transmission(START + timedelta(hours=n), "desk", "world", n) for n in (1, 3, 30, 32)))
    assert [gap.first for gap in tracker.gaps(since=START + timedelta(hours=31))] == [31]
    tracker.forget(START + timedelta(hours=30))
    assert [(gap.first, gap.last) for gap in tracker.gaps()] == [(4, 29), (31, 31)]
    assert tracker.missing(noticed_by=START + timedelta(hours=31)) == 26


def test_invented_numbers_and_channels_take_bounded_room() -> None:
    tracker = Tracker(feed="desk")
    for channel in range(30):
        for number in range(1, 20):
            when = START + timedelta(seconds=20 * channel + number)
            tracker.observe(Transmission(when, "desk", f"{channel}", number * WIDEST))
    assert tracker.missing(noticed_by=NEVER_AGAIN) == 30 * 5_000
    tracker.forget(START)
    assert 20_000 <= tracker.missing(noticed_by=NEVER_AGAIN) < 21_000
    for number in range(5_000):
        tracker.observe(Transmission(START, "desk", f"channel {number}", number))
    assert len(tracker.channels) == 1_000
    assert len(record(tracker).value) < 2 << 20


def test_channels_are_apart() -> None:
    places = [("x", 1), ("y", 1), ("x", 3), ("y", 4)]
    tracker = tracked("a", (Transmission(START, "a", channel, number) for channel, number in places))
    assert [(gap.feed, gap.channel, gap.first, gap.last) for gap in tracker.gaps()] == [
        ("a", "x", 2, 2),
        ("a", "y", 2, 3),
    ]


@given(came=st.lists(st.tuples(st.integers(0, 600), st.integers(1, 40)), max_size=60), killed_after=st.integers(0, 60))
def test_what_is_known_survives_as_a_record(came: list[tuple[int, int]], killed_after: int) -> None:
    """Killed at any point, the next goes on as if nothing had been."""
    observed = [Transmission(START + timedelta(minutes=minute), "desk", "world", number) for minute, number in came]
    first = tracked("desk", observed[:killed_after])
    second = decoded(record(first).value, Tracker)
    assert second == first
    for one in observed[killed_after:]:
        second.observe(one)
    assert list(second.gaps()) == list(tracked("desk", observed).gaps())


@pytest.mark.parametrize(
    "headers",
    [
        {"sequence": "9" * 30},
        {"sequence": "-1"},
        {"sequence": "12a"},
        {"received": "yesterday"},
        {"received": "0001-01-01T00:00:00+14:00"},
    ],
)
def test_numbers_that_are_none(headers: dict[str, str]) -> None:
    said = {"feed": "desk", "channel": "c" * 500, "sequence": "7", "received": START.isoformat()}
    message = Message(topic="t", partition=0, offset=0, timestamp=START, key=None, value=b"", headers=said)
    assert transmission(message) == Transmission(START, "desk", "c" * 100, 7)
    assert transmission(replace(message, headers=said | headers)) is None
