"""What a batch goes through: retried, given up, let go; with real tasks and no broker."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import pytest

from pipeline.errors import OperatorError, TerminalError, TransientError
from pipeline.messages import Message, Send, dead_letter
from pipeline.stages import delivery
from pipeline.stages.delivery import Delivery
from pipeline.stages.outcome import Again, Done, Outcome, Priority, Process, Work
from pipeline.topics import DEAD_LETTER

NOW = datetime(2026, 11, 24, tzinfo=UTC)
TOO_LARGE = b"too large"


def message(value: bytes, offset: int = 0) -> Message:
    return Message(topic="in", partition=0, offset=offset, timestamp=NOW, key=b"k", value=value)


def batch(*values: bytes) -> list[Message]:
    return [message(value, offset) for offset, value in enumerate(values)]


def echo(item: Message) -> Done:
    return Done((Send(topic="out", key=item.key, value=item.value),))


class World:
    """What the delivery sees: a stage's function, a broker, and whether to leave. Remembers what was sent."""

    def __init__(
        self,
        process: Process,
        *,
        failing_sends: int = 0,
        leave: Callable[[], bool] = lambda: False,
        alone: bool = False,
    ) -> None:
        self.sent: list[Send] = []
        self.takes_all = {DEAD_LETTER}
        self._failing = failing_sends
        self.delivery = Delivery("stage", Work(process, alone=alone), self._send, leave)

    async def _send(self, record: Send) -> None:
        await asyncio.sleep(0)
        if record.value.startswith(TOO_LARGE) and record.topic not in self.takes_all:
            raise TerminalError(f"{record.topic} takes no message of this size.")
        if self._failing:
            self._failing -= 1
            raise ConnectionError("no broker")
        self.sent.append(record)

    def deliver(self, *values: bytes) -> bool:
        return asyncio.run(self.delivery.deliver(batch(*values), "live"))

    @property
    def values(self) -> list[bytes]:
        return [record.value for record in self.sent]


def each(function: Callable[[Message], Outcome]) -> Process:
    async def process(messages: Sequence[Message], _priority: Priority) -> list[Outcome]:
        await asyncio.sleep(0)
        return [function(item) for item in messages]

    return process


@pytest.fixture(autouse=True)
def _short_delays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, "FIRST_DELAY", 0.001)
    monkeypatch.setattr(delivery, "GRACE", 0.1)


def test_everything_is_sent_in_order() -> None:
    world = World(each(echo))
    assert world.deliver(b"a", b"b", b"c")
    assert world.values == [b"a", b"b", b"c"]


def test_failed_sends_are_sent_again_until_acknowledged() -> None:
    world = World(each(echo), failing_sends=5)
    assert world.deliver(b"a", b"b", b"c")
    assert sorted(world.values) == [b"a", b"b", b"c"]


def test_only_what_failed_is_processed_again() -> None:
    tries = {b"a": 0, b"b": 0}

    def second_time(item: Message) -> Outcome:
        tries[item.value] += 1
        return echo(item) if item.value == b"a" or tries[b"b"] == 3 else Again(TransientError("The index is busy."))

    world = World(each(second_time))
    assert world.deliver(b"a", b"b")
    assert world.values == [b"a", b"b"]
    assert tries == {b"a": 1, b"b": 3}


def test_a_transient_error_of_the_whole_batch_is_retried() -> None:
    calls = 0

    async def process(messages: Sequence[Message], _priority: Priority) -> list[Outcome]:
        nonlocal calls
        calls += 1
        if calls < 3:
            raise TransientError("Not now.")
        return [echo(item) for item in messages]

    world = World(process)
    assert world.deliver(b"a")
    assert (world.values, calls) == ([b"a"], 3)


def test_poison_in_the_middle_costs_only_itself() -> None:
    def fragile(item: Message) -> Outcome:
        if item.value == b"poison":
            raise ZeroDivisionError("nobody thought of this")
        return echo(item)

    world = World(each(fragile))
    assert world.deliver(b"a", b"poison", b"c")
    assert world.values == [b"a", b"poison", b"c"]
    letter = next(record for record in world.sent if record.topic == DEAD_LETTER)
    assert "ZeroDivisionError: nobody thought of this" in letter.headers["cause"]
    assert letter.headers["read-from"] == "in/0/1"


def test_what_no_topic_takes_is_a_dead_letter_and_its_neighbours_pass() -> None:
    world = World(each(lambda item: Done(echo(item).sends * 2)), failing_sends=2)
    assert world.deliver(b"a", TOO_LARGE, b"c")
    assert sorted(world.values) == [b"a", b"a", b"c", b"c", TOO_LARGE]
    (letter,) = (record for record in world.sent if record.topic == DEAD_LETTER)
    assert letter.headers["cause"] == "out takes no message of this size."
    assert letter.headers["read-from"] == "in/0/1"


def test_a_refused_dead_letter_ends_it() -> None:
    world = World(each(echo))
    world.takes_all.clear()
    with pytest.raises(OperatorError, match=r"not even take the dead letter. wire.dead-letter takes no message"):
        world.deliver(TOO_LARGE)


def test_an_operating_system_error_is_not_the_messages_fault() -> None:
    full = [OSError(28, "No space left on device")]

    def sometimes(item: Message) -> Outcome:
        if full:
            raise full.pop()
        return echo(item)

    world = World(each(sometimes))
    assert world.deliver(b"a")
    assert [record.topic for record in world.sent] == ["out"]


