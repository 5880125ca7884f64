"""Single points in time as English copy names them: 'Tuesday', 'May 3', 'last month', 'the 1990s', 'two weeks ago'.

Each is resolved against the story's own day. Where the calendar leaves two answers, the tense around decides: see
tense.py. What a preposition adds ('since May', 'from May to July') is the caller's.
"""

from calendar import day_name, month_name
from dataclasses import dataclass, replace
from datetime import date

from pipeline.enrichers.numerals import number
from pipeline.enrichers.periods import (
    FIRST_MONTHS,
    Part,
    Period,
    Unit,
    around,
    day,
    months,
    moved,
    part,
    season,
    shifted,
    week,
    year,
)
from pipeline.enrichers.tense import direction
from pipeline.enrichers.words import Words

WEEKDAYS = {name.lower(): number for number, name in enumerate(day_name)}
MONTHS = {name.lower(): number for number, name in enumerate(month_name) if name} | {
    "jan": 1, "feb": 2, "mar": 3, "apr": 4, "jun": 6, "jul": 7, "aug": 8, "sept": 9, "sep": 9, "oct": 10, "nov": 11,
    "dec": 12,
}  # fmt: skip
UNITS: dict[str, Unit] = {
    "day": "day", "week": "week", "month": "month", "quarter": "quarter", "year": "year", "decade": "decade",
    "century": "century",
}  # fmt: skip
_PLURALS: dict[str, Unit] = {f"{name}s": unit for name, unit in UNITS.items()} | {"centuries": "century"}
_ANY_UNIT = UNITS | _PLURALS
_HOURS = frozenset("hour hours minute minutes".split())
_DAYTIMES = frozenset("morning afternoon evening night midnight noon".split())
_ORDINALS = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "1st": 1, "2nd": 2, "3rd": 3, "4th": 4
}  # fmt: skip
_PARTS: dict[str, Part] = {
    "early": "early", "start": "early", "beginning": "early", "mid": "mid", "middle": "mid", "late": "late",
    "end": "late",
}  # fmt: skip
_RELATIVE = {"yesterday": -1, "today": 0, "tonight": 0, "tomorrow": 1}
_SIDES = {"last": -1, "previous": -1, "past": -1, "this": 0, "current": 0, "next": 1, "coming": 1, "following": 1}
_FARTHEST = 300
"""Days beyond which copy gives the year: a date without one that would lie farther off is the one on the other side."""
_MOST = 500
"""Units that 'ago' and the like may count."""


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


def point(at: Reading, index: int, lean: int = 0) -> Point | None:
    """The point in time that begins with the word there; None where none does.

    `lean` is 1 where it must be to come and -1 where it must be past, whatever the tense.
    """
    word = at.read.at(index)
    if word in WEEKDAYS:
        return _weekday(at, index, lean) if at.read.is_capital(index) else None
    if word in MONTHS:
        return _month(at, index, lean) if at.read.is_capital(index) else None
    if word in _RELATIVE:
        return _named_day(at, index)
    if word in _SIDES:
        return _sided(at, index, lean)
    if word in _PARTS or word in ("earlier", "later", "so"):
        return _part(at, index, lean)
    if word in FIRST_MONTHS:
        return _season(at, index)
    if word == "the":
        return _the(at, index, lean)
    if word[:1].isdecimal():
        return _digits(at, index, lean) or _counted(at, index)
    return _counted(at, index)


def is_year(read: Words, index: int) -> bool:
    """Whether the word there is a year and no amount."""
    word = read.at(index)
    if len(word) != 4 or not word.isdecimal() or not 1400 <= int(word) <= 2100:
        return False
    return read.at(index + 1) not in ("%", "percent", "per") and not (read.at(index - 1) in "$€£" and index > 0)


def _weekday(at: Reading, index: int, lean: int) -> Point:
    last = index + 1 if at.read.at(index + 1) in _DAYTIMES else index
    comma = last + 1 if at.read.at(last + 1) in (",", "(") else last
    if at.read.at(comma + 1) in MONTHS and (dated := _month(at, comma + 1, lean)) and dated.kind == "date":
        return replace(dated, first=index)
    if at.today is None:
        return Point(index, last, None, "weekday")
    since = (at.today.weekday() - WEEKDAYS[at.read.at(index)]) % 7
    ahead = since > 0 and (lean or direction(at.read, index, last)) > 0
    return Point(index, last, day(shifted(at.today, 7 - since if ahead else -since)), "weekday")


