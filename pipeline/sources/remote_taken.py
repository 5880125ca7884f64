"""Which files of a remote folder have been taken: an exact set, 8 bytes a file, of those that are still listed.

A watermark by time would lose files that come late with an old time (uploads that keep it, clocks that differ, folders
filled by mirroring). So each state of a file (name, size, time, etag) is remembered by a digest for as long as it is
listed: 100,000 files are 1.1 MB of cursor. A file that is overwritten has another digest and is taken again.
"""

import base64
import hashlib
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from pipeline.sources.base import Cursor
from pipeline.sources.remote_server import Entry

_BYTES = 8


def digest(entry: Entry) -> bytes:
    """The file's present state. Two of a million files share one with a probability of 3 in 100 million."""
    state = f"{entry.path}\0{entry.size}\0{entry.time}\0{entry.etag}"
    return hashlib.blake2b(state.encode("utf-8", "surrogatepass"), digest_size=_BYTES).digest()


@dataclass(slots=True)
class Taken:
    """What need not be read again."""

    sent: set[bytes] = field(default_factory=set)
    """Acknowledged: with `after` other than keep, still to be removed."""
    left: set[bytes] = field(default_factory=set)
    """Said to be unreadable, once; stays where it is."""

    def __contains__(self, state: bytes) -> bool:
        return state in self.sent or state in self.left

    def __len__(self) -> int:
        return len(self.sent) + len(self.left)

    def prune(self, listed: Collection[bytes]) -> bool:
        """Forget what is not listed any more; whether there was any."""
        before = len(self)
        self.sent.intersection_update(listed)
        self.left.intersection_update(listed)
        return len(self) < before

    def cursor(self) -> Cursor:
        """As JSON."""
        return {"sent": _packed(self.sent), "left": _packed(self.left)}


def taken(cursor: Cursor) -> Taken:
    """From JSON. What is no cursor of this kind is none: everything is offered again, which does no harm."""
    parts: dict[str, Any] = cursor if isinstance(cursor, dict) else {}
    return Taken(_unpacked(parts.get("sent")), _unpacked(parts.get("left")))


def _packed(states: set[bytes]) -> str:
    return base64.b64encode(b"".join(sorted(states))).decode()


def _unpacked(text: Any) -> set[bytes]:
    try:
        data = base64.b64decode(text, validate=True)
    except (ValueError, TypeError):
        return set()
    return {data[start : start + _BYTES] for start in range(0, len(data) - _BYTES + 1, _BYTES)}
