"""How soon a flash can be found, a kill takes effect and an embargo ends, through the real engines.

    python -m benchmarks.life_latency [--stories 100] [--backfill 2000] [--json]

An own Kafka and OpenSearch and a worker of each stage. First nothing else is there to do, then a backfill of as many
short stories is under way. Times are in milliseconds: from the moment before an item is given to the producer, from the
end of an embargo, or from when a worker that was down then is ready, until a search has the story, or has it no more
(asked every 20 ms), and until a subscriber of wire.stories gets it. Exit code 1 when a target is missed or a held story
is seen too soon.
"""

import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

import click
import orjson
from rich.table import Table

from benchmarks.corpus import items
from benchmarks.harness import LOG, engines, producing
from benchmarks.life_readers import at_rest
from benchmarks.life_watch import Watch
from pipeline.bus.admin import lags
from pipeline.bus.producer import DurableProducer
from pipeline.bus.reader import read
from pipeline.cli.console import out, print_json, say
from pipeline.cli.supervisor import Supervisor
from pipeline.flow import FLOW
from pipeline.messages import Send
from pipeline.search.client import connect
from pipeline.search.history import held
from pipeline.settings import Settings, child_environment
from pipeline.topics import ENRICHED, PARSED_BULK, PARSED_URGENT, RAW, RAW_BULK, STORIES

PACE = 0.3
EACH = 0.15
"""Seconds more for each held story, which is enriched before."""
AHEAD = 6.0
"""Seconds from the feeding of held stories to the end of their embargo; beside a backfill four times as many."""
THROWN_OUT = 12.0
"""Seconds until a worker that was killed has lost its partitions: it is down, and nobody else is up."""
WARM = 30
"""Stories before anything is measured: the engine's first are slower than all others."""
LIMIT = 300.0
_READY = "publish ready"
HOPS = (RAW, PARSED_URGENT, ENRICHED, STORIES)
TARGETS = {"kill": 1000.0, "embargo": 1000.0, "flash": 1000.0, "flash beside": 3000.0}
"""Milliseconds that the slowest may take. Of the flash only the one beside a backfill is promised."""


@dataclass(frozen=True, slots=True)
class Spread:
    """A distribution of latencies, milliseconds."""

    count: int
    p50: float
    p90: float
    p99: float
    max: float
    target: float | None = None

    @property
    def missed(self) -> bool:
        """Whether the slowest took longer than the target."""
        return self.target is not None and self.max > self.target


@dataclass
class Result:
    """What was measured, by what was measured."""

    stories: int
    backfill: int
    latencies: dict[str, Spread] = field(default_factory=dict)
    hops: dict[str, float] = field(default_factory=dict)
    """Where the time of a flash goes, the median of each way, milliseconds; by the timestamps of the messages."""
    too_soon: int = 0
    """Held stories that were seen before their time."""
    left: int = 0
    """Of the backfill, when the measurements beside it were over: where it is 0 they were not all beside it."""

    @property
    def well(self) -> bool:
        """Whether every target is met."""
        return not self.too_soon and not any(each.missed for each in self.latencies.values())


