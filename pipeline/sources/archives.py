"""Archives opened: zip, tar, and what gzip, bzip2, xz or zstd have packed, recognised by their first bytes.

Members are items named 'archive.zip!member'. Nothing is written to disk, and a member's name is a label only. Bounds,
each of an outermost archive with all that is in it; one that breaks a bound is Unreadable, and what came out before
is taken:

    members             100,000
    unpacked in all     4 GiB, and 200 times the packed size once that is above 64 MiB
    one member          the largest item
    archives in one     3 deep, each at most the largest item
    a tar's header      1 MiB
    a zip's directory   64 MiB
    xz's dictionary     128 MiB, and so zstd's window

Office documents and e-books, which are zip files too, are items as they are.
"""

import bz2
import gzip
import io
import lzma
import re
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO, Literal, TypeAlias, cast

from pipeline.sources import zip_files, zst_files
from pipeline.sources.base import EXCERPT, Arrival, Unreadable
from pipeline.sources.xz_files import XzFile
from pipeline.sources.zst_files import ZstError, ZstFile
from pipeline.topics import MEGABYTE

MEMBERS = 100_000
UNPACKED = 4096 * MEGABYTE
RATIO, RATIO_FROM = 200, 64 * MEGABYTE
DEEPEST = 3
TAR_HEADER = MEGABYTE
_CHUNK = 1 << 16
_LONGEST_LABEL = 500

Found: TypeAlias = Arrival | Unreadable
Packing: TypeAlias = Literal["zip", "tar", "gzip", "bzip2", "xz", "zstd"]

BROKEN = (zipfile.BadZipFile, tarfile.TarError, EOFError, OSError, zlib.error, lzma.LZMAError, ZstError, struct.error,
    ValueError, NotImplementedError, RuntimeError, OverflowError, IndexError)  # fmt: skip
"""What is raised for archives that are none. An OSError with a number is the disk's."""

_UNPACKERS: Mapping[str, Callable[[BinaryIO], Any]] = {
    "gzip": lambda file: gzip.GzipFile(fileobj=file),
    "bzip2": bz2.BZ2File,
    "xz": XzFile,
    "zstd": ZstFile,
}
_ENDINGS = {"gzip": (".gz", ".tgz"), "bzip2": (".bz2", ".tbz2"), "xz": (".xz", ".txz"),
    "zstd": (".zst", ".tzst")}  # fmt: skip


class _Refused(Exception):  # noqa: N818 (a decision, not an error)
    """The archive breaks a bound; the sentence says which."""


@dataclass(slots=True)
class _Budget:
    """What may still come out of an outermost archive."""

    packed: int
    unpacked: int = 0
    members: int = 0

    def spend(self, size: int) -> None:
        self.unpacked += size
        if self.unpacked > UNPACKED:
            raise _Refused(f"It unpacks to more than {UNPACKED // MEGABYTE:,} MiB.")
        if self.unpacked > max(RATIO_FROM, RATIO * self.packed):
            raise _Refused(f"It unpacks to more than {RATIO} times its size.")

    def enter(self) -> None:
        self.members += 1
        if self.members > MEMBERS:
            raise _Refused(f"It has more than {MEMBERS:,} members.")


class _Metered:
    """A file read forward only, on the budget; `largest` bounds a single read."""

    def __init__(self, file: BinaryIO, budget: _Budget, largest: int) -> None:
        self._file, self._budget, self.largest = file, budget, largest
        self._ahead = b""
        self._position = 0
        self.last = b""
        """What was read last."""

    def peek(self, size: int) -> bytes:
        self._ahead += self._more(size - len(self._ahead))
        return self._ahead[:size]

    def read(self, size: int) -> bytes:
        if not 0 <= size <= self.largest:
            raise _Refused(f"It asks for {size:,} bytes at once.")
        data, self._ahead = self._ahead[:size], self._ahead[size:]
        data += self._more(size - len(data))
        self._position += len(data)
        self.last = data
        return data

    def tell(self) -> int:
        return self._position

    def seek(self, position: int) -> int:
        if position < self._position:
            raise _Refused("It refers back to itself.")
        while position > self._position and self.read(min(_CHUNK, position - self._position)):
            pass
        return self._position

    def _more(self, size: int) -> bytes:
        parts: list[bytes] = []
        while size > 0 and (data := self._file.read(min(size, _CHUNK))):
            self._budget.spend(len(data))
            parts.append(data)
            size -= len(data)
        return b"".join(parts)


