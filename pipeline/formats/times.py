"""Times as agencies write them: RFC 3339, and the sloppy forms in use."""

import math
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

_BASIC = re.compile(r"^(\d{8}(?:T\d{4,6})?)(\.\d+)?\s*(Z|[+-]\d{2}:?\d{2})?$", re.ASCII)
_ISO = re.compile(
    r"^(\d{4}-\d\d-\d\d)(?:[Tt _]+(\d\d:\d\d(?::\d\d)?)([.,]\d{1,9})?\s*(Z|z|UTC|GMT|[+-]\d\d:?\d\d|[+-]\d\d)?)?$",
    re.ASCII,
)


def parse_time(value: Any) -> tuple[datetime | None, bool]:
    """The time that `value` means, with its zone, and whether the zone was assumed to be UTC for want of one.

    Takes RFC 3339 text with small departures (a blank for T, no seconds, no zone, date alone), RFC 5322 text and
    seconds or milliseconds since 1970. The time is None for anything else.
    """
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return _since_1970(value), False
        if isinstance(value, str) and len(value) < 64:
            return _from_text(value.strip())
    except (ValueError, TypeError, OverflowError, IndexError):
        pass
    return None, False


def _since_1970(value: float) -> datetime | None:
    seconds = value / 1000 if abs(value) > 1e11 else value
    return datetime.fromtimestamp(seconds, UTC) if math.isfinite(seconds) and seconds > 1e8 else None


def _from_text(text: str) -> tuple[datetime | None, bool]:
    if found := _ISO.match(text):
        date, clock, fraction, zone = found.groups()
        clock = (clock or "00:00").replace(":60", ":59")
        zone = {None: "", "Z": "Z", "z": "Z", "UTC": "Z", "GMT": "Z"}.get(zone, zone)
        time = datetime.fromisoformat(f"{date}T{clock}{(fraction or '').replace(',', '.') if clock[5:] else ''}{zone}")
    elif _BASIC.match(text):
        time = datetime.fromisoformat(text.replace(" ", ""))
    else:
        time = parsedate_to_datetime(text)
    if time.tzinfo is None:
        return time.replace(tzinfo=UTC), True
    return _within_calendar(time), False


def _within_calendar(time: datetime) -> datetime:
    """`time` itself; ValueError or OverflowError when its UTC equivalent is outside the years 1 to 9999."""
    time.astimezone(UTC)
    return time


_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_CLOCK = re.compile(r"\b(\d{1,2})[:.]?(\d\d)\s*(?:GMT|UTC|Z)\b")
_DAY = re.compile(
    r"\b(?:(?P<day>\d{1,2})(?:st|nd|rd|th)?\s+(?P<month>[a-z]{3})[a-z]*|(?P<month2>[a-z]{3})[a-z]*\.?\s+(?P<day2>\d{1,2})(?:st|nd|rd|th)?)"
    r",?\s+(?P<year>\d{4})\b",
    re.IGNORECASE,
)


def find_time(text: str) -> datetime | None:
    """The time in a line such as 'EMBARGOED UNTIL 0001 GMT, March 4, 2026'; None unless zone and year are said."""
    if iso := re.search(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d)?(?:Z|[+-]\d\d:?\d\d)", text, re.ASCII):
        return parse_time(iso[0])[0]
    clock, day = _CLOCK.search(text), _DAY.search(text)
    if not clock or not day:
        return None
    month = (day["month"] or day["month2"]).lower()
    try:
        number = _MONTHS.index(month) + 1
        return datetime(
            int(day["year"]), number, int(day["day"] or day["day2"]), int(clock[1]), int(clock[2]), tzinfo=UTC
        )
    except ValueError:
        return None
