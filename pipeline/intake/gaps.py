"""Gaps in the numbers of transmissions: what an agency sent and we did not get.

Agencies number what they send, service by service: IPTC 7901 and ANPA 1312 in each header, NewsML in its envelope. The
parse stage writes service and number beside each story, in the headers of wire.parsed. Numbers that come late fill
their gap; a number that comes again is a repeat; a jump backwards is a restart, as at midnight or after 9999.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from pipeline.bus.reader import read
from pipeline.messages import Message
from pipeline.settings import Settings
from pipeline.topics import PARSED, PARSED_BULK

WIDEST = 1_000
"""Numbers: a larger jump is a restart and no gap."""


@dataclass(frozen=True, slots=True, order=True)
class Transmission:
    """One numbered transmission that came."""

    received: datetime
    feed: str
    channel: str
    number: int


@dataclass(frozen=True, slots=True)
class Gap:
    """Numbers `first` to `last` of a channel that did not come; `noticed` is when the next one did."""

    feed: str
    channel: str
    first: int
    last: int
    noticed: datetime


@dataclass(slots=True)
class _Channel:
    highest: int
    missing: dict[int, datetime] = field(default_factory=dict)


class Tracker:
    """What is missing, of what was observed so far."""

    def __init__(self) -> None:
        """Of nothing yet."""
        self._channels: dict[tuple[str, str], _Channel] = {}

    def observe(self, one: Transmission) -> None:
        """Take note of a transmission, in the order of arrival as far as it is known; any twice changes nothing."""
        key = (one.feed, one.channel)
        channel = self._channels.get(key)
        if channel is None:
            self._channels[key] = _Channel(one.number)
            return
        if one.number in channel.missing:
            del channel.missing[one.number]
            return
        ahead = one.number - channel.highest
        if 0 < ahead <= WIDEST:
            channel.missing |= dict.fromkeys(range(channel.highest + 1, one.number), one.received)
        elif -WIDEST <= ahead <= 0:
            return
        elif ahead < 0 and 1 < one.number <= WIDEST:  # begun anew, and not with the first
            channel.missing |= dict.fromkeys(range(1, one.number), one.received)
        channel.highest = one.number

    def gaps(self) -> Iterator[Gap]:
        """What is missing, runs of numbers as one, by feed and channel."""
        for (feed, name), channel in sorted(self._channels.items()):
            first = last = -1
            noticed: datetime | None = None
            for number, when in sorted(channel.missing.items()):
                if number == last + 1 and when == noticed:
                    last = number
                    continue
                if noticed is not None:
                    yield Gap(feed, name, first, last, noticed)
                first = last = number
                noticed = when
            if noticed is not None:
                yield Gap(feed, name, first, last, noticed)

    def missing(self) -> Mapping[str, int]:
        """How many numbers each feed misses; 0 where none."""
        counts = dict.fromkeys((feed for feed, _ in self._channels), 0)
        for (feed, _), channel in self._channels.items():
            counts[feed] += len(channel.missing)
        return counts


def transmissions(settings: Settings, since: datetime) -> list[Transmission]:
    """The numbered transmissions that were parsed since then, oldest first."""
    return sorted(filter(None, map(transmission, read(settings, PARSED, PARSED_BULK, since=since))))


def transmission(message: Message) -> Transmission | None:
    """What the headers of a message of wire.parsed say; None where it has no number."""
    headers = message.headers
    try:
        received = datetime.fromisoformat(headers["received"])
        return Transmission(received, headers["feed"], headers["channel"], int(headers["sequence"]))
    except (KeyError, ValueError):
        return None


def tracked(observed: Iterable[Transmission]) -> Tracker:
    """A tracker that has seen these."""
    tracker = Tracker()
    for one in observed:
        tracker.observe(one)
    return tracker