def opened(arrival: Arrival, largest: int) -> Iterator[Found]:
    """The items in `arrival`: itself, unless it is an archive."""
    if packing(arrival.data) is None:
        yield arrival
    else:
        yield from items(arrival.name, io.BytesIO(arrival.data), largest)


def items(name: str, file: BinaryIO, largest: int) -> Iterator[Found]:
    """The items in a file that can be sought: its members, or its bytes as one item. OSError where reading fails."""
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    some = False
    try:
        for found in _Opener(largest, _Budget(size)).file(name, file, 1):
            some = True
            yield found
    except _Refused as refusal:
        yield Unreadable(name, str(refusal), _head(file))
    else:
        if not some:
            yield Unreadable(name, "There is nothing in this archive.", _head(file))


def _head(file: BinaryIO) -> bytes:
    file.seek(0)
    return file.read(EXCERPT)


def packing(head: bytes) -> Packing | None:
    """How something that begins with `head` (at least 262 bytes, if it has them) is packed; None: not at all."""
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return "zip"
    if head[257:262] == b"ustar":
        return "tar"
    if head.startswith(b"\x1f\x8b\x08"):
        return "gzip"
    if head.startswith(b"BZh") and head[4:10] in {b"1AY&SY", b"\x17rE8P\x90"}:
        return "bzip2"
    if zst_files.begins(head):
        return "zstd"
    return "xz" if head.startswith(b"\xfd7zXZ\x00") else None


def member_label(archive: str, member: str) -> str:
    """'archive!member', the member's name without what could lead anywhere or steer a terminal."""
    parts = [part for part in re.split(r"[/\\]+", member) if part not in {"", ".", ".."}]
    name = re.sub(r"[\x00-\x1f\x7f]", "_", "/".join(parts)) or "unnamed"
    return f"{archive}!{name.encode(errors='backslashreplace').decode()[:_LONGEST_LABEL]}"


def _passed_over(member: str) -> bool:
    """Hidden files, as in folders, and what one system adds of its own."""
    parts = member.split("/")
    return "__MACOSX" in parts or parts[-1].startswith(".")


