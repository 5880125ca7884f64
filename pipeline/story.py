"""The Story and its parts: what the agency said, and what we add.

What the agency said uses the vocabulary of IPTC ninjs 1.x (https://iptc.org/std/ninjs/); event types are the codes
of the PLOVER ontology. All offsets are Unicode code points into `body_text`. All times carry a time zone. The JSON
Schema in schemas/ is generated from these types.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, Literal, TypeVar

import msgspec
import orjson

from pipeline.errors import TerminalError

T = TypeVar("T")
Time = Annotated[datetime, msgspec.Meta(tz=True)]
Day = Annotated[str, msgspec.Meta(pattern=r"^\d{4}-\d{2}-\d{2}$")]
"""ISO 8601."""
Offset = Annotated[int, msgspec.Meta(ge=0)]
Confidence = Annotated[float, msgspec.Meta(ge=0, le=1)]
Urgency = Annotated[int, msgspec.Meta(ge=1, le=9)]

PubStatus = Literal["usable", "withheld", "canceled"]
Lane = Literal["live", "bulk"]
EntityType = Literal["person", "organisation", "gpe", "location", "facility", "norp", "product", "event", "law"]
EventType = Literal[
    "AGREE", "CONSULT", "SUPPORT", "CONCEDE", "COOPERATE", "AID", "RETREAT", "REQUEST",
    "ACCUSE", "REJECT", "THREATEN", "PROTEST", "SANCTION", "MOBILIZE", "COERCE", "ASSAULT",
    "DISASTER", "ACCIDENT", "CRIME", "TRIAL", "ELECTION", "APPOINTMENT", "DEATH", "STRIKE", "EARNINGS", "MERGER",
    "MARKET", "POLICY", "LAUNCH", "SPORT", "WEATHER", "OUTBREAK",
]  # fmt: skip
"""The 16 types of PLOVER, then ours for the news beyond conflict and diplomacy."""
EventStatus = Literal["asserted", "denied", "negated", "hypothetical", "planned", "demanded", "background"]
"""Whether it happened: told as a fact; said by those concerned not to be so; told not to have happened; only possible,
threatened or conditional; announced; called for; or happened before the news and told to explain it."""
QuoteKind = Literal["direct", "mixed", "indirect"]
FigureKind = Literal[
    "money", "percent", "points", "count", "distance", "area", "weight", "volume", "speed", "temperature", "energy",
    "duration",
]  # fmt: skip
Qualifier = Literal["about", "at least", "more than", "nearly", "less than", "at most"]
CasualtyKind = Literal["killed", "wounded", "missing", "detained", "displaced"]
AdvisoryKind = Literal["kill", "withhold", "release"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A piece of `body_text`: `body_text[start:end] == text`."""

    text: str
    start: Offset
    end: Offset


