"""The stage relate between a topic and a publisher, and what can go wrong between any two of its steps."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
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
    newest: dict[str, Record] = field(default_factory=dict)
    committed: int = 0
    orders: int = 0

    def say(self, *records: Record) -> None:
        """Publish versions, each with what the publisher believes of its story."""
        for each in records:
            group, thread = self.told.get(each.uri, (None, None))
            self.topic.append(replace(each, group=group, thread=thread))
            if each.revision >= self.newest.get(each.uri, each).revision:
                self.newest[each.uri] = each

    def messages(self, start: int, most: int) -> list[Message]:
        """Those that a worker reads at `start`."""
        return [self._message(offset) for offset in range(start, min(start + most, len(self.topic)))]

    def _message(self, offset: int) -> Message:
        record = self.topic[offset]
        key, value = record.uri.encode(), orjson.dumps(record)
        return Message(topic=FINGERPRINTS, partition=0, offset=offset, timestamp=NOW, key=key, value=value)

    def deliver(self, sends: Iterable[Send]) -> None:
        """The publisher gets orders, and publishes again what they change."""
        for send in sends:
            assert send.topic == ORDERS, send
            order = orders.decode(send.value)
            assert send.key == order.uri.encode()
            self.orders += 1
            if self.told.get(order.uri, (None, None)) != (order.group, order.thread):
                self.told[order.uri] = (order.group, order.thread)
                self.say(replace(self.newest[order.uri], relations=1))

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
    sends = sends_of(await patiently(partial(relate_batch, client, world.settings, batch)))
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


Hook = Callable[[Callable[..., Awaitable[Any]], Any], Awaitable[None]]
"""Called with what would perform a request, given its body, and that body."""


@contextmanager
def interrupted(client: AsyncElasticsearch, at: int, hook: Hook) -> Iterator[list[int]]:
    """Calls `hook` before the client's request number `at`; counts the requests in the list that it gives."""
    transport, requests = client.transport, [0]
    perform = transport.perform_request

    async def interrupting(method: str, target: str, *, body: Any = None, **options: Any) -> Any:
        requests[0] += 1
        if requests[0] == at:
            await hook(partial(perform, method, target, **options), body)
        return await perform(method, target, body=body, **options)

    transport.perform_request = interrupting  # type: ignore[method-assign]
    try:
        yield requests
    finally:
        transport.perform_request = perform  # type: ignore[method-assign]


def dying(share: float) -> Hook:
    """The worker dies at the request: 0, before it is sent; 1, when it was done and not answered; of a bulk, also when
    that share of it was done."""

    async def die(perform: Callable[..., Awaitable[Any]], body: Any) -> None:
        part = round(len(body) / 2 * share) * 2 if isinstance(body, list) else len(body or ()) * (share == 1)
        if part or share == 1:
            await perform(body=body[:part] if isinstance(body, list) else body)
        raise KilledError

    return die


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
                with interrupted(client, chance.randint(1, 14), dying(chance.choice([0, 0.3, 0.6, 1]))):
                    await work(world, client, size, chance)
            except KilledError:
                pass


@contextmanager
def halting(client: AsyncElasticsearch, chance: random.Random) -> Iterator[None]:
    """The worker stops for a while before and after some of its requests."""
    transport = client.transport
    perform = transport.perform_request

    async def waiting(*arguments: Any, **options: Any) -> Any:
        await asyncio.sleep(chance.choice([0, 0, 0, 0, 0.005, 0.03]))
        answer = await perform(*arguments, **options)
        await asyncio.sleep(chance.choice([0, 0, 0, 0, 0.005, 0.03]))
        return answer

    transport.perform_request = waiting  # type: ignore[method-assign]
    yield


async def haunted(world: World, chance: random.Random, workers: int = 2, most: int = 12) -> None:
    """Several workers have the whole topic at once; each commits only forward. What is sent late may be old."""

    async def one(chance: random.Random) -> None:
        at = 0
        async with connect_async(world.settings) as client:
            with halting(client, chance):
                while at < len(world.topic):
                    batch = world.messages(at, chance.randint(1, most))
                    sends = sends_of(await patiently(partial(relate_batch, client, world.settings, batch)))
                    await asyncio.sleep(chance.choice([0, 0.01, 0.03]))
                    world.deliver(sends)
                    at += len(batch)
                    world.committed = max(world.committed, at)

    await asyncio.gather(*(one(random.Random(chance.random())) for _ in range(workers)))
