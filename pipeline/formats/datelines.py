"""Datelines: 'LIMA/GENEVA, March 3 (Agency) - The ...', in the variants that agencies use.

Two shapes are looked for at the beginning of a paragraph, and then doubted:
    HEAD (AGENCY) [DASH]    the agency in round, square or slash brackets; the dash may be missing
    HEAD DASH               no agency: only where the head is surely a place
HEAD is one or several cities, each perhaps with its country or state, and perhaps a date.
"""

import re
from dataclasses import dataclass, replace

from pipeline.formats import gazetteer
from pipeline.formats.names import PARTICLES, proper_case
from pipeline.story import Dateline

_LONGEST = 200
_DASH = r"(?:\.?\s*(?:[-‐-―−]{1,3}|_(?=\s))|\s*:)"
_MONTHS = (
    "jan(?:uary|uar|v(?:ier)?|eiro|\\.)?|january|ene(?:ro)?|gennaio|feb(?:ruary|ruar|rero|braio)?|fév(?:r(?:ier)?)?|fev(?:ereiro)?"
    "|mar(?:ch|zo|s|ço)?|märz|apr(?:il|ile)?|avr(?:il)?|abr(?:il)?|may|mai|mayo|maggio|maio|june?|jun(?:i|io|ho)?|juin"
    "|giugno|july?|jul(?:i|io|ho)?|juil(?:let)?|luglio|aug(?:ust)?|août|ago(?:sto)?|sept?(?:ember|embre|iembre|tiembre)?"
    "|set(?:embro|tembre)?|oct(?:ober|obre|ubre)?|okt(?:ober)?|ott(?:obre)?|out(?:ubro)?|nov(?:ember|embre|iembre|embro)?"
    "|dec(?:ember)?|déc(?:embre)?|dez(?:ember|embro)?|dic(?:iembre|embre)?"
)
_DAYS = "(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?"
_DATE = (
    rf"(?:{_DAYS}\.?,?\s+)?(?:(?:{_MONTHS})\.?\s+\d{{1,2}}(?:st|nd|rd|th)?(?:,?\s+\d{{4}})?"
    rf"|\d{{1,2}}(?:st|nd|rd|th|er|º|\.)?\s+(?:de\s+)?(?:{_MONTHS})\.?(?:,?\s+(?:de\s+)?\d{{4}})?)|{_DAYS}"
    r"|\d{4}-\d\d-\d\d|\d{1,2}/\d{1,2}(?:/\d{2,4})?"
)
_DATED = re.compile(rf"^(?P<places>.*?)[,.;]?\s+\(?(?P<date>{_DATE})\)?\.?$", re.IGNORECASE)
_ONLY_DATE = re.compile(_DATE, re.IGNORECASE)
_AGENCY = re.compile(
    r"^(?P<head>[^()\[\]\n]{2,110}?(?:\[[^()\[\]\n]{2,30}\][^()\[\]\n]{0,30}?)?),?\s*"
    r"(?:\((?P<round>[^()\n]{2,45})\)"
    r"|\[(?P<square>[^\[\]\n]{2,45})\](?=\s*[-‐-―−:])"
    r"|(?<=[.\s])/(?P<slash>[A-Z][\w .-]{1,30})/)"
    rf"(?P<dash>{_DASH})?\.?\s*"
)
_BARE = re.compile(r"^(?P<head>[^()\n–—―−]{2,110}?)(?P<dash>\s+-{1,3}\s*|\s*--+\s*|\s*[‒–—―−]+\s*)(?=\S)")
_AGENCY_FIRST = re.compile(
    rf"^\((?P<round>[A-Z][\w .&'’/-]{{1,30}})\)\s*{_DASH}\s*(?P<head>[^()\n–—―−]{{2,80}}?)\s*(?P<dash>\s-|{_DASH})\s+"
)
_PLACE_NAME = re.compile(r"[^\W_][\w .'’‘`/-]*")
_SEPARATOR = re.compile(r"\s*/\s*|\s+(?:and|AND|y|Y|et|ET|und|UND|&)\s+|\s*;\s*")
_NO_AGENCY = re.compile(
    r"^(?:and|or|the|not|see|also|in|on|a|an|with|who|which|left|right|above|pictured|if|but|as|at|by|for|from|no|formerly)\b"
    r"|^\W*\d+\W*$",
    re.IGNORECASE,
)
_KNOWN_AGENCIES = frozenset({
    "reuters", "ap", "afp", "dpa", "efe", "upi", "xinhua", "tass", "kyodo", "ansa", "pti", "ians", "ani", "bernama",
    "yonhap", "antara", "anadolu", "aa", "pa", "aap", "cp", "ap-dow", "interfax", "ria", "belga", "lusa", "anp",
    "ats", "sda", "apa", "mti", "pap", "ctk", "stt", "ntb", "tt", "ritzau", "irna", "isna", "wafa", "sana", "ina",
    "petra", "mena", "spa", "wam", "kuna", "bna", "qna", "aps", "tap", "map", "nampa", "sapa", "nan", "gna",
    "andina", "télam", "telam", "notimex", "bloomberg", "agency", "agencia", "agence", "wire",
})  # fmt: skip
_NEVER = frozenset({
    "update", "urgent", "flash", "bulletin", "alert", "corrected", "correction", "refile", "wrapup", "rpt",
    "repeat", "exclusive", "analysis", "factbox", "timeline", "explainer", "preview", "insight", "feature",
    "interview", "newsmaker", "column", "poll", "breaking", "kill", "lead", "snap", "advisory", "graphic", "note",
    "editors", "eds", "by", "reporting", "writing", "editing", "who", "what", "when", "where", "why", "how",
    "background", "context", "highlights", "summary",
})  # fmt: skip
_ACRONYMS = frozenset({
    "nato", "nasa", "fifa", "uefa", "opec", "opec+", "unicef", "unesco", "unhcr", "asean", "imf", "iaea", "who",
    "wto", "osce", "ecowas", "mercosur", "brics", "noaa", "usaid", "isis", "isil", "hamas", "cia", "fbi", "nba",
    "nfl", "nhl", "mlb", "iata", "icao", "epa", "fema", "esa", "cern", "ipcc", "bafta", "ikea", "nissan", "toyota",
    "intel",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Head:
    places: tuple[str, ...]
    date: str | None
    capitals: bool
    """All cities are in capitals."""
    known: bool
    """The first city is in the list of cities."""
    qualified: bool
    """A country or state follows a city."""
    caseless: bool
    """The script has no capitals."""


def split(paragraph: str) -> tuple[Dateline | None, str]:
    """The dateline that `paragraph` begins with (None where it has none) and the rest of the paragraph."""
    head = paragraph[:_LONGEST].replace("\n", " ")
    for found, believe in (
        (_AGENCY_FIRST.match(head), _believe_agency),
        (_AGENCY.match(head), _believe_agency),
        (_BARE.match(head), _believe_bare),
    ):
        if found and (places := _head(found["head"])) and believe(places, found, paragraph[found.end() :]):
            return _dateline(places, found), paragraph[found.end() :]
    return None, paragraph


def stands_alone(line: str, *, first: bool) -> bool:
    """Whether a line is a dateline without text after it: 'LIMA', 'LIMA, March 3 (Agency)'.

    As the first line of a text, a city alone may be its headline.
    """
    found = alone(line) if len(line) <= 80 else None
    return found is not None and not (first and found.date is None and found.agency is None)


def alone(line: str) -> Dateline | None:
    """The dateline that is the whole of `line`: a known city in capitals, or one with date or agency."""
    found = re.match(r"^(?P<head>[^()]{2,70}?)\s*(?:\((?P<round>[^()]{2,40})\))?\s*(?P<dash>[-–—]*)\s*$", line)
    places = _head(found["head"]) if found else None
    if found and places and places.places and places.capitals and places.known and line[:1].isupper():
        return _dateline(places, found)
    return None


def in_field(text: str) -> Dateline | None:
    """The dateline that is a field of its own, in whatever form: 'LIMA, March 3 (Agency) -', 'Lima, 3 March'; None
    for what is none, such as a date alone."""
    text = text.strip().rstrip(" -–—")
    found = split(f"{text} - Text.")[0] if text else None
    if found is not None:
        return replace(found, text=text) if found.places else None
    head = _head(text) if len(text) <= 60 else None
    return Dateline(text=text, places=head.places, date=head.date) if head and head.places else None


def _dateline(head: _Head, found: re.Match[str]) -> Dateline:
    agency = next(
        (value for name, value in found.groupdict().items() if value and name in ("round", "square", "slash")), None
    )
    return Dateline(text=found[0].strip(), places=head.places, date=head.date, agency=agency and agency.strip())


def _believe_agency(head: _Head, found: re.Match[str], rest: str) -> bool:
    agency = next(value for name, value in found.groupdict().items() if value and name in ("round", "square", "slash"))
    if _NO_AGENCY.search(agency) or len(agency.split()) > 5 or not any(map(str.isalpha, agency)):
        return False
    sure = bool(head.date) or agency.casefold() in _KNOWN_AGENCIES
    if found["dash"] is None:
        return (sure or found["round"] is None) and (head.capitals or head.known) and _begins_sentence(rest)
    if head.capitals:
        return head.known or head.qualified or sure or _begins_sentence(rest)
    return head.known or sure or head.caseless


def _believe_bare(head: _Head, _found: re.Match[str], rest: str) -> bool:
    if not head.places:
        return False
    if not head.capitals:
        return head.known and head.date is not None and _begins_sentence(rest)
    if not (head.known or head.date or head.qualified):
        city = head.places[0]
        if _is_acronym(city) or len(city.split()) > 2 or rest.upper() == rest:  # 'PRESIDENT RESIGNS - TELEVISION'
            return False
    return _begins_sentence(rest)


def _begins_sentence(rest: str) -> bool:
    first = rest.lstrip(" \t\"'“”‘’«»„‹›¿¡([")[:1]
    return bool(first) and not first.islower()


def _is_acronym(city: str) -> bool:
    word = city.casefold()
    return word in _ACRONYMS or (" " not in word and (len(word) <= 3 or not re.search("[aeiouyà-ÿ]", word)))


def _head(text: str) -> _Head | None:
    """The places and the date of a dateline's head; None when it cannot be one."""
    text = text.strip(" \t,;:*_").rstrip("." if "," not in text else "")
    if _ONLY_DATE.fullmatch(text):
        return _Head((), text, capitals=False, known=False, qualified=False, caseless=False)
    dated = _DATED.match(text)
    places, date = (dated["places"], dated["date"]) if dated else (text, None)
    cities: list[str] = []
    capitals = known = True
    qualified = False
    for part in _cities(places.strip(" ,;").rstrip("." if "," not in places else "")):
        city, *qualifiers = [piece.strip() for piece in re.split(r",\s*|\s*\[", part.rstrip("]"))]
        if not _is_city(city) or len(qualifiers) > 2 or not all(map(_is_city, qualifiers)):
            return None
        capitals &= _in_capitals(city)
        known &= bool(gazetteer.city(city) or gazetteer.region(city))
        qualified |= bool(qualifiers)
        cities.append(", ".join([_printed(city), *map(_printed, qualifiers)]))
    if not cities or len(cities) > 6:
        return None
    caseless = places.upper() == places.lower()
    return _Head(tuple(cities), date, capitals and not caseless, known, qualified, caseless)


def _cities(places: str) -> list[str]:
    """'LIMA/GENEVA', 'PARIS and ROME', 'LIMA, GENEVA', 'SAN JOSE, Costa Rica/LIMA', one string a city."""
    parts: list[str] = []
    for part in _SEPARATOR.split(places):
        pieces = re.split(r",\s*(?=[A-ZÀ-Þ][A-ZÀ-Þ]{2})", part)
        parts.append(pieces[0])
        for piece in pieces[1:]:
            if gazetteer.city(piece) and not gazetteer.region(piece):
                parts.append(piece)
            else:
                parts[-1] += f", {piece}"
    return parts


def _is_city(text: str) -> bool:
    words = text.split()
    if not 1 <= len(words) <= 6 or len(text) > 50 or not _PLACE_NAME.fullmatch(gazetteer.fold(text)):
        return False
    if words[0].casefold().strip(".") in _NEVER or (
        re.fullmatch(r"(?:\w\.){1,4}", words[0]) and len(words) == 1 and not text.startswith(("D.C", "B.C", "U.A"))
    ):
        return False
    if any(map(str.isdigit, text)):
        return False
    if text.upper() == text.lower():
        return len(words) <= 3
    return all(
        word[:1].isupper() or word.lower() in PARTICLES or re.match(r"(?:al|el|l|d)[-'’]\w", word) for word in words
    )


def _in_capitals(city: str) -> bool:
    words = [word for word in re.split(r"[\s-]+", city) if word and word not in PARTICLES]
    return bool(words) and all(
        word.upper() == word or re.fullmatch(r"(?:Mc|Mac|La|Le|De|St\.?|Mt\.?|Ft\.?|N[’'])[A-ZÀ-Þ]*", word)
        for word in words
    )


def _printed(place: str) -> str:
    return gazetteer.city(place) or gazetteer.region(place) or proper_case(place) if place.upper() == place else place
