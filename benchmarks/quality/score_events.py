"""Scores of events.

An event is found where one of its type is told in one of the sentences that tell it: a trigger of its, or one of
`again`, stands there. Found and gold are matched one to one. It is right with its actor and its target: each side has a
party in common with gold's, or both have none (see parties.py for when two are the same). What is asked of events that
are found (status, dates, attribution and so on) is asked of all that match by type and sentence.
"""

from collections.abc import Callable, Sequence

from benchmarks.quality.parties import Forms, equal, forms, plain, same, share
from benchmarks.quality.pieces import overlap, sentence
from benchmarks.quality.tally import NONE, Tally, matching
from pipeline.story import Event, Participant, Span, Story

Rule = Callable[[Event, Event], bool]


def score_events(gold: Story, found: Story, tally: Tally) -> None:
    """All measures of events."""
    names = forms(gold.entities)
    text = gold.body_text

    def beside(one: Event, other: Event) -> bool:
        return one.type == other.type and told_together(text, one, other)

    def sides(one: Event, other: Event) -> list[bool]:
        return [share(one.actors, other.actors, names), share(one.targets, other.targets, names)]

    rules: dict[str, Rule] = {
        "events": lambda a, b: beside(a, b) and all(sides(a, b)),
        "events, wherever told": lambda a, b: a.type == b.type and all(sides(a, b)),
        "events, every party": lambda a, b: beside(a, b) and _equal_sides(a, b, names),
        "events, one side": lambda a, b: beside(a, b) and any(sides(a, b)),
        "events, type": beside,
    }
    for measure, rule in rules.items():
        _count(measure, gold.events, found.events, _pairs(gold.events, found.events, rule, names), tally)
    pairs = _pairs(gold.events, found.events, beside, names)
    for one, other in pairs.items():
        _score_pair(gold.events[one], found.events[other], names, tally)
        _score_place(gold.events[one], found.events[other], gold, found, tally)
    _confuse(gold.events, found.events, pairs, text, tally)
    _score_main(gold, found, beside, tally)
    _score_toll(gold, found, tally)


def told_together(text: str, gold: Event, found: Event) -> bool:
    """Whether `found` is told in a sentence of `text` that tells `gold`."""
    tellings = [sentence(text, each) for each in (gold.trigger, *gold.again)]
    return any(overlap(trigger, each) for trigger in (found.trigger, *found.again) for each in tellings)


def _pairs(gold: Sequence[Event], found: Sequence[Event], rule: Rule, names: Forms) -> dict[int, int]:
    """Gold's events to found ones by `rule`, those most alike first."""
    fitting = {
        number: sorted((_unlike(one, other, names), index) for index, other in enumerate(found) if rule(one, other))
        for number, one in enumerate(gold)
    }
    likeliest = sorted(fitting, key=lambda number: fitting[number][:1])
    return matching({number: [index for _, index in fitting[number]] for number in likeliest})


def _unlike(one: Event, other: Event, names: Forms) -> tuple[bool, int]:
    sides = share(one.actors, other.actors, names) + share(one.targets, other.targets, names)
    return not _same_trigger(one, other), -sides


def _count(measure: str, gold: Sequence[Event], found: Sequence[Event], pairs: dict[int, int], tally: Tally) -> None:
    taken = set(pairs.values())
    for number, event in enumerate(gold):
        tally.add(measure, event.type, right=number in pairs, missed=number not in pairs)
        if number not in pairs and measure == "events":
            tally.error(measure, f"missed {_told(event)}", event.trigger)
    for number, event in enumerate(found):
        if number not in taken:
            tally.add(measure, event.type, wrong=1)
            if measure == "events":
                tally.error(measure, f"wrong {_told(event)}", event.trigger)


def _score_pair(gold: Event, found: Event, names: Forms, tally: Tally) -> None:
    for measure, wanted, given in (
        ("actors", gold.actors, found.actors),
        ("targets", gold.targets, found.targets),
        ("instruments", gold.instruments, found.instruments),
        ("attribution", _some(gold.attribution), _some(found.attribution)),
    ):
        _score_parties(measure, gold, wanted, given, names, tally)
    tally.judge("status", gold.status, gold.status == found.status)
    tally.confusions["status", gold.status, found.status] += 1
    if gold.status != found.status:
        tally.error("status", f"{gold.type} is {gold.status}, found {found.status}", gold.trigger)
    if gold.begins:
        right = (gold.begins, gold.ends) == (found.begins, found.ends)
        tally.judge("dates", "all", right)
        if not right:
            said = f"'{gold.date}' is {gold.begins} to {gold.ends}"
            tally.error("dates", f"{said}, found {found.begins} to {found.ends} of '{found.date}'", gold.trigger)
    tally.compare("casualties of events", "all", _harm([gold]), _harm([found]))


