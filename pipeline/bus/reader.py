"""Reading topics without a consumer group: from where to where is said by offset, and nothing is committed."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from kafka import KafkaConsumer, TopicPartition

from pipeline.bus.connection import options, reach, translated
from pipeline.errors import OperatorError
from pipeline.messages import Message, decode_headers
from pipeline.settings import Settings

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@contextmanager
def _consumer(settings: Settings) -> Iterator[Any]:
    with translated(settings):
        reach(settings)
        consumer = KafkaConsumer(
            **options(settings),
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            allow_auto_create_topics=False,
            max_partition_fetch_bytes=8 << 20,
        )
        try:
            yield consumer
        finally:
            consumer.close(autocommit=False)


def message(record: Any) -> Message:
    """kafka-python's ConsumerRecord as a Message; a missing value is empty bytes."""
    return Message(
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        timestamp=_EPOCH + timedelta(milliseconds=max(record.timestamp, 0)),
        key=record.key,
        value=record.value or b"",
        headers=decode_headers(record.headers),
    )


def read(
    settings: Settings,
    *names: str,
    until: Mapping[tuple[str, int], int] | None = None,
    since: datetime | None = None,
) -> Iterator[Message]:
    """Every message of the topics, from the first kept, or the first `since` then, to the last there is at the time
    of the call.

    Per partition in order, partitions in any. `until` ends a partition earlier: (topic, partition) -> offset after
    the last. Raises TransientError when Kafka does not answer, OperatorError when a topic is missing.
    """
    with _consumer(settings) as consumer:
        partitions = [
            TopicPartition(name, number) for name in names for number in _partitions(settings, consumer, name)
        ]
        ends = dict(consumer.end_offsets(partitions))
        for (topic, number), offset in (until or {}).items():
            tp = TopicPartition(topic, number)
            ends[tp] = min(offset, ends.get(tp, 0))
        starts = consumer.beginning_offsets(partitions)
        if since is not None:
            at = consumer.offsets_for_times(dict.fromkeys(partitions, int(since.timestamp() * 1000)))
            starts = {tp: found.offset if (found := at[tp]) else ends[tp] for tp in partitions}
        open_ = {tp for tp in partitions if starts[tp] < ends[tp]}
        consumer.assign(sorted(open_))
        for tp in open_:
            consumer.seek(tp, starts[tp])
        while open_:
            for tp, records in consumer.poll(timeout_ms=500).items():
                yield from (message(record) for record in records if record.offset < ends[tp])
            # The position, not the last record: compaction leaves holes, at the end too.
            done = {tp for tp in open_ if consumer.position(tp) >= ends[tp]}
            if done:
                open_ -= done
                consumer.pause(*done)


def read_one(settings: Settings, topic: str, partition: int, offset: int) -> Message | None:
    """The message at these coordinates; None when it is not kept any more or never was."""
    with _consumer(settings) as consumer:
        tp = TopicPartition(topic, partition)
        if partition not in _partitions(settings, consumer, topic):
            return None
        start, end = consumer.beginning_offsets([tp])[tp], consumer.end_offsets([tp])[tp]
        if not start <= offset < end:
            return None
        consumer.assign([tp])
        consumer.seek(tp, offset)
        while consumer.position(tp) <= offset:
            for records in consumer.poll(timeout_ms=500, max_records=1).values():
                return message(records[0]) if records[0].offset == offset else None
        return None


def _partitions(settings: Settings, consumer: Any, topic: str) -> set[int]:
    found: set[int] | None = consumer.partitions_for_topic(topic)
    if not found:
        raise OperatorError(f"Kafka at {settings.kafka} has no topic {topic}: run `wire setup` first.")
    return found
