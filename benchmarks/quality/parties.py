"""When two parties to an event, or two speakers, are the same."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from pipeline.enrichers.folding import fold
from pipeline.story import Entity, Participant

Forms = Mapping[str, str]
"""The gold story's names and aliases to the canonical name, all folded; without those that several things share."""

_LEADING = re.compile(r"^(?:the|an?)\s+", re.IGNORECASE)
_POSSESSIVE = re.compile(r"['’]s?$")
_KIND_OF = re.compile(
    r"^(?:[\w-]+ ){0,4}(?:port|city|town|village|capital|island|district|county|province|region|governorate|department"
    r"|state|republic) of (?=[A-Z])"
)
_AFTER_HEAD = re.compile(
    r",|\(|\b(?:of|in|from|with|who|whom|which|that|at|on|for|near|to|by|under|outside|inside|and|including|aboard)\b",
    re.IGNORECASE,
)


def forms(entities: Sequence[Entity]) -> Forms:
    """The names of `entities` as `same` wants them."""
    pairs = {(plain(form), plain(each.name)) for each in entities for form in (each.name, *each.aliases)}
    shared = Counter(form for form, _ in pairs)
    return {form: name for form, name in pairs if shared[form] == 1}


def plain(name: str) -> str:
    """`name` folded, without a leading article and a possessive ending."""
    return fold(_POSSESSIVE.sub("", _LEADING.sub("", name.strip())))


def head(phrase: str) -> str:
    """The head word of a noun phrase, folded: 'officers' of 'two officers of the National Police'.

    It is the last word before the first preposition, relative or comma that has a word before it; of 'the port of
    Varna', and whatever else of that kind is of a name, the name's.
    """
    bare = _KIND_OF.sub("", _LEADING.sub("", phrase.strip()))
    border = next((found.start() for found in _AFTER_HEAD.finditer(bare) if bare[: found.start()].strip()), len(bare))
    words = plain(bare[:border]).split()
    return words[-1] if words else ""


def same(gold: Participant, found: Participant, names: Forms) -> bool:
    """Whether two participants are one party.

    They are where their canonical names are equal, a name being what the gold story's entity is called that has it as
    its name or alias. Two different entities are not; else they are where their words, or their head words, are equal.
    """
    one, other = _name(gold, names), _name(found, names)
    if one and other:
        return one == other
    texts = {plain(each) for each in (gold.name, gold.span.text) if each}
    if any(plain(each) in texts for each in (found.name, found.span.text) if each):
        return True
    heads = {head(each) for each in (gold.name, gold.span.text) if each} - {""}
    return any(head(each) in heads for each in (found.name, found.span.text) if each)


def share(gold: Sequence[Participant], found: Sequence[Participant], names: Forms) -> bool:
    """Whether two sides of an event have a party in common, or both have none."""
    return (not gold and not found) or any(same(one, other, names) for one in gold for other in found)


def equal(gold: Sequence[Participant], found: Sequence[Participant], names: Forms) -> bool:
    """Whether all parties of two sides are the same."""
    return all(any(same(one, other, names) for other in found) for one in gold) and all(
        any(same(one, other, names) for one in gold) for other in found
    )


def _name(party: Participant, names: Forms) -> str | None:
    """The canonical name, folded, of the gold entity that the party is by its name or its words."""
    given = (names.get(plain(each)) for each in (party.name, party.span.text) if each)
    return next((name for name in given if name), None)
