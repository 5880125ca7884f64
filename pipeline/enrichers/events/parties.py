"""Who takes part: nouns of the parse as participants, with the entity they name."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import dropwhile
from typing import TypeVar

from spacy.tokens import Token

from pipeline.enrichers.analysis import Analysis, Paragraph
from pipeline.enrichers.events.grammar import is_noun, phrase
from pipeline.enrichers.events.lexicon import words
from pipeline.story import Entity, Participant, Place, Span

T = TypeVar("T")

_SOMEBODY = {"person", "organisation", "gpe", "norp"}
_NO_PARTY = {"DATE", "TIME", "PERCENT", "MONEY", "QUANTITY", "ORDINAL", "CARDINAL"}
_NO_THING = {"north", "south", "east", "west", "northeast", "northwest", "southeast", "southwest"} | {
    "dawn", "dusk", "noon", "midnight", "night", "sunrise", "sunset", "once", "least",
}  # fmt: skip
"""Directions and times of day: 'near Hawija, southwest of Kirkuk', 'attacked at dawn'."""
_PARTITIVE = {
    "number",
    "group",
    "dozen",
    "dozens",
    "hundreds",
    "thousands",
    "scores",
    "series",
    "wave",
    "handful",
    "tonnes",
    "tons",
    "kilograms",
    "barrels",
}
_QUANTITIES = {"CD"}


@dataclass(frozen=True, slots=True)
class Party:
    """A participant, and what decides whether it can be one."""

    token: Token
    participant: Participant
    entity: Entity | None

    @property
    def somebody(self) -> bool:
        """Whether it can act: a person, a group, a state."""
        if self.entity:
            return self.entity.type in _SOMEBODY
        return self.token.lower_ in words().people


class Mentions:
    """Entities and places of a story by where they stand."""

    def __init__(self, analysis: Analysis) -> None:
        self._text = analysis.text
        self._entities = _sorted((m.start, m.end, e) for e in analysis.story.entities for m in e.mentions)
        self._places = _sorted((m.start, m.end, p) for p in analysis.story.places for m in p.mentions)

    def entity(self, position: int) -> tuple[int, int, Entity] | None:
        """The mention that covers this offset of body_text."""
        return _covering(self._entities, position)

    def places(self, start: int, end: int) -> list[tuple[int, Place]]:
        """Resolved places mentioned in this part of body_text, with their offsets."""
        return [(at, place) for at, _, place in self._places if start <= at < end and place.country]

    def span(self, start: int, end: int) -> Span:
        """That part of body_text."""
        return Span(text=self._text[start:end], start=start, end=end)

    def party(self, paragraph: Paragraph, token: Token) -> Party | None:
        """The noun as a participant; None for pronouns, dates, amounts."""
        token = _meant(token)
        if not (is_noun(token) or token.tag_ == "JJ"):
            return None
        found = self.entity(paragraph.start + token.idx)
        if found:
            start, end, entity = found
            return Party(token, Participant(span=self.span(start, end), name=entity.name), entity)
        if not is_noun(token) or token.ent_type_ in _NO_PARTY or token.lower_ in _NO_THING:
            return None
        first, last = phrase(token)
        # 'five police officers' are police officers: the number is a casualty's, not a name's.
        inner = list(dropwhile(lambda t: t.tag_ in {"CD", "DT", "PRP$", "HYPH"}, token.doc[first : last + 1]))
        start, end = paragraph.start + inner[0].idx, paragraph.start + token.idx + len(token)
        return Party(token, Participant(span=self.span(start, end)), None)

    def parties(self, paragraph: Paragraph, tokens: Iterable[Token]) -> list[Party]:
        """Each noun as a participant, none twice."""
        found: dict[str, Party] = {}
        for token in tokens:
            if party := self.party(paragraph, token):
                found.setdefault(party.participant.name or party.participant.span.text.lower(), party)
        return list(found.values())


def _meant(token: Token) -> Token:
    """'hundreds of protesters' are protesters, 'a group of gunmen' gunmen."""
    if token.lower_ in _PARTITIVE or token.tag_ in _QUANTITIES:
        for child in token.children:
            if child.lower_ == "of":
                return next((each for each in child.children if each.dep_ == "pobj"), token)
    return token


def _sorted(mentions: Iterable[tuple[int, int, T]]) -> list[tuple[int, int, T]]:
    return sorted(mentions, key=lambda mention: mention[:2])


def _covering(mentions: Sequence[tuple[int, int, T]], position: int) -> tuple[int, int, T] | None:
    at = bisect_right(mentions, position, key=lambda mention: mention[0]) - 1
    return mentions[at] if at >= 0 and position < mentions[at][1] else None
