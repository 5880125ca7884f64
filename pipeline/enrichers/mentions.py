"""Mentions: what the model and the tables say is named, and as what; repaired where the model is known to err."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import NamedTuple

from numpy import flatnonzero
from spacy.tokens import Doc
from spacy.tokens import Span as Tokens

from pipeline.enrichers import gazetteer, titles
from pipeline.enrichers.analysis import Paragraph
from pipeline.enrichers.names import Names, known, scan
from pipeline.enrichers.repairs import FULL_NAME, is_body, is_person, is_persons_form, names_nothing, repaired
from pipeline.story import EntityType

TYPES: dict[str, EntityType] = {
    "PERSON": "person",
    "ORG": "organisation",
    "GPE": "gpe",
    "LOC": "location",
    "FAC": "facility",
    "NORP": "norp",
    "PRODUCT": "product",
    "EVENT": "event",
    "LAW": "law",
}
"""OntoNotes' labels for what is named; its others are numbers and times."""

_LONGEST = 80
_CROSSHEAD = 60
"""Code points below which a paragraph in capitals is a heading within the text."""
_DAY = (
    r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
    r"|January|February|March|April|June|July|August|September|October|November|December"
)
_LEAD = re.compile(rf"^(?:[\W_]+|(?:the|a|an|this|that)\s+|(?:{_DAY})\s+)+", re.IGNORECASE)
_TRAIL = re.compile(rf"(?:\s+(?:{_DAY})|['’]s?|[^\w.)]+|\s*\([^)]*|(?<![A-Z])(?<!\b\w\w)\.)+$")
_ONLY_TIME = re.compile(rf"(?:{_DAY})s?")
_ACRONYM = re.compile(r"\s\(([A-Z][A-Za-z&.-]*[A-Z])\)")
_NAME_WITH_ACRONYM = re.compile(
    r"((?:[A-Z][\w'’-]+,? (?:(?:of|for|and|the|de|del|on|in|to|against) ){0,2}){2,9})\(([A-Z]{2,8})\)"
)
_HEADED = re.compile(
    r"\b(?:Federation|Confederation|Union|Association|Committee|Council|Office|Ministry|Movement|Front) of "
)
"""A name whose acronym is of another language: 'National Federation of Andean Mine Workers (FENTAMSA)'."""
_BODY = re.compile(
    r"\b[Tt]he ((?:[A-Z][\w'’-]+)(?:\s(?:of (?:the )?)?[A-Z][\w'’-]+){1,6}), (?:(?:also )?known\s"
    r"|(?:an?|the|its|one of the) (?:[\w'’-]+\s){0,4}?(?:council|bloc|party|group|union|alliance|movement|coalition"
    r"|militia|company|charity|lobby|agency|watchdog)\b)"
)
_OPENERS = frozenset(("The", "But", "In", "On", "And", "Meanwhile", "For"))
_GREAT = 500_000
"""Inhabitants of a city whose bare name is taken for it."""


_TAKEN_FOR_PEOPLE = frozenset(("organisation", "product", "gpe", "facility"))


class Mention(NamedTuple):
    """A named thing at a place of body_text. `name` is its canonical name where a table knows it."""

    start: int
    end: int
    text: str
    type: EntityType
    name: str | None = None
    acronym: str | None = None
    """The short form in brackets after it."""


def mentions(paragraphs: Iterable[Paragraph], names: Names) -> list[Mention]:
    """All mentions in order, none inside another, the same text of the same type throughout. `names` are those that
    the agency says the story is about."""
    found = [mention for paragraph in paragraphs for mention in _in_paragraph(paragraph, names)]
    return _harmonised(found)


def _in_paragraph(paragraph: Paragraph, names: Names) -> Iterator[Mention]:
    text = paragraph.text
    if text.isupper() and len(text) < _CROSSHEAD:
        return
    from_model = [mention for ent in paragraph.doc.ents if (mention := _from_model(text, ent))]
    from_tables = [] if text.isupper() else [_known_mention(start, *name) for start, name in scan(text, names, known())]
    by_rule = (
        [] if text.isupper() else [*_with_acronyms(text), *_apposed(text), *_titled(text), *_overlooked(paragraph.doc)]
    )
    for each in without_overlaps([*from_tables, *by_rule, *from_model], len(text)):
        acronym = _ACRONYM.match(text, each.end)
        yield each._replace(
            start=each.start + paragraph.start,
            end=each.end + paragraph.start,
            acronym=acronym[1] if acronym and each.type == "organisation" else None,
        )


def _titled(text: str) -> Iterator[Mention]:
    """People by what stands around them: 'Superintendent Hem Thapa', 'the chair, Fatmata Koroma-Lewis'."""
    for found in FULL_NAME.finditer(text):
        name = titles.without_title(found[0])
        start = found.end() - len(name)
        name = _TRAIL.sub("", name)
        after = text[start + len(name) :][:60]
        if is_persons_form(name) and is_person(text[max(start - 80, 0) : start], name, after):
            yield Mention(start, start + len(name), name, "person")


