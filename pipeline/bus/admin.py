"""Topics as they should be, and how far each consumer group is behind."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from kafka import KafkaAdminClient, TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType, OffsetSpec
from kafka.errors import CoordinatorLoadInProgressError, CoordinatorNotAvailableError, NotCoordinatorError

from pipeline.bus.connection import options, reach, translated
from pipeline.errors import OperatorError
from pipeline.settings import Settings
from pipeline.topics import DAY_MS, MEGABYTE, Topic, topics

_COORDINATOR_SECONDS = 10.0


@contextmanager
def admin(settings: Settings) -> Iterator[Any]:
    """A kafka-python admin client; its errors are translated."""
    with translated(settings):
        reach(settings)
        client = KafkaAdminClient(**options(settings), request_timeout_ms=15_000)
        try:
            yield client
        finally:
            client.close()


def configuration(topic: Topic) -> dict[str, str]:
    """The topic's configuration in Kafka's terms. Compacted topics keep every newest value, for good."""
    kept = {"cleanup.policy": "compact"} if topic.compacted else {"cleanup.policy": "delete"}
    if topic.days is not None:
        kept["retention.ms"] = str(topic.days * DAY_MS)
    if topic.segment_mb is not None:
        kept["segment.bytes"] = str(topic.segment_mb * MEGABYTE)
    return kept | {"max.message.bytes": str(topic.max_mb * MEGABYTE)}


def ensure(settings: Settings) -> list[str]:
    """Create missing topics, add missing partitions, correct differing configuration.

    Returns a sentence for each change; nothing changed, nothing returned. Partitions are never taken away (Kafka
    cannot), so a topic with more than the setting stays as it is.
    """
    with admin(settings) as client:
        existing = {entry["name"]: len(entry["partitions"]) for entry in client.describe_topics()}
        wanted = topics(settings)
        changes = _create(client, settings, [topic for topic in wanted if topic.name not in existing])
        present = [topic for topic in wanted if topic.name in existing]
        for topic in present:
            if existing[topic.name] < (wanted_partitions := topic.partitions or settings.partitions):
                client.create_partitions({topic.name: wanted_partitions})
                changes.append(f"{topic.name}: partitions {existing[topic.name]} -> {wanted_partitions}.")
        return changes + _configure(client, present)


def _create(client: Any, settings: Settings, missing: list[Topic]) -> list[str]:
    if not missing:
        return []
    client.create_topics(
        {
            topic.name: {
                "num_partitions": topic.partitions or settings.partitions,
                "replication_factor": settings.replication,
                "configs": configuration(topic),
            }
            for topic in missing
        },
        wait_for_metadata=True,
    )
    return [f"{topic.name}: created with {topic.partitions or settings.partitions} partitions." for topic in missing]


def _configure(client: Any, present: list[Topic]) -> list[str]:
    if not present:
        return []
    wanted = {topic.name: configuration(topic) for topic in present}
    found = client.describe_configs(
        [ConfigResource(ConfigResourceType.TOPIC, name, None) for name in wanted], config_filter="all"
    )
    changes, resources = [], []
    for name, config in wanted.items():
        now = {key: entry["value"] for key, entry in found["topic"][name].items()}
        differing = {key: value for key, value in config.items() if now.get(key) != value}
        if differing:
            resources.append(ConfigResource(ConfigResourceType.TOPIC, name, differing))
            changes += [f"{name}: {key} {now.get(key)} -> {value}." for key, value in differing.items()]
    if resources:
        client.alter_configs(resources)
    return changes


def check(settings: Settings) -> None:
    """Raise OperatorError, naming them, when topics are missing; TransientError when Kafka does not answer."""
    with admin(settings) as client:
        existing = set(client.list_topics())
    missing = [topic.name for topic in topics(settings) if topic.name not in existing]
    if missing:
        raise OperatorError(f"Kafka at {settings.kafka} has no topic {', '.join(missing)}: run `wire setup` first.")


@dataclass(frozen=True, slots=True)
class Lag:
    """How far a consumer group is in one topic, in messages over all partitions."""

    group: str
    topic: str
    behind: int
    end: int


def lags(settings: Settings, groups: Mapping[str, tuple[str, ...]]) -> list[Lag]:
    """For each group and each topic it reads, how many messages it has not committed yet."""
    with admin(settings) as client:
        names = sorted({name for read in groups.values() for name in read})
        described = {entry["name"]: entry["partitions"] for entry in client.describe_topics(names)}
        partitions = [TopicPartition(name, p["partition_index"]) for name in names for p in described[name]]
        ends = client.list_partition_offsets(dict.fromkeys(partitions, OffsetSpec.LATEST))
        starts = client.list_partition_offsets(dict.fromkeys(partitions, OffsetSpec.EARLIEST))
        committed = _committed(client, list(groups))
    result = []
    for group, read in groups.items():
        offsets = committed.get(group, {})
        for name in read:
            behind = end = 0
            for tp in (tp for tp in partitions if tp.topic == name):
                position = offsets[tp].offset if tp in offsets else -1
                behind += ends[tp].offset - max(position, starts[tp].offset)
                end += ends[tp].offset
            result.append(Lag(group, name, behind, end))
    return result


def _committed(client: Any, groups: list[str]) -> Any:
    """The groups' offsets. A broker that was never asked first makes its topic of offsets, and says so meanwhile."""
    end = time.monotonic() + _COORDINATOR_SECONDS
    while True:
        try:
            return client.list_group_offsets(groups)
        except (CoordinatorLoadInProgressError, CoordinatorNotAvailableError, NotCoordinatorError):
            if time.monotonic() > end:
                raise
            time.sleep(0.2)
