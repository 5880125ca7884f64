"""Names of cities, countries and states that datelines and credits use: to tell a place from a person or an acronym.

cities.txt and regions.txt hold one name a line, as it is printed. They need not be complete: a name in them
settles doubtful cases, and one that is missing is still recognised by its form.
"""

import unicodedata
from functools import cache
from importlib import resources


def fold(name: str) -> str:
    """`name` for comparison: without case, accents, and differences of apostrophes and blanks."""
    plain = unicodedata.normalize("NFKD", name.replace("’", "'").casefold())
    return " ".join("".join(c for c in plain if not unicodedata.combining(c)).split())


def city(name: str) -> str | None:
    """The city as it is printed; None when the list has no such city."""
    return _names("cities.txt").get(fold(name))


def region(name: str) -> str | None:
    """The country or state as it is printed; None when the list has no such name."""
    return _names("regions.txt").get(fold(name))


@cache
def _names(file: str) -> dict[str, str]:
    lines = resources.files("pipeline.formats").joinpath(file).read_text(encoding="utf-8").splitlines()
    return {fold(line): line for line in lines}
