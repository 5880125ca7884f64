"""The words by which statements are told: data/quote_cues.tsv and data/quote_words.toml."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal, cast

from pipeline.enrichers.tables import members, rows

Introduces = Literal["clause", "finite", "that", "marks"]


@dataclass(frozen=True, slots=True)
class Cue:
    """One form of a word that says that something was said."""

    form: str
    introduces: Introduces


@dataclass(frozen=True, slots=True)
class Words:
    """The sets of quote_words.toml, all in lower case."""

    adverbs: frozenset[str]
    auxiliaries: frozenset[str]
    finite: frozenset[str]
    negations: frozenset[str]
    prepositions: frozenset[str]
    boundaries: frozenset[str]
    articles: frozenset[str]
    definite: frozenset[str]
    times: frozenset[str]
    hearers: frozenset[str]
    naming: frozenset[str]
    no_statement: frozenset[str]
    documents: frozenset[str]
    bodies: frozenset[str]
    firms: frozenset[str]
    firm_names: frozenset[str]
    men: frozenset[str]
    women: frozenset[str]
    people: frozenset[str]
    occasions: frozenset[str]
    abbreviations: frozenset[str]
    written: frozenset[str]


@cache
def cues(language: str) -> Mapping[str, Cue]:
    """Form, in lower case -> cue, of a language by its ISO 639-1 code; of none where we have no words of it."""
    found: dict[str, Cue] = {}
    for code, forms, introduces in rows("quote_cues.tsv"):
        if code == language:
            for form in members(forms):
                found.setdefault(form, Cue(form, cast("Introduces", introduces)))
    return found


@cache
def mentions_cue(language: str) -> re.Pattern[str]:
    """Finds any cue of the language, as whole words."""
    forms = sorted(cues(language), key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:according to|{'|'.join(map(re.escape, forms))})(?!\w)", re.IGNORECASE)


@cache
def words() -> Words:
    """The word sets of English."""
    raw = tomllib.loads((files("pipeline.enrichers") / "data" / "quote_words.toml").read_text(encoding="utf-8"))
    return Words(**{name: frozenset(listed.split()) for name, listed in raw.items()})
