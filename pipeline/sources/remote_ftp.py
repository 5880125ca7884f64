"""Folders over FTP (RFC 959, 3659) and FTPS (RFC 4217), connected by fsspec.

fsspec's own listing fails as a whole at one name with a line break or one that is not UTF-8, its reading lists the
folder anew for each file and its TLS checks no certificate; these are done here, with ftplib beneath it.
"""

import re
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from ftplib import FTP, FTP_TLS, Error, error_perm, error_reply
from typing import Any

from fsspec.implementations.ftp import FTPFileSystem

from pipeline.errors import OperatorError
from pipeline.sources.remote_server import Entry, Pace, Sink, epoch

IMPLICIT_TLS_PORT = 990
_UNIX = re.compile(
    r"(?P<mode>[-dl])[-\w]{9}\S*\s+(?:\S+\s+){1,8}?(?P<size>\d+)\s+"  # links, owner, group, with spaces in them
    r"(?P<time>\w{3}\s+\d{1,2}\s+(?:\d{4}|\d{1,2}:\d{2}))\s(?P<name>.+)"
)
_DOS = re.compile(
    r"(?P<time>\d{2}-\d{2}-\d{2,4}\s+\d{2}:\d{2}(?:AM|PM)?)\s+(?:(?P<folder><DIR>)|(?P<size>\d+))\s+(?P<name>.+)"
)


class _TLS(FTP_TLS):
    """FTP over TLS as servers want it: certificates checked, data connections that go on with the session's TLS."""

    def __init__(self, context: ssl.SSLContext, *, implicit: bool, timeout: float, encoding: str) -> None:
        super().__init__(context=context, timeout=timeout, encoding=encoding)
        self._implicit = implicit

    def connect(self, host: str = "", port: int = 0, timeout: float = -999, source_address: Any = None) -> str:
        if not self._implicit:
            return super().connect(host, port, timeout, source_address)
        self.host, self.port = host, port
        plain = socket.create_connection((host, port), self.timeout)
        self.sock = self.context.wrap_socket(plain, server_hostname=host)  # closes `plain` when it fails
        self.af = self.sock.family
        self.file = self.sock.makefile("r", encoding=self.encoding)
        self.welcome = self.getresp()
        return self.welcome

    def login(self, user: str = "", passwd: str = "", acct: str = "", secure: bool = True) -> str:
        return super().login(user, passwd, acct, secure and not self._implicit)

    def ntransfercmd(self, cmd: str, rest: int | str | None = None) -> tuple[socket.socket, int | None]:
        connection, size = FTP.ntransfercmd(self, cmd, rest)  # noqa: S321  # whose owner chose TLS
        assert isinstance(self.sock, ssl.SSLSocket)
        session = self.sock.session  # many servers refuse a data connection that does not resume it
        return self.context.wrap_socket(connection, server_hostname=self.host, session=session), size


class _Connected(FTPFileSystem):  # type: ignore[misc]  # fsspec publishes no types
    """fsspec's FTP with our connection."""

    def __init__(self, ftp: FTP, **given: Any) -> None:
        self.ftp = ftp
        super().__init__(**given, skip_instance_cache=True)

    def _connect(self) -> None:
        self.ftp.connect(self.host, self.port)
        self.ftp.login(*self.cred)
        if isinstance(self.ftp, FTP_TLS):
            self.ftp.prot_p()


