"""What every kind of source keeps to, each against a real counterpart.

Push is not among them: it is a server, and those who send decide what is offered again. See test_push.py.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Timer
from typing import Any
from uuid import uuid4

import pytest

from pipeline.bus.admin import admin
from pipeline.errors import OperatorError, TransientError
from pipeline.local.ports import any_free
from pipeline.settings import Settings
from pipeline.sources.base import Arrival, Batch, Cursor, Feed, Unreadable
from pipeline.sources.folder import FolderFeed
from pipeline.sources.kafka_topic import KafkaTopic
from pipeline.sources.mailbox import Mailbox
from pipeline.sources.registry import KINDS, kind_of
from pipeline.sources.remote_feed import Remote
from pipeline.sources.web_feed import Web as WebFeed
from tests.engines.support import write
from tests.sources import mail_server, remote_servers, web_server

pytestmark = pytest.mark.engines

LIMIT = 10_000
QUIET = 1.0
"""Seconds after which a round that waits for more is ended."""


@dataclass(frozen=True)
class Counterpart:
    """What a source reads from: `put` adds an item that holds the bytes given, `nowhere` is a feed of nobody."""

    feed: Feed
    put: Callable[[bytes], None]
    nowhere: Feed
    refuses: type[Exception] = TransientError
    apart: bool = True
    """Whether an item is asked for by itself: the entries of a web feed come in one document, too large or not."""


@contextmanager
def _folder(folder: Path, _kafka: str) -> Iterator[Counterpart]:
    def put(data: bytes) -> None:
        (folder / f"{uuid4().hex}.txt").write_bytes(data)

    feed = FolderFeed(id="f", path=str(folder), settle=0)
    yield Counterpart(feed, put, FolderFeed(id="f", path=str(folder / "nowhere")), OperatorError)


@contextmanager
def _web(_folder: Path, _kafka: str) -> Iterator[Counterpart]:
    entries: list[bytes] = []

    def put(data: bytes) -> None:
        entries.append(b"<item><guid>%d</guid><title>%b</title></item>" % (len(entries), data))
        rss = b"<rss version='2.0'><channel><title>T</title>" + b"".join(entries) + b"</channel></rss>"
        server.pages["/feed"] = [web_server.Page(body=rss, headers={"Content-Type": "application/rss+xml"})]

    with web_server.served() as server:
        feed = WebFeed(id="w", url=server.url(), private=True, every=0.01)
        nowhere = WebFeed(id="w", url=f"http://127.0.0.1:{any_free()}/feed", private=True)
        yield Counterpart(feed, put, nowhere, apart=False)


@contextmanager
def _remote(folder: Path, _kafka: str) -> Iterator[Counterpart]:
    (folder / "in").mkdir()

    def put(data: bytes) -> None:
        (folder / "in" / f"{uuid4().hex}.txt").write_bytes(data)

    def feed(port: int) -> Remote:
        user, password = remote_servers.USER, remote_servers.PASSWORD
        return Remote(id="r", where=f"ftp://127.0.0.1:{port}/in", user=user, password=password, settle=0.0, timeout=5.0)

    with remote_servers.ftp(folder) as port:
        yield Counterpart(feed(port), put, feed(any_free()))


@contextmanager
def _mailbox(_folder: Path, _kafka: str) -> Iterator[Counterpart]:
    def put(data: bytes) -> None:
        mail_server.deliver(server, b"Subject: An item\r\n\r\n" + data)

    def feed(port: int) -> Mailbox:
        user, password = mail_server.USER, mail_server.PASSWORD
        return Mailbox(id="m", host="127.0.0.1", port=port, user=user, password=password, security="none", timeout=5.0)

    with mail_server.served() as server:
        yield Counterpart(feed(server.port), put, feed(any_free()))


@contextmanager
def _kafka(_folder: Path, kafka: str) -> Iterator[Counterpart]:
    settings, topic = Settings(kafka=kafka), f"theirs-{uuid4().hex[:12]}"
    with admin(settings) as client:
        client.create_topics({topic: {"num_partitions": 1, "replication_factor": 1}}, wait_for_metadata=True)

    def put(data: bytes) -> None:
        write(settings, topic, data)

    def feed(brokers: str) -> KafkaTopic:
        return KafkaTopic(id="k", brokers=brokers, topics=(topic,), group=topic, start="earliest")

    yield Counterpart(feed(kafka), put, feed(f"127.0.0.1:{any_free()}"))


COUNTERPARTS: dict[str, Callable[[Path, str], AbstractContextManager[Counterpart]]] = {
    "folder": _folder,
    "web": _web,
    "remote": _remote,
    "mailbox": _mailbox,
    "kafka": _kafka,
}


@pytest.fixture(params=COUNTERPARTS)
def source(request: pytest.FixtureRequest, tmp_path: Path, kafka: str) -> Iterator[Counterpart]:
    with COUNTERPARTS[request.param](tmp_path, kafka) as counterpart:
        yield counterpart


@dataclass
class Runner:
    """Reads a feed as the runner does; `limit` is that of the largest item."""

    feed: Feed
    cursor: Cursor = None
    found: list[Arrival | Unreadable] = field(default_factory=list)

    def round(self, acknowledge: Callable[[Batch], bool] | None = None) -> list[Arrival | Unreadable]:
        """What one round brings. `acknowledge` returns whether to go on after a batch, and does what it does of it."""
        brought: list[Arrival | Unreadable] = []
        stop = Event()
        quiet = Timer(QUIET, stop.set)
        quiet.start()
        batches: Any = kind_of(self.feed).poll(self.feed, self.cursor, LIMIT, stop)
        with closing(batches):
            for batch in batches:
                brought += batch.arrivals
                if not (acknowledge or self.acknowledge)(batch):
                    break
        quiet.cancel()
        quiet.join()
        self.found += brought
        return brought

    def acknowledge(self, batch: Batch) -> bool:
        """All of it."""
        self.keep(batch)
        batch.done()
        return True

    def keep(self, batch: Batch) -> bool:
        """The cursor; killed before the source hears of it."""
        self.cursor = self.cursor if batch.cursor is None else batch.cursor
        return False

    def until(self, count: int) -> list[Arrival | Unreadable]:
        """Rounds until there are `count` items."""
        for _ in range(20):
            if len(self.found) >= count:
                break
            self.round()
        return self.found


def item(number: int) -> bytes:
    return b"Item number %d of the day." % number


def times(found: list[Arrival | Unreadable], data: bytes) -> int:
    return sum(data in one.data for one in found if isinstance(one, Arrival))


def is_sentence(text: str) -> bool:
    """Whether somebody can be told it; it may begin with an address."""
    return " " in text and text.endswith(".") and (not text[0].islower() or "://" in text.split(maxsplit=1)[0])


def test_every_kind_is_held_to_this() -> None:
    assert {kind.name for kind in KINDS} == {*COUNTERPARTS, "push"}


def test_every_item_comes_once_and_trying_takes_nothing(source: Counterpart) -> None:
    for number in range(3):
        source.put(item(number))
    said = kind_of(source.feed).check(source.feed)
    assert is_sentence(said)
    runner = Runner(source.feed)
    assert [times(runner.until(3), item(number)) for number in range(3)] == [1, 1, 1]
    assert runner.round() == []
    source.put(item(3))
    assert times(runner.until(4), item(3)) == 1
    assert len(runner.found) == 4


def test_what_was_not_acknowledged_comes_again(source: Counterpart) -> None:
    for number in range(3):
        source.put(item(number))
    first, second = Runner(source.feed), Runner(source.feed)
    while not first.found:
        first.round(lambda _: False)
    assert [times(second.until(3), item(number)) for number in range(3)] == [1, 1, 1]


def test_killed_between_the_cursor_and_the_source_nothing_is_lost(source: Counterpart) -> None:
    for number in range(3):
        source.put(item(number))
    runner = Runner(source.feed)
    while not runner.found:
        runner.round(runner.keep)
    source.put(item(3))
    for _ in range(20):
        if all(times(runner.found, item(number)) for number in range(4)):
            break
        runner.round()
    assert all(times(runner.found, item(number)) for number in range(4))
    assert runner.round() == []


def test_an_item_that_is_too_large_costs_itself_and_is_said_once(source: Counterpart) -> None:
    source.put(b"L" * (LIMIT + 1))
    source.put(item(1))
    runner = Runner(source.feed)
    runner.until(2 if source.apart else 1)
    assert times(runner.found, item(1)) == source.apart
    (refused,) = (one for one in runner.found if isinstance(one, Unreadable))
    assert is_sentence(refused.reason)
    assert runner.round() == []


def test_the_end_comes_soon(source: Counterpart) -> None:
    source.put(item(1))
    stop = Event()
    stop.set()
    over = Event()
    late = Timer(5.0, over.set)
    late.start()
    batches: Any = kind_of(source.feed).poll(source.feed, None, LIMIT, stop)
    with closing(batches):
        for batch in batches:
            batch.done()
    late.cancel()
    late.join()
    assert not over.is_set()


def test_a_counterpart_that_is_away_is_said_in_a_sentence(source: Counterpart) -> None:
    kind = kind_of(source.nowhere)
    for call in (lambda: kind.check(source.nowhere), lambda: list(kind.poll(source.nowhere, None, LIMIT, Event()))):
        with pytest.raises(source.refuses) as raised:
            call()
        assert is_sentence(str(raised.value))
