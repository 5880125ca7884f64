"""Gaps in the numbers of transmissions: what an agency sent and we did not get.

Agencies number what they send, service by service: IPTC 7901 and ANPA 1312 in each header, NewsML in its envelope. The
parse stage writes service and number beside each story, in the headers of wire.parsed. Numbers that come late fill
their gap; a number that comes again is a repeat. Numbers begin anew after 9999, or at midnight after whatever they
had reached, and neither is announced: what tells a restart from a repeat is how long ago its number was reached.

A tracker knows one feed's numbers, and up to where wire.parsed was read for it. It is kept as a record of
wire.cursors, so that neither a restart nor a look at the gaps has to read the stories again.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from pipeline.messages import Message

WIDEST = 1_000
"""Numbers: a larger jump is a restart, or a slip, and no gap."""
REPEATED_WITHIN = timedelta(hours=3)
"""A number that comes again within this time of its being reached is a repeat; later it may be a restart."""
_BEGINNING = 20
"""A late number up to this is a restart at once; a higher one is when the next follows it."""
_NEAR = 10
"""Numbers that follow one another, with some missing."""
_MARK_EVERY, _MARKS = timedelta(minutes=10), 100
_MOST_MISSING, _MOST_IN_ALL, _MOST_CHANNELS = 5_000, 20_000, 1_000
"""Missing numbers of a channel and of a feed, and channels: whoever invents them takes no more room than this."""
_HIGHEST, _LONGEST_NAME = 999_999_999, 100
_NEVER = datetime.min.replace(tzinfo=UTC)


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
class Run:
    """Numbers since a restart."""

    highest: int
    began: datetime
    missing: dict[int, datetime] = field(default_factory=dict)
    """When each was noticed."""
    marks: list[tuple[int, datetime]] = field(default_factory=list)
    """How far it was at some times, of those in which a number that comes again is a repeat."""

    def reach(self, number: int, when: datetime, first_missing: int) -> None:
        """Go on to a number; those from `first_missing` up to it are missing."""
        self.miss(first_missing, number, when)
        self.highest = number
        if not self.marks or when - self.marks[-1][1] >= _MARK_EVERY:
            recent = [mark for mark in self.marks if when - mark[1] <= REPEATED_WITHIN + _MARK_EVERY]
            self.marks = [*recent, (number, when)][-_MARKS:]

    def miss(self, first: int, end: int, when: datetime) -> None:
        """Miss numbers, `end` not among them."""
        self.missing |= dict.fromkeys(range(first, end), when)
        for number in list(self.missing)[: max(len(self.missing) - _MOST_MISSING, 0)]:
            del self.missing[number]

    def reached(self, number: int) -> datetime:
        """When it had come to `number`, about; long ago, where that is not known any more."""
        return next((when for marked, when in reversed(self.marks) if marked <= number), _NEVER)

    def follows(self, number: int) -> bool:
        """Whether the number is one of the next."""
        return 0 < number - self.highest <= _NEAR


@dataclass(slots=True)
class Channel:
    """The numbers of one service."""

    run: Run
    before: Run | None = None
    """The run before this one, which late numbers may belong to."""
    newest: datetime = _NEVER
    again: int | None = None
    """A number that came again long after it was reached: the next one shows whether that was a restart."""

    def observe(self, number: int, when: datetime) -> None:
        """Take note of a number."""
        again, self.again = self.again, None
        ahead = number - self.run.highest
        if self._late(number, when):
            return
        if self.before is not None and self.before.follows(number) and not self.run.follows(number):
            self.run, self.before = self.before, None  # that was no restart, but a slip in a number
            self.run.reach(number, when, self.run.highest + 1)
        elif 0 < ahead <= WIDEST:
            self.run.reach(number, when, self.run.highest + 1)
        elif ahead > WIDEST:
            self._begin(number, when, number)
        elif ahead < -WIDEST and number <= WIDEST:
            self._begin(number, when, 1)
        elif when - self.run.reached(number) > REPEATED_WITHIN:
            if number <= _BEGINNING:
                self._begin(number, when, 1)
            elif again is not None and 0 < number - again <= _NEAR:
                self._begin(number, when, max(1, number - WIDEST))
                self.run.missing.pop(again, None)
            else:
                self.again = number

    def _late(self, number: int, when: datetime) -> bool:
        """Whether the number belongs to what was before; it then fills its gap, if there is one."""
        old = when < self.newest
        self.newest = max(self.newest, when)
        if when >= self.run.began and number in self.run.missing:
            del self.run.missing[number]
            return True
        if self.before is None:
            return old and not 0 < number - self.run.highest <= WIDEST
        distance = abs(number - self.before.highest)
        recently = when - self.run.began <= REPEATED_WITHIN
        if recently and number <= self.before.highest and distance < abs(number - self.run.highest):
            self.before.missing.pop(number, None)
            return True
        return old and (when < self.run.began or number <= self.run.highest)

    def _begin(self, number: int, when: datetime, first: int) -> None:
        self.before, self.run = self.run, Run(number, when)
        self.run.reach(number, when, first)

    def forget(self, before: datetime) -> None:
        """Miss no longer what was noticed before then."""
        if self.before is not None:
            self.before.missing = _since(self.before.missing, before)
        self.run.missing = _since(self.run.missing, before)


def _since(missing: Mapping[int, datetime], before: datetime) -> dict[int, datetime]:
    return {number: when for number, when in missing.items() if when >= before}


@dataclass(slots=True, kw_only=True)
class Tracker:
    """What is missing of one feed's transmissions; a record of wire.cursors."""

    feed: str
    channels: dict[str, Channel] = field(default_factory=dict)
    read: dict[str, int] = field(default_factory=dict)
    """Up to where wire.parsed was read for it: 'topic/partition' -> the next message's offset."""

    def observe(self, one: Transmission) -> None:
        """Take note of a transmission, in the order of arrival as far as it is known; any twice changes nothing."""
        channel = self.channels.pop(one.channel, None)
        if channel is None:
            channel = Channel(Run(one.number, one.received), newest=one.received)
            channel.run.reach(one.number, one.received, one.number)
            if len(self.channels) >= _MOST_CHANNELS:
                del self.channels[next(iter(self.channels))]
        else:
            channel.observe(one.number, one.received)
        self.channels[one.channel] = channel  # the one observed last is forgotten last

    def forget(self, before: datetime) -> None:
        """Miss no longer what was noticed before then, nor more than a record has room for."""
        noticed = sorted(when for run in self._runs() for when in run.missing.values())
        if len(noticed) > _MOST_IN_ALL:
            before = max(before, noticed[-_MOST_IN_ALL])
        for channel in self.channels.values():
            channel.forget(before)

    def _runs(self) -> Iterator[Run]:
        for channel in self.channels.values():
            yield from filter(None, (channel.before, channel.run))

    def gaps(self, since: datetime = _NEVER) -> Iterator[Gap]:
        """What is missing and was noticed since then, runs of numbers as one, by channel."""
        for name, channel in sorted(self.channels.items()):
            for run in filter(None, (channel.before, channel.run)):
                yield from (Gap(self.feed, name, *span) for span in _spans(_since(run.missing, since)))

    def missing(self, noticed_by: datetime) -> int:
        """How many numbers are missing, of those noticed by then."""
        return sum(when <= noticed_by for run in self._runs() for when in run.missing.values())


def _spans(missing: Mapping[int, datetime]) -> Iterator[tuple[int, int, datetime]]:
    first = last = -1
    noticed: datetime | None = None
    for number, when in sorted(missing.items()):
        if number == last + 1 and when == noticed:
            last = number
            continue
        if noticed is not None:
            yield first, last, noticed
        first = last = number
        noticed = when
    if noticed is not None:
        yield first, last, noticed


def transmission(message: Message) -> Transmission | None:
    """What the headers of a message of wire.parsed say; None where it has no number."""
    headers = message.headers
    try:
        received = datetime.fromisoformat(headers["received"]).astimezone(UTC)
        number, channel = int(headers["sequence"]), headers["channel"][:_LONGEST_NAME]
        return Transmission(received, headers["feed"], channel, number) if 0 <= number <= _HIGHEST else None
    except (KeyError, ValueError, OverflowError):
        return None


def tracked(feed: str, observed: Iterable[Transmission]) -> Tracker:
    """A tracker that has seen these."""
    tracker = Tracker(feed=feed)
    for one in observed:
        tracker.observe(one)
    return tracker
