"""What is known of one telling of an event, in the form in which two tellings are compared."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.enrichers.analysis import Analysis
from pipeline.enrichers.folding import fold
from pipeline.enrichers.telling.lexicon import kinds, listed, sort, stem
from pipeline.enrichers.telling.mention import SPOKEN_OF, Phrase, Standing, phrase, with_article
from pipeline.enrichers.words import Words, words
from pipeline.story import Casualties, Event, EventType, Participant, Place, Story

SPEECH: frozenset[EventType] = frozenset({"REQUEST", "ACCUSE", "REJECT", "THREATEN", "SUPPORT", "CONCEDE"})
"""Events that are acts of speech: two of one speaker and one type may be of different things."""
_AFTER_HEAD = re.compile(r",|\(|\b(?:of|in|from|with|who|that|at|on|for|near|to|by|outside|inside|including|aboard)\b")
_GOES_ON = re.compile(r" (?:on|in|at|near|of|outside|inside|against|over|between|around|by) [^,.;:\"“”]*")
_PHRASE_END = re.compile(
    r"\b(?:and|but|that|which|who|after|before|as|when|while|has|had|have|was|were|is|are|will|would|said)\b"
)
_WORD = re.compile(r"[^\W\d_]{2,}")
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
    is_person: bool = False
    """Whether it is the name of one."""


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
    """Only one that its sentence names (the dateline's is a guess), for a noun spoken of as known its noun phrase."""
    nearby: frozenset[str]
    """The names of all places there."""
    modifiers: frozenset[str]
    """Stems of what else stands in its noun phrase, where it is spoken of as known: of 'the market bombing' market."""
    names: frozenset[str]
    """Those of them that are capitalised: of 'the attack near Taji' taji."""
    content: frozenset[str]
    """The stems of its sentence."""

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
        self.contents: dict[int, frozenset[str]] = {}

    def places_between(self, start: int, end: int) -> frozenset[str]:
        """The places named there."""
        return frozenset(self.names[bisect_left(self.starts, start) : bisect_left(self.starts, end)])


def _telling(scene: _Scene, event: Event) -> Telling:
    word = (event.trigger.text.lower().split() or [""])[0]
    found = phrase(scene.read, event.trigger.start)
    start, end = _around(scene, event, found)
    nearby = scene.places_between(start, end)
    modifiers = _modifiers(scene, event, start, end) if found.standing in SPOKEN_OF else []
    return Telling(
        event=event,
        word=word,
        kinds=kinds(word),
        standing=found.standing,
        paragraph=bisect_right(scene.paragraphs, event.trigger.start),
        actors=tuple(_party(scene, each) for each in event.actors),
        targets=tuple(_party(scene, each) for each in event.targets),
        place=_place(scene, event, nearby),
        nearby=nearby,
        modifiers=frozenset(stem(word.lower()) for word in modifiers),
        names=frozenset(stem(word.lower()) for word in modifiers if word[0].isupper()),
        content=_content(scene, event),
    )


def _around(scene: _Scene, event: Event, found: Phrase) -> tuple[int, int]:
    """From where to where a place is the event's: 'In Paris, the minister condemned the blast in Oran' is of Oran."""
    if found.standing not in SPOKEN_OF:
        return event.evidence.start, event.evidence.end
    rest = _GOES_ON.match(scene.read.text, event.trigger.end, event.evidence.end)
    end = rest.end() if rest else event.trigger.end
    border = _PHRASE_END.search(scene.read.text, event.trigger.end, end)
    return found.start, border.start() if border else end


def _modifiers(scene: _Scene, event: Event, start: int, end: int) -> list[str]:
    """The words of the noun phrase in text[start:end] but for the trigger and small ones."""
    found = _WORD.findall(scene.read.text[start : event.trigger.start] + scene.read.text[event.trigger.end : end])
    return [word for word in found if word.lower() not in listed("common") | listed("times")]


def _place(scene: _Scene, event: Event, nearby: frozenset[str]) -> Place | None:
    name = event.place if event.place in nearby else next(iter(nearby)) if len(nearby) == 1 else None
    return scene.places.get(name) if name else None


def _party(scene: _Scene, party: Participant) -> Party:
    if party.name:
        kind = scene.types.get(party.name)
        return Party(fold(party.name), "", _PARTS.get(kind or "", kind), known=True, is_person=kind == "person")
    found = head(party.span.text)
    return Party(None, found, sort(found), known=with_article(scene.read, party.span.start))


def head(phrase: str) -> str:
    """The head word of a noun phrase in lower case: 'officers' of 'six officers of the police'."""
    border = next((found.start() for found in _AFTER_HEAD.finditer(phrase) if phrase[: found.start()].strip()), None)
    last = phrase[:border].lower().split()
    return last[-1].strip("\"“”'’-") if last else ""


def _content(scene: _Scene, event: Event) -> frozenset[str]:
    start = event.evidence.start
    if start not in scene.contents:
        first, last = (bisect_left(scene.read.starts, at) for at in (start, event.evidence.end))
        scene.contents[start] = frozenset(stem(word) for word in scene.read.lower[first:last] if len(word) > 2)
    return scene.contents[start]


def tolls(event: Event) -> Iterable[Casualties]:
    """Its numbers that tell events apart: of one person most events could be."""
    return (count for count in event.casualties if count.low > 1)
