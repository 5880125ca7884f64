"""Whether what the words around a time tell lies ahead of the story or behind it.

'met on Tuesday' was, 'will meet on Tuesday' is to come: the nearest word before the time that shows it decides, or in
a sentence that begins with the time the first after it.
"""

from pipeline.enrichers.words import Words, ends_sentence, word_lists

_LISTS = word_lists("time_words.toml")
_FUTURE, _PAST, _NOT_PAST = _LISTS["future"], _LISTS["past"], _LISTS["not_past"]
_GOVERNING, _NOT_VERBS = _LISTS["governing"], _LISTS["not_verbs"]
_PASSIVE = frozenset(["be", "remain", "stay", "being"])
"""Before a participle, whose tense is that of what stands before them: 'will be buried on Friday'."""
_BACK, _FORTH = 24, 16
"""Words that are looked at."""


def direction(read: Words, first: int, last: int) -> int:
    """1 where the time in the words from `first` to `last` is to come, -1 where it is past, 0 where nothing tells."""
    return _before(read, first) or _after(read, last)


def _before(read: Words, first: int) -> int:
    infinitive = False
    for index in range(first - 1, max(first - 1 - _BACK, -1), -1):
        word = read.lower[index]
        if word == ";" or ends_sentence(read, index):
            return 0
        if word == "to":
            following = read.at(index + 1)
            infinitive = infinitive or (
                following.isalpha() and following not in _NOT_VERBS and not read.is_capital(index + 1)
            )
        elif infinitive and word in _GOVERNING:
            return 1
        elif (sign := _sign(read, index)) and read.at(index - 1) not in _PASSIVE:
            return sign
    return 0


def _after(read: Words, last: int) -> int:
    for index in range(last + 1, min(last + 1 + _FORTH, len(read))):
        if ends_sentence(read, index):
            return 0
        if sign := _sign(read, index):
            return sign
    return 0


def _sign(read: Words, index: int) -> int:
    word = read.lower[index]
    if word in _PAST:
        return -1
    if word in _FUTURE:
        return -1 if read.at(index + 1) == "have" else 1
    if word == "set" and read.at(index + 1) in ("for", "to"):
        return 1
    return -1 if len(word) > 4 and word.endswith("ed") and word not in _NOT_PAST else 0
