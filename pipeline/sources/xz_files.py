"""Files packed by xz, read forward within bounded memory: the standard library's LZMAFile takes any dictionary."""

import io
import lzma
from typing import Any, BinaryIO

MEMORY = 192 << 20
"""Bytes that the decompressor may use: a dictionary of 128 MiB, twice what `xz -9` takes, and its own."""
_CHUNK = 1 << 16


class XzFile(io.RawIOBase):
    """The unpacked bytes of one or more xz streams. Raises lzma.LZMAError, and EOFError where the end is missing."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._stream = lzma.LZMADecompressor(format=lzma.FORMAT_XZ, memlimit=MEMORY)
        self._ahead = b""

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: Any, /) -> int:
        """Fills some of `buffer`; 0 at the end."""
        data = b""
        while not data:
            if self._stream.eof and not self._next_stream():
                return 0
            if self._stream.needs_input and not self._ahead:
                self._ahead = self._file.read(_CHUNK)
                if not self._ahead:
                    raise EOFError("the end is missing")
            given, self._ahead = self._ahead, b""
            data = self._stream.decompress(given, max_length=len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def read(self, size: int = -1) -> bytes:
        """`size` bytes, fewer only at the end."""
        parts, left = [], size
        while left and (data := super().read(min(left, _CHUNK))):
            parts.append(data)
            left -= len(data)
        return b"".join(parts)

    def _next_stream(self) -> bool:
        """Whether another stream follows this one; streams may be padded with zeros."""
        rest = self._stream.unused_data.lstrip(b"\0") or self._file.read(_CHUNK).lstrip(b"\0")
        if rest:
            self._stream = lzma.LZMADecompressor(format=lzma.FORMAT_XZ, memlimit=MEMORY)
            self._ahead = rest
        return bool(rest)
