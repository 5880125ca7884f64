"""One HTTP request with bounds on everything: time, size, who is asked.

urllib3 reads the answer (chunks, gzip, deflate and brotli unpacked piece by piece); the connection is made here, since
no client's own has a bound on the whole of a request (a timeout is for each step, and a server that sends a byte a
minute is never late) and none connects to the very address that was checked. There is no pool: a poll is one request.
"""

import socket
import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from threading import Event, Lock, Thread
from weakref import WeakValueDictionary

from urllib3.connection import HTTPConnection
from urllib3.exceptions import DecodeError, HTTPError
from urllib3.response import BaseHTTPResponse

from pipeline.errors import OperatorError, TransientError
from pipeline.sources.web_address import Address, resolve

ENCODINGS = "gzip, deflate, br"
_KNOWN = frozenset({"", "identity", "gzip", "x-gzip", "deflate", "br"})
_CHUNK = 1 << 16
_ADDRESSES = 4
"""Addresses of a host that are tried."""
_locks: WeakValueDictionary[str, Lock] = WeakValueDictionary()
_locks_lock = Lock()


class StoppedError(Exception):
    """The request was given up because the process is to end."""


class TooLargeError(Exception):
    """The answer has more bytes than are taken, as it is or unpacked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long and how much, for one request or a chain of them."""

    connect: float
    read: float
    """For each step, in seconds."""
    end: float
    """When all must be over, by time.monotonic()."""
    size: int
    """Bytes of the body, unpacked."""
    stop: Event
    private: bool = False
    ca: str | None = None

    def check(self, where: Address) -> None:
        """Raises StoppedError, or TransientError when the time is over."""
        if self.stop.is_set():
            raise StoppedError
        if time.monotonic() >= self.end:
            raise TransientError(f"{where.shown} did not answer in full in the time that it was given.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a server answered. Header names are in lower case; of equal ones, the values are joined with commas."""

    status: int
    headers: Mapping[str, str]
    body: bytes = b""


def get(where: Address, headers: Mapping[str, str], limits: Limits) -> Answer:
    """One GET, no redirect followed; the body of a 200 only.

    Raises TransientError when the server fails, OperatorError for a certificate that does not hold and for a private
    address, TooLargeError and StoppedError.
    """
    with _alone(where, limits), _connected(where, limits) as sock:
        connection = HTTPConnection(where.host, where.port, timeout=limits.read)
        connection.sock = sock
        try:
            connection.request("GET", where.target, headers={"Host": where.authority, **headers}, preload_content=False)
            response = connection.getresponse()
            try:
                found = {name.lower(): value for name, value in response.headers.items()}
                body = _body(response, where, limits) if response.status == 200 else b""
                return Answer(status=response.status, headers=found, body=body)
            finally:
                response.close()
        except (HTTPError, HTTPException, OSError, ValueError) as error:
            limits.check(where)
            raise TransientError(f"{where.shown} broke off: {_reason(error)}.") from error
        finally:
            connection.close()


def _body(response: BaseHTTPResponse, where: Address, limits: Limits) -> bytes:
    encodings = {each.strip().lower() for each in response.headers.get("content-encoding", "").split(",")}
    if strange := encodings - _KNOWN:
        raise TransientError(f"{where.shown} answered packed as '{min(strange)[:20]}', which it was not asked for.")
    if response.headers.get("content-length", "").isdigit() and int(response.headers["content-length"]) > limits.size:
        raise TooLargeError
    body = bytearray()
    while piece := response.read1(_CHUNK):
        body += piece
        if len(body) > limits.size:
            raise TooLargeError
        limits.check(where)
    limits.check(where)  # what the watch has cut off looks like an end where no length was announced
    return bytes(body)


@contextmanager
def _alone(where: Address, limits: Limits) -> Iterator[None]:
    """No second connection to a host while there is one, whichever feed asks."""
    with _locks_lock:
        lock = _locks.setdefault(where.host, Lock())
    while not lock.acquire(timeout=0.1):
        limits.check(where)
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _connected(where: Address, limits: Limits) -> Iterator[socket.socket]:
    plain = _tcp(where, limits)
    with plain, _watched(plain, limits):
        if where.scheme == "http":
            yield plain
            return
        plain.settimeout(limits.connect)
        try:
            secure = _context(limits.ca).wrap_socket(plain, server_hostname=where.host)
        except ssl.SSLCertVerificationError as error:
            why = error.verify_message.rstrip(".")
            raise OperatorError(f"The certificate of {where.authority} does not hold: {why}.") from error
        except (OSError, ValueError) as error:
            limits.check(where)
            raise TransientError(f"No TLS connection to {where.authority}: {_reason(error)}.") from error
        with secure:
            yield secure


def _tcp(where: Address, limits: Limits) -> socket.socket:
    last: OSError | None = None
    for ip in resolve(where, private=limits.private)[:_ADDRESSES]:
        limits.check(where)
        try:
            return socket.create_connection((ip, where.port), min(limits.connect, limits.end - time.monotonic()))
        except OSError as error:
            last = error
    raise TransientError(f"No connection to {where.authority}: {_reason(last)}.") from last


def _context(ca: str | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=str(Path(ca).expanduser()) if ca else None)
    except OSError as error:
        raise OperatorError(f"The file of CA certificates {ca} cannot be read: {_reason(error)}.") from error


@contextmanager
def _watched(sock: socket.socket, limits: Limits) -> Iterator[None]:
    """Cut the connection when its time is over or the process is to end, whatever is being waited for."""
    over = Event()
    with sock.dup() as twin:  # TLS takes the socket itself over

        def watch() -> None:
            while not over.wait(0.1):
                if limits.stop.is_set() or time.monotonic() > limits.end:
                    with suppress(OSError):
                        twin.shutdown(socket.SHUT_RDWR)
                    return

        thread = Thread(target=watch, name="web-watch", daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()


def _reason(error: BaseException | None) -> str:
    if isinstance(error, TimeoutError) or "timed out" in str(error):
        return "no answer in time"
    if isinstance(error, DecodeError):
        return "its compression is broken"
    said = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return "".join(character if character.isprintable() else " " for character in said)[:200].rstrip(". ")