def _score_place(event: Event, other: Event, gold: Story, found: Story, tally: Tally) -> None:
    """A place is right by its name, or where the story's place of either name has the same GeoNames id."""
    if event.place:
        ids = {place.geonameid for place in gold.places if place.name == event.place and place.geonameid}
        same_id = any(place.geonameid in ids for place in found.places if place.name == other.place)
        right = same_id or plain(event.place) == plain(other.place or "")
        tally.judge("places of events", "all", right)
        if not right:
            what = f"{event.type} in {event.place}, found {other.place or 'none'}"
            tally.error("places of events", what, event.trigger)
    if event.country:
        tally.judge("countries of events", "all", event.country == other.country)


def _score_parties(
    measure: str, event: Event, gold: Sequence[Participant], found: Sequence[Participant], names: Forms, tally: Tally
) -> None:
    edges = {i: [j for j, other in enumerate(found) if same(one, other, names)] for i, one in enumerate(gold)}
    right = len(matching(edges))
    tally.add(measure, "all", right, len(found) - right, len(gold) - right)
    if right < max(len(gold), len(found)):
        words = [", ".join(f"'{each.name or each.span.text}'" for each in side) or "none" for side in (gold, found)]
        tally.error(measure, f"of {event.type} {words[0]}, found {words[1]}", event.trigger)


def _confuse(gold: Sequence[Event], found: Sequence[Event], pairs: dict[int, int], text: str, tally: Tally) -> None:
    """What type stood where gold has another: of those left over, told by the same word or in the same sentence."""
    for number in pairs:
        tally.confusions["events", gold[number].type, gold[number].type] += 1
    rest = [event for index, event in enumerate(found) if index not in pairs.values()]
    for number, event in enumerate(gold):
        if number in pairs:
            continue
        same_word = [other for other in rest if _same_trigger(event, other)]
        there = same_word or [other for other in rest if told_together(text, event, other)]
        if there:
            rest.remove(there[0])
        tally.confusions["events", event.type, there[0].type if there else NONE] += 1
    for event in rest:
        tally.confusions["events", NONE, event.type] += 1


def _score_main(gold: Story, found: Story, beside: Rule, tally: Tally) -> None:
    main = next((event for event in gold.events if event.main), None)
    if main is None:
        return
    marked = next((event for event in found.events if event.main), None)
    right = marked is not None and beside(main, marked)
    tally.judge("main event", "all", right)
    if not right:
        tally.error("main event", f"{_told(main)}, found {_told(marked) if marked else 'none'}", main.trigger)


def _score_toll(gold: Story, found: Story, tally: Tally) -> None:
    """Casualties of all events of the story, whichever they are given to; a number told twice counts once."""
    wanted, given = _harm(gold.events), _harm(found.events)
    for kind in sorted({each[0] for each in (*wanted, *given)}):
        tally.compare(
            "casualties",
            kind,
            (each for each in wanted if each[0] == kind),
            (each for each in given if each[0] == kind),
        )
    for kind, low, high in sorted(set(wanted) - set(given), key=str):
        tally.error("casualties", f"missed {kind} {low} to {high}", wanted[kind, low, high])
    for kind, low, high in sorted(set(given) - set(wanted), key=str):
        tally.error("casualties", f"wrong {kind} {low} to {high}", given[kind, low, high])


def _harm(events: Sequence[Event]) -> dict[tuple[str, int, int | None], Span]:
    return {(each.kind, each.low, each.high): each.span for event in events for each in event.casualties}


def _equal_sides(one: Event, other: Event, names: Forms) -> bool:
    return equal(one.actors, other.actors, names) and equal(one.targets, other.targets, names)


def _same_trigger(gold: Event, found: Event) -> bool:
    return any(overlap(a, b) for a in (gold.trigger, *gold.again) for b in (found.trigger, *found.again))


def _some(party: Participant | None) -> tuple[Participant, ...]:
    return (party,) if party else ()


def _told(event: Event) -> str:
    sides = (event.actors, event.targets)
    words = [", ".join(each.name or each.span.text for each in side) or NONE for side in sides]
    return f"{event.type} {event.status} '{event.trigger.text}' by {words[0]} on {words[1]}"
