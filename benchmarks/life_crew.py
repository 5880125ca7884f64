"""Workers that are killed and stopped under a pipeline, and others that take their place."""

import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

from kafka import KafkaConsumer, TopicPartition

from pipeline.bus.connection import options
from pipeline.cli.supervisor import Supervisor
from pipeline.flow import FLOW
from pipeline.settings import Settings, child_environment
from pipeline.topics import ENRICHED

STALL = 12.0
"""Seconds that a worker stands still: longer than the 10 s after which its partitions go to others."""
DAWDLE = 6.0
"""Seconds within which something happens to a worker."""
STRUCK = ("publish",) * 6 + ("index",) * 2 + ("enrich", "parse", "relate")
STALLED = ("publish",) * 3 + ("index", "relate")


class Crew:
    """A worker of each stage, and at times a second one that publishes. Faults run in threads of their own."""

    def __init__(self, settings: Settings, log: Path) -> None:
        """Starts them."""
        self._settings, self._log, self._environment = settings, log, child_environment(settings)
        self._lock = threading.Lock()
        self._workers = {stage.name: self._start(stage.name) for stage in FLOW}
        self._threads: list[threading.Thread] = []
        self.faults: Counter[str] = Counter()

    def _start(self, name: str) -> Supervisor:
        return Supervisor([name.split(maxsplit=1)[0]], self._environment, self._log)

    def _pid(self, name: str) -> int:
        with self._lock:
            (pid,) = self._workers[name].pids.values()
            return pid

    def tend(self) -> None:
        """Start again what ended by itself."""
        with self._lock:
            for worker in self._workers.values():
                worker.tend()

    def kill(self, name: str) -> None:
        """Kill -9, and another in its place."""
        with suppress(ProcessLookupError):  # it may just have ended by itself
            os.kill(self._pid(name), signal.SIGKILL)
        with self._lock:
            self._workers[name].stop()
            self._workers[name] = self._start(name)
        self.faults[f"kill -9 {name}"] += 1

    def stall(self, name: str) -> None:
        """Stop it for so long that it is taken for dead, and let it go on."""
        pid = self._pid(name)
        self.faults[f"stall {name}"] += 1
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGSTOP)
            time.sleep(STALL)
            os.kill(pid, signal.SIGCONT)

    def second(self) -> None:
        """A second worker that publishes; where there is one it is killed for good."""
        with self._lock:
            extra = self._workers.pop("publish 2", None)
            if extra is None:
                self._workers["publish 2"] = self._start("publish 2")
                self.faults["second publish"] += 1
                return
        (pid,) = extra.pids.values()
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        extra.stop()
        self.faults["kill -9 publish 2"] += 1

    def strike(self, chance: random.Random) -> None:
        """Faults of one round, at random moments, half of them while stories are being published."""
        for _ in range(chance.choice([1, 1, 2])):
            when = partial(self._busy, chance.uniform(0, 0.4)) if chance.random() < 0.5 else None
            fault = self._fault(chance)
            thread = threading.Thread(target=self._later, args=(chance.uniform(0, DAWDLE), when, fault))
            thread.start()
            self._threads.append(thread)

    def _fault(self, chance: random.Random) -> Callable[[], None]:
        struck, stalled = chance.choice(STRUCK), chance.choice(STALLED)
        kinds = [partial(self.kill, struck)] * 7 + [partial(self.stall, stalled)] * 2 + [self.second]
        return chance.choice(kinds)

    @staticmethod
    def _later(seconds: float, when: Callable[[], None] | None, fault: Callable[[], None]) -> None:
        time.sleep(seconds)
        if when:
            when()
        fault()

    def _busy(self, delay: float) -> None:
        """Return so many seconds after something came to be published; at the latest after DAWDLE seconds."""
        consumer = KafkaConsumer(**options(self._settings))
        try:
            numbers = consumer.partitions_for_topic(ENRICHED) or ()
            partitions = [TopicPartition(ENRICHED, number) for number in numbers]
            before, end = consumer.end_offsets(partitions), time.monotonic() + DAWDLE
            while time.monotonic() < end and consumer.end_offsets(partitions) == before:
                time.sleep(0.03)
        finally:
            consumer.close(autocommit=False)
        time.sleep(delay)

    def join(self) -> None:
        """Until all faults have happened, and who stood still goes on."""
        while self._threads:
            self._threads.pop().join()

    def stop(self) -> None:
        """End all."""
        self.join()
        for worker in self._workers.values():
            worker.stop()


@contextmanager
def crew(settings: Settings, log: Path) -> Iterator[Crew]:
    """A crew, ended on leaving."""
    made = Crew(settings, log)
    try:
        yield made
    finally:
        made.stop()
