"""Which of the places of one name is meant."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import log10

from pipeline.enrichers import gazetteer
from pipeline.enrichers.gazetteer import Location
from pipeline.story import Span

_COUNTRY, _CITY, _CAPITAL, _CONTEXT, _DIVISION, _NAMED_SO = 5.0, 1.0, 1.0, 3.0, 2.0, 3.0
"""What speaks for a candidate, on the scale of the powers of ten of its inhabitants."""
_KNOWN_ANYWHERE = 300_000
"""Inhabitants of a place that needs no country named beside it."""
_FAMOUS, _RIVAL = 100_000, 8
"""A place is known for its name when it has so many inhabitants, and so many times those of any other of that name."""
_WHOLE = 15
"""A division of the name of its own city is meant where it has so many times the city's inhabitants."""
_SURE, _IN_CONTEXT, _BY_SIZE = 0.95, 0.85, 0.6
_DATELINE_WEIGHT = 3


@dataclass(slots=True)
class Context:
    """What the story is about, as far as it is known: how often which countries and divisions occur."""

    countries: Counter[str] = field(default_factory=Counter)
    divisions: Counter[tuple[str, str]] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """A place to be resolved."""

    text: str
    spans: tuple[Span, ...] = ()
    containers: tuple[str, ...] = ()
    """What follows it after a comma: 'Ontario' after 'London'."""
    parts: tuple[str, ...] = ()
    """What stands before it in the same way: 'Tbilisi' before 'Georgia'."""
    division: bool = False
    """Whether 'province' or the like follows."""
    natural: bool = False
    """Whether it is a region or a river rather than a town, by its entity's type."""
    dateline: bool = False


@dataclass(frozen=True, slots=True)
class Resolved:
    """The place that is meant."""

    location: Location
    confidence: float


def resolve(names: Sequence[Name], context: Context) -> list[Resolved | None]:
    """The places meant by `names`, None for each that cannot be told. `context` is what is known beforehand."""
    for name in names:
        _note(name, context)
    return [_resolve(name, context) for name in names]


def _note(name: Name, context: Context) -> None:
    """Learn from a name that has one meaning: its country, and the division of a city, count for the others."""
    stated = _stated(name)
    candidates = stated or _candidates(name)
    if not candidates:
        return
    first = max(candidates, key=_size)
    if stated or first.kind == "country" or _is_famous(first, candidates):
        context.countries[first.country] += _DATELINE_WEIGHT if name.dateline else 1
        if first.division:
            context.divisions[first.country, first.division] += 1


def _is_famous(first: Location, candidates: Sequence[Location]) -> bool:
    """Whether the name alone says which place is meant."""
    if first.population < _FAMOUS and not first.capital:
        return False
    return all(each.country == first.country or each.population * _RIVAL < first.population for each in candidates)


def _resolve(name: Name, context: Context) -> Resolved | None:
    stated = _stated(name)
    candidates = stated or _candidates(name)
    if not candidates:
        return None
    best = max(candidates, key=lambda each: (_score(each, name, candidates, context), -each.geonameid))
    if stated or best.kind == "country":
        return Resolved(best, _SURE)
    if context.countries[best.country]:
        return Resolved(best, _IN_CONTEXT)
    known = best.population >= _KNOWN_ANYWHERE or _is_famous(best, candidates)
    return Resolved(best, _BY_SIZE) if known else None


def _candidates(name: Name) -> tuple[Location, ...]:
    found = () if name.natural and name.text in gazetteer.undivided() else gazetteer.find(name.text)
    proper = tuple(each for each in found if name.division or not _is_of_its_city(each, found))
    if name.natural:  # 'eastern Baghdad' is the city all the same
        return tuple(each for each in proper if each.kind != "city") or proper
    return proper


def _is_of_its_city(region: Location, found: Sequence[Location]) -> bool:
    return region.kind == "region" and any(
        city.kind == "city"
        and (city.country, city.division) == (region.country, region.division)
        and city.population * _WHOLE > region.population
        for city in found
    )


def _stated(name: Name) -> tuple[Location, ...]:
    """The candidates that lie in what the story says contains them, or contain what it says they do."""
    candidates = _candidates(name)
    if any(each.kind == "country" for each in candidates) and not name.parts:
        return ()
    outer = [each for container in name.containers for each in gazetteer.find(container)]
    inner = [each for part in name.parts for each in gazetteer.find(part)]
    return tuple(
        each
        for each in candidates
        if any(_lies_in(each, other) for other in outer) or any(_lies_in(other, each) for other in inner)
    )


def _lies_in(inner: Location, outer: Location) -> bool:
    if outer.kind == "city" or inner.country != outer.country or inner.kind == "country":
        return False
    return outer.kind == "country" or (inner.kind == "city" and inner.division == outer.division)


def _size(each: Location) -> float:
    kind = {"country": _COUNTRY, "city": _CITY, "region": 0.0}[each.kind]
    return log10(each.population + 1) + kind + (_CAPITAL if each.capital else 0)


def _score(each: Location, name: Name, candidates: Sequence[Location], context: Context) -> float:
    """A namesake of a famous place needs its own division named or dwelt in, and the famous one's country unnamed."""
    score = _size(each)
    famous = max(candidates, key=_size)
    in_division = context.divisions[each.country, each.division] if each.division else 0
    doubtful = each is not famous and _is_famous(famous, candidates) and famous.country != each.country
    if context.countries[each.country] and not (doubtful and (in_division < 2 or context.countries[famous.country])):
        score += _CONTEXT + min(context.countries[each.country], 5) / 5
        score += _DIVISION if in_division else 0
    return score + (_NAMED_SO if each.kind == "region" and name.division else 0)
