"""The one event that several tellings make: led by the first, or by the fullest where the first says nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from pipeline.enrichers.telling.facts import Party, Telling
from pipeline.enrichers.telling.lexicon import listed
from pipeline.enrichers.telling.mention import SPOKEN_OF
from pipeline.enrichers.telling.tolls import united
from pipeline.story import Event, EventStatus, Participant, Span

_PRECISE = {"city": 3, "other": 2, "region": 1, "country": 0}
_SUREST: tuple[EventStatus, ...] = ("background", "asserted")
"""What one telling knows decides over a doubt of another, and a date that is past over none."""


def event_of(text: str, tellings: Sequence[Telling]) -> Event:
    """The event that `tellings` tell, of which there is at least one, in the order of `text`."""
    casualties = united(text, tellings)
    if len(tellings) == 1:
        alone = tellings[0].event
        return alone if alone.casualties == casualties else replace(alone, casualties=casualties)
    lead = _lead(tellings)
    rest = [each for each in tellings if each is not lead]
    ordered = [lead, *rest]
    return replace(
        _placed(ordered),
        mode=next((each.event.mode for each in ordered if each.event.mode), None),
        again=_again(ordered),
        actors=_parties([(each.event.actors, each.actors) for each in ordered]),
        targets=_parties([(each.event.targets, each.targets) for each in ordered]),
        instruments=_instruments(ordered),
        casualties=casualties,
        attribution=next((each.event.attribution for each in ordered if each.event.attribution), None),
        status=_status(ordered),
        confidence=max(each.event.confidence for each in tellings),
    )


def _status(ordered: Sequence[Telling]) -> EventStatus:
    """The surest that a verb tells: 'the talks' of a plan say nothing of whether they were held."""
    verbs = [each for each in ordered if each.standing not in SPOKEN_OF] or ordered[:1]
    told = {each.event.status for each in verbs}
    return next((status for status in _SUREST if status in told), verbs[0].event.status)


def _again(ordered: Sequence[Telling]) -> tuple[Span, ...]:
    """All triggers but the lead's, in the order of the text."""
    spans = [span for each in ordered for span in (each.event.trigger, *each.event.again)]
    return tuple(sorted(spans[1:], key=lambda span: span.start))


def _lead(tellings: Sequence[Telling]) -> Telling:
    first = tellings[0]
    if _fullness(first):
        return first
    return max(tellings, key=_fullness)  # of equals the first


def _fullness(telling: Telling) -> int:
    event = telling.event
    return len(event.actors) + len(event.targets) + 2 * len(event.casualties)


def _placed(ordered: Sequence[Telling]) -> Event:
    """The lead's event with the most precise place that a sentence names, and with the first date."""
    event = ordered[0].event
    places = [each for each in ordered if each.place]
    if places:
        best = max(places, key=lambda each: _PRECISE[each.place.kind] if each.place else 0)
        event = replace(event, place=best.event.place, country=best.event.country)
    elif not event.place:
        where = next((each.event for each in ordered if each.event.place), event)
        event = replace(event, place=where.place, country=where.country)
    dated = [each.event for each in ordered if each.event.begins or each.event.ends] or [
        each.event for each in ordered if each.event.date
    ]
    when = dated[0] if dated else event
    return replace(event, date=when.date, begins=when.begins, ends=when.ends)


def _parties(sides: Iterable[tuple[Sequence[Participant], Sequence[Party]]]) -> tuple[Participant, ...]:
    """The parties of all tellings, each once: a name in place of the word for the same sort of party."""
    kept: list[tuple[Participant, Party]] = []
    for number, (participants, parties) in enumerate(sides):
        for participant, party in zip(participants, parties, strict=True):
            twin = next((i for i, (_, other) in enumerate(kept) if _one_party(party, other, number)), None)
            if twin is None:
                kept.append((participant, party))
            elif party.name and not kept[twin][1].name:
                kept[twin] = (participant, party)
    return tuple(participant for participant, _ in kept)


def _one_party(party: Party, other: Party, telling: int) -> bool:
    if party.name and other.name:
        return party.name == other.name
    if party.head and party.head == other.head:
        return True
    if not telling or party.sort is None or other.sort is None:
        return False
    return party.sort == other.sort or _stands_for(party, other) or _stands_for(other, party)


def _stands_for(word: Party, name: Party) -> bool:
    """Whether the word may be for the named: 'militants' for an organisation, 'school' for a facility."""
    if word.name or not name.name:
        return False
    if name.sort == "organisation":
        return word.sort in ("attackers", "forces", "union", "government") or word.head in listed("anybody")
    if name.sort == "facility":
        return word.sort not in ("people", "attackers", "forces", "government", "union", "worker")
    return name.sort == "people" and word.head in ("man", "woman", "boy", "girl")


def _instruments(ordered: Sequence[Telling]) -> tuple[Participant, ...]:
    found: dict[str, Participant] = {}
    for each in ordered:
        for instrument in each.event.instruments:
            found.setdefault(instrument.span.text.lower().rsplit(" ", 1)[-1].removesuffix("s"), instrument)
    return tuple(found.values())