class Ftp:
    """A folder's server, by FTP."""

    whole = False

    def __init__(
        self, host: str, port: int, user: str, password: str, *, tls: ssl.SSLContext | None, timeout: float
    ) -> None:
        # Names are bytes to FTP: latin-1 gives each byte a character and back, whatever they are in.
        options: dict[str, Any] = {"timeout": timeout, "encoding": "latin-1"}
        implicit = port == IMPLICIT_TLS_PORT
        ftp = _TLS(tls, implicit=implicit, **options) if tls else FTP(**options)  # noqa: S321
        try:
            self._fs = _Connected(ftp, host=host, port=port, username=_raw(user), password=_raw(password), **options)
        except error_perm as error:
            ftp.close()
            raise OperatorError(f"The server refused the user '{user}': {error}.") from error
        except ssl.SSLCertVerificationError as error:
            ftp.close()
            raise OperatorError(f"The server's certificate is not to be trusted: {error.verify_message}.") from error
        except (Error, EOFError) as error:
            ftp.close()
            raise ConnectionError(str(error) or "it hung up") from error
        except BaseException:
            ftp.close()
            raise
        self._ftp: FTP = ftp
        self._facts = True

    def entries(self, folder: str, pace: Pace) -> Iterator[Entry]:
        lines: list[str] = []

        def take(line: str) -> None:
            pace.step()
            lines.append(line)

        with _translated(folder):
            self._ftp.cwd(folder or "/")  # LIST and MLSD of a folder that is missing are an empty list at some servers
            if self._facts:
                try:
                    self._ftp.retrlines("MLSD", take)
                except error_perm as error:
                    if not _unknown(error):
                        raise
                    self._facts = False
            if not self._facts:
                self._ftp.retrlines("LIST", take)
        yield from (entry for line in lines if (entry := (_facts if self._facts else _line)(folder, line)))

    def look(self, path: str) -> Entry:
        try:
            with _translated(path):
                return self._told(path) or self._sized(path)
        except PermissionError as error:  # what may not be read may be looked at
            raise FileNotFoundError(None, error.strerror, path) from error

    def _told(self, path: str) -> Entry | None:
        if not self._facts:
            return None
        with suppress(error_perm):  # some have MLSD alone, or stumble over names
            lines = self._ftp.sendcmd(f"MLST {path}").split("\n")
            found = _facts(path.rpartition("/")[0], lines[1].strip() if len(lines) > 1 else "")
            return found and Entry(path, found.kind, found.size, found.time)
        return None

    def _sized(self, path: str) -> Entry:
        """By commands that not every server knows. MDTM tells another time than LIST does, and so is no time here."""
        self._ftp.voidcmd("TYPE I")
        size = self._asked(f"SIZE {path}")
        return Entry(path, "file", int(size[:20]) if size.isdecimal() else -1, etag=self._asked(f"MDTM {path}"))

    def _asked(self, command: str) -> str:
        try:
            return self._ftp.sendcmd(command)[3:].strip()
        except error_perm as error:
            if _unknown(error):
                return ""
            raise

    def read(self, entry: Entry, sink: Sink) -> None:
        with _translated(entry.path):
            self._ftp.retrbinary(f"RETR {entry.path}", sink.write, blocksize=1 << 16)

    def delete(self, path: str) -> None:
        with _translated(path):
            self._ftp.delete(path)

    def move(self, path: str, folder: str) -> None:
        with _translated(path):
            try:
                self._ftp.cwd(folder)
            except error_perm:
                self._ftp.mkd(folder)
            target = f"{folder}/{path.rpartition('/')[2]}"
            try:
                self._ftp.rename(path, target)
            except error_perm:  # not every server replaces
                self._ftp.delete(target)
                self._ftp.rename(path, target)

    def close(self) -> None:
        self._ftp.close()  # QUIT would wait for a server that may be gone


def _unknown(error: error_perm) -> bool:
    """Whether the server does not know the command."""
    return str(error)[:3] in ("500", "501", "502", "504")


def _raw(text: str) -> str:
    return text.encode().decode("latin-1")


@contextmanager
def _translated(path: str) -> Iterator[None]:
    try:
        yield
    except error_perm as error:
        code = str(error)[:3]
        kind = PermissionError if code != "530" else ConnectionError
        raise kind(None, f"{error}".strip(), path) from error
    except (Error, error_reply, EOFError) as error:
        raise ConnectionError(str(error).strip() or "The server hung up") from error
    except ValueError as error:  # a path with a line break
        raise PermissionError(None, "FTP cannot ask for such a name", path) from error


def _facts(folder: str, line: str) -> Entry | None:
    """A line of MLSD: `type=file;size=3;modify=20260301120000; name`."""
    told, _, name = line.partition(" ")
    facts = {key.lower(): value for key, _, value in (fact.partition("=") for fact in told.split(";"))}
    kind = facts.get("type", "").lower()
    if kind in ("cdir", "pdir"):
        return None
    path = f"{folder}/{name.rpartition('/')[2]}"
    if not kind or not name:
        return Entry(f"{folder}/{line}", "strange")
    if kind != "file":
        return Entry(path, "folder") if kind == "dir" else None  # links and devices are not followed
    size = facts.get("size", "")
    return Entry(path, "file", int(size[:20]) if size.isdecimal() else -1, epoch(facts.get("modify", "")[:14]))


def _line(folder: str, line: str) -> Entry | None:
    """A line of LIST as Unix's `ls -l` or DOS's `dir` write it."""
    found = _UNIX.fullmatch(line) or _DOS.fullmatch(line)
    if not found:
        return None if not line.strip() or line.startswith("total ") else Entry(f"{folder}/{line}", "strange")
    parts = found.groupdict()
    if parts["name"] in (".", "..") or parts.get("mode") == "l":
        return None
    path = f"{folder}/{parts['name']}"
    if parts.get("mode") == "d" or parts.get("folder"):
        return Entry(path, "folder")
    return Entry(path, "file", int(parts["size"][:20]), _listed_time(" ".join(parts["time"].split())))


def _listed_time(text: str) -> float:
    """`Mar 1 12:00` is of the last twelve months; a day without a time is exact enough to order by."""
    for form in ("%b %d %Y", "%m-%d-%y %I:%M%p", "%m-%d-%Y %H:%M", "%m-%d-%y %H:%M"):
        if moment := epoch(text, form):
            return moment
    now = datetime.now(UTC) + timedelta(days=1)
    for year in (now.year, now.year - 1):
        with suppress(ValueError):
            moment = epoch(f"{year} {text}", "%Y %b %d %H:%M")
            if moment and moment <= now.timestamp():
                return moment
    return 0.0
