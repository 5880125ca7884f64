"""What becomes of what comes in: every row of the table in lifecycle/life.py, and what advisories do to whom.

Books in memory. Each case of publish_cases.py runs as it is, with every batch twice, and with a worker that dies at
each of its calls: readers must be sent the same.
"""

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import count
from typing import Any

import pytest

from pipeline.errors import TerminalError, TransientError
from pipeline.lifecycle import orders
from pipeline.lifecycle.orders import Order
from pipeline.lifecycle.revision import document_version
from pipeline.messages import Message, Send
from pipeline.search.ledger import Failure, Version
from pipeline.stages import publish as publish_stage
from pipeline.stages.outcome import Again, Done, Outcome
from pipeline.stages.publish import publish, releases
from pipeline.story import (
    Changes,
    Story,
    decode,
    decode_event,
    encode,
)  # fmt: skip
from pipeline.topics import DEAD_LETTER, ENRICHED, EVENTS, FINGERPRINTS, ORDERS, STORIES
from tests.stages.life_world import DiedError, Mortal
from tests.stages.memory_books import MemoryBooks
from tests.stages.publish_cases import CASES, EVENT, SECRET, START, Asked, Batch, Case, kill, minute, order, v

OFFSETS = count()


@dataclass
class Desk:
    """The stage with its books, and the last that it sent about each story."""

    books: MemoryBooks
    public: dict[str, Story]
    caused: list[tuple[str, ...]]

    def outcomes(self, batch: Batch, calls: int | None = None) -> Sequence[Outcome]:
        """What the stage says of each message."""
        messages = [_message(each, minute(batch.at)) for each in batch.asked]
        books: Any = self.books if calls is None else Mortal(self.books, calls)
        return asyncio.run(publish(books, messages, minute(batch.at)))

    def take(self, batch: Batch, calls: int | None = None) -> bool:
        """Process a batch; with a worker that dies at one of its calls, if `calls` says so. Whether it lived."""
        try:
            outcomes = self.outcomes(batch, calls)
        except DiedError:
            return False
        sends = [send for outcome in outcomes for send in _sends(outcome)]
        self.public |= {story.uri: story for story in map(decode, (s.value for s in sends if s.topic == STORIES))}
        self.caused.append(tuple(said(send) for send in sends if send.topic not in {EVENTS, FINGERPRINTS}))
        return True


def desk() -> Desk:
    return Desk(MemoryBooks(), {}, [])


def _message(asked: Asked, now: datetime) -> Message:
    topic = ORDERS if isinstance(asked, Order) else ENRICHED
    value = asked if isinstance(asked, bytes) else orders.encode(asked) if isinstance(asked, Order) else encode(asked)
    return Message(topic=topic, partition=0, offset=next(OFFSETS), timestamp=now, key=b"k", value=value)


def _sends(outcome: Outcome) -> tuple[Send, ...]:
    assert isinstance(outcome, Done), outcome
    return outcome.sends


def _number(at: int) -> int:
    return ((at >> 14) - int(START.timestamp())) // 60 if at >> 14 else at >> 2


def said(send: Send) -> str:
    """A send in words."""
    if send.topic == DEAD_LETTER:
        return "dead letter"
    if send.topic == ORDERS:
        asked = orders.decode(send.value)
        return f"-> {asked.kind} {asked.uri}"
    story = decode(send.value)
    if send.topic == ENRICHED:
        return f"-> {story.uri} {story.pubstatus}"
    words = {"withheld": "hidden", "canceled": "killed", "usable": str(_number(story.revision))}
    return " ".join([story.uri, words[story.pubstatus], *_more(story)])


def _more(story: Story) -> Iterator[str]:
    if story.changes:
        yield f"since {_number(story.changes.since)}"
    if story.reinstates is not None:
        yield f"reinstates {_number(story.reinstates)}"
    if story.group or story.provenance.relations_revision:
        yield f"of {story.group}/{story.provenance.relations_revision}"


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_what_is_sent(case: Case) -> None:
    world = desk()
    for batch in case.batches:
        world.take(batch)
    assert world.caused == [batch.sent for batch in case.batches]


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_twice_is_the_same(case: Case) -> None:
    once, twice = desk(), desk()
    for batch in case.batches:
        once.take(batch)
        twice.take(batch)
        twice.take(batch)
        assert _last(twice, batch) == _last(once, batch)
        assert twice.public == once.public


