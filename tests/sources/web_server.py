"""An HTTP server for the tests of the web source: it answers what the test has told it, faults included."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeAlias


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One answer. With `raw`, these bytes instead of an answer of HTTP, and the connection is closed after them."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    hang: bool = False
    """Say nothing more until the test is over."""


Script: TypeAlias = Callable[["Asked"], Page]


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it came."""

    path: str
    headers: Mapping[str, str]


@dataclass(slots=True)
class Web:
    """A running server; `pages` says what each path answers, in turn, the last of them for ever."""

    port: int
    pages: dict[str, list[Page]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)
    together: int = 0
    most_together: int = 0

    def url(self, path: str = "/feed") -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def answer(self, asked: Asked) -> Page:
        self.asked.append(asked)
        pages = self.pages.get(asked.path.partition("?")[0], [Page(status=404)])
        page = pages.pop(0) if len(pages) > 1 else pages[0]
        etag = page.headers.get("ETag")
        return Page(status=304, headers=page.headers) if etag and asked.headers.get("If-None-Match") == etag else page


class _Server(ThreadingHTTPServer):
    daemon_threads = False
    web: Web

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is part of the tests."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        web = self.server.web
        web.together += 1
        web.most_together = max(web.most_together, web.together)
        try:
            self._answer(web.answer(Asked(self.path, dict(self.headers))))
        finally:
            web.together -= 1
        self.close_connection = True

    def _answer(self, page: Page) -> None:
        if page.raw is not None:
            self.wfile.write(page.raw)
        else:
            self.send_response(page.status)
            for name, value in ({"Content-Length": str(len(page.body))} | dict(page.headers)).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(page.body)
        self.wfile.flush()
        if page.hang:
            self.server.web.over.wait(60)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the name of the overridden)
        """Nothing."""


@contextmanager
def served(context: Any = None) -> Iterator[Web]:
    """A server on a port of its own; with an ssl `context`, over TLS."""
    server = _Server(("127.0.0.1", 0), _Handler)
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    server.web = Web(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server.web
    finally:
        server.web.over.set()
        server.shutdown()
        server.server_close()
        thread.join()