def _apposed(text: str) -> Iterator[Mention]:
    """'The Iraqi Islamic Accord, the main Sunni bloc': an organisation by what the story says it is."""
    for found in _BODY.finditer(text):
        yield Mention(found.start(1), found.end(1), found[1], "organisation")


def _overlooked(doc: Doc) -> Iterator[Mention]:
    """Great cities that the model passed over: names it put under no label that are those of capitals and the like."""
    tags, labels = doc.to_array(["TAG", "ENT_TYPE"]).T
    named = flatnonzero((tags == doc.vocab.strings["NNP"]) & (labels == 0)).tolist()
    for _, run in groupby(enumerate(named), key=lambda pair: pair[1] - pair[0]):
        numbers = [number for _, number in run]
        span = doc[numbers[0] : numbers[-1] + 1]
        places = gazetteer.find(span.text)
        if any(each.kind == "city" and (each.capital or each.population >= _GREAT) for each in places):
            yield Mention(span.start_char, span.end_char, span.text, "gpe")


def _known_mention(start: int, form: str, canonical: str, kind: EntityType) -> Mention:
    return Mention(start, start + len(form), form, kind, canonical)


def _from_model(text: str, ent: Tokens) -> Mention | None:
    """What the model found, cut to the name; None where it is none."""
    kind = TYPES.get(ent.label_)
    if kind is None or not any(token.tag_.startswith(("NNP", "JJ")) for token in ent):
        return None
    start, name = ent.start_char, ent.text.partition("\n")[0]
    lead = _LEAD.match(name)
    if lead:
        start, name = start + lead.end(), name[lead.end() :]
    name = _TRAIL.sub("", name)
    if kind == "person" or (kind == "organisation" and not is_body(name)):
        # 'Kaski, Dhan Bahadur Ranabhat'
        tail = name.rpartition(", ")[2]
        bare = titles.without_address(tail if is_persons_form(tail) or kind == "person" else name)
        start, name = start + len(name) - len(bare), bare
    if not _is_name(name) or titles.heads_title(name, text[start + len(name) :]):
        return None
    better = repaired(text, start, name, kind)
    return Mention(start, start + len(name), name, better) if better else None


def _is_name(name: str) -> bool:
    return (
        1 < len(name) <= _LONGEST
        and any(map(str.isupper, name))
        and not _ONLY_TIME.fullmatch(name)
        and not names_nothing(name)
        and not any(mark in name for mark in '"“”;:!?@')
    )


def _with_acronyms(text: str) -> Iterator[Mention]:
    """'National Mine Workers' Union (NMWU)', whatever the model made of it."""
    if "(" not in text:
        return
    for found in _NAME_WITH_ACRONYM.finditer(text):
        words = list(re.finditer(r"(?<!\S)[A-Z]\S*", found[1]))
        first = _first_of(found[2], [word[0][0] for word in words])
        if first is None and _HEADED.search(found[1]):
            first = next(i for i, word in enumerate(words) if word[0] not in _OPENERS or i == len(words) - 1)
        if first is not None:
            start = found.start() + words[first].start()
            name = text[start : found.end(1)].rstrip()
            yield Mention(start, start + len(name), name, "organisation")


def _first_of(acronym: str, initials: list[str]) -> int | None:
    """The number of the word that the acronym begins with: its letters are the last initials, or some of them."""
    if "".join(initials[-len(acronym) :]) == acronym:
        return len(initials) - len(acronym)
    if len(acronym) < 4 or initials[-1] != acronym[-1]:
        return None
    for first in range(len(initials) - len(acronym), -1, -1):
        rest = iter(initials[first + 1 :])
        if initials[first] == acronym[0] and all(letter in rest for letter in acronym[1:]):
            return first
    return None


def without_overlaps(found: Iterable[Mention], length: int) -> list[Mention]:
    """The mentions in a text of `length`, in order; of overlapping ones the longest, of equals the first given."""
    covered = bytearray(length)
    kept = []
    for each in sorted(found, key=lambda mention: mention.start - mention.end):
        if covered.find(1, each.start, each.end) < 0:
            covered[each.start : each.end] = b"\1" * (each.end - each.start)
            kept.append(each)
    return sorted(kept, key=lambda mention: mention.start)


def _harmonised(found: list[Mention]) -> list[Mention]:
    votes: dict[str, Counter[EntityType]] = {}
    for each in found:
        votes.setdefault(each.text, Counter())[each.type] += 10 if each.name else 1
    best = {
        text: max(counted, key=lambda kind: (counted[kind], kind != "person", kind)) for text, counted in votes.items()
    }
    surnames = {text for text, kind in best.items() if kind == "person" and " " not in text}
    for text, kind in best.items():
        if kind in _TAKEN_FOR_PEOPLE and is_persons_form(text) and text.rpartition(" ")[2] in surnames:
            best[text] = "person"
    return [each._replace(type=best[each.text]) for each in found]
