"""The life of stories against a reference: any order of versions, kills, withholds, embargoes, copies and clocks, with
workers that die anywhere, stall and come back.

More than in CI: WIRE_TEST_LIVES=5000 pytest tests/stages/test_life.py (lives of 50 steps each). A life that goes wrong
is shown as the shortest run of its steps that still does.
"""

import os
import random
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial

import pytest

from benchmarks.life_reference import Reference
from pipeline.lifecycle.orders import Order
from pipeline.story import PubStatus, encode
from tests.stages.life_world import World, advisory, version

TIMED, UNTIMED = "abc", "xy"
LIVES = int(os.environ.get("WIRE_TEST_LIVES", "200"))
STEPS, RUNS = 50, 10


class Life:
    """Steps of the world; whenever all has come to rest, readers see what the reference says."""

    def __init__(self) -> None:
        self.world, self.reference = World(), Reference()

    def feed(self, uri: str, number: int, status: PubStatus) -> None:
        story = version(uri, number, status)
        self.world.feed(story)
        self.reference.versions[uri].append(story)

    def embargo(self, uri: str, number: int, minutes: int) -> None:
        # The same version has the same embargo whenever it is fed.
        story = version(uri, 20 + number * 128 + minutes, embargo=timedelta(minutes=minutes))
        self.world.feed(story)
        self.reference.versions[uri].append(story)

    def advise(self, uri: str, number: int) -> None:
        story = advisory(number, uri)
        self.world.feed(story)
        self.reference.advise(story, uri)

    def relate(self, uri: str, group: str | None) -> None:
        self.world.order(Order(kind="relate", uri=uri, group=group))

    def replay(self, uri: str) -> None:
        for story in self.reference.versions[uri]:
            self.world.feed(story)

    def work(self, seed: int) -> None:
        self.world.work(random.Random(seed))

    def tick(self) -> None:
        self.world.tick()

    def come_back(self) -> None:
        self.world.come_back()

    def set_clock(self, minutes: int) -> None:
        self.settle()
        self.world.now += timedelta(minutes=minutes)

    def settle(self) -> None:
        self.world.settle()
        assert self.world.seen() == self.reference.visible(self.world.now)
        kept = b"".join(encode(version.story) for version in self.world.books.history.values())
        public = b"".join(encode(story) for _, story in self.world.index.documents.values())
        sent = b"".join(encode(story) for story in self.world.topic.values())
        for uri, revision in self.reference.killed():
            for story in self.reference.versions[uri]:
                if story.body_text and story.revision <= revision:
                    text = story.body_text.encode()
                    assert text not in kept, "The history has a text that is killed."
                    assert text not in public, "The index has a text that is killed."
                    assert text not in sent, "wire.stories has a text that is killed."


Step = Callable[[Life], None]


def step(chance: random.Random) -> tuple[str, Step]:
    """A step, and what it is called."""
    uri, timed, number = chance.choice(TIMED + UNTIMED), chance.choice(TIMED), chance.randint(1, 12)
    status: PubStatus = chance.choice(["usable", "usable", "usable", "usable", "canceled", "withheld"])
    minutes, group, seed = chance.randint(-40, 60), chance.choice([None, "g1", "g2"]), chance.randint(0, 1 << 16)
    steps: list[Step] = [
        *[partial(Life.feed, uri=uri, number=number, status=status)] * 6,
        partial(Life.embargo, uri=timed, number=number, minutes=minutes),
        partial(Life.advise, uri=timed, number=number),
        partial(Life.relate, uri=uri, group=group),
        partial(Life.replay, uri=uri),
        *[partial(Life.work, seed=seed)] * 4,
        Life.tick,
        Life.come_back,
        partial(Life.set_clock, minutes=chance.randint(-30, 30)),
        Life.settle,
    ]
    chosen = chance.choice(steps)
    if isinstance(chosen, partial):
        return f"{chosen.func.__name__} {chosen.keywords}", chosen
    return chosen.__name__, chosen


def lived(steps: Sequence[Step]) -> str:
    """Why the life went wrong; empty where it went well."""
    life = Life()
    try:
        for each in steps:
            each(life)
            assert not life.world.leaks
        life.settle()
    except AssertionError as error:
        return f"It goes wrong: {error}"
    return ""


@pytest.mark.parametrize("run", range(RUNS))
def test_readers_see_what_the_newest_version_allows(run: int) -> None:
    for seed in range(run, LIVES, RUNS):
        chance = random.Random(seed)
        steps = dict(enumerate(step(chance) for _ in range(STEPS)))
        if not lived([each for _, each in steps.values()]):
            continue
        for number in list(steps):
            fewer = [each for key, (_, each) in steps.items() if key != number]
            if lived(fewer):
                del steps[number]
        why = lived([each for _, each in steps.values()])
        pytest.fail(f"Life {seed}: {'; '.join(name for name, _ in steps.values())}. {why}")
