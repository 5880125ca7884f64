"""The words around numbers: data/figure_words.toml."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import cast

from pipeline.enrichers.phrases import Phrases, leading, trailing
from pipeline.story import Qualifier


@dataclass(frozen=True, slots=True)
class FigureWords:
    """The lists of figure_words.toml; what each is for stands there."""

    before: Phrases[Qualifier]
    after: Phrases[Qualifier]
    plurals: frozenset[str]
    compounding: frozenset[str]
    singular: frozenset[str]
    stops: frozenset[str]
    not_plurals: frozenset[str]
    harmed: frozenset[str]
    harming: frozenset[str]
    counting: frozenset[str]
    changes: frozenset[str]
    numbered: frozenset[str]
    opening: frozenset[str]
    aged: frozenset[str]


@cache
def figure_words() -> FigureWords:
    """The lists, read once in a process."""
    table = tomllib.loads((files(__package__) / "data" / "figure_words.toml").read_text(encoding="utf-8"))
    lists = {name: frozenset(words.split()) for name, words in {**table["nouns"], **table["names"]}.items()}
    return FigureWords(before=trailing(_phrases(table["qualifiers"])), after=leading(_phrases(table["after"])), **lists)


def _phrases(table: dict[str, str]) -> list[tuple[str, Qualifier]]:
    return [
        (phrase.strip(), cast(Qualifier, qualifier))
        for qualifier, phrases in table.items()
        for phrase in phrases.split("|")
        if phrase.strip()
    ]
