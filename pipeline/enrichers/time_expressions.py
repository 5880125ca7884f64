"""Whole expressions of time: what prepositions and ranges make of points: 'since May', 'from May to July'."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from pipeline.enrichers.numerals import SMALL, VAGUE
from pipeline.enrichers.periods import Period, around, moved, shifted
from pipeline.enrichers.tense import direction
from pipeline.enrichers.time_dates import MONTHS, WEEKDAYS, Point, Reading, is_year
from pipeline.enrichers.time_points import may_begin, point
from pipeline.enrichers.words import BREAK, Words, word_lists

_LISTS = word_lists("time_words.toml")
_PREPOSITIONS, _ADVERBS, _AHEAD, _TO = (_LISTS[key] for key in ("prepositions", "adverbs", "ahead", "range"))
_DETERMINERS = frozenset(["the", "a", "an", "his", "her", "its", "their", "this", "last"])
_OPENERS = _PREPOSITIONS | _ADVERBS | _LISTS["openers"] | WEEKDAYS.keys() | MONTHS.keys() | SMALL.keys() | VAGUE.keys()


@dataclass(frozen=True, slots=True)
class Expression:
    """A time in the words from `first` to `last`, included, and its days, None where open or not known."""

    first: int
    last: int
    begins: date | None
    ends: date | None


def expressions(at: Reading) -> Iterator[Expression]:
    """The times of the text, in order."""
    anchor: Expression | None = None
    last: Expression | None = None
    for index, word in enumerate(at.read.lower):
        if word == BREAK:
            anchor = None
        elif not (word in _OPENERS or word[0].isdecimal()) or (last and index <= last.last):
            continue
        elif found := _expression(at, index, anchor):
            found = last = _following(at.read, last, found)
            yield found
            if found.begins is not None and found.ends is not None:
                anchor = found


def _following(read: Words, before: Expression | None, found: Expression) -> Expression:
    """The time; in 'on Monday and Tuesday' the second day after the first, whatever the tense made of it."""
    if before is None or found.first - before.last != 2 or read.at(found.first - 1) not in ("and", "or"):
        return found
    if read.lower[found.first] not in WEEKDAYS or before.begins is None or found.begins is None:
        return found
    day = shifted(before.begins, (found.begins - before.begins).days % 7)
    return Expression(found.first, found.last, day, day)


def _expression(at: Reading, index: int, anchor: Expression | None) -> Expression | None:
    """The longest time that begins with the word there."""
    read, word = at.read, at.read.lower[index]
    if word in _ADVERBS and read.at(index + 1) == "on" and (found := point(at, index + 2)):
        return _plain(index, found, anchor)
    if word == "overnight":
        return _of(index, index, Period(shifted(at.today, -1), at.today) if at.today else None)
    if word in _PREPOSITIONS and (word != "over" or read.at(index + 1) == "the"):
        return _prepositional(at, index, anchor)
    found = point(at, index, _lean_alone(read, index)) if may_begin(read, index) else None
    if found is None or not _stands_alone(read, found):
        return None
    return _range(at, index, found) or _plain(index, found, anchor)


def _plain(index: int, found: Point, anchor: Expression | None) -> Expression:
    period = found.period or _shifted(found, anchor)
    return _of(index, found.last, period)


def _of(first: int, last: int, period: Period | None) -> Expression:
    return Expression(first, last, period.first, period.last) if period else Expression(first, last, None, None)


def _shifted(found: Point, anchor: Expression | None) -> Period | None:
    """'two days later' than the last day that the paragraph named, 'the previous month' before the last month."""
    if anchor is None or found.shift is None or anchor.begins is None or anchor.ends is None:
        return None
    (count, unit), days = found.shift, (anchor.ends - anchor.begins).days
    if days and (abs(count) != 1 or days != (around(anchor.begins, unit).last - anchor.begins).days):
        return None
    return around(moved(anchor.begins, count, unit), "day" if unit == "week" and not days else unit)


def _stands_alone(read: Words, found: Point) -> bool:
    """Whether a point is a time without a preposition: 'Tuesday', but not 'May' or a bare number."""
    if found.kind == "month" and found.first == found.last:
        if read.at(found.last + 1) in ("'", "’"):
            return read.at(found.last + 2) == "s"
        noun = read.at(found.last + 1).isalpha() and not read.is_capital(found.last + 1)
        return noun and read.at(found.first - 1) in _DETERMINERS
    if found.kind == "year" and found.first == found.last:
        before, after = read.at(found.first - 1), read.at(found.last + 1)
        if before in ("and", "or", "to"):
            return is_year(read, found.first - 2)
        named = after.isalpha() if before in _DETERMINERS else before in ("of", "for", "(")
        return named and not _counts(read, found)
    return found.kind != "season" or found.first != found.last


def _counts(read: Words, found: Point) -> bool:
    """Whether what looks like a year counts what stands after it: 'to 2000 workers'."""
    after = read.at(found.last + 1)
    return read.at(found.first - 1) in ("of", "for") and after.endswith("s") and len(after) > 3


def _range(at: Reading, index: int, first: Point) -> Expression | None:
    """'May to July', 'Monday through Friday', '2011-2014', '2011-12'."""
    read, after = at.read, first.last + 1
    dash = read.at(after) in ("-", "–", "/") and read.adjoin(first.last)
    if not dash and (read.at(after) not in _TO or first.kind not in ("weekday", "month", "year", "date")):
        return None
    if dash and first.kind == "year" and (short := _short_year(at, after + 1)) is not None:
        return _joined(index, first, short)
    second = point(at, after + 1)
    if second is None or second.kind != first.kind or (dash and not read.adjoin(after)):
        return None
    return _joined(index, first, second)


def _short_year(at: Reading, index: int) -> Point | None:
    """The '12' of '2011-12'."""
    word, year_ = at.read.at(index), at.read.at(index - 2)
    if len(word) != 2 or not word.isdecimal() or not is_year(at.read, index - 2) or int(word) <= int(year_[2:]):
        return None
    last = date(int(year_[:2] + word), 12, 31)
    return Point(index, index, Period(last.replace(month=1, day=1), last), "year")


def _joined(index: int, first: Point, second: Point) -> Expression:
    if first.period is None or second.period is None:
        return Expression(index, second.last, None, None)
    begins, ends = first.period.first, second.period.last
    if begins > ends:
        if first.kind == "weekday":
            ends = shifted(begins, (ends - begins).days % 7)
        elif first.kind == "month":  # 'from November to March': the tense chose different years
            begins = moved(begins, -12, "month")
    return Expression(index, second.last, begins, ends)


def _prepositional(at: Reading, index: int, anchor: Expression | None) -> Expression | None:
    """'on Friday', 'since May', 'by the end of June', 'between 2011 and 2014'."""
    read, word = at.read, at.read.lower[index]
    inner = index + 1
    if word in ("in", "by", "until", "since", "from", "on", "at") and read.at(inner) in ("about", "around", "late"):
        inner += read.at(inner) != "late"
    if not may_begin(read, inner):
        return None
    found = point(at, inner, _lean(read, index))
    if found is None or (found.shift and word != "on") or (found.kind == "year" and not _is_date(word, found)):
        return None
    if word == "between":
        return _between(at, index, found)
    if word == "from" and read.at(found.last + 1) in _TO:
        second = point(at, found.last + 2)
        return _joined(index, found, second) if second else _plain(index, found, anchor)
    if (joined := _range(at, index, found)) is not None:
        return joined
    return _opened(at, word, _plain(index, found, anchor))


def _is_date(preposition: str, found: Point) -> bool:
    """Whether a bare year after a preposition is one: 'in 2019'; not 'over 2000', 'about 1990'."""
    return found.first != found.last or preposition not in ("on", "at", "over", "about", "around", "within")


def _lean_alone(read: Words, index: int) -> int:
    """'planned for Friday' is ahead, 'after the May election' behind."""
    if read.at(index - 1) == "for":
        return 1
    return -1 if read.at(index - 2) == "after" and read.at(index - 1) in _DETERMINERS else 0


def _lean(read: Words, index: int) -> int:
    """Where a preposition puts a day: 'until' and 'from' ahead, 'since' behind, 'by' ahead unless the tense is past."""
    word = read.lower[index]
    if word == "since" or (word == "from" and read.at(index - 1) in _LISTS["sources"]):
        return -1
    if word == "by" or (word == "from" and _TO.intersection(read.lower[index + 2 : index + 4])):
        return direction(read, index, index) or 1
    if word in ("until", "till") and _LISTS["lasting"].intersection(read.lower[max(index - 3, 0) : index]):
        return -1
    return 1 if word in _AHEAD or word == "from" else 0


def _between(at: Reading, index: int, first: Point) -> Expression | None:
    if at.read.at(first.last + 1) != "and":
        return None
    second = point(at, first.last + 2)
    return _joined(index, first, second) if second else None


def _opened(at: Reading, word: str, plain: Expression) -> Expression:
    """What a preposition makes of a period: 'since' it until today, 'by' it from today on."""
    begins, ends, today = plain.begins, plain.ends, at.today
    if begins is None or ends is None:
        return plain
    if word == "since":
        return Expression(plain.first, plain.last, begins, today if today and today >= begins else None)
    if word in ("by", "until", "till", "through", "before"):
        whole = at.read.lower[plain.first + 1 : plain.first + 3] == ["the", "end"]
        last = shifted(begins, -1) if word == "before" and not whole else ends
        return Expression(plain.first, plain.last, today if today and today <= last else None, last)
    if word == "after":
        return Expression(plain.first, plain.last, shifted(ends, 1), None)
    if word == "from":
        return Expression(plain.first, plain.last, begins, None)
    return plain
