"""Entities and places of a gold story, from their labels."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from benchmarks.quality.labels import EntityLabel
from benchmarks.quality.pieces import MisplacedError, locate, occurrences
from benchmarks.quality.proof import Proof
from pipeline.enrichers.gazetteer import Location, country_names, find
from pipeline.story import Entity, Place, Span, Story

COMPONENT = "gold"
Labelled = Sequence[tuple[str, EntityLabel]]
"""Each with what its entry is called in a fault."""
_POSSESSIVES = ("'s", "’s")
_PLACES = ("gpe", "location", "facility")


def entities(story: Story, labelled: Labelled, proof: Proof) -> tuple[Entity, ...]:
    """The entities with all their mentions: of forms that share text the longest is one."""
    mentions = _mentions(labelled, proof)
    found = []
    for number, (entry, label) in enumerate(labelled):
        proof.entry = entry
        spans = tuple(mentions[number])
        titled = any(occurrences(story.headline or "", form) for form in _forms(label))
        if not spans and not titled:
            proof.fault("None of its forms stands in the text, but for pieces of longer names or of 'not'.")
        if any(other.name == label.name and other.type == label.type for _, other in labelled[:number]):
            proof.fault(f"'{label.name}' is labelled before: one entry for each entity.")
        found.append(
            Entity(
                name=label.name,
                type=label.type,
                aliases=tuple(form for form in _forms(label) if form != label.name),
                mentions=spans,
                in_headline=titled,
                role=label.role,
                salience=float(label.salient),
                component=COMPONENT,
            )
        )
    proof.entry = ""
    salient = sum(label.salient for _, label in labelled)
    if labelled and not 2 <= salient <= 6:
        proof.fault(f"{salient or 'No'} entities are salient: 2 to 6 are.")
    return tuple(found)


def places(found: Sequence[Entity], labelled: Labelled, proof: Proof) -> tuple[Place, ...]:
    """The places among the entities, resolved as labelled, with the gazetteer's point where it knows their id."""
    return tuple(
        _place(entity, entry, label, proof)
        for entity, (entry, label) in zip(found, labelled, strict=True)
        if label.country or label.geonameid or label.kind
    )


def _forms(label: EntityLabel) -> list[str]:
    """Its forms and its name, longest first, without a possessive ending that the name itself does not have."""
    endings = [ending for ending in _POSSESSIVES if not label.name.endswith(ending)]
    bare = {_without(form, endings) for form in (*label.forms, label.name)}
    return sorted(bare, key=lambda form: (-len(form), form))


def _without(form: str, endings: Sequence[str]) -> str:
    return next((form.removesuffix(ending) for ending in endings if form.endswith(ending)), form)


def _mentions(labelled: Labelled, proof: Proof) -> dict[int, list[Span]]:
    """The mentions of each entity, by its number; a piece that two claim is a fault of the later."""
    owners: dict[tuple[int, int], int] = {}
    for number, (entry, label) in enumerate(labelled):
        proof.entry = entry
        excluded = set(_excluded(label, proof))
        for form in _forms(label):
            standing = [(each.start, each.end) for each in occurrences(proof.text, form)]
            if not standing and form != label.name:
                proof.place("forms", form)
            for place in standing:
                if place in excluded:
                    continue
                if (other := owners.setdefault(place, number)) != number:
                    proof.fault(_claimed(form, standing.index(place) + 1, len(standing), labelled[other][1].name))
    found: dict[int, list[Span]] = defaultdict(list)
    for start, end in _longest(owners):
        found[owners[start, end]].append(Span(text=proof.text[start:end], start=start, end=end))
    return found


def _claimed(form: str, number: int, count: int, other: str) -> str:
    piece = form if count == 1 else f"{form}#{number}"
    return f"'{piece}' is a form of '{other}' too: say in one of them not = [\"{piece}\"]."


def _excluded(label: EntityLabel, proof: Proof) -> Iterator[tuple[int, int]]:
    for piece in label.unless:
        try:
            span = locate(proof.text, piece)
        except MisplacedError as error:
            proof.fault(f"not: {error}")
        else:
            yield span.start, span.end


def _longest(spans: dict[tuple[int, int], int]) -> list[tuple[int, int]]:
    """Of those that share text the longest, in the text's order."""
    taken: list[tuple[int, int]] = []
    covered: set[int] = set()
    for start, end in sorted(spans, key=lambda each: (each[0] - each[1], each)):
        if covered.isdisjoint(range(start, end)):
            taken.append((start, end))
            covered.update(range(start, end))
    return sorted(taken)


def _place(entity: Entity, entry: str, label: EntityLabel, proof: Proof) -> Place:
    proof.entry = entry
    known = [place for form in (entity.name, *entity.aliases) for place in find(form)]
    same = next((place for place in known if place.geonameid == label.geonameid), None)
    for sentence in _place_faults(label, same):
        proof.fault(sentence)
    return Place(
        name=entity.name,
        geonameid=label.geonameid,
        country=label.country,
        region=label.region,
        lat=same.lat if same else None,
        lon=same.lon if same else None,
        kind=label.kind or "other",
        mentions=entity.mentions,
        component=COMPONENT,
    )


def _place_faults(label: EntityLabel, same: Location | None) -> Iterator[str]:
    if label.type not in _PLACES:
        yield f"country, region, geonameid and kind are of places, and it is a {label.type}."
    if label.country and label.country not in country_names():
        yield f"'{label.country}' is no ISO 3166-1 alpha-2 code of a country."
    if same and label.country and same.country != label.country:
        yield f"GeoNames id {label.geonameid} is {same.name} in {same.country}, not in {label.country}."
    if label.geonameid and not label.country:
        yield "It has a geonameid and no country."
