"""Placing the labels' pieces in a story's text while collecting what is wrong with them."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from benchmarks.quality.parties import head
from benchmarks.quality.pieces import MisplacedError, distance, locate, nearest, overlap
from pipeline.story import Entity, Participant, Span


@dataclass(slots=True)
class Proof:
    """The text that labels are placed in, and the faults found so far: the entry, 'event 3 (ASSAULT)', a sentence."""

    text: str
    entry: str = ""
    """What is being read."""
    faults: list[tuple[str, str]] = field(default_factory=list)

    def fault(self, sentence: str) -> None:
        """Something is wrong with the entry that is being read."""
        self.faults.append((self.entry, sentence))

    def place(self, key: str, piece: str, *scopes: Span) -> Span | None:
        """As `locate`; None, and a fault of `key`, where it cannot be placed."""
        try:
            return locate(self.text, piece, *scopes)
        except MisplacedError as error:
            self.fault(f"{key}: {error}")
            return None

    def place_near(self, key: str, piece: str, spans: Sequence[Span]) -> Span | None:
        """As `nearest`; None, and a fault of `key`, where it cannot be placed."""
        try:
            return nearest(self.text, piece, spans)
        except MisplacedError as error:
            self.fault(f"{key}: {error}")
            return None


def named(entities: Sequence[Entity], name: str) -> Entity | None:
    """The entity of that canonical name."""
    return next((each for each in entities if each.name == name), None)


def _called(entities: Sequence[Entity], form: str) -> Entity | None:
    """The one entity of that name or alias."""
    found = [each for each in entities if form in (each.name, *each.aliases)]
    return found[0] if len(found) == 1 else named(found, form)


def party(key: str, piece: str, entities: Sequence[Entity], near: Sequence[Span], proof: Proof) -> Participant | None:
    """Who `piece` names or describes: an entity's mention in `near`, the most important first, or the words nearest."""
    entity = _called(entities, piece)
    span = _mention(entity, near) if entity else None
    if entity and span:
        return Participant(span=span, name=entity.name)
    placed = proof.place_near(key, piece, near)
    return _participant(entities, placed) if placed else None


def _participant(entities: Sequence[Entity], span: Span) -> Participant:
    """The party at `span`, with its canonical name where its head is one: 'Finance Minister Ana Quispe'."""
    for entity in entities:
        ending = next((each for each in entity.mentions if each.end == span.end and each.start >= span.start), None)
        if ending and head(ending.text) == head(span.text):
            return Participant(span=span, name=entity.name)
    return Participant(span=span)


def _mention(entity: Entity, scopes: Sequence[Span]) -> Span | None:
    """Its mention that overlaps the first of `scopes` that has one, else its first; None where it has none."""
    for scope in scopes:
        inside = [each for each in entity.mentions if overlap(each, scope)]
        if inside:
            return inside[0]
    return min(entity.mentions, key=lambda each: distance(each, scopes[0]) if scopes else 0, default=None)
