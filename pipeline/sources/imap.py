"""IMAP as a mailbox needs it, by the standard library's imaplib.

imap-tools, the usual library over it, parses each mail and gives no bytes as they came, asks for no size beforehand,
and reads a literal of any length; what it adds is a dozen lines here.
"""

import imaplib
import re
import ssl
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal, Protocol

from pipeline.errors import OperatorError
from pipeline.settings import secret

Failed = (imaplib.IMAP4.abort, imaplib.IMAP4.error, OSError, ValueError)
"""What a connection fails with: a lost one, and answers that are none."""

_WINDOW = 20_000
"""UIDs of one answer: eleven characters each, in a line of LONGEST_LINE."""
LONGEST_LINE = 1_000_000
ANSWER_SECONDS = 300.0
"""For one answer, or one mail in it, however slowly it comes."""
_WORDS = 8 << 20
"""Bytes of an answer beside the mails in it."""
_FETCHED = re.compile(rb"\bUID (\d{1,10})\b")
_QUOTED = re.compile(rb'\bBODY\[\](?:<0>)? "((?:[^"\\]|\\.)*)"')
"""A mail of one line may come as a string."""
_SIZE = re.compile(rb"\bRFC822\.SIZE (\d{1,19})\b")


class Account(Protocol):
    """Where to log in; see the feed of a mailbox."""

    @property
    def host(self) -> str: ...
    @property
    def port(self) -> int | None: ...
    @property
    def security(self) -> Literal["tls", "starttls", "none"]: ...
    @property
    def ca(self) -> str | None: ...
    @property
    def user(self) -> str: ...
    @property
    def password(self) -> str | None: ...
    @property
    def token(self) -> str | None: ...
    @property
    def timeout(self) -> float: ...


class _Bounded(imaplib.IMAP4):
    """imaplib reads literals of whatever size the server announces, and lines without end."""

    _budget, _end = 1 << 20, 0.0

    def open(self, *given: Any, **named: Any) -> None:
        self.expect(1 << 20)
        super().open(*given, **named)

    def expect(self, size: int) -> None:
        """No more than so many bytes are to come in answer to the next command."""
        self._budget, self._end = size, time.monotonic() + ANSWER_SECONDS

    def _spend(self, size: int) -> None:
        if size > self._budget:
            raise self.abort(f"it sends {size:,} bytes where {self._budget:,} were the most to come")
        self._budget -= size

    def _in_time(self) -> None:
        if time.monotonic() > self._end:
            raise self.abort(f"its answer did not come within {ANSWER_SECONDS:.0f} s")

    def readline(self) -> bytes:
        file: Any = self.file
        line = bytearray()
        while not line.endswith(b"\n") and (ahead := file.peek(1)):
            part = file.read((ahead.find(b"\n") + 1) or len(ahead))
            self._spend(len(part))
            self._in_time()
            line += part
            if len(line) > LONGEST_LINE:
                raise self.abort(f"it sends a line of more than {LONGEST_LINE:,} bytes")
        return bytes(line)

    def read(self, size: int) -> bytes:
        self._spend(size)
        self._end = time.monotonic() + ANSWER_SECONDS
        file: Any = self.file
        chunks: list[bytes] = []
        while size:
            chunk = file.read1(min(size, 1 << 16))
            if not chunk:
                raise self.abort("the connection was lost within a mail")
            self._in_time()
            chunks.append(chunk)
            size -= len(chunk)
        self._end = time.monotonic() + ANSWER_SECONDS
        return b"".join(chunks)


class _BoundedTls(_Bounded, imaplib.IMAP4_SSL):
    pass


