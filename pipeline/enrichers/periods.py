"""Periods of days: the calendar behind 'last month', 'the first quarter', 'mid-2018', 'three weeks ago'."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, date
from typing import Literal

Unit = Literal["day", "week", "month", "quarter", "season", "year", "decade", "century"]
Part = Literal["early", "mid", "late"]

_MONTHS_IN = {"month": 1, "quarter": 3, "season": 3, "year": 12, "decade": 120, "century": 1200}
FIRST_MONTHS = {"winter": 12, "spring": 3, "summer": 6, "autumn": 9, "fall": 9}
"""Of the northern hemisphere: copy that means the southern one seldom says so."""


@dataclass(frozen=True, slots=True)
class Period:
    """The days from `first` to `last`, included."""

    first: date
    last: date


def day(at: date) -> Period:
    """One day."""
    return Period(at, at)


def week(at: date) -> Period:
    """The week that the day lies in, from Monday to Sunday (ISO 8601)."""
    monday = shifted(at, -at.weekday())
    return Period(monday, shifted(monday, 6))


def months(year: int, month: int, count: int = 1) -> Period:
    """So many months from the first of that one; months beyond 12 are of later years, below 1 of earlier."""
    first, end = _month(year, month), _month(year, month + count - 1)
    return Period(first, end.replace(day=monthrange(end.year, end.month)[1]))


def year(at: int, count: int = 1) -> Period:
    """So many years from that one."""
    return months(at, 1, 12 * count)


def season(name: str, at: int) -> Period:
    """The season that ends in that year for winter, lies in it for others."""
    first = FIRST_MONTHS[name]
    return months(at - 1 if first == 12 else at, first, 3)


def around(at: date, unit: Unit) -> Period:
    """The unit of the calendar that the day lies in."""
    if unit == "day":
        return day(at)
    if unit == "week":
        return week(at)
    length, index = _MONTHS_IN[unit], at.year * 12 + at.month - 1
    offset = {"season": -1, "century": 12}.get(unit, 0)  # winter begins in December, a century in its year 1
    return months(0, (index - offset) // length * length + offset + 1, length)


def moved(at: date, count: int, unit: Unit) -> date:
    """The day so many units later, or earlier where `count` is negative; the month's last where it has no such day."""
    if unit in ("day", "week"):
        return shifted(at, count if unit == "day" else 7 * count)
    first = _month(at.year, at.month + _MONTHS_IN[unit] * count)
    return first.replace(day=min(at.day, monthrange(first.year, first.month)[1]))


def shifted(at: date, days: int) -> date:
    """The day so many days later, within the calendar."""
    return date.fromordinal(min(max(at.toordinal() + days, 1), date.max.toordinal()))


def part(of: Period, which: Part) -> Period:
    """About a third of the period: 'early 2024' is January to April, 'late 1990s' 1997 to 1999."""
    if of.last.year - of.first.year == 9:
        first, last = {"early": (0, 3), "mid": (4, 6), "late": (7, 9)}[which]
        return year(of.first.year + first, last - first + 1)
    third = {"early": 0, "mid": 1, "late": 2}[which]
    count = (of.last.year - of.first.year) * 12 + of.last.month - of.first.month + 1
    if count % 3 == 0 and of.first.day == 1:
        return months(of.first.year, of.first.month + third * count // 3, count // 3)
    length = (of.last - of.first).days + 1
    begin, end = third * length // 3, (third + 1) * length // 3
    return Period(shifted(of.first, begin), shifted(of.first, max(end - 1, begin)))


def _month(at: int, month: int) -> date:
    """The first of the month, whatever number `month` is, within the calendar."""
    index = at * 12 + month - 1
    return date(min(max(index // 12, MINYEAR), MAXYEAR), index % 12 + 1, 1)
