"""The time at the end of a transmission: '131137 GMT Nov 13', 'AP-WF-11-13-13 1509GMT', '16:35ET 31-10-14'.

Nothing is guessed from a clock: without day, month and year in the bytes there is no time. A year of two digits is
of 1969 to 2068, as POSIX reads it.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan ene gen janv janvier enero januar",
            "feb fev fév fevr",
            "mar mär mrz mae maa mrt",
            "apr abr avr",
            "may mai mei mag maj",
            "jun giu juin",
            "jul lug juil",
            "aug ago aou aoû",
            "sep set",
            "oct okt ott out",
            "nov",
            "dec dez dic déc dés",
        ),
        1,
    )
    for name in names.split()
}
_HOURS = {
    "gmt": 0, "utc": 0, "z": 0, "ut": 0, "wet": 0, "bst": 1, "cet": 1, "mez": 1, "met": 1, "cest": 2, "mesz": 2,
    "eet": 2, "eest": 3, "msk": 3, "jst": 9, "kst": 9, "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7,
    "mdt": -6, "pst": -8, "pdt": -7,
}  # fmt: skip
_DAY_TIME = re.compile(
    r"^\W*(?P<day>\d\d)(?P<hour>\d\d)(?P<minute>\d\d)\s*(?P<zone>[A-Za-z]{1,4}(?=\s))?\s*"
    r"(?P<month>[^\W\d_]{3,8})\.?\s+(?P<year>\d{4}|\d\d)\b"
)
_DATE = re.compile(r"(?<![\d:])(?P<one>\d{1,2})-(?P<two>\d{1,2})-(?P<year>\d\d)(?!\d)")
_CLOCK = re.compile(r"(?<!\d)(?P<hour>\d\d)[:.-]?(?P<minute>\d\d)(?:[:.-]\d\d)?\s?(?P<zone>[A-Za-z]{1,4})?(?!\d)")
_AMERICAN = re.compile(r"^[A-Z]{2,4}-[A-Z]{2}-\d\d-\d\d-\d\d \d{4}[A-Z]{3}\b")


@dataclass(frozen=True, slots=True)
class Sent:
    """When a transmission was sent, and whether its zone had to be assumed to be UTC."""

    time: datetime
    assumed_utc: bool


def day_time(text: str) -> Sent | None:
    """The time of 'DDHHMM [ZONE] MON YY' (IPTC 7901); None for anything that does not say its month and year."""
    found = _DAY_TIME.match(text[:100])
    month = _month(found["month"]) if found else None
    if not found or not month:
        return None
    return _sent(_year(found["year"]), month, int(found["day"]), found)


def date_and_clock(text: str, filed: str | None) -> Sent | None:
    """The time in a trailer of ANPA 1312, which has no fixed form.

    Which of two numbers is the month must be sure: one is above 12, or both are the same, or it is the form that
    only American services write ('AP-WF-MM-DD-YY HHMMGMT'), or `filed` (the header's date) has the day in that place.
    """
    text = text[:100]
    date = _DATE.search(text)
    if not date:
        return None
    clock = _CLOCK.search(text[: date.start()]) or _CLOCK.search(text[date.end() :])
    one, two = int(date["one"]), int(date["two"])
    first = _month_first(one, two, text, filed)
    if not clock or first is None:
        return None
    month, day = (one, two) if first else (two, one)
    return _sent(_year(date["year"]), month, day, clock)


def _month_first(one: int, two: int, text: str, filed: str | None) -> bool | None:
    if one > 12 or two > 12 or one == two:
        return one <= 12
    if _AMERICAN.match(text):
        return True
    known = re.match(r"(\d\d)-(\d\d)$", filed or "")
    if known and max(int(known[1]), int(known[2])) > 12:
        return int(known[1]) <= 12
    return None


def _sent(year: int, month: int, day: int, clock: re.Match[str]) -> Sent | None:
    zone = (clock["zone"] or "").lower()
    if zone and zone not in _HOURS:
        return None
    try:
        where = timezone(timedelta(hours=_HOURS[zone])) if _HOURS.get(zone) else UTC
        time = datetime(year, month, day, int(clock["hour"]), int(clock["minute"]), tzinfo=where)
        return Sent(time.astimezone(UTC), assumed_utc=not zone)
    except (ValueError, OverflowError):
        return None


def _month(name: str) -> int | None:
    name = name.lower()
    return _MONTHS.get(name[:4]) or _MONTHS.get(name[:3])


def _year(digits: str) -> int:
    number = int(digits)
    return number if len(digits) == 4 else number + (1900 if number >= 69 else 2000)
