"""What the comparison of versions knows of languages: words for numbers, harm and negation, from changes_words.toml."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

import msgspec

from pipeline.lifecycle.changes_text import UNSPACED_SCRIPT
from pipeline.story import CasualtyKind

KINDS: tuple[CasualtyKind, ...] = ("killed", "wounded", "missing", "detained", "displaced")
GROUPED_BY_SPACE = frozenset({"bg", "cs", "fi", "fr", "nb", "nn", "no", "pl", "ru", "sk", "sv", "uk"})
"""Languages that write 1 234 where English writes 1,234."""
_DECIMAL_COMMA = GROUPED_BY_SPACE | {"da", "el", "hr", "hu", "id", "ro", "sl", "sr", "tr", "vi"}
"""Languages that are not in the table and write 1.234,5 where English writes 1,234.5."""

MAGNITUDES: Mapping[str, int] = {
    "dozen": 12, "hundred": 10**2, "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12,
    "k": 10**3, "m": 10**6, "mn": 10**6, "mln": 10**6, "mio": 10**6, "bn": 10**9, "bln": 10**9, "tn": 10**12,
    "mil": 10**3, "millon": 10**6, "millones": 10**6, "billones": 10**12,
    "tausend": 10**3, "millionen": 10**6, "milliarde": 10**9, "milliarden": 10**9, "mrd": 10**9, "billionen": 10**12,
    "mille": 10**3, "millions": 10**6, "milliard": 10**9, "milliards": 10**9,
    "mila": 10**3, "milione": 10**6, "milioni": 10**6, "miliardo": 10**9, "miliardi": 10**9,
    "milhao": 10**6, "milhoes": 10**6, "bilhao": 10**9, "bilhoes": 10**9,
    "duizend": 10**3, "miljoen": 10**6, "miljard": 10**9, "biljoen": 10**12,
    "万": 10**4, "亿": 10**8, "億": 10**8,
}  # fmt: skip
PERCENT = frozenset({"%", "percent", "pct", "prozent", "procent"})
PERCENT_AFTER: Mapping[str, frozenset[str]] = {
    "per": frozenset({"cent", "cento"}), "por": frozenset({"ciento", "cento"}), "pour": frozenset({"cent"}),
}  # fmt: skip
"""Two words that mean per cent."""
COMPOUNDS: Mapping[str, str] = {"basis": "points", "percentage": "points", "square": "metres", "cubic": "metres"}
"""Units of two words."""
_MONEY: Mapping[str, str] = {
    "$": "$ dlr dlrs dollar dollars usd dolar dolares dollari",
    "€": "€ euro euros eur",
    "£": "£ pound pounds gbp libras sterline",
    "¥": "¥ yen",
    "₹": "₹ rupee rupees",
}
SAME_MONEY: Mapping[str, str] = {word: sign for sign, words in _MONEY.items() for word in words.split()}
"""Currencies with a sign; the others are compared by their word."""
_OTHER_MONEY = """yuan franc francs franken peso pesos soles reais lira rouble roubles ruble rubles naira krone kroner
krona kronor zloty dinar dinars shekel shekels cent cents cts pence"""
MONEY = frozenset(SAME_MONEY) | frozenset(_OTHER_MONEY.split())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Listed:
    """A language as the table gives it."""

    decimal_comma: bool = False
    counted: list[tuple[int, int, str]] = field(default_factory=list)
    joined: str = ""
    vague: dict[str, int] = field(default_factory=dict)
    at_least: list[str] = field(default_factory=list)
    up_to: list[str] = field(default_factory=list)
    killed: str = ""
    wounded: str = ""
    missing: str = ""
    detained: str = ""
    displaced: str = ""
    toll: str = ""
    arrived: str = ""
    not_people: str = ""
    elsewhere: str = ""
    former: str = ""
    range: str = ""
    between: tuple[str, str] = ("", "")
    passed_over: str = ""
    negations: str = ""
    stop_words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """What is known of a language: see changes_words.toml. Words are folded."""

    code: str
    decimal_comma: bool
    numbers: Mapping[str, int]
    vague: Mapping[str, int]
    bounds: Mapping[str, str]
    """'at least' or 'up to', by the words that say so."""
    harm: Mapping[str, CasualtyKind]
    toll: frozenset[str]
    arrived: frozenset[str]
    not_people: frozenset[str]
    elsewhere: frozenset[str]
    former: frozenset[str]
    range: frozenset[str]
    between: tuple[str, str]
    passed_over: frozenset[str]
    negations: frozenset[str]
    stop_words: frozenset[str]

    def harm_in(self, word: str) -> CasualtyKind | None:
        """The kind of harm that a word tells of; in scripts without spaces, that a run of characters does."""
        if found := self.harm.get(word):
            return found
        if not UNSPACED_SCRIPT.match(word):
            return None
        return next((kind for part, kind in self.harm.items() if part in word), None)

    def bound_at_end(self, word: str) -> str:
        """The bound that a run of characters of such a script ends with."""
        if not UNSPACED_SCRIPT.match(word):
            return ""
        return next((bound for words, bound in self.bounds.items() if word.endswith(words)), "")


def language(tag: str | None) -> Language:
    """What is known of the language with this BCP 47 tag; English where none is given."""
    return _language((tag or "en").replace("_", "-").partition("-")[0].lower()[:8])


@cache
def _table() -> Mapping[str, _Listed]:
    text = (files(__package__) / "changes_words.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), dict[str, _Listed])


def _language(code: str) -> Language:
    return _known(code) if code in _table() else _made(code, _Listed(decimal_comma=code in _DECIMAL_COMMA))


@cache
def _known(code: str) -> Language:
    return _made(code, _table()[code])


def _made(code: str, listed: _Listed) -> Language:
    harm = (listed.killed, listed.wounded, listed.missing, listed.detained, listed.displaced)
    return Language(
        code=code,
        decimal_comma=listed.decimal_comma,
        numbers=_numbers(listed),
        vague=listed.vague,
        bounds=dict.fromkeys(listed.at_least, "at least") | dict.fromkeys(listed.up_to, "up to"),
        harm={word: kind for kind, words in zip(KINDS, harm, strict=True) for word in words.split()},
        toll=frozenset(listed.toll.split()),
        arrived=frozenset(listed.arrived.split()),
        not_people=frozenset(listed.not_people.split()),
        elsewhere=frozenset(listed.elsewhere.split()),
        former=frozenset(listed.former.split()),
        range=frozenset(listed.range.split()) | {"-"},
        between=listed.between,
        passed_over=frozenset(listed.passed_over.split()),
        negations=frozenset(listed.negations.split()),
        stop_words=frozenset(listed.stop_words.split()),
    )


def _numbers(listed: _Listed) -> dict[str, int]:
    numbers = {word: first + step * n for first, step, words in listed.counted for n, word in enumerate(words.split())}
    if not listed.joined:
        return numbers
    ones = {word: n for word, n in numbers.items() if n < 10} | {"ein": 1, "een": 1}
    tens = {word: n for word, n in numbers.items() if n >= 20}
    return numbers | {f"{one}{listed.joined}{ten}": a + b for one, a in ones.items() for ten, b in tens.items()}
