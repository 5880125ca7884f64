"""Amounts: a number with its sign and unit, and ranges of two: '$3.5bn', '1,200', '3-4 percent'."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipeline.enrichers.figure_units import Unit, sign_at, unit_at
from pipeline.enrichers.numerals import SCALES, Number, number
from pipeline.enrichers.words import Words

_LETTERS = {"k": 1e3, "m": 1e6, "b": 1e9, "t": 1e12}
"""Scales after an amount with a sign before it: '$3m'."""
_POUND = Unit("weight", "lb")
_KILOGRAMS = frozenset(["kg", "kgs", "kilograms", "kilos"])
_JOINING = frozenset(["to", "-", "–", "or"])


@dataclass(frozen=True, slots=True)
class Amount:
    """A number and its unit, None where none stands by it, in the words from `first` to `last`, included."""

    first: int
    last: int
    number: Number
    low: float
    high: float | None
    unit: Unit | None
    signed: bool = False
    """Whether the unit is a sign before the number."""


def amount(read: Words, index: int, home: Sequence[str]) -> Amount | None:
    """The amount that begins with the word there."""
    if sign := sign_at(read, index):
        found = number(read, sign[1] + 1) if read.at(sign[1] + 1)[:1].isdecimal() else None
        if found is None:
            return None
        return _scaled(read, Amount(index, found.last, found, found.low, found.high, sign[0], signed=True))
    minus = read.at(index) == "minus" or (read.at(index) in ("-", "−") and _is_sign(read, index))
    found = number(read, index + 1 if minus else index)
    if found is None:
        return _unit_of_one(read, index, home)
    bare = Amount(index, found.last, found, -found.low if minus else found.low, found.high, None)
    if minus:
        bare = replace(bare, high=-found.low)
    return _with_unit(read, bare, home)


def _is_sign(read: Words, index: int) -> bool:
    """Whether a hyphen is the sign of the number after it."""
    return read.adjoin(index) and not read.adjoin(index - 1) and read.at(index + 1)[:1].isdecimal()


def _scaled(read: Words, found: Amount) -> Amount:
    """'$3m', '€2k'; and 'US$3 million dollars' is one amount."""
    factor = _LETTERS.get(read.at(found.last + 1)) if read.adjoin(found.last) else None
    if factor is None or read.text[read.ends[found.last + 1] :][:1].isalnum():
        return found
    high = None if found.high is None else found.high * factor
    scaled = replace(found.number, scale=factor)
    return replace(found, last=found.last + 1, low=found.low * factor, high=high, number=scaled)


def _with_unit(read: Words, bare: Amount, home: Sequence[str]) -> Amount:
    """The amount with the unit after it, perhaps joined by a hyphen: '500-kg', 'eight-day'."""
    after = bare.last + 1
    if read.at(after) == "-" and read.adjoin(after - 1) and read.adjoin(after):
        after += 1
    elif read.at(after) == "of" and read.at(after + 1) and bare.number.written == "vague":
        after += 1  # 'millions of dollars'
    if bare.number.written == "fraction":
        after = _of_a(read, after)
    found = unit_at(read, after, home)
    if found is None or (found[0].kind == "money" and found[0].symbol is not None and _is_word(read, after, found)):
        return bare
    unit, last = found
    high = None if bare.high is None else bare.high * unit.factor
    return replace(bare, last=last, low=bare.low * unit.factor, high=high, unit=_weighed(read, unit, after, last))


def _is_word(read: Words, first: int, found: tuple[Unit, int]) -> bool:
    """Whether what is a currency's name is a common word here: 'the two won', 'three real friends'."""
    if first != found[1] or read.lower[first] not in ("won", "real", "sol", "kip", "rand"):
        return False
    return read.at(first - 1) not in SCALES and not read.lower[first - 1][:1].isdecimal()


def _of_a(read: Words, index: int) -> int:
    """Beyond 'of a', 'a', 'an' after a fraction: 'half an hour', 'a quarter of a mile'."""
    after = index + 1 if read.at(index) == "of" else index
    return after + 1 if read.at(after) in ("a", "an") else index


def _weighed(read: Words, unit: Unit, first: int, last: int) -> Unit:
    """Pounds of something weigh, and so do those that a hyphen joins, or that are told in kilograms again."""
    if unit.kind != "money" or read.lower[first] not in ("pound", "pounds"):
        return unit
    weighed = read.at(last + 1) == "(" and _KILOGRAMS.intersection(read.lower[last + 2 : last + 5])
    if read.at(first - 1) == "-" and read.lower[first] == "pound":
        return _POUND
    if read.at(first - 2) == "(" and read.at(first - 3) in _KILOGRAMS:
        return _POUND
    return _POUND if (read.at(last + 1) == "of" or weighed) and read.at(first - 1) not in SCALES else unit


def _unit_of_one(read: Words, index: int, home: Sequence[str]) -> Amount | None:
    """'a kilometre', 'an hour', where the caller knows that it is an amount: 'up to a kilometre'."""
    if read.at(index) not in ("a", "an"):
        return None
    found = unit_at(read, index + 1, home)
    if found is None or found[0].kind in ("percent", "points"):
        return None
    one = Number(index, index, 1.0, 1.0, "words")
    return Amount(index, found[1], one, found[0].factor, found[0].factor, found[0])


def ranged(read: Words, first: Amount, home: Sequence[str], between: bool) -> Amount | None:
    """The range that `first` begins: '3 to 4 million', '10-12', after 'between' '3 and 4'."""
    joint = first.last + 1
    if first.number.written == "fraction":
        return None
    if read.at(joint) not in _JOINING and not (between and read.at(joint) == "and"):
        return None
    second = amount(read, joint + 1, home)
    if second is None or second.number.written in ("vague", "fraction") or first.high is None or second.high is None:
        return None
    if first.unit and second.unit and first.unit != second.unit:
        return None
    unit = second.unit or first.unit
    if first.unit and not first.signed and second.unit is None:
        return None
    low, high = _shared(first, second, unit)
    return replace(first, last=second.last, low=low, high=high, unit=unit) if low < high else None


def _shared(first: Amount, second: Amount, unit: Unit | None) -> tuple[float, float]:
    """The ends of a range, the first with the scale and the unit that only the second has."""
    low, high = first.low, second.high or 0.0
    if first.number.scale == 1 and second.number.scale > 1 and low < high / second.number.scale:
        low *= second.number.scale
    if unit and first.unit is None:
        low *= unit.factor
    if unit and second.unit is None and not first.signed:
        high *= unit.factor
    return low, high
