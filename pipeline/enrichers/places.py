"""Places: where the story happens and was filed, resolved to GeoNames.

Of the places of one name, the story decides: what it says right after the name ('London, Ontario'), then the
dateline, the countries it names and the people it names by country, then the number of inhabitants. A small town
whose country the story does not name is left unresolved: it stays a place, without coordinates.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise

from pipeline.enrichers import gazetteer
from pipeline.enrichers.analysis import Analysis
from pipeline.enrichers.folding import fold
from pipeline.enrichers.gazetteer import Location
from pipeline.enrichers.repairs import placed_before
from pipeline.enrichers.resolution import Context, Name, Resolved, resolve
from pipeline.story import Entity, Place, Span, Story

NAME = "places"
_GENERIC = frozenset(("province", "region", "governorate", "oblast", "state", "department", "county", "prefecture"))
_UNRESOLVED = 0.3


def run(analysis: Analysis) -> Story:
    """The story with its places: those the text names, in order, then those that the dateline alone names."""
    story = analysis.story
    given = tuple(place for place in story.places if place.component != NAME)
    named = _named(analysis)
    resolved = resolve(named, _context(story.entities))
    found: dict[object, Place] = {}
    for name, result in zip(named, resolved, strict=True):
        if result is None and not name.dateline and not _stands_as_place(name, analysis.text):
            continue
        place = _place(name, result)
        key = place.geonameid or fold(place.name)
        found[key] = _joined(found[key], place) if key in found else place
    return replace(story, places=_reconciled(given, found.values()))


def _stands_as_place(name: Name, text: str) -> bool:
    """Whether the story speaks of it as of a place: 'in Taji', 'Taji, Iraq'. A surname is not one."""
    return any(map(gazetteer.find, name.containers)) or any(
        placed_before(text[max(at.start - 20, 0) : at.start]) for at in name.spans
    )


def _context(entities: Iterable[Entity]) -> Context:
    """The countries that the story names by their people."""
    context = Context()
    demonyms = gazetteer.demonyms()
    for entity in entities:
        if entity.type == "norp" and entity.name in demonyms:
            context.countries[demonyms[entity.name]] += len(entity.mentions) or 1
    return context


def _named(analysis: Analysis) -> list[Name]:
    """Every place that the story names: its entities that are places, and the dateline."""
    story = analysis.story
    there = [entity for entity in story.entities if entity.type in ("gpe", "location")]
    spans = sorted(((span, entity) for entity in there for span in entity.mentions), key=lambda pair: pair[0].start)
    nested = [
        (first, second) for first, second in pairwise(spans) if analysis.text[first[0].end : second[0].start] == ", "
    ]
    after = {first[0].start: second[1] for first, second in nested}
    before = {second[0].start: first[1] for first, second in nested}
    dateline = _dateline(story)
    names = []
    for entity in there:
        forms = (entity.name, *entity.aliases)
        filed = [form for form in map(fold, forms) if form in dateline]
        names.append(
            Name(
                text=_proper(entity.name),
                spans=entity.mentions,
                containers=tuple(after[span.start].name for span in entity.mentions if span.start in after)
                + tuple(container for form in filed for container in dateline[form].containers),
                parts=tuple(before[span.start].name for span in entity.mentions if span.start in before),
                division=_proper(entity.name) != entity.name
                or any(_word_after(analysis.text, span) in _GENERIC for span in entity.mentions),
                natural=entity.type == "location",
                dateline=bool(filed),
            )
        )
        for form in filed:
            dateline.pop(form, None)
    return [*names, *dateline.values()]


def _proper(name: str) -> str:
    """'Diyala' of 'Diyala province'; a name in full that the gazetteer has stays so: 'Quebec Province'."""
    bare, _, last = name.rpartition(" ")
    return bare if bare and last.lower() in _GENERIC and not gazetteer.find(name) else name


def _word_after(text: str, span: Span) -> str:
    return text[span.end + 1 : span.end + 15].partition(" ")[0].rstrip(",.;:'’")


def _dateline(story: Story) -> dict[str, Name]:
    """The places that the dateline names, by their folded names: 'LONDON, Ontario' is London in Ontario."""
    places = story.dateline.places if story.dateline else ()
    result = {}
    for place in places or ((story.located,) if story.located else ()):
        inner, _, outer = place.partition(",")
        if inner.strip():
            name = inner.strip()
            result[fold(name)] = Name(
                text=name.title() if name.isupper() and len(name) > 4 else name,
                containers=(outer.strip(),) if outer.strip() else (),
                dateline=True,
            )
    return result


def _place(name: Name, result: Resolved | None) -> Place:
    if result is None:
        return Place(
            name=name.text, dateline=name.dateline, mentions=name.spans, confidence=_UNRESOLVED, component=NAME
        )
    at = result.location
    return Place(
        name=at.name,
        geonameid=at.geonameid,
        country=at.country,
        country_name=gazetteer.country_names().get(at.country),
        region=_region(at),
        lat=at.lat,
        lon=at.lon,
        kind=at.kind,
        dateline=name.dateline,
        mentions=name.spans,
        confidence=result.confidence,
        component=NAME,
    )


def _region(at: Location) -> str | None:
    code = f"{at.country}.{at.division}"
    return gazetteer.division_names().get(code, code) if at.division else None


def _joined(first: Place, second: Place) -> Place:
    return replace(
        first,
        dateline=first.dateline or second.dateline,
        mentions=tuple(sorted((*first.mentions, *second.mentions), key=lambda span: span.start)),
        confidence=max(first.confidence, second.confidence),
    )


def _reconciled(given: Sequence[Place], found: Iterable[Place]) -> tuple[Place, ...]:
    """The agency's places first and as it gave them; of ours those that it did not give."""
    there = {fold(place.name) for place in given} | {place.geonameid for place in given if place.geonameid}
    return (*given, *(place for place in found if place.geonameid not in there and fold(place.name) not in there))
