"""Rules of copy that correct the small model: which type a name has by what stands around it and by its own words."""

import re

from pipeline.enrichers import gazetteer, titles
from pipeline.story import EntityType

_LOCATIVE = re.compile(r"\b(?:in|near|from|to|at|outside|around|over|across|of|between|towards?|and)\s+(?:the\s+)?$")
_IN = re.compile(r"(?<!confidence )(?<!faith )(?<!trust )(?<!interest )(?<!believes )(?<!believe )\b(?:in|outside)\s+$")
_BY_A_PLACE = re.compile(
    r"\b(?:near|outside|(?:town|city|village|port|capital|district|province|region|suburb|island) of)\s+$"
)
_ISLAND = re.compile(r" (?:island|islands|peninsula|valley|mountains)\b")
_PEOPLE = re.compile(r"(?:ian|ans|ese|ish|ist|ists|ites?|an|i|is)$")
_AGE_OR_CLAUSE = re.compile(r", (?:\d\d,|who\b)")
FULL_NAME = re.compile(
    r"(?<![\w'’-])(?:[A-Z][\w'’-]+|al-\w+)(?: (?:[A-Z][\w'’-]+|[A-Z]\.|al-\w+|de|del|bin|van|von|da|dos)){1,6}"
)
_OF_A_BODY = re.compile(
    r"\b(?:Alliance|Army|Association|Bank|Board|Bureau|Centre|Center|Club|College|Command|Commission|Committee"
    r"|Confederation|Corp|Council|Court|Department|Directorate|Federation|Forces?|Foundation|Front|Fund|Group|Hospital"
    r"|Institute|League|Lines|Ministry|Movement|Network|Office|Organi[sz]ation|Party|Police|Society|Union|University)\b"
)
_CLUB = re.compile(r"(?:Atl[ée]tico|Sportivo|Deportivo|Defensor|Real|Sporting|Dynamo|Dinamo|Inter|Racing|Club) [A-Z]")
_BUILDING = re.compile(r"(?:Plaza|Calle|Avenida|Gare|Place|Piazza|Rue|Hotel|Fort|Camp) ")
_CLOCKS = frozenset(("GMT", "UTC", "EST", "EDT", "CET", "CEST", "BST", "PST", "PDT", "ET", "A.M.", "P.M."))
_GREAT_FOR_PERSON, _GREAT = 1_000_000, 3_000_000
"""Inhabitants of a city that a name labelled a person or something else is taken for."""


def names_nothing(name: str) -> bool:
    """Whether it is a clock's zone."""
    return name in _CLOCKS


def is_club(name: str) -> bool:
    """Whether it is a sports club by its first word."""
    return _CLUB.match(name) is not None


def is_body(name: str) -> bool:
    """Whether a word of it makes it an organisation."""
    return _OF_A_BODY.search(name) is not None


def is_persons_form(name: str) -> bool:
    """Whether it is built as a full name of a person may be: of two to four words, none an organisation's."""
    return name.count(" ") < 4 and FULL_NAME.fullmatch(name) is not None and not is_body(name) and not is_club(name)


def repaired(text: str, start: int, name: str, kind: EntityType) -> EntityType | None:
    """The type of `name`, which the model called a `kind` and which stands at `start`; None for no name at all."""
    before, after = text[max(start - 80, 0) : start], text[start + len(name) : start + len(name) + 60]
    if is_club(name):
        return "organisation"
    if _BUILDING.match(name) and kind in ("person", "organisation"):
        return "facility"
    if kind in ("organisation", "product") and is_person(before, name, after):
        return "person"
    if kind in ("gpe", "location", "facility", "event", "law", "product"):
        return kind
    return _placed(before, name, after, kind)


def is_person(before: str, name: str, after: str) -> bool:
    """Whether the words before and after a name are those around a person: a title, an age, a clause with 'who'."""
    return is_persons_form(name) and (titles.before(before) is not None or _AGE_OR_CLAUSE.match(after) is not None)


def _placed(before: str, name: str, after: str, kind: EntityType) -> EntityType | None:
    """A person, an organisation or a people, unless the gazetteer or a preposition speaks for a place."""
    found = gazetteer.find(name)
    largest = max((place.population for place in found), default=0)
    if (largest and _LOCATIVE.search(before)) or _BY_A_PLACE.search(before) or any(place.capital for place in found):
        return "gpe"
    if kind == "person" and _ISLAND.match(after):
        return "location"
    if kind == "person" and " " not in name and _IN.search(before) and not after.startswith(("'", "’")):
        return "gpe"
    if kind == "norp" and largest < 10_000 and not _PEOPLE.search(name):
        return None
    great = _GREAT_FOR_PERSON if kind == "person" else _GREAT
    return "gpe" if largest >= great or (kind == "norp" and largest) else kind


def placed_before(before: str) -> bool:
    """Whether the words before a name are those before a place: 'in', 'near', 'the town of'."""
    return _LOCATIVE.search(before) is not None or _BY_A_PLACE.search(before) is not None
