"""The events of a story: triggers, their participants, status, place, date and casualties."""

import re
from collections.abc import Sequence
from dataclasses import replace

from spacy.tokens import Span as Tokens
from spacy.tokens import Token

from pipeline.enrichers.analysis import Analysis, Paragraph
from pipeline.enrichers.events.attribution import attributed
from pipeline.enrichers.events.casualties import Count, counts
from pipeline.enrichers.events.conditions import Candidate, meets
from pipeline.enrichers.events.found import HARM, Found
from pipeline.enrichers.events.grammar import agents, children, is_noun, is_passive, is_verb, patients, subjects, under
from pipeline.enrichers.events.lexicon import Part, Trigger, triggers, words
from pipeline.enrichers.events.merging import merged
from pipeline.enrichers.events.parties import Mentions, Party
from pipeline.enrichers.events.scope import scope
from pipeline.enrichers.events.status import status
from pipeline.enrichers.events.tolls import owner
from pipeline.story import Casualties, Event, Participant, Span, Story

NAME = "events"
VERSION = "3"
MOST = 200
"""Events of one story: a longer list tells a reader nothing."""
LONGEST_SENTENCE = 300
"""Tokens of what can be a sentence: a longer one is a table or a list, or was made to keep us busy."""
_ENGAGED = {"on", "in", "into", "for", "with", "to"}
"""'went on strike', 'arrived for talks'; but 'took office after a coup' is nobody's coup."""
_THROUGH = ("through", "into")
_LASTING = re.compile(
    r"\b(?:old|annual|daily|weekly|monthly)$|^(?:(?:the|a|an|about|some|more than|at least|nearly|almost) )*"
    r"(?:(?!same|last|next|this|previous|past|following|coming|other)\w+[ -])?(?:day|week|month|year|decade)s?$",
    re.IGNORECASE,
)
"""What the model labels a date, and is an age or how long something lasted."""
_PRONOUNS = {"he", "she", "they", "it", "we", "who"}


def run(analysis: Analysis) -> Story:
    """The story with its events, in the order of their triggers."""
    if not analysis.paragraphs or scope(analysis) == "sport":
        return replace(analysis.story, events=())
    mentions = Mentions(analysis)
    strict = scope(analysis) == "markets"
    found = [event for paragraph in analysis.paragraphs for event in _paragraph(analysis.story, mentions, paragraph)]
    kept = attributed(
        analysis.story.quotes, [event for event in found if not strict or (event.actors and event.targets)]
    )
    return replace(analysis.story, events=tuple(sorted(kept, key=lambda event: event.trigger.start)[:MOST]))


def _paragraph(story: Story, mentions: Mentions, paragraph: Paragraph) -> list[Event]:
    sentences = [list(sentence) for sentence in paragraph.doc.sents if len(sentence) <= LONGEST_SENTENCE]
    tokens = [token for sentence in sentences for token in sentence]
    told = [[event for token in sentence if (event := _event(mentions, paragraph, token))] for sentence in sentences]
    found = [event for of_sentence in told for event in merged(of_sentence)]
    for count in counts(paragraph.doc, tokens):
        if chosen := owner(found, count):
            _add(mentions, paragraph, chosen, count)
    return [_located(story, mentions, each) for each in found]


def _event(mentions: Mentions, paragraph: Paragraph, token: Token) -> Found | None:
    part: Part | None = "v" if is_verb(token) else "n" if is_noun(token) else None
    if part is None or (token.lower_, part) not in triggers() or _named(mentions, paragraph, token):
        return None
    for trigger in triggers().get((token.lower_, part), ()):
        if trigger.modifiers and not any(child.lower_ in trigger.modifiers for child in token.children):
            continue
        candidate = _candidate(mentions, paragraph, token, trigger)
        if meets(trigger.needs, candidate):
            return Found([token], _told(mentions, paragraph, trigger, candidate), trigger.needs == "kill")
        if trigger.modifiers:
            return None
    return None


def _named(mentions: Mentions, paragraph: Paragraph, token: Token) -> bool:
    """Whether the word is part of a name ('Popular Mobilisation Forces') or of a crosshead."""
    found = mentions.entity(paragraph.start + token.idx)
    return found is not None or (len(token) > 3 and token.is_upper)


def _candidate(mentions: Mentions, paragraph: Paragraph, token: Token, trigger: Trigger) -> Candidate:
    light = _light(token) if trigger.part == "n" else None
    doers = _doers(token, light) if trigger.part == "n" else [*subjects(token), *agents(token)]
    instruments = [each for each in doers if each.lower_ in words().violent and each.lower_ not in words().people]
    owners = [owner for each in instruments for owner in _doers(each, None)]  # 'Iraqi warplanes' are Iraq's
    actors = mentions.parties(paragraph, [*(each for each in doers if each not in instruments), *owners])
    targets = mentions.parties(paragraph, _sufferers(token, trigger))
    if trigger.part == "n" or trigger.type in {"CONSULT", "AGREE"}:
        sides = mentions.parties(paragraph, under(token, ["between"]))
        if doers and trigger.part == "v":  # 'Norway is mediating between the two'
            targets = sides or targets
        else:
            actors, targets = [*actors, *sides[:1]], sides[1:] or targets
    named = {party.participant.name or party.participant.span.text for party in actors}
    targets = [p for p in targets if (p.participant.name or p.participant.span.text) not in named]
    somebody = any(party.somebody for party in actors) or any(each.lower_ in _PRONOUNS for each in doers)
    return Candidate(token, actors, targets, instruments, somebody, light)


