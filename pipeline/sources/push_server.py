"""The HTTP server of pushed items: one for each address, in a thread of its own, for all feeds of the process.

    POST /v1/feeds/{id}        an item: 202 when the broker has it, 503 when it does not
    GET, HEAD /v1/feeds/{id}   200 for who may push, and how many bytes wait for the broker
    GET, HEAD /healthz         200

It speaks plain HTTP: TLS is for a proxy in front. uvicorn has no bound on how long a request's head may take, nor on
connections, so both are here. The server ends when all its feeds do, or with the process.
"""

import asyncio
import socket
from dataclasses import dataclass, field
from hashlib import sha256
from threading import Lock, Thread, main_thread

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

from pipeline.errors import OperatorError
from pipeline.sources.base import Arrival
from pipeline.sources.http_headers import content_type, one_line, utf8
from pipeline.sources.push_body import RETRY_AFTER, RefusedError, read
from pipeline.sources.push_mailbox import Mailbox

MOST_CONNECTIONS = 256
HEAD_SECONDS = 10.0
"""For the head of a request, also on a connection that has had one before."""
END_SECONDS = 8
_HEAD_BYTES = 32 << 10
_TICK = 0.1


@dataclass(slots=True, eq=False)
class Server:
    """A server at one address."""

    address: str
    port: int
    mailboxes: dict[str, Mailbox] = field(default_factory=dict)
    ending: bool = False
    thread: Thread | None = None


_servers: dict[str, Server] = {}
_lock = Lock()


def opened(address: str, mailbox: Mailbox) -> tuple[Server, Mailbox]:
    """The server at `address`, started if it is not there yet, and the mailbox of the feed: `mailbox`, unless it has
    one of this run. Raises OperatorError when nothing can be opened there."""
    while True:
        with _lock:
            server = _servers.get(address)
            if server is None:
                server = _servers[address] = _start(address, mailbox)
            if not server.ending:
                known = server.mailboxes.get(mailbox.feed)
                if known is None or known.stop is not mailbox.stop:
                    known = server.mailboxes[mailbox.feed] = mailbox
                known.tokens = mailbox.tokens  # which may have been replaced
                return server, known
        assert server.thread
        server.thread.join()  # of an earlier run, answering its last requests


def host_and_port(address: str) -> tuple[str, int]:
    """The two parts of `address`. OperatorError when it is no address."""
    host, _, port = address.rpartition(":")
    if not host or not port.isdecimal() or int(port) > 65535:
        raise OperatorError(f"'{address}' is no address to listen at: it wants host:port.")
    return host.strip("[]"), int(port)


def _start(address: str, mailbox: Mailbox) -> Server:
    host, port = host_and_port(address)
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listener = socket.create_server((host, port), family=family, backlog=MOST_CONNECTIONS)
    except OSError as error:
        raise OperatorError(f"Nothing can listen at {address} for pushed items: {error.strerror}.") from error
    server = Server(address, listener.getsockname()[1], {mailbox.feed: mailbox})
    # No daemon: requests in hand are answered before the process ends.
    server.thread = Thread(target=_run, args=(server, listener), name=f"push-{server.port}")
    server.thread.start()
    return server


def _run(server: Server, listener: socket.socket) -> None:
    config = uvicorn.Config(
        _app(server), http=_Bounded, ws="none", lifespan="off", log_config=None, log_level="error", access_log=False,
        server_header=False, proxy_headers=False, h11_max_incomplete_event_size=_HEAD_BYTES,
        timeout_graceful_shutdown=END_SECONDS,
    )  # fmt: skip
    try:
        with listener:
            asyncio.run(_serve(server, uvicorn.Server(config), listener))
    finally:
        with _lock:
            server.ending = True
            _servers.pop(server.address, None)
        for mailbox in server.mailboxes.values():
            mailbox.refuse()


async def _serve(server: Server, engine: uvicorn.Server, listener: socket.socket) -> None:
    watch = asyncio.create_task(_watch(server, engine))
    try:
        await engine.serve(sockets=[listener])
    finally:
        watch.cancel()


