"""RSS, Atom and any other document on the web, polled.

A round asks whether the document has changed (ETag, Last-Modified). A feed is taken apart and the entries that are new
or changed are sent, oldest first, each as a document of its own (web_entries.py); anything else is sent whole when its
bytes have changed. The server's wishes on rhythm (Cache-Control, ttl, updatePeriod, Retry-After) are heeded, for at
most `at_most` seconds. What the cursor knows of the server is renewed with the last batch of a round only: killed in
between, the rest is still new.
"""

import random
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from threading import Event

from pipeline.errors import OperatorError, TransientError
from pipeline.sources.base import Arrival, Batch, Cursor, Kind, Limit, Unreadable
from pipeline.sources.http_headers import content_type, max_age, seconds_until
from pipeline.sources.web_client import Answer, StoppedError, TooLargeError
from pipeline.sources.web_entries import MOST_ENTRIES, Document, take_apart
from pipeline.sources.web_feed import State, Web, remembered
from pipeline.sources.web_fetch import Fetched, fetch

BATCH_ENTRIES = 500
BATCH_BYTES = 8 << 20
_CHECKED = 64 << 20
_JITTER, _LONGEST_JITTER = 0.1, 5.0
"""Of the rhythm, and in seconds: feeds that start together do not ask together for ever."""
_LONGEST_VALIDATOR = 1000
_TOO_LARGE = "too large"
_MEANING = {
    401: "it wants credentials, or other ones",
    403: "access is refused",
    404: "there is nothing at this address",
    410: "the feed is gone for good; remove it or change its url",
    429: "it is asked too often",
}
_OPERATOR = frozenset({401, 403, 410})


def poll(feed: Web, cursor: Cursor, limit: Limit, stop: Event) -> Iterator[Batch]:
    """One round."""
    state = remembered(feed, cursor)
    if 0 < state.not_before - time.time() <= feed.at_most:
        if state.refusal:
            raise TransientError(state.refusal)
        return
    state = replace(state, refusal=None)
    if stop.wait(random.uniform(0, min(_JITTER * feed.every, _LONGEST_JITTER))):  # noqa: S311 (no secret)
        return
    try:
        found = fetch(feed, state, limit, stop)
    except StoppedError:
        return
    except TooLargeError:
        yield from _too_large(feed, state, limit)
        return
    if found.answer.status == 200:
        yield from _document(feed, state, found, stop)
    elif found.answer.status == 304 and (state.etag or state.modified):
        new = replace(state, moved=found.moved, not_before=_not_before(feed, found.answer, state.period))
        if new != state:
            yield Batch(cursor=new.cursor())
    else:
        yield from _failed(feed, state, found)


def _document(feed: Web, state: State, found: Fetched, stop: Event) -> Iterator[Batch]:
    answer = found.answer
    if not answer.body.strip():
        raise TransientError(f"{found.where.shown} answered with an empty document.")
    media, declared = content_type(answer.headers.get("content-type"))
    digest = sha256(answer.body).hexdigest()
    new = replace(
        state,
        moved=found.moved,
        digest=digest,
        etag=_validator(answer, "etag"),
        modified=_validator(answer, "last-modified"),
        not_before=_not_before(feed, answer, state.period),
    )
    if digest == state.digest:
        if new != state:
            yield Batch(cursor=new.cursor())
        return
    document = take_apart(answer.body, feed.charset or declared, found.where.shown)
    if document is None:
        whole = Arrival(found.where.shown, answer.body, declared, media)
        yield Batch(arrivals=(whole,), cursor=replace(new, entries=(), period=0.0).cursor())
        return
    new = replace(new, period=document.period, not_before=_not_before(feed, answer, document.period))
    yield from _entries(document, state, new, media, stop)


def _entries(document: Document, state: State, new: State, media: str | None, stop: Event) -> Iterator[Batch]:
    listed = [entry.fingerprint for entry in document.entries]
    sent = set(listed) & set(state.entries)
    arrivals: list[Arrival | Unreadable] = []
    size = 0
    for entry in document.oldest_first(frozenset(sent)):
        if stop.is_set():
            return
        # A cursor of many entries is large: with few batches, the writing of it stays in proportion.
        if len(arrivals) >= BATCH_ENTRIES or size >= BATCH_BYTES:
            yield Batch(arrivals=tuple(arrivals), cursor=replace(state, entries=tuple(sent)).cursor())
            arrivals, size = [], 0
        data = document.data(entry)
        arrivals.append(Arrival(entry.name, data, document.charset, media))
        sent.add(entry.fingerprint)
        size += len(data)
    if document.more:
        reason = f"The feed lists {document.more:,} entries more than the {MOST_ENTRIES:,} that are read."
        arrivals.append(Unreadable(new.url.partition("?")[0], reason))
    yield Batch(arrivals=tuple(arrivals), cursor=replace(new, entries=tuple(listed)).cursor())


def _failed(feed: Web, state: State, found: Fetched) -> Iterator[Batch]:
    """Keep what the answer says about the time to come, then raise it."""
    status, where = found.answer.status, found.where.shown
    wait = seconds_until(found.answer.headers.get("retry-after"), time.time()) if status in (429, 503) else None
    meaning = _MEANING.get(status, "the server fails" if status >= 500 else "which is not expected here")
    sentence = f"{where} answers {status}: {meaning}."
    if wait:
        until = time.time() + min(wait, feed.at_most)
        sentence += f" It is not asked again before {datetime.fromtimestamp(until, UTC):%d %B, %H:%M:%S} UTC."
        yield Batch(cursor=replace(state, not_before=until, refusal=sentence).cursor())
    elif status in (404, 410) and state.moved:
        yield Batch(cursor=replace(state, moved=None, etag=None, modified=None).cursor())
        raise TransientError(f"{sentence} The feed had moved there; its own url is tried next.")
    raise OperatorError(sentence) if status in _OPERATOR else TransientError(sentence)


def _too_large(feed: Web, state: State, limit: Limit) -> Iterator[Batch]:
    """Said once, not at each poll."""
    new = replace(state, digest=_TOO_LARGE, etag=None, modified=None)
    if new != state:
        reason = f"It has more than {limit:,} bytes, the most that are taken."
        yield Batch(arrivals=(Unreadable(feed.url.partition("?")[0], reason),), cursor=new.cursor())


def _validator(answer: Answer, name: str) -> str | None:
    value = answer.headers.get(name, "")
    return value if 0 < len(value) <= _LONGEST_VALIDATOR and value.isprintable() else None


def _not_before(feed: Web, answer: Answer, period: float) -> float:
    """When to ask again, if that is later than the feed's own rhythm; else 0."""
    wanted = max(max_age(answer.headers.get("cache-control"), answer.headers.get("age")), period)
    return time.time() + min(wanted, feed.at_most) if wanted > feed.every else 0.0


def check(feed: Web) -> str:
    """Fetch the document and look at it."""
    try:
        found = fetch(feed, State(url=feed.url), _CHECKED, Event())
    except TooLargeError as error:
        raise OperatorError(f"{feed.url.partition('?')[0]} has more than {_CHECKED:,} bytes.") from error
    if found.answer.status != 200:
        for _ in _failed(feed, State(url=feed.url), found):
            pass
    media, declared = content_type(found.answer.headers.get("content-type"))
    document = take_apart(found.answer.body, feed.charset or declared, found.where.shown)
    held = f"a feed of {len(document.entries):,} entries" if document else "a document that is sent whole"
    return f"{found.where.shown} is {held} ({media or 'of no declared type'}, {len(found.answer.body):,} bytes)."


WEB = Kind(feed=Web, check=check, poll=poll)