class Imap:
    """A connection that is logged in. Methods raise one of `Failed`."""

    def __init__(self, client: _Bounded) -> None:
        self._client = client

    def select(self, folder: str) -> tuple[int, int]:
        """UIDVALIDITY and the number of mails. OperatorError when the folder is missing."""
        self._client.expect(_WORDS)
        kind, data = self._client.select(_quoted(folder))
        if kind != "OK":
            raise OperatorError(f"The folder {folder} cannot be opened: {_text(data)}.")
        validity = self._client.response("UIDVALIDITY")[1][0]
        if not validity:
            raise OperatorError(f"The server gives the folder {folder} no UIDVALIDITY: it cannot be read from.")
        return int(validity), int(data[0] or 0)

    def search(self, first: int, last: int | None, exists: int, *, unseen: bool = False) -> Iterator[int]:
        """The UIDs there are from `first` to `last` (None: to the end), rising.

        `exists` is how many mails there are: of a large folder it is asked bit by bit, by position, since UIDs may lie
        far apart. From the end on: what others expunge meanwhile moves the rest down, to where is still to be asked.
        """
        highest = last if last is not None or not exists else self._highest()
        if not exists or highest is None or highest < first:
            return
        windows: list[list[str]] = [[]]
        if exists > _WINDOW and highest - first >= _WINDOW:
            lows = range(exists - exists % _WINDOW + 1, 0, -_WINDOW)
            windows = [[f"{low}:{low + _WINDOW - 1 if low != lows[0] else '*'}"] for low in lows]
        found: set[int] = set()
        for window in windows:
            lines = self._call("SEARCH", *window, f"UID {first}:{highest}", *(["UNSEEN"] if unseen else []))
            found |= {uid for line in lines for uid in map(int, (line or b"").split())}
        # Servers may count '5:4' as '4:5', and tell of what nobody asked for.
        yield from sorted(uid for uid in found if first <= uid <= highest)

    def _highest(self) -> int:
        """The highest UID there is: '*' is the last mail's."""
        found = [_FETCHED.search(line) for line in self._call("FETCH", "*", "(UID)") if isinstance(line, bytes)]
        return max((int(uid[1]) for uid in found if uid), default=0)

    def sizes(self, uids: Sequence[int]) -> dict[int, int]:
        """Each mail's size in bytes, as the server tells it, of those that are still there."""
        found: dict[int, int] = {}
        for line in self._call("FETCH", _set(uids), "(UID RFC822.SIZE)"):
            if isinstance(line, bytes) and (uid := _FETCHED.search(line)) and (size := _SIZE.search(line)):
                found[int(uid[1])] = int(size[1])
        return found

    def fetch(self, uids: Sequence[int], most: int, told: int) -> dict[int, bytes]:
        """The first `most` bytes of each mail that is there and is given; the mails are not marked.

        `told` is their size together, as the server told it: twice that is not exceeded.
        """
        if not uids:
            return {}
        try:
            answer = self._call("FETCH", _set(uids), f"(UID BODY.PEEK[]<0.{most}>)", most=max(2 * told, most))
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error:  # one that the server cannot read itself costs the others nothing
            if len(uids) == 1:
                return {}
            return {uid: data for each in uids for uid, data in self.fetch([each], most, most).items()}
        found: dict[int, bytes] = {}
        for position, part in enumerate(answer):
            if isinstance(part, tuple):  # the UID may come before the mail or after it
                after = answer[position + 1] if position + 1 < len(answer) else b""
                uid = _FETCHED.search(part[0]) or _FETCHED.search(after if isinstance(after, bytes) else after[0])
                if uid:
                    found[int(uid[1])] = part[1]
            elif (quoted := _QUOTED.search(part)) and (uid := _FETCHED.search(part.replace(quoted[0], b""))):
                found[int(uid[1])] = re.sub(rb"\\(.)", rb"\1", quoted[1])
        return found

    def mark(self, uids: Sequence[int], flag: str) -> None:
        """Set a flag."""
        self._call("STORE", _set(uids), "+FLAGS.SILENT", f"({flag})")

    def move(self, uids: Sequence[int], folder: str) -> None:
        """Move to another folder, which is made when it is missing."""
        command = "MOVE" if "MOVE" in self._client.capabilities else "COPY"
        try:
            self._call(command, _set(uids), _quoted(folder))
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error:
            self._client.expect(_WORDS)
            self._client.create(_quoted(folder))
            self._call(command, _set(uids), _quoted(folder))
        if command == "COPY":
            self.delete(uids)

    def delete(self, uids: Sequence[int]) -> None:
        """Delete. Without UIDPLUS this takes away whatever else is marked as deleted in the folder."""
        self.mark(uids, "\\Deleted")
        if "UIDPLUS" in self._client.capabilities:
            self._call("EXPUNGE", _set(uids))
        else:
            self._client.expect(_WORDS)
            self._client.expunge()

    def _call(self, command: str, *arguments: str, most: int = 0) -> list[Any]:
        self._client.expect(most + _WORDS)
        kind, data = self._client.uid(command, *arguments)
        if kind != "OK":
            raise imaplib.IMAP4.error(f"{command}: {_text(data)}")
        return [part for part in data if part is not None]

    def close(self) -> None:
        """End the connection, whatever state it is in."""
        with suppress(*Failed):
            self._client.shutdown()  # LOGOUT would wait for a server that may be gone


def connect(account: Account) -> Imap:
    """Log in. Raises one of `Failed` when the server does not answer, OperatorError when it refuses us."""
    context = _context(account)
    try:
        if account.security == "tls":
            client: _Bounded = _BoundedTls(
                account.host, account.port or 993, ssl_context=context, timeout=account.timeout
            )
        else:
            client = _Bounded(account.host, account.port or 143, timeout=account.timeout)
    except ssl.SSLCertVerificationError as error:
        raise OperatorError(
            f"The certificate of {account.host} is not to be trusted: {error.verify_message}."
        ) from error
    try:
        if account.security == "starttls":
            client.starttls(context)
        _log_in(client, account)
    except BaseException:
        with suppress(*Failed):
            client.shutdown()
        raise
    return Imap(client)


def _context(account: Account) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=str(Path(account.ca).expanduser()) if account.ca else None)
    except OSError as error:
        raise OperatorError(f"The file of CA certificates {account.ca} cannot be read: {error.strerror}.") from error


def _log_in(client: _Bounded, account: Account) -> None:
    try:
        if account.token:
            answers = [f"user={account.user}\1auth=Bearer {secret(account.token)}\1\1".encode()]
            client.authenticate("XOAUTH2", lambda _: answers.pop() if answers else b"")  # a refusal wants an answer
        elif "AUTH=PLAIN" in client.capabilities:  # takes what is not ASCII too
            both = f"\0{account.user}\0{secret(account.password or '')}".encode()
            client.authenticate("PLAIN", lambda _: both)
        else:
            client.login(account.user, secret(account.password or ""))
        client._get_capabilities()  # noqa: SLF001  # they differ once logged in
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error as error:
        raise OperatorError(f"{account.host} refused the user '{account.user}': {_text([error])}.") from error


def _set(uids: Sequence[int]) -> str:
    return ",".join(map(str, uids))


def _quoted(folder: str) -> str:
    """A folder's name in IMAP's modified UTF-7 (RFC 3501, 5.1.3), quoted."""
    encoded = "".join(
        part if part.isascii() else "&" + _base64(part) + "-"
        for part in re.split(r"([^\x20-\x7e]+)", folder.replace("&", "&-"))
    )
    return '"' + encoded.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _base64(text: str) -> str:
    return text.encode("utf-7").decode().removeprefix("+").removesuffix("-").replace("/", ",")


def _text(data: Sequence[Any]) -> str:
    said = data[0] if data else b""
    return (said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)).strip().rstrip(".")
