"""Topics of a Kafka that is somebody else's: the session's."""

import threading
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from kafka import KafkaProducer, TopicPartition

from pipeline.bus.admin import admin
from pipeline.bus.connection import options
from pipeline.errors import OperatorError, TransientError
from pipeline.settings import Settings
from pipeline.sources.base import Arrival, Batch, Cursor, Unreadable
from pipeline.sources.kafka_topic import KAFKA, KafkaTopic
from tests.engines.support import eventually, write

pytestmark = pytest.mark.engines

LIMIT = 10_000


@pytest.fixture
def settings(kafka: str) -> Settings:
    return Settings(kafka=kafka)


def new_topic(settings: Settings, partitions: int = 1) -> str:
    name = f"theirs-{uuid4().hex[:12]}"
    with admin(settings) as client:
        client.create_topics({name: {"num_partitions": partitions, "replication_factor": 1}}, wait_for_metadata=True)
    return name


def feed(settings: Settings, *topics: str, **given: Any) -> KafkaTopic:
    fields: dict[str, Any] = {"group": f"us-{topics[0]}", "start": "earliest", "quiet": 3.0} | given
    return KafkaTopic(id="k", brokers=settings.kafka, topics=topics, **fields)


def polled(feed: KafkaTopic, stop: threading.Event | None = None) -> Any:
    return KAFKA.poll(feed, None, LIMIT, stop or threading.Event())


def take(feed: KafkaTopic, count: int, cursor: Cursor = None) -> list[Arrival | Unreadable]:
    """Read and acknowledge until there are `count` items."""
    stop = threading.Event()
    found: list[Arrival | Unreadable] = []
    batches = KAFKA.poll(feed, cursor, LIMIT, stop)
    for batch in batches:
        found += batch.arrivals
        batch.done()
        if len(found) >= count:
            stop.set()
    return found


def first(batches: Iterator[Batch]) -> Batch:
    return next(batch for batch in batches if batch.arrivals)


def test_offsets_move_when_acknowledged_and_not_before(settings: Settings) -> None:
    topic = new_topic(settings)
    reading = feed(settings, topic)
    write(settings, topic, b"1", b"2")
    batches = polled(reading)
    assert [item.data for item in first(batches).arrivals if isinstance(item, Arrival)] == [b"1", b"2"]
    batches.close()  # killed before the acknowledgement
    assert [item.data for item in take(reading, 2) if isinstance(item, Arrival)] == [b"1", b"2"]
    write(settings, topic, b"3")
    assert [item.data for item in take(reading, 1) if isinstance(item, Arrival)] == [b"3"]
    assert KAFKA.check(reading) == f"About 3 messages in {topic} at {settings.kafka}."


def test_what_a_message_says_of_itself(settings: Settings) -> None:
    topic = new_topic(settings)
    write(settings, topic, b"a", key=b"urn:x:1", headers=[("Content-Type", b'application/json; charset="latin-1"')])
    write(settings, topic, None, key=b"urn:x:1")
    write(settings, topic, b"b", key=b"\xff", headers=[("content_type", b"\xff"), ("charset", b"cp1252")])
    write(settings, topic, b"x" * (LIMIT + 1), key=b"two\nlines")
    write(settings, topic, b"")
    assert take(feed(settings, topic), 4) == [
        Arrival("urn:x:1", b"a", "latin-1", "application/json"),
        Arrival(f"{topic}/0/2", b"b", "cp1252", "application/octet-stream"),
        Unreadable(f"{topic}/0/3", "It has 10,001 bytes; 10,000 are the most that are taken."),
        Arrival(f"{topic}/0/4", b""),
    ]


def test_a_group_that_begins_at_the_end_passes_nothing_over_after_that(settings: Settings) -> None:
    topic = new_topic(settings, partitions=2)
    write(settings, topic, b"old")
    reading = feed(settings, topic, start="latest", quiet=0.1)
    assert list(polled(reading)) == []
    write(settings, topic, b"new")  # while nobody reads
    assert [item.data for item in take(feed(settings, topic, start="latest"), 1) if isinstance(item, Arrival)] == [
        b"new"
    ]