def _month(at: Reading, index: int, lean: int) -> Point | None:
    """'May 3', 'Nov. 3, 2026', 'May 3-5', 'May 2024', 'May'."""
    read, number_ = at.read, MONTHS[at.read.at(index)]
    last = index + 1 if read.at(index + 1) == "." and len(read.at(index)) < 5 else index
    if (first := _day_of_month(read, last + 1)) is not None:
        last = _after_suffix(read, last + 1)
        end, last = _second_day(read, last, first)
        comma = last + 1 if read.at(last + 1) == "," else last
        given = int(read.at(comma + 1)) if is_year(read, comma + 1) else None
        last = comma + 1 if given else last
        return Point(index, last, _dated(at, index, last, (given, number_, first, end), lean), "date")
    comma = last + 1 if read.at(last + 1) in (",", "of") else last
    if is_year(read, comma + 1):
        return Point(index, comma + 1, months(int(read.at(comma + 1)), number_), "month")
    return Point(index, last, _month_alone(at, index, last, number_, lean), "month")


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
    return _fitting(at, found, lean or direction(at.read, first, last))


def _days(year_: int, month: int, begin: int, end: int) -> Period | None:
    try:
        return Period(date(year_, month, begin), date(year_, month, end))
    except ValueError:
        return None


def _fitting(at: Reading, found: list[Period], sign: int) -> Period | None:
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
    return _fitting(at, found, lean or direction(at.read, first, last))


def _named_day(at: Reading, index: int) -> Point:
    last = index + 1 if at.read.at(index + 1) in _DAYTIMES else index
    period = None if at.today is None else day(shifted(at.today, _RELATIVE[at.read.at(index)]))
    return Point(index, last, period, "day")


def _sided(at: Reading, index: int, lean: int) -> Point | None:
    """'last week', 'next Tuesday', 'this summer', 'last May', 'the past three days' (from 'past' on)."""
    read, side, after = at.read, _SIDES[at.read.at(index)], index + 1
    word = read.at(after)
    if word in _DAYTIMES:
        return _daytime(at, index, side)
    if word == "weekend":
        return Point(index, after, None if at.today is None else _weekend(at.today, side, lean), "day")
    if word in UNITS:
        if read.at(index) in ("previous", "following"):
            return Point(index, after, None, UNITS[word], (side, UNITS[word]))
        if read.at(index) in ("past", "coming"):
            return Point(index, after, _stretch(at, side, UNITS[word]), "stretch")
        period = None if at.today is None else around(moved(at.today, side, UNITS[word]), UNITS[word])
        return Point(index, after, period, UNITS[word])
    if word in WEEKDAYS or (word in MONTHS and read.is_capital(after)):
        return _sided_name(at, index, side, lean)
    if word in FIRST_MONTHS:
        period = None if at.today is None else season(word, at.today.year + side)
        return Point(index, after, period, "season")
    return _span_of_units(at, index, side)


def _daytime(at: Reading, index: int, side: int) -> Point | None:
    """'this morning', 'last night'; not 'the next morning', which is another day's."""
    if at.read.at(index) not in ("this", "last"):
        return Point(index, index + 1, None, "day", (1, "day")) if side > 0 else None
    return Point(index, index + 1, None if at.today is None else day(shifted(at.today, side)), "day")


def _weekend(today: date, side: int, lean: int) -> Period:
    saturday = shifted(week(today).first, 5)
    if side == 0 and lean < 0 and today < saturday:
        side = -1
    if side < 0 or (side > 0 and today >= saturday):
        saturday = shifted(saturday, 7 * side)
    return Period(saturday, shifted(saturday, 1))


def _sided_name(at: Reading, index: int, side: int, lean: int) -> Point | None:
    """'last Tuesday' before today, 'next May' after this month."""
    found = point(at, index + 1, side or lean)
    if found is None or at.today is None or found.period is None or found.kind not in ("weekday", "month"):
        return None if found is None else replace(found, first=index)
    period = found.period
    if side and period.first <= at.today <= period.last:
        unit: Unit = "week" if found.kind == "weekday" else "year"
        period = around(moved(period.first, side, unit), "day" if found.kind == "weekday" else "month")
    return replace(found, first=index, period=period)


