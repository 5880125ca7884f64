"""Fixed phrases of a table, found at a word or before one: each a tuple of words in lower case, the longest first."""

from collections.abc import Iterable, Mapping
from typing import TypeVar

from pipeline.enrichers.words import Words, words

T = TypeVar("T")
Phrases = Mapping[str, list[tuple[tuple[str, ...], T]]]
"""By the first word, or for what stands before something by the last."""


def leading(table: Iterable[tuple[str, T]]) -> Phrases[T]:
    """The phrases by their first word."""
    return _by_word(table, 0)


def trailing(table: Iterable[tuple[str, T]]) -> Phrases[T]:
    """The phrases by their last word."""
    return _by_word(table, -1)


def _by_word(table: Iterable[tuple[str, T]], which: int) -> Phrases[T]:
    found: dict[str, list[tuple[tuple[str, ...], T]]] = {}
    for phrase, meaning in table:
        form = tuple(words(phrase).lower)
        found.setdefault(form[which], []).append((form, meaning))
    for forms in found.values():
        forms.sort(key=lambda each: -len(each[0]))
    return found


def at(read: Words, index: int, phrases: Phrases[T]) -> tuple[T, int] | None:
    """The phrase that begins with the word there, as what it means and its last word."""
    for form, meaning in phrases.get(read.at(index), ()):
        if len(form) == 1 or tuple(read.lower[index : index + len(form)]) == form:
            return meaning, index + len(form) - 1
    return None


def before(read: Words, index: int, phrases: Phrases[T]) -> tuple[T, int] | None:
    """The phrase that ends right before the word there, as what it means and its first word."""
    for form, meaning in phrases.get(read.at(index - 1), ()):
        first = index - len(form)
        if first >= 0 and (len(form) == 1 or tuple(read.lower[first:index]) == form):
            return meaning, first
    return None
