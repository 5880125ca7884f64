"""Items that are pushed to us over HTTP: POST /v1/feeds/{id} with a bearer token of the feed.

The body is the bytes of one item, of any type; `X-Item-Name` may name it. 202 and a receipt come when the broker has
acknowledged the item; who gets 503, or nothing, sends it again: the same bytes are the same story. TLS is for a proxy
in front, which must not buffer less than it answers for.
"""

import http.client
import time
from collections.abc import Iterator
from functools import partial
from threading import Event
from typing import Annotated

import msgspec

from pipeline import settings
from pipeline.errors import OperatorError
from pipeline.settings import secret
from pipeline.sources.base import Batch, Cursor, Feed, Kind, Limit
from pipeline.sources.push_mailbox import Mailbox, Pushed
from pipeline.sources.push_server import host_and_port, opened

SHORTEST_TOKEN = 16
_SLICE = 0.1


class Push(Feed, frozen=True, kw_only=True, tag="push"):
    """Items that others send."""

    tokens: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]
    """Each may push: several, so that one can be replaced by the next. Secrets: 'env:NAME' or 'file:PATH'."""
    address: str = ""
    """host:port to listen at; '': WIRE_PUSH_ADDRESS. Feeds of one address share a server."""
    every: Annotated[float, msgspec.Meta(gt=0)] = 0.05
    wait: Annotated[float, msgspec.Meta(gt=0, le=600)] = 30.0
    """Seconds that a sender waits for the broker before it is told 503."""
    queue_mb: Annotated[int, msgspec.Meta(ge=1)] = 64
    """MiB of items that may be on their way, from the first byte to the answer; beyond that, 503."""
    quiet: Annotated[float, msgspec.Meta(gt=0)] = 300.0
    """Seconds without an item after which a round ends."""


def poll(feed: Push, _cursor: Cursor, limit: Limit, stop: Event) -> Iterator[Batch]:
    """One round: it lasts for as long as items come."""
    server, mailbox = opened(_address(feed), _mailbox(feed, limit, stop))
    end = time.monotonic() + feed.quiet
    while not stop.is_set() and not server.ending and time.monotonic() < end:
        pushed = mailbox.take(_SLICE)
        if not pushed:
            continue
        try:
            yield Batch(arrivals=tuple(each.arrival for each in pushed), done=partial(_answer, pushed, True))
        except GeneratorExit:  # the round was given up
            _answer(pushed, False)
            raise
        end = time.monotonic() + feed.quiet


def _answer(pushed: tuple[Pushed, ...], acknowledged: bool) -> None:
    for each in pushed:
        each.answer(acknowledged)


def _address(feed: Push) -> str:
    return feed.address or settings.load().push_address


def _mailbox(feed: Push, limit: Limit, stop: Event) -> Mailbox:
    return Mailbox(feed.id, _tokens(feed), limit, feed.queue_mb << 20, feed.wait, stop)


def _tokens(feed: Push) -> tuple[bytes, ...]:
    tokens = tuple(secret(token) for token in feed.tokens)
    if any(len(token) < SHORTEST_TOKEN or not token.isascii() or not token.isprintable() for token in tokens):
        raise OperatorError(f"A token of the feed {feed.id} has fewer than {SHORTEST_TOKEN} characters of ASCII.")
    return tuple(token.encode() for token in tokens)


def check(feed: Push) -> str:
    """Whether the tokens are there, and the address is free or taken by this very feed."""
    tokens, address = _tokens(feed), _address(feed)
    host, port = host_and_port(address)
    connection = http.client.HTTPConnection(host, port, timeout=5.0)
    try:
        connection.request("HEAD", f"/v1/feeds/{feed.id}", headers={"Authorization": f"Bearer {tokens[0].decode()}"})
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return f"{address} is where items will be taken in; nothing answers there now."
    finally:
        connection.close()
    if status != 200:
        raise OperatorError(f"At {address} there is a server that does not know this feed: it answers {status}.")
    return f"{address} takes items in."


PUSH = Kind(feed=Push, check=check, poll=poll)
