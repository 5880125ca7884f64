"""Who the subject of a cue is: an entity of the story, somebody described, or whoever spoke before."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from pipeline.enrichers.quotes.descriptions import Descriptions, descriptions, fitting
from pipeline.enrichers.quotes.lexicon import either, words
from pipeline.enrichers.quotes.sentences import Mention, Token
from pipeline.enrichers.quotes.subjects import Phrase
from pipeline.story import Entity, Participant, Span

Kind = Literal["person", "body", "people"]
Gender = Literal["m", "f"]
_NAMED: frozenset[str] = frozenset({"person", "organisation", "gpe", "facility"})
_PRONOUNS: dict[str, Kind] = {
    "he": "person",
    "she": "person",
    "it": "body",
    "they": "people",
    "him": "person",
    "her": "person",
    "them": "people",
    "i": "person",
}
_GENDERS: dict[str, Gender] = {"he": "m", "she": "f", "him": "m", "her": "f"}
_POSSESSIVE = {"'s", "’s"}
_BY = {"from", "by", "of"}
_NEAR, _FAR = 40, 100
_LATELY = 40
_SUBJECT, _TITLE = 6, 2
"""Words before a name with which a sentence begins, or the clause after its first comma."""


@dataclass(frozen=True, slots=True)
class Speaker:
    """Somebody who speaks."""

    participant: Participant
    kind: Kind
    gender: Gender | None = None


@dataclass(slots=True)
class Speakers:
    """Resolves subjects in the order of the text; it remembers who spoke, or was what a sentence is about."""

    text: str
    entities: Sequence[Entity]
    seen: list[Speaker] = field(default_factory=list)
    genders: dict[str, Gender] = field(default_factory=dict)
    _known: Descriptions | None = None

    def resolve(self, phrase: Phrase, offset: int) -> Speaker:
        """The speaker that a phrase means whose tokens lie `offset` into body_text; it is remembered."""
        return self._remember(self._meant(phrase, offset))

    def last(self, kind: Kind | None = None, gender: Gender | None = None) -> Speaker | None:
        """Who spoke last, of a kind and gender where one is given."""
        for speaker in reversed(self.seen):
            if kind in {None, speaker.kind} and (not gender or speaker.gender in {None, gender}):
                return speaker
        return None

    def note(self, mentions: Sequence[Mention], start: int, end: int) -> None:
        """Remember whom the sentence at these offsets of body_text begins with, as 'he' of the next may mean that."""
        for index in range(bisect_left(mentions, start, key=lambda each: each.start), len(mentions)):
            mention = mentions[index]
            if mention.start >= min(start + _FAR, end):
                return
            before = self.text[start : mention.start]
            late = mention.start > start + _NEAR
            if late:
                before = before.rpartition(", ")[2]  # 'Asked whether he would run again, Governor Ruiz laughed'
            words_before = before.lower().split()
            if (
                self.text[mention.end : mention.end + 2] in _POSSESSIVE
                or len(words_before) > (_TITLE if late else _SUBJECT)
                or not words().prepositions.isdisjoint(words_before)
            ):
                continue
            if mention.entity.type == "person" or (mention.entity.type == "organisation" and not late):
                self._remember(self._named(mention.entity, self._span(mention.start, mention.end), words_before))
                return

    def _remember(self, speaker: Speaker) -> Speaker:
        name = speaker.participant.name
        if name and speaker.gender:
            self.genders[name] = speaker.gender
        elif name and name in self.genders:
            speaker = replace(speaker, gender=self.genders[name])
        self.seen.append(speaker)
        return speaker

    def _meant(self, phrase: Phrase, offset: int) -> Speaker:
        first, head = phrase.tokens[0], phrase.head
        context = [token.lower for token in phrase.tokens]
        if phrase.apposed and not _is_joined(phrase):
            return self._token(phrase.apposed, offset, context)
        if len(phrase.tokens) == 1 and (kind := _PRONOUNS.get(first.lower)):
            return self._pronoun(first, kind, offset)
        if head.entity and head.entity.type in _NAMED and not _is_joined(phrase):
            return self._token(head, offset, context)
        issuer = self._issuer(phrase, offset) if head.lower in words().documents else None
        return issuer or self._of_description(phrase, offset)

    def _of_description(self, phrase: Phrase, offset: int) -> Speaker:
        """Whom a description means, if the story says so, else the description."""
        first, head = phrase.tokens[0], phrase.head
        described = self._description(phrase, offset)
        if entity := self._identified(phrase, head, offset):
            return self._named(entity, described.participant.span, [head.lower])
        if first.lower == "the" and (head.lower in {"man", "woman"} or head.text[:1].isdigit()):
            return self.last("person", _gender([head.lower])) or described
        if first.lower == "the":
            return self._described_before({token.lower for token in phrase.tokens[1:]}) or described
        return described

    def _described_before(self, wanted: set[str]) -> Speaker | None:
        """'A relative of the captain said ... The relative added': the description that came first."""
        for speaker in reversed(self.seen[-_LATELY:]):
            if speaker.participant.name is None and wanted < set(speaker.participant.span.text.lower().split()):
                return speaker
        return None

    def _pronoun(self, token: Token, kind: Kind, offset: int) -> Speaker:
        found = self.last(kind, _GENDERS.get(token.lower))
        if not found and kind == "people":
            found = self.last("body")
        span = self._span(offset + token.start, offset + token.end)
        if not found:
            return Speaker(Participant(span=span), kind, _GENDERS.get(token.lower))
        named = found.participant.name is not None
        participant = replace(found.participant, span=span) if named else found.participant
        return replace(found, participant=participant, gender=_GENDERS.get(token.lower) or found.gender)

    def _token(self, token: Token, offset: int, context: Sequence[str]) -> Speaker:
        assert token.entity is not None
        return self._named(token.entity, self._span(offset + token.start, offset + token.end), context)

    def _named(self, entity: Entity, span: Span, context: Sequence[str]) -> Speaker:
        kind: Kind = "person" if entity.type == "person" else "body"
        first_name = entity.name.lower().partition(" ")[0]
        gender = _gender([*context, *(entity.role or "").split(), first_name]) if kind == "person" else None
        return Speaker(Participant(span=span, name=entity.name), kind, gender)

    def _issuer(self, phrase: Phrase, offset: int) -> Speaker | None:
        """Of 'a statement from the ministry' and of 'the ministry's statement' the ministry."""
        for index, token in enumerate(phrase.tokens[1:], 1):
            if token.lower in _BY and index + 1 < len(phrase.tokens):
                return self._meant(Phrase(phrase.first + index + 1, phrase.tokens[index + 1 :]), offset)
            if token.lower in _POSSESSIVE:
                return self._meant(Phrase(phrase.first, phrase.tokens[:index]), offset)
        return None

    def _description(self, phrase: Phrase, offset: int) -> Speaker:
        span = self._span(offset + phrase.tokens[0].start, offset + phrase.tokens[-1].end)
        head = phrase.head.lower
        lower = [token.lower for token in phrase.tokens]
        if lower[0] in {"one", "another"} or head in words().people:
            return Speaker(Participant(span=span), "person", _gender([head]))
        plural = head.endswith("s") or lower[0] in {"two", "three", "several", "some", "many"}
        return Speaker(Participant(span=span), "people" if plural else "body")

    def _identified(self, phrase: Phrase, head: Token, offset: int) -> Entity | None:
        """The one entity that a definite description means."""
        lower = [token.lower for token in phrase.tokens]
        end = lower.index(head.lower)
        if lower[0] not in words().definite or head.lower not in either("people", "bodies"):
            return None
        if head.lower in words().people and lower[0] != "the":
            return None
        described = self._descriptions()
        position = offset + phrase.tokens[0].start
        if end + 1 < len(lower):
            return None  # 'the mayor of Huaraz': whoever that is, unless it is told in apposition
        found = fitting(described, head.lower, lower[1:end], position)
        if not found and head.lower in words().firms and end == 1:
            found = [each for each in self._firms() if each.mentions[0].start < position]
        if len(found) > 1:
            recent = [each for each in found if self.seen and self.seen[-1].participant.name == each.name]
            found = recent or found
        return found[0] if len(found) == 1 else None

    def _firms(self) -> list[Entity]:
        """The companies of the story, by their legal forms."""
        return [
            entity
            for entity in self.entities
            if entity.type == "organisation"
            and entity.mentions
            and any(
                word.lower() in words().firm_names for form in (entity.name, *entity.aliases) for word in form.split()
            )
        ]

    def _descriptions(self) -> Descriptions:
        if self._known is None:
            self._known = descriptions(self.entities, self.text)
        return self._known

    def _span(self, start: int, end: int) -> Span:
        return Span(text=self.text[start:end], start=start, end=end)


def _is_joined(phrase: Phrase) -> bool:
    """'Ghana and Nigeria' are two."""
    return any(token.lower == "and" for token in phrase.tokens)


def _gender(context: Sequence[str]) -> Gender | None:
    if not words().women.isdisjoint(context):
        return "f"
    if not words().men.isdisjoint(context):
        return "m"
    first_names = context[-1:]
    if not words().women_names.isdisjoint(first_names):
        return "f"
    return None if words().men_names.isdisjoint(first_names) else "m"
