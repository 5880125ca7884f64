"""relate: published stories -> orders that say which group of near-duplicates and which running thread they are in.

One worker, since wire.fingerprints has one partition; but one that was thought dead may come back with its batch while
another does it again. All it knows stands in the index `<index>-relations`, and every write is refused where the
document is not the one that was read. Nothing is lost between any two steps, because of their order:

1. Members of a group that is given another founder are written before those that the batch's stories are near to, and
   these before the batch's stories. What is left undone is thus found again from the batch's stories.
2. Every document names the message that last changed it. When that message comes again, so do the orders.
3. Each record says what its story's readers believe, and is answered where that is not so. An order makes publish send
   the story, and a record, again: so an order that one thought dead sends late is corrected, and a group that it left
   in the name of a founder which has joined another one.
4. At last, it is read whether a group that was to be empty has members that another worker put there meanwhile; they
   follow.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import orjson
from elasticsearch import AsyncElasticsearch

from pipeline.errors import TerminalError, TransientError
from pipeline.lifecycle import orders
from pipeline.lifecycle.duplicates import window
from pipeline.lifecycle.orders import Order
from pipeline.lifecycle.relating import (
    MOST_DUPLICATES,
    MOST_THREADS,
    THREAD_WINDOW,
    Candidates,
    Placing,
    Relations,
    duplicates_of,
)
from pipeline.lifecycle.relations import Node, Record, decode_record, node_id, opened, public_id, settled
from pipeline.messages import Message, Send, dead_letter
from pipeline.search import relations as store
from pipeline.search.client import connect_async
from pipeline.search.relations import Look, Stored
from pipeline.search.writer import Document, Seen
from pipeline.settings import Settings
from pipeline.stages.outcome import Done, Priority, Work
from pipeline.topics import ORDERS

NAME = "relate"

_MEANWHILE = "Another worker has changed the relations of these stories meanwhile."


@asynccontextmanager
async def open_relate(settings: Settings) -> AsyncIterator[Work]:
    """The relate stage, with its client."""
    client = connect_async(settings)

    async def process(batch: Sequence[Message], _priority: Priority) -> list[Done]:
        return await relate_batch(client, settings, batch)

    try:
        yield Work(process)
    finally:
        await client.close()


async def relate_batch(client: AsyncElasticsearch, settings: Settings, batch: Sequence[Message]) -> list[Done]:
    """Relate the stories of `batch` to each other and to those before; the orders that follow are in the outcomes.

    Raises TransientError where the engine fails or another worker interferes: all of it is to be done again.
    """
    decoded = [_decoded(message) for message in batch]
    records = [item for item in decoded if isinstance(item, Record)]
    sends: list[tuple[Send, ...]] = [
        (dead_letter(message, NAME, item),) if isinstance(item, TerminalError) else ()
        for message, item in zip(batch, decoded, strict=True)
    ]
    if records:
        work = _Batch(client, settings, records, [message.offset for message in batch])
        found = await work.orders()
        sends[-1] += tuple(Send(topic=ORDERS, key=each.uri.encode(), value=orders.encode(each)) for each in found)
    return [Done(each) for each in sends]


def _decoded(message: Message) -> Record | TerminalError:
    try:
        return decode_record(message.value)
    except TerminalError as error:
        return error


class _Batch:
    """One batch: what is read, what follows from it, what is written."""

    def __init__(
        self, client: AsyncElasticsearch, settings: Settings, records: Sequence[Record], offsets: Sequence[int]
    ) -> None:
        self._client, self._settings = client, settings
        self._records, self._offsets = records, offsets
        self._own = {node_id(said.uri): said for said in records}

    async def orders(self) -> list[Order]:
        """Do all of it; the orders that are to be sent, one a story."""
        await store.refresh(self._client, self._settings)
        (own, now), again = await asyncio.gather(
            self._related(), store.changed_by(self._client, self._settings, self._offsets)
        )
        near = now.near - self._own.keys()
        moves = now.moves()
        told = {each.id: _order(each.source["uri"], _where(each, now)) for each in again}
        told |= await self._move_members(moves, near | self._own.keys())
        told |= await self._move_near(now, [one for one in near if now.moved(one)])
        told |= await self._write_own(now, own)
        if moves:
            await store.refresh(self._client, self._settings)
            told |= await self._move_members(moves, ())
        return list(told.values())

    async def _related(self) -> tuple[Mapping[str, Stored], Relations]:
        """The documents of the batch's stories, and where these and what they are related to belong now."""
        own = await self._get(self._own)
        before = {one: opened(stored.source) for one, stored in own.items()}
        news = [said for said in self._records if not settled(before.get(node_id(said.uri)), said)]
        candidates, sources = await self._candidates(news)
        stored = {one: opened(source) for one, source in sources.items()} | before
        duplicates = duplicates_of(news, stored, candidates)
        founders = await self._founders(stored, {*before, *(one for near in duplicates for one in near)})
        now = Relations(founders | stored)
        for said, near in zip(news, duplicates, strict=True):
            now.take(said, near, candidates.threads.get(node_id(said.uri), ()))
        return own, now

    async def _candidates(self, news: Sequence[Record]) -> tuple[Candidates, Mapping[str, Mapping[str, Any]]]:
        """What is found for these records, and by id what was asked for of the documents."""
        same = [(node_id(said.uri), look) for said in news if (look := _look_for_duplicates(said))]
        related = [(node_id(said.uri), look) for said in news if (look := _look_for_threads(said))]
        found = await store.look_up(self._client, self._settings, [look for _, look in (*same, *related)])
        sources: defaultdict[str, dict[str, Any]] = defaultdict(dict)
        for hit in (hit for hits in found for hit in hits):
            sources[hit.id] |= hit.source
        return Candidates(_by_story(same, found[: len(same)]), _by_story(related, found[len(same) :])), sources

    async def _founders(self, nodes: Mapping[str, Node], of: Iterable[str]) -> dict[str, Node]:
        """The founders of these stories' groups and, where one was given another, of theirs; those not in `nodes`."""
        found: dict[str, Node] = {}
        asked = set[str]()
        wanted = {nodes[one].group for one in of if one in nodes}
        while ids := {one for one in wanted if one} - asked:
            asked |= ids
            found |= {one: opened(each.source) for one, each in (await self._get(ids - nodes.keys())).items()}
            wanted = {(nodes.get(one) or found[one]).group for one in ids if one in nodes or one in found}
        return found

    async def _get(self, ids: Iterable[str]) -> dict[str, Stored]:
        return await store.get(self._client, self._settings, ids)

    async def _move_members(self, moves: Mapping[str, Placing], without: Collection[str]) -> dict[str, Order]:
        """Give the members of each group, but those named, the founder and thread that are theirs now."""
        told: dict[str, Order] = {}
        for group, placing in moves.items():
            while there := await store.members(self._client, self._settings, group, placing, without):
                told |= await self._place([(each, placing) for each in there])
                await store.refresh(self._client, self._settings)
        return told

    async def _move_near(self, now: Relations, ids: Collection[str]) -> dict[str, Order]:
        stored = await self._get(ids)
        for one in ids:
            node, source = now.nodes[one], stored[one].source if one in stored else {}
            if (node.group, node.thread) != (source.get("group"), source.get("thread")):
                raise TransientError(_MEANWHILE)
        return await self._place([(stored[one], now.placing(one)) for one in ids])

    async def _place(self, placed: Sequence[tuple[Stored, Placing]]) -> dict[str, Order]:
        """Write group and thread into documents, and leave the rest of them as it is."""
        documents, told = [], {}
        for stored, (group, thread) in placed:
            placing = (group, thread or stored.source.get("thread"))
            source = dict(stored.source) | dict(zip(("group", "thread"), placing, strict=True))
            documents.append(_document(stored.id, source | {"changed": max(self._offsets)}, stored.seen))
            told[stored.id] = _order(stored.source["uri"], placing)
        await store.save(self._client, self._settings, documents)
        return told

    async def _write_own(self, now: Relations, own: Mapping[str, Stored]) -> dict[str, Order]:
        documents, told = [], {}
        for one, said in self._own.items():
            group, thread = now.placing(one)
            node = replace(now.nodes[one], group=group, thread=thread)
            if moved := now.moved(one):
                node = replace(node, changed=max(self._offsets))
            stored = own.get(one)
            if stored is None or node != opened(stored.source):
                documents.append(_document(one, node, stored.seen if stored else Seen()))
            if moved or (public_id(group), public_id(thread)) != (said.group, said.thread):
                told[one] = _order(said.uri, (group, thread))
        await store.save(self._client, self._settings, documents)
        return told


