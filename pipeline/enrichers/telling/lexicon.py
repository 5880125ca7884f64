"""What the words of telling_words.toml say of a word: its manner of event, its sort of party."""

from functools import cache, lru_cache

from pipeline.enrichers.words import word_lists

FILE = "telling_words.toml"
_SUFFIXES = ("ings", "ing", "ers", "ies", "ed", "es", "er", "s", "e")
_SHORTEST = 3


def listed(name: str) -> frozenset[str]:
    """The list of that name."""
    return word_lists(FILE)[name]


@cache
def _groups(prefix: str) -> dict[str, frozenset[str]]:
    """For each word the names of the groups `prefix_...` that it is in."""
    found: dict[str, set[str]] = {}
    for key, members in word_lists(FILE).items():
        if key.startswith(prefix):
            for word in members:
                found.setdefault(word, set()).add(key.removeprefix(prefix))
    return {word: frozenset(names) for word, names in found.items()}


@lru_cache(maxsize=8192)
def kinds(word: str) -> frozenset[str]:
    """The manners of event that a word in lower case may tell, its stem where no list has it, and none for a word
    that may tell any: 'attack', 'killed'."""
    if word in listed("general") or word in listed("results"):
        return frozenset()
    return _groups("kind_").get(word) or frozenset((stem(word),))


@cache
def stems(name: str) -> frozenset[str]:
    """The stems of the list of that name."""
    return frozenset(map(stem, listed(name)))


@cache
def stems_of_kind(kind: str) -> frozenset[str]:
    """The stems of the words for a manner of event."""
    return frozenset(map(stem, word_lists(FILE).get(f"kind_{kind}", (kind,))))


def sort(word: str) -> str | None:
    """What sort of party a noun in lower case is: 'gunmen' are attackers, a 'lorry' is a vehicle."""
    return next(iter(sorted(_groups("party_").get(word, ()))), None)


@lru_cache(maxsize=8192)
def stem(word: str) -> str:
    """A word in lower case without its ending: the same for 'bomb', 'bombs', 'bombed', 'bombing'."""
    for suffix in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= _SHORTEST:
            return word.removesuffix(suffix)
    return word