@dataclass(frozen=True, slots=True, kw_only=True)
class Concept:
    """A subject, genre, person, organisation or place as the agency gave it: a code in a scheme, a name, or both."""

    name: str | None = None
    code: str | None = None
    scheme: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """A headline besides the main one."""

    text: str
    role: str | None = None
    """As given: 'subheadline', 'short', 'hl2', ..."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Somebody named in the byline or a credit line."""

    name: str
    role: str = "byline"
    """In lower case, as credited: 'byline', 'reporting', 'additional reporting', 'writing', 'editing', ..."""
    place: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dateline:
    """Where and when the copy was filed: 'LIMA/GENEVA, March 3 (Agency) -'."""

    text: str
    places: tuple[str, ...] = ()
    date: str | None = None
    """As written: 'March 3'."""
    agency: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Another item the story points to: a picture, a video, an earlier story."""

    rel: str
    uri: str | None = None
    type: str | None = None
    title: str | None = None
    href: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """What made an enrichment."""

    name: str
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """One thing the story names, all its mentions merged."""

    name: str
    """Canonical: the fullest form in the story."""
    type: EntityType
    aliases: tuple[str, ...] = ()
    """The other forms it appears under."""
    mentions: tuple[Span, ...] = ()
    """In order; empty where only the headline or the agency's metadata names it."""
    in_headline: bool = False
    role: str | None = None
    """A person's title or function as the story gives it: 'finance minister'."""
    salience: Confidence = 0.0
    """How much the story is about it, from where and how often it is named; 1 for what it is about most."""
    code: str | None = None
    """The agency's code for it, where the agency gave the entity."""
    confidence: Confidence = 1.0
    component: str = "agency"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place resolved to GeoNames (CC BY 4.0)."""

    name: str
    geonameid: int | None = None
    country: str | None = None
    """ISO 3166-1 alpha-2."""
    country_name: str | None = None
    region: str | None = None
    """First-order administrative division, by name or GeoNames code."""
    lat: Annotated[float, msgspec.Meta(ge=-90, le=90)] | None = None
    lon: Annotated[float, msgspec.Meta(ge=-180, le=180)] | None = None
    kind: Literal["country", "region", "city", "other"] = "other"
    dateline: bool = False
    """Whether the dateline names it."""
    mentions: tuple[Span, ...] = ()
    confidence: Confidence = 1.0
    component: str = "agency"


@dataclass(frozen=True, slots=True, kw_only=True)
class Participant:
    """Who does, or undergoes, an event."""

    span: Span
    name: str | None = None
    """The canonical name of the entity it refers to, where it is one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Casualties:
    """A number of people hurt: 'at least six killed' is low=6, high=None."""

    kind: CasualtyKind
    low: Annotated[int, msgspec.Meta(ge=0)]
    high: Annotated[int, msgspec.Meta(ge=0)] | None = None
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One event in the sense of PLOVER: who did what to whom, where, when, and how surely."""

    type: EventType
    mode: str | None = None
    trigger: Span
    evidence: Span
    """The sentence that tells it."""
    again: tuple[Span, ...] = ()
    """The triggers by which other sentences tell the same event."""
    actors: tuple[Participant, ...] = ()
    targets: tuple[Participant, ...] = ()
    instruments: tuple[Participant, ...] = ()
    """By what means: 'a car bomb', 'drones'."""
    place: str | None = None
    country: str | None = None
    """ISO 3166-1 alpha-2."""
    date: str | None = None
    """As written: 'on Tuesday', 'last month'."""
    begins: Day | None = None
    """The first day of it or of the time in which it was, resolved from `date` against the story's own time."""
    ends: Day | None = None
    """The last one, included."""
    casualties: tuple[Casualties, ...] = ()
    attribution: Participant | None = None
    """Who says so: 'police said'."""
    main: bool = False
    """Whether it is what the story is about."""
    status: EventStatus = "asserted"
    confidence: Confidence = 1.0
    component: str = "events"


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """What somebody said or wrote, in its own words or reported."""

    kind: QuoteKind
    """In quotation marks; partly so ('called it "a disgrace"'); or without any ('said that ...')."""
    spans: tuple[Span, ...]
    """What was said, without marks and without who says so: a piece a paragraph, or around 'he said'. Of a mixed
    quote what is reported, the marked words in it."""
    cue: Span | None = None
    """The word that says that it was said: 'said', 'according to'."""
    speaker: Participant | None = None
    """Who: by name where it is an entity, else as described ('a second diplomat')."""
    confidence: Confidence = 1.0
    component: str = "quotes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A number with what it is of: 'between $3 million and $4 million' is low=3e6, high=4e6, unit USD."""

    kind: FigureKind
    span: Span
    """With its unit and without its qualifier."""
    low: float | None
    """In `unit`; None for 'up to' and 'less than'."""
    high: float | None
    """As `low` where it is exact; None for 'at least' and 'more than'."""
    unit: str | None = None
    """ISO 4217 for money, '%', 'pp' for percentage points, SI symbols or 'ha', 'bbl', ...: see enrichers/figures.py."""
    qualifier: Qualifier | None = None
    of: str | None = None
    """What it counts or measures, as written: 'soldiers', 'net profit'."""
    confidence: Confidence = 1.0
    component: str = "figures"


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A subject from IPTC Media Topics (CC BY 4.0)."""

    code: str
    """'medtop:16000000'."""
    name: str
    parents: tuple[str, ...] = ()
    """The codes above it, the broadest last."""
    confidence: Confidence = 1.0
    component: str = "topics"
    """'agency' where the agency gave it, in whatever scheme."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Toll:
    """How many people the story's main event, or all of its events of harm, cost: to be compared between versions."""

    kind: CasualtyKind
    low: Annotated[int, msgspec.Meta(ge=0)]
    high: Annotated[int, msgspec.Meta(ge=0)] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A story as an advisory names it. What is given must all fit; nothing given fits nothing."""

    uri: str | None = None
    channel: str | None = None
    sequence: int | None = None
    """The transmission that brought it, in its channel."""
    headline: str | None = None
    slugline: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Advisory:
    """A message about other stories, from formats whose kills have no id in common with what they kill.

    Such a message is a story of its own, canceled or withheld like those it names; a release is usable.
    """

    kind: AdvisoryKind
    targets: tuple[Target, ...] = ()
    """Empty where it does not say which story it means: it is a dead letter then, for a person to read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What stood before, and what stands now."""

    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureChange:
    """A number that changed: a toll from 4 to 6."""

    what: str
    """What it counts: 'killed', 'per cent', '$ million', or the words around it."""
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What a version changed against the one that was public before it."""

    since: int
    """That version's revision."""
    material: bool
    """Whether the news changed: a figure, a name, the headline's sense, or a corrected fact; not only its wording."""
    headline: Change | None = None
    added: tuple[str, ...] = ()
    """Paragraphs."""
    removed: tuple[str, ...] = ()
    rewritten: tuple[Change, ...] = ()
    figures: tuple[FigureChange, ...] = ()
    names_added: tuple[str, ...] = ()
    names_removed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RawReference:
    """Where the bytes of the story lie in Kafka, and what they are."""

    topic: str
    partition: int
    offset: int
    size: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """How the story came to us and what was decided about it on the way."""

    feed: str = "files"
    lane: Lane = "live"
    received: Time | None = None
    format: str | None = None
    format_reason: str | None = None
    charset: str | None = None
    charset_reason: str | None = None
    replacements: int = 0
    """Characters that could not be decoded and stand as U+FFFD."""
    channel: str | None = None
    """The service whose transmissions are numbered, where they are."""
    sequence: int | None = None
    """The transmission's number in its channel. A number left out is a story that did not come."""
    part: int = 0
    """This story's number among `parts` stories of one message, from 0."""
    parts: int = 1
    raw: RawReference | None = None
    components: tuple[Component, ...] = ()
    """What enriched it, in order."""
    enrichment_revision: Annotated[int, msgspec.Meta(ge=0, lt=1 << 8)] = 0
    relations_revision: Annotated[int, msgspec.Meta(ge=0, lt=1 << 7)] = 0
    """How often this version's group or thread has changed."""
    enriched_to: int | None = None
    """Code points of body_text that were enriched, where a very long text was cut; None when all was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One version of one story."""

    uri: Annotated[str, msgspec.Meta(min_length=1)]
    """The agency's id, or a deterministic one."""
    revision: Annotated[int, msgspec.Meta(ge=0, lt=1 << 47)] = 0
    """Orders the versions of a story: see pipeline/lifecycle/revision.py."""
    pubstatus: PubStatus = "usable"

    type: str = "text"
    version: str | None = None
    versioncreated: Time | None = None
    firstcreated: Time | None = None
    embargoed: Time | None = None
    urgency: Urgency | None = None
    profile: str | None = None
    signals: tuple[str, ...] = ()
    """What the copy calls itself, in lower case: 'flash', 'urgent', 'update 2', 'corrected', 'wrapup 1', ..."""
    headline: str | None = None
    headlines: tuple[Headline, ...] = ()
    """Other headlines than the main one: of other levels, lengths or purposes."""
    slugline: str | None = None
    description_text: str | None = None
    """Abstract, summary or caption, where it is not the text itself."""
    byline: str | None = None
    creditline: str | None = None
    located: str | None = None
    dateline: Dateline | None = None
    authors: tuple[Author, ...] = ()
    language: str | None = None
    source: str | None = None
    """The agency."""
    genre: tuple[Concept, ...] = ()
    subject: tuple[Concept, ...] = ()
    keywords: tuple[str, ...] = ()
    ednote: str | None = None
    usageterms: str | None = None
    copyrightholder: str | None = None
    copyrightnotice: str | None = None
    links: tuple[Link, ...] = ()
    body_text: str = ""
    """Paragraphs separated by one blank line; without byline, dateline and credit line."""
    extra: Mapping[str, Any] = field(default_factory=dict)
    """What the agency said that has no field here, under its own names."""

    advisory: Advisory | None = None
    """Set where the message is about other stories."""

    entities: tuple[Entity, ...] = ()
    places: tuple[Place, ...] = ()
    events: tuple[Event, ...] = ()
    quotes: tuple[Quote, ...] = ()
    figures: tuple[Figure, ...] = ()
    topics: tuple[Topic, ...] = ()
    toll: tuple[Toll, ...] = ()

    changes: Changes | None = None
    """Against the version that was public before; None for a first one, and after a kill."""
    reinstates: int | None = None
    """The revision of the kill that this version lifts."""
    group: str | None = None
    """Stories that say the same share it: copies from several services, or sent again, cut, lightly edited."""
    thread: str | None = None
    """Stories of one running event share it."""
    provenance: Provenance = field(default_factory=Provenance)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryEvent:
    """One event with what a subscriber needs of its story: the value of wire.events."""

    uri: str
    revision: int
    number: int
    """The event's position in its story, from 0."""
    headline: str | None = None
    versioncreated: Time | None = None
    received: Time | None = None
    source: str | None = None
    language: str | None = None
    lane: Lane = "live"
    event: Event


