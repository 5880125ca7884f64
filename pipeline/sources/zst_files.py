"""Files packed by Zstandard, read forward within bounded memory. The library's own reader takes a file that is cut off
for a whole one, and its decompressor gives all at once that a piece unpacks to."""

import io
from typing import Any, BinaryIO

try:
    import zstandard
except ImportError:  # `wire feed` and `wire parse` do without the extra `sources`
    zstandard = None  # type: ignore[assignment]

WINDOW = 128 << 20
"""Bytes of the largest window that is read, as of `zstd --long`: what the decompressor holds."""
_CHUNK, _PIECE = 1 << 16, 256
"""Bytes that are read and unpacked at once: a piece holds at most 64 blocks of 128 KiB."""
_FRAME, _SKIPPED = b"\x28\xb5\x2f\xfd", b"\x2a\x4d\x18"


class ZstError(Exception):
    """The bytes are no Zstandard, or more of it than is read."""


def begins(head: bytes) -> bool:
    """Whether something that begins with `head` is packed by Zstandard; also by tools that put a frame of their own
    before the first."""
    skipped = head[1:4] == _SKIPPED and head[0] >> 4 == 5
    return head.startswith(_FRAME) or (skipped and head[_past_skipped(head) :][:4] == _FRAME)


def _past_skipped(head: bytes) -> int:
    return 8 + int.from_bytes(head[4:8], "little")


class ZstFile(io.RawIOBase):
    """The unpacked bytes of one or more frames. Raises ZstError, and EOFError where the end is missing."""

    def __init__(self, file: BinaryIO) -> None:
        if zstandard is None:
            raise ZstError("the package zstandard, which reads it, is not installed (wire-pipeline[sources])")
        self._file = file
        self._frame: Any = None
        self._packed = memoryview(b"")
        self._ready = memoryview(b"")

    def readable(self) -> bool:
        """Always."""
        return True

    def read(self, size: int = -1) -> bytes:
        """`size` bytes, fewer only at the end."""
        parts: list[bytes] = []
        while size > 0 and (self._ready or self._more()):
            parts.append(bytes(self._ready[:size]))
            self._ready = self._ready[size:]
            size -= len(parts[-1])
        return b"".join(parts)

    def _more(self) -> bool:
        """Unpack on until there is something; False at the end."""
        while not self._ready:
            if not self._packed:
                self._packed = memoryview(self._file.read(_CHUNK))
            if not self._packed:
                if self._frame is not None:
                    raise EOFError("the end is missing")
                return False
            if self._frame is None:
                self._frame = zstandard.ZstdDecompressor(max_window_size=WINDOW).decompressobj()
            self._unpack()
        return True

    def _unpack(self) -> None:
        piece, self._packed = self._packed[:_PIECE], self._packed[_PIECE:]
        try:
            self._ready = memoryview(self._frame.decompress(piece))
        except zstandard.ZstdError as error:
            raise ZstError(str(error)) from error
        if self._frame.eof:
            self._packed = memoryview(self._frame.unused_data + self._packed)
            self._frame = None
