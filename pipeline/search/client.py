"""One client, elasticsearch-py 8.x, for Elasticsearch and OpenSearch.

OpenSearch speaks the same protocol but for two things: it refuses the vendor's media type, and it does not send the
header by which the client knows its own server. The nodes below ask in plain JSON and add that header, which is
harmless on Elasticsearch. The client retries nothing by itself: when and how long is for the caller to decide.
"""

import asyncio
import base64
import gzip
import io
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

import elastic_transport
from elastic_transport._node import NodeApiResponse  # not exported, though the public nodes return it
from elastic_transport.client_utils import DEFAULT, DefaultType, url_to_node_config
from elasticsearch import AsyncElasticsearch, Elasticsearch
from elasticsearch.serializer import OrjsonSerializer

from pipeline.errors import OperatorError
from pipeline.search.failures import translated
from pipeline.settings import Settings

REQUEST_TIMEOUT = 30.0
"""Seconds for one request; the bulk writer sets its own."""

_COMPRESSION = 3
_PRODUCT = "x-elastic-product"


def _plain(headers: Mapping[str, str] | None) -> elastic_transport.HttpHeaders:
    """The request's headers, with 'application/vnd.elasticsearch+json; compatible-with=8' as 'application/json'."""
    plain = elastic_transport.HttpHeaders(headers or {})
    for name in ("accept", "content-type"):
        if value := plain.get(name):
            plain[name] = value.replace("vnd.elasticsearch+", "").partition(";")[0]
    return plain


def _recognise(answer: NodeApiResponse) -> NodeApiResponse:
    if answer.body and answer.meta.status < 300 and not (answer.meta.mimetype or "").endswith("json"):
        raise elastic_transport.TransportError(f"an answer of type {answer.meta.mimetype}")
    answer.meta.headers[_PRODUCT] = "Elasticsearch"
    # The client would turn it into a Python warning: deprecations are for our tests, not for a desk's terminal.
    answer.meta.headers.pop("warning", None)
    return answer


@contextmanager
def _naming(url: str) -> Iterator[None]:
    """Lets the errors of the transport say where nobody answered."""
    try:
        yield
    except elastic_transport.TlsError as error:
        error.message = f"{url} ({error.message})"
        raise
    except elastic_transport.TransportError as error:
        error.message = f"{url} ({str(error.message).rpartition(': ')[2]})"
        raise


class _Node(elastic_transport.Urllib3HttpNode):
    def perform_request(
        self,
        method: str,
        target: str,
        body: bytes | None = None,
        headers: elastic_transport.HttpHeaders | None = None,
        request_timeout: DefaultType | float | None = DEFAULT,
    ) -> NodeApiResponse:
        with _naming(self.base_url):
            return _recognise(super().perform_request(method, target, body, _plain(headers), request_timeout))


class _Body(io.BytesIO):
    """A compressed body, which aiohttp sends piece by piece."""

    def decode(self, *_: str) -> str:
        """For the node's debug log, which takes every body for bytes."""
        return f"({len(self.getvalue())} bytes of gzip)"


class _AsyncNode(elastic_transport.AiohttpHttpNode):
    """Compresses by itself, and on another thread: 10 MB would stop the event loop for half a second."""

    async def perform_request(  # type: ignore[override]
        self,
        method: str,
        target: str,
        body: bytes | None = None,
        headers: elastic_transport.HttpHeaders | None = None,
        request_timeout: DefaultType | float | None = DEFAULT,
    ) -> NodeApiResponse:
        headers = _plain(headers)
        headers["accept-encoding"] = "gzip"
        if body:
            headers["content-encoding"] = "gzip"
            body = _Body(await asyncio.to_thread(gzip.compress, body, _COMPRESSION))  # type: ignore[assignment]
        with _naming(self.base_url):
            return _recognise(await super().perform_request(method, target, body, headers, request_timeout))


def connect(settings: Settings) -> Elasticsearch:
    """A client for the engine that the settings name; nothing is sent yet. Close it when done.

    Raises OperatorError when the address or the CA file cannot be used.
    """
    return Elasticsearch(node_class=_Node, http_compress=True, **_options(settings))


def connect_async(settings: Settings) -> AsyncElasticsearch:
    """As `connect`, for asyncio."""
    return AsyncElasticsearch(node_class=_AsyncNode, **_options(settings))


def _options(settings: Settings) -> dict[str, Any]:
    hosts = _hosts(settings)
    options: dict[str, Any] = {
        "hosts": hosts,
        "serializer": OrjsonSerializer(),
        "request_timeout": REQUEST_TIMEOUT,
        "max_retries": 0,
        "retry_on_status": (),
        "retry_on_timeout": False,
    }
    if any(host.startswith("https:") for host in hosts):
        options["ssl_context"] = _tls(settings.elasticsearch_ca)
    if settings.elasticsearch_api_key:
        options["api_key"] = settings.elasticsearch_api_key
    elif settings.elasticsearch_username:
        # Encoded here, since the client would refuse a password beyond ASCII.
        pair = f"{settings.elasticsearch_username}:{settings.elasticsearch_password}"
        options["basic_auth"] = base64.b64encode(pair.encode()).decode()
    return options


def _hosts(settings: Settings) -> list[str]:
    hosts = list(dict.fromkeys(host.strip().rstrip("/") for host in settings.elasticsearch.split(",") if host.strip()))
    for host in hosts or [""]:
        try:
            usable = url_to_node_config(host).scheme in {"http", "https"}
        except ValueError:
            usable = False
        if not usable:
            raise OperatorError(
                "The setting WIRE_ELASTICSEARCH is wrong: each address names scheme, host and port, "
                f"as in http://localhost:9200, and not '{_without_credentials(host)}'."
            )
    return hosts


def _without_credentials(host: str) -> str:
    return host.rpartition("@")[2]


def _tls(ca: str) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca or None)
    except OSError as error:
        raise OperatorError(f"The setting WIRE_ELASTICSEARCH_CA is wrong: {ca} cannot be read ({error}).") from error


@dataclass(frozen=True, slots=True)
class Engine:
    """Which search engine answers."""

    kind: Literal["elasticsearch", "opensearch"]
    version: str


def engine(client: Elasticsearch) -> Engine:
    """The engine behind `client`. Raises TransientError when it does not answer, OperatorError when it refuses us."""
    with translated():
        version = client.info().get("version")
    if not isinstance(version, dict) or "number" not in version:
        raise OperatorError("WIRE_ELASTICSEARCH does not lead to a search engine: it does not say its version.")
    kind: Literal["elasticsearch", "opensearch"] = (
        "opensearch" if version.get("distribution") == "opensearch" else "elasticsearch"
    )
    return Engine(kind, str(version["number"]))
