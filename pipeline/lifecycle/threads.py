"""Which stories are of the same running event: flash, urgent, lead, writethru, sidebar and wrap of one thread.

What speaks for it is added up and becomes a number from 0 to 1; each hour between two stories speaks against it, so
that a slug that runs for years is not one thread.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from pipeline.lifecycle.threads_traits import UNIT, Traits, traits

__all__ = ["JOINS", "Traits", "affinity", "choose", "traits"]

JOINS = 0.5
"""The affinity from which on two stories are of one thread."""
_BEST = 3
"""Members of a thread that are asked."""


def affinity(a: Traits, b: Traits, hours: float) -> float:
    """How surely the two are of one thread, 0..1; `hours`: the time between them, whichever was first."""
    if a.id in b.former or b.id in a.former:
        return 0.98
    if "digest" in (a.kind, b.kind):
        return 0.0
    return 1 / (1 + math.exp(-_evidence(a, b, abs(hours))))


def _evidence(a: Traits, b: Traits, hours: float) -> float:
    return (
        -4.2
        + 3.0 * _slug(a, b)
        + 2.5 * (a.id in b.related or b.id in a.related)
        + 2.5 * _cosine(a.names, b.names)
        + 2.0 * _cosine(a.places, b.places)
        + 5.0 * _cosine(a.words, b.words)
        + 2.5 * _cosine(a.head, b.head)
        - hours / 48
    )


def _cosine(a: Mapping[str, int], b: Mapping[str, int]) -> float:
    return sum(a[word] * b[word] for word in a.keys() & b.keys()) / (UNIT * UNIT)


def _slug(a: Traits, b: Traits) -> float:
    if not a.slug or not b.slug:
        return 0.0
    if a.slug == b.slug:
        return 0.3 if "broad" in (a.kind, b.kind) and a.aspect != b.aspect else 1.0
    one, other = set(a.parts), set(b.parts)
    return 0.8 * len(one & other) / max(1, len(one | other))


def choose(story: Traits, candidates: Sequence[tuple[Traits, str, float]], current: str | None = None) -> str | None:
    """The thread that `story` joins; None: it founds its own.

    `candidates`: other stories, the thread that each is in or founds, and the hours between them and `story`.
    `current`: the thread that an earlier version of the story is in; it stays there, unless the new version carries
    on stories of another thread and none of its own.
    """
    if current is not None:
        return _moved(story, candidates, current)
    threads: defaultdict[str, list[float]] = defaultdict(list)
    for other, thread, hours in candidates:
        if other.id != story.id:
            threads[thread].append(affinity(story, other, hours))
    best = max(((_joined(found), thread) for thread, found in threads.items()), default=(0.0, ""))
    surest = min((thread for thread, found in threads.items() if _joined(found) == best[0]), default="")
    return surest if best[0] >= JOINS else None


def _joined(found: Iterable[float]) -> float:
    """The affinity to a thread by those to its members: the best one's, less where the next ones are far."""
    best = sorted(found, reverse=True)[:_BEST]
    return (best[0] + sum(best) / len(best)) / 2


def _moved(story: Traits, candidates: Iterable[tuple[Traits, str, float]], current: str) -> str:
    named = {thread for other, thread, _ in candidates if other.id in story.former}
    return current if current in named or not named else min(named)
