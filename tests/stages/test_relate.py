"""The stage relate on a real engine: groups by definition in any order, and whatever dies in between.

WIRE_TEST_ORDERS says in how many random orders, 20 for instance; a few are usual.
"""

import asyncio
import itertools
import os
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import sha256

import pytest
from elasticsearch import AsyncElasticsearch

from pipeline.errors import OperatorError, TransientError
from pipeline.lifecycle.relations import Node, Record, Version, decode_record, learned, record, same_news
from pipeline.messages import Message, Send
from pipeline.search.client import connect_async
from pipeline.settings import Settings
from pipeline.stages.relate import open_relate, relate_batch
from pipeline.story import Link, Story
from pipeline.topics import DEAD_LETTER
from tests.stages.relate_world import (
    KilledError,
    World,
    dying,
    fresh_index,
    haunted,
    interrupted,
    patiently,
    run,
    sends_of,
    work,
)

pytestmark = pytest.mark.engines

ORDERS = int(os.environ.get("WIRE_TEST_ORDERS", "2"))
MONDAY = datetime(2026, 3, 2, 8, tzinfo=UTC)
SYLLABLES = ["ba", "co", "di", "fu", "ga", "he", "jo", "ki", "lu", "ma", "ne", "po", "ra", "si", "to", "vu", "we", "zi"]


@pytest.fixture
def settings(opensearch: str) -> Iterator[Settings]:
    with fresh_index(opensearch) as fresh:
        yield fresh


def text(chance: random.Random, words: int) -> list[str]:
    """Words of no language: no two texts share a run of them."""
    return ["".join(chance.choices(SYLLABLES, k=3)) for _ in range(words)]


def public(uri: str) -> str:
    return sha256(uri.encode()).hexdigest()[:16]


def said(uri: str, words: Sequence[str], hours: float, revision: int = 1, carries_on: str | None = None) -> Record:
    """The record of a story with this text. `carries_on`: the uri of a story that it says it continues."""
    story = Story(
        uri=uri,
        revision=revision,
        versioncreated=MONDAY + timedelta(hours=hours),
        body_text=" ".join(words).capitalize() + ".",
        links=(Link(rel="previousVersion", uri=carries_on),) if carries_on else (),
    )
    return decode_record(record(story))


def planted(seed: int, stories: int) -> list[Record]:
    """Records of so many stories: copies, cut copies, chains through a story that was rewritten, and lone stories."""
    chance = random.Random(seed)
    records: list[Record] = []
    numbers = itertools.count()
    while (begun := next(numbers)) < stories:
        words = text(chance, 120)
        day = chance.uniform(0, 240)
        records.append(said(f"urn:{begun}", words, day))
        if (
            chance.random() < 0.4
        ):  # rewritten whole: what copies the one version and what copies the other are one group
            words = text(chance, 120)
            records.append(said(f"urn:{begun}", words, day + chance.uniform(-20, 20), revision=2))
        for _ in range(chance.choice([0, 0, 1, 2, 4])):
            cut = words[: chance.choice([90, 120])]
            records.append(said(f"urn:{next(numbers)}", cut, day + chance.uniform(-200, 200)))
    return records


def by_definition(records: Sequence[Record]) -> dict[str, str]:
    """The groups of these records by comparing all with all."""
    nodes: dict[str, Node] = {}
    for each in records:
        nodes[each.uri] = learned(nodes.get(each.uri), each)
    sets = [{uri} for uri in nodes]
    for each in records:
        assert each.fingerprint
        version = Version(revision=each.revision, time=each.time, fingerprint=each.fingerprint)
        near = {uri for uri, node in nodes.items() if same_news(version, node)}
        joined = set().union(*(one for one in sets if one & near))
        sets = [joined, *(one for one in sets if not one & joined)]
    found: dict[str, str] = {}
    for one in sets:
        founder = min(one, key=lambda uri: (nodes[uri].first, uri))
        found |= {uri: public(founder) for uri in one if len(one) > 1}
    return found


