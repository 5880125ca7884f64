"""Items pushed over HTTP, by real clients; first to a consumer of the test's own, then through Kafka."""

import gzip
import http.client
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from hashlib import sha256
from threading import Event
from typing import Any

import orjson
import pytest

from pipeline.errors import OperatorError
from pipeline.sources import push_body, push_server
from pipeline.sources.base import Arrival
from pipeline.sources.push import PUSH, Push, check, poll

TOKEN, SECOND = "first-token-of-the-feed", "second-token-of-the-feed"
LIMIT = 100_000


@pytest.fixture
def port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def feed(port: int, **given: Any) -> Push:
    named: dict[str, Any] = {"id": "p", "tokens": (TOKEN, SECOND), "address": f"127.0.0.1:{port}", "wait": 5.0}
    return Push(**named | given)


@dataclass(slots=True)
class Consumer:
    """What takes batches where the runner would; while `away` is set, nothing is acknowledged."""

    port: int
    got: list[Arrival] = field(default_factory=list)
    away: Event = field(default_factory=Event)
    stop: Event = field(default_factory=Event)

    def run(self, feed: Push) -> None:
        while not self.stop.is_set():
            for batch in poll(feed, None, LIMIT, self.stop):
                while self.away.is_set():
                    if self.stop.wait(0.02):
                        return
                self.got += [arrival for arrival in batch.arrivals if isinstance(arrival, Arrival)]
                batch.done()

    def post(self, body: Any = b"an item", *, path: str = "/v1/feeds/p", token: str = TOKEN, **headers: str) -> "Said":
        named = {"Authorization": f"Bearer {token}"} if token else {}
        return ask(self.port, "POST", path, body, named | {k.replace("_", "-"): v for k, v in headers.items()})


@dataclass(frozen=True, slots=True)
class Said:
    """An answer."""

    status: int
    json: Any
    headers: Any


def ask(port: int, method: str, path: str, body: Any = None, headers: Any = None) -> Said:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=20)) as connection:
        connection.request(method, path, body, headers or {}, encode_chunked=hasattr(body, "__next__"))
        response = connection.getresponse()
        text = response.read()
        return Said(response.status, orjson.loads(text) if text else None, response.headers)


def listening(port: int) -> bool:
    try:
        return ask(port, "GET", "/healthz").status == 200
    except OSError:
        return False


def until(condition: Callable[[], Any], seconds: float = 10.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


@contextmanager
def consuming(feed: Push, port: int) -> Iterator[Consumer]:
    consumer = Consumer(port)
    thread = threading.Thread(target=consumer.run, args=(feed,))
    thread.start()
    try:
        until(lambda: listening(port))
        yield consumer
    finally:
        consumer.stop.set()
        thread.join()
        until(lambda: not listening(port))


@pytest.fixture
def consumer(port: int) -> Iterator[Consumer]:
    with consuming(feed(port), port) as found:
        yield found


def raw(port: int, *pieces: bytes, close: bool = False) -> bytes:
    """What a server answers to bytes as they are, until it closes."""
    with socket.create_connection(("127.0.0.1", port), 10) as connection:
        for piece in pieces:
            connection.sendall(piece)
        if close:
            connection.shutdown(socket.SHUT_WR)
        answer = b""
        with suppress(ConnectionResetError):
            while piece := connection.recv(9999):
                answer += piece
        return answer


def test_an_item_is_taken_with_a_receipt(consumer: Consumer) -> None:
    body = "Ürümqi, March 3 (Agency)".encode("latin-1", "replace")
    said = consumer.post(body, Content_Type="text/plain; charset=ISO-8859-1", X_Item_Name="a/b.txt")
    digest = sha256(body).hexdigest()
    assert (said.status, said.json) == (202, {"feed": "p", "name": "a/b.txt", "bytes": len(body), "sha256": digest})
    assert consumer.got == [Arrival("a/b.txt", body, "iso-8859-1", "text/plain")]
    assert consumer.post(body, token=SECOND).json["name"] == digest[:32]


def test_chunked_gzip_and_expect(consumer: Consumer) -> None:
    chunks = [b"one ", b"two ", b"three"]
    assert consumer.post(iter(chunks)).status == 202
    assert consumer.post(gzip.compress(b"packed" * 1000), Content_Encoding="gzip").status == 202
    head = f"POST /v1/feeds/p HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer {TOKEN}\r\nExpect: 100-continue\r\n"
    with socket.create_connection(("127.0.0.1", consumer.port), 10) as connection:
        connection.sendall(f"{head}Connection: close\r\nContent-Length: 6\r\n\r\n".encode())
        assert connection.recv(999).startswith(b"HTTP/1.1 100 ")
        connection.sendall(b"wanted")
        assert connection.recv(999).startswith(b"HTTP/1.1 202 ")
    assert raw(consumer.port, f"{head}Content-Length: 600000\r\n\r\n".encode()).startswith(b"HTTP/1.1 413 ")
    assert [arrival.data for arrival in consumer.got] == [b"one two three", b"packed" * 1000, b"wanted"]


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"token": ""}, 401),
        ({"token": "x" * 30}, 403),
        ({"token": TOKEN[:-1]}, 403),
        ({"token": "ü" * 20}, 403),
        ({"path": "/v1/feeds/other"}, 404),
        ({"path": "/"}, 404),
        ({"path": "/v1/feeds/p/../../x"}, 404),
        ({"path": "/healthz"}, 405),
        ({"body": b""}, 400),
        ({"body": b" \r\n"}, 400),
        ({"body": b"x" * (LIMIT + 1)}, 413),
        ({"body": iter([b"x" * 60_000] * 2)}, 413),
        ({"body": gzip.compress(b"x" * (LIMIT + 1)), "Content_Encoding": "gzip"}, 413),
        ({"body": gzip.compress(b"\0" * (1 << 28)), "Content_Encoding": "gzip"}, 413),
        ({"body": gzip.compress(b"broken off" * 50)[:-9], "Content_Encoding": "gzip"}, 400),
        ({"body": b"no gzip", "Content_Encoding": "gzip"}, 400),
        ({"body": b"x", "Content_Encoding": "br"}, 415),
    ],
)
def test_what_is_not_taken(consumer: Consumer, given: dict[str, Any], status: int) -> None:
    said = consumer.post(**given)
    assert said.status == status
    assert said.json["error"].endswith(".")
    assert consumer.got == []
    assert consumer.post().status == 202