def _light(noun: Token) -> Token | None:
    """The verb that makes an event of the noun, if it is one of those."""
    head = noun.head
    if (head.dep_ == "prep" and head.lower_ in _ENGAGED) or head.tag_ == "RP":
        head = head.head
    fits = noun.dep_ in {"dobj", "nsubjpass", "nsubj", "pobj", "attr", "oprd"} and is_verb(head)
    return head if fits and head.lower_ in words().light else None


def _doers(noun: Token, light: Token | None) -> list[Token]:
    """Who stands before the noun ('Iraqi airstrikes', 'the army's raid'), after 'by', or does the light verb."""
    own = [*children(noun, "poss", "compound", "amod", "nmod"), *under(noun, ["by"])]
    named = [token for token in own if token.ent_type_ or token.lower_ in words().people]
    if light is not None and noun.dep_ in {"dobj", "pobj", "oprd"} and not is_passive(light):
        named += subjects(light)
    return named + (agents(light) if light is not None else [])


def _sufferers(token: Token, trigger: Trigger) -> list[Token]:
    found: list[Token] = []
    if "obj" in trigger.target and trigger.part == "v":
        found += [each for each in patients(token) if each.lower_ not in trigger.modifiers]
    found += under(token, [place for place in trigger.target if place != "obj"])
    if trigger.part == "n" and token.dep_ == "nsubj" and token.head.lower_ in words().impact:
        # 'A bomb tore through a market', 'an airstrike hit a school'
        found += [*patients(token.head), *under(token.head, _THROUGH)]
    return found


def _told(mentions: Mentions, paragraph: Paragraph, trigger: Trigger, candidate: Candidate) -> Event:
    token, sentence = candidate.token, candidate.token.sent
    actors, targets = _participants(candidate.actors), _participants(candidate.targets)
    instruments = mentions.parties(paragraph, _means(candidate, trigger))
    return Event(
        type=trigger.type,
        mode=trigger.mode,
        trigger=mentions.span(paragraph.start + token.idx, paragraph.start + token.idx + len(token)),
        evidence=_evidence(mentions, paragraph, sentence),
        actors=actors,
        targets=targets,
        instruments=_participants(instruments),
        date=_date(token),
        status=status(token),
        confidence=_confidence(candidate),
        component=NAME,
    )


def _means(candidate: Candidate, trigger: Trigger) -> list[Token]:
    """What it is done with: a weapon that does it, that is the trigger itself, or that stands under 'with'."""
    token = candidate.token
    own = [token] if trigger.part == "n" else []
    return [t for t in (*own, *candidate.instruments, *under(token, ["with", "using"])) if t.lower_ in words().weapons]


def _participants(parties: Sequence[Party]) -> tuple[Participant, ...]:
    return tuple(party.participant for party in parties)


def _evidence(mentions: Mentions, paragraph: Paragraph, sentence: Tokens) -> Span:
    end = paragraph.start + sentence.start_char + len(sentence.text.rstrip())
    return mentions.span(paragraph.start + sentence.start_char, end)


def _confidence(candidate: Candidate) -> float:
    """0.5 for the word, 0.15 for each side that is there, 0.1 more where it is a known entity."""
    sides = [side for side in (candidate.actors, candidate.targets) if side]
    known = [side for side in sides if any(party.entity for party in side)]
    return round(0.5 + 0.15 * len(sides) + 0.1 * len(known), 2)


def _date(token: Token) -> str | None:
    """The date nearest to the trigger in its sentence, as written."""
    dates = [span for span in token.sent.ents if span.label_ == "DATE" and not _LASTING.search(span.text)]
    inside = [span for span in dates if span.root.is_ancestor(token) is False and token.is_ancestor(span.root)]
    nearest = min(inside or dates, key=lambda span: abs(span.root.i - token.i), default=None)
    return nearest.text if nearest is not None else None


def _add(mentions: Mentions, paragraph: Paragraph, event: Found, count: Count) -> None:
    """The number, once, where another word has not said it already."""
    first, last = paragraph.doc[count.first], paragraph.doc[count.last]
    span = mentions.span(paragraph.start + first.idx, paragraph.start + last.idx + len(last))
    if all((other.kind, other.span) != (count.kind, span) for other in event.counts):
        event.counts.append(Casualties(kind=count.kind, low=count.low, high=count.high, span=span))


def _located(story: Story, mentions: Mentions, found: Found) -> Event:
    """With the nearest resolved place of its sentence; without one there, the dateline's, with less confidence."""
    event = replace(found.event, casualties=tuple(found.counts))
    places = mentions.places(event.evidence.start, event.evidence.end)
    parties = {(p.span.start, p.span.end) for p in event.actors}
    where = [(at, place) for at, place in places if not any(start <= at < end for start, end in parties)]
    if where:
        _, place = min(where, key=lambda item: (item[1].kind == "country", abs(item[0] - event.trigger.start)))
        return replace(event, place=place.name, country=place.country)
    dateline = next((place for place in story.places if place.dateline and place.country), None)
    if dateline is None or event.type not in HARM:
        return event
    lower = round(event.confidence * 0.8, 2)
    return replace(event, place=dateline.name, country=dateline.country, confidence=lower)
