"""What it costs to decide on a version of a story, engine included, by how many stories are known.

    python -m benchmarks.publish_cost [--known 1000,10000,100000] [--json]

One run on one OpenSearch of its own, in a temporary folder: ledger and history are filled to each size with synthetic
stories, and at each size the same number of new stories, newer versions of known ones and kills is decided on, in
batches of BATCH. Measured is the whole work of the stage, from the messages to what is sent, with the version check,
the writing of ledger and history, what changed, and the look for advisories. Grouping: benchmarks/relations_cost.py.
"""

import asyncio
import random
import statistics
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
from elasticsearch import AsyncElasticsearch
from rich.table import Table

from pipeline import settings as configuration
from pipeline.cli.console import err, out, print_json, say
from pipeline.errors import TransientError
from pipeline.life import Life
from pipeline.lifecycle.naming import names
from pipeline.lifecycle.revision import revision
from pipeline.local import stack
from pipeline.messages import Message
from pipeline.search import ledger, private
from pipeline.search.client import connect, connect_async
from pipeline.search.ledger import Version
from pipeline.settings import Settings
from pipeline.stages.books import IndexBooks
from pipeline.stages.outcome import Again
from pipeline.stages.publish import publish
from pipeline.story import Provenance, PubStatus, Story, encode
from pipeline.topics import ENRICHED

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
NOW = datetime(2026, 11, 24, tzinfo=UTC)
BATCH, FILLING, WORDS = 50, 2_000, 500
KINDS = ("new", "newer", "kill", "copy")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Milliseconds a story, in batches of BATCH, at one size."""

    known: int
    what: str
    p50: float
    p99: float
    sends: int


def story(number: int, version: int = 1, *, words: int = WORDS, status: PubStatus = "usable") -> Story:
    """A version of the story `number`: of 500 words, or of few where it is only to be there."""
    chance = random.Random(number)
    text = " ".join(f"word{chance.randrange(20_000)}" for _ in range(words))
    made = Story(
        uri=f"urn:story:{number}",
        version=str(version),
        versioncreated=BEGAN + timedelta(seconds=number, minutes=version),
        pubstatus=status,
        headline=f"Headline {number}",
        slugline=f"SLUG-{number}/",
        body_text=f"{text}\n\nVersion {version}.",
        provenance=Provenance(feed="benchmark", channel="A", sequence=number),
    )
    return replace(made, revision=revision(made, None))


async def fill(client: AsyncElasticsearch, settings: Settings, numbers: range) -> None:
    """Put stories into ledger and history as the stage would have left them."""
    with err.status("Filling") as status:
        for start in range(0, len(numbers), FILLING):
            stories = [story(number, words=10) for number in numbers[start : start + FILLING]]
            lives = {
                each.uri: Life(
                    uri=each.uri,
                    newest=each.revision,
                    status="usable",
                    released=True,
                    public=True,
                    shown=each.revision,
                    timed=True,
                    numbered=True,
                    time=each.versioncreated,
                    names=names(each),
                )
                for each in stories
            }
            await _written(client, settings, stories, lives)
            status.update(f"Filling: {numbers[start]:,}")
    for index in private.indices(settings):
        await client.options(request_timeout=300).indices.refresh(index=index)


async def _written(
    client: AsyncElasticsearch, settings: Settings, stories: Sequence[Story], lives: Mapping[str, Life]
) -> None:
    """As the stage does, again and again until the engine, which has much to merge here, has taken it all."""
    while True:
        try:
            known = await ledger.entries(client, settings, lives)
            failed = await ledger.enter(client, settings, {u: life for u, life in lives.items() if u not in known}, {})
            if not failed | await ledger.keep(client, settings, [Version(each, shown=True) for each in stories]):
                return
        except TransientError as error:
            say(f"{error}")
        await asyncio.sleep(1)


def arrivals(kind: str, known: int, count: int, chance: random.Random) -> list[Story]:
    """What comes in: stories nobody knows, newer versions and kills of known ones, and known ones again."""
    if kind == "new":
        return [story(10_000_000 + known + number) for number in range(count)]
    numbers = chance.sample(range(known), count)
    match kind:
        case "newer":
            return [story(number, 2) for number in numbers]
        case "kill":
            return [story(number, 3, words=0, status="canceled") for number in numbers]
    return [story(number, words=10) for number in numbers]


async def measure(books: IndexBooks, kind: str, known: int, count: int) -> Cost:
    """Decide on `count` stories of a kind."""
    stories, took, sends = arrivals(kind, known, count, random.Random(f"{kind} {known}")), [], 0
    for start in range(0, count, BATCH):
        batch = [
            Message(
                topic=ENRICHED,
                partition=0,
                offset=start + number,
                timestamp=NOW,
                key=each.uri.encode(),
                value=encode(each),
            )
            for number, each in enumerate(stories[start : start + BATCH])
        ]
        begun = time.perf_counter()
        outcomes = await publish(books, batch, NOW)
        took.append(1000 * (time.perf_counter() - begun) / len(batch))
        assert not any(isinstance(each, Again) for each in outcomes)
        sends += sum(len(each.sends) for each in outcomes if not isinstance(each, Again))
    return Cost(
        known=known,
        what=kind,
        p50=statistics.median(took),
        p99=statistics.quantiles(took, n=100, method="inclusive")[98],
        sends=sends,
    )


async def run(settings: Settings, sizes: Sequence[int], count: int) -> list[Cost]:
    """Every kind at every size."""
    found: list[Cost] = []
    async with connect_async(settings) as client:
        books, there = IndexBooks(client, settings), 0
        for known in sizes:
            say(f"Filling ledger and history to {known:,} stories")
            await fill(client, settings, range(there, known))
            if not there:  # the engine's first requests are its slowest
                await measure(books, "copy", known, count)
            there = known
            found += [await measure(books, kind, known, count) for kind in KINDS]
            say("; ".join(f"{each.what} {each.p50:.2f} ms" for each in found[-len(KINDS) :]))
    return found


@contextmanager
def engine(folder: Path) -> Iterator[Settings]:
    """An OpenSearch with the private indices, in that folder."""
    settings = configuration.load(data=str(folder))
    try:
        found = stack.start(folder, Path(settings.cache).expanduser(), kafka=False, usual_ports=False)
        assert found.elasticsearch
        settings = replace(settings, elasticsearch=found.elasticsearch)
        with connect(settings) as client:
            private.ensure(client, settings)
        yield settings
    finally:
        stack.stop(folder)


@click.command()
@click.option("--known", default="1000,10000,100000,1000000", show_default=True, help="Sizes, ascending.")
@click.option("--stories", default=500, show_default=True, help="To decide on at each size, of each kind.")
@click.option("--json", "as_json", is_flag=True)
def main(known: str, stories: int, as_json: bool) -> None:
    """Measure what it costs to decide on a story, by how many are known."""
    sizes = [int(each) for each in known.split(",")]
    with tempfile.TemporaryDirectory() as folder, engine(Path(folder)) as settings:
        costs = asyncio.run(run(settings, sizes, stories))
    if as_json:
        print_json([asdict(each) for each in costs])
        return
    table = Table("known", "stories", "p50 ms", "p99 ms", "sends")
    for each in costs:
        table.add_row(f"{each.known:,}", each.what, f"{each.p50:.2f}", f"{each.p99:.2f}", f"{each.sends:,}")
    out.print(table)


if __name__ == "__main__":
    main()
