"""A real IMAP server for the tests, in a thread of its own, behind a wire that can be cut; it ends with its context."""

import asyncio
import imaplib
import logging
import ssl
import threading
from argparse import Namespace
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from proxyprotocol.sock import SocketInfoLocal
from pymap.backend.dict import Config, DictBackend
from pymap.imap import IMAPServer
from pysasl.hashing import BuiltinHash

USER, PASSWORD = "desk", "s3cret"
_JOIN_SECONDS = 10.0


@dataclass
class MailServer:
    """Mailboxes that outlive the server's restarts."""

    run: Callable[[Awaitable[Any]], Any]
    backend: DictBackend
    config: Config
    tls: ssl.SSLContext | None = None
    port: int = 0
    cut_after: int | None = None
    """Bytes after which the connection is cut, the next one too."""
    said: bytearray = field(default_factory=bytearray)
    """What clients said."""
    answer: Callable[[bytes], bytes] = bytes
    """What is made of what the server says."""
    _listening: Any = None
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def start(self) -> None:
        """Listen, at the same port as before."""
        self._listening = self.run(
            asyncio.start_server(self._accepted, "127.0.0.1", self.port, ssl=self.tls, limit=1 << 24)
        )
        self.port = self._listening.sockets[0].getsockname()[1]

    def stop(self) -> None:
        """Listen no more, and hang up."""
        self.run(self._stop())

    async def _stop(self) -> None:
        self._listening.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._listening.wait_closed()

    async def _accepted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._tasks.add(task)
        try:
            await self._serve(reader, writer)
        except (asyncio.CancelledError, ConnectionError):
            pass
        finally:
            self._tasks.discard(task)
            writer.close()
            with suppress(ConnectionError, ssl.SSLError):
                await writer.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        wire = _Wire(writer, self)
        heard = _Heard(reader, self)
        server: Any = IMAPServer(self.backend.login, self.config)
        await server(heard, wire, SocketInfoLocal(writer))


@dataclass
class _Heard:
    reader: asyncio.StreamReader
    server: MailServer

    async def readline(self) -> bytes:
        line = await self.reader.readline()
        self.server.said += line
        return line

    def __getattr__(self, name: str) -> Any:
        return getattr(self.reader, name)


@dataclass
class _Wire:
    writer: asyncio.StreamWriter
    server: MailServer
    sent: int = 0

    def write(self, data: bytes) -> None:
        data = self.server.answer(bytes(data))
        most = self.server.cut_after
        if most is not None and self.sent + len(data) > most:
            self.writer.write(data[: most - self.sent])
            self.writer.close()
            raise ConnectionResetError
        self.sent += len(data)
        self.writer.write(data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.writer, name)


@contextmanager
def served(certificate: Path | None = None) -> Iterator[MailServer]:
    """A server with an empty INBOX; with a certificate, TLS alone."""
    logging.getLogger("pymap").setLevel(logging.CRITICAL)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="mail server")
    thread.start()

    def run(call: Awaitable[Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(_awaited(call), loop).result(_JOIN_SECONDS)

    stack = AsyncExitStack()
    server: MailServer | None = None
    try:
        backend, config = run(_backend(stack))
        tls = None
        if certificate:
            tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            tls.load_cert_chain(certificate)
        server = MailServer(run, backend, config, tls)
        server.start()
        yield server
    finally:
        if server is not None:
            server.stop()
        run(stack.aclose())
        loop.call_soon_threadsafe(loop.stop)
        thread.join(_JOIN_SECONDS)
        assert not thread.is_alive()
        loop.close()


async def _awaited(call: Awaitable[Any]) -> Any:
    return await call


async def _backend(stack: AsyncExitStack) -> tuple[DictBackend, Config]:
    arguments = Namespace(
        host="127.0.0.1", port=0, debug=False, cert=None, key=None, tls=False, proxy_protocol=None, passlib_cfg=None,
        demo_data=False, demo_user=USER, demo_password=PASSWORD,
    )  # fmt: skip
    backend, config = await DictBackend.init(arguments, invalid_user_sleep=0.0, hash_context=BuiltinHash(rounds=1))
    config.apply_context()
    await backend.start(stack)
    return backend, config


@contextmanager
def logged_in(server: MailServer) -> Iterator[imaplib.IMAP4]:
    """Its owner's look at the mailbox, without TLS, INBOX selected."""
    client = imaplib.IMAP4("127.0.0.1", server.port, timeout=_JOIN_SECONDS)
    try:
        client.login(USER, PASSWORD)
        client.select()
        yield client
    finally:
        client.shutdown()


def deliver(server: MailServer, *mails: bytes, folder: str = "INBOX") -> None:
    """Put mails into a folder, in one command (MULTIAPPEND)."""
    with logged_in(server) as client:
        given = b" ".join(b"{%d+}\r\n%b" % (len(mail), mail) for mail in mails)
        client.send(b"T APPEND %b %b\r\n" % (folder.encode(), given))
        while not (line := client.readline()).startswith(b"T "):
            assert line
        assert line.startswith(b"T OK"), line


def flags(server: MailServer, folder: str = "INBOX") -> list[bytes]:
    """The flags of each mail that is there."""
    with logged_in(server) as client:
        _, [count] = client.select(folder)
        if not int(count or 0):
            return []
        found = client.fetch("1:*", "(FLAGS)")[1]
        return [line.split(b"(FLAGS ")[1].replace(b"\\Recent", b"").strip(b"() ") for line in found if line]  # type: ignore[union-attr]
