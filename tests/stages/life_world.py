"""A world in which the stage `publish` lives: topics that are read again, workers that die, stall and come back.

What is ours is real (publish, releases, the rules of the index stage); topics, the clock and the two stores are in
memory. `Reference` is what must come of it, in a few lines that share nothing with the code under test.
"""

import asyncio
import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from pipeline.lifecycle import orders
from pipeline.lifecycle.orders import Order
from pipeline.lifecycle.revision import document_version, revision
from pipeline.messages import Message, Send
from pipeline.stages.outcome import Again, Done
from pipeline.stages.publish import publish, releases
from pipeline.story import Advisory, Provenance, PubStatus, Story, Target, decode, encode, tombstone
from pipeline.topics import ENRICHED, EVENTS, FINGERPRINTS, ORDERS, STORIES
from tests.stages.memory_books import MemoryBooks

START = datetime(2026, 11, 24, 12, tzinfo=UTC)
TEXT = "Text of"
MOST_ROUNDS = 500


class DiedError(Exception):
    """The worker was killed."""


class Mortal:
    """Books whose reader dies at one of its next calls."""

    def __init__(self, books: MemoryBooks, calls: int) -> None:
        self._books, self._calls = books, calls

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._books, name)

        async def call(*arguments: Any) -> Any:
            self._calls -= 1
            if self._calls < 0:
                raise DiedError
            return await method(*arguments)

        return call


@dataclass
class Index:
    """The search index: a larger version wins."""

    documents: dict[str, tuple[int, Story]] = field(default_factory=dict)

    def write(self, story: Story) -> Iterator[Order]:
        version = document_version(story, published=story.pubstatus != "withheld")
        stands, _ = self.documents.get(story.uri, (-1, story))
        if version > stands:
            self.documents[story.uri] = version, story
        elif version < stands:
            yield Order(kind="again", uri=story.uri, stands=stands)


@dataclass
class World:
    """Everything outside the code under test."""

    now: datetime = START
    books: MemoryBooks = field(default_factory=MemoryBooks)
    index: Index = field(default_factory=Index)
    waiting: dict[str, list[Message]] = field(default_factory=lambda: defaultdict(list))
    """By uri, which is a partition here: what was not acknowledged."""
    topic: dict[str, Story] = field(default_factory=dict)
    """The last of each story in wire.stories, as compaction leaves it."""
    stalled: list[Send] = field(default_factory=list)
    """What a worker that was taken for dead has still to send."""
    leaks: list[str] = field(default_factory=list)
    offset: int = 0

    def feed(self, story: Story) -> None:
        self._put(ENRICHED, story.uri, encode(story))

    def order(self, order: Order) -> None:
        self._put(ORDERS, order.uri, orders.encode(order))

    def _put(self, topic: str, uri: str, value: bytes) -> None:
        self.offset += 1
        message = Message(
            topic=topic, partition=0, offset=self.offset, timestamp=self.now, key=uri.encode(), value=value
        )
        self.waiting[uri].append(message)

    def work(self, chance: random.Random, *, faults: bool = True) -> None:
        """A worker takes a batch of some stories, and perhaps dies, or stalls before it sends."""
        uris = [uri for uri, messages in self.waiting.items() if messages]
        if not uris:
            return
        chosen = chance.sample(sorted(uris), chance.randint(1, len(uris)))
        counts = {uri: chance.randint(1, len(self.waiting[uri])) for uri in chosen}
        batch = sorted((m for uri in chosen for m in self.waiting[uri][: counts[uri]]), key=lambda m: m.offset)
        fault = chance.choice(["none", "none", "dies", "dies sending", "stalls"]) if faults else "none"
        books: Any = Mortal(self.books, chance.randint(0, 8)) if fault == "dies" else self.books
        try:
            outcomes = asyncio.run(publish(books, batch, self.now))
        except DiedError:
            return
        assert not any(isinstance(each, Again) for each in outcomes), "One worker at a time conflicts with nobody."
        sends = [send for each in outcomes if isinstance(each, Done) for send in each.sends]
        if fault == "dies sending":
            chance.shuffle(sends)
            self.send(sends[: chance.randint(0, len(sends))])
            return
        if fault == "stalls":
            self.stalled += sends
            return
        self.send(sends)
        for uri in chosen:
            del self.waiting[uri][: counts[uri]]

    def come_back(self) -> None:
        """The stalled worker sends what it had."""
        self.stalled, sends = [], self.stalled
        self.send(sends)

    def send(self, sends: Sequence[Send]) -> None:
        for send in sends:
            assert send.key
            if send.topic == STORIES:
                self._publish(decode(send.value))
            elif send.topic in {ENRICHED, ORDERS}:
                self._put(send.topic, send.key.decode(), send.value)
            else:
                assert send.topic in {EVENTS, FINGERPRINTS}

    def _publish(self, story: Story) -> None:
        self.topic[story.uri] = story
        if story.pubstatus != "usable" and (story.body_text or story.headline or story.changes):
            self.leaks.append(f"{story.uri} is {story.pubstatus} and has text.")
        for order in self.index.write(story):
            self.order(order)

    def tick(self) -> None:
        """Look for embargoes that are over."""

        async def look() -> Sequence[Send]:
            return await releases(self.books, lambda: self.now)()

        self.send(asyncio.run(look()))

    def settle(self) -> None:
        """Let everything come to rest, without faults."""
        chance = random.Random(0)
        self.come_back()
        for _ in range(MOST_ROUNDS):
            self.tick()
            if not any(self.waiting.values()):
                return
            self.work(chance, faults=False)
        raise AssertionError("It does not come to rest.")

    def seen(self) -> dict[str, tuple[int, str]]:
        """What readers of the index and of the topic can see: revision and text. Both must say the same."""
        index = {uri: story for uri, (_, story) in self.index.documents.items() if story.pubstatus == "usable"}
        topic = {uri: story for uri, story in self.topic.items() if story.pubstatus == "usable"}
        assert {uri: story.revision for uri, story in index.items()} == {u: s.revision for u, s in topic.items()}
        assert {uri: story.group for uri, story in index.items()} == {uri: story.group for uri, story in topic.items()}
        return {uri: (story.revision, story.body_text) for uri, story in index.items()}


def version(uri: str, number: int, status: PubStatus = "usable", *, embargo: timedelta | None = None) -> Story:
    """Version `number` of a story, whose agency gives times, or numbers alone ("x"), or neither ("y")."""
    time = START + timedelta(minutes=number)
    story = Story(
        uri=uri,
        version=None if uri == "y" else str(number),
        versioncreated=None if uri in {"x", "y"} else time,
        pubstatus=status,
        headline=f"Headline {number}",
        body_text=f"{TEXT} {uri} {number}.",
        slugline=f"slug-{uri}",
        embargoed=START + embargo if embargo is not None and status == "usable" else None,
        provenance=Provenance(feed="f", received=time),
    )
    story = Story(**{**_fields(story), "revision": revision(story, time)})
    return tombstone(story) if status == "canceled" else story


def advisory(number: int, target: str) -> Story:
    """A message that kills the stories it calls by their slug."""
    time = START + timedelta(minutes=number, seconds=30)
    made = Advisory(kind="kill", targets=(Target(slugline=f"slug-{target}"),))
    story = Story(
        uri=f"advisory-{number}",
        versioncreated=time,
        pubstatus="canceled",
        advisory=made,
        provenance=Provenance(feed="f", received=time),
    )
    return Story(**{**_fields(story), "revision": revision(story, time)})


def _fields(story: Story) -> dict[str, Any]:
    return {name: getattr(story, name) for name in Story.__dataclass_fields__}
