"""Two readers that note when they see what: one searches again and again, one follows wire.stories."""

import threading
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Self

from kafka import KafkaConsumer, TopicPartition

from pipeline.bus.connection import options
from pipeline.search.client import connect
from pipeline.search.documents import document_id
from pipeline.search.setup import live_alias
from pipeline.settings import Settings
from pipeline.story import PubStatus, decode
from pipeline.topics import STORIES

EVERY = 0.02
"""Seconds between searches, and so how exact their times are."""
MOST_WATCHED = 500


@dataclass(eq=False)
class Watch:
    """A context in which the stories in `watched` are watched. Times are seconds since 1970."""

    settings: Settings
    watched: set[str] = field(default_factory=set)
    """Uris, at most MOST_WATCHED."""
    found: dict[str, float] = field(default_factory=dict)
    """When a search first had the story."""
    gone: dict[str, float] = field(default_factory=dict)
    """When a search first did not have it, after it was found."""
    topic: dict[tuple[str, PubStatus], float] = field(default_factory=dict)
    """When a subscriber first got the story with that status."""
    _over: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)
    _failed: list[Exception] = field(default_factory=list)

    def __enter__(self) -> Self:
        ready = threading.Barrier(3)
        self._threads += [
            threading.Thread(target=self._run, args=(each, ready)) for each in (self._search, self._follow)
        ]
        for thread in self._threads:
            thread.start()
        ready.wait(30)
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _run(self, work: Callable[[threading.Barrier], None], ready: threading.Barrier) -> None:
        try:
            work(ready)
        except Exception as error:  # noqa: BLE001 (raised again where it is waited for)
            self._failed.append(error)
            ready.abort()

    def _search(self, ready: threading.Barrier) -> None:
        with connect(self.settings) as client:
            ready.wait()
            while not self._over.wait(EVERY):
                ids = {document_id(uri): uri for uri in tuple(self.watched)}
                query = {"ids": {"values": list(ids)}}
                answer = client.search(index=live_alias(self.settings), query=query, size=MOST_WATCHED, source=False)
                now, here = time.time(), {ids[hit["_id"]] for hit in answer["hits"]["hits"]}
                for uri in here - self.found.keys():
                    self.found[uri] = now
                for uri in (set(ids.values()) & self.found.keys()) - here - self.gone.keys():
                    self.gone[uri] = now

    def _follow(self, ready: threading.Barrier) -> None:
        consumer = KafkaConsumer(**options(self.settings), enable_auto_commit=False)
        try:
            numbers = consumer.partitions_for_topic(STORIES) or ()
            partitions = [TopicPartition(STORIES, number) for number in numbers]
            consumer.assign(partitions)
            consumer.seek_to_end(*partitions)
            for partition in partitions:
                consumer.position(partition)
            ready.wait()
            while not self._over.is_set():
                for records in consumer.poll(timeout_ms=200).values():
                    now = time.time()
                    for record in records:
                        story = decode(record.value)
                        self.topic.setdefault((story.uri, story.pubstatus), now)
        finally:
            consumer.close(autocommit=False)

    def until(self, condition: Callable[[Self], Collection[object]], seconds: float) -> None:
        """Wait until `condition`, which names what is missing, is empty. Raises TimeoutError after `seconds`."""
        end = time.monotonic() + seconds
        while missing := condition(self):
            if self._failed:
                raise self._failed[0]
            if time.monotonic() > end:
                raise TimeoutError(f"After {seconds:.0f} s it still waits for {len(missing)}, {next(iter(missing))}.")
            time.sleep(0.05)
