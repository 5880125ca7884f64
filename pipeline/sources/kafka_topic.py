"""Topics of somebody else's Kafka, read as a member of a consumer group.

The group's offsets, which their Kafka keeps, say where to go on: they are committed when our own broker has
acknowledged the batch, and only for partitions that are still ours. A batch whose partitions have gone to another
member meanwhile is read again there. Kafka forgets the offsets of a group that was away for long (a week, usually):
the cursor has them too. A round lasts for as long as messages come, since joining a group takes seconds.

Of transactions only what was committed is read. What was deleted before it was read is said.
"""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from email.message import Message
from functools import partial
from threading import Event
from typing import Annotated, Any, Literal

import msgspec
from kafka import KafkaConsumer, TopicPartition
from kafka.errors import CommitFailedError, KafkaError, UnsupportedCodecError
from kafka.structs import OffsetAndMetadata

from pipeline.errors import OperatorError, TransientError
from pipeline.kafka_options import REFUSED, Brokers
from pipeline.settings import secret
from pipeline.sources.base import EXCERPT, Arrival, Batch, Cursor, Feed, Kind, Limit, Unreadable

_POLL_MS = 500
_FETCH_BYTES, _PARTITION_BYTES = 16 << 20, 4 << 20
_ASK_SECONDS = 5.0
_CLOSE_MS = 2_000
_WAIT_MS = 30 * 60 * 1000
"""For an acknowledgement, before the group goes on without us and the batch is read again."""
_LONGEST_NAME = 200


class KafkaTopic(Feed, frozen=True, kw_only=True, tag="kafka"):
    """Topics of a Kafka. Each message is an item; tombstones (messages without a value) are none."""

    every: Annotated[float, msgspec.Meta(gt=0)] = 1.0
    brokers: str
    """host:port, comma-separated."""
    topics: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]
    group: str
    start: Literal["earliest", "latest"] = "latest"
    """Where a new group begins. What comes after that is never passed over."""
    quiet: Annotated[float, msgspec.Meta(gt=0)] = 300.0
    """Seconds without a message after which a round ends and the group is left."""
    security: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = "SCRAM-SHA-512"
    user: str = ""
    password: str = ""
    """A secret: 'env:NAME' or 'file:PATH'."""
    ca: str = ""
    """A file of CA certificates; empty for the system's."""


def _brokers(feed: KafkaTopic) -> Brokers:
    return Brokers(
        addresses=feed.brokers,
        named=f"`brokers` of the feed '{feed.id}'",
        security=feed.security,
        mechanism=feed.mechanism,
        username=feed.user,
        password=secret(feed.password),
        ca=feed.ca,
    )


@contextmanager
def _consumer(feed: KafkaTopic, **given: Any) -> Iterator[Any]:
    """A consumer that commits nothing by itself; Kafka's errors as ours."""
    brokers = _brokers(feed)
    try:
        brokers.reach()
        consumer = KafkaConsumer(
            **brokers.options(),
            enable_auto_commit=False,
            allow_auto_create_topics=False,
            auto_offset_reset="earliest",  # for offsets that are kept no more, too: see _begin
            max_poll_interval_ms=_WAIT_MS,
            fetch_max_bytes=_FETCH_BYTES,
            max_partition_fetch_bytes=_PARTITION_BYTES,
            isolation_level="read_committed",
            **given,
        )
        try:
            yield consumer
        finally:
            consumer.close(autocommit=False, timeout_ms=_CLOSE_MS)
    except REFUSED as error:
        raise OperatorError(f"Kafka at {feed.brokers} refused: {error}.") from error
    except UnsupportedCodecError as error:
        raise OperatorError(
            f"Messages at {feed.brokers} are compressed in a way that is not known: {error}."
        ) from error
    except (KafkaError, OSError) as error:
        raise TransientError(f"Kafka at {feed.brokers} does not answer ({type(error).__name__}).") from error


def _partitions(feed: KafkaTopic, consumer: Any) -> dict[str, list[TopicPartition]]:
    found = {topic: consumer.partitions_for_topic(topic) for topic in feed.topics}
    if missing := [topic for topic, numbers in found.items() if not numbers]:
        raise OperatorError(f"Kafka at {feed.brokers} has no topic {', '.join(missing)}.")
    return {topic: [TopicPartition(topic, number) for number in sorted(found[topic])] for topic in found}