RECORDS = planted(7, 60)
GROUPS = by_definition(RECORDS)


def test_what_was_planted_is_worth_it() -> None:
    sizes = [len([uri for uri in GROUPS if GROUPS[uri] == group]) for group in set(GROUPS.values())]
    assert len(sizes) > 5
    assert max(sizes) > 3
    assert len({record.uri for record in RECORDS}) - len(GROUPS) > 10


@pytest.mark.parametrize("seed", range(ORDERS))
def test_any_order_and_any_crash_give_the_same_groups(seed: int, settings: Settings) -> None:
    chance = random.Random(seed)
    world = World(settings)
    world.say(*chance.sample(RECORDS, len(RECORDS)))
    asyncio.run(run(world, chance))
    assert world.groups() == GROUPS


def test_a_replay_sends_nothing(settings: Settings) -> None:
    world = World(settings)
    world.say(*RECORDS)
    asyncio.run(run(world))
    assert world.groups() == GROUPS
    sent, told = world.orders, dict(world.told)
    world.say(*reversed(RECORDS))
    asyncio.run(run(world))
    assert (world.orders, world.told) == (sent, told)


@pytest.mark.parametrize("seed", range(ORDERS))
def test_workers_that_have_the_same_batches_at_once_agree(seed: int, settings: Settings) -> None:
    chance = random.Random(seed)
    world = World(settings)
    world.say(*chance.sample(RECORDS, len(RECORDS)))
    asyncio.run(haunted(world, chance))
    asyncio.run(run(world))
    assert world.groups() == GROUPS


@dataclass
class Merge:
    """Two groups, and what joins them: the last version of a story that is near to one member of the later group and
    to no other. `late`, near to that member alone, comes to the later group at the same time."""

    before: list[Record]
    joining: Record
    late: Record

    @classmethod
    def new(cls, trial: int, near: int) -> "Merge":
        """A merge of stories that are in no other trial's. `near`: 0 to 3; 0 founds the later group."""
        chance = random.Random(trial)
        one, other, between, third = (text(chance, 80) for _ in range(4))
        name = f"urn:{trial}:"
        before = [
            said(f"{name}first", one, 0),
            said(f"{name}joining", one, 1),
            *(said(f"{name}other-{number}", other, 2 + number) for number in range(4)),
            said(f"{name}other-{near}", third, 6, revision=2),
            said(f"{name}other-{near}", between, 8, revision=3),
        ]
        return cls(before, said(f"{name}joining", between, 9, revision=2), said(f"{name}late", third, 7))

    def well(self, world: World, *more: Record) -> bool:
        """Whether the publisher believes of these stories what is true by definition."""
        records = [*self.before, self.joining, *more]
        uris = {each.uri for each in records}
        return {uri: group for uri, group in world.groups().items() if uri in uris} == by_definition(records)


async def dies_anywhere(world: World, share: float, near: int) -> int:
    """Merges with a worker that dies at its first request, its second, and so on; how many requests a merge takes."""
    for at in itertools.count(1):
        merge = Merge.new(at, near)
        world.say(*merge.before)
        await run(world)
        world.say(merge.joining)
        async with connect_async(world.settings) as client:
            with interrupted(client, at, dying(share)) as requests:
                try:
                    await work(world, client, 1)
                except KilledError:
                    await run(world)
        assert merge.well(world), at
        if requests[0] < at:
            return requests[0]
    raise AssertionError


@pytest.mark.parametrize(("share", "near"), [(0, 0), (0.5, 2), (1, 0)])
def test_a_worker_that_dies_at_any_request_leaves_no_half_of_a_group(
    share: float, near: int, settings: Settings
) -> None:
    assert asyncio.run(dies_anywhere(World(settings), share, near)) > 10


