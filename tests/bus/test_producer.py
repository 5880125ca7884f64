"""The producer that loses nothing: the broker killed under it, away at the start, or refusing."""

import random
from collections import defaultdict
from collections.abc import Callable, Iterator

import pytest

from pipeline.bus.producer import DurableProducer
from pipeline.bus.reader import read
from pipeline.errors import TerminalError
from pipeline.messages import Send
from pipeline.settings import Settings
from tests.engines.support import Spare, eventually

pytestmark = pytest.mark.engines

NewTopic = Callable[..., str]


class Heard:
    """What a producer says; `on_wait` does `then` once."""

    def __init__(self, then: Callable[[], object] = lambda: None) -> None:
        self.acknowledged: list[bytes] = []
        self.refused: list[tuple[bytes, str]] = []
        self.waits: list[float] = []
        self._then: Callable[[], object] | None = then

    def producer(self, settings: Settings) -> DurableProducer:
        return DurableProducer(settings, on_ack=self._ack, on_refused=self._refuse, on_wait=self._wait)

    def _ack(self, record: Send) -> None:
        self.acknowledged.append(record.value)

    def _refuse(self, record: Send, error: TerminalError) -> None:
        self.refused.append((record.value, error.cause))

    def _wait(self, seconds: float) -> None:
        self.waits.append(seconds)
        then, self._then = self._then, None
        if then:
            then()


@pytest.fixture
def hurt(spare: Spare) -> Iterator[Settings]:
    """The spare Kafka; it runs again when the test is over."""
    yield Settings(kafka=spare.address)
    spare.restart()


def values(number: int, size: int = 1_000) -> list[bytes]:
    rng = random.Random(number)
    return [b"%06d " % each + rng.randbytes(size) for each in range(number)]


def send(producer: DurableProducer, topic: str, *wanted: bytes) -> None:
    for value in wanted:
        producer.send(Send(topic=topic, key=value[4:6], value=value))


def arrived(settings: Settings, topic: str) -> dict[int, list[bytes]]:
    """Values by partition, in order of their first appearance."""
    found: dict[int, dict[bytes, None]] = defaultdict(dict)
    for message in read(settings, topic):
        found[message.partition].setdefault(message.value)
    return {partition: list(seen) for partition, seen in found.items()}


def test_a_broker_killed_in_the_middle_costs_nothing(hurt: Settings, spare: Spare, new_topic: NewTopic) -> None:
    topic, wanted, heard = new_topic(hurt, partitions=3), values(2_000), Heard(then=spare.restart)
    with heard.producer(hurt) as producer:
        send(producer, topic, *wanted[:500])
        spare.kill()
        send(producer, topic, *wanted[500:])
    assert heard.acknowledged == wanted
    assert heard.waits
    assert producer.unacknowledged == 0
    found = arrived(hurt, topic)
    assert sorted(value for seen in found.values() for value in seen) == wanted
    assert all(seen == sorted(seen) for seen in found.values())


def test_a_broker_away_at_the_start_is_waited_for(hurt: Settings, spare: Spare, new_topic: NewTopic) -> None:
    topic, wanted, heard = new_topic(hurt), values(10), Heard(then=spare.restart)
    spare.kill()
    with heard.producer(hurt) as producer:
        send(producer, topic, *wanted)
    assert heard.acknowledged == wanted
    assert arrived(hurt, topic) == {0: wanted}


def test_a_topic_that_is_not_there_is_waited_for(settings: Settings) -> None:
    class GivenUpError(Exception):
        """The test has seen enough."""

    def give_up() -> None:
        raise GivenUpError

    heard = Heard(then=give_up)
    with pytest.raises(GivenUpError), heard.producer(settings) as producer:
        send(producer, "there-is-no-such-topic", b"value")
    assert (heard.acknowledged, heard.refused, producer.unacknowledged) == ([], [], 1)


def test_what_is_too_large_is_refused_and_the_rest_passes(settings: Settings, new_topic: NewTopic) -> None:
    topic, heard = new_topic(settings, max_message_bytes="600000"), Heard()
    large = values(1, size=900_000)[0]
    wanted = values(6)
    with heard.producer(settings) as producer:
        send(producer, topic, *wanted[:3], large, *wanted[3:])
    assert heard.acknowledged == wanted
    ((value, cause),) = heard.refused
    assert value == large
    assert cause.startswith("Kafka can never take it: ")
    assert arrived(settings, topic) == {0: wanted}


def test_keys_headers_and_empty_values_arrive_as_they_are(settings: Settings, new_topic: NewTopic) -> None:
    topic, heard = new_topic(settings), Heard()
    headers = {"name": "Ж\ud800", "empty": "", "": "no name"}
    with heard.producer(settings) as producer:
        producer.send(Send(topic=topic, key=None, value=b""))
        producer.send(Send(topic=topic, key=b"", value=b"\x00", headers=headers))
    first, second = read(settings, topic)
    assert (first.key, first.value, first.headers) == (None, b"", {})
    assert (second.key, second.value) == (b"", b"\x00")
    assert second.headers == {"name": "Ж?", "empty": "", "": "no name"}


def test_an_interruption_says_what_was_acknowledged(settings: Settings, new_topic: NewTopic) -> None:
    topic, heard, wanted = new_topic(settings), Heard(), values(5)

    def interrupted() -> None:
        with heard.producer(settings) as producer:
            send(producer, topic, *wanted)
            eventually(lambda: len(list(read(settings, topic))) == len(wanted))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert heard.acknowledged == wanted
