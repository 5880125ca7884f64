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
HEAD_BYTES = 64 << 10
"""Of a mail that is too large: who sent it, and what about."""


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
    """Said to be unreadable, once: not marked, moved or deleted."""

    def cursor(self) -> Cursor:
        return {"validity": self.validity, "last": self.last, "left": list(self.left)}


def _state(cursor: Cursor, validity: int) -> _State:
    """From JSON; of another validity, or no cursor at all, from the beginning."""
    try:
        return msgspec.convert(cursor, _State) if cursor["validity"] == validity else _State(validity)
    except (msgspec.ValidationError, TypeError, KeyError):
        return _State(validity)


@contextmanager
def _opened(feed: Mailbox) -> Iterator[tuple[Imap, int, int]]:
    """The folder, its UIDVALIDITY, and how many mails it holds. Errors on the way are translated."""
    server: Imap | None = None
    try:
        server = connect(feed)
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
    with _opened(feed) as (server, validity, exists):
        state = _state(cursor, validity)
        if state.last:  # what was acknowledged, and left in the folder by a round that was cut off
            there = set(server.search(1, state.last, exists, unseen=feed.after == "seen"))
            _finish(server, feed, sorted(there.difference(state.left)))
            state.left = [uid for uid in state.left if uid in there]
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
    """The mails in portions of about BATCH_BYTES."""
    sizes = server.sizes(uids)
    portion: dict[int, int] = {}
    for uid in uids:
        portion[uid] = sizes.get(uid, limit)
        if sum(min(size, limit) for size in portion.values()) >= BATCH_BYTES or uid == uids[-1]:
            yield _batch(server, feed, state, portion, limit)
            portion = {}


def _batch(server: Imap, feed: Mailbox, state: _State, sizes: dict[int, int], limit: Limit) -> Batch:
    wanted = {uid: size for uid, size in sizes.items() if size <= limit}
    mails = server.fetch(list(wanted), limit + 1, sum(wanted.values()))
    large = [uid for uid in sizes if uid not in wanted]
    heads = server.fetch(large, HEAD_BYTES, HEAD_BYTES * len(large))
    missing = wanted.keys() - mails.keys()
    there = set(server.search(min(missing), max(missing), len(sizes))) if missing else set()
    found: list[Arrival | Unreadable] = []
    taken: list[int] = []
    for uid in sizes:
        name = f"{feed.folder}/{state.validity}/{uid}"
        if uid in mails and len(mails[uid]) <= limit:
            found.append(Arrival(name, mails[uid], content_type="message/rfc822"))
            taken.append(uid)
        elif uid in mails or uid not in wanted:
            reason = f"The mail has more than {limit:,} bytes, the most that are taken."
            found.append(Unreadable(name, reason, mails.get(uid, heads.get(uid, b""))[:HEAD_BYTES]))
            state.left.append(uid)
        elif uid in there:
            found.append(Unreadable(name, "The server lists the mail and does not give it."))
            state.left.append(uid)
    state.last = max(sizes)
    return Batch(arrivals=tuple(found), cursor=state.cursor(), done=partial(_done, server, feed, taken))


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
    with _opened(feed) as (_, _, exists):
        return f"{exists:,} {'mail' if exists == 1 else 'mails'} in {feed.folder} of {feed.user} at {feed.host}."


MAILBOX = Kind(feed=Mailbox, check=check, poll=poll)
