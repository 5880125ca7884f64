"""Numbers in digits and words, as a language writes them, among the words of a line."""

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from pipeline.lifecycle.changes_text import UNSPACED, fold
from pipeline.lifecycle.changes_words import GROUPED_BY_SPACE, MAGNITUDES, MONEY, Language

_LONGEST_NUMBER = 24
_FRACTION = r"(?:\d+-)?\d{1,2}/\d{1,2}(?![\d/])"
_TOKEN = re.compile(rf"{_FRACTION}|\d+(?:[.,']\d+)*|[{UNSPACED}]+|[^\W\d_{UNSPACED}]\w*(?:['-]\w+)*|\S")
_ORDINAL = re.compile(r"(?:st|nd|rd|th|er|eme|º|ª)\b", re.IGNORECASE)
_HYPHENED = re.compile(r"(?<=\d)-(hundred|thousand|million|billion|trillion|mln|bln|bn)\b-?")
"""'a 50-million-euro plant'"""
_GROUP = re.compile(r"(?<![\d.,])(\d{1,3})((?: \d{3})+)(?![\d])")


class Token(NamedTuple):
    """A number, a word or a mark."""

    text: str
    key: str
    """Folded."""
    glued: bool
    """Whether it follows the token before without a space."""

    @property
    def numeric(self) -> bool:
        """Whether it is a number in digits."""
        return self.text[0].isdecimal()

    @property
    def word(self) -> bool:
        """Whether it begins with a letter."""
        return self.text[0].isalpha()


def tokens_of(line: str, language: Language) -> list[Token]:
    """The words, numbers and marks of a line."""
    if language.code in GROUPED_BY_SPACE:
        line = _GROUP.sub(lambda found: found[0].replace(" ", ""), line)
    line = _HYPHENED.sub(r" \1 ", line)
    tokens: list[Token] = []
    end = -1
    for found in _TOKEN.finditer(line):
        text = found[0]
        tokens.append(Token(text, text.lower() if text.isascii() else fold(text), found.start() == end))
        end = found.end()
    return tokens


class Number(NamedTuple):
    """A number among tokens: `tokens[start:end]`, its magnitude included."""

    start: int
    end: int
    value: tuple[Decimal, ...]
    text: str
    magnitude: str
    step: Decimal
    """To what it is rounded: 100,000 of '3.1 million'."""


def number_at(tokens: Sequence[Token], at: int, language: Language) -> Number | None:
    """The number that begins at `at`, of two numbers where it is a range; None where none begins."""
    value = _value(tokens[at], language)
    if value is None or (at + 1 < len(tokens) and tokens[at + 1].glued and _ORDINAL.match(tokens[at + 1].text)):
        return None
    one = _scaled(tokens, at, value, language)
    joint = tokens[one.end].key if one.end + 1 < len(tokens) else ""
    between = at > 0 and (tokens[at - 1].key, joint) == language.between
    if (joint in language.range or between) and (high := _value(tokens[one.end + 1], language)) is not None:
        rest = _scaled(tokens, one.end + 1, high, language)
        joined = "-" if joint == "-" else " to "
        number = f"{one.text}{joined}{rest.text}"
        return Number(at, rest.end, (one.value[0], rest.value[0]), number, rest.magnitude or one.magnitude, rest.step)
    return one


def _scaled(tokens: Sequence[Token], at: int, value: Decimal, language: Language) -> Number:
    """The number at `at` with the magnitudes after it: '2 hundred' is 200, '612 billion' stays as it is written."""
    token, end, factor, names = tokens[at], at + 1, 1, []
    while end < min(at + 3, len(tokens)) and _is_magnitude(tokens, at, end):
        factor *= MAGNITUDES[tokens[end].key]
        names.append(tokens[end].text)
        end += 1
    whole = value * factor
    step = Decimal(factor).scaleb(min(int(value.as_tuple().exponent), 0))
    if 1 < factor < 10**6:
        return Number(at, end, (whole,), f"{whole.normalize():f}", "", step)
    text = token.text if token.numeric or token.key in language.vague else str(value)
    return Number(at, end, (whole,), text, " ".join(names), step)


def _is_magnitude(tokens: Sequence[Token], at: int, end: int) -> bool:
    """Letters such as 'm' are millions of money only, and else metres."""
    if tokens[end].key not in MAGNITUDES:
        return False
    if len(tokens[end].key) > 2:
        return True
    money = (at > 0 and tokens[at - 1].key in MONEY) or (end + 1 < len(tokens) and tokens[end + 1].key in MONEY)
    return money or tokens[end].key in {"bn", "tn", "万", "亿"}


def _value(token: Token, language: Language) -> Decimal | None:
    if token.numeric:
        return _decimal(token.text, language.decimal_comma) if len(token.text) <= _LONGEST_NUMBER else None
    if not token.word:
        return None
    numbers = language.numbers
    if found := numbers.get(token.key) or language.vague.get(token.key):
        return Decimal(found)
    tens, _, ones = token.key.partition("-")
    if ones and numbers.get(tens, 0) >= 20 and 0 < numbers.get(ones, 0) < 10:
        return Decimal(numbers[tens] + numbers[ones])
    return None


def _decimal(text: str, comma: bool) -> Decimal | None:
    """The number as that language writes it; None for what is none, such as a date or an address."""
    if "/" in text:
        return _fraction(text)
    text = text.replace("'", "")
    marks = [mark for mark in text if mark in ".,"]
    if not marks:
        return Decimal(int(text))
    head, last, tail = text.rpartition(marks[-1])
    others = set(marks[:-1])
    thousands = len(tail) == 3 and (last == ".") == comma and not head.startswith("0")
    if last in others or (not others and thousands):
        groups = re.split("[.,]", text)
        whole = len(set(marks)) == 1 and all(len(group) == 3 for group in groups[1:])
        return Decimal(int("".join(groups))) if whole else None
    return Decimal(f"{int(re.sub('[.,]', '', head))}.{int(tail):0{len(tail)}}")


def _fraction(text: str) -> Decimal | None:
    """'16-1/2' is 16.5; None for what is none, such as 25/12."""
    whole, _, part = text.rpartition("-")
    above, below = map(int, part.split("/"))
    return int(whole or 0) + Decimal(above) / Decimal(below) if 0 < above < below else None
