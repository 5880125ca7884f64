"""Dates of the calendar in English copy: 'Tuesday', 'May 3', '3 May 2024', '2026-03-03', 'May', '2019', 'the 1990s'.

What copy leaves out, the year of a day or the week of a weekday, is that of the nearest which the tense allows.
"""

from calendar import day_name, month_name
from dataclasses import dataclass, replace
from datetime import date

from pipeline.enrichers.periods import Period, Unit, day, months, shifted, week, year
from pipeline.enrichers.tense import direction
from pipeline.enrichers.words import Words

WEEKDAYS = {name.lower(): number for number, name in enumerate(day_name)}
MONTHS = {name.lower(): number for number, name in enumerate(month_name) if name} | {
    "jan": 1, "feb": 2, "mar": 3, "apr": 4, "jun": 6, "jul": 7, "aug": 8, "sept": 9, "sep": 9, "oct": 10, "nov": 11,
    "dec": 12,
}  # fmt: skip
DAYTIMES = frozenset(["morning", "afternoon", "evening", "night", "midnight", "noon"])
YEARS = {"last": -1, "this": 0, "next": 1}
_SHORT = MONTHS.keys() - {name.lower() for name in month_name}
_FARTHEST = 330
"""Days beyond which copy gives the year: a date without one that would lie farther off is the one on the other side."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A text and the day of the story that it is read against, None where nobody knows it."""

    read: Words
    today: date | None


@dataclass(frozen=True, slots=True)
class Point:
    """A time in the words from `first` to `last`, included, and the days that it means, None where they are not known.

    `shift` is how it lies to another time that the text has named: 'two days later' is (2, 'day').
    """

    first: int
    last: int
    period: Period | None
    kind: str
    shift: tuple[int, Unit] | None = None


def is_year(read: Words, index: int) -> bool:
    """Whether the word there is a year and no amount."""
    word = read.at(index)
    if len(word) != 4 or not word.isdecimal() or not 1400 <= int(word) <= 2100:
        return False
    return read.at(index + 1) not in ("%", "percent", "per") and not (read.at(index - 1) in "$€£" and index > 0)


def weekday(at: Reading, index: int, lean: int) -> Point | None:
    if not at.read.is_capital(index):
        return None
    last = index + 1 if at.read.at(index + 1) in DAYTIMES else index
    comma = last + 1 if at.read.at(last + 1) in (",", "(") else last
    if at.read.at(comma + 1) in MONTHS and (dated := month(at, comma + 1, lean)) and dated.kind == "date":
        return replace(dated, first=index)
    if at.today is None:
        return Point(index, last, None, "weekday")
    if found := _week_after(at, last):
        return Point(index, found[1], day(shifted(found[0].first, WEEKDAYS[at.read.at(index)])), "weekday")
    since = (at.today.weekday() - WEEKDAYS[at.read.at(index)]) % 7
    ahead = since > 0 and (lean or direction(at.read, index, last)) > 0
    return Point(index, last, day(shifted(at.today, 7 - since if ahead else -since)), "weekday")


def _week_after(at: Reading, last: int) -> tuple[Period, int] | None:
    """The week that follows a weekday, and its last word: 'of next week', 'last week'."""
    after = last + 2 if at.read.at(last + 1) == "of" else last + 1
    if at.read.at(after) not in YEARS or at.read.at(after + 1) != "week" or at.today is None:
        return None
    return week(shifted(at.today, 7 * YEARS[at.read.at(after)])), after + 1


def month(at: Reading, index: int, lean: int) -> Point | None:
    """'May 3', 'Nov. 3, 2026', 'May 3-5', 'May 2024', 'May'."""
    if not at.read.is_capital(index):
        return None
    read, number_ = at.read, MONTHS[at.read.at(index)]
    last = index + 1 if read.at(index + 1) == "." and read.at(index) in _SHORT else index
    if (first := _day_of_month(read, last + 1)) is not None:
        last = _after_suffix(read, last + 1)
        end, last = _second_day(read, last, first)
        given, last = _year_after(at, last)
        return Point(index, last, _dated(at, index, last, (given, number_, first, end), lean), "date")
    if read.lower[last + 1 : last + 4] == ["of", "that", "year"]:
        return Point(index, last + 3, None, "month")
    given, last = _year_after(at, last)
    if given:
        return Point(index, last, months(given, number_), "month")
    return Point(index, last, _month_alone(at, index, last, number_, lean), "month")


def _year_after(at: Reading, last: int) -> tuple[int | None, int]:
    """The year that follows a day or month, and its last word: '2024', ', 2024', 'of 2024', 'last year'."""
    read, after = at.read, last + 1
    if read.at(after) in (",", "of"):
        after += 1
    if is_year(read, after):
        return int(read.at(after)), after
    if read.at(after) in YEARS and read.at(after + 1) == "year" and at.today:
        return at.today.year + YEARS[read.at(after)], after + 1
    return None, last


