"""Running feeds: a thread each, so that one that fails or hangs stops no other.

A round is: poll; send the batch; wait until the broker has acknowledged all of it; keep the cursor; tell the source.
Killed between any two of these, the next run does the rest again, and the same bytes are the same story.
"""

import logging
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Event, Thread

from pipeline.bus.producer import DurableProducer
from pipeline.errors import OperatorError, TerminalError, TransientError
from pipeline.intake.cursors import State, kept, states
from pipeline.intake.gaps import Tracker, transmissions
from pipeline.intake.metrics import Metrics
from pipeline.intake.records import LARGEST, STAGE, hints, record, topic_of
from pipeline.messages import Send, refused
from pipeline.settings import Settings
from pipeline.sources.base import Arrival, Batch, Feed
from pipeline.sources.registry import kind_of
from pipeline.topics import CURSORS, DEAD_LETTER

log = logging.getLogger(__name__)

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 300.0
"""Seconds before a failed feed is tried again: doubled with each failure."""
OPERATOR_PAUSE = 900.0
"""Seconds before a feed is tried again that somebody must mend."""
GAPS_OF, GAPS_EVERY = timedelta(days=1), timedelta(seconds=30)
"""Gaps are looked for in the transmissions of a day, again and again."""
END = 8.0
"""Seconds that a thread has to end in."""
_SAID_AFTER, _SAID_EVERY = 5.0, 60.0


class _Stopped(Exception):  # noqa: N818 (no error: somebody wants an end)
    """While waiting for the broker, the end was asked for."""


class Running:
    """One feed at work."""

    def __init__(self, feed: Feed, settings: Settings, state: State, stop: Event, metrics: Metrics) -> None:
        """Nothing is done before `run`."""
        self._feed, self._settings, self._state, self._stop, self._metrics = feed, settings, state, stop, metrics
        self._kind = kind_of(feed)
        self._hints, self._topic = hints(feed), topic_of(feed)
        self._letters: list[Send] = []
        """Dead letters of what the broker can never take."""
        self._said = 0.0
        self._failures = 0
        """In a row, with nothing taken between them."""

    @property
    def state(self) -> State:
        """How far it is."""
        return self._state

    def run(self) -> None:
        """Poll until the end is asked for. Never raises."""
        while not self._stop.is_set():
            try:
                self._round()
                self._failures = 0
                pause = self._feed.every
            except _Stopped:
                return
            except OperatorError as error:
                pause = self._failed(str(error), OPERATOR_PAUSE)
            except Exception as error:
                self._failures += 1
                sentence = str(error) if isinstance(error, TransientError) else f"It failed with {error!r}."
                log.debug("%s: %s", self._feed.id, sentence, exc_info=error)
                pause = self._failed(sentence, min(FIRST_PAUSE * 2 ** min(self._failures - 1, 20), LONGEST_PAUSE))
            self._stop.wait(pause)

    def _round(self) -> None:
        """Everything that is new. Each round has a producer of its own: after a failure nothing is under way."""
        with DurableProducer(
            self._settings, on_ack=self._acknowledged, on_refused=self._refused, on_wait=self._waiting
        ) as producer:
            for batch in self._kind.poll(self._feed, self._state.cursor, LARGEST, self._stop):
                self._take(batch, producer)
                if self._stop.is_set():
                    raise _Stopped
            if self._recovered():
                producer.send(kept(self._state))

    def _take(self, batch: Batch, producer: DurableProducer) -> None:
        for arrival in batch.arrivals:
            if isinstance(arrival, Arrival):
                producer.send(record(self._settings, arrival, self._topic, self._hints))
            else:
                self._lost(f"{arrival.name}: {arrival.reason}")
        self._flush(producer)
        cursor = self._state.cursor if batch.cursor is None else batch.cursor
        self._state = replace(self._state, cursor=cursor)
        if batch.arrivals or batch.cursor is not None:
            self._recovered()
            producer.send(kept(self._state))
            self._flush(producer)
        batch.done()
        # A server that breaks off again and again, but gives something each time, is not made to wait.
        self._failures = 0

    def _flush(self, producer: DurableProducer) -> None:
        producer.flush()
        while self._letters:
            letters, self._letters = self._letters, []
            for letter in letters:
                producer.send(letter)
            producer.flush()

    def _acknowledged(self, sent: Send) -> None:
        if sent.topic == CURSORS:
            return
        now = datetime.now(UTC)
        self._state = replace(self._state, items=self._state.items + 1, last_item=now)
        self._metrics.items.labels(self._feed.id).inc()
        self._metrics.bytes.labels(self._feed.id).inc(len(sent.value))
        self._metrics.last_item.labels(self._feed.id).set(now.timestamp())

    def _refused(self, sent: Send, error: TerminalError) -> None:
        if sent.topic in (CURSORS, DEAD_LETTER):
            raise OperatorError(f"Kafka takes no record of {len(sent.value):,} bytes for {sent.topic}: {error.cause}")
        self._lost(f"{sent.headers.get('name', '')}: {error.cause}")
        self._letters.append(refused(sent, STAGE, error, read_from=sent.topic))

    def _lost(self, sentence: str) -> None:
        log.warning("%s: %s", self._feed.id, sentence)
        self._state = replace(self._state, unreadable=self._state.unreadable + 1)
        self._metrics.unreadable.labels(self._feed.id).inc()

    def _waiting(self, seconds: float) -> None:
        if self._stop.is_set():
            raise _Stopped
        if seconds > _SAID_AFTER and time.monotonic() - self._said > _SAID_EVERY:
            log.warning("%s: Kafka has not answered for %.0f s. Waiting.", self._feed.id, seconds)
            self._said = time.monotonic()

    def _failed(self, sentence: str, pause: float) -> float:
        """Say it, once, and keep it; the pause, so spread that feeds that failed together do not come together."""
        self._metrics.errors.labels(self._feed.id).inc()
        self._metrics.failing.labels(self._feed.id).set(1)
        if sentence != self._state.failing:
            log.error("%s: %s", self._feed.id, sentence)
            since = self._state.failing_since or datetime.now(UTC)
            self._state = replace(self._state, failing=sentence, failing_since=since)
            self._keep()
        return pause * random.uniform(0.8, 1.2)  # noqa: S311

    def _recovered(self) -> bool:
        """Say it and note it, where it failed before: whether it did."""
        if self._state.failing is None:
            return False
        log.info("%s: It goes on.", self._feed.id)
        self._metrics.failing.labels(self._feed.id).set(0)
        self._state = replace(self._state, failing=None, failing_since=None)
        return True

    def _keep(self) -> None:
        """Keep the state, if the broker is there; if not, it is said anyway."""
        try:
            with DurableProducer(
                self._settings, on_ack=lambda _: None, on_refused=self._refused, on_wait=_at_once
            ) as producer:
                producer.send(kept(self._state))
        except (_Stopped, OperatorError):
            return


