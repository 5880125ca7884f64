"""Events of a gold story, from their labels."""

from collections.abc import Iterator, Sequence
from operator import attrgetter

from benchmarks.quality.gold_entities import COMPONENT
from benchmarks.quality.labels import EventLabel
from benchmarks.quality.pieces import sentence, split
from benchmarks.quality.proof import Proof, named, party
from pipeline.enrichers.gazetteer import country_names
from pipeline.story import Casualties, Entity, Event, Participant, Span

_ARTICLES = ("the ", "a ", "an ")
_identity = attrgetter("type", "trigger", "actors", "targets", "place")


def events(found: Sequence[Entity], labelled: Sequence[tuple[str, EventLabel]], proof: Proof) -> tuple[Event, ...]:
    """The events that could be placed, in the labels' order."""
    made: list[Event] = []
    for entry, label in labelled:
        proof.entry = entry
        event = _event(found, label, proof)
        if event is None:
            continue
        if _identity(event) in map(_identity, made):
            proof.fault(f"'{event.trigger.text}' is labelled before, with the same parties: one entry for each event.")
        made.append(event)
    proof.entry = ""
    mains = sum(label.main for _, label in labelled)
    if labelled and mains != 1:
        proof.fault(f"{mains or 'No'} events are main: one is.")
    return tuple(made)


def _event(found: Sequence[Entity], label: EventLabel, proof: Proof) -> Event | None:
    at = proof.place("at", label.at)
    if at is None:
        return None
    told = sentence(proof.text, at)
    trigger = proof.place("trigger", label.trigger, at, told)
    placed = [proof.place("again", piece) for piece in label.again]
    again = tuple(each for each in placed if each)
    scopes = [at, told, *(sentence(proof.text, each) for each in again)]
    if trigger is None:
        return None
    said_by = (label.attribution,) if label.attribution else ()
    attributions = _parties("attribution", said_by, found, scopes, proof)
    _check(found, label, trigger, again, proof)
    return Event(
        type=label.type,
        trigger=trigger,
        evidence=sentence(proof.text, trigger),
        again=again,
        actors=_parties("actors", label.actors, found, scopes, proof),
        targets=_parties("targets", label.targets, found, scopes, proof),
        instruments=_parties("instruments", label.instruments, found, scopes, proof),
        place=label.place,
        country=label.country,
        date=label.date and split(label.date)[0],
        begins=label.begins,
        ends=label.ends,
        casualties=tuple(_casualties(label, scopes, proof)),
        attribution=next(iter(attributions), None),
        main=label.main,
        status=label.status,
        component=COMPONENT,
    )


def _parties(
    key: str, pieces: Sequence[str], found: Sequence[Entity], scopes: Sequence[Span], proof: Proof
) -> tuple[Participant, ...]:
    """A name's mention in the event's tellings, else the occurrence of the piece that is nearest to them."""
    for piece in pieces:
        if piece.startswith(_ARTICLES):
            proof.fault(f"{key}: '{piece}' begins with an article: leave it out.")
    made = [party(key, piece, found, scopes, proof) for piece in pieces]
    return tuple(each for each in made if each)


def _casualties(label: EventLabel, scopes: Sequence[Span], proof: Proof) -> Iterator[Casualties]:
    for each in label.casualties:
        if each.low < 0 or (each.high is not None and each.high < each.low):
            proof.fault(f"casualties: from {each.low} to {each.high} is no range.")
            continue
        span = proof.place("casualties", each.text, *scopes)
        if span:
            yield Casualties(kind=each.kind, low=each.low, high=each.high, span=span)


def _check(found: Sequence[Entity], label: EventLabel, trigger: Span, again: Sequence[Span], proof: Proof) -> None:
    """What is wrong with an event whose pieces stand where they should."""
    if label.place and named(found, label.place) is None:
        proof.fault(f"place: no entity has the canonical name '{label.place}'.")
    if label.country and label.country not in country_names():
        proof.fault(f"country: '{label.country}' is no ISO 3166-1 alpha-2 code of a country.")
    if label.date:
        proof.place_near("date", label.date, [trigger])
    if bool(label.begins) != bool(label.ends):
        proof.fault("begins and ends go together.")
    if label.begins and label.ends and label.ends < label.begins:
        proof.fault(f"It ends on {label.ends}, before it begins on {label.begins}.")
    if trigger in again:
        proof.fault(f"again: '{trigger.text}' is its trigger already.")
