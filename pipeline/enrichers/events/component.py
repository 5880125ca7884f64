"""The events of a story: triggers, their participants, status, place, date and casualties."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from spacy.tokens import Span as Tokens
from spacy.tokens import Token

from pipeline.enrichers.analysis import Analysis, Paragraph
from pipeline.enrichers.events.casualties import Count, counts
from pipeline.enrichers.events.conditions import Candidate, meets
from pipeline.enrichers.events.grammar import agents, children, is_noun, is_passive, is_verb, patients, subjects, under
from pipeline.enrichers.events.lexicon import Part, Trigger, triggers, words
from pipeline.enrichers.events.parties import Mentions, Party
from pipeline.enrichers.events.scope import scope
from pipeline.enrichers.events.status import status
from pipeline.story import Casualties, Event, EventType, Participant, Span, Story

NAME = "events"
VERSION = "1"
MOST = 200
"""Events of one story: a longer list tells a reader nothing."""
LONGEST_SENTENCE = 300
"""Tokens of what can be a sentence: a longer one is a table or a list, or was made to keep us busy."""
_PRONOUNS = {"he", "she", "they", "it", "we", "who"}
_HARM: frozenset[EventType] = frozenset({"ASSAULT", "COERCE", "PROTEST"})


@dataclass(slots=True)
class _Found:
    """An event on its way: with its tokens, until it can be merged."""

    token: Token
    event: Event
    result: bool
    """Whether the word tells what came of it ('killed') rather than what was done ('bombed')."""
    counts: list[Casualties] = field(default_factory=list)


def run(analysis: Analysis) -> Story:
    """The story with its events, in the order of their triggers."""
    if not analysis.paragraphs or scope(analysis) == "sport":
        return replace(analysis.story, events=())
    mentions = Mentions(analysis)
    strict = scope(analysis) == "markets"
    found = [event for paragraph in analysis.paragraphs for event in _paragraph(analysis.story, mentions, paragraph)]
    kept = [event for event in found if not strict or (event.actors and event.targets)]
    return replace(analysis.story, events=tuple(sorted(kept, key=lambda event: event.trigger.start)[:MOST]))


def _paragraph(story: Story, mentions: Mentions, paragraph: Paragraph) -> list[Event]:
    sentences = [sentence for sentence in paragraph.doc.sents if len(sentence) <= LONGEST_SENTENCE]
    tokens = [token for sentence in sentences for token in sentence]
    found = _merged([event for token in tokens if (event := _event(mentions, paragraph, token))])
    for count in counts(paragraph.doc, tokens):
        _attach(mentions, paragraph, found, count)
    return [_located(story, mentions, each) for each in found]


def _event(mentions: Mentions, paragraph: Paragraph, token: Token) -> _Found | None:
    part: Part | None = "v" if is_verb(token) else "n" if is_noun(token) else None
    if part is None or (token.lower_, part) not in triggers() or _named(mentions, paragraph, token):
        return None
    for trigger in triggers().get((token.lower_, part), ()):
        if trigger.modifiers and not any(child.lower_ in trigger.modifiers for child in token.children):
            continue
        candidate = _candidate(mentions, paragraph, token, trigger)
        if meets(trigger.needs, candidate):
            return _Found(token, _told(mentions, paragraph, trigger, candidate), trigger.needs == "kill")
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
        actors, targets = [*actors, *sides[:1]], sides[1:] or targets
    named = {party.participant.name or party.participant.span.text for party in actors}
    targets = [p for p in targets if (p.participant.name or p.participant.span.text) not in named]
    somebody = any(party.somebody for party in actors) or any(each.lower_ in _PRONOUNS for each in doers)
    return Candidate(token, actors, targets, instruments, somebody, light)


def _light(noun: Token) -> Token | None:
    """The verb that makes an event of the noun, if it is one of those."""
    head = noun.head
    if head.dep_ == "prep" or head.tag_ == "RP":
        head = head.head
    fits = noun.dep_ in {"dobj", "nsubjpass", "nsubj", "pobj", "attr"} and is_verb(head)
    return head if fits and head.lower_ in words().light else None


def _doers(noun: Token, light: Token | None) -> list[Token]:
    """Who stands before the noun ('Iraqi airstrikes', 'the army's raid'), after 'by', or does the light verb."""
    own = [*children(noun, "poss", "compound", "amod", "nmod"), *under(noun, ["by"])]
    named = [token for token in own if token.ent_type_ or token.lower_ in words().people]
    if light is not None and noun.dep_ in {"dobj", "pobj"} and not is_passive(light):
        named += subjects(light)
    return named + (agents(light) if light is not None else [])


def _sufferers(token: Token, trigger: Trigger) -> list[Token]:
    found: list[Token] = []
    if "obj" in trigger.target and trigger.part == "v":
        found += [each for each in patients(token) if each.lower_ not in trigger.modifiers]
    return found + under(token, [place for place in trigger.target if place != "obj"])


def _told(mentions: Mentions, paragraph: Paragraph, trigger: Trigger, candidate: Candidate) -> Event:
    token, sentence = candidate.token, candidate.token.sent
    actors, targets = _participants(candidate.actors), _participants(candidate.targets)
    return Event(
        type=trigger.type,
        mode=trigger.mode,
        trigger=mentions.span(paragraph.start + token.idx, paragraph.start + token.idx + len(token)),
        evidence=_evidence(mentions, paragraph, sentence),
        actors=actors,
        targets=targets,
        date=_date(token),
        status=status(token),
        confidence=_confidence(candidate),
        component=NAME,
    )


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
    dates = [span for span in token.sent.ents if span.label_ == "DATE"]
    inside = [span for span in dates if span.root.is_ancestor(token) is False and token.is_ancestor(span.root)]
    nearest = min(inside or dates, key=lambda span: abs(span.root.i - token.i), default=None)
    return nearest.text if nearest is not None else None


def _merged(found: list[_Found]) -> list[_Found]:
    """One event for a verb and the noun under it that tell the same: 'carried out a bombing that killed six'."""
    kept: list[_Found] = []
    for each in found:
        twin = next((number for number, other in enumerate(kept) if _same(other, each)), None)
        if twin is None:
            kept.append(each)
        else:
            kept[twin] = _joined(kept[twin], each)
    return kept


def _joined(one: _Found, two: _Found) -> _Found:
    """What was done leads over what came of it."""
    lead, other = (two, one) if one.result and not two.result else (one, two)
    event = replace(
        lead.event,
        mode=lead.event.mode or other.event.mode,
        actors=lead.event.actors or other.event.actors,
        targets=lead.event.targets or other.event.targets,
        confidence=max(lead.event.confidence, other.event.confidence),
    )
    return _Found(lead.token, event, lead.result and other.result)


def _same(one: _Found, two: _Found) -> bool:
    if one.event.type != two.event.type or one.token.sent != two.token.sent or one.event.status != two.event.status:
        return False
    if one.token.is_ancestor(two.token) or two.token.is_ancestor(one.token):
        low, high = (two.token, one.token) if one.token.is_ancestor(two.token) else (one.token, two.token)
        between = [low, *(token for token in low.ancestors if high.is_ancestor(token))]
        joined = any(token.dep_ == "conj" for token in between)
        return one.result or two.result or not (joined and one.event.targets and two.event.targets)
    cause, result = (two, one) if one.result else (one, two)
    if not result.result:
        return False
    # 'A bomb tore through the market, killing 17': the bomb is what killed.
    return cause.token in subjects(result.token) or (cause.result and one.event.actors == two.event.actors)


def _attach(mentions: Mentions, paragraph: Paragraph, found: list[_Found], count: Count) -> None:
    """Give a number to the event that tells it: the nearest in its sentence, else the last one before."""
    harm = [each for each in found if each.event.type in _HARM and each.event.status == "asserted"]
    if count.kind == "detained":
        harm = [each for each in harm if each.event.type == "COERCE"]
    elif count.kind != "displaced":
        harm = [each for each in harm if each.event.type != "COERCE"]
    near = [each for each in harm if each.token.sent == count.word.sent]
    before = [each for each in harm if each.token.i < count.word.i]
    chosen = min(near, key=lambda each: abs(each.token.i - count.word.i), default=before[-1] if before else None)
    if chosen is None:
        return
    doc = paragraph.doc
    start, end = doc[count.first].idx, doc[count.last].idx + len(doc[count.last])
    span = mentions.span(paragraph.start + start, paragraph.start + end)
    casualties = Casualties(kind=count.kind, low=count.low, high=count.high, span=span)
    if all((other.kind, other.span) != (casualties.kind, span) for other in chosen.counts):
        chosen.counts.append(casualties)


def _located(story: Story, mentions: Mentions, found: _Found) -> Event:
    """With the nearest resolved place of its sentence; without one there, the dateline's, with less confidence."""
    event = replace(found.event, casualties=tuple(found.counts))
    places = mentions.places(event.evidence.start, event.evidence.end)
    parties = {(p.span.start, p.span.end) for p in event.actors}
    where = [(at, place) for at, place in places if not any(start <= at < end for start, end in parties)]
    if where:
        _, place = min(where, key=lambda item: (item[1].kind == "country", abs(item[0] - event.trigger.start)))
        return replace(event, place=place.name, country=place.country)
    dateline = next((place for place in story.places if place.dateline and place.country), None)
    if dateline is None or event.type not in _HARM:
        return event
    lower = round(event.confidence * 0.8, 2)
    return replace(event, place=dateline.name, country=dateline.country, confidence=lower)
