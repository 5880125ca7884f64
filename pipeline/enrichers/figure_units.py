"""Units and currencies: data/units.tsv and data/currencies.tsv, found in the words beside a number."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import cast

from pipeline.enrichers.phrases import Phrases, at, leading
from pipeline.enrichers.tables import members, rows
from pipeline.enrichers.words import Words
from pipeline.story import FigureKind


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of measure; of money the ISO 4217 code, None where the name alone does not say whose it is."""

    kind: FigureKind
    symbol: str | None
    factor: float = 1.0
    """What an amount is multiplied by to be in `symbol`: 0.01 for cents."""


@dataclass(frozen=True, slots=True)
class _Currency:
    code: str
    names: list[str]
    signs: list[str]
    whose: list[str]
    countries: list[str]
    factor: float


_Names = tuple[_Currency, ...]


def unit_at(read: Words, index: int, home: Sequence[str]) -> tuple[Unit, int] | None:
    """The unit that the word there begins, and its last word.

    `home` are the countries of the story, those it is most about first: whose crowns and pesos are meant.
    """
    if found := at(read, index, _units()):
        return found
    if symbol := _symbol_at(read, index):
        return symbol
    if named := at(read, index, _currency_names()):
        return _whose(named[0], home), named[1]
    return sign_at(read, index)


def sign_at(read: Words, index: int) -> tuple[Unit, int] | None:
    """The sign or code of a currency there: '$', 'A$', 'EUR'."""
    if read.at(index) not in signs():
        return None
    unit = _signs().get(read.slice(index, index))
    if unit is None or (
        read.lower[index] == "p" and not (read.adjoin(index - 1) and read.at(index - 1)[0].isdecimal())
    ):
        return None
    return unit, index


def symbol_at(read: Words, index: int) -> tuple[Unit, int] | None:
    """The symbol of a unit there, which needs no language: 'km', '%', '°C'."""
    return _symbol_at(read, index)


def _symbol_at(read: Words, index: int) -> tuple[Unit, int] | None:
    found = at(read, index, _symbols())
    if found is None:
        return None
    (written, unit), last = found
    text = read.slice(index, last)
    if text != written and text.replace(" ", "") != written:
        return None
    alone = len(written) == 1 and written.isalpha()  # 'm' beside its number only
    return None if alone and not read.adjoin(index - 1) else (unit, last)


def _whose(candidates: _Names, home: Sequence[str]) -> Unit:
    for country in (*home, "*"):
        for each in candidates:
            if country in each.countries:
                return Unit("money", each.code, each.factor)
    return Unit("money", None, candidates[0].factor)


@cache
def _units() -> Phrases[Unit]:
    return leading(
        (name, Unit(cast(FigureKind, kind), symbol))
        for symbol, kind, names, _ in _padded("units.tsv", 4)
        for name in members(names)
    )


@cache
def _symbols() -> Phrases[tuple[str, Unit]]:
    return leading(
        (sign, (sign, Unit(cast(FigureKind, kind), symbol)))
        for symbol, kind, _, signs in _padded("units.tsv", 4)
        for sign in members(signs)
    )


@cache
def _currencies() -> _Names:
    return tuple(
        _Currency(code, members(names), members(signs), members(whose), members(countries), float(share or 1))
        for code, names, signs, whose, countries, share in _padded("currencies.tsv", 6)
    )


@cache
def _currency_names() -> Phrases[_Names]:
    """Names with what says whose they are before, which settles them, and alone."""
    alone: dict[str, list[_Currency]] = {}
    table: list[tuple[str, _Names]] = []
    for each in _currencies():
        settled = _Currency(each.code, [], [], [], ["*"], each.factor)
        for name in each.names:
            alone.setdefault(name, []).append(each)
            table.extend((f"{whose} {name}", (settled,)) for whose in each.whose)
    table.extend((name, tuple(found)) for name, found in alone.items())
    return leading(table)


@cache
def _signs() -> dict[str, Unit]:
    return {sign: Unit("money", each.code, each.factor) for each in reversed(_currencies()) for sign in each.signs}


@cache
def signs() -> frozenset[str]:
    """The signs and codes of currencies in lower case."""
    return frozenset(sign.lower() for sign in _signs())


def _padded(table: str, columns: int) -> Iterator[list[str]]:
    for row in rows(table):
        yield [*row, *[""] * columns][:columns]
