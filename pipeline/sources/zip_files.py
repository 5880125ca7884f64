"""The members of a zip file, by its directory; by what lies in it, where the directory is cut off."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import BinaryIO, cast

DIRECTORY = 64 << 20
"""Bytes of the largest directory that is read: zipfile holds all of it."""
_ENCRYPTED, _SIZES_FOLLOW, _UTF_8 = 0x1, 0x8, 0x800
_LOCAL = struct.Struct("<4sHHHHHIIIHH")
_END, _END_64, _LOCATOR = b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07"
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2)
_CHUNK = 1 << 16


@dataclass(frozen=True, slots=True)
class Member:
    """A file in the archive. `open` gives its bytes as a stream; `fault` says why it cannot be opened, if so."""

    name: str
    open: Callable[[], BinaryIO]
    fault: str | None = None
    unchecked: Callable[[int], bytes] = lambda _: b""
    """Its first bytes, as far as they can be unpacked, whatever its checksum says."""


def members(file: BinaryIO) -> Iterator[Member]:
    """The files in it, folders left out. Raises zipfile.BadZipFile, after what was whole, where it is cut off."""
    if (size := _directory_size(file)) is None:
        yield from _salvaged(file)
        raise zipfile.BadZipFile("its directory is missing")
    if size > DIRECTORY:
        raise zipfile.BadZipFile(f"its directory has {size:,} bytes; {DIRECTORY:,} are read")
    with zipfile.ZipFile(file) as archive:
        for info in archive.infolist():
            if not info.is_dir():
                fault = _fault(info.flag_bits, info.compress_type)
                opens = cast("Callable[[], BinaryIO]", partial(archive.open, info))
                yield Member(info.filename, opens, fault, partial(_unchecked, file, info))


def _unchecked(file: BinaryIO, info: zipfile.ZipInfo, size: int) -> bytes:
    file.seek(info.header_offset)
    head = file.read(_LOCAL.size)
    if len(head) < _LOCAL.size or info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        return b""
    file.seek(sum(_LOCAL.unpack(head)[-2:]), io.SEEK_CUR)
    lying = _Lying(file, info.compress_size, None, deflated=info.compress_type == zipfile.ZIP_DEFLATED)
    found = b""
    with suppress(zlib.error, EOFError):
        while len(found) < size and (data := lying.read(min(_CHUNK, size - len(found)))):
            found += data
    return found


def is_document(file: BinaryIO) -> bool:
    """Whether it is an office document or an e-book: these name their parts in a first member of a certain name."""
    head = file.read(_LOCAL.size + 64)
    file.seek(0)
    if len(head) < _LOCAL.size or not head.startswith(b"PK\x03\x04"):
        return False
    name = head[_LOCAL.size : _LOCAL.size + _LOCAL.unpack_from(head)[9]]
    return name in {b"[Content_Types].xml", b"mimetype", b"_rels/.rels"}


def _fault(flags: int, method: int) -> str | None:
    if flags & _ENCRYPTED:
        return "It is encrypted."
    return None if method in _METHODS else f"It is packed by method {method}, which is not read."


def _directory_size(file: BinaryIO) -> int | None:
    """Bytes of the directory, found as zipfile finds it; None: there is none."""
    length = file.seek(0, io.SEEK_END)
    start = max(0, length - (1 << 16) - 22 - 76)
    file.seek(start)
    tail = file.read()
    file.seek(0)
    at = len(tail) - 22
    if at < 0 or tail[at : at + 4] != _END or tail[-2:] != b"\0\0":
        at = tail.rfind(_END)
    if at < 0 or at + 22 > len(tail):
        return None
    (size,) = struct.unpack_from("<I", tail, at + 12)
    large = at - 20 - 56
    if large >= 0 and tail[at - 20 : at - 16] == _LOCATOR and tail[large : large + 4] == _END_64:
        (size,) = struct.unpack_from("<Q", tail, large + 40)
    return int(size)


def _salvaged(file: BinaryIO) -> Iterator[Member]:
    """Members in the order in which they lie, as far as that can be followed; each is to be read before the next."""
    while len(head := file.read(_LOCAL.size)) == _LOCAL.size and head.startswith(b"PK\x03\x04"):
        _, _, flags, method, _, _, crc, packed, _, name_size, extra_size = _LOCAL.unpack(head)
        name = file.read(name_size).decode("utf-8" if flags & _UTF_8 else "cp437", errors="replace")
        start = file.seek(extra_size, io.SEEK_CUR)
        size = None if flags & _SIZES_FOLLOW else packed
        fault = _fault(flags, method)
        if method == zipfile.ZIP_BZIP2 or (method == zipfile.ZIP_STORED and size is None):
            fault = fault or "Without the archive's directory it cannot be told where it ends."
        stream = _Lying(file, size, None if size is None else crc, deflated=method == zipfile.ZIP_DEFLATED)
        if not name.endswith("/"):
            yield Member(name, partial(cast, BinaryIO, stream), fault)
        if size is None and (fault or not stream.ended):
            return
        file.seek(stream.end if size is None else start + size)
        if size is None:
            _pass_descriptor(file)


class _Lying(io.RawIOBase):
    """The unpacked bytes of a member that lies at the file's position. EOFError where its end is missing."""

    def __init__(self, file: BinaryIO, packed: int | None, crc: int | None, *, deflated: bool) -> None:
        self._file, self._left, self._crc = file, packed, crc
        self._inflate = zlib.decompressobj(-zlib.MAX_WBITS) if deflated else None
        self._seen = 0
        self.ended = False
        self.end = 0
        """Where the packed bytes end, once `ended`."""

    def read(self, size: int = -1) -> bytes:
        """`size` bytes, fewer only at the end."""
        parts: list[bytes] = []
        while size > 0 and not self.ended:
            data = self._some(min(size, _CHUNK))
            size -= len(data)
            self._seen = zlib.crc32(data, self._seen)
            parts.append(data)
        if self.ended and self._crc not in {None, self._seen}:
            raise zipfile.BadZipFile("its checksum is wrong")
        return b"".join(parts)

    def _some(self, size: int) -> bytes:
        if self._inflate is None:
            data = self._packed(size)
            self.ended = self._left == 0
            return data
        given = self._inflate.unconsumed_tail or self._packed(_CHUNK)
        if not given:
            raise EOFError("the end is missing")
        data = self._inflate.decompress(given, size)
        if self._inflate.eof:
            self.ended, self.end = True, self._file.tell() - len(self._inflate.unused_data)
        return data

    def _packed(self, size: int) -> bytes:
        data = self._file.read(size if self._left is None else min(size, self._left))
        if not data and self._left:
            raise EOFError("the end is missing")
        if self._left is not None:
            self._left -= len(data)
        return data


def _pass_descriptor(file: BinaryIO) -> None:
    """Go to the next member: after one whose sizes were not known before it, they stand in 12 to 24 bytes."""
    start = file.tell()
    at = file.read(24 + 4).find(b"PK\x03\x04", 12)
    file.seek(start + at if at >= 0 else start + 16)
