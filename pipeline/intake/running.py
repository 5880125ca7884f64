"""One feed at work, in a thread of its own: one that fails or hangs stops no other.

A round is: poll; send the batch; wait until the broker has acknowledged all of it; keep the cursor; tell the source.
Killed between any two of these, the next run does the rest again, and the same bytes are the same story.
"""

import logging
import random
import time
from dataclasses import replace
from datetime import UTC, datetime
from threading import Event

from pipeline.bus.producer import DurableProducer
from pipeline.errors import OperatorError, TerminalError, TransientError
from pipeline.intake.cursors import State, keep
from pipeline.intake.cursors import record as record_of
from pipeline.intake.health import Health
from pipeline.intake.hours import counted
from pipeline.intake.metrics import Metrics
from pipeline.intake.records import LARGEST, STAGE, hints, is_item, letter, record, topic_of
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
_SAID_AFTER, _SAID_EVERY = 5.0, 60.0


class _Stopped(Exception):  # noqa: N818 (no error: somebody wants an end)
    """While waiting for the broker, the end was asked for."""


class Running:
    """One feed at work."""

    def __init__(
        self, feed: Feed, settings: Settings, state: State, *, metrics: Metrics, health: Health, stop: Event
    ) -> None:
        """Nothing is done before `run`; it ends soon after `stop` is set."""
        self._feed, self._settings, self._state, self._metrics, self._health = feed, settings, state, metrics, health
        self._stop = stop
        self._kind = kind_of(feed)
        self._hints, self._topic = hints(feed), topic_of(feed)
        self._letters: list[Send] = []
        """Dead letters of what the broker can never take."""
        self._said = 0.0
        self._told: str | None = None
        """The sentence that this process has logged; the one in the state may be of an earlier one."""
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
                producer.send(record_of(self._state))

    def _take(self, batch: Batch, producer: DurableProducer) -> None:
        for arrival in batch.arrivals:
            if isinstance(arrival, Arrival):
                producer.send(record(self._settings, arrival, self._topic, self._hints))
            else:
                self._lost(f"{arrival.name}: {arrival.reason}")
                producer.send(letter(arrival, self._hints))
        self._flush(producer)
        cursor = self._state.cursor if batch.cursor is None else batch.cursor
        self._state = replace(self._state, cursor=cursor)
        if batch.arrivals or batch.cursor is not None:
            self._recovered()
            producer.send(record_of(self._state))
            self._flush(producer)
        batch.done()
        # A server that breaks off again and again, but gives something each time, is not made to wait.
        self._failures = 0

    def _flush(self, producer: DurableProducer) -> None:
        producer.flush()
        while self._letters:
            letters, self._letters = self._letters, []
            for each in letters:
                producer.send(each)
            producer.flush()

    def _acknowledged(self, sent: Send) -> None:
        self._health.answered(self._feed.id)
        if not is_item(sent):
            return
        now = datetime.now(UTC)
        hours = counted(self._state.hours, now, items=1)
        self._state = replace(self._state, items=self._state.items + 1, hours=hours, last_item=now)
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
        hours = counted(self._state.hours, datetime.now(UTC), unreadable=1)
        self._state = replace(self._state, unreadable=self._state.unreadable + 1, hours=hours)
        self._metrics.unreadable.labels(self._feed.id).inc()

    def _waiting(self, seconds: float) -> None:
        if self._stop.is_set():
            raise _Stopped
        self._health.unanswered(self._feed.id, seconds)
        if seconds > _SAID_AFTER and time.monotonic() - self._said > _SAID_EVERY:
            log.warning("%s: Kafka has not answered for %.0f s. Waiting.", self._feed.id, seconds)
            self._said = time.monotonic()

    def _failed(self, sentence: str, pause: float) -> float:
        """Say it, once in this process, and keep it; the pause, so spread that feeds that failed together do not come
        together."""
        self._metrics.errors.labels(self._feed.id).inc()
        self._metrics.failing.labels(self._feed.id).set(1)
        if sentence != self._told:
            log.error("%s: %s", self._feed.id, sentence)
            self._told = sentence
        if sentence != self._state.failing:
            since = self._state.failing_since or datetime.now(UTC)
            self._state = replace(self._state, failing=sentence, failing_since=since)
            keep(self._settings, [self._state])
        return pause * random.uniform(0.8, 1.2)  # noqa: S311

    def _recovered(self) -> bool:
        """Say it and note it, where it failed before: whether it did."""
        if self._state.failing is None:
            return False
        self._told = None
        log.info("%s: It goes on.", self._feed.id)
        self._metrics.failing.labels(self._feed.id).set(0)
        self._state = replace(self._state, failing=None, failing_since=None)
        return True
