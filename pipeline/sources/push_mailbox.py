"""What has been pushed and waits for the broker: handed from the server's event loop to the feed's thread and back."""

import hmac
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from threading import Event

from pipeline.sources.base import Arrival, Limit

BATCH_ITEMS, BATCH_BYTES = 500, 8 << 20


class NoRoomError(Exception):
    """As many bytes are waiting as may."""


@dataclass(frozen=True, slots=True, eq=False)
class Pushed:
    """An item whose sender waits for the answer."""

    arrival: Arrival
    acknowledged: Future[bool] = field(default_factory=Future)
    """Cancelled by a sender who waits no longer before it is taken; False: the broker did not take it."""

    def answer(self, acknowledged: bool) -> None:
        """Tell the sender, unless it has been told."""
        if not self.acknowledged.done():
            self.acknowledged.set_result(acknowledged)


@dataclass(slots=True, eq=False)
class Mailbox:
    """The items of one feed. `held`, in bytes, is of the server's thread alone."""

    feed: str
    tokens: Sequence[bytes]
    limit: Limit
    """Bytes of the largest item."""
    most: int
    """Bytes that may wait."""
    wait: float
    """Seconds that a sender waits."""
    stop: Event
    held: int = 0
    _waiting: SimpleQueue[Pushed] = field(default_factory=SimpleQueue)

    def knows(self, token: bytes) -> bool:
        """Whether `token` is one of the feed's, in time that says nothing of how much of it is right."""
        return sum(hmac.compare_digest(known, token) for known in self.tokens) > 0  # all are looked at

    @contextmanager
    def room(self) -> Iterator["Room"]:
        """Room for one item, given back at the end."""
        room = Room(self)
        try:
            yield room
        finally:
            self.held -= room.size

    def put(self, arrival: Arrival) -> Future[bool]:
        """Leave an item; what becomes of it."""
        pushed = Pushed(arrival)
        self._waiting.put(pushed)
        return pushed.acknowledged

    def take(self, timeout: float) -> tuple[Pushed, ...]:
        """What has come, at most a batch; nothing when nothing comes within `timeout` seconds."""
        taken: list[Pushed] = []
        size = 0
        while len(taken) < BATCH_ITEMS and size < BATCH_BYTES:
            try:
                pushed = self._waiting.get(timeout=timeout) if not taken else self._waiting.get_nowait()
            except Empty:
                break
            if pushed.acknowledged.set_running_or_notify_cancel():
                taken.append(pushed)
                size += len(pushed.arrival.data)
        return tuple(taken)

    def refuse(self) -> None:
        """Tell all that wait and have not been taken that they will not be."""
        for pushed in iter(lambda: self.take(0.001), ()):
            for each in pushed:
                each.answer(False)


@dataclass(slots=True, eq=False)
class Room:
    """What one item takes of its mailbox."""

    mailbox: Mailbox
    size: int = 0

    def grow_to(self, size: int) -> None:
        """Have room for `size` bytes. Raises NoRoomError when there is none; one item alone always finds it."""
        more = max(0, size - self.size)
        if self.mailbox.held > self.size and self.mailbox.held + more > self.mailbox.most:
            raise NoRoomError
        self.mailbox.held += more
        self.size += more