@dataclass(frozen=True, slots=True)
class _Opener:
    largest: int
    budget: _Budget

    def file(self, name: str, file: BinaryIO, depth: int) -> Iterator[Found]:
        """What is in a file that can be sought, which is itself in `depth` - 1 archives."""
        how = packing(file.read(512))
        file.seek(0)
        if how is None or (how == "zip" and zip_files.is_document(file)):
            yield self._whole(name, file)
        elif depth > DEEPEST:
            yield Unreadable(name, f"It is an archive in an archive, {depth} deep; {DEEPEST} are opened.", _head(file))
        else:
            yield from self._members(name, file, how, depth)

    def _members(self, name: str, file: BinaryIO, how: Packing, depth: int) -> Iterator[Found]:
        try:
            if how == "zip":
                yield from self._zip(name, file, depth)
            elif how == "tar":
                yield from self._tar(name, _Metered(file, self.budget, self.largest + 1), depth)
            else:
                yield from self._packed(name, file, how, depth)
        except BROKEN as error:
            if isinstance(error, OSError) and error.errno is not None:
                raise
            said = f"It is broken or cut off ({_reason(error)}); what was whole before that is taken."
            yield Unreadable(name, said, _head(file))

    def _packed(self, name: str, file: BinaryIO, how: str, depth: int) -> Iterator[Found]:
        stream = _Metered(cast(BinaryIO, _UNPACKERS[how](file)), self.budget, self.largest + 1)
        if packing(stream.peek(512)) == "tar":
            yield from self._tar(name, stream, depth)
            return
        base = name.rpartition("!")[2].rpartition("/")[2]
        inner = next((base.removesuffix(ending) for ending in _ENDINGS[how] if base.lower().endswith(ending)), base)
        yield from self._inner(member_label(name, inner), stream, depth)

    def _zip(self, name: str, file: BinaryIO, depth: int) -> Iterator[Found]:
        for member in zip_files.members(file):
            if _passed_over(member.name):
                continue
            self.budget.enter()
            label = member_label(name, member.name)
            if member.fault:
                yield Unreadable(label, member.fault)
                continue
            try:
                with member.open() as stream:
                    found = list(self._inner(label, _Metered(stream, self.budget, self.largest + 1), depth))
            except BROKEN as error:
                if isinstance(error, OSError) and error.errno is not None:
                    raise
                data = member.unchecked(EXCERPT)
                self.budget.spend(len(data))
                found = [Unreadable(label, f"It is broken ({_reason(error)}).", data)]
            yield from found

    def _tar(self, name: str, stream: _Metered, depth: int) -> Iterator[Found]:
        with tarfile.open(fileobj=cast(BinaryIO, _TarFile(stream)), mode="r:", errorlevel=2) as archive:
            while member := self._next(archive, stream):
                archive.members = []  # type: ignore[attr-defined]  # or it keeps them all
                if member.isdir() or _passed_over(member.name):
                    continue
                self.budget.enter()
                label = member_label(name, member.name)
                if not member.isreg() or member.issparse():
                    yield Unreadable(label, "It is a link, a device or a sparse file, which are not taken.")
                    continue
                stream.seek(member.offset_data)
                if member.size > self.largest:
                    yield _too_large(label, self.largest, stream.read(min(EXCERPT, self.largest)))
                    continue
                data = stream.read(member.size)
                if len(data) < member.size:
                    raise EOFError(f"the end of {member.name!r} is missing")
                yield from self.file(label, io.BytesIO(data), depth + 1)
        if stream.last.strip(b"\0") or not stream.last:
            raise EOFError("it has no end mark")

    def _next(self, archive: tarfile.TarFile, stream: _Metered) -> tarfile.TarInfo | None:
        stream.largest = TAR_HEADER
        try:
            return archive.next()
        finally:
            stream.largest = self.largest + 1

    def _inner(self, label: str, stream: _Metered, depth: int) -> Iterator[Found]:
        data = stream.read(self.largest + 1)
        if len(data) > self.largest:
            yield _too_large(label, self.largest, data)
        else:
            yield from self.file(label, io.BytesIO(data), depth + 1)

    def _whole(self, name: str, file: BinaryIO) -> Found:
        data = file.read(self.largest + 1)
        return _too_large(name, self.largest, data) if len(data) > self.largest else Arrival(name, data)


class _TarFile:
    """What tarfile reads: headers in which its own expressions cannot lose their way (quadratic in older Pythons)."""

    def __init__(self, stream: _Metered) -> None:
        self._stream = stream
        self.tell, self.seek = stream.tell, stream.seek

    def read(self, size: int) -> bytes:
        data = self._stream.read(size)
        if re.search(rb"\d{1000}", data):
            raise _Refused("A header in it holds a number of a thousand digits.")
        return data


def _too_large(name: str, largest: int, data: bytes) -> Unreadable:
    return Unreadable(name, f"It has more than {largest:,} bytes, the most that can be sent.", data[:EXCERPT])


def _reason(error: BaseException) -> str:
    text = str(error).strip().rstrip(".") or type(error).__name__
    return text[:1].lower() + text[1:200]