async def meet(world: World, late_first: bool, near: int) -> int:
    """While one worker merges two groups another, that knows nothing of it, lets a story join the later one; each
    comes in between any two requests of the other. How many requests the interrupted one makes."""

    async def does(messages: list[Message], client: AsyncElasticsearch) -> None:
        world.deliver(sends_of(await patiently(partial(relate_batch, client, world.settings, messages))))

    async def comes_between(messages: list[Message], _perform: object, _body: object) -> None:
        async with connect_async(world.settings) as client:
            end = len(world.topic)
            await does(messages, client)
            world.committed = len(world.topic)
            await does(world.messages(end, 100), client)

    for at in itertools.count(1):
        merge = Merge.new(at, near)
        world.say(*merge.before)
        await run(world)
        world.say(merge.joining, merge.late)
        batches = [world.messages(world.committed, 1), world.messages(world.committed + 1, 1)]
        one, other = reversed(batches) if late_first else batches
        async with connect_async(world.settings) as client:
            with interrupted(client, at, partial(comes_between, other)) as requests:
                await does(one, client)
        if requests[0] < at:
            return requests[0]
        await run(world)
        assert merge.well(world, merge.late), at
    raise AssertionError


@pytest.mark.parametrize(("late_first", "near"), [(False, 0), (True, 2)])
def test_workers_meet_between_any_two_requests(late_first: bool, near: int, settings: Settings) -> None:
    assert asyncio.run(meet(World(settings), late_first, near)) >= 5


def own_text(uri: str) -> list[str]:
    return text(random.Random(uri), 60)


def alone(uri: str, hours: float, carries_on: str | None = None, revision: int = 1) -> Record:
    """The record of a story that no other story is like."""
    return said(uri, own_text(f"{uri} {revision}"), hours, revision, carries_on)


def copy(uri: str, of: str, hours: float) -> Record:
    """The record of a story with the text of another one's first version."""
    return said(uri, own_text(f"{of} 1"), hours)


A, B, C, D, E = "urn:a", "urn:b", "urn:c", "urn:d", "urn:e"
THREADS: dict[str, tuple[list[Record], dict[str, list[str]]]] = {
    # what comes, in order -> which threads there are, by the uri that they are named after
    "a story alone has none": ([alone(A, 0)], {}),
    "two make one, named after the earlier": ([alone(A, 0), alone(B, 1, A)], {A: [A, B]}),
    "though it came later": ([alone(B, 1, A), alone(A, 0)], {A: [A, B]}),
    "others join": ([alone(A, 0), alone(B, 1, A), alone(C, 2, B), alone(D, 3, A), alone(E, 3)], {A: [A, B, C, D]}),
    "copies alone make none": ([alone(A, 0), copy(B, A, 1)], {}),
    "all copies follow": ([alone(A, 0), copy(B, A, 1), copy(C, A, 2), alone(D, 3, B)], {A: [A, B, C, D]}),
    "a later copy does": ([alone(A, 0), alone(B, 1, A), copy(C, A, 2)], {A: [A, B, C]}),
    "an earlier copy keeps the name": ([alone(A, 5), alone(B, 6, A), copy(C, A, 0)], {A: [A, B, C]}),
    "what has one keeps it": ([alone(A, 0), alone(B, 1, A), alone(A, 2, None, 2)], {A: [A, B]}),
    "too late for it": ([alone(A, 0), alone(B, 24 * 11, A)], {}),
    "groups that become one are in the first one's": (
        [alone(A, 0), alone(B, 1, A), alone(C, 2), alone(D, 3, C), said(D, own_text(f"{A} 1"), 4, 2)],
        {A: [A, B, D], C: [C]},
    ),
    "a new version carries on another thread": (
        [alone(A, 0), alone(B, 1, A), alone(C, 2), alone(D, 3, C), alone(B, 4, D, 2)],
        {A: [A], C: [B, C, D]},
    ),
}


