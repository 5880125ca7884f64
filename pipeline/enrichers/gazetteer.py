"""The gazetteer: names of countries, first-order divisions and cities of 10,000 people and more, from GeoNames.

The table is mapped into memory and searched by bisection: nothing is loaded, and all processes share its pages. See
gazetteer_build.py for its columns and its making.
"""

import mmap
from functools import cache, lru_cache
from importlib.resources import as_file, files
from typing import Literal, NamedTuple

import msgspec

from pipeline.enrichers.folding import fold
from pipeline.enrichers.tables import members, rows

Kind = Literal["country", "region", "city"]


class Location(NamedTuple):
    """One place under one of its names."""

    name: str
    kind: Kind
    geonameid: int
    country: str
    division: str
    """GeoNames code of the first-order division; empty for countries."""
    lat: float
    lon: float
    population: int
    capital: bool = False


@lru_cache(maxsize=8192)
def find(name: str) -> tuple[Location, ...]:
    """Every place of that name, in no particular order; upper and lower case, accents and hyphens don't matter."""
    prefix = fold(name).encode(errors="replace") + b"\t"
    if prefix == b"\t":
        return ()
    table = _table()
    low = _first_not_before(table, prefix)
    found = []
    while table[low : low + len(prefix)] == prefix:
        end = table.find(b"\n", low)
        found.append(_location(table[low:end].decode()))
        low = end + 1
    return tuple(found)


@cache
def country_names() -> dict[str, str]:
    """ISO 3166-1 alpha-2 code to the name in use."""
    return {iso: name for iso, name, *_ in rows("countries.tsv")}


@cache
def division_names() -> dict[str, str]:
    """GeoNames code of a first-order division ('US.TX') to its name in ISO 3166-2."""
    return dict(rows("divisions.tsv"))


@cache
def undivided() -> frozenset[str]:
    """Regions and waters that are no country's division, so that a division of the same name is not meant."""
    return frozenset(form for name, others, _ in rows("locations.tsv") for form in (name, *members(others)))


@cache
def demonyms() -> dict[str, str]:
    """'Iraqi', 'Iraqis' to the country's code."""
    return {word: row[0] for row in rows("countries.tsv") for word in members(row[3])}


def _first_not_before(table: mmap.mmap, prefix: bytes) -> int:
    """Where the first line lies that does not sort before `prefix`."""
    low, high = 0, len(table)
    while low < high:
        middle = table.rfind(b"\n", low, (low + high) // 2) + 1 or low
        end = table.find(b"\n", middle) + 1
        if table[middle : table.find(b"\t", middle) + 1] < prefix:
            low = end
        else:
            high = middle
    return low


def _location(line: str) -> Location:
    _, name, kind, geonameid, country, division, lat, lon, population = line.split("\t")
    return Location(
        name,
        "city" if kind == "capital" else msgspec.convert(kind, Kind),
        int(geonameid),
        country,
        division,
        float(lat),
        float(lon),
        int(population),
        kind == "capital",
    )


@cache
def _table() -> mmap.mmap:
    with as_file(files(__package__) / "data" / "gazetteer.tsv") as path, path.open("rb") as file:
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