def _by_story(looks: Iterable[tuple[str, Look]], found: Iterable[Sequence[Stored]]) -> dict[str, list[str]]:
    """The ids that were found for each story."""
    ids: defaultdict[str, list[str]] = defaultdict(list)
    for (one, _), hits in zip(looks, found, strict=True):
        ids[one] += [hit.id for hit in hits]
    return ids


def _look_for_duplicates(said: Record) -> Look | None:
    if said.fingerprint is None or not said.fingerprint.bands:
        return None
    reach = int(window(said.fingerprint).total_seconds())
    return Look(
        field="bands",
        terms=said.fingerprint.bands,
        earliest=said.time - reach,
        latest=said.time + reach,
        most=MOST_DUPLICATES,
        without=("bands", "keys", "traits"),
    )


def _look_for_threads(said: Record) -> Look | None:
    if said.traits is None or not said.traits.keys:
        return None
    reach = int(THREAD_WINDOW.total_seconds())
    return Look(
        field="keys",
        terms=said.traits.keys,
        earliest=said.time - reach,
        latest=said.time + reach,
        most=MOST_THREADS,
        without=("bands", "keys", "versions"),
    )


def _where(stored: Stored, now: Relations) -> Placing:
    if stored.id in now.nodes:
        return now.placing(stored.id)
    return stored.source["group"], stored.source["thread"]


def _order(uri: str, placing: Placing) -> Order:
    group, thread = placing
    return Order(kind="relate", uri=uri, group=public_id(group), thread=public_id(thread))


def _document(one: str, node: Node | dict[str, Any], seen: Seen) -> Document:
    return Document(one, 0, orjson.dumps(node), seen)