@pytest.mark.parametrize("together", [False, True], ids=["one by one", "in one batch"])
@pytest.mark.parametrize("name", THREADS)
def test_threads(name: str, together: bool, settings: Settings) -> None:
    records, threads = THREADS[name]
    world = World(settings)
    for each in [records] if together else [[one] for one in records]:
        world.say(*each)
        asyncio.run(run(world))
    assert world.threads() == {uri: public(thread) for thread, uris in threads.items() for uri in uris}


async def dies_while_a_thread_begins(world: World, share: float) -> int:
    """A story begins a thread with one of three copies, while its worker dies at any request."""
    for at in itertools.count(1):
        first, *others = [f"urn:{at}:{number}" for number in range(4)]
        world.say(alone(first, 0), copy(others[0], first, 1), copy(others[1], first, 2))
        await run(world)
        world.say(alone(others[2], 3, others[0]))
        async with connect_async(world.settings) as client:
            with interrupted(client, at, dying(share)) as requests:
                try:
                    await work(world, client, 1)
                except KilledError:
                    await run(world)
        assert {uri: world.threads().get(uri) for uri in (first, *others)} == dict.fromkeys(
            (first, *others), public(first)
        ), at
        if requests[0] < at:
            return requests[0]
    raise AssertionError


@pytest.mark.parametrize("share", [0, 0.5, 1])
def test_a_worker_that_dies_at_any_request_leaves_no_half_of_a_thread(share: float, settings: Settings) -> None:
    assert asyncio.run(dies_while_a_thread_begins(World(settings), share)) > 8


def test_what_is_no_record_is_a_dead_letter_and_the_others_are_related(settings: Settings) -> None:
    world = World(settings)
    world.say(alone(A, 0), copy(B, A, 1))
    good = world.messages(0, 2)
    bad = [replace(good[0], value=value) for value in (b"{", b"[]", b'{"uri": 5}', b"\xff")]
    batch = [bad[0], good[0], *bad[1:3], good[1], bad[3]]

    async def go() -> list[Send]:
        async with connect_async(settings) as client:
            return sends_of(await relate_batch(client, settings, batch))

    sends = asyncio.run(go())
    letters = [send for send in sends if send.topic == DEAD_LETTER]
    assert [letter.value for letter in letters] == [message.value for message in bad]
    assert {letter.headers["stage"] for letter in letters} == {"relate"}
    assert all(letter.headers["cause"].startswith("Not a record of a published story: ") for letter in letters)
    world.deliver([send for send in sends if send.topic != DEAD_LETTER])
    assert world.groups() == {A: public(A), B: public(A)}


def test_what_can_be_found_by_nothing_is_related_to_nothing(settings: Settings) -> None:
    world = World(settings)
    bare = [replace(alone(uri, 0), fingerprint=None, traits=None) for uri in (A, B)]
    repeating = [said(uri, ["word"] * 40, 0) for uri in (C, D)]
    assert repeating[0].fingerprint
    unfound = [
        replace(each, fingerprint=replace(repeating[0].fingerprint, bands=()), traits=None) for each in repeating
    ]
    world.say(alone(E, 0), *bare, *unfound)
    asyncio.run(run(world, most=1))
    assert world.told == {}


def test_without_an_engine_it_is_tried_again() -> None:
    async def go() -> None:
        nowhere = Settings(elasticsearch="http://127.0.0.1:1")
        async with open_relate(nowhere) as opened:
            await opened.process(World(nowhere, topic=[alone(A, 0)]).messages(0, 1), "live")

    with pytest.raises(TransientError):
        asyncio.run(go())


def test_without_the_index_it_says_what_to_do(opensearch: str) -> None:
    async def go() -> None:
        bare = Settings(elasticsearch=opensearch, index="test-none")
        async with open_relate(bare) as opened:
            await opened.process(World(bare, topic=[alone(A, 0)]).messages(0, 1), "live")

    with pytest.raises(OperatorError, match="wire setup"):
        asyncio.run(go())
