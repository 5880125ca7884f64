"""The words by which statements are told: data/quote_cues.tsv and data/quote_words.toml."""

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal, cast

from pipeline.enrichers.tables import members, rows
from pipeline.enrichers.words import word_lists

ACCORDING_TO = "according to"

_WORD = re.compile(r"[^\W\d_]+")

Introduces = Literal["clause", "finite", "that", "voice", "marks"]


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
    past: frozenset[str]
    foreign_stops: frozenset[str]
    women_names: frozenset[str]
    men_names: frozenset[str]


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
def forms(language: str) -> Mapping[str, tuple[tuple[str, ...], ...]]:
    """First word -> the forms of cues that begin with it, each as its words, long ones first."""
    found: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    for form in (*cues(language), ACCORDING_TO):
        first, *others = form.split(" ")
        found[first].append((first, *others))
    return {first: tuple(sorted(each, key=len, reverse=True)) for first, each in found.items()}


def tells(text: str, language: str, *, quoted: bool) -> bool:
    """Whether `text` has a cue at all; of those that need quotation marks only where it is `quoted`."""
    return not _telling(language, quoted).isdisjoint(_WORD.findall(text.lower()))


@cache
def _telling(language: str, quoted: bool) -> frozenset[str]:
    known = cues(language).values()
    needed = (cue.form for cue in known if quoted or cue.introduces not in {"voice", "marks"})
    return frozenset(form.partition(" ")[0].partition("-")[0] for form in (*needed, ACCORDING_TO))


@cache
def words() -> Words:
    """The word sets of English."""
    return Words(**word_lists("quote_words.toml"))


@cache
def either(*names: str) -> frozenset[str]:
    """The words of any of these sets of `words`; made once, as it is asked for every token."""
    return frozenset().union(*(getattr(words(), name) for name in names))
