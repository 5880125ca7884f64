"""What a folder on another machine is asked for, whatever it is reached by.

Errors of every server: FileNotFoundError (not there), PermissionError (there, and not for us), any other OSError (the
connection or the server failed: connect again), OperatorError (we are not let in).
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal, Protocol


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a folder's listing."""

    path: str
    """As the server is asked for it. FTP and SFTP have bytes there: each is the character of its number."""
    kind: Literal["file", "folder", "strange"] = "file"
    """strange: a line that names nothing that could be asked for."""
    size: int = -1
    """Bytes; -1: not told."""
    time: float = 0.0
    """When it was last changed, in seconds since 1970 by the server's clock; 0: not told."""
    etag: str = ""
    """Another mark of its state; '': not told."""

    def same(self, other: "Entry") -> bool:
        """Whether both may be one state of one file: nothing that both tell differs."""
        sizes = -1 in (self.size, other.size) or self.size == other.size
        times = 0.0 in (self.time, other.time) or self.time == other.time
        etags = "" in (self.etag, other.etag) or self.etag == other.etag
        return sizes and times and etags


class TooLargeError(Exception):
    """More bytes came than are taken."""


class TooManyError(Exception):
    """More files are listed than are looked at."""


@dataclass(slots=True)
class Pace:
    """How a listing goes on. Ends one that is too long, takes too long, or is wanted no more."""

    most: int
    end: float
    """By time.monotonic()."""
    stopped: Callable[[], bool]
    _lines: int = 0

    def step(self) -> None:
        """Take note of a line or a page. TooManyError when there were more than `most`, TimeoutError after the end."""
        self._lines += 1
        if self._lines > self.most:
            raise TooManyError
        if time.monotonic() > self.end or self.stopped():
            raise TimeoutError("The listing does not come to its end")


@dataclass(slots=True)
class Sink:
    """Where a file's bytes go. Ends a file that is too large, takes too long, or is wanted no more."""

    most: int
    seconds: float
    stopped: Callable[[], bool]
    _chunks: list[bytes] = field(default_factory=list)
    _size: int = 0
    _end: float = 0.0

    def write(self, chunk: bytes) -> None:
        """Take a chunk. TooLargeError when there are more than `most` bytes, TimeoutError after `seconds`."""
        self._end = self._end or time.monotonic() + self.seconds
        self._size += len(chunk)
        if self._size > self.most:
            raise TooLargeError
        if time.monotonic() > self._end or self.stopped():
            raise TimeoutError(f"It did not come within {self.seconds:.0f} s")
        self._chunks.append(chunk)

    @property
    def data(self) -> bytes:
        """What has come."""
        return b"".join(self._chunks)


class Server(Protocol):
    """A connection to a folder's machine."""

    whole: bool
    """Whether a file that is listed is there whole (as objects in S3 are)."""

    def entries(self, folder: str, pace: Pace) -> Iterator[Entry]:
        """What is in `folder`, in any order, links to files as files; not what is in its folders."""

    def look(self, path: str) -> Entry:
        """The file as it is now."""

    def read(self, entry: Entry, sink: Sink) -> None:
        """Have the file's bytes written to `sink`. Where `whole`, FileNotFoundError when it is not that state's."""

    def delete(self, path: str) -> None:
        """Take the file away."""

    def move(self, path: str, folder: str) -> None:
        """Move the file into `folder`, which is made where it is missing; one of the same name there is replaced."""

    def close(self) -> None:
        """End the connection, whatever state it is in."""


def readable(path: str) -> str:
    """A path of FTP or SFTP for people: UTF-8 where it is UTF-8, else and for control characters escapes."""
    return printable(path.encode("latin-1", "replace").decode("utf-8", "backslashreplace"))


def printable(text: str) -> str:
    """The text with escapes for what cannot be printed or sent: line breaks, controls, lone surrogates."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def epoch(text: str, form: str = "%Y%m%d%H%M%S") -> float:
    """The moment in UTC as seconds since 1970; 0 for what is no moment."""
    try:
        return datetime.strptime(text, form).replace(tzinfo=UTC).timestamp()
    except (ValueError, OverflowError):
        return 0.0