def tombstone(story: Story) -> Story:
    """What is left of a killed story: that it was killed, when, by whom and, in the editor's note, why.

    None of what it said: no text, headline, name or link.
    """
    return Story(
        uri=story.uri,
        revision=story.revision,
        pubstatus=story.pubstatus,
        type=story.type,
        version=story.version,
        versioncreated=story.versioncreated,
        firstcreated=story.firstcreated,
        language=story.language,
        source=story.source,
        ednote=story.ednote,
        provenance=story.provenance,
    )


def encode(value: Story | StoryEvent) -> bytes:
    """JSON, UTF-8. Lone surrogates cannot be encoded: decoders of formats must have replaced them."""
    return orjson.dumps(value)


def decode(data: bytes) -> Story:
    """The story in `data`; TerminalError with a sentence when it is not JSON or not a Story."""
    return _decoded(data, Story)


def decode_event(data: bytes) -> StoryEvent:
    """The event in `data`, as `decode`."""
    return _decoded(data, StoryEvent)


def _decoded(data: bytes, kind: type[T]) -> T:
    try:
        return msgspec.convert(orjson.loads(data), kind)
    except orjson.JSONDecodeError as error:
        raise TerminalError(f"Not valid JSON: {error}.") from error
    except msgspec.ValidationError as error:
        raise TerminalError(f"Not a {kind.__name__}: {error}.") from error
