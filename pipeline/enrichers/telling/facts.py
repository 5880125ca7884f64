"""What is known of one telling of an event, in the form in which two tellings are compared."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.enrichers.analysis import Analysis
from pipeline.enrichers.folding import fold
from pipeline.enrichers.telling.lexicon import kinds, listed, sort, stem
from pipeline.enrichers.telling.mention import Standing, standing, with_article
from pipeline.enrichers.words import Words, words
from pipeline.story import Casualties, Event, EventType, Participant, Place, Story

SPEECH: frozenset[EventType] = frozenset({"REQUEST", "ACCUSE", "REJECT", "THREATEN", "SUPPORT", "CONCEDE"})
"""Events that are acts of speech: two of one speaker and one type may be of different things."""
_AFTER_HEAD = re.compile(r",|\(|\b(?:of|in|from|with|who|that|at|on|for|near|to|by|outside|inside|including|aboard)\b")
_BLANK_LINE = re.compile(r"\n[^\S\n]*\n")
_PARTS = {"person": "people", "norp": "people"}


@dataclass(frozen=True, slots=True)
class Party:
    """A participant: by name, folded, or by the head word of its description."""

    name: str | None
    head: str
    sort: str | None
    """'attackers', 'vehicle', ...: see telling_words.toml. Of a name, by the type of its entity."""
    known: bool
    """Whether 'the' stands before it."""


@dataclass(frozen=True, slots=True)
class Telling:
    """One event as one sentence tells it."""

    event: Event
    word: str
    """The trigger in lower case."""
    kinds: frozenset[str]
    standing: Standing
    paragraph: int
    actors: tuple[Party, ...]
    targets: tuple[Party, ...]
    place: Place | None
    """Only one that its sentence names: the dateline's is a guess."""
    nearby: frozenset[str]
    """The names of all places of its sentence."""
    content: frozenset[str]
    """Stems of its sentence, for acts of speech."""

    @property
    def is_result(self) -> bool:
        """Whether its trigger says what came of an event: 'killed'."""
        return self.word in listed("results")


def tellings(analysis: Analysis, events: Iterable[Event]) -> list[Telling]:
    """The tellings, one for each of the events."""
    scene = _Scene(analysis.story, analysis.text)
    return [_telling(scene, event) for event in events]


class _Scene:
    """The story's tables that every telling is looked up in, made once."""

    def __init__(self, story: Story, text: str) -> None:
        self.read: Words = words(text)
        self.paragraphs = [found.end() for found in _BLANK_LINE.finditer(text)]
        self.types = {entity.name: entity.type for entity in story.entities}
        self.places = {place.name: place for place in story.places}
        named = sorted((span.start, place.name) for place in story.places for span in place.mentions)
        self.starts = [start for start, _ in named]
        self.names = [name for _, name in named]

    def places_between(self, start: int, end: int) -> frozenset[str]:
        """The places named there."""
        return frozenset(self.names[bisect_left(self.starts, start) : bisect_left(self.starts, end)])


def _telling(scene: _Scene, event: Event) -> Telling:
    word = event.trigger.text.lower().split()[0]
    nearby = scene.places_between(event.evidence.start, event.evidence.end)
    return Telling(
        event=event,
        word=word,
        kinds=kinds(word),
        standing=standing(scene.read, event.trigger.start),
        paragraph=bisect_right(scene.paragraphs, event.trigger.start),
        actors=tuple(_party(scene, each) for each in event.actors),
        targets=tuple(_party(scene, each) for each in event.targets),
        place=scene.places.get(event.place) if event.place in nearby else None,
        nearby=nearby,
        content=_content(scene, event) if event.type in SPEECH else frozenset(),
    )


def _party(scene: _Scene, party: Participant) -> Party:
    if party.name:
        kind = scene.types.get(party.name)
        return Party(fold(party.name), "", _PARTS.get(kind or "", kind), known=True)
    found = head(party.span.text)
    return Party(None, found, sort(found), known=with_article(scene.read, party.span.start))


def head(phrase: str) -> str:
    """The head word of a noun phrase in lower case: 'officers' of 'six officers of the police'."""
    border = next((found.start() for found in _AFTER_HEAD.finditer(phrase) if phrase[: found.start()].strip()), None)
    last = phrase[:border].lower().split()
    return last[-1].strip("\"“”'’-") if last else ""


def _content(scene: _Scene, event: Event) -> frozenset[str]:
    first = bisect_left(scene.read.starts, event.evidence.start)
    last = bisect_left(scene.read.starts, event.evidence.end)
    own = (word for word in scene.read.lower[first:last] if len(word) > 2 and word not in listed("common"))
    return frozenset(stem(word) for word in own)


def tolls(event: Event) -> Iterable[Casualties]:
    """Its numbers that tell events apart: of one person most events could be."""
    return (count for count in event.casualties if count.low > 1)
