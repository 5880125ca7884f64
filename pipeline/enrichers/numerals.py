"""Numbers as agency copy writes them: '1,234.5', '3.5 million', 'twenty-three', 'a dozen', 'hundreds', 'a quarter'.

A number is low to high: 'dozens' is 24 and more, 'scores' 40, 'hundreds' 200, 'thousands' 2,000, with no high end; of a
plain number the two are the same.
"""

from dataclasses import dataclass
from typing import Literal

from pipeline.enrichers.words import Words

_ONES = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
seventeen eighteen nineteen"""
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
SMALL = {word: number for number, word in enumerate(_ONES.split())} | {
    word: 10 * number for number, word in enumerate(_TENS.split(), start=2)
}
SCALES = {
    "hundred": 100,
    "thousand": 1e3,
    "lakh": 1e5,
    "lakhs": 1e5,
    "million": 1e6,
    "mln": 1e6,
    "mn": 1e6,
    "crore": 1e7,
    "crores": 1e7,
    "billion": 1e9,
    "bln": 1e9,
    "bn": 1e9,
    "trillion": 1e12,
    "trln": 1e12,
    "tn": 1e12,
}
"""What multiplies a number that stands before it."""
VAGUE = {
    "dozens": 24.0,
    "scores": 40.0,
    "hundreds": 200.0,
    "thousands": 2e3,
    "tens": 20.0,
    "millions": 2e6,
    "billions": 2e9,
    "trillions": 2e12,
}
_DENOMINATORS = {
    "half": 2, "halves": 2, "third": 3, "thirds": 3, "quarter": 4, "quarters": 4, "fifth": 5, "fifths": 5, "sixth": 6,
    "sixths": 6, "seventh": 7, "sevenths": 7, "eighth": 8, "eighths": 8, "ninth": 9, "ninths": 9, "tenth": 10,
    "tenths": 10,
}  # fmt: skip
_FRACTION_SIGNS = {"½": 0.5, "¼": 0.25, "¾": 0.75, "⅓": 1 / 3, "⅔": 2 / 3, "⅛": 0.125}
_FEW = {"several": 3.0, "few": 2.0}
_GROUPS = {"dozen": 12.0, "couple": 2.0}
_MOST_SCALES = 16
"""Words after its first that a number may have."""
_LONGEST = 24
"""Digits and marks of the longest number that is read."""


Written = Literal["digits", "words", "vague", "fraction"]


@dataclass(frozen=True, slots=True)
class Number:
    """A number in the words from `first` to `last`, included."""

    first: int
    last: int
    low: float
    high: float | None
    written: Written
    """'vague' is 'hundreds', 'fraction' is 'a third'."""
    scale: float = 1.0
    """What the words of scale in it multiply by: 1e6 in '3 million'. Of '3 to 4 million' the first number lacks it."""


def number(read: Words, index: int) -> Number | None:
    """The longest number that begins with the word there; None where none does.

    A sign before it is not read, nor is 'a' alone a number.
    """
    word = read.at(index)
    if word[:1].isdecimal():
        return _digits(read, index)
    if word in VAGUE:
        return _vague(read, index)
    if word in ("a", "an", "half") or word in _FEW:
        return _with_article(read, index)
    return _spelled(read, index) if word in SMALL else None


def value(digits: str, decimal: str = ".") -> float | None:
    """The value of digits with grouping marks, of which `decimal` is the decimal one; None where they are not grouped
    as a number is: '1.2.3', '1,23'."""
    if len(digits) > _LONGEST:
        return None
    group = "," if decimal == "." else "."
    whole, _, rest = digits.partition(decimal)
    if group in rest or decimal in rest:
        return None
    first, *groups = whole.split(group)
    if groups and (len(first) > 3 or not _grouped(groups)):
        return None
    return float(f"{first}{''.join(groups)}.{rest or 0}")


def _grouped(groups: list[str]) -> bool:
    """By thousands, or in the Indian way: '1,20,000'."""
    return len(groups[-1]) == 3 and (
        all(len(each) == 3 for each in groups) or all(len(each) == 2 for each in groups[:-1])
    )


def _digits(read: Words, index: int) -> Number | None:
    amount = value(read.lower[index])
    if amount is None:
        return None
    last = index
    if read.at(index + 1) in _FRACTION_SIGNS:
        last, amount = index + 1, amount + _FRACTION_SIGNS[read.at(index + 1)]
    elif (part := _slashed(read, index + 1)) is not None and "." not in read.lower[index]:
        last, amount = index + 3, amount + part
    elif read.at(index + 1) == "/" and (part := _slashed(read, index)) is not None:
        return Number(index, index + 2, part, part, "fraction")
    return _scaled(read, Number(index, last, amount, amount, "digits"))


def _slashed(read: Words, index: int) -> float | None:
    """'1/2' as three words that adjoin, after a space."""
    upper, slash, lower = read.at(index), read.at(index + 1), read.at(index + 2)
    if slash != "/" or not (read.adjoin(index) and read.adjoin(index + 1) and not read.adjoin(index - 1)):
        return None
    if not (upper.isdecimal() and lower.isdecimal() and len(lower) == 1 and len(upper) == 1):
        return None
    return int(upper) / int(lower) if 0 < int(upper) < int(lower) else None


def _scaled(read: Words, base: Number) -> Number:
    """The number times the scale words after it: '3.5 million', '2 hundred thousand', '40,000 crore'."""
    last, factor = base.last, 1.0
    while (word := read.at(_after_hyphen(read, last))) in SCALES and last - base.last < _MOST_SCALES:
        last, factor = _after_hyphen(read, last), factor * SCALES[word]
    if last == base.last:
        return base
    high = None if base.high is None else base.high * factor
    return Number(base.first, last, base.low * factor, high, base.written, factor)


def _after_hyphen(read: Words, index: int) -> int:
    """The next word, beyond a hyphen where one joins it: 'two-hundred', '3-million'."""
    hyphen = read.at(index + 1) == "-" and read.adjoin(index) and read.adjoin(index + 1)
    return index + 2 if hyphen else index + 1


def _vague(read: Words, index: int) -> Number:
    """'hundreds', 'tens of thousands', 'hundreds of millions'."""
    low, last = VAGUE[read.lower[index]], index
    while read.at(last + 1) == "of" and read.at(last + 2) in VAGUE and last - index < _MOST_SCALES:
        low, last = low * VAGUE[read.at(last + 2)] / 2, last + 2
    return Number(index, last, low, None, "vague")


def _with_article(read: Words, index: int) -> Number | None:
    """'a dozen', 'a hundred', 'a couple of', 'half a million', 'a quarter', 'several thousand', 'a few hundred'."""
    word, following = read.at(index), read.at(index + 1)
    if word == "half":
        return _half(read, index)
    if word in _FEW or following == "few":
        return _few(read, index, index if word in _FEW else index + 1)
    if following in _GROUPS:
        last = index + 2 if read.at(index + 2) == "of" and following == "couple" else index + 1
        return Number(index, last, _GROUPS[following], _GROUPS[following], "words")
    if following in SCALES:
        return _compound(read, Number(index, index, 1.0, 1.0, "words"))
    part = 1 / _DENOMINATORS.get(following, 1)
    return Number(index, index + 1, part, part, "fraction") if part < 1 else None


def _few(read: Words, index: int, last: int) -> Number | None:
    """'several thousand', 'a few hundred', 'a few dozen': with a scale only."""
    scale = SCALES.get(read.at(last + 1)) or _GROUPS.get(read.at(last + 1))
    return Number(index, last + 1, _FEW[read.at(last)] * scale, None, "vague") if scale else None


def _half(read: Words, index: int) -> Number | None:
    """'half a million', 'half a dozen', 'half the seats', 'half of'."""
    if read.at(index + 1) in ("a", "an"):
        scale = SCALES.get(read.at(index + 2)) or (12 if read.at(index + 2) == "dozen" else None)
        if scale:
            return Number(index, index + 2, scale / 2, scale / 2, "words")
    return Number(index, index, 0.5, 0.5, "fraction")


def _spelled(read: Words, index: int) -> Number | None:
    """'twenty-three', 'three hundred and fifty', 'two dozen', 'two-thirds', 'one and a half million'."""
    amount, last = float(SMALL[read.lower[index]]), index
    joined = _after_hyphen(read, index)
    if amount >= 20 and 0 < SMALL.get(read.at(joined), 0) < 10:
        amount, last = amount + SMALL[read.at(joined)], joined
    following = read.at(_after_hyphen(read, last))
    if following == "dozen":
        return Number(index, _after_hyphen(read, last), amount * 12, amount * 12, "words")
    if following in _DENOMINATORS and (amount == 1 or following.endswith("s")) and amount < _DENOMINATORS[following]:
        part = amount / _DENOMINATORS[following]
        return Number(index, _after_hyphen(read, last), part, part, "fraction")
    if read.at(last + 1) == "and" and read.at(last + 2) == "a" and read.at(last + 3) in ("half", "quarter"):
        amount, last = amount + 1 / _DENOMINATORS[read.at(last + 3)], last + 3
    return _compound(read, Number(index, last, amount, amount, "words"))


def _compound(read: Words, base: Number) -> Number:
    """The number with its scales and the smaller numbers after them: 'two thousand three hundred and six'."""
    total, part, last = 0.0, base.low, base.last
    while True:
        after = _after_hyphen(read, last)
        word = read.at(after)
        if word in SCALES and after - base.last < _MOST_SCALES:
            last, part = after, part * SCALES[word]
            continue
        if part >= 100 and after - base.last < _MOST_SCALES and (smaller := _smaller(read, after, part)) is not None:
            total, (part, last) = total + part, smaller
            continue
        amount = total + part
        return Number(base.first, last, amount, amount, "words", amount / base.low if base.low and not total else 1.0)


def _smaller(read: Words, index: int, than: float) -> tuple[float, int] | None:
    """'and fifty', 'three hundred' after a greater scale."""
    at = index + 1 if read.at(index) == "and" else index
    if read.at(at) not in SMALL or not SMALL[read.at(at)]:
        return None
    amount, last = float(SMALL[read.at(at)]), at
    joined = _after_hyphen(read, at)
    if amount >= 20 and 0 < SMALL.get(read.at(joined), 0) < 10:
        amount, last = amount + SMALL[read.at(joined)], joined
    scale = SCALES.get(read.at(last + 1), 1)
    return (amount, last) if amount * scale < than else None
