"""Reading by offset: where it begins and ends, what is not there, and what is no text."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from kafka import KafkaProducer, TopicPartition

from pipeline.bus.admin import admin
from pipeline.bus.connection import options
from pipeline.bus.reader import read, read_one
from pipeline.errors import OperatorError, TransientError
from pipeline.settings import Settings
from tests.engines.support import write

pytestmark = pytest.mark.engines

NewTopic = Callable[..., str]


def delete_before(settings: Settings, topic: str, offset: int) -> None:
    with admin(settings) as client:
        client.delete_records({TopicPartition(topic, 0): offset})


def transaction(settings: Settings, topic: str, *values: bytes, **given: Any) -> None:
    """Values in a transaction: its end takes an offset of its own, at which there is no message."""
    producer = KafkaProducer(**options(settings), transactional_id=topic, **given)
    try:
        producer.init_transactions()
        producer.begin_transaction()
        for value in values:
            producer.send(topic, value=value, partition=0)
        producer.commit_transaction()
    finally:
        producer.close()


def test_it_ends_where_the_topic_ended_when_it_was_called(settings: Settings, new_topic: NewTopic) -> None:
    topic = new_topic(settings)
    write(settings, topic, b"1", b"2", b"3")
    messages = read(settings, topic)
    found = [next(messages)]
    write(settings, topic, b"4", b"5")
    found += messages
    assert [message.value for message in found] == [b"1", b"2", b"3"]
    assert [message.coordinates for message in found] == [f"{topic}/0/{offset}" for offset in range(3)]


def test_several_topics_and_partitions(settings: Settings, new_topic: NewTopic) -> None:
    one, other, empty = new_topic(settings, partitions=3), new_topic(settings), new_topic(settings, partitions=2)
    write(settings, one, *(b"%d" % number for number in range(500)))
    write(settings, other, b"x")
    found = list(read(settings, one, other, empty))
    assert [int(message.value) for message in found if message.topic == one] == list(range(500))
    assert [message.value for message in found if message.topic == other] == [b"x"]
    until = {(one, 0): 7, (one, 2): 3, (other, 0): 99}
    assert len(list(read(settings, one, other, until=until))) == 7 + 1


def test_empty_topics_have_nothing(settings: Settings, new_topic: NewTopic) -> None:
    never, emptied = new_topic(settings, partitions=2), new_topic(settings)
    write(settings, emptied, b"1", b"2")
    delete_before(settings, emptied, 2)
    assert list(read(settings, never, emptied)) == []
    assert read_one(settings, never, 0, 0) is None
    assert read_one(settings, emptied, 0, 1) is None


def test_offsets_without_a_message(settings: Settings, new_topic: NewTopic) -> None:
    topic = new_topic(settings)
    write(settings, topic, b"old", b"1")
    delete_before(settings, topic, 1)
    transaction(settings, topic, b"2", b"3")
    transaction(settings, topic, b"4")
    # offset 0 deleted, 1: "1", 2 and 3, 4 the first transaction's end, 5, 6 the second one's, the last of the topic
    assert [(message.offset, message.value) for message in read(settings, topic)] == [
        (1, b"1"), (2, b"2"), (3, b"3"), (5, b"4"),
    ]  # fmt: skip
    found = [read_one(settings, topic, 0, offset) for offset in range(8)]
    assert [message and message.value for message in found] == [None, b"1", b"2", b"3", None, b"4", None, None]


def test_a_compacted_topic_whose_end_is_gone(settings: Settings, new_topic: NewTopic) -> None:
    """Whether it is compacted already or not: newest values come last, and reading ends."""
    topic = new_topic(settings, cleanup_policy="compact", min_cleanable_dirty_ratio="0.001", segment_ms="100")
    for number in range(5):
        write(settings, topic, b"a%d" % number, b"b%d" % number, key=b"k")
    write(settings, topic, None, key=b"k")
    assert [message.value for message in read(settings, topic)][-1] == b""


def test_partitions_and_topics_that_are_not_there(settings: Settings, new_topic: NewTopic) -> None:
    topic = new_topic(settings)
    write(settings, topic, b"1")
    assert read_one(settings, topic, 7, 0) is None
    assert read_one(settings, topic, 0, 1 << 62) is None
    for call in (
        lambda: list(read(settings, topic, "no-such-topic")),
        lambda: read_one(settings, "no-such-topic", 0, 0),
    ):
        with pytest.raises(OperatorError, match="has no topic no-such-topic: run `wire setup` first"):
            call()


def test_what_is_no_text_is_read_all_the_same(settings: Settings, new_topic: NewTopic) -> None:
    topic = new_topic(settings)
    headers = [("feed", b"\xff\xfe"), ("name", b"a"), ("name", b"last"), ("", b""), ("\u0416", "Ж".encode())]
    moment = datetime(2026, 3, 1, 12, 0, 0, 123_000, tzinfo=UTC)
    write(settings, topic, b"\xff", headers=headers, timestamp_ms=int(moment.timestamp() * 1000))
    write(settings, topic, None, key=b"\xff")
    first, second = read(settings, topic)
    assert first.headers == {"feed": "\ufffd\ufffd", "name": "last", "": "", "Ж": "Ж"}
    assert (first.key, first.value, first.timestamp) == (None, b"\xff", moment)
    assert (second.key, second.value, second.headers) == (b"\xff", b"", {})


def test_no_broker_is_a_transient_error() -> None:
    nobody = Settings(kafka="127.0.0.1:1, [::1]:1")
    with pytest.raises(TransientError, match=r"Kafka at 127.0.0.1:1, \[::1\]:1 does not answer .* `wire up`"):
        list(read(nobody, "any"))


@pytest.mark.parametrize("address", ["localhost", "localhost:", ":9092", "localhost:kafka", "localhost:99999", ","])
def test_what_is_no_address_is_named(address: str) -> None:
    with pytest.raises(OperatorError, match="The setting WIRE_KAFKA"):
        list(read(Settings(kafka=address), "any"))


def test_a_broker_that_refuses_us_is_named(settings: Settings) -> None:
    secured = Settings(
        kafka=settings.kafka, kafka_security="SASL_PLAINTEXT", kafka_username="desk", kafka_password="wrong"
    )
    with pytest.raises((OperatorError, TransientError), match=f"Kafka at {settings.kafka}"):
        list(read(secured, "any"))
