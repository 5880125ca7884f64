"""Real FTP, SFTP and S3 servers for the tests, each in a thread of its own, that end with their context."""

import asyncio
import logging
import os
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import asyncssh
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from moto.server import ThreadedMotoServer
from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.handlers import DTPHandler, FTPHandler, TLS_FTPHandler
from pyftpdlib.ioloop import IOLoop
from pyftpdlib.servers import FTPServer

USER, PASSWORD = "desk", "s3cret"
JOIN_SECONDS = 10.0


@dataclass
class Behaviour:
    """What a server is told to do wrong, while it runs."""

    cut_after: int | None = None
    """Bytes of a file after which its connection is cut."""
    hang_after: int | None = None
    """Bytes of a file after which nothing comes any more (SFTP)."""
    on_read: Callable[[], None] = lambda: None
    """Called when a part of a file is asked for (SFTP)."""
    replaces: bool = True
    """Whether a file is renamed over another (FTP)."""
    commands: list[str] = field(default_factory=list)
    """What it was asked."""


class _Cutting(DTPHandler):  # type: ignore[misc]  # pyftpdlib publishes no types
    def send(self, data: bytes) -> int:
        most = self.cmd_channel.behaviour.cut_after
        if most is not None and self.tot_bytes_sent + len(data) > most and self.cmd_channel.reads_file:
            self.cmd_channel.close()
            return 0
        return int(super().send(data))


class _Noted:
    behaviour: Behaviour
    reads_file = False
    without: frozenset[str] = frozenset()

    def pre_process_command(self, line: str, cmd: str, arg: str) -> None:
        self.behaviour.commands.append(cmd)
        self.reads_file = cmd == "RETR"
        if cmd in self.without:
            self.respond("502 Command not implemented.", logging.debug)  # type: ignore[attr-defined]
            return
        if cmd == "RNTO" and not self.behaviour.replaces and Path(self.fs.ftp2fs(arg)).exists():  # type: ignore[attr-defined]
            self.respond("553 There is one already.", logging.debug)  # type: ignore[attr-defined]
            return
        super().pre_process_command(line, cmd, arg)  # type: ignore[misc]


@contextmanager
def ftp(
    folder: Path,
    behaviour: Behaviour | None = None,
    *,
    port: int = 0,
    certificate: Path | None = None,
    without: frozenset[str] = frozenset(),
    permissions: str = "elradfmwMT",
) -> Iterator[int]:
    """An FTP server of `folder`; its port. With a certificate, FTPS; `without` these commands."""
    authorizer = DummyAuthorizer()
    authorizer.add_user(USER, PASSWORD, str(folder), perm=permissions)
    base = TLS_FTPHandler if certificate else FTPHandler
    given = {
        "authorizer": authorizer,
        "behaviour": behaviour or Behaviour(),
        "without": without,
        "use_sendfile": False,
        "unicode_errors": "surrogateescape",
        "auth_failed_timeout": 0.05,
    }
    if certificate:
        given |= {"certfile": str(certificate), "tls_control_required": True, "tls_data_required": True}
    else:
        given |= {"dtp_handler": _Cutting}
    handler = type("Handler", (_Noted, base), given)
    logging.getLogger("pyftpdlib").setLevel(logging.CRITICAL)
    loop = IOLoop()
    server = FTPServer(("127.0.0.1", port), handler, ioloop=loop)
    stopped = threading.Event()

    def serve() -> None:
        while not stopped.is_set():
            loop.loop(timeout=0.01, blocking=False)
        server.close_all()

    thread = threading.Thread(target=serve, name="ftp server")
    thread.start()
    try:
        yield server.address[1]
    finally:
        stopped.set()
        thread.join(JOIN_SECONDS)
        assert not thread.is_alive()


class _Sftp(asyncssh.SFTPServer):
    behaviour: Behaviour

    def __init__(self, chan: Any) -> None:
        super().__init__(chan, chroot=os.fsencode(self.root))

    root: str

    async def read(self, file_obj: Any, offset: int, size: int) -> bytes:
        self.behaviour.on_read()
        most, last = self.behaviour.cut_after, self.behaviour.hang_after
        if last is not None and offset + size > last:
            await self.channel.get_connection().wait_closed()
        if most is not None and offset + size > most:
            self.channel.get_connection().abort()
            raise asyncssh.SFTPFailure("cut")
        return bytes(super().read(file_obj, offset, size))  # type: ignore[arg-type]


class _Login(asyncssh.SSHServer):
    connections: list[asyncssh.SSHServerConnection]

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self.connections.append(conn)

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return (username, password) == (USER, PASSWORD)


HOST_KEY = asyncssh.generate_private_key("ssh-ed25519")


@contextmanager
def sftp(folder: Path, behaviour: Behaviour | None = None, *, port: int = 0) -> Iterator[int]:
    """An SFTP server of `folder`; its port."""
    factory = type("Server", (_Sftp,), {"behaviour": behaviour or Behaviour(), "root": str(folder)})
    login: Any = type("Login", (_Login,), {"connections": []})
    logging.getLogger("asyncssh").setLevel(logging.CRITICAL)

    async def listen() -> Any:
        return await asyncssh.listen(
            "127.0.0.1", port, server_factory=login, server_host_keys=[HOST_KEY], sftp_factory=factory,
            authorized_client_keys=None,
        )  # fmt: skip

    async def end(server: Any) -> None:
        server.close()
        for connection in login.connections:
            connection.abort()
            await connection.wait_closed()
        await server.wait_closed()

    with _in_a_loop("sftp server") as run:
        server = run(listen())
        try:
            yield server.get_port()
        finally:
            run(end(server))


@contextmanager
def _in_a_loop(name: str) -> Iterator[Callable[[Awaitable[Any]], Any]]:
    """An asyncio loop in a thread; runs what it is given there."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name=name)
    thread.start()
    try:
        yield lambda call: asyncio.run_coroutine_threadsafe(_awaited(call), loop).result(JOIN_SECONDS)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(JOIN_SECONDS)
        assert not thread.is_alive()
        loop.close()


async def _awaited(call: Awaitable[Any]) -> Any:
    return await call


@contextmanager
def s3(port: int = 0) -> Iterator[str]:
    """An S3 store without any bucket; its URL."""
    logging.getLogger("werkzeug").setLevel(logging.CRITICAL)
    server = ThreadedMotoServer("127.0.0.1", port, verbose=False)
    server.start()
    try:
        host, number = server.get_host_and_port()
        yield f"http://{host}:{number}"
    finally:
        server.stop()


def certificate(folder: Path) -> Path:
    """A certificate for 127.0.0.1, signed by itself, and its key in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / "server.pem"
    file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return file