def test_of_a_transaction_only_what_was_committed_is_read(settings: Settings) -> None:
    topic = new_topic(settings)
    producer = KafkaProducer(**options(settings), transactional_id=topic)
    producer.init_transactions()
    for value, ends in ((b"aborted", "abort"), (b"committed", "commit"), (b"also aborted", "abort")):
        producer.begin_transaction()
        producer.send(topic, value=value).get(10)
        (producer.abort_transaction if ends == "abort" else producer.commit_transaction)()
    producer.close()
    write(settings, topic, b"after")
    reading = feed(settings, topic)
    assert take(reading, 2) == [Arrival(f"{topic}/0/2", b"committed"), Arrival(f"{topic}/0/6", b"after")]
    assert list(polled(feed(settings, topic, quiet=0.5))) == []


def test_what_was_deleted_before_it_was_read_is_said_once(settings: Settings) -> None:
    topic = new_topic(settings)
    write(settings, topic, *(b"%d" % n for n in range(10)))
    reading = feed(settings, topic)
    assert len(take(reading, 10)) == 10
    write(settings, topic, *(b"%d" % n for n in range(10, 15)))
    with admin(settings) as client:
        client.delete_records({TopicPartition(topic, 0): 13})
    said, *rest = take(reading, 3)
    assert said == Unreadable(f"{topic}/0/10-12", "Up to 3 messages were deleted there before they were read.")
    assert [item.data for item in rest] == [b"13", b"14"]
    write(settings, topic, b"15")
    assert [item.data for item in take(reading, 1)] == [b"15"]


@pytest.mark.parametrize("start", ["earliest", "latest"])
def test_a_group_that_kafka_has_forgotten_goes_on_where_it_was(settings: Settings, start: str) -> None:
    topic = new_topic(settings)
    reading = feed(settings, topic, start="earliest")
    write(settings, topic, b"1")
    stop = threading.Event()
    for batch in polled(reading, stop):
        batch.done()
        stop.set()
    write(settings, topic, b"2")
    with admin(settings) as client:
        eventually(lambda: not members(settings, reading.group))
        client.delete_groups([reading.group])
    again = feed(settings, topic, start=start)
    assert [item.data for item in take(again, 1, batch.cursor)] == [b"2"]


@pytest.mark.parametrize("codec", ["gzip", "lz4", "snappy", "zstd"])
def test_compressed_topics(settings: Settings, codec: str) -> None:
    topic = new_topic(settings)
    producer = KafkaProducer(**options(settings), compression_type=codec, linger_ms=50)
    futures = [producer.send(topic, value=b"%d" % n * 3000) for n in range(400)]
    for future in futures:
        future.get(10)
    producer.close()
    assert len(take(feed(settings, topic), 400)) == 400


def test_a_member_that_joins_takes_nothing_that_is_lost(settings: Settings) -> None:
    """Another joins between a batch and its acknowledgement: whatever then cannot be committed is read again."""
    topic = new_topic(settings, partitions=4)
    reading = feed(settings, topic, quiet=60.0)
    write(settings, topic, *(b"%d" % n for n in range(200)))
    wanted = {b"%d" % n for n in range(220)}
    found: set[bytes] = set()
    stop, enough = threading.Event(), threading.Event()

    def read(batches: Iterator[Batch]) -> None:
        for batch in batches:
            found.update(item.data for item in batch.arrivals if isinstance(item, Arrival))
            batch.done()
            if found >= wanted:
                enough.set()

    slow = polled(reading, stop)
    kept = first(slow)
    other = threading.Thread(target=read, args=(polled(reading, stop),))
    other.start()
    try:
        eventually(lambda: len(members(settings, reading.group)) == 2)
        write(settings, topic, *(b"%d" % n for n in range(200, 220)))
        try:
            kept.done()
            found.update(item.data for item in kept.arrivals if isinstance(item, Arrival))
            next(slow)  # and is killed before it acknowledges these
        except (TransientError, StopIteration):
            pass
        slow.close()
        assert enough.wait(20)
    finally:
        stop.set()
        other.join()


def members(settings: Settings, group: str) -> list[Any]:
    with admin(settings) as client:
        return list(client.describe_groups([group])[group]["members"])


def test_what_is_missing_or_refused(settings: Settings) -> None:
    with pytest.raises(OperatorError, match=r"has no topic nowhere\.$"):
        KAFKA.check(feed(settings, "nowhere"))
    with pytest.raises(OperatorError, match=r"`brokers` of the feed 'k' is wrong: 'here' is not host:port\."):
        KAFKA.check(KafkaTopic(id="k", brokers="here", topics=("t",), group="g"))
    with pytest.raises(TransientError, match=r"^Kafka at 127.0.0.1:1 does not answer"):
        list(polled(KafkaTopic(id="k", brokers="127.0.0.1:1", topics=("t",), group="g")))