def test_looking_takes_nothing(consumer: Consumer) -> None:
    token = {"Authorization": f"Bearer {TOKEN}"}
    assert ask(consumer.port, "GET", "/v1/feeds/p", None, token).json == {"feed": "p", "waiting_bytes": 0}
    assert ask(consumer.port, "HEAD", "/v1/feeds/p", None, token).status == 200
    assert ask(consumer.port, "HEAD", "/v1/feeds/p").status == 401
    assert ask(consumer.port, "DELETE", "/v1/feeds/p", None, token).status == 405
    assert check(feed(consumer.port)) == f"127.0.0.1:{consumer.port} takes items in."
    with pytest.raises(OperatorError, match="answers 404"):
        check(feed(consumer.port, id="q"))
    assert consumer.got == []


def test_a_name_is_one_line(consumer: Consumer) -> None:
    named = "Zürich\t\x85 \u202egnp".encode()
    head = f"POST /v1/feeds/p HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer {TOKEN}\r\nConnection: close\r\n".encode()
    assert b" 202 " in raw(consumer.port, head + b"X-Item-Name: " + named + b"\r\nContent-Length: 1\r\n\r\nx")
    assert consumer.got[0].name == "Zürich gnp"
    injected = raw(consumer.port, head + b"X-Item-Name: a\rX-B: c\r\nContent-Length: 1\r\n\r\nx")
    assert injected.startswith(b"HTTP/1.1 400 ")


def test_who_is_not_acknowledged_is_told_to_come_again(port: int) -> None:
    with consuming(feed(port, wait=0.3), port) as consumer:
        consumer.away.set()
        said = consumer.post()
        assert (said.status, said.headers["Retry-After"]) == (503, "5")
        late = consumer.post(b"given up before it was taken")
        assert late.status == 503
        consumer.away.clear()
        assert consumer.post(b"again").status == 202
        assert [arrival.data for arrival in consumer.got] == [b"an item", b"again"]


def test_what_waits_is_bounded(port: int) -> None:
    with consuming(feed(port, queue_mb=1, wait=2.0), port) as consumer, ThreadPoolExecutor(30) as senders:
        consumer.away.set()
        answers = [senders.submit(consumer.post, b"x" * LIMIT) for _ in range(30)]
        until(lambda: sum(answer.done() for answer in answers) >= 20)
        consumer.away.clear()
        statuses = sorted(answer.result().status for answer in answers)
        assert statuses == [202] * 10 + [503] * 20
        assert consumer.post(b"x" * LIMIT).status == 202


def test_two_hundred_at_once(consumer: Consumer) -> None:
    bodies = [f"item {number}".encode() for number in range(200)]
    with ThreadPoolExecutor(200) as senders:
        assert {said.status for said in senders.map(consumer.post, bodies)} == {202}
    assert sorted(arrival.data for arrival in consumer.got) == sorted(bodies)


