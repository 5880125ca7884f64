"""The audit: what became of every message received, from what the topics and the index themselves say.

Each message of wire.raw and wire.raw.bulk caused stories in wire.parsed (which name the message they come from), or
dead letters, or both. Each of those stories is the newest version of its story in the ledger, and then it stands in the
index at its revision (indexed) or waits (held); or another version decides (superseded); or it is a dead letter. What
is none of these is unaccounted for. Story by story, since one message may hold several.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from pipeline.bus.reader import read
from pipeline.errors import TerminalError
from pipeline.life import Life
from pipeline.lifecycle.life import visible
from pipeline.lifecycle.revision import revision_of
from pipeline.messages import Message
from pipeline.search.client import connect
from pipeline.search.history import lives
from pipeline.search.lookup import versions
from pipeline.settings import Settings
from pipeline.story import Story, decode
from pipeline.topics import ALL_PARSED, DEAD_LETTER, RAW, RAW_BULK

Outcome = Literal["indexed", "superseded", "held", "dead-lettered", "unaccounted"]
OUTCOMES: tuple[Outcome, ...] = ("indexed", "superseded", "held", "dead-lettered", "unaccounted")


@dataclass(frozen=True, slots=True)
class ParsedStory:
    """What the audit needs of a story in wire.parsed."""

    uri: str
    revision: int
    part: int
    parts: int


@dataclass(frozen=True, slots=True)
class Unaccounted:
    """A message, or one story of it, that is nowhere."""

    message: str
    """'topic/partition/offset'."""
    name: str
    reason: str


@dataclass(slots=True)
class Ledger:
    """What the topics say, read once."""

    received: dict[str, str] = field(default_factory=dict)
    """Message -> what the item was called."""
    parsed: dict[str, set[ParsedStory]] = field(default_factory=lambda: defaultdict(set))
    dead: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """Message -> the uris of its stories that are dead letters; '' for the message or a part without uri."""


@dataclass(frozen=True, slots=True)
class Report:
    """The audit's result. The outcomes are counted by story; a message without any story counts as one."""

    messages: int
    outcomes: Mapping[Outcome, int]
    unaccounted: tuple[Unaccounted, ...]


def audit(settings: Settings, on_step: Callable[[str], None] = lambda _: None) -> Report:
    """Account for every message that is in the raw topics at this moment. Changes nothing."""
    ledger = Ledger()
    on_step("Reading what was received")
    received = read(settings, RAW, RAW_BULK)
    ledger.received = {message.coordinates: message.headers.get("name", "") for message in received}
    on_step("Reading what was parsed")
    note_parsed(ledger, read(settings, *ALL_PARSED))
    on_step("Reading dead letters")
    note_dead(ledger, read(settings, DEAD_LETTER))
    on_step("Asking the index")
    uris = sorted({story.uri for stories in ledger.parsed.values() for story in stories})
    with connect(settings) as client:
        known = lives(client, settings, uris)
        found = versions(client, settings, uris)
    return reconcile(ledger, known, {uri: revision_of(version) for uri, version in found.items()})


def note_parsed(ledger: Ledger, messages: Iterable[Message]) -> None:
    """Enter wire.parsed; copies of a story, made by a restart, are one."""
    for message in messages:
        story = _story(message)
        if story and story.provenance.raw:
            raw = story.provenance.raw
            parsed = ParsedStory(story.uri, story.revision, story.provenance.part, story.provenance.parts)
            ledger.parsed[f"{raw.topic}/{raw.partition}/{raw.offset}"].add(parsed)


def note_dead(ledger: Ledger, messages: Iterable[Message]) -> None:
    """Enter wire.dead-letter. Letters of the feed never were in a raw topic, and count as received."""
    for message in messages:
        stage, read_from = message.headers.get("stage"), message.headers.get("read-from", "")
        if stage == "feed":
            ledger.received[message.coordinates] = message.headers.get("original.name", "")
            ledger.dead[message.coordinates].add("")
        elif stage == "parse":
            ledger.dead[read_from].add(message.headers.get("item", ""))
        elif (story := _story(message)) and story.provenance.raw:
            raw = story.provenance.raw
            ledger.dead[f"{raw.topic}/{raw.partition}/{raw.offset}"].add(story.uri)


def _story(message: Message) -> Story | None:
    try:
        return decode(message.value)
    except TerminalError:
        return None


def reconcile(ledger: Ledger, known: Mapping[str, Life], indexed: Mapping[str, int]) -> Report:
    """Account for every message in `ledger`; `indexed` is the revision that stands in the index, by uri."""
    counts: Counter[Outcome] = Counter()
    missing: list[Unaccounted] = []
    for coordinates, name in ledger.received.items():
        stories, dead = ledger.parsed.get(coordinates, set()), ledger.dead.get(coordinates, set())
        failed = dead - {story.uri for story in stories}
        counts["dead-lettered"] += len(failed)
        if not stories and not dead:
            counts["unaccounted"] += 1
            missing.append(Unaccounted(coordinates, name, "It was received and not parsed."))
        for story in stories:
            outcome = _outcome(story, known.get(story.uri), indexed.get(story.uri), dead)
            counts[outcome] += 1
            if outcome == "unaccounted":
                missing.append(
                    Unaccounted(coordinates, name, f"{story.uri} was parsed and is neither held nor in the index.")
                )
        absent = max((story.parts for story in stories), default=0) - len({story.part for story in stories})
        if absent > 0:
            counts["unaccounted"] += absent
            missing.append(Unaccounted(coordinates, name, f"{absent} of its stories were not parsed."))
    return Report(len(ledger.received), {name: counts[name] for name in OUTCOMES}, tuple(missing))


def _outcome(story: ParsedStory, life: Life | None, indexed: int | None, dead: set[str]) -> Outcome:
    if life and life.newest == story.revision and (not life.public or indexed == story.revision):
        return "indexed" if visible(life) or life.status == "canceled" else "held"
    # A version above the newest does not decide when the story was killed or is withheld and it may not lift that.
    if life and (life.newest > story.revision or (life.newest < story.revision and life.status != "usable")):
        return "superseded"
    return "dead-lettered" if story.uri in dead else "unaccounted"