def _begin(feed: KafkaTopic, known: Mapping[str, int]) -> Iterator[Batch]:
    """Write down where the group begins, as far as Kafka does not know: where we were, else, if at the end, where that
    is now, since each round would else begin at its own end. Then say what was deleted unread.

    A partition that is added to a topic later is read from its first message.
    """
    with _consumer(feed, group_id=feed.group) as consumer:
        next_: dict[TopicPartition, int] = {}
        fresh: dict[TopicPartition, int] = {}
        for partitions in _partitions(feed, consumer).values():
            committed = {each: offset for each in partitions if (offset := consumer.committed(each)) is not None}
            begin = {each: known[_place(each)] for each in partitions if _place(each) in known}
            if feed.start == "latest" and not begin and not committed:
                begin = consumer.end_offsets(partitions)
            next_ |= begin | committed
            fresh |= {each: offset for each, offset in begin.items() if each not in committed}
        try:
            if fresh:
                consumer.commit(_offsets(fresh))
            firsts = consumer.beginning_offsets(list(next_)) if next_ else {}
            lost = {each: first for each, first in firsts.items() if next_[each] < first}
            if lost:
                deleted = tuple(_deleted(each, next_[each], first) for each, first in lost.items())
                yield Batch(arrivals=deleted)
                consumer.commit(_offsets(lost))
        except CommitFailedError:  # the group has members, who have begun
            return


def _deleted(partition: TopicPartition, first: int, end: int) -> Unreadable:
    name = f"{_place(partition)}/{first}-{end - 1}"
    return Unreadable(name, f"Up to {end - first:,} messages were deleted there before they were read.")


def _place(at: Any) -> str:
    return f"{at.topic}/{at.partition}"


def _known(cursor: Cursor) -> dict[str, int]:
    """Where to go on, 'topic/partition' -> offset; nothing of what is no cursor of this kind."""
    try:
        return msgspec.convert(cursor, dict[str, Annotated[int, msgspec.Meta(ge=0)]])
    except msgspec.ValidationError:
        return {}


def _offsets(next_: Mapping[TopicPartition, int]) -> dict[TopicPartition, OffsetAndMetadata]:
    return {partition: OffsetAndMetadata(offset, "", -1) for partition, offset in next_.items()}


def poll(feed: KafkaTopic, cursor: Cursor, limit: Limit, stop: Event) -> Iterator[Batch]:
    """One round."""
    known = _known(cursor)
    yield from _begin(feed, known)
    with _consumer(feed, group_id=feed.group) as consumer:
        consumer.subscribe(list(feed.topics))
        last = asked = time.monotonic()
        while not stop.is_set() and time.monotonic() - last < feed.quiet:
            polled = consumer.poll(timeout_ms=_POLL_MS)
            now = time.monotonic()
            if not polled:
                if now - asked > _ASK_SECONDS:  # to kafka-python a broker that is away has no messages
                    _brokers(feed).reach()
                    asked = now
                if not consumer.assignment():
                    last = now  # standing by, or joining
                continue
            records = [record for of_partition in polled.values() for record in of_partition]
            arrivals = tuple(_arrival(record, limit) for record in records if record.value is not None)
            next_ = {partition: of_partition[-1].offset + 1 for partition, of_partition in polled.items()}
            known |= {_place(partition): offset for partition, offset in next_.items()}
            yield Batch(arrivals=arrivals, cursor=dict(known), done=partial(_commit, feed, consumer, next_))
            last = time.monotonic()


def _commit(feed: KafkaTopic, consumer: Any, next_: Mapping[TopicPartition, int]) -> None:
    ours = consumer.assignment()
    offsets = _offsets({partition: offset for partition, offset in next_.items() if partition in ours})
    try:
        if offsets:
            consumer.commit(offsets)
    except KafkaError as error:  # the group went on without us, or the broker is away: read again
        raise TransientError(
            f"What was read of {', '.join(feed.topics)} at {feed.brokers} could not be committed "
            f"({type(error).__name__}), and is read again."
        ) from error


def _arrival(record: Any, limit: Limit) -> Arrival | Unreadable:
    name = _name(record)
    if len(record.value) > limit:
        reason = f"It has {len(record.value):,} bytes; {limit:,} are the most that are taken."
        return Unreadable(name, reason, record.value[:EXCERPT])
    headers = {key.lower().replace("_", "-"): value for key, value in record.headers or ()}
    said = Message()
    said["content-type"] = _text(headers.get("content-type")) or "application/octet-stream"
    content_type = said.get_content_type() if "content-type" in headers else None
    charset = said.get_content_charset() or _text(headers.get("charset"))
    return Arrival(name, record.value, charset or None, content_type)


def _name(record: Any) -> str:
    """The key, where it is text: versions of a story stay in order by it. Else where the message lies."""
    key = _text(record.key)
    return key or f"{_place(record)}/{record.offset}"


def _text(data: bytes | None) -> str:
    try:
        text = (data or b"").decode()
    except UnicodeDecodeError:
        return ""
    return text if text.isprintable() and len(text) <= _LONGEST_NAME else ""


def check(feed: KafkaTopic) -> str:
    """Count what the topics hold."""
    with _consumer(feed) as consumer:
        partitions = [partition for each in _partitions(feed, consumer).values() for partition in each]
        starts, ends = consumer.beginning_offsets(partitions), consumer.end_offsets(partitions)
        count = sum(ends[partition] - starts[partition] for partition in partitions)
    return f"About {count:,} messages in {', '.join(feed.topics)} at {feed.brokers}."


KAFKA = Kind(feed=KafkaTopic, check=check, poll=poll)
