"""What a figure counts or measures, read from the words around it without a parser."""

from pipeline.enrichers.figure_words import figure_words
from pipeline.enrichers.words import Words, ends_sentence

_MODIFIERS = 4
"""Words between a number and the noun that it counts."""
_DETERMINERS = frozenset(["the", "a", "an", "its", "their", "his", "her", "our", "all", "these", "those"])


def is_plural(read: Words, index: int) -> bool:
    """Whether the word there looks like a noun in the plural."""
    word = read.at(index)
    if word in figure_words().plurals:
        return True
    if not word.endswith("s") or len(word) < 4 or word.endswith(("ss", "us", "is")):
        return False
    return word not in figure_words().not_plurals


def counted(read: Words, index: int, one: bool = False) -> tuple[int, int] | None:
    """The first and last word of the noun phrase that begins there and that a number before it counts; for `one`
    in the singular."""
    start = at = index + 1 if read.at(index) == "more" else index
    for _ in range(_MODIFIERS + 1):
        at = _beyond_acronym(read, at)
        word = read.at(at)
        if one and word in figure_words().singular:
            return start, at
        if not one and is_plural(read, at) and (not read.adjoin(at) or read.at(at + 1) not in ("-", "–")):
            return start, _compound(read, at)
        if not word.isalpha() or (word in figure_words().stops and read.at(at - 1) != "-"):
            return None
        at += 1
        if read.at(at) == "-" and read.adjoin(at - 1) and read.adjoin(at):
            at += 1
    return None


def _beyond_acronym(read: Words, index: int) -> int:
    """The word after 'U.S.', 'F-16' and the like."""
    if read.is_capital(index) and len(read.at(index)) <= 4:
        digits = index + 2 if read.at(index + 1) == "-" and read.adjoin(index + 1) else index + 1
        if read.at(digits)[:1].isdecimal() and read.adjoin(index) and read.at(digits + 1).isalpha():
            return digits + 1
    while len(read.at(index)) == 1 and read.at(index).isalpha() and read.at(index + 1) == "." and read.adjoin(index):
        index += 2
    return index + 1 if read.at(index) == "-" and read.adjoin(index - 1) else index


def _compound(read: Words, at: int) -> int:
    """The head of 'police officers', 'Texas cities'."""
    first = read.lower[at] in figure_words().compounding or read.is_capital(at)
    return at + 1 if first and is_plural(read, at + 1) and read.at(at + 1) not in figure_words().harmed else at


def measured(read: Words, first: int, last: int, *, money: bool) -> str | None:
    """What an amount in the words from `first` to `last` is of: '3 percent of members', 'a net profit of $3 million',
    'sales rose 3 percent'."""
    after = read.at(last + 1)
    if after == "of" or (after == "in" and money and read.at(last + 2) not in _DETERMINERS):
        return forward(read, last + 2)
    if after in figure_words().changes or after in ("increase", "decline", "growth", "cut", "rise", "drop"):
        return forward(read, last + 3) if read.at(last + 2) in ("in", "of") else None
    given = read.at(first - 1) in _DETERMINERS and after.isalpha() and after not in figure_words().stops
    if given and not read.is_capital(last + 1):
        return forward(read, last + 1)
    return _backward(read, first)


def forward(read: Words, index: int) -> str | None:
    """The noun phrase that begins with the word there, without its article: up to its first plural."""
    first = at = index + 1 if read.at(index) in _DETERMINERS else index
    while at < first + 4 and read.at(at).isalpha() and read.at(at) not in figure_words().stops:
        at += 1
        if is_plural(read, at - 1):
            return read.slice(first, _compound(read, at - 1))
        if read.at(at) == "-" and read.adjoin(at - 1) and read.adjoin(at):
            at += 1
    return read.slice(first, at - 1) if at > first else None


def _backward(read: Words, index: int) -> str | None:
    """The noun phrase before 'of' or before the verb of change that stands before the word there."""
    for at in range(index - 1, max(index - 5, -1), -1):
        word = read.lower[at]
        if word == "of" and at == index - 1:
            return _ending(read, at - 1)
        if word in figure_words().changes:
            return _ending(read, at - 1)
        if not word.isalpha():
            return None
    return None


def _ending(read: Words, index: int, *, widened: bool = False) -> str | None:
    """The noun phrase that ends with the word there."""
    at = index
    while at > index - 5 and at >= 0 and not ends_sentence(read, at):
        hyphen = read.lower[at] == "-" and read.adjoin(at - 1) and read.adjoin(at)
        after_hyphen = read.at(at + 1) == "-" and at < index
        if not hyphen and not after_hyphen and not _may_be_noun(read, at):
            break
        at -= 1
    if at < index and not widened and read.at(at) in ("in", "at"):  # 'futures in Paris'
        return _ending(read, at - 1, widened=True)
    return read.slice(at + 1, index) if at < index else None


def _may_be_noun(read: Words, index: int) -> bool:
    word = read.lower[index]
    return len(word) > 1 and word.isalpha() and word not in figure_words().stops