def test_an_operator_error_ends_it() -> None:
    def refused(_: Message) -> Outcome:
        raise OperatorError("Credentials are refused.")

    world = World(each(refused))
    with pytest.raises(OperatorError, match="Credentials"):
        world.deliver(b"a", b"b")
    assert world.sent == []


def test_leaving_lets_go_of_what_is_being_retried() -> None:
    leaving = False

    def never(_: Message) -> Outcome:
        nonlocal leaving
        leaving = True
        return Again(TransientError("The index is away."))

    world = World(each(never), leave=lambda: leaving)
    assert not world.deliver(b"a")


def test_leaving_waits_the_grace_for_the_batch_in_hand() -> None:
    async def slow(messages: Sequence[Message], _priority: Priority) -> list[Outcome]:
        await asyncio.sleep(0.05)
        return [echo(item) for item in messages]

    assert World(slow, leave=lambda: True).deliver(b"a")


def test_leaving_does_not_wait_longer() -> None:
    cancelled = asyncio.Event()

    async def hanging(_messages: Sequence[Message], _priority: Priority) -> list[Outcome]:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.set()
            raise
        return []

    assert not World(hanging, leave=lambda: True).deliver(b"a")
    assert cancelled.is_set()


def test_large_messages_are_processed_in_parts() -> None:
    sizes: list[list[int]] = []

    async def process(messages: Sequence[Message], _priority: Priority) -> list[Outcome]:
        sizes.append([len(item.value) for item in messages])
        return [echo(item) for item in messages]

    world = World(process)
    half = delivery.MOST_BYTES // 2
    given = [10, half, half - 10, 1, 3 * half, half, half, half]
    assert world.deliver(*(b"x" * size for size in given))
    assert sizes == [[10, half, half - 10], [1], [3 * half], [half, half], [half]]
    assert [len(value) for value in world.values] == given


def test_when_a_part_is_let_go_the_batch_is() -> None:
    leaving: list[bool] = []

    def first_then_never(item: Message) -> Outcome:
        if item.value[:1] == b"a":
            return echo(item)
        leaving.append(True)
        return Again(TransientError("The index is away."))

    world = World(each(first_then_never), leave=lambda: bool(leaving))
    assert not world.deliver(b"a" * delivery.MOST_BYTES, b"b", b"c")
    assert len(world.sent) == 1


class Log:
    """What several lanes do at the same time, in order."""

    def __init__(self, alone: bool) -> None:
        self.events: list[str] = []
        self._delivery = Delivery("stage", Work(self._process, alone=alone), self._send, lambda: False)

    async def _process(self, messages: Sequence[Message], _priority: Priority) -> list[Outcome]:
        self.events.append(f"takes {messages[0].value.decode()}")
        await asyncio.sleep(0)
        return [Done((*echo(item).sends, *echo(item).sends)) for item in messages]

    async def _send(self, record: Send) -> None:
        await asyncio.sleep(0)
        self.events.append(f"sends {record.value.decode()}")

    async def lanes(self, *names: Priority) -> list[str]:
        """Batches of these lanes, all there while the first is under way."""
        await asyncio.gather(*(self._delivery.deliver(batch(name.encode()), name) for name in names))
        return self.events


def test_alone_one_batch_is_sent_whole_before_the_next_is_taken_and_the_urgent_goes_first() -> None:
    events = asyncio.run(Log(alone=True).lanes("bulk", "bulk", "live", "urgent"))
    assert events == [
        event for name in ("bulk", "urgent", "live", "bulk") for event in (f"takes {name}", *[f"sends {name}"] * 2)
    ]


def test_otherwise_lanes_do_not_wait_for_one_another() -> None:
    events = asyncio.run(Log(alone=False).lanes("bulk", "live"))
    assert events[:2] == ["takes bulk", "takes live"]


def test_alone_a_batch_that_is_tried_again_lets_others_pass_meanwhile() -> None:
    passed: list[bytes] = []

    async def process(messages: Sequence[Message], _priority: Priority) -> list[Outcome]:
        if messages[0].value == b"bulk" and not passed:
            return [Again(TransientError("The ledger was written meanwhile."))]
        passed.append(messages[0].value)
        return [Done()]

    world = World(process, alone=True)

    async def both() -> list[bool]:
        lanes: list[tuple[bytes, Priority]] = [(b"bulk", "bulk"), (b"live", "live")]
        return await asyncio.gather(*(world.delivery.deliver(batch(value), lane) for value, lane in lanes))

    assert asyncio.run(both()) == [True, True]
    assert passed == [b"live", b"bulk"]


def test_alone_a_batch_that_leaves_gives_up_its_turn() -> None:
    world = World(each(echo), alone=True, failing_sends=1 << 30, leave=lambda: True)
    assert not world.deliver(b"a")
    assert not world.deliver(b"b")


def test_a_dead_letter_keeps_the_bytes_the_cause_and_the_headers() -> None:
    read = Message(
        topic="wire.raw", partition=2, offset=7, timestamp=NOW, key=b"k", value=b"\x00\xff", headers={"feed": "x"}
    )
    letter = dead_letter(read, "parse", TerminalError("It is empty.", item="u"), NOW)
    assert (letter.topic, letter.key, letter.value) == (DEAD_LETTER, b"k", b"\x00\xff")
    assert letter.headers == {
        "stage": "parse",
        "cause": "It is empty.",
        "time": "2026-11-24T00:00:00+00:00",
        "read-from": "wire.raw/2/7",
        "item": "u",
        "original.feed": "x",
    }
