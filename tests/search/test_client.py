"""What the clients send and what they make of answers, against a server that says what it is told to."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import elastic_transport
import pytest

from pipeline.errors import OperatorError, TransientError, WireError
from pipeline.search.client import Engine, connect, connect_async, engine
from pipeline.search.failures import classify, translated
from pipeline.settings import Settings

ELASTICSEARCH = b'{"version":{"number":"8.19.3","build_flavor":"default"}}'
OPENSEARCH = b'{"version":{"number":"3.8.0","distribution":"opensearch"}}'


class Server(ThreadingHTTPServer):
    """Answers each request with `status`, `kind` and `answer`, and keeps the headers it was sent."""

    daemon_threads = True
    status, kind, answer = 200, "application/json", ELASTICSEARCH

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.requests: list[Message] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.server.requests.append(self.headers)
        self.send_response(self.server.status)
        self.send_header("content-type", self.server.kind)
        self.send_header("warning", '299 Server "this is deprecated"')
        self.send_header("content-length", str(len(self.server.answer)))
        self.end_headers()
        self.wfile.write(self.server.answer)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def ask(settings: Settings) -> object:
    with connect(settings) as client, translated():
        return client.info().body


def ask_async(settings: Settings) -> object:
    async def go() -> object:
        async with connect_async(settings) as client:
            with translated():
                return (await client.info()).body

    return asyncio.run(go())


Ask = Callable[[Settings], object]
BOTH = pytest.mark.parametrize("ask", [ask, ask_async])


@BOTH
@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ({}, None),
        ({"elasticsearch_username": "desk", "elasticsearch_password": "é:x"}, "Basic ZGVzazrDqTp4"),
        ({"elasticsearch_api_key": "a2V5"}, "ApiKey a2V5"),
        ({"elasticsearch_api_key": "a2V5", "elasticsearch_username": "desk"}, "ApiKey a2V5"),
    ],
)
def test_credentials_and_plain_json(ask: Ask, given: dict[str, str], sent: str | None, server: Server) -> None:
    assert ask(Settings(elasticsearch=server.url, **given))  # type: ignore[arg-type]  # texts only
    (headers,) = server.requests
    assert headers["authorization"] == sent
    assert headers["accept"] == "application/json"
    assert headers["accept-encoding"] == "gzip"


@BOTH
@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_nothing_is_retried_behind_our_back(ask: Ask, status: int, server: Server) -> None:
    server.status, server.answer = status, b"{}"
    with pytest.raises(TransientError):
        ask(Settings(elasticsearch=server.url))
    assert len(server.requests) == 1


@BOTH
@pytest.mark.parametrize(
    ("status", "kind", "answer", "error"),
    [
        (200, "text/html", b"<html>Back soon</html>", TransientError),
        (200, "application/json", b"{", TransientError),
        (401, "application/json", b"{}", OperatorError),
        (403, "text/html", b"<html>", OperatorError),
        (404, "text/html", b"<html>", OperatorError),
        (404, "application/json", b'{"detail":"Not Found"}', OperatorError),
    ],
)
def test_answers_that_are_no_search_engines(
    ask: Ask, status: int, kind: str, answer: bytes, error: type[WireError], server: Server
) -> None:
    server.status, server.kind, server.answer = status, kind, answer
    with pytest.raises(error):
        ask(Settings(elasticsearch=server.url))


def test_engines_are_told_apart(server: Server) -> None:
    with connect(Settings(elasticsearch=server.url)) as client:
        assert engine(client) == Engine("elasticsearch", "8.19.3")
        server.answer = OPENSEARCH
        assert engine(client) == Engine("opensearch", "3.8.0")
        server.answer = b'{"version":"1"}'
        with pytest.raises(OperatorError, match="does not lead to a search engine"):
            engine(client)


def test_several_addresses(server: Server) -> None:
    assert ask(Settings(elasticsearch=f"{server.url}, {server.url}/"))


@pytest.mark.parametrize("address", ["", "localhost:9200", "http://localhost", "ftp://x:1", "http://u:secret@x:abc"])
def test_addresses_that_cannot_be(address: str) -> None:
    for connected in (connect, connect_async):
        with pytest.raises(OperatorError, match="WIRE_ELASTICSEARCH is wrong") as raised:
            connected(Settings(elasticsearch=address))
        assert "secret" not in str(raised.value)


def test_a_ca_file_that_cannot_be_read() -> None:
    with pytest.raises(OperatorError, match="WIRE_ELASTICSEARCH_CA is wrong"):
        connect(Settings(elasticsearch="https://localhost:9200", elasticsearch_ca="/nowhere/ca.pem"))


def test_a_certificate_that_is_not_trusted_is_for_the_operator() -> None:
    with pytest.raises(OperatorError, match="not trusted"), translated():
        raise elastic_transport.TlsError("[SSL: CERTIFICATE_VERIFY_FAILED] self-signed certificate")


@pytest.mark.parametrize(
    ("status", "kind", "reason", "error", "says"),
    [
        (429, "circuit_breaking_exception", "[parent] Data too large", "TransientError", "Data too large"),
        (429, "cluster_block_exception", "TOO_MANY_REQUESTS/12/disk usage exceeded", "IndexBlockedError", "disk usage"),
        (403, "cluster_block_exception", "FORBIDDEN/8/index write (api)", "IndexBlockedError", "index write"),
        (403, "security_exception", "action is unauthorized", "OperatorError", "credentials or rights"),
        (404, "index_not_found_exception", "no such index [news]", "OperatorError", "Run `wire setup` first"),
        (404, "shard_not_found_exception", "no such shard", "TransientError", "no such shard"),
        (400, "illegal_argument_exception", "no write index is defined for alias", "OperatorError", "wire setup"),
        (400, "strict_dynamic_mapping_exception", "introduction of [x]", "OperatorError", "Run `wire setup` first"),
        (400, "mapper_parsing_exception", "failed to parse field [published]", "TerminalError", "published"),
        (413, "http", "", "TerminalError", "larger than"),
        (500, "search_phase_execution_exception", "maxClauseCount is set to 1024", "TerminalError", "too many words"),
        (503, "unavailable_shards_exception", "primary shard is not active", "TransientError", "primary shard"),
        (429, "es_rejected_execution_exception",
         "coordinating_operation_bytes=84001229, max_coordinating_and_primary_bytes=5190000", "TerminalError", "large"),
        (429, "es_rejected_execution_exception",
         "coordinating_operation_bytes=1000, max_coordinating_and_primary_bytes=51900000", "TransientError", "429"),
    ],
)  # fmt: skip
def test_what_refusals_mean(status: int, kind: str, reason: str, error: str, says: str) -> None:
    found = classify(status, {"type": kind, "reason": "outer", "caused_by": {"type": kind, "reason": reason}})
    assert type(found).__name__ == error
    assert says in str(found)
    assert str(found).endswith(".")
