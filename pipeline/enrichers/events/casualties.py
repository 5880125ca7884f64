"""How many were killed, wounded, missing, detained or displaced: numbers with their qualifiers.

'six' is 6 to 6; 'at least six' and 'more than six' are 6 and more; 'up to six' is 1 to 6; 'between four and six' is 4
to 6; 'dozens' is 24 and more, 'scores' 40, 'hundreds' 200, 'thousands' 2,000: no more than the word itself says.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from spacy.tokens import Doc, Token

from pipeline.enrichers.events.grammar import children, conjoined, is_verb, patients
from pipeline.enrichers.events.lexicon import casualty_words
from pipeline.enrichers.numerals import SMALL
from pipeline.story import CasualtyKind

_NUMBERS = {**SMALL, "a": 1, "an": 1}
_MULTIPLES = {"dozen": 12, "hundred": 100, "thousand": 1000, "million": 1_000_000}
_VAGUE = {"dozens": 24, "scores": 40, "hundreds": 200, "thousands": 2000, "several": 3}
_AT_LEAST = re.compile(
    r"\b(at least|no fewer than|not less than|no less than|a minimum of|(?<!no )more than|over|above)\s+$",
    re.IGNORECASE,
)
_UP_TO = re.compile(r"\b(up to|as many as|at most|no more than)\s+$", re.IGNORECASE)
_RANGE = re.compile(r"\b(?:between\s+|from\s+)?([\w,]+)\s+(?:and|to|or)\s+$", re.IGNORECASE)
_BETWEEN = re.compile(r"\b(between|from)\s+$", re.IGNORECASE)
_AND = re.compile(r"\s+(?:and|to)\s+([\w,-]+)", re.IGNORECASE)
_TOLL = re.compile(
    r"\btoll\b[^.;]{0,60}?\b(?:to|at|of|was|is)\s+(?:at least |more than |about |some )?([\w,-]+)", re.IGNORECASE
)
_MOST = 10_000_000
_TAKING = {"claim", "claims", "claimed", "claiming", "cost", "costs", "costing", "take", "took", "taking"}
_DYING = {"died", "dies", "die", "perished", "fled", "fleeing"}
_FLEEING, _HOMES = {"fled", "fleeing"}, {"home", "homes", "houses", "villages"}


@dataclass(frozen=True, slots=True)
class Count:
    """A number of people, where it stands, and the word that says what befell them."""

    kind: CasualtyKind
    low: int
    high: int | None
    first: int
    last: int
    word: Token


def counts(doc: Doc, tokens: Iterable[Token]) -> Iterator[Count]:
    """Every number of casualties in a paragraph, of whose words `tokens` are looked at."""
    for token in tokens:
        kind = casualty_words().get(token.lower_)
        if kind:
            for victim in _victims(token):
                if count := _count(kind, victim, token):
                    yield count
    for found in _TOLL.finditer(doc.text):
        number = doc.char_span(*found.span(1), alignment_mode="expand")
        if number is not None and _number(number[0]):
            yield Count("killed", *_qualified(number[0]), number[0].i, number[0].i, number[0])


def _victims(word: Token) -> list[Token]:
    """The nouns or numbers that the word is said of."""
    if word.lower_ in _FLEEING and not any(child.lower_ in _HOMES for child in children(word, "dobj")):
        return []
    if word.lower_ in _DYING:
        return [each for child in children(word, "nsubj", "nsubjpass") for each in conjoined(child)]
    if word.lower_ == "lives":  # 'claimed 16 lives'
        return [word] if word.head.lower_ in _TAKING else []
    if word.lower_ in {"deaths", "injuries"}:
        return [word]
    return _of_verb(word) if is_verb(word) and word.lower_ != "missing" else _of_adjective(word)


def _of_verb(word: Token) -> list[Token]:
    # 'Two people were killed and 30 wounded': the second verb's subject is a bare number before it.
    return patients(word) or [
        child for child in children(word, "nsubj", "nsubjpass", "nummod") if word.tag_ in {"VBN", "VBD"}
    ]


def _of_adjective(word: Token) -> list[Token]:
    if (
        word.dep_ in {"oprd", "acomp", "advmod"} and is_verb(word.head) and (own := patients(word.head))
    ):  # 'were shot dead'
        return own
    before = word.doc[word.i - 1] if word.i else word
    # 'left 23 dead', '23 people dead', '12 missing'
    for candidate in (before, word.head, *children(word, "nsubj", "nummod")):
        if _number(candidate) or any(_number(child) for child in candidate.children if child.i < candidate.i):
            return [candidate]
    return []


def _count(kind: CasualtyKind, victim: Token, word: Token) -> Count | None:
    number = victim if _number(victim) else None
    if number is None:
        left = [child for child in victim.children if child.i < victim.i]
        number = next(
            (child for child in left if child.dep_ in {"nummod", "det", "amod", "quantmod"} and _number(child)), None
        )
    if number is None or not _person(victim, number):
        return None
    low, high = _qualified(number)
    if not 0 < low <= _MOST:
        return None
    return Count(kind, low, high, number.i, max(victim.i, number.i), word)


def _person(victim: Token, number: Token) -> bool:
    """'a' and 'an' count people only; other numbers may stand alone."""
    if number.lower_ in {"a", "an"}:
        return (
            victim.tag_ == "NN" and not victim.ent_type_ and victim.lower_ not in {"number", "total", "group", "crowd"}
        )
    return victim.tag_ != "PRP" and victim.ent_type_ not in {"PERCENT", "MONEY", "DATE", "TIME", "QUANTITY"}


def _qualified(number: Token) -> tuple[int, int | None]:
    value = _number(number)
    assert value is not None
    sentence, offset = number.sent, number.idx
    before = sentence.text[: offset - sentence.start_char][-40:]
    if number.lower_ in _VAGUE or _AT_LEAST.search(before):
        return value, None
    if _UP_TO.search(before):
        return 1, value
    after = sentence.text[offset + len(number) - sentence.start_char :][:20]
    if _BETWEEN.search(before) and (rest := _AND.match(after)) and (high := _parse(rest[1])) and value < high:
        return value, high
    if (span := _RANGE.search(before)) and (low := _parse(span[1])) and low < value:
        return low, value
    return value, value


def _number(token: Token) -> int | None:
    lower = token.lower_
    if lower in _VAGUE:
        return _VAGUE[lower]
    if lower in _MULTIPLES:
        before = token.doc[token.i - 1] if token.i else None
        return (_parse(before.lower_) or 1) * _MULTIPLES[lower] if before is not None else _MULTIPLES[lower]
    if token.i > 1 and token.doc[token.i - 1].text == "-":  # 'twenty-three' is three tokens
        return _parse(f"{token.doc[token.i - 2].lower_}-{lower}")
    if token.tag_ == "CD" or lower in {"a", "an"}:
        return _parse(lower)
    return None


def _parse(word: str) -> int | None:
    plain = word.lower().replace(",", "")
    if plain.isascii() and plain.isdecimal() and len(plain) < 9:
        return int(plain)
    if plain in _NUMBERS:
        return _NUMBERS[plain]
    tens, _, ones = plain.partition("-")
    if tens in _NUMBERS and ones in _NUMBERS and _NUMBERS[tens] >= 20:
        return _NUMBERS[tens] + _NUMBERS[ones]
    return None
