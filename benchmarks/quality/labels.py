"""What a gold story's labels are, as they stand in its TOML file before they are placed in its text.

An unknown key is a fault. Pieces are exact pieces of the body text, numbered where they stand more than once.
"""

from datetime import datetime
from typing import Literal

import msgspec

from pipeline.story import CasualtyKind, Day, EntityType, EventStatus, EventType, FigureKind, Qualifier, QuoteKind

TOPICS = {
    "medtop:01000000": "arts, culture, entertainment and media",
    "medtop:02000000": "crime, law and justice",
    "medtop:03000000": "disaster, accident and emergency incident",
    "medtop:04000000": "economy, business and finance",
    "medtop:05000000": "education",
    "medtop:06000000": "environment",
    "medtop:07000000": "health",
    "medtop:08000000": "human interest",
    "medtop:09000000": "labour",
    "medtop:10000000": "lifestyle and leisure",
    "medtop:11000000": "politics and government",
    "medtop:12000000": "religion",
    "medtop:13000000": "science and technology",
    "medtop:14000000": "society",
    "medtop:15000000": "sport",
    "medtop:16000000": "conflict, war and peace",
    "medtop:17000000": "weather",
}
"""The top level of IPTC Media Topics (CC BY 4.0)."""
PlaceKind = Literal["country", "region", "city", "other"]


class EntityLabel(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Something that the story names."""

    name: str
    """Canonical: the fullest form in the story; countries in full."""
    type: EntityType
    forms: tuple[str, ...] = ()
    """Every name by which the text calls it: all their occurrences count, longest first."""
    unless: tuple[str, ...] = msgspec.field(default=(), name="not")
    """Occurrences of a form that do not mean it."""
    role: str | None = None
    salient: bool = False
    country: str | None = None
    region: str | None = None
    geonameid: int | None = None
    kind: PlaceKind | None = None


class CasualtyLabel(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A number of people hurt; `high` is left out where it is open."""

    kind: CasualtyKind
    low: int
    high: int | None = None
    text: str


class EventLabel(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An event, once, wherever and however often it is told."""

    type: EventType
    at: str
    """A unique piece in which its other pieces are looked for first."""
    trigger: str
    again: tuple[str, ...] = ()
    actors: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    instruments: tuple[str, ...] = ()
    place: str | None = None
    country: str | None = None
    date: str | None = None
    begins: Day | None = None
    ends: Day | None = None
    casualties: tuple[CasualtyLabel, ...] = ()
    attribution: str | None = None
    status: EventStatus = "asserted"
    main: bool = False


class QuoteLabel(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What somebody said, a piece a paragraph or around 'he said'."""

    kind: QuoteKind
    text: tuple[str, ...]
    speaker: str | None = None
    """An entity's canonical name, or a description as written."""
    cue: str | None = None


class FigureLabel(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A number with its unit and without its qualifier."""

    text: str
    kind: FigureKind
    low: float | None = None
    high: float | None = None
    unit: str | None = None
    qualifier: Qualifier | None = None
    of: str | None = None


class Head(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What stands above the tables."""

    language: str = "en"
    topics: tuple[str, ...] = ()
    """Codes of TOPICS, the main one first."""
    versioncreated: datetime | None = None
    """What its days are told against, where that is not its dateline's day in the year of YEAR."""


YEAR = 2026
"""Of the stories whose labels do not say when they were sent."""
