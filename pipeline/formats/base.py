"""What every format is made of."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from pipeline.errors import TerminalError
from pipeline.story import Story


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What an item held. Never both empty."""

    stories: tuple[Story, ...] = ()
    """Without revision; of the provenance only what reading decides: format, charset and their reasons."""
    errors: tuple[TerminalError, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """A wire format. `parse` yields stories and, for a bad story among good ones, errors; it raises TerminalError
    when the item as a whole is none of its stories. Both functions are pure and take hostile bytes."""

    name: str
    sniff: Callable[[Item], Guess]
    parse: Callable[[Item], Iterable[Story | TerminalError]]


def content_uri(item: Item) -> str:
    """A deterministic id for formats without one: the same bytes from the same feed are the same story."""
    return f"urn:wire:{item.feed}:{hashlib.sha256(item.data).hexdigest()[:32]}"