@click.command()
@click.option("--stories", default=100, show_default=True, help="Of each kind.")
@click.option("--backfill", default=2000, show_default=True, help="Stories of the backfill; 0 for none.")
@click.option("--seed", default=1, show_default=True)
@click.option("--json", "as_json", is_flag=True)
def main(stories: int, backfill: int, seed: int, as_json: bool) -> None:
    """Measure the latencies that a desk lives by."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that no engine outlives us
    result = Result(stories, backfill)
    with tempfile.TemporaryDirectory(prefix="latency-") as folder, engines(Path(folder)) as settings:
        log, environment = Path(folder) / LOG, child_environment(settings)
        others = [stage.name for stage in FLOW if stage.name != "publish"]
        publisher = _Publisher(environment, log)
        with Supervisor(others, environment, log), publisher, desk_for(settings, seed) as desk:
            _flashes(desk, "warm", WARM)
            assert at_rest(settings, LIMIT)
            measure(desk, result, "")
            _down(desk, publisher, result)
            if backfill:
                _feed_backfill(settings, backfill, seed)
                measure(desk, result, " (backfill)")
                result.left = _left(settings)
    print_json(result) if as_json else _print(result)
    sys.exit(0 if result.well else 1)


class _Publisher:
    """The worker that publishes, which goes down and comes up."""

    def __init__(self, environment: Mapping[str, str], log: Path) -> None:
        self._environment, self._log = environment, log
        self._worker: Supervisor | None = None
        self._started = 0

    def __enter__(self) -> None:
        self.start()

    def __exit__(self, *_: object) -> None:
        if self._worker:
            self._worker.stop()

    def start(self) -> None:
        """Where it was killed, another in its place."""
        self._started += 1
        self._worker = Supervisor(["publish"], self._environment, self._log)

    def ready(self) -> float:
        """When it began to work, by its log, as soon as it has: the time before that Python and Kafka take."""
        end = time.monotonic() + LIMIT
        while time.monotonic() < end:
            lines = [line for line in self._log.read_text(errors="replace").splitlines() if line.endswith(_READY)]
            if len(lines) == self._started:
                return datetime.fromisoformat(lines[-1].split()[0]).timestamp()
            time.sleep(0.02)
        raise TimeoutError(f"The publish worker is not ready after {LIMIT:.0f} s.")

    def kill(self) -> None:
        """Kill -9."""
        assert self._worker
        os.kill(self._worker.pids["publish"], signal.SIGKILL)
        self._worker.stop()


@dataclass
class Desk:
    """Who feeds and watches."""

    settings: Settings
    producer: DurableProducer
    watch: Watch
    chance: random.Random
    texts: Iterator[Any]
    pace: float = PACE
    """Mean seconds between two items."""
    fed: dict[str, float] = field(default_factory=dict)
    """By uri, when its last version was fed."""

    def feed(self, uri: str, **fields: Any) -> None:
        """A story, or a version of one."""
        text = next(self.texts)
        item = {name: text[name] for name in ("headline", "body_text", "language")} | {"uri": uri} | fields
        self.fed[uri] = time.time()
        self.producer.send(Send(topic=RAW, key=uri.encode(), value=orjson.dumps(item), headers={"feed": "latency"}))
        self.producer.flush()

    def pause(self) -> None:
        """Until the next is fed."""
        time.sleep(min(self.chance.expovariate(1 / self.pace), 4 * self.pace))


@contextmanager
def desk_for(settings: Settings, seed: int, pace: float = PACE) -> Iterator[Desk]:
    """A desk at a pipeline that runs."""
    texts = (orjson.loads(each.data) for each in items(1 << 30, seed, short=True) if each.name.endswith(".json"))
    with producing(settings) as producer, Watch(settings) as watch:
        yield Desk(settings, producer, watch, random.Random(seed), texts, pace)


def measure(desk: Desk, result: Result, where: str) -> None:
    """Flashes, kills of them, and stories whose embargo ends at the same second."""
    say(f"Flashes and kills{where}")
    uris = _flashes(desk, f"flash{len(desk.fed)}", result.stories)
    watch, fed = desk.watch, dict(desk.fed)
    target = TARGETS["flash beside" if where else "flash"]
    _add(result, f"flash: searchable{where}", [watch.found[uri] - fed[uri] for uri in uris], target)
    _add(result, f"flash: in wire.stories{where}", [watch.topic[uri, "usable"] - fed[uri] for uri in uris])
    result.hops |= _hops(desk, uris, where)
    _kills(desk, uris)
    fed, target = dict(desk.fed), TARGETS["kill"]
    _add(result, f"kill: gone from search{where}", [watch.gone[uri] - fed[uri] for uri in uris], target)
    tombstones = [watch.topic[uri, "canceled"] - fed[uri] for uri in uris]
    _add(result, f"kill: in wire.stories{where}", tombstones, target)
    say(f"Embargoes{where}")
    end = _held(
        desk, uris := _uris(f"held{len(desk.fed)}", result.stories), AHEAD * (4 if where else 1) + result.stories * EACH
    )
    _release(desk, result, uris, end, f"embargo: {{}}{where}")


def _uris(prefix: str, count: int) -> list[str]:
    return [f"urn:latency:{prefix}:{number}" for number in range(count)]


def _flashes(desk: Desk, prefix: str, count: int) -> list[str]:
    uris = _uris(prefix, count)
    desk.watch.watched = set(uris)
    for uri in uris:
        desk.feed(uri, version="1", urgency=1)
        desk.pause()
    desk.watch.until(lambda watch: set(uris) - watch.found.keys(), LIMIT)
    desk.watch.until(lambda watch: {(uri, "usable") for uri in uris} - watch.topic.keys(), LIMIT)
    return uris


def _kills(desk: Desk, uris: Sequence[str]) -> None:
    for uri in uris:
        desk.feed(uri, version="2", pubstatus="canceled")
        desk.pause()
    desk.watch.until(lambda watch: set(uris) - watch.gone.keys(), LIMIT)
    desk.watch.until(lambda watch: {(uri, "canceled") for uri in uris} - watch.topic.keys(), LIMIT)


def _held(desk: Desk, uris: Sequence[str], ahead: float) -> float:
    """Feed stories whose embargo ends in about `ahead` seconds, all at one second; returned when all are held."""
    end = (datetime.now(UTC) + timedelta(seconds=ahead + 1)).replace(microsecond=0)
    desk.watch.watched = set(uris)
    for uri in uris:
        desk.feed(uri, version="1", embargoed=end.isoformat())
    with connect(desk.settings) as client:
        while len({life.uri for life, _ in held(client, desk.settings)} & set(uris)) < len(uris):
            assert datetime.now(UTC) < end, "The stories were not there when their embargo ended: give them more time."
            time.sleep(0.2)
    return end.timestamp()


def _release(desk: Desk, result: Result, uris: Sequence[str], since: float, what: str, end: float = 0.0) -> None:
    """Wait until the stories are out, and note how long after `since`; their embargo ends then, or at `end`."""
    watch = desk.watch
    watch.until(lambda watch: set(uris) - watch.found.keys(), LIMIT)
    watch.until(lambda watch: {(uri, "usable") for uri in uris} - watch.topic.keys(), LIMIT)
    found, topic = [watch.found[uri] for uri in uris], [watch.topic[uri, "usable"] for uri in uris]
    result.too_soon += sum(time < (end or since) for time in (*found, *topic))
    _add(result, what.format("searchable"), [time - since for time in found], TARGETS["embargo"])
    _add(result, what.format("in wire.stories"), [time - since for time in topic], TARGETS["embargo"])


def _down(desk: Desk, publisher: _Publisher, result: Result) -> None:
    """The same where the worker that publishes is killed before the end of the embargo and starts after it."""
    say("Embargoes with the publish worker down")
    uris = _uris("down", result.stories)
    end = _held(desk, uris, AHEAD + result.stories * EACH + THROWN_OUT)
    publisher.kill()
    time.sleep(max(THROWN_OUT, end + 0.5 - time.time()))
    publisher.start()
    _release(desk, result, uris, publisher.ready(), "worker was down: {}", end)


def _feed_backfill(settings: Settings, count: int, seed: int) -> None:
    say(f"Feeding a backfill of {count:,} stories")
    with producing(settings) as producer:
        for each in items(count, seed + 1, short=True):
            producer.send(Send(topic=RAW_BULK, key=None, value=each.data, headers={"name": each.name}))


def _left(settings: Settings) -> int:
    """Stories of the backfill that are still to be enriched."""
    return sum(lag.behind for lag in lags(settings, {"wire-enrich": (PARSED_BULK,)}))


def _hops(desk: Desk, uris: Sequence[str], where: str) -> dict[str, float]:
    """The median of each way of the flashes, by the timestamps of the messages."""
    times: dict[tuple[str, str], float] = {}
    keys = {uri.encode(): uri for uri in uris}
    for message in read(desk.settings, *HOPS):
        if message.key in keys:
            times.setdefault((message.topic, keys[message.key]), message.timestamp.timestamp())
    found = {f"{a} to {b}{where}": [times[b, uri] - times[a, uri] for uri in uris] for a, b in pairwise(HOPS)}
    found[f"{STORIES} to a search{where}"] = [desk.watch.found[uri] - times[STORIES, uri] for uri in uris]
    return {name: round(1000 * median(values), 1) for name, values in found.items()}


def _add(result: Result, what: str, seconds: Sequence[float], target: float | None = None) -> None:
    values = sorted(1000 * each for each in seconds)

    def at(share: float) -> float:
        return round(values[min(int(share * len(values)), len(values) - 1)], 1)

    result.latencies[what] = Spread(len(values), at(0.5), at(0.9), at(0.99), round(values[-1], 1), target)


def _print(result: Result) -> None:
    table = Table(box=None, pad_edge=False)
    table.add_column("milliseconds until")
    for name in ("p50", "p90", "p99", "max", "target"):
        table.add_column(name, justify="right")
    for what, spread in result.latencies.items():
        numbers = (f"{each:,.0f}" for each in (spread.p50, spread.p90, spread.p99, spread.max))
        target = "" if spread.target is None else f"{spread.target:,.0f}"
        table.add_row(what, *numbers, target, style="red" if spread.missed else "")
    out.print(table)
    for name, value in result.hops.items():
        out.print(f"flash, median: {name} {value:,.0f} ms")
    out.print(f"Seen too soon: {result.too_soon}. Left of the backfill of {result.backfill:,}: {result.left:,}.")


if __name__ == "__main__":
    main()
