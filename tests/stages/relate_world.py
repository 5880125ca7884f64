"""The stage relate between a topic and a publisher, and what can go wrong between any two of its steps."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import orjson
from elasticsearch import AsyncElasticsearch

from pipeline.errors import TransientError
from pipeline.lifecycle import orders
from pipeline.lifecycle.relations import Record
from pipeline.messages import Message, Send
from pipeline.search import relations as store
from pipeline.search.client import connect, connect_async
from pipeline.settings import Settings
from pipeline.stages.outcome import Done
from pipeline.stages.relate import relate_batch
from pipeline.topics import FINGERPRINTS, ORDERS

NOW = datetime(2026, 3, 1, tzinfo=UTC)
Told = tuple[str | None, str | None]


class KilledError(BaseException):
    """The worker is dead: nothing after this happens."""


@contextmanager
def fresh_index(url: str) -> Iterator[Settings]:
    """Settings with an empty index of relations, which is removed."""
    settings = Settings(elasticsearch=url, index=f"test-{uuid4().hex[:12]}")
    with connect(settings) as client:
        store.ensure(client, settings)
        yield settings
        client.indices.delete(index=store.relations_index(settings))


@dataclass
class World:
    """A topic of records, how far it is committed, and what the publisher believes."""

    settings: Settings
    told: dict[str, Told] = field(default_factory=dict)
    topic: list[Record] = field(default_factory=list)
    committed: int = 0
    orders: int = 0

    def say(self, *records: Record) -> None:
        """Publish records, each with what the publisher believes of its story then."""
        self.topic += records

    def messages(self, start: int, most: int) -> list[Message]:
        """Those that a worker reads at `start`."""
        return [self.message(offset) for offset in range(start, min(start + most, len(self.topic)))]

    def message(self, offset: int) -> Message:
        record = self.topic[offset]
        group, thread = self.told.get(record.uri, (None, None))
        value = orjson.dumps(replace(record, group=group, thread=thread))
        return Message(
            topic=FINGERPRINTS, partition=0, offset=offset, timestamp=NOW, key=record.uri.encode(), value=value
        )

    def deliver(self, sends: Iterable[Send]) -> None:
        """The publisher gets orders."""
        for send in sends:
            assert send.topic == ORDERS, send
            order = orders.decode(send.value)
            assert send.key == order.uri.encode()
            self.told[order.uri] = (order.group, order.thread)
            self.orders += 1

    def groups(self) -> dict[str, str]:
        return {uri: group for uri, (group, _) in self.told.items() if group}

    def threads(self) -> dict[str, str]:
        return {uri: thread for uri, (_, thread) in self.told.items() if thread}


def sends_of(outcomes: Sequence[Done]) -> list[Send]:
    return [send for outcome in outcomes for send in outcome.sends]


async def work(world: World, client: AsyncElasticsearch, most: int, chance: random.Random | None = None) -> None:
    """One batch from the committed offset on, to its end; with `chance`, the orders may be sent in part, or not
    committed."""
    batch = world.messages(world.committed, most)
    sends = sends_of(await patiently(lambda: relate_batch(client, world.settings, batch)))
    if chance and chance.random() < 0.2:
        world.deliver(chance.sample(sends, chance.randint(0, len(sends))))
        return
    world.deliver(sends)
    if chance is None or chance.random() < 0.9:
        world.committed += len(batch)


async def patiently(call: Callable[[], Awaitable[list[Done]]]) -> list[Done]:
    """As Delivery does it."""
    while True:
        try:
            return await call()
        except TransientError:
            await asyncio.sleep(0)


@contextmanager
def mortal(client: AsyncElasticsearch, after: int, chance: random.Random) -> Iterator[None]:
    """The worker dies at its request number `after`: before it is sent, when it was done and not answered, or, of a
    bulk, when a part was done."""
    transport, requests = client.transport, 0
    perform = transport.perform_request

    async def dying(method: str, target: str, *, body: Any = None, **options: Any) -> Any:
        nonlocal requests
        requests += 1
        if requests < after:
            return await perform(method, target, body=body, **options)
        if "_bulk" in target:
            body = body[: 2 * chance.randint(0, len(body) // 2)]
        if body or chance.random() < 0.5:
            await perform(method, target, body=body, **options)
        raise KilledError

    transport.perform_request = dying  # type: ignore[method-assign, assignment]
    try:
        yield
    finally:
        transport.perform_request = perform  # type: ignore[method-assign]


async def run(world: World, chance: random.Random | None = None, most: int = 12) -> None:
    """Process the whole topic; with `chance`, in batches of random size, with a worker that dies now and then."""
    async with connect_async(world.settings) as client:
        while world.committed < len(world.topic):
            if chance is None:
                await work(world, client, most)
                continue
            size = chance.randint(1, most)
            if chance.random() < 0.5:
                await work(world, client, size, chance)
                continue
            try:
                with mortal(client, chance.randint(1, 14), chance):
                    await work(world, client, size, chance)
            except KilledError:
                pass
