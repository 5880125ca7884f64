"""What it costs to relate a story to those already known, engine included, by how many are known.

    python -m benchmarks.relations_cost [--known 1000,10000,100000] [--daily 20000] [--flood 10000] [--json]

One run on one OpenSearch of its own, in a temporary folder: the index is filled to each size with synthetic stories,
of the rate of a desk with many agencies (--daily), and at each size the same number of new stories of the last hour is
related, one by one and in batches. Of these, one in five is a copy of a story that is known, and all have
keys in common with others, some of them with many: names, places and words are drawn from a long-tailed distribution.
At the end a flood is added, of stories that fill the same template, and more of them are related. Measured is the whole
work of the stage, from the message to the orders; what it costs to make a record is stated beside it.
"""

import asyncio
import itertools
import random
import statistics
import struct
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path

import click
import orjson
import psutil
from elasticsearch import AsyncElasticsearch
from rich.table import Table

from pipeline import settings as configuration
from pipeline.cli.console import out, print_json, say
from pipeline.errors import TransientError
from pipeline.lifecycle.fingerprints import Fingerprint, pack
from pipeline.lifecycle.relations import Record, decode_record, learned, node_id, record
from pipeline.lifecycle.threads import Traits
from pipeline.local import stack, state
from pipeline.messages import Message
from pipeline.search import relations as store
from pipeline.search.client import connect, connect_async
from pipeline.search.writer import Document, Seen
from pipeline.settings import Settings
from pipeline.stages.relate import relate_batch
from pipeline.story import Story
from pipeline.topics import FINGERPRINTS

BEGAN = 1_770_000_000
DAY, HOUR = 86_400, 3_600
BATCH, FILLING = 50, 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Milliseconds a story at one size."""

    known: int
    what: str
    p50: float
    p99: float
    batched: float
    """A story's share in a batch of BATCH."""
    stage: float
    """Processor time of that in our process."""
    engine: float
    """And in the engine, merging and collecting garbage included."""
    orders: int


@dataclass(frozen=True, slots=True)
class World:
    """What the measured stage sees, and the engine's process."""

    client: AsyncElasticsearch
    settings: Settings
    engine: psutil.Process
    daily: int
    """Stories a day."""


def hexadecimal(chance: random.Random, size: int) -> str:
    return chance.randbytes(size).hex()


def drawn(chance: random.Random, name: str, many: int) -> str:
    """One of `many` names, the n-th of which is n times rarer than the first (Zipf's law)."""
    return f"{name}{int(many ** chance.random())}"


def sketch(chance: random.Random, size: int) -> str:
    return pack(struct.unpack(f"<{size}I", chance.randbytes(4 * size)), size)


def fingerprint(chance: random.Random) -> Fingerprint:
    """Of a text that is like no other."""
    return Fingerprint(
        bands=tuple(f"1b{number:x}{hexadecimal(chance, 5)}" for number in range(28)),
        exact=hexadecimal(chance, 8),
        words=300,
        body=sketch(chance, 128),
        lead=sketch(chance, 58),
        figures=sketch(chance, 6),
        names=sketch(chance, 12),
        days=sketch(chance, 1),
    )