def _span_of_units(at: Reading, index: int, side: int) -> Point | None:
    """'past three days', 'last 24 hours', 'next two weeks', 'past year' from the side's word on."""
    count = number(at.read, index + 1)
    last = count.last + 1 if count else index + 1
    word = at.read.at(last)
    if word in _HOURS and count and side:
        hours = count.low / (1 if word.startswith("hour") else 60)
        return Point(index, last, _stretch(at, side * max(round(hours / 24), 1), "day", hours), "stretch")
    if word not in _PLURALS or not side:
        return None
    if count is None or count.high is None or not 1 <= count.low <= _MOST:
        return Point(index, last, None, "stretch")
    return Point(index, last, _stretch(at, side * round(count.low), _PLURALS[word]), "stretch")


def _stretch(at: Reading, count: int, unit: Unit, hours: float = 24) -> Period | None:
    if at.today is None:
        return None
    other = moved(at.today, count, unit) if hours > 12 else at.today
    return Period(min(other, at.today), max(other, at.today))


def _part(at: Reading, index: int, lean: int) -> Point | None:
    """'early 2024', 'mid-May', 'late last year', 'the end of June' (from 'end' on), 'earlier this month'."""
    read, word = at.read, at.read.at(index)
    after = index + 1
    if word == "so":
        return _so_far(at, index)
    if read.at(after) == "-" and word in ("mid", "end"):
        after += 1
    if word in ("start", "beginning", "middle", "end") and after == index + 1:
        if read.at(after) != "of":
            return None
        after += 1
    whole = point(at, after, lean) or _whole(at, after)
    if whole is None or whole.kind not in (
        "week",
        "month",
        "quarter",
        "season",
        "year",
        "decade",
        "century",
        "day",
        "weekday",
    ):
        return None
    if whole.period is None or whole.kind in ("day", "weekday"):
        return replace(whole, first=index)
    if word in ("earlier", "later"):
        return replace(whole, first=index, period=_so_much(at, whole.period, word), kind="part")
    return replace(whole, first=index, period=part(whole.period, _PARTS[word]), kind="part")


def _so_far(at: Reading, index: int) -> Point | None:
    if at.read.at(index + 1) != "far" or at.read.at(index + 2) != "this" or (whole := point(at, index + 2)) is None:
        return None
    period = whole.period and _so_much(at, whole.period, "earlier")
    return replace(whole, first=index, period=period, kind="part")


def _so_much(at: Reading, whole: Period, word: str) -> Period:
    """What of a period lies before ('earlier') or after ('later') today, where today lies in it."""
    if at.today is None or not whole.first <= at.today <= whole.last:
        return whole
    return Period(whole.first, at.today) if word == "earlier" else Period(at.today, whole.last)


def _whole(at: Reading, index: int) -> Point | None:
    """'the year', 'the month', a year: which only a part of makes a time of the story's own; a decade."""
    read = at.read
    if read.at(index) == "the" and read.at(index + 1) in UNITS:
        unit = UNITS[read.at(index + 1)]
        return Point(index, index + 1, None if at.today is None else around(at.today, unit), unit)
    return _year(at, index)


def _year(at: Reading, index: int) -> Point | None:
    """'2019', '1990s'."""
    if not is_year(at.read, index):
        return None
    which = int(at.read.at(index))
    if at.read.at(index + 1) == "s" and at.read.adjoin(index) and which % 10 == 0:
        return Point(index, index + 1, year(which, 100 if which % 100 == 0 and which < 2000 else 10), "decade")
    return Point(index, index, year(which), "year")


def _season(at: Reading, index: int) -> Point | None:
    """'spring 2024', 'summer of 2019'; a season alone is no time."""
    after = index + 2 if at.read.at(index + 1) == "of" else index + 1
    if is_year(at.read, after):
        return Point(index, after, season(at.read.at(index), int(at.read.at(after))), "season")
    if after == index + 2 and at.read.at(after) == "last" and at.read.at(after + 1) == "year" and at.today:
        return Point(index, after + 1, season(at.read.at(index), at.today.year - 1), "season")
    return None


def _the(at: Reading, index: int, lean: int) -> Point | None:
    """What begins with 'the'."""
    read, word = at.read, at.read.at(index + 1)
    found: Point | None = None
    if word == "weekend":
        sign = lean or direction(read, index, index + 1)
        found = Point(index, index + 1, _weekend(at.today, max(sign, 0), sign or -1) if at.today else None, "day")
    elif word in ("same", "day", "night", "year", "month", "week"):
        found = _beside(read, index)
    elif word in _ORDINALS:
        found = _quarter(at, index + 1)
    elif word in _SIDES or word in _PARTS or word in FIRST_MONTHS:
        found = point(at, index + 1, lean)
    elif word[:1].isdecimal():
        found = _day_first(at, index + 1, lean) or _decade(at, index + 1)
    elif word in MONTHS and read.is_capital(index + 1) and read.at(index + 2).isalpha():
        found = None if read.is_capital(index + 2) else _month(at, index + 1, lean)
    return found and replace(found, first=index)


