"""The stage relate on a real engine: groups by definition in any order, and whatever dies in between."""

import asyncio
import itertools
import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest

from pipeline.lifecycle.relations import Node, Record, Version, decode_record, learned, node_id, record, same_news
from pipeline.settings import Settings
from pipeline.story import Story
from tests.stages.relate_world import World, fresh_index, run

pytestmark = pytest.mark.engines

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


def said(uri: str, words: Sequence[str], hours: float, revision: int = 1) -> Record:
    """The record of a story with this text."""
    time = MONDAY + timedelta(hours=hours)
    story = Story(uri=uri, revision=revision, versioncreated=time, body_text=" ".join(words).capitalize() + ".")
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
    found = {}
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


@pytest.mark.parametrize("seed", range(20))
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
