"""The words that tell events, and the words around them that decide: data/events.tsv and data/event_words.toml."""

import tomllib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, cast

from pipeline.story import CasualtyKind, EventType

_DATA = Path(__file__).parent.parent / "data"
_VOWELS = set("aeiou")
_AS_THEY_ARE = {
    "modal", "coming", "due", "conditional", "sport", "markets", "labour", "no_attack", "making", "imposing",
}  # fmt: skip
"""Sets whose words are listed in every form that counts."""
Part = Literal["v", "n"]
PARTS: tuple[Part, ...] = ("v", "n")


@dataclass(frozen=True, slots=True)
class Trigger:
    """One line of events.tsv."""

    lemma: str
    part: Part
    modifiers: frozenset[str]
    """One of these must stand directly under the word; empty: none needs to."""
    type: EventType
    mode: str | None
    target: tuple[str, ...]
    """'obj' for the object, else prepositions."""
    needs: str
    """A condition of conditions.py; '' for none."""


@dataclass(frozen=True, slots=True)
class Words:
    """The sets of event_words.toml, verbs and nouns in all their forms."""

    negating: frozenset[str]
    denying: frozenset[str]
    hypothetical: frozenset[str]
    planned: frozenset[str]
    demanded: frozenset[str]
    light: frozenset[str]
    realising: frozenset[str]
    modal: frozenset[str]
    coming: frozenset[str]
    due: frozenset[str]
    conditional: frozenset[str]
    people: frozenset[str]
    violent: frozenset[str]
    weapons: frozenset[str]
    impact: frozenset[str]
    figurative: frozenset[str]
    menacing: frozenset[str]
    harmless: frozenset[str]
    captive: frozenset[str]
    forces: frozenset[str]
    sport: frozenset[str]
    markets: frozenset[str]
    labour: frozenset[str]
    no_attack: frozenset[str]
    making: frozenset[str]
    imposing: frozenset[str]
    sport_words: int
    market_words: int


@cache
def triggers() -> dict[tuple[str, Part], tuple[Trigger, ...]]:
    """(lower-case form, part of speech) -> its triggers, those that need a modifier first."""
    found: dict[tuple[str, Part], list[Trigger]] = defaultdict(list)
    for line in (_DATA / "events.tsv").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            trigger = _trigger(line)
            for form in forms(trigger.lemma, trigger.part):
                found[form, trigger.part].append(trigger)
    return {key: tuple(sorted(each, key=lambda t: not t.modifiers)) for key, each in found.items()}


def _trigger(line: str) -> Trigger:
    lemma, part, modifiers, code, mode, target, needs = [*line.split("\t"), "", ""][:7]
    allowed = frozenset(form for word in modifiers.split(",") if word for form in forms(word, "n"))
    places = tuple(filter(None, target.split(",")))
    return Trigger(lemma, cast("Part", part), allowed, cast("EventType", code), mode or None, places, needs)


@cache
def words() -> Words:
    """The sets of event_words.toml."""
    values: dict[str, Any] = {}
    for name, value in _raw().items():
        if name in Words.__dataclass_fields__:
            values[name] = value if isinstance(value, int) else _set(name, value.split())
    return Words(**values)


def _set(name: str, lemmas: list[str]) -> frozenset[str]:
    if name in _AS_THEY_ARE:
        return frozenset(lemmas)
    return _all_forms(lemmas, ("n",) if name == "weapons" else PARTS)  # a bomb is a means, a bombing is not


@cache
def casualty_words() -> dict[str, CasualtyKind]:
    """Form -> what it says befell somebody."""
    kinds: dict[CasualtyKind, str] = _raw()["casualties"]
    return {form: kind for kind, listed in kinds.items() for form in listed.split()}


@cache
def _irregular() -> dict[str, list[str]]:
    lines = (line.split() for line in str(_raw()["irregular"]).splitlines())
    return {line[0]: line for line in lines if line}


@cache
def _raw() -> dict[str, Any]:
    return tomllib.loads((_DATA / "event_words.toml").read_text(encoding="utf-8"))


def _all_forms(lemmas: list[str], parts: tuple[Part, ...]) -> frozenset[str]:
    return frozenset(form for lemma in lemmas for part in parts for form in forms(lemma, part))


def forms(lemma: str, part: Part) -> set[str]:
    """The forms of an English word: regular ones made, irregular ones from a table."""
    if lemma in _irregular():
        return set(_irregular()[lemma])
    return {lemma, _plural(lemma)} | (set(_verb(lemma)) if part == "v" else set())


def _plural(lemma: str) -> str:
    if lemma.endswith("y") and lemma[-2:-1] not in _VOWELS:
        return lemma[:-1] + "ies"
    return lemma + ("es" if lemma.endswith(("s", "x", "z", "ch", "sh")) else "s")


def _verb(lemma: str) -> Iterator[str]:
    stem = lemma
    if lemma.endswith("e"):
        yield from (lemma + "d", (lemma[:-2] + "y" if lemma.endswith("ie") else lemma[:-1]) + "ing")
        return
    if lemma.endswith("y") and lemma[-2] not in _VOWELS:
        yield from (lemma[:-1] + "ied", lemma + "ing")
        return
    if lemma[-1] not in "wxy" and lemma[-1] not in _VOWELS and lemma[-2] in _VOWELS and lemma[-3:-2] not in _VOWELS:
        yield from (lemma + lemma[-1] + "ed", lemma + lemma[-1] + "ing")  # 'stabbed'; 'visitted' does no harm
    yield from (stem + "ed", stem + "ing")
