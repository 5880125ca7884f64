"""People and places in bylines and credit lines: 'Ana Ruiz in Lima, Pierre Dupont and JOHN MCDONALD in Geneva'."""

import re
from dataclasses import dataclass, replace

from pipeline.formats import gazetteer

PARTICLES = frozenset({
    "de", "del", "della", "di", "da", "do", "dos", "das", "du", "des", "la", "las", "le", "les", "los", "lo", "el",
    "al", "van", "von", "der", "den", "het", "ter", "ten", "zu", "zum", "zur", "am", "aan", "of", "upon", "the",
    "and", "e", "y", "et", "und", "i", "bin", "bint", "ibn", "abu", "ben", "ap", "dit", "af", "av", "à", "à-la",
    "sur", "sous", "en",
})  # fmt: skip
"""Words that stay in lower case inside names of people and places."""

_CONJUNCTIONS = {"en": "and|with|und|et", "es": "y|e|and", "fr": "et|avec|and", "de": "und|mit|and", "pt": "e|com|and"}
_PLACE_WORDS = {
    "en": "reporting from|in|from|at|aboard|outside|near",
    "es": "desde|en",
    "fr": "à|en|au|aux|depuis",
    "de": "in|aus",
    "pt": "em|de",
}
_SEPARATORS = {
    language: re.compile(
        rf"\s*[,;]\s*(?:(?:{words})\s+)?|\s*[&|]\s*|\s+/\s*|/\s+|(?<=\w)/(?=\w)|\s+(?:{words})\s+", re.IGNORECASE
    )
    for language, words in _CONJUNCTIONS.items()
}
_IN_PLACE = {
    language: re.compile(rf"(?:(.+?)\s+)?(?:{words})\s+(\S.*)$", re.IGNORECASE)
    for language, words in _PLACE_WORDS.items()
}
_FOR = re.compile(r"\s+(?:for|para|pour|für)\s+(?=\S)", re.IGNORECASE)
_OF = re.compile(r"\s+of\s+(?=[A-Z])")
_STAFF = re.compile(
    r"\b(?:staff|newsroom|news ?desk|desk|team|bureaux?|bureaus|correspondents?|editors?|reporters?|writers?|agency"
    r"|agencia|agence|agentur|service|redacción|rédaction|redaktion|redação|columnist|analyst|photographer)\b",
    re.IGNORECASE,
)
_TITLE = re.compile(_STAFF.pattern + r"|\b(?:press|news|chief|presse|prensa|times|post|journal|media)\b", re.IGNORECASE)
_MAX_PEOPLE = 60


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody named, and the place he or she is said to work from."""

    name: str
    place: str | None = None


def people(text: str, language: str = "en") -> tuple[Person, ...]:
    """The people in a list of names, in order, titles and agencies left out. Names in capitals get usual case.

    A place holds for the names before it that have none: 'A, B and C in Lima' are three people in Lima.
    """
    found: list[Person] = []
    for chunk in _chunks(text[:2000], language)[:_MAX_PEOPLE]:
        name, place = _placed(chunk, language)
        if found and place is None and not found[-1].place and _is_known_place(chunk):
            found[-1] = replace(found[-1], place=proper_case(chunk))
        elif found and found[-1].place and place is None and _continues_place(chunk):
            found[-1] = replace(found[-1], place=f"{found[-1].place}, {proper_case(chunk)}")
        elif _is_person(name, first=not found):
            found.append(Person(proper_case(name), place))
        elif found and place and found[-1].place is None:  # 'Ana Ruiz, Chief Correspondent, in Lima'
            found[-1] = replace(found[-1], place=place)
    return _share_places(found)


_ELIDED = {"dell", "dall", "nell", "sant", "degl", "all"}


def proper_case(name: str) -> str:
    """'JOHN MCDONALD' as 'John McDonald', 'RIO DE JANEIRO' as 'Rio de Janeiro'; names with lower case stay."""
    if name.upper() != name or sum(map(str.isalpha, name)) < 3:
        return name
    words = name.split()
    return " ".join(
        word.lower() if number and word.lower() in PARTICLES else _proper_word(word)
        for number, word in enumerate(words)
    )


def _proper_word(word: str) -> str:
    if re.fullmatch(r"(?:\w\.)+", word):  # initials
        return word
    pieces = re.split(r"([-'’])", word)
    cased = "".join(
        piece.lower() if number and (piece.lower() in PARTICLES or _goes_on(pieces[:number])) else piece.capitalize()
        for number, piece in enumerate(pieces)
    )
    return re.sub(r"\bMc([a-zà-ÿ])", lambda found: "Mc" + found[1].upper(), cased)


def _goes_on(before: list[str]) -> bool:
    """Whether an apostrophe is a letter of the name: 'Nuku'alofa', 'Sana'a', unlike 'O'Brien' and 'Dell'Acqua'."""
    return len(before) > 1 and before[-1] in "'’" and len(before[-2]) > 2 and before[-2].lower() not in _ELIDED


def _chunks(text: str, language: str) -> list[str]:
    chunks = (chunk.strip(" .:*_-–—\t") for chunk in _SEPARATORS[language].split(text))
    return [chunk for chunk in chunks if chunk]


def _placed(chunk: str, language: str) -> tuple[str, str | None]:
    """A chunk as name and place: 'Ana Ruiz in Lima for The Agency' -> ('Ana Ruiz', 'Lima')."""
    chunk = _FOR.split(chunk, maxsplit=1)[0]
    found = _IN_PLACE[language].match(chunk)
    if found is None:
        return _OF.split(chunk, maxsplit=1)[0], None
    name, place = found[1] or "", found[2]
    if not place[:1].isupper() and not place.startswith(("the ", "aboard ")):
        return chunk, None
    return name, proper_case(place)


def _continues_place(chunk: str) -> bool:
    """Whether, after 'X in Lima', this is one more place ('and Cusco', ', Peru') and not one more person."""
    return _is_known_place(chunk) or (" " not in chunk and chunk[:1].isupper() and not _STAFF.search(chunk))


def _is_known_place(chunk: str) -> bool:
    return bool(gazetteer.region(chunk) or gazetteer.city(chunk))


def _is_person(name: str, *, first: bool) -> bool:
    words = name.split()
    if not 1 <= len(words) <= 7 or len(name) > 80 or any(character in '()"“”?!\ufffd' for character in name):
        return False
    if any(map(str.isdigit, name)) or (_STAFF if first else _TITLE).search(name):
        return False
    capital = [word for word in words if word[:1].isupper() or (not word[:1].isascii() and word[:1].isalpha())]
    return bool(capital) and all(
        word in capital or word.lower() in PARTICLES or re.match(r"(?:al|el|ul|d|l|bin)[-'’]\S", word) for word in words
    )


def _share_places(found: list[Person]) -> tuple[Person, ...]:
    shared: list[Person] = []
    place: str | None = None
    for person in reversed(found):
        place = person.place or (place if not shared or shared[-1].place == place else None)
        shared.append(Person(person.name, place))
    return tuple(reversed(shared))
