"""Counts by the hour."""

from datetime import UTC, datetime, timedelta

from pipeline.intake.hours import KEPT, Hour, counted, last_day

NOW = datetime(2026, 11, 24, 12, 30, tzinfo=UTC)
PRESENT = int(NOW.timestamp()) // 3600


def test_what_comes_is_counted_in_its_hour() -> None:
    hours = counted((), NOW, items=2)
    hours = counted(hours, NOW + timedelta(minutes=29), items=1)
    hours = counted(hours, NOW + timedelta(minutes=31), unreadable=1)
    assert hours == (Hour(began=PRESENT, items=3), Hour(began=PRESENT + 1, unreadable=1))


def test_no_more_hours_are_kept_than_may_be() -> None:
    hours: tuple[Hour, ...] = ()
    for hour in range(100):
        hours = counted(hours, NOW + timedelta(hours=hour), items=hour)
    assert [hour.items for hour in hours] == list(range(100 - KEPT, 100))


def test_a_clock_set_back_loses_nothing() -> None:
    hours = counted(counted((), NOW, items=1), NOW - timedelta(hours=2), items=1)
    assert hours == (Hour(began=PRESENT, items=2),)


def test_the_last_day_has_24_hours() -> None:
    hours = tuple(Hour(began=PRESENT - ago, items=ago) for ago in (30, 24, 23, 5, 0))
    assert [hour.items for hour in last_day(hours, NOW)] == [23, *[0] * 17, 5, *[0] * 5]
    assert len(last_day((), NOW)) == 24
