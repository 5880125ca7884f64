"""The body of a request, read within bounds of size, memory and time."""

import asyncio
import zlib
from collections.abc import AsyncGenerator, Iterable
from contextlib import suppress

from starlette.requests import ClientDisconnect, Request

from pipeline.sources.base import Limit
from pipeline.sources.push_mailbox import NoRoomError, Room

STEP, WHOLE = 20.0, 120.0
"""Seconds for the next piece of a body, and for all of it."""
RETRY_AFTER = {"Retry-After": "5"}
_DRAIN_SECONDS, _DRAIN_BYTES = 2.0, 64 << 20
_CLOSE = {"Connection": "close"}
_UNPACK = 1 << 16


class RefusedError(Exception):
    """A request that is not taken: status, sentence and headers of the answer."""

    def __init__(self, status: int, sentence: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(sentence)
        self.status, self.sentence, self.headers = status, sentence, headers or {}


async def read(request: Request, limit: Limit, room: Room) -> bytes:
    """The body, unpacked if it is gzip. Raises RefusedError for what is too large, too slow, empty or too much."""
    coding = request.headers.get("content-encoding", "identity").strip().lower()
    if coding not in ("identity", "gzip", "x-gzip"):
        said = {"Accept-Encoding": "gzip, identity"} | _CLOSE
        raise RefusedError(415, "The body may be packed with gzip or not at all.", said)
    try:
        data = await _pieces(request, limit, room, None if coding == "identity" else zlib.decompressobj(31))
    except NoRoomError as error:
        raise RefusedError(503, "Too much is waiting for the broker.", RETRY_AFTER | _CLOSE) from error
    except TimeoutError as error:
        raise RefusedError(408, "The body did not come in time.", _CLOSE) from error
    except zlib.error as error:
        raise RefusedError(400, "The body is not gzip, as it says.", _CLOSE) from error
    except ClientDisconnect as error:
        raise RefusedError(400, "The body broke off.", _CLOSE) from error
    if not data.strip():
        raise RefusedError(400, "There is no item in the body.")
    return bytes(data)


async def _pieces(request: Request, limit: Limit, room: Room, unpacker: "zlib._Decompress | None") -> bytearray:
    loop, data = asyncio.get_running_loop(), bytearray()
    end, pieces = loop.time() + WHOLE, request.stream()
    declared = request.headers.get("content-length", "")
    if declared.isdecimal():  # the server sees to it that it is true
        if int(declared) > limit:
            await _too_large(request, pieces, limit)
        room.grow_to(int(declared))
    while True:
        async with asyncio.timeout_at(min(end, loop.time() + STEP)):
            piece = await anext(pieces, None)
        if piece is None:
            break
        for part in _unpacked(unpacker, piece):
            if len(data) + len(part) > limit:
                await _too_large(request, pieces, limit)
            room.grow_to(len(data) + len(part))
            data += part
    if unpacker is not None and not unpacker.eof:
        raise RefusedError(400, "The gzip in the body breaks off.", _CLOSE)
    return data


def _unpacked(unpacker: "zlib._Decompress | None", piece: bytes) -> Iterable[bytes]:
    """The bytes that a piece holds, in pieces of bounded size. What follows the end of a gzip is passed over."""
    if unpacker is None:
        yield piece
        return
    while piece and not unpacker.eof:
        yield unpacker.decompress(piece, _UNPACK)
        piece = unpacker.unconsumed_tail


async def _too_large(request: Request, pieces: AsyncGenerator[bytes, None], limit: Limit) -> None:
    """Refuse; but first let a client that is sending come to an end, for a while, lest it miss the answer."""
    left = _DRAIN_BYTES
    with suppress(TimeoutError):
        async with asyncio.timeout(_DRAIN_SECONDS):
            while left > 0 and "expect" not in request.headers and (piece := await anext(pieces, None)) is not None:
                left -= len(piece)
    raise RefusedError(413, f"The item has more than {limit:,} bytes, the most that are taken.", _CLOSE)
