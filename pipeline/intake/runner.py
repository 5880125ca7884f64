"""Running feeds: those that are this process's, as long as they are."""

import logging
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Event, Thread

from pipeline.errors import TransientError
from pipeline.intake.cursors import Kept, State, kept
from pipeline.intake.gaps import Tracker
from pipeline.intake.health import Health
from pipeline.intake.leases import Leases
from pipeline.intake.metrics import Metrics
from pipeline.intake.numbers import Follower
from pipeline.intake.running import Running
from pipeline.settings import Settings
from pipeline.sources.base import Feed

log = logging.getLogger(__name__)

END = 8.0
"""Seconds that a thread has to end in."""
_LOOK_EVERY = 1.0


@dataclass(slots=True)
class _Fleet:
    """The feeds that run here."""

    feeds: Sequence[Feed]
    settings: Settings
    metrics: Metrics
    health: Health
    clock: Callable[[], datetime]
    follower: Follower
    running: dict[str, "_Thread"] = field(default_factory=dict)
    silent: set[str] = field(default_factory=set)

    def hold(self, held: frozenset[str]) -> None:
        """Run these, and no others. TransientError when Kafka cannot be asked where to go on."""
        for id_ in self.running.keys() - held:
            self._part_with(id_)
        self.running = {id_: one for id_, one in self.running.items() if not one.ended()}
        fresh = [feed for feed in self.feeds if feed.id in held and feed.id not in self.running]
        if fresh:
            known = kept(self.settings)
            for feed in fresh:
                self._start(feed, known)

    def _start(self, feed: Feed, known: Kept) -> None:
        now = self.clock()
        state = known.states.get(feed.id) or State(feed=feed.id, since=now)
        stop = Event()
        running = Running(feed, self.settings, state, metrics=self.metrics, health=self.health, stop=stop)
        thread = Thread(target=running.run, name=feed.id, daemon=True)
        thread.start()
        self.health.watch(feed.id, thread)
        self.running[feed.id] = _Thread(feed, running, thread, now, stop)
        if feed.numbered:
            self.follower.follow(known.numbers.get(feed.id) or Tracker(feed=feed.id))

    def _part_with(self, id_: str) -> None:
        one = self.running[id_]
        if not one.stop.is_set():
            log.info("%s: Another process runs it.", id_)
            one.stop.set()
            self.health.leave(id_)
            self.follower.leave(id_)
            self.metrics.leave(id_)

    def look(self) -> None:
        """Say which feeds fall silent, and which speak again."""
        for one in self.running.values():
            _watch(one.feed, one.running.state, self.clock(), one.began, self.silent, self.metrics)

    def end(self) -> None:
        """Have all threads end, and wait for them for a while."""
        for one in self.running.values():
            one.stop.set()
            self.health.leave(one.feed.id)
        ends = time.monotonic() + END
        for one in self.running.values():
            one.thread.join(max(ends - time.monotonic(), 0.0))
            if one.thread.is_alive():
                log.warning("%s: It does not end; what it has in hand is taken again next time.", one.feed.id)


@dataclass(slots=True)
class _Thread:
    feed: Feed
    running: Running
    thread: Thread
    began: datetime
    stop: Event

    def ended(self) -> bool:
        """Whether it ended as it was asked to. One that died is not started again: /healthz tells of it."""
        return self.stop.is_set() and not self.thread.is_alive()


def run(
    feeds: Sequence[Feed],
    settings: Settings,
    stop: Event,
    *,
    leased: bool,
    metrics: Metrics | None = None,
    health: Health | None = None,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> None:
    """Run feeds until `stop` is set; `leased`: those that no other process runs, else all.

    Raises OperatorError when Kafka refuses us.
    """
    metrics, health, ids = metrics or Metrics(), health or Health(settings), frozenset(feed.id for feed in feeds)
    follower = Follower(settings, metrics, clock)
    fleet = _Fleet(feeds, settings, metrics, health, clock, follower)
    Thread(target=follower.run, args=(stop,), name="numbers", daemon=True).start()
    with ExitStack() as stack:
        leases = stack.enter_context(Leases(settings, ids)) if leased else None
        try:
            while not stop.is_set():
                try:
                    fleet.hold(leases.wait(_LOOK_EVERY, stop) if leases else ids)
                except TransientError as error:
                    log.debug("Feeds are not started: %s", error)
                fleet.look()
                if leases is None:
                    stop.wait(_LOOK_EVERY)
        finally:
            fleet.end()


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
