"""Which feeds this process runs, where several run: each feed is one process's at a time.

The processes are members of a Kafka consumer group; each says which feeds it is configured with and which it has, and
the group's leader, one of them, deals them out. Who has a feed keeps it, however many join. When a member dies its
feeds go to others as soon as Kafka misses it, after SESSION_SECONDS; when it ends, at once.

Kafka's members can be wrong about themselves for a moment: a process that was stopped and goes on may run a feed
beside its successor until its next heartbeat is refused. What both then send is the same bytes, and so the same story.
"""

import logging
import os
import socket
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from threading import Event
from typing import Any, Self

import msgspec
import orjson
from kafka import KafkaConsumer
from kafka.coordinator.assignors.abstract import AbstractPartitionAssignor
from kafka.errors import CoordinatorNotAvailableError, GroupIdNotFoundError, KafkaError
from kafka.protocol.consumer.metadata import ConsumerProtocolAssignment, ConsumerProtocolSubscription

from pipeline.bus.admin import admin
from pipeline.bus.connection import options, reach
from pipeline.errors import OperatorError
from pipeline.kafka_options import REFUSED
from pipeline.settings import Settings
from pipeline.topics import CURSORS

log = logging.getLogger(__name__)

GROUP = "wire.feeds"
SESSION_SECONDS, HEARTBEAT_SECONDS = 10.0, 1.0
_SLICE = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What a member says when the group forms anew."""

    feeds: frozenset[str] = frozenset()
    """It is configured with."""
    held: frozenset[str] = frozenset()
    """It has."""
    generation: int = -1
    """Of the group, in which it was given these."""


def dealt(claims: Mapping[str, Claim]) -> dict[str, set[str]]:
    """The feeds of each member: what it has already, by the newest claim; what nobody has goes to who has fewest."""
    given: dict[str, set[str]] = {member: set() for member in claims}
    free = []
    for feed in sorted({feed for claim in claims.values() for feed in claim.feeds}):
        holders = [member for member, claim in claims.items() if feed in claim.held & claim.feeds]
        if holders:
            given[max(holders, key=lambda member: (claims[member].generation, member))].add(feed)
        else:
            free.append(feed)
    for feed in free:
        able = [member for member, claim in claims.items() if feed in claim.feeds]
        given[min(able, key=lambda member: (len(given[member]), member))].add(feed)
    return given


class _Dealer(AbstractPartitionAssignor):  # type: ignore[misc]  # kafka-python publishes no types
    """What kafka-python asks at each forming of the group. No partition is dealt out: feeds are."""

    name = "wire-feeds"

    def __init__(self, claim: Claim) -> None:
        self.claim = claim

    def metadata(self, topics: Iterable[str]) -> Any:
        return ConsumerProtocolSubscription(0, list(topics), orjson.dumps(self.claim, default=list))

    def assign(self, _cluster: Any, members: Iterable[Any]) -> dict[str, Any]:
        given = dealt({member.member_id: _claim(member.metadata.user_data) for member in members})
        return {
            member: ConsumerProtocolAssignment(0, [], orjson.dumps(sorted(feeds))) for member, feeds in given.items()
        }

    def on_assignment(self, assignment: Any, generation: int) -> None:
        held = _feeds(assignment.user_data) & self.claim.feeds
        self.claim = Claim(feeds=self.claim.feeds, held=held, generation=generation)


def _claim(data: bytes | None) -> Claim:
    try:
        return msgspec.json.decode(data or b"{}", type=Claim)
    except msgspec.MsgspecError:
        return Claim()  # no member of ours


def runners(settings: Settings) -> Mapping[str, str] | None:
    """Which process, 'host/process id', runs each feed; None while the group forms anew, which takes a moment.

    Raises TransientError or OperatorError when Kafka cannot be asked.
    """
    with admin(settings) as client:
        try:
            group = client.describe_groups([GROUP])[GROUP]
        except (CoordinatorNotAvailableError, GroupIdNotFoundError):
            return {}  # nothing ever ran here
    if group["group_state"] not in {"Stable", "Empty", "Dead"}:
        return None
    found: dict[str, str] = {}
    for member in group["members"]:
        given = member["member_assignment"]
        feeds = _feeds(given.get("user_data") if isinstance(given, dict) else None)
        found |= dict.fromkeys(feeds, member["client_id"])
    return found


def _feeds(data: bytes | str | None) -> frozenset[str]:
    try:
        return frozenset(msgspec.json.decode(data or b"[]", type=list[str]))
    except msgspec.MsgspecError:
        return frozenset()


class Leases:
    """This process's membership, until the context ends."""

    def __init__(self, settings: Settings, feeds: Iterable[str]) -> None:
        """Of a process that is configured with these feeds."""
        self._settings = settings
        self._dealer = _Dealer(Claim(feeds=frozenset(feeds)))
        self._consumer: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._leave()

    def wait(self, seconds: float, stop: Event) -> frozenset[str]:
        """Be a member for so long; the feeds that are ours now.

        While Kafka is away they stay ours: nobody else can get them. Raises OperatorError when Kafka refuses us.
        """
        end = time.monotonic() + seconds
        try:
            while not stop.is_set() and (left := end - time.monotonic()) > 0:
                began = time.monotonic()
                self._member().poll(timeout_ms=int(min(left, _SLICE) * 1000))
                stop.wait(max(0.0, min(left, _SLICE) - (time.monotonic() - began)))
        except REFUSED as error:
            raise OperatorError(f"Kafka at {self._settings.kafka} refused the group {GROUP}: {error}.") from error
        except (KafkaError, OSError) as error:
            log.debug("The group %s: %r", GROUP, error)
            self._leave()
            stop.wait(max(0.0, end - time.monotonic()))
        return self._dealer.claim.held

    def _member(self) -> Any:
        if self._consumer is None:
            reach(self._settings)
            self._consumer = KafkaConsumer(
                CURSORS,
                **options(self._settings) | {"client_id": f"{socket.gethostname()}/{os.getpid()}"},
                group_id=GROUP,
                partition_assignment_strategy=[self._dealer],
                session_timeout_ms=int(SESSION_SECONDS * 1000),
                heartbeat_interval_ms=int(HEARTBEAT_SECONDS * 1000),
                enable_auto_commit=False,
                allow_auto_create_topics=False,
            )
        return self._consumer

    def _leave(self) -> None:
        consumer, self._consumer = self._consumer, None
        if consumer is not None:
            with suppress(KafkaError, OSError):
                consumer.close(autocommit=False, timeout_ms=2_000)
