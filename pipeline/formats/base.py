"""What every format is made of."""

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from pipeline.errors import TerminalError
from pipeline.story import Provenance, PubStatus, Story

_MADE = "urn:wire:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """What an item was found in, and what was said there of all its stories: a mail with a cover note."""

    said: Mapping[str, Any]
    """For the stories' `extra`, under 'envelope'; short, since each story repeats it."""
    pubstatus: PubStatus = "usable"
    """Holds for stories that are less restricted themselves."""
    embargoed: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """Bytes as received, with what is known about them beforehand (hints: None where nothing is)."""

    data: bytes
    feed: str = "files"
    name: str | None = None
    """What the item was called where it came from: a file name."""
    format: str | None = None
    """Fixed by the feed; None: to be detected."""
    charset: str | None = None
    """Declared by the feed or the transport."""
    content_type: str | None = None
    """Declared by the transport: a media type, with or without parameters."""
    language: str | None = None
    """BCP 47; of stories that do not say theirs."""
    rights: str | None = None
    """Usage terms of stories that do not say theirs."""
    envelope: Envelope | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """How sure a format is that an item is its own."""

    confidence: float
    """0 (cannot be) to 1 (certain)."""
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """Decoded text, and how it came about."""

    text: str
    charset: str
    reason: str
    replacements: int = 0

    def provenance(self, channel: str | None = None, sequence: int | None = None) -> Provenance:
        """That of a story in it, the `sequence`th transmission of `channel`."""
        return Provenance(
            charset=self.charset,
            charset_reason=self.reason,
            replacements=self.replacements,
            channel=channel,
            sequence=sequence,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What an item held. Never both empty."""

    stories: tuple[Story, ...] = ()
    """Without revision; of the provenance only what reading decides: format, charset and their reasons."""
    errors: tuple[TerminalError, ...] = ()


Found: TypeAlias = Story | TerminalError | Item
"""What a parser finds in an item."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """A wire format. `parse` yields stories, an error for a bad story among good ones, and, where it is an envelope
    of other formats (mail), the items in it, which are read in their turn; it raises TerminalError when the item as a
    whole is none of its stories. Both functions are pure and take hostile bytes."""

    name: str
    sniff: Callable[[Item], Guess]
    parse: Callable[[Item], Iterable[Found]]


def content_uri(item: Item, data: bytes | None = None) -> str:
    """A deterministic id for formats without one: the same bytes (`data`: those of a story among several) from the
    same feed are the same story."""
    return f"{_MADE}{item.feed}:{hashlib.sha256(item.data if data is None else data).hexdigest()[:32]}"


def transmission_uri(item: Item, data: bytes, *parts: str | int | None) -> str:
    """A deterministic id for formats that number their transmissions: feed, what is known of service, date and
    number, and a digest of the story's bytes, since numbers begin anew and dates lack their year."""
    known = [re.sub(r"[^\w.+-]+", "_", str(part)) for part in parts if part not in (None, "")]
    return ":".join([f"{_MADE}{item.feed}", *known, hashlib.sha256(data).hexdigest()[:16]])


def is_made(uri: str) -> bool:
    """Whether an id is one that we made from the bytes: there is one version of such a story."""
    return uri.startswith(_MADE)