def test_a_gigabyte_is_not_read(consumer: Consumer) -> None:
    sent = 0

    def chunks() -> Iterator[bytes]:
        nonlocal sent
        for _ in range(1024):
            sent += 1 << 20
            yield b"x" * (1 << 20)

    with suppress(ConnectionError, http.client.HTTPException):  # cut off while it was sending
        assert consumer.post(chunks()).status == 413
    assert sent < 200 << 20
    assert consumer.post().status == 202


@pytest.mark.parametrize(
    "head",
    [
        b"GET /healthz HTTP/1.1\r\n" + b"X: y\r\n" * 9999 + b"\r\n",
        b"GET /healthz HTTP/1.1\r\nX: " + b"y" * 99_999 + b"\r\n\r\n",
        b"GET /" + b"a" * 99_999 + b" HTTP/1.1\r\n\r\n",
        b"\x16\x03\x01\x02\x00 TLS",
        b"POST /v1/feeds/p HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx",
    ],
)
def test_heads_that_are_none(consumer: Consumer, head: bytes) -> None:
    with suppress(ConnectionError):  # it was closed before all was sent
        assert raw(consumer.port, head)[:13] in (b"HTTP/1.1 400 ", b"")
    assert consumer.post().status == 202


def test_who_is_slow_is_cut_off(consumer: Consumer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(push_server, "HEAD_SECONDS", 0.3)
    monkeypatch.setattr(push_body, "STEP", 0.3)
    head = f"POST /v1/feeds/p HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer {TOKEN}\r\n".encode()
    for piece in (b"", b"POST /v1/fee", head):
        assert raw(consumer.port, piece) == b""
    assert raw(consumer.port, head + b"Content-Length: 9\r\n\r\nhalf").startswith(b"HTTP/1.1 408 ")
    assert raw(consumer.port, head + b"Content-Length: 9\r\n\r\nhalf", close=True)[:13] in (b"", b"HTTP/1.1 400 ")
    assert consumer.post().status == 202
    assert [arrival.data for arrival in consumer.got] == [b"an item"]


def test_more_connections_than_there_may_be_are_closed(consumer: Consumer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(push_server, "MOST_CONNECTIONS", 3)
    with closing(http.client.HTTPConnection("127.0.0.1", consumer.port)) as kept:
        kept.request("GET", "/healthz")
        kept.getresponse().read()
        idle = [socket.create_connection(("127.0.0.1", consumer.port), 5) for _ in range(5)]
        try:
            until(lambda: not listening(consumer.port))
            kept.request("GET", "/healthz")
            assert kept.getresponse().read()
        finally:
            for connection in idle:
                connection.close()
    until(lambda: listening(consumer.port))
    assert consumer.post().status == 202


def test_at_the_end_who_waits_is_answered(port: int) -> None:
    with consuming(feed(port, wait=20.0), port) as consumer, ThreadPoolExecutor(5) as senders:
        consumer.away.set()
        answers = [senders.submit(consumer.post, b"%d" % number) for number in range(5)]
        until(lambda: push_server._servers[f"127.0.0.1:{port}"].mailboxes["p"].held == 5)
        consumer.stop.set()
        assert {answer.result(timeout=5).status for answer in answers} == {503}
    until(lambda: f"127.0.0.1:{port}" not in push_server._servers)


def test_feeds_of_one_address_share_a_server_and_a_later_run_finds_it_free(port: int) -> None:
    token = "other-token-of-q-feed"
    with consuming(feed(port), port) as one, consuming(feed(port, id="q", tokens=(token,)), port) as two:
        until(lambda: ask(port, "GET", "/healthz").json == {"feeds": 2})
        assert one.post().status == 202
        assert one.post(path="/v1/feeds/q").status == 403
        assert two.post(path="/v1/feeds/q", token=token).status == 202
        assert (len(one.got), len(two.got)) == (1, 1)
        two.stop.set()
        assert two.post(path="/v1/feeds/q", token=token).status == 503
        one.stop.set()
    with consuming(feed(port), port) as again:
        assert again.post().status == 202


def test_what_is_configured_wrongly(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(OperatorError, match="fewer than 16 characters"):
        check(feed(port, tokens=("short",)))
    monkeypatch.setenv("PUSH_TOKEN", TOKEN)
    assert "nothing answers there now" in check(feed(port, tokens=("env:PUSH_TOKEN",)))
    with pytest.raises(OperatorError, match="wants host:port"):
        check(feed(port, address="here"))
    with socket.create_server(("127.0.0.1", port)), pytest.raises(OperatorError, match="Nothing can listen"):
        next(poll(feed(port), None, LIMIT, Event()))
    assert PUSH.name == "push"
