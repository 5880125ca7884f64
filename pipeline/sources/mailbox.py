"""Mailboxes over IMAP4rev1 (RFC 3501), with UIDPLUS (RFC 4315) and MOVE (RFC 6851) where the server has them.

A folder's mails have ever higher numbers (UIDs) for as long as its UIDVALIDITY stays: so the number of the last mail
taken says exactly what is new. When the validity changes everything is offered again, and is the same stories. Mails
are fetched with BODY.PEEK and marked, moved or deleted only when the broker has acknowledged them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from threading import Event
from typing import Annotated, Literal

import msgspec

from pipeline.errors import TransientError
from pipeline.sources.base import Arrival, Batch, Cursor, Feed, Kind, Limit, Unreadable
from pipeline.sources.imap import Failed, Imap, connect

BATCH_MAILS = 200
BATCH_BYTES = 8 << 20
_MOST_LEFT = 10_000


class Mailbox(Feed, frozen=True, kw_only=True, tag="mailbox"):
    """A folder of a mailbox. Each mail is an item, headers and all."""

    format: str | None = "mail"
    host: str
    port: Annotated[int, msgspec.Meta(gt=0, lt=1 << 16)] | None = None
    """None: 993 with TLS, 143 without."""
    security: Literal["tls", "starttls", "none"] = "tls"
    ca: str | None = None
    """A file of CA certificates; None: the system's."""
    user: str
    password: str | None = None
    """A secret: 'env:NAME' or 'file:PATH'."""
    token: str | None = None
    """A secret: an OAuth 2.0 access token (XOAUTH2), read anew for each connection, so that something may renew it."""
    folder: str = "INBOX"
    after: Literal["seen", "move", "delete"] = "seen"
    move_to: str | None = None
    timeout: Annotated[float, msgspec.Meta(gt=0)] = 30.0
    """Seconds for each answer of the server."""

    def __post_init__(self) -> None:
        if (self.after == "move") != bool(self.move_to):
            raise ValueError('`move_to` goes with after = "move", and with nothing else')
        if bool(self.password) == bool(self.token):
            raise ValueError("there must be either `password` or `token`")


@dataclass(slots=True)
class _State:
    """The cursor: up to where mails are taken, and which of them stay as they are."""

    validity: int
    last: int = 0
    left: list[int] = field(default_factory=list)
    """Too large: said once. Not marked, moved or deleted."""

    def cursor(self) -> Cursor:
        return {"validity": self.validity, "last": self.last, "left": self.left[-_MOST_LEFT:]}


def _state(cursor: Cursor, validity: int) -> _State:
    """From JSON; of another validity, or no cursor at all, from the beginning."""
    try:
        return msgspec.convert(cursor, _State) if cursor["validity"] == validity else _State(validity)
    except (msgspec.ValidationError, TypeError, KeyError):
        return _State(validity)


@contextmanager
def _opened(feed: Mailbox, most: int) -> Iterator[tuple[Imap, int, int]]:
    """The folder, its UIDVALIDITY, and how many mails it holds. Errors on the way are translated."""
    server: Imap | None = None
    try:
        server = connect(feed, most)
        validity, exists = server.select(feed.folder)
        yield server, validity, exists
    except Failed as error:
        reason = str(error).strip().rstrip(".") or type(error).__name__
        raise TransientError(f"The mail server {feed.host} does not answer as it should: {reason}.") from error
    finally:
        if server is not None:
            server.close()


def poll(feed: Mailbox, cursor: Cursor, limit: Limit, stop: Event) -> Iterator[Batch]:
    """One round."""
    with _opened(feed, limit + 1) as (server, validity, exists):
        state = _state(cursor, validity)
        if state.last:  # what was acknowledged, and left in the folder by a round that was cut off
            open_ = server.search(1, state.last, exists, unseen=feed.after == "seen")
            _finish(server, feed, sorted(set(open_) - set(state.left)))
        for uids in _chunks(server.search(state.last + 1, None, exists), BATCH_MAILS):
            for batch in _batches(server, feed, state, uids, limit):
                yield batch
                if stop.is_set():
                    return


def _chunks(uids: Iterator[int], most: int) -> Iterator[list[int]]:
    chunk: list[int] = []
    for uid in uids:
        chunk.append(uid)
        if len(chunk) == most:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _batches(server: Imap, feed: Mailbox, state: _State, uids: list[int], limit: Limit) -> Iterator[Batch]:
    """The mails in portions of about BATCH_BYTES; those that are gone by now are passed over."""
    sizes = server.sizes(uids)
    portion: list[int] = []
    for uid in uids:
        portion.append(uid)
        if sum(min(sizes.get(each, 0), limit) for each in portion) >= BATCH_BYTES or uid == uids[-1]:
            yield _batch(server, feed, state, {each: sizes.get(each, 0) for each in portion}, limit)
            portion = []


def _batch(server: Imap, feed: Mailbox, state: _State, sizes: dict[int, int], limit: Limit) -> Batch:
    mails = server.fetch([uid for uid, size in sizes.items() if size <= limit], limit + 1)
    found: dict[int, Arrival | Unreadable] = {}
    for uid, size in sizes.items():
        name = f"{feed.folder}/{state.validity}/{uid}"
        data = mails.get(uid)
        if size > limit or (data is not None and len(data) > limit):  # some servers tell a size that is not so
            found[uid] = Unreadable(name, f"The mail has more than {limit:,} bytes, the most that are taken.")
            state.left.append(uid)
        elif data:
            found[uid] = Arrival(name, data, content_type="message/rfc822")
    state.last = max(sizes)
    taken = [uid for uid, item in found.items() if isinstance(item, Arrival)]
    return Batch(arrivals=tuple(found.values()), cursor=state.cursor(), done=partial(_done, server, feed, taken))


def _done(server: Imap, feed: Mailbox, uids: list[int]) -> None:
    try:
        _finish(server, feed, uids)
    except Failed as error:  # the next round begins with it
        raise TransientError(f"Mails of {feed.folder} could not be marked, moved or deleted: {error}.") from error


def _finish(server: Imap, feed: Mailbox, uids: list[int]) -> None:
    for chunk in _chunks(iter(uids), BATCH_MAILS):
        if feed.after == "seen":
            server.mark(chunk, "\\Seen")
        elif feed.after == "move":
            server.move(chunk, feed.move_to or "")
        else:
            server.delete(chunk)


def check(feed: Mailbox) -> str:
    """Log in and count."""
    with _opened(feed, 1) as (_, _, exists):
        return f"{exists:,} {'mail' if exists == 1 else 'mails'} in {feed.folder} of {feed.user} at {feed.host}."


MAILBOX = Kind(feed=Mailbox, check=check, poll=poll)
