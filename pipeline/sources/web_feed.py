"""What is configured of a feed on the web, and what is remembered of it between two polls."""

from dataclasses import dataclass
from typing import Annotated

import msgspec

from pipeline.sources.base import Cursor, Feed
from pipeline.sources.web_address import address

Seconds = Annotated[float, msgspec.Meta(gt=0, le=3600)]


class Web(Feed, frozen=True, kw_only=True, tag="web"):
    """A document on the web that is asked for again and again: RSS, Atom, or any other."""

    url: str
    user: str = ""
    password: str | None = None
    """Basic authentication. A secret: 'env:NAME' or 'file:PATH'."""
    token: str | None = None
    """Bearer authentication. A secret."""
    headers: dict[str, str] = {}  # noqa: RUF012 (msgspec copies it)
    """Further headers of the request, an agency's key among them; each value may be a secret."""
    ca: str | None = None
    """A file of CA certificates; None: the system's."""
    private: bool = False
    """Whether this feed, and what it redirects to, may be in a private network or on this machine."""
    contact: str = ""
    """Whom the server's people may write to, a URL or mail address in the User-Agent; '': WIRE_CONTACT."""
    at_most: Annotated[float, msgspec.Meta(gt=0, le=7 * 86400)] = 86400.0
    """Seconds between two polls at most, however long the server asks us to wait."""
    connect_timeout: Seconds = 10.0
    read_timeout: Seconds = 30.0
    """For each step of an answer."""
    timeout: Seconds = 120.0
    """For the whole, redirects included."""

    def __post_init__(self) -> None:
        try:
            address(self.url)
        except ValueError as error:
            raise ValueError(f"the URL {error}") from error
        if "@" in self.url.partition("://")[2].partition("/")[0]:
            raise ValueError("user and password have fields of their own, and no place in `url`")
        if self.token and (self.user or self.password):
            raise ValueError("`token` and `user` with `password` are two ways to log in: one of them")


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """The cursor: what the server said, and what of the document has been sent."""

    url: str = ""
    """What was configured when it was made."""
    moved: str | None = None
    """Where that has moved for good."""
    etag: str | None = None
    modified: str | None = None
    digest: str | None = None
    """Of the whole document, all of which has been sent."""
    entries: tuple[str, ...] = ()
    """Fingerprints of the entries that have been sent and are still listed."""
    period: float = 0.0
    """Seconds between two of its versions, as the document says."""
    not_before: float = 0.0
    """When the server may be asked again, a POSIX time."""
    refusal: str | None = None
    """What it said when it asked us to wait until then; None: it did not."""

    def cursor(self) -> Cursor:
        """As JSON."""
        return msgspec.to_builtins(self)


def remembered(feed: Web, cursor: Cursor) -> State:
    """The state in `cursor`; of one made for another URL, or of none, only the entries."""
    try:
        state = msgspec.convert(cursor or {}, State)
        address(state.moved or feed.url)
    except ValueError:  # msgspec's too
        return State(url=feed.url)
    return state if state.url == feed.url else State(url=feed.url, entries=state.entries)