def _day_of_month(read: Words, index: int) -> int | None:
    word = read.at(index)
    if not (word.isascii() and word.isdecimal() and len(word) <= 2 and 1 <= int(word) <= 31):
        return None
    return None if read.at(index + 1) in (":", "%") and read.adjoin(index) else int(word)


def _after_suffix(read: Words, index: int) -> int:
    """The last word of a day's number: beyond the 'rd' of '3rd'."""
    return index + 1 if read.at(index + 1) in ("st", "nd", "rd", "th") and read.adjoin(index) else index


def _second_day(read: Words, last: int, first: int) -> tuple[int, int]:
    """The last day of 'May 3-5', 'May 3 to 5', and its word."""
    if read.at(last + 1) in ("-", "–", "to", "and") and (second := _day_of_month(read, last + 2)) and second > first:
        beyond = read.at(last + 3)
        if read.at(last + 1) not in ("to", "and") or not beyond.isalpha() or beyond in ("in", "at", "on"):
            return second, last + 2
    return first, last


def _dated(at: Reading, first: int, last: int, parts: tuple[int | None, int, int, int], lean: int) -> Period | None:
    """The days that (year, month, first day, last day) are; where the copy gives no year, of the nearest fitting."""
    given, month, begin, end = parts
    if given:
        return _days(given, month, begin, end)
    if at.today is None:
        return None
    found = [
        each for each in (_days(at.today.year + offset, month, begin, end) for offset in (-1, 0, 1)) if each is not None
    ]
    return fitting(at, found, lean or direction(at.read, first, last))


def _days(year_: int, month: int, begin: int, end: int) -> Period | None:
    try:
        return Period(date(year_, month, begin), date(year_, month, end))
    except ValueError:
        return None


def fitting(at: Reading, found: list[Period], sign: int) -> Period | None:
    """Of the same days in several years the one on the side that the tense says, or else the nearest."""
    assert at.today is not None
    nearest = sorted(found, key=lambda each: _distance(each, at.today))
    side = [each for each in nearest if (each.last >= at.today if sign > 0 else each.first <= at.today)] if sign else []
    return next((each for each in side if _distance(each, at.today) <= _FARTHEST), nearest[0] if nearest else None)


def _distance(period: Period, today: date | None) -> int:
    assert today is not None
    return max((period.first - today).days, (today - period.last).days, 0)


def _month_alone(at: Reading, first: int, last: int, month: int, lean: int) -> Period | None:
    if at.today is None:
        return None
    found = [months(at.today.year + offset, month) for offset in (-1, 0, 1)]
    return fitting(at, found, lean or direction(at.read, first, last))


def year_at(at: Reading, index: int) -> Point | None:
    """'2019', '1990s'."""
    if not is_year(at.read, index):
        return None
    which = int(at.read.at(index))
    if at.read.at(index + 1) == "s" and at.read.adjoin(index) and which % 10 == 0:
        return Point(index, index + 1, year(which, 100 if which % 100 == 0 and which < 2000 else 10), "decade")
    return Point(index, index, year(which), "year")


def digits(at: Reading, index: int, lean: int) -> Point | None:
    """'3 May 2024', '2026-03-03', '2019'."""
    read = at.read
    if is_year(read, index):
        if read.at(index + 1) == "-" == read.at(index + 3) and read.adjoin(index) and read.adjoin(index + 3):
            month, day_ = read.at(index + 2), read.at(index + 4)
            if (
                month.isdecimal()
                and day_.isdecimal()
                and (days := _days(int(read.at(index)), int(month), int(day_), int(day_)))
            ):
                return Point(index, index + 4, days, "date")
        return year_at(at, index)
    return day_first(at, index, lean)


def day_first(at: Reading, index: int, lean: int) -> Point | None:
    """'3 May', '3rd of May 2024', '3-5 May'."""
    read, first = at.read, _day_of_month(at.read, index)
    if first is None:
        return None
    last = _after_suffix(read, index)
    end = first
    if read.at(last + 1) in ("-", "–") and (second := _day_of_month(read, last + 2)) and second > first:
        end, last = second, last + 2
    month = last + 2 if read.at(last + 1) == "of" else last + 1
    if read.at(month) not in MONTHS or not read.is_capital(month):
        return None
    last = month + 1 if read.at(month + 1) == "." and read.at(month) in _SHORT else month
    given, last = _year_after(at, last)
    return Point(index, last, _dated(at, index, last, (given, MONTHS[read.at(month)], first, end), lean), "date")
