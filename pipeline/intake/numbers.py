"""Following the numbers of what running feeds transmit: wire.parsed is read as it grows, its headers are looked at.

Kafka gives no headers without their values, so each story is read here once, and by nobody who wants to see the gaps:
what is known of the numbers is kept beside the cursors, with the offsets up to where it holds. A process that dies
leaves a record that is half a minute old; the next goes on at its offsets, and sees again what came since.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import Event, Lock
from typing import Any

from kafka import KafkaConsumer, TopicPartition

from pipeline.bus.connection import options, reach, translated
from pipeline.bus.reader import message
from pipeline.errors import OperatorError, TransientError
from pipeline.intake.cursors import keep
from pipeline.intake.gaps import Tracker, Transmission, transmission
from pipeline.intake.metrics import Metrics
from pipeline.settings import Settings
from pipeline.topics import PARSED, topics

log = logging.getLogger(__name__)

GAPS_OF, GAPS_EVERY = timedelta(days=1), timedelta(seconds=30)
"""Gaps are missed for a day, and looked for again and again."""
_KEPT_AFTER = 10_000
"""Messages of others after which a feed's offsets are kept anew, though nothing of its own came."""


class Follower:
    """Follows the feeds that it is told to, in a thread of its own."""

    def __init__(self, settings: Settings, metrics: Metrics, clock: Callable[[], datetime]) -> None:
        """Nothing is read before `run`."""
        self._settings, self._metrics, self._clock = settings, metrics, clock
        self._trackers: dict[str, Tracker] = {}
        self._kept: dict[str, int] = {}
        """The sum of the offsets that the feed's record has."""
        self._changed: set[str] = set()
        """Feeds of which more is known than their records have."""
        self._said: dict[str, int] = {}
        self._lock = Lock()
        self._due = Event()

    def follow(self, tracker: Tracker) -> None:
        """Go on with what is known of a feed."""
        with self._lock:
            self._trackers[tracker.feed] = tracker
            self._kept[tracker.feed] = sum(tracker.read.values())
        self._due.set()

    def leave(self, feed: str) -> None:
        """Somebody else follows it."""
        with self._lock:
            self._trackers.pop(feed, None)
            self._changed.discard(feed)

    def run(self, stop: Event) -> None:
        """Read on every now and then until the end is asked for."""
        while not stop.is_set():
            self._due.clear()
            with self._lock:
                trackers = list(self._trackers.values())
            try:
                if trackers:
                    self._read_on(trackers, stop)
            except (TransientError, OperatorError) as error:
                log.debug("Gaps are not looked for: %s", error)
            except Exception as error:
                log.warning("Gaps are not looked for now: %r", error, exc_info=error)
            self._due.wait(GAPS_EVERY.total_seconds())

    def _read_on(self, trackers: list[Tracker], stop: Event) -> None:
        self._changed |= read_on(self._settings, trackers, self._clock() - GAPS_OF, stop)
        for tracker in trackers:
            tracker.forget(self._clock() - GAPS_OF)
            self._say(tracker)
        read = {tracker.feed: sum(tracker.read.values()) for tracker in trackers}
        changed = [each for each in trackers if each.feed in self._changed or self._moved(each.feed, read[each.feed])]
        if keep(self._settings, changed):
            self._kept |= {tracker.feed: read[tracker.feed] for tracker in changed}
            self._changed.clear()

    def _moved(self, feed: str, read: int) -> bool:
        return read - self._kept.get(feed, 0) >= _KEPT_AFTER

    def _say(self, tracker: Tracker) -> None:
        missing = tracker.missing(noticed_by=self._clock() - GAPS_EVERY)  # what is late comes meanwhile
        self._metrics.missing.labels(tracker.feed).set(missing)
        if missing > self._said.get(tracker.feed, 0):
            log.warning("%s: %d transmissions did not come: wire feeds status.", tracker.feed, missing)
        self._said[tracker.feed] = missing


def read_on(settings: Settings, trackers: Iterable[Tracker], since: datetime, stop: Event) -> set[str]:
    """Have each tracker observe what was parsed after what it has read, or else since then; the feeds that had some.

    Raises TransientError or OperatorError when Kafka cannot be asked; the trackers are then as they were.
    """
    by_feed = {tracker.feed: tracker for tracker in trackers}
    observed: list[Transmission] = []
    with _consumer(settings) as consumer:
        partitions = _partitions(settings, consumer)
        if not partitions:
            return set()
        starts, ends = _starts(consumer, partitions, by_feed.values(), since), consumer.end_offsets(partitions)
        for record in _records(consumer, starts, ends, stop):
            one = transmission(message(record))
            tracker = by_feed.get(one.feed) if one else None
            if one and tracker and record.offset >= tracker.read.get(_name(record), 0):
                observed.append(one)
        read = {_name(partition): consumer.position(partition) for partition in starts}
    for one in sorted(observed):
        by_feed[one.feed].observe(one)
    for tracker in by_feed.values():
        tracker.read = dict(read)
    return {one.feed for one in observed}


@contextmanager
def _consumer(settings: Settings) -> Iterator[Any]:
    with translated(settings):
        reach(settings)
        consumer = KafkaConsumer(
            **options(settings),
            enable_auto_commit=False,
            allow_auto_create_topics=False,
            auto_offset_reset="earliest",
            max_partition_fetch_bytes=8 << 20,
        )
        try:
            yield consumer
        finally:
            consumer.close(autocommit=False)


def _partitions(settings: Settings, consumer: Any) -> list[TopicPartition]:
    """Of wire.parsed, in all its lanes."""
    names = [topic.name for topic in topics(settings) if topic.name.startswith(PARSED)]
    return [TopicPartition(name, n) for name in names for n in sorted(consumer.partitions_for_topic(name) or ())]


def _name(at: Any) -> str:
    return f"{at.topic}/{at.partition}"


def _starts(
    consumer: Any, partitions: list[TopicPartition], trackers: Iterable[Tracker], since: datetime
) -> dict[TopicPartition, int]:
    """Where to read on: where the one that has read least stopped. A topic that was made anew begins anew."""
    first, last = consumer.beginning_offsets(partitions), consumer.end_offsets(partitions)
    starts: dict[TopicPartition, int] = {}
    fresh: list[TopicPartition] = []
    trackers = list(trackers)
    for partition in partitions:
        known = [tracker.read.get(_name(partition)) for tracker in trackers]
        if any(offset is None for offset in known):
            fresh.append(partition)
            continue
        for tracker in trackers:
            if tracker.read[_name(partition)] > last[partition]:
                tracker.read[_name(partition)] = 0
        starts[partition] = max(first[partition], min(tracker.read[_name(partition)] for tracker in trackers))
    if fresh:
        found = consumer.offsets_for_times(dict.fromkeys(fresh, int(since.timestamp() * 1000)))
        starts |= {partition: found[partition].offset if found[partition] else last[partition] for partition in fresh}
    return starts


def _records(
    consumer: Any, starts: Mapping[TopicPartition, int], ends: Mapping[TopicPartition, int], stop: Event
) -> Iterator[Any]:
    consumer.assign(list(starts))
    for partition, offset in starts.items():
        consumer.seek(partition, offset)
    while not stop.is_set() and any(consumer.position(each) < ends[each] for each in starts):
        for records in consumer.poll(timeout_ms=500).values():
            yield from records