def _last(world: Desk, batch: Batch) -> set[str]:
    """What was sent last, but for the dead letters of one message and what is sent again of the whole story."""
    return set(world.caused[-1]) if batch.sent else set()


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_a_worker_that_dies_changes_nothing(case: Case) -> None:
    clean = desk()
    for batch in case.batches:
        clean.take(batch)
    for calls in range(12):
        world = desk()
        for batch in case.batches:
            world.take(batch, calls)
            world.take(batch)
        assert world.public == clean.public, f"It died after {calls} calls."
        assert world.books.history == clean.books.history, f"It died after {calls} calls."


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_the_index_takes_what_is_sent_last(case: Case) -> None:
    world, stands = desk(), dict[str, Story]()
    for batch in case.batches:
        world.take(batch)
        for uri, story in world.public.items():
            before = stands.get(uri)
            assert before is None or story == before or _standing(story) > _standing(before)
        stands = dict(world.public)


def _standing(story: Story) -> int:
    return document_version(story, published=story.pubstatus != "withheld")


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_what_may_not_be_seen_has_no_text(case: Case) -> None:
    world = desk()
    for batch in case.batches:
        world.take(batch)
        for story in world.public.values():
            assert (SECRET in encode(story).decode()) == (story.pubstatus == "usable" and story.advisory is None)
        for entry in world.books.lives.values():
            killed = entry.life.killed if entry.life.killed is not None else -1
            kept = [(at, each.story) for (uri, at), each in world.books.history.items() if uri == entry.life.uri]
            assert not [at for at, story in kept if at <= killed and SECRET in encode(story).decode()]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_large_stories_are_taken_a_few_at_a_time_and_fare_the_same(case: Case) -> None:
    """Books that give the versions of no two stories at once."""
    one, few = desk(), desk()
    few.books.held = 0
    for batch in case.batches:
        assert one.take(batch)
        assert few.take(batch)
    assert few.public == one.public
    assert few.books.lives == one.books.lives


def test_what_the_readers_of_a_story_are_sent() -> None:
    world = desk()
    (outcome,) = world.outcomes(Batch((v(1),), ()))
    story, event, fingerprint = _sends(outcome)
    assert [send.topic for send in (story, event, fingerprint)] == [STORIES, EVENTS, FINGERPRINTS]
    assert {send.key for send in (story, event, fingerprint)} == {b"u"}
    assert decode(story.value) == v(1)
    told = decode_event(event.value)
    assert (told.event, told.uri, told.revision, told.headline) == (EVENT, "u", v(1).revision, v(1).headline)


@pytest.mark.parametrize("asked", [kill(2), v(2, "withheld"), v(2, until=90)])
def test_of_what_is_gone_no_events_are_told(asked: Story) -> None:
    world = desk()
    world.take(Batch((v(1),), ()))
    (outcome,) = world.outcomes(Batch((asked,), ()))
    assert [send.topic for send in _sends(outcome)] == [STORIES]


def test_a_story_enriched_anew_replaces_itself_and_tells_the_same_changes() -> None:
    world = desk()
    for asked in (v(1), v(2)):
        world.take(Batch((asked,), ()))
    before = world.public["u"]
    anew = replace(v(2), provenance=replace(v(2).provenance, enrichment_revision=1), events=())
    world.take(Batch((anew,), ()))
    after = world.public["u"]
    assert (after.changes, after.events) == (before.changes, ())
    assert _standing(after) > _standing(before)


def test_what_arrives_does_not_say_its_own_group_changes_or_reinstatement() -> None:
    world = desk()
    given = replace(v(1), group="g", thread="t", reinstates=1, changes=Changes(since=0, material=True))
    world.take(Batch((given,), ()))
    assert world.public["u"] == v(1)


