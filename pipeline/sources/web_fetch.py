"""A document fetched: who we say we are, what we have already, and where the server sends us."""

import logging
import time
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Event

from pipeline import __version__, settings
from pipeline.errors import OperatorError, TransientError
from pipeline.sources.base import Limit
from pipeline.sources.http_headers import one_line, utf8
from pipeline.sources.web_address import Address, address, redirected
from pipeline.sources.web_client import ENCODINGS, Answer, Limits, get
from pipeline.sources.web_feed import State, Web

_MOST_REDIRECTS = 5
_PERMANENT, _TEMPORARY = frozenset({301, 308}), frozenset({302, 303, 307})
_ACCEPT = "application/rss+xml, application/atom+xml, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """The last answer of a chain of redirects."""

    answer: Answer
    where: Address
    moved: str | None
    """Where the configured URL has moved for good; None: nowhere."""


def fetch(feed: Web, state: State, limit: Limit, stop: Event) -> Fetched:
    """Ask for the document unless it is what `state` knows. Raises as web_client.get, and OperatorError for a
    redirect that is not to be followed."""
    where, home = address(state.moved or feed.url), address(feed.url)
    limits = Limits(
        connect=feed.connect_timeout,
        read=feed.read_timeout,
        end=time.monotonic() + feed.timeout,
        size=limit,
        stop=stop,
        private=feed.private,
        ca=feed.ca,
    )
    moved, permanent, seen = state.moved, True, {where}
    for _ in range(_MOST_REDIRECTS + 1):
        answer = get(where, {**_headers(feed, state), **(_credentials(feed) if _trusted(home, where) else {})}, limits)
        if answer.status not in _PERMANENT | _TEMPORARY:
            return Fetched(answer=answer, where=where, moved=moved)
        origin, where = where, _next(where, answer)
        if where in seen:
            raise TransientError(f"{origin.shown} redirects in a circle.")
        seen.add(where)
        permanent = permanent and answer.status in _PERMANENT
        if permanent:
            moved = where.url
            _log.warning("Feed %s: %s has moved for good to %s; change its url.", feed.id, origin.shown, where.shown)
    raise TransientError(f"{home.shown} redirects more than {_MOST_REDIRECTS} times.")


def _next(where: Address, answer: Answer) -> Address:
    try:
        target = redirected(where, utf8(answer.headers.get("location", "")))
    except ValueError as error:
        raise OperatorError(f"{where.shown} redirects to an address that {error}.") from error
    if where.scheme == "https" and target.scheme == "http":
        raise OperatorError(f"{where.shown} redirects to {target.shown}, without encryption, which is not followed.")
    return target


def _trusted(home: Address, where: Address) -> bool:
    """Whether credentials may be sent: where they are for, or its encrypted side."""
    return where.origin == home.origin or (home.port, where.origin) == (80, ("https", home.host, 443))


def _headers(feed: Web, state: State) -> dict[str, str]:
    contact = one_line(feed.contact or settings.load().contact)
    headers = {
        "User-Agent": f"wire-pipeline/{__version__}" + (f" (+{contact})" if contact else ""),
        "Accept": _ACCEPT,
        "Accept-Encoding": ENCODINGS,
        "Connection": "close",
    }
    known = {"If-None-Match": state.etag, "If-Modified-Since": state.modified}
    return headers | {name: value for name, value in known.items() if value}


def _credentials(feed: Web) -> Mapping[str, str]:
    headers = {name: settings.secret(value) for name, value in feed.headers.items()}
    if feed.token:
        headers["Authorization"] = f"Bearer {settings.secret(feed.token)}"
    elif feed.user or feed.password:
        pair = f"{feed.user}:{settings.secret(feed.password or '')}"
        headers["Authorization"] = f"Basic {b64encode(pair.encode()).decode()}"
    return headers