def _decade(at: Reading, index: int) -> Point | None:
    found = _year(at, index)
    return found if found and found.kind == "decade" else None


def _beside(read: Words, index: int) -> Point | None:
    """'the same day', 'the day before', 'the year after': beside a time that the text has named."""
    word, after = read.at(index + 1), read.at(index + 2)
    if word == "same" and after in UNITS:
        return Point(index, index + 2, None, UNITS[after], (0, UNITS[after]))
    if word in UNITS and after in ("before", "after") and not read.at(index + 3).isalpha():
        return Point(index, index + 2, None, UNITS[word], (-1 if after == "before" else 1, UNITS[word]))
    if word == "day" and after in ("before", "after") and read.at(index + 3) in ("yesterday", "tomorrow"):
        return Point(index, index + 3, None, "day")
    return None


def _quarter(at: Reading, index: int) -> Point | None:
    """'first quarter', 'second half of 2024', 'first nine months of the year', from the ordinal on."""
    read, ordinal = at.read, _ORDINALS[at.read.at(index)]
    count = number(read, index + 1)
    if count and ordinal == 1 and read.at(count.last + 1) == "months" and 1 <= count.low <= 11:
        length, last = int(count.low), count.last + 1
    elif read.at(index + 1) in ("quarter", "half"):
        length, last = (3 if read.at(index + 1) == "quarter" else 6), index + 1
    else:
        return None
    if ordinal * length > 12:
        return None
    whole = (point(at, last + 2) or _whole(at, last + 2)) if read.at(last + 1) == "of" else None
    if whole and whole.kind == "year" and whole.period:
        start = whole.period.first
        return Point(index, whole.last, months(start.year, 1 + (ordinal - 1) * length, length), "quarter")
    if length != 3 or at.today is None:  # 'the first half' may be a match's
        return Point(index, last, None, "quarter") if length == 3 else None
    found = [months(at.today.year + offset, 1 + (ordinal - 1) * 3, 3) for offset in (-1, 0, 1)]
    return Point(index, last, _fitting(at, found, direction(read, index, last)), "quarter")


def _digits(at: Reading, index: int, lean: int) -> Point | None:
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
        return _year(at, index)
    return _day_first(at, index, lean)


def _day_first(at: Reading, index: int, lean: int) -> Point | None:
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
    last = month + 1 if read.at(month + 1) == "." and len(read.at(month)) < 5 else month
    given = int(read.at(last + 1)) if is_year(read, last + 1) else None
    last = last + 1 if given else last
    return Point(index, last, _dated(at, index, last, (given, MONTHS[read.at(month)], first, end), lean), "date")


def _counted(at: Reading, index: int) -> Point | None:
    """'two weeks ago', 'a year earlier', 'ten days later', 'weeks ago'."""
    read = at.read
    count = number(read, index)
    if count is None and read.at(index) in ("a", "an"):
        amount, last = 1.0, index + 1
    elif count and count.high is not None:
        amount, last = count.low, count.last + 1
    elif read.at(index) in _PLURALS or read.at(index) in ("hours", "minutes"):
        return Point(index, index + 1, None, "stretch") if read.at(index + 1) in ("ago", "earlier", "later") else None
    else:
        return None
    unit, how = _ANY_UNIT.get(read.at(last)), read.at(last + 1)
    if read.at(last) in _HOURS and how in ("earlier", "later"):
        return Point(index, last + 1, None, "stretch")
    if read.at(last) in _HOURS and how == "ago":
        return Point(index, last + 1, day(at.today) if at.today and amount < 12 else None, "day")
    if unit is None or how not in ("ago", "earlier", "later", "before", "after") or not 0 < amount <= _MOST:
        return None
    if how in ("before", "after") and read.at(last + 2).isalpha():  # 'two days before the vote'
        return None
    if how == "ago":
        whole = int(amount) if amount == int(amount) else 0
        period = around(moved(at.today, -whole, unit), _grain(unit)) if at.today and whole else None
        return Point(index, last + 1, period, unit)
    shift = round(amount) * (-1 if how in ("earlier", "before") else 1)
    return Point(index, last + 1, None, unit, (shift, unit))


def _grain(unit: Unit) -> Unit:
    """How exact 'two decades ago' is: to the year."""
    return "year" if unit in ("decade", "century") else unit