def _at_once(_seconds: float) -> None:
    raise _Stopped


def run(
    feeds: Sequence[Feed],
    settings: Settings,
    stop: Event,
    *,
    metrics: Metrics | None = None,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> None:
    """Run all feeds until `stop` is set. Raises TransientError or OperatorError when Kafka cannot be asked where to
    go on."""
    metrics = metrics or Metrics()
    known = states(settings)
    begun = clock()
    running = []
    for feed in feeds:
        state = known.get(feed.id) or State(feed=feed.id, since=begun)
        running.append((feed, Running(feed, settings, state, stop, metrics)))
    threads = [Thread(target=one.run, name=feed.id, daemon=True) for feed, one in running]
    for thread in threads:
        thread.start()
    gaps = Thread(target=_follow, args=(feeds, settings, stop, metrics, clock), name="gaps", daemon=True)
    gaps.start()
    silent: set[str] = set()
    while not stop.wait(1.0):
        for feed, one in running:
            _watch(feed, one.state, clock(), begun, silent, metrics)
    ends = time.monotonic() + END
    for thread in threads:
        thread.join(max(ends - time.monotonic(), 0.0))
        if thread.is_alive():
            log.warning("%s: It does not end; what it has in hand is taken again next time.", thread.name)


def _follow(
    feeds: Sequence[Feed], settings: Settings, stop: Event, metrics: Metrics, clock: Callable[[], datetime]
) -> None:
    """Look for gaps every now and then, and say when a feed misses more than before."""
    tracker, since, known = Tracker(), clock() - GAPS_OF, dict[str, int]()
    while not stop.is_set():
        begun = clock()
        try:
            for one in transmissions(settings, feeds, since):
                tracker.observe(one)
            since = begun - GAPS_EVERY
        except (TransientError, OperatorError) as error:
            log.debug("Gaps are not looked for: %s", error)
        tracker.forget(clock() - GAPS_OF)
        for feed, missing in tracker.missing(noticed_by=clock() - GAPS_EVERY).items():  # what is late comes meanwhile
            metrics.missing.labels(feed).set(missing)
            if missing > known.get(feed, 0):
                log.warning("%s: %d transmissions did not come: wire feeds status.", feed, missing)
            known[feed] = missing
        stop.wait(GAPS_EVERY.total_seconds())


def silent_since(feed: Feed, state: State, now: datetime, begun: datetime | None = None) -> datetime | None:
    """Since when nothing has come, where that is longer than the feed's rhythm allows; None else."""
    last = max(filter(None, (state.last_item, state.since, begun)), default=None)
    if feed.silent_after is None or last is None or (now - last).total_seconds() <= feed.silent_after:
        return None
    return last


def _watch(feed: Feed, state: State, now: datetime, begun: datetime, silent: set[str], metrics: Metrics) -> None:
    """Say when a feed falls silent, and when it speaks again."""
    since = silent_since(feed, state, now, begun)
    metrics.silent.labels(feed.id).set(since is not None)
    if since is not None and feed.id not in silent:
        log.warning("%s: Nothing has come since %s.", feed.id, since.isoformat(timespec="seconds"))
        silent.add(feed.id)
    elif since is None and feed.id in silent:
        log.info("%s: It is no longer silent.", feed.id)
        silent.discard(feed.id)
