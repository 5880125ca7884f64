"""What running feeds answer over HTTP."""

import http.client
import socket
from collections.abc import Iterator
from contextlib import closing
from http.server import ThreadingHTTPServer
from threading import Thread

import orjson
import pytest

from pipeline.errors import OperatorError
from pipeline.intake import web
from pipeline.intake.health import UNANSWERED, Health
from pipeline.intake.metrics import Metrics
from pipeline.settings import Settings


@pytest.fixture
def broker() -> Iterator[Settings]:
    """Something that takes connections."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield Settings(kafka=f"127.0.0.1:{listener.getsockname()[1]}")


@pytest.fixture
def health(broker: Settings) -> Health:
    return Health(broker)


@pytest.fixture
def server(health: Health) -> Iterator[ThreadingHTTPServer]:
    metrics = Metrics()
    metrics.items.labels("desk").inc(3)
    running = web.serve(0, metrics.registry, health)
    yield running
    running.shutdown()
    running.server_close()


def ask(server: ThreadingHTTPServer, path: str, method: str = "GET") -> tuple[int, bytes]:
    with closing(http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=10)) as connection:
        connection.request(method, path)
        response = connection.getresponse()
        return response.status, response.read()


def test_health_metrics_and_nothing_else(server: ThreadingHTTPServer) -> None:
    assert ask(server, "/healthz") == (200, b'{"feeds":0,"reasons":[]}')
    assert ask(server, "/healthz?verbose", "HEAD") == (200, b"")
    status, body = ask(server, "/metrics")
    assert (status, b'wire_feed_items_total{feed="desk"} 3.0' in body) == (200, True)
    for path in ("/", "/metrics/", "/healthz/x", "*"):
        assert ask(server, path) == (404, b'{"error":"There are /healthz and /metrics."}')
    assert ask(server, "/healthz", "POST")[0] == 501


def test_a_feed_whose_thread_died(server: ThreadingHTTPServer, health: Health) -> None:
    dead = Thread(target=lambda: None)
    dead.start()
    dead.join()
    health.watch("desk", dead)
    status, body = ask(server, "/healthz")
    assert (status, orjson.loads(body)["reasons"]) == (503, ["The thread of the feed desk has died."])
    health.leave("desk")
    assert ask(server, "/healthz")[0] == 200


def test_kafka_that_does_not_acknowledge(server: ThreadingHTTPServer, health: Health) -> None:
    health.unanswered("desk", UNANSWERED)
    assert ask(server, "/healthz")[0] == 200
    health.unanswered("desk", UNANSWERED + 1)
    status, body = ask(server, "/healthz")
    assert (status, orjson.loads(body)["reasons"]) == (503, ["Kafka has not answered the feed desk for 16 s."])
    health.answered("desk")
    assert ask(server, "/healthz")[0] == 200


def test_kafka_that_is_away() -> None:
    assert Health(Settings(kafka="127.0.0.1:1")).reasons() == [
        "Kafka at 127.0.0.1:1 cannot be reached (ConnectionRefusedError)."
    ]
    assert Health(Settings(kafka="here")).reasons() == ["The setting WIRE_KAFKA is wrong: 'here' is not host:port."]


def test_a_port_that_is_taken(server: ThreadingHTTPServer, health: Health) -> None:
    with pytest.raises(OperatorError, match=r"^Nothing can listen at port \d+ for /healthz: Address already in use\.$"):
        web.serve(server.server_port, Metrics().registry, health)