def traits(chance: random.Random, uri: str) -> Traits:
    names = list(dict.fromkeys(drawn(chance, "name", 50_000) for _ in range(5)))
    places = list(dict.fromkeys(drawn(chance, "place", 3_000) for _ in range(2)))
    words = list(dict.fromkeys(drawn(chance, "word", 20_000) for _ in range(20)))
    keys = [
        f"ref:{hexadecimal(chance, 8)}",
        f"slug:{drawn(chance, 'slug', 100_000)}-{drawn(chance, 'slug', 1_000)}",
        *(f"pair:{name}|{place}" for name in names[:4] for place in places),
        *(f"pair:{one}|{other}" for one, other in combinations(names[:3], 2)),
        *(f"word:{word}|{place}" for word in words[:4] for place in places),
        *(f"word:{one}|{other}" for one, other in combinations(words[:4], 2)),
    ]
    weights = {name: dict.fromkeys(each, 1000 // len(each)) for name, each in (("n", names), ("p", places))}
    return Traits(
        id=node_id(uri)[:16],
        keys=tuple(keys[:24]),
        names=weights["n"],
        places=weights["p"],
        countries=("FR",),
        words=dict.fromkeys(words, 223),
    )


def synthetic(number: int, kind: str, when: int) -> Record:
    """The record of a story; of the same number and kind always alike. 'flood': one of a template."""
    chance = random.Random(f"{kind} {number}")
    uri = f"urn:{kind}:{number}"
    made = fingerprint(chance)
    if kind == "flood":  # a shared beginning: its bands and its sketch
        shared = fingerprint(random.Random(0))
        made = replace(made, bands=(*shared.bands[:12], *made.bands[12:]), lead=shared.lead)
    return Record(uri=uri, revision=1, time=when, fingerprint=made, traits=traits(chance, uri))


def copied(number: int, of: int, when: int) -> Record:
    """A copy of a known story."""
    return replace(synthetic(number, "new", when), fingerprint=synthetic(of, "known", 0).fingerprint)


def time_of(number: int, daily: int) -> int:
    """When the known story of that number came: one after the other, `daily` a day."""
    return BEGAN + number * DAY // daily


def arrivals(begin: int, count: int, known: int, daily: int, kind: str) -> list[Record]:
    """Of the hour after the last known story; one in five is a copy of a story of the day before."""
    chance, now = random.Random(begin), time_of(known, daily)
    made = []
    for number in range(begin, begin + count):
        of, when = chance.randrange(max(0, known - daily), known), now + chance.randrange(HOUR)
        copy = kind != "flood" and number % 5 == 0
        made.append(copied(number, of, when) if copy else synthetic(number, kind, when))
    return made


async def fill(world: World, numbers: range, kind: str, when: Callable[[int], int]) -> None:
    """Put synthetic stories into the index as the stage would have left them."""
    for start in range(0, len(numbers), FILLING):
        records = [synthetic(number, kind, when(number)) for number in numbers[start : start + FILLING]]
        documents = [Document(node_id(r.uri), 0, orjson.dumps(learned(None, r)), Seen()) for r in records]
        while True:
            try:
                # What is not refreshed the engine keeps in memory, as the stage, which refreshes often, never lets it.
                await store.refresh(world.client.options(request_timeout=300), world.settings)
                await store.save(world.client, world.settings, documents)
                break
            except TransientError as error:
                say(f"{error}")
                await asyncio.sleep(1)
                there = await store.get(world.client, world.settings, [each.id for each in documents])
                documents = [each for each in documents if each.id not in there]
    await store.refresh(world.client.options(request_timeout=300), world.settings)


def message(said: Record, offset: int) -> Message:
    return Message(
        topic=FINGERPRINTS,
        partition=0,
        offset=offset,
        timestamp=datetime.now(UTC),
        key=said.uri.encode(),
        value=orjson.dumps(said),
    )


async def quiet(client: AsyncElasticsearch, settings: Settings) -> None:
    """Wait until the engine has merged what was put in."""
    index = store.relations_index(settings)
    while True:
        stats = await client.indices.stats(index=index)
        if not stats["_all"]["primaries"]["merges"]["current"]:
            return
        await asyncio.sleep(1)


async def measure(world: World, known: int, stories: int, kind: str) -> Cost:
    """Relate `stories` new stories one by one, and as many in batches."""
    await quiet(world.client, world.settings)
    offsets = itertools.count(10 * known)
    single, sent = await relate_all(world, arrivals(next(offsets), stories, known, world.daily, kind), offsets, 1)
    before = processor(psutil.Process()), processor(world.engine)
    batched, more = await relate_all(world, arrivals(next(offsets), stories, known, world.daily, kind), offsets, BATCH)
    after = processor(psutil.Process()), processor(world.engine)
    stage, engine = (1000 * (now - then) / stories for now, then in zip(after, before, strict=True))
    return Cost(
        known=known,
        what=kind,
        p50=statistics.median(single),
        p99=statistics.quantiles(single, n=100)[98],
        batched=statistics.mean(batched),
        stage=stage,
        engine=engine,
        orders=sent + more,
    )


async def relate_all(
    world: World, records: Sequence[Record], offsets: Iterator[int], size: int
) -> tuple[list[float], int]:
    """Milliseconds a story of each batch of that size, and how many orders there were."""
    took, sent = [], 0
    for start in range(0, len(records), size):
        batch = [message(said, next(offsets)) for said in records[start : start + size]]
        begun = time.perf_counter()
        outcomes = await relate_batch(world.client, world.settings, batch)
        took.append(1000 * (time.perf_counter() - begun) / len(batch))
        sent += sum(len(outcome.sends) for outcome in outcomes)
    return took, sent


def processor(process: psutil.Process) -> float:
    """Seconds of processor time that it has used."""
    times = process.cpu_times()
    return float(times.user + times.system)


async def run(settings: Settings, sizes: Sequence[int], daily: int, stories: int, flood: int) -> list[Cost]:
    found: list[Cost] = []
    pid = state.read(Path(settings.data)).engines["opensearch"].pid
    async with connect_async(settings) as client:
        world, there = World(client, settings, psutil.Process(pid), daily), 0
        for known in sizes:
            say(f"Filling the index to {known:,} stories")
            await fill(world, range(there, known), "known", lambda number: time_of(number, daily))
            if not there:  # the engine's first requests are its slowest
                await measure(world, known, stories, "first")
            there = known
            found.append(await measure(world, known, stories, "new"))
            say(f"{found[-1]}")
        if flood:
            say(f"A flood of {flood:,} stories of one template")
            await fill(world, range(flood), "flood", lambda number: time_of(there, daily) + number * HOUR // flood)
            found.append(await measure(world, there, stories, "flood"))
    return found


def record_cost() -> float:
    """Milliseconds to make and read the record of a story of 400 words."""
    chance = random.Random(1)
    words = [f"{drawn(chance, 'word', 20_000)}" for _ in range(400)]
    story = Story(uri="urn:story", headline=" ".join(words[:9]), slugline="WORDS/MANY", body_text=" ".join(words))
    begun = time.perf_counter()
    for _ in range(50):
        decode_record(record(story))
    return 1000 * (time.perf_counter() - begun) / 50


@contextmanager
def engine(folder: Path) -> Iterator[Settings]:
    settings = configuration.load(data=str(folder))
    try:
        found = stack.start(folder, Path(settings.cache).expanduser(), kafka=False, usual_ports=False)
        assert found.elasticsearch
        settings = replace(settings, elasticsearch=found.elasticsearch)
        with connect(settings) as client:
            store.ensure(client, settings)
        yield settings
    finally:
        stack.stop(folder)


@click.command()
@click.option("--known", default="1000,10000,100000,1000000", show_default=True, help="Sizes, ascending.")
@click.option("--daily", default=20_000, show_default=True, help="Known stories of one day.")
@click.option("--stories", default=200, show_default=True, help="To relate at each size, one by one and in batches.")
@click.option("--flood", default=10_000, show_default=True, help="Stories of one template, at the end; 0 for none.")
@click.option("--json", "as_json", is_flag=True)
def main(known: str, daily: int, stories: int, flood: int, as_json: bool) -> None:
    """Measure what it costs to relate a story, by how many are known."""
    sizes = [int(each) for each in known.split(",")]
    with tempfile.TemporaryDirectory() as folder, engine(Path(folder)) as settings:
        costs = asyncio.run(run(settings, sizes, daily, stories, flood))
    making = record_cost()
    if as_json:
        print_json({"record_ms": making, "costs": [asdict(each) for each in costs]})
        return
    batched = f"ms in a batch of {BATCH}"
    table = Table("known", "new stories", "p50 ms", "p99 ms", batched, "stage CPU ms", "engine CPU ms", "orders")
    for each in costs:
        what = "of the flood" if each.what == "flood" else "of all kinds"
        times = (each.p50, each.p99, each.batched, each.stage, each.engine)
        table.add_row(f"{each.known:,}", what, *(f"{ms:.1f}" for ms in times), str(each.orders))
    out.print(table)
    out.print(f"To make and read a record: {making:.2f} ms")


if __name__ == "__main__":
    main()
