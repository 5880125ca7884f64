"""Periods of days: the calendar behind 'last month', 'the first quarter', 'mid-2018', 'three weeks ago'."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, date, timedelta
from typing import Literal

Unit = Literal["day", "week", "month", "quarter", "season", "year", "decade", "century"]
Part = Literal["early", "mid", "late"]

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
    match unit:
        case "day":
            return day(at)
        case "week":
            return week(at)
        case "month":
            return months(at.year, at.month)
        case "quarter":
            return months(at.year, at.month - (at.month - 1) % 3, 3)
        case "season":
            return months(at.year, at.month - at.month % 3, 3)
        case "year":
            return year(at.year)
        case "decade":
            return year(at.year - at.year % 10, 10)
        case "century":
            return year(at.year - (at.year - 1) % 100, 100)


def moved(at: date, count: int, unit: Unit) -> date:
    """The day so many units later, or earlier where `count` is negative; the month's last where it has no such day."""
    match unit:
        case "day":
            return shifted(at, count)
        case "week":
            return shifted(at, 7 * count)
    length = {"month": 1, "quarter": 3, "season": 3, "year": 12, "decade": 120, "century": 1200}[unit]
    first = _month(at.year, at.month + length * count)
    return first.replace(day=min(at.day, monthrange(first.year, first.month)[1]))


def shifted(at: date, days: int) -> date:
    """The day so many days later, within the calendar."""
    return date.fromordinal(min(max(at.toordinal() + days, 1), date.max.toordinal()))


def part(of: Period, which: Part) -> Period:
    """About a third of the period: 'early 2024' is January to April, 'mid-May' the 11th to the 20th."""
    if of.first.day == 1 and (of.last + timedelta(1)).day == 1 if of.last < date.max else False:
        count = (of.last.year - of.first.year) * 12 + of.last.month - of.first.month + 1
        if count % 3 == 0:
            start = of.first.month + {"early": 0, "mid": count // 3, "late": 2 * count // 3}[which]
            return months(of.first.year, start, count // 3)
    length = (of.last - of.first).days + 1
    first, last = {"early": (0, length // 3), "mid": (length // 3, 2 * length // 3), "late": (2 * length // 3, length)}[
        which
    ]
    return Period(shifted(of.first, first), shifted(of.first, max(last - 1, first)))


def _month(at: int, month: int) -> date:
    """The first of the month, whatever number `month` is, within the calendar."""
    index = at * 12 + month - 1
    return date(min(max(index // 12, MINYEAR), MAXYEAR), index % 12 + 1, 1)
