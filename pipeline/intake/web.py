"""What running feeds answer over HTTP: /metrics for Prometheus, /healthz for whoever restarts processes.

GET, HEAD /healthz   200, or 503 with {"reasons": [...]}, a sentence each
GET, HEAD /metrics   200
anything else        404
"""

import socket
from collections.abc import Mapping
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import orjson
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from pipeline.errors import OperatorError
from pipeline.intake.health import Health

SECONDS = 10.0
"""For a request, however slowly it comes."""


def serve(port: int, registry: CollectorRegistry, health: Health) -> ThreadingHTTPServer:
    """Answer on `port`, of all addresses, from a thread that ends with the process. OperatorError when it is taken."""
    try:
        server = _Server(("", port), partial(_Handler, registry, health))
    except OSError as error:
        raise OperatorError(f"Nothing can listen at port {port} for /healthz: {error.strerror}.") from error
    Thread(target=server.serve_forever, name="health", daemon=True).start()
    return server


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    address_family = socket.AF_INET

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is no news."""


class _Handler(BaseHTTPRequestHandler):
    timeout = SECONDS

    def __init__(self, registry: CollectorRegistry, health: Health, *given: Any) -> None:
        self._registry, self._health = registry, health
        super().__init__(*given)

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path == "/metrics":
            self._answer(200, generate_latest(self._registry), CONTENT_TYPE_LATEST)
        elif path == "/healthz":
            reasons = self._health.reasons()
            self._json(503 if reasons else 200, {"feeds": self._health.feeds(), "reasons": reasons})
        else:
            self._json(404, {"error": "There are /healthz and /metrics."})

    do_HEAD = do_GET  # noqa: N815

    def _json(self, status: int, body: Mapping[str, Any]) -> None:
        self._answer(status, orjson.dumps(body), "application/json")

    def _answer(self, status: int, body: bytes, content_type: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def version_string(self) -> str:
        return "wire"

    def log_message(self, *_: Any) -> None:
        """Requests are not logged."""