async def _watch(server: Server, engine: uvicorn.Server) -> None:
    """Close what says nothing, refuse what came too late, and end when all feeds have."""
    idle: dict[tuple[H11Protocol, object], float] = {}
    """Since when a connection has said nothing whole, and after which request."""
    loop = asyncio.get_running_loop()
    while True:
        await asyncio.sleep(_TICK)
        connections = (each for each in engine.server_state.connections if isinstance(each, H11Protocol))
        between = [(each, each.cycle) for each in connections if _between_requests(each.cycle)]
        idle = {key: idle.get(key, loop.time()) for key in between}
        for (connection, _), since in idle.items():
            if loop.time() - since > HEAD_SECONDS:
                connection.transport.abort()
        alive = main_thread().is_alive()
        ended = [mailbox for mailbox in list(server.mailboxes.values()) if mailbox.stop.is_set() or not alive]
        for mailbox in ended:
            mailbox.refuse()
        with _lock:
            if len(ended) == len(server.mailboxes):
                server.ending = engine.should_exit = True


def _between_requests(cycle: RequestResponseCycle | None) -> bool:
    return cycle is None or cycle.response_complete


class _Bounded(H11Protocol):
    """No more connections than file descriptors and memory are for: Kafka needs some, too."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if len(self.connections) > MOST_CONNECTIONS:
            transport.abort()


def _app(server: Server) -> Starlette:
    async def push(request: Request) -> Response:
        return await _taken(request, _mailbox(server, request))

    async def look(request: Request) -> Response:
        mailbox = _mailbox(server, request)
        return JSONResponse({"feed": mailbox.feed, "waiting_bytes": mailbox.held})

    async def health(_request: Request) -> Response:
        return JSONResponse({"feeds": len(server.mailboxes)})

    return Starlette(
        routes=[
            Route("/v1/feeds/{id}", push, methods=["POST"]),
            Route("/v1/feeds/{id}", look, methods=["GET"]),
            Route("/healthz", health, methods=["GET"]),
        ],
        exception_handlers={RefusedError: _refused, HTTPException: _refused},
    )


def _mailbox(server: Server, request: Request) -> Mailbox:
    """The mailbox that the request may use. RefusedError: 401, 403, 404."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    close = {"Connection": "close"}  # the body is not read
    if scheme.lower() != "bearer" or not token.strip():
        raise RefusedError(401, "A bearer token is wanted.", {"WWW-Authenticate": "Bearer"} | close)
    mailbox = server.mailboxes.get(request.path_params["id"])
    if mailbox is None:
        raise RefusedError(404, "There is no such feed.", close)
    if not mailbox.knows(token.strip().encode("latin-1")):
        raise RefusedError(403, "The token is not one of this feed.", close)
    return mailbox


async def _taken(request: Request, mailbox: Mailbox) -> Response:
    if mailbox.stop.is_set():
        raise RefusedError(503, "The feed is being ended.", RETRY_AFTER | {"Connection": "close"})
    with mailbox.room() as room:
        data = await read(request, mailbox.limit, room)
        digest = sha256(data).hexdigest()
        media, charset = content_type(request.headers.get("content-type"))
        name = one_line(utf8(request.headers.get("x-item-name", ""))) or digest[:32]
        acknowledged = asyncio.wrap_future(mailbox.put(Arrival(name, data, charset, media)))
        try:
            known = await asyncio.wait_for(acknowledged, mailbox.wait)
        except TimeoutError:
            known = False
    if not known:
        raise RefusedError(503, "The broker has not acknowledged the item.", RETRY_AFTER)
    receipt = {"feed": mailbox.feed, "name": name, "bytes": len(data), "sha256": digest}
    return JSONResponse(receipt, status_code=202)


async def _refused(_request: Request, error: Exception) -> Response:
    if isinstance(error, RefusedError):
        return JSONResponse({"error": error.sentence}, error.status, error.headers)
    assert isinstance(error, HTTPException)
    return JSONResponse({"error": f"{error.detail}."}, error.status_code, error.headers)
