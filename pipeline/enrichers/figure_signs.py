"""Figures that need no language: digits with the sign of a currency, of per cent or of a unit: '€ 1.234,5'."""

from pipeline.enrichers.figure_checks import outside
from pipeline.enrichers.figure_units import Unit, sign_at, symbol_at
from pipeline.enrichers.numerals import value
from pipeline.enrichers.words import Words, word_lists, words
from pipeline.story import Figure, Span

_POINT = frozenset(
    ["en", "zh", "ja", "ko", "th", "he", "ar", "hi", "ur", "bn", "ta", "ms", "ga", "cy", "sw", "fa", "am"]
)
"""Languages with a decimal point; the others have a comma."""
_SPACES = frozenset(["\N{NO-BREAK SPACE}", "\N{NARROW NO-BREAK SPACE}", " "])


def signed_figures(text: str, language: str | None) -> tuple[Figure, ...]:
    """The figures of a text in any language that a sign shows."""
    read, decimal = words(text), "." if (language or "")[:2] in _POINT else ","
    taken, found, index = outside(read, ()), [], 0
    while index < len(read):
        if read.lower[index][0].isdecimal() and not taken[index]:
            last, amount = _amount(read, index, decimal)
            if amount is not None and (figure := _figure(read, index, last, amount)):
                found.append(figure)
            index = last
        index += 1
    return tuple(found)


def _amount(read: Words, first: int, decimal: str) -> tuple[int, float | None]:
    """The last word and the value of a number, whose thousands may be set apart by spaces: '12 500,5'."""
    last, digits = first, read.lower[first]
    while (
        digits.isdecimal()
        and len(read.at(last + 1).partition(decimal)[0]) == 3
        and read.at(last + 1)[:1].isdecimal()
        and read.text[read.ends[last] : read.starts[last + 1]] in _SPACES
        and len(read.lower[first]) <= 3
    ):
        last, digits = last + 1, digits + read.lower[last + 1]
    return last, value(digits, decimal)


def _figure(read: Words, first: int, last: int, amount: float) -> Figure | None:
    if (
        read.adjoin(first - 1)
        and read.at(first - 1) not in ("(", "[", '"', "«", "“", "„")
        and not sign_at(read, first - 1)
    ):
        return None
    if sign := sign_at(read, first - 1):
        return None if _is_scaled(read, last) else _made(read, first - 1, last, amount, sign[0])
    after = symbol_at(read, last + 1) or sign_at(read, last + 1)
    return _made(read, first, after[1], amount, after[0]) if after else None


def _is_scaled(read: Words, last: int) -> bool:
    """Whether a word after the number may multiply it ('millones'), in a language whose words we do not read."""
    following = read.at(last + 1)
    return following.isalpha() and (following.startswith(tuple(word_lists("figure_scales.toml")["scales"])))


def _made(read: Words, first: int, last: int, amount: float, unit: Unit) -> Figure:
    start, end = read.starts[first], read.ends[last]
    scaled = amount * unit.factor
    span = Span(text=read.text[start:end], start=start, end=end)
    return Figure(kind=unit.kind, span=span, low=scaled, high=scaled, unit=unit.symbol, confidence=0.9)
