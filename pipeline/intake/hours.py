"""Counts by the hour: what a feed's record keeps of how much came lately."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

KEPT, DAY = 48, 24
"""Hours that are kept, and those of a day: the one that has begun, and the 23 before it."""
_SECONDS = 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Hour:
    """What came in an hour in which something came."""

    began: int
    """Hours since 1970, UTC."""
    items: int = 0
    unreadable: int = 0


def counted(hours: tuple[Hour, ...], now: datetime, *, items: int = 0, unreadable: int = 0) -> tuple[Hour, ...]:
    """`hours`, oldest first, with what came now. A clock that is set back counts in the newest hour there is."""
    hour = int(now.timestamp()) // _SECONDS
    if not hours or hours[-1].began < hour:
        hours = (*hours, Hour(began=hour))
    newest = hours[-1]
    newest = replace(newest, items=newest.items + items, unreadable=newest.unreadable + unreadable)
    return (*hours[-KEPT:-1], newest)


def last_day(hours: Sequence[Hour], now: datetime) -> tuple[Hour, ...]:
    """The 24 hours up to the present one, oldest first, also those in which nothing came."""
    present = int(now.timestamp()) // _SECONDS
    by_hour = {hour.began: hour for hour in hours}
    return tuple(by_hour.get(began, Hour(began=began)) for began in range(present - DAY + 1, present + 1))
