"""Single points in time as English copy names them: 'last month', 'mid-2018', 'two weeks ago', or a date.

Each is resolved against the story's own day. Where the calendar leaves two answers, the tense around decides: see
tense.py. What a preposition adds ('since May', 'from May to July') is the caller's.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from pipeline.enrichers.numerals import SMALL, VAGUE, number
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
)
from pipeline.enrichers.tense import direction
from pipeline.enrichers.time_dates import (
    DAYTIMES,
    MONTHS,
    WEEKDAYS,
    Point,
    Reading,
    day_first,
    digits,
    fitting,
    is_year,
    month,
    weekday,
    year_at,
)
from pipeline.enrichers.words import Words

UNITS: dict[str, Unit] = {
    "day": "day", "week": "week", "month": "month", "quarter": "quarter", "year": "year", "decade": "decade",
    "century": "century",
}  # fmt: skip
_PLURALS: dict[str, Unit] = {f"{name}s": unit for name, unit in UNITS.items()} | {"centuries": "century"}
_ANY_UNIT = UNITS | _PLURALS
_HOURS = frozenset(["hour", "hours", "minute", "minutes"])
_ORDINALS = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "1st": 1, "2nd": 2, "3rd": 3, "4th": 4
}  # fmt: skip
_PARTS: dict[str, Part] = {
    "early": "early", "start": "early", "beginning": "early", "mid": "mid", "middle": "mid", "late": "late",
    "end": "late",
}  # fmt: skip
_NESTING = _PARTS.keys() | {"earlier", "later", "so"}
_BESIDE = {"same", "day", "night", "year", "month", "week"}
_RELATIVE = {"yesterday": -1, "today": 0, "tonight": 0, "tomorrow": 1}
_SIDES = {"last": -1, "previous": -1, "past": -1, "this": 0, "current": 0, "next": 1, "coming": 1, "following": 1}
_MOST = 500
"""Units that 'ago' and the like may count."""


def point(at: Reading, index: int, lean: int = 0) -> Point | None:
    """The point in time that begins with the word there; None where none does.

    `lean` is 1 where it must be to come and -1 where it must be past, whatever the tense.
    """
    word = at.read.at(index)
    if word[:1].isdecimal():
        return digits(at, index, lean) or _counted(at, index, lean)
    return _READERS.get(word, _counted)(at, index, lean)


def _named_day(at: Reading, index: int, lean: int) -> Point:  # noqa: ARG001 (read like the others)
    last = index + 1 if at.read.at(index + 1) in DAYTIMES else index
    period = None if at.today is None else day(shifted(at.today, _RELATIVE[at.read.at(index)]))
    return Point(index, last, period, "day")


def _sided(at: Reading, index: int, lean: int) -> Point | None:
    """'last week', 'next Tuesday', 'this summer', 'last May', 'the past three days' (from 'past' on)."""
    side, after = _SIDES[at.read.at(index)], index + 1
    word = at.read.at(after)
    if word in DAYTIMES:
        return _daytime(at, index, side)
    if word in UNITS:
        last_week = word == "week" and at.read.at(after + 1) == "of"
        return _week_of_month(at, index, lean) if last_week else _sided_unit(at, index, side, UNITS[word])
    if word in WEEKDAYS or (word in MONTHS and at.read.is_capital(after)):
        return _sided_name(at, index, side, lean)
    if word == "weekend":
        return Point(index, after, _weekend(at.today, side, lean) if at.today else None, "day")
    if word in FIRST_MONTHS:
        return Point(index, after, season(word, at.today.year + side) if at.today else None, "season")
    return _span_of_units(at, index, side)


def _week_of_month(at: Reading, index: int, lean: int) -> Point | None:
    """'last week of June' from 'last' on."""
    whole = month(at, index + 3, lean) if at.read.at(index + 3) in MONTHS and at.read.at(index) == "last" else None
    if whole is None or whole.kind != "month":
        return None
    period = whole.period and Period(shifted(whole.period.last, -6), whole.period.last)
    return Point(index, whole.last, period, "week")


def _sided_unit(at: Reading, index: int, side: int, unit: Unit) -> Point:
    """'last week' is the week before this one, 'the past week' the last seven days."""
    word = at.read.at(index)
    if word in ("previous", "following"):
        return Point(index, index + 1, None, unit, (side, unit))
    if word in ("past", "coming"):
        return Point(index, index + 1, _stretch(at, side, unit), "stretch")
    return Point(index, index + 1, around(moved(at.today, side, unit), unit) if at.today else None, unit)


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
    nested = read.at(after + 1 if read.at(after) == "the" else after) in _NESTING  # 'early early', without end
    whole = None if nested else point(at, after, lean) or _whole(at, after)
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
    return replace(whole, first=index, period=_share(whole.period, word), kind="part")


def _share(whole: Period, word: str) -> Period:
    """The part of a period that the word says; of a long one its end is the last month."""
    if word in ("start", "beginning", "end") and (whole.last - whole.first).days > 80:
        at = whole.last if word == "end" else whole.first
        return months(at.year, at.month)
    return part(whole, _PARTS[word])


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
    return year_at(at, index)


def _recent(at: Reading, index: int, lean: int) -> Point | None:  # noqa: ARG001
    """'recent weeks'."""
    return Point(index, index + 1, None, "stretch") if at.read.at(index + 1) in _PLURALS else None


def _season(at: Reading, index: int, lean: int) -> Point | None:  # noqa: ARG001
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
    elif word in _BESIDE:
        found = _beside(read, index)
    elif word in _ORDINALS:
        found = _quarter(at, index + 1)
    elif word in _SIDES or word in _PARTS or word in FIRST_MONTHS:
        found = point(at, index + 1, lean)
    elif word[:1].isdecimal():
        found = day_first(at, index + 1, lean) or _decade(at, index + 1)
    return found and replace(found, first=index)


def _decade(at: Reading, index: int) -> Point | None:
    found = year_at(at, index)
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


def _of_year(at: Reading, index: int) -> Point | None:
    """'last year', 'the year', '2024' after 'of'."""
    return _sided(at, index, 0) if at.read.at(index) in _SIDES else _whole(at, index)


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
    whole = _of_year(at, last + 2) if read.at(last + 1) == "of" else None
    if whole and whole.kind == "year" and whole.period:
        start = whole.period.first
        return Point(index, whole.last, months(start.year, 1 + (ordinal - 1) * length, length), "quarter")
    if length != 3 or at.today is None:  # 'the first half' may be a match's
        return Point(index, last, None, "quarter") if length == 3 else None
    found = [months(at.today.year + offset, 1 + (ordinal - 1) * 3, 3) for offset in (-1, 0, 1)]
    return Point(index, last, fitting(at, found, direction(read, index, last)), "quarter")


def _counted(at: Reading, index: int, lean: int) -> Point | None:  # noqa: ARG001
    """'two weeks ago', 'a year earlier', 'ten days later', 'weeks ago'."""
    read, count = at.read, number(at.read, index)
    if count is None and read.at(index) in ("a", "an"):
        return _beyond(at, index, index + 1, 1.0)
    if count and count.high is not None and 0 < count.low <= _MOST:
        return _beyond(at, index, count.last + 1, count.low)
    several = read.at(index) in _PLURALS or read.at(index) in ("hours", "minutes")
    if several and read.at(index + 1) in ("ago", "earlier", "later"):
        return Point(index, index + 1, None, "stretch")
    return None


def _beyond(at: Reading, first: int, index: int, amount: float) -> Point | None:
    """The time that lies so many of the unit there before or after the story or another time."""
    read, last = at.read, index + 1
    unit, how = _ANY_UNIT.get(read.at(index)), read.at(last)
    if read.at(index) in _HOURS and how in ("ago", "earlier", "later"):
        today = day(at.today) if at.today and how == "ago" and amount < 12 else None
        return Point(first, last, today, "stretch")
    if unit is None or how not in ("ago", "earlier", "later", "before", "after"):
        return None
    if how in ("before", "after") and read.at(last + 1).isalpha():  # 'two days before the vote'
        return None
    if how == "ago":
        whole = int(amount) if amount == int(amount) else 0
        return Point(
            first, last, around(moved(at.today, -whole, unit), _grain(unit)) if at.today and whole else None, unit
        )
    return Point(first, last, None, unit, (round(amount) * (-1 if how in ("earlier", "before") else 1), unit))


def _grain(unit: Unit) -> Unit:
    """How exact 'two decades ago' is: to the year."""
    return "year" if unit in ("decade", "century") else unit


_READERS: dict[str, Callable[[Reading, int, int], Point | None]] = {
    **dict.fromkeys(_NESTING, _part),
    **dict.fromkeys(FIRST_MONTHS, _season),
    **dict.fromkeys(_SIDES, _sided),
    **dict.fromkeys(_RELATIVE, _named_day),
    **dict.fromkeys(MONTHS, month),
    **dict.fromkeys(WEEKDAYS, weekday),
    "the": _the,
    "recent": _recent,
}
"""Which function reads what begins with a word."""
_AFTER_THE = _SIDES.keys() | _PARTS.keys() | _ORDINALS.keys() | FIRST_MONTHS.keys() | _BESIDE | {"weekend"}
_AFTER_A = UNITS.keys() | _HOURS | {"few", "couple", "dozen", "hundred", "half"}
_FIRST = (
    (_READERS.keys() - {"the"})
    | SMALL.keys()
    | VAGUE.keys()
    | _PLURALS.keys()
    | {"hours", "minutes", "several", "few", "half"}
)


def may_begin(read: Words, index: int) -> bool:
    """Whether a point may begin with the word there, by a look at it and the next: `point` costs more."""
    word = read.at(index)
    if word == "the":
        after = read.at(index + 1)
        return after in _AFTER_THE or after[:1].isdecimal()
    if word in ("a", "an"):
        return read.at(index + 1) in _AFTER_A
    return word in _FIRST or word[:1].isdecimal()