@pytest.mark.parametrize("last", [v(2), kill(2), v(2, "withheld"), v(2, until=90)])
def test_what_is_not_as_new_as_the_index_is_not_sent_again(last: Story) -> None:
    """Else a ledger that was lost and the index would ask one another for ever."""
    world = desk()
    for asked in (v(1), last):
        world.take(Batch((asked,), ()))
    world.take(Batch((order("relate", "g"),), ()))
    stands = _standing(world.public["u"])
    for version, again in ((stands - 1, True), (stands, True), (stands + (1 << 16), False)):
        world.take(Batch((replace(order("again"), stands=version),), ()))
        assert bool(world.caused[-1]) is again


class Contested(MemoryBooks):
    """Books in which another worker writes between this one's reading and writing, once."""

    async def keep(self, kept: Sequence[Version]) -> dict[tuple[str, int], Failure]:
        if not self.lives:
            await publish(MemoryBooks(self.lives, self.history), [_message(v(9), START)], START)
        return await super().keep(kept)


def test_of_two_workers_with_one_story_the_second_reads_again() -> None:
    world = Desk(Contested(), {}, [])
    batch = Batch((v(1), v(1, uri="w")), ())
    refused, done = world.outcomes(batch)
    assert isinstance(refused, Again)
    assert next(said(send) for send in _sends(done)) == "w 1"
    assert world.books.lives["u"].life.newest == v(9).revision
    world.take(batch)
    assert world.caused[-1] == ("w 1",)


class Refusing(MemoryBooks):
    """Books that cannot take a version of the story u, ever or at present."""

    failure: Failure = TerminalError("No.")

    async def keep(self, kept: Sequence[Version]) -> dict[tuple[str, int], Failure]:
        failed = await super().keep([each for each in kept if each.story.uri != "u"])
        return failed | {(each.story.uri, each.story.revision): self.failure for each in kept if each.story.uri == "u"}


@pytest.mark.parametrize("failure", [TerminalError("No."), TransientError("Not now.")])
def test_what_cannot_be_kept_is_not_entered_and_not_sent(failure: Failure) -> None:
    world = Desk(Refusing(), {}, [])
    world.books.failure = failure  # type: ignore[attr-defined]
    refused, done = world.outcomes(Batch((v(1), v(1, uri="w")), ()))
    assert next(said(send) for send in _sends(done)) == "w 1"
    assert list(world.books.lives) == ["w"]
    if isinstance(failure, TransientError):
        assert refused == Again(failure)
    else:
        assert [said(send) for send in _sends(refused)] == ["dead letter"]


def test_ten_megabytes_are_compared_in_bounded_time() -> None:
    text = "\n\n".join(f"Ministers met in Baghdad on Tuesday, number {number}." for number in range(200_000))
    first, second = (replace(v(number), body_text=f"{text} {number}") for number in (1, 2))
    world, since = desk(), time.monotonic()
    for asked in (first, second):
        world.take(Batch((asked,), ()))
    assert world.public["u"].changes
    assert time.monotonic() - since < 10


@dataclass
class Clock:
    now: datetime


def test_orders_for_what_is_due_are_given_once_and_again_when_nothing_came_of_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world, clock = desk(), Clock(minute(89))
    world.take(Batch((v(1, until=90), v(1, uri="w", until=91)), ()))
    tick = releases(world.books, lambda: clock.now)
    ticked: list[list[str]] = []

    async def go() -> None:
        ticked.append([said(send) for send in await tick()])

    def passes(until: datetime) -> None:
        clock.now = until
        asyncio.run(go())

    passes(minute(89))
    passes(minute(90))
    passes(minute(90))
    passes(minute(91))
    monkeypatch.setattr(publish_stage, "PATIENCE", 0.0)
    passes(minute(91))
    assert ticked == [[], ["-> due u"], [], ["-> due w"], ["-> due u", "-> due w"]]
    world.take(Batch((order("due"), order("due", uri="w")), (), 91))
    passes(minute(91))
    assert ticked[-1] == []
