"""Which mentions are of the same thing: acronyms, surnames, short forms of companies."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from pipeline.enrichers import gazetteer
from pipeline.enrichers.folding import fold
from pipeline.enrichers.mentions import Mention
from pipeline.enrichers.names import Name
from pipeline.enrichers.repairs import is_club
from pipeline.story import EntityType

_COMPANY = re.compile(
    r",? (?:Corp|Inc|Ltd|Plc|PLC|plc|Co|Group|Holdings?|AG|SA|NV|SE|LLC|SpA|AB|S\.A\.|N\.V\.|S\.p\.A\.|Oyj"
    r"|Corporation|Company|Limited)\.?$"
)
_LARGE = 100_000
_SMALL_WORDS = re.compile(r"\b(?:of|for|and|the|de|del|on|in|to|against|&)\b")


@dataclass(slots=True)
class Thing:
    """One named thing while its mentions are gathered."""

    name: str
    type: EntityType
    known: bool = False
    forms: dict[str, None] = field(default_factory=dict)
    """The forms it goes by, in the order of the story."""
    mentions: list[Mention] = field(default_factory=list)

    def take(self, mention: Mention) -> None:
        """Add a mention; the longest form names a thing that no table knows."""
        self.mentions.append(mention)
        self.forms.setdefault(mention.text)
        if mention.acronym:
            self.forms.setdefault(mention.acronym)
        if not self.known and len(mention.text) > len(self.name):
            self.name = mention.text


def merged(found: Iterable[Mention]) -> list[Thing]:
    """The things that `found`, in order, are mentions of; first those named in full, then what abbreviates them."""
    found = list(found)
    things: dict[tuple[str, str], Thing] = {}
    short: list[Mention] = []
    for each in found:
        if _may_be_short(each):
            short.append(each)
        else:
            _thing(things, each).take(each)
    full = list(things.values())
    for each in short:
        (_fuller(each, full) or _thing(things, each)).take(each)
    return list(things.values())


def _thing(things: dict[tuple[str, str], Thing], mention: Mention) -> Thing:
    key = ("" if mention.type == "person" else "thing", _key(mention))
    company = ("thing", fold(mention.text))
    if mention.type == "person" and company in things and _COMPANY.search(things[company].name):
        key = company  # 'Altiplano Cobre' after 'Altiplano Cobre S.A.'
    if key not in things:
        things[key] = Thing(mention.name or mention.text, mention.type, known=mention.name is not None)
    return things[key]


def _key(mention: Mention) -> str:
    """What mentions of the same thing share. A person's middle names and a company's legal form don't count."""
    if mention.name:
        return fold(mention.name)
    if mention.type == "person":
        words = fold(mention.text).split()
        return f"{words[0]} {words[-1]}"
    return fold(_COMPANY.sub("", mention.text))


def _may_be_short(mention: Mention) -> bool:
    if mention.name or " " in mention.text:
        return False
    if mention.type in ("gpe", "location"):
        return all(place.population < _LARGE for place in gazetteer.find(mention.text))
    return mention.type not in ("norp", "law")


def _fuller(mention: Mention, full: Iterable[Thing]) -> Thing | None:
    """The thing named in full that the one word of `mention` stands for; of several people the last named before."""
    candidates = [thing for thing in full if _abbreviates(mention.text, thing)]
    before = [thing for thing in candidates if thing.mentions[0].start < mention.start]
    return max(before, key=lambda thing: _last_before(thing, mention.start)) if before else next(iter(candidates), None)


def _last_before(thing: Thing, position: int) -> int:
    return max(each.start for each in thing.mentions if each.start < position)


def _abbreviates(word: str, thing: Thing) -> bool:
    if thing.type == "person":
        return fold(thing.name).endswith(f" {fold(word)}")  # of 'Sesay-Cole', too, which folds to two words
    if thing.type != "organisation":
        return False
    if word.isupper():
        return word in thing.forms or initials(thing.name) == word
    if is_club(thing.name):
        return thing.name.endswith(f" {word}")
    return _COMPANY.search(thing.name) is not None and thing.name.startswith(f"{word} ")


def initials(name: str) -> str:
    """'National Mine Workers' Union' -> 'NMWU'; empty for a name of one word."""
    words = _SMALL_WORDS.sub(" ", name).split()
    return "".join(word[0] for word in words) if len(words) > 1 else ""


def short_names(things: Iterable[Thing], text: str) -> Iterator[Name]:
    """Forms under which the things may be named again where nobody saw it: full names, acronyms, surnames that are no
    word of the text."""
    for thing in things:
        if thing.type == "norp":
            continue
        for form in thing.forms:
            if len(form) > 3 or form.isupper():
                yield Name(form, thing.name, thing.type)
        surname = thing.name.rpartition(" ")[2]
        if thing.type == "person" and len(surname) > 2 and f" {surname.lower()} " not in text:
            yield Name(surname, thing.name, thing.type)
