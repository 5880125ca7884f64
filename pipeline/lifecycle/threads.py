"""Which stories are of the same running event: flash, urgent, lead, writethru, sidebar and wrap of one thread.

What speaks for it is added up and becomes a number from 0 to 1; each hour between two stories speaks against it, so
that a slug that runs for years is not one thread. The weights were fitted to the half of the stories in
benchmarks/threads.py that nothing is reported on.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence

from pipeline.lifecycle.threads_features import UNIT, Vector
from pipeline.lifecycle.threads_traits import Traits, merged, traits

__all__ = ["JOINS", "Traits", "affinity", "choose", "traits"]

JOINS = 0.5
"""The affinity from which on two stories are of one thread."""
_CARRIED_ON, _AGAINST = 20.0, -20.0
"""The evidence where one story says that it carries on the other, and where two can't be of one thread: more than all
else together."""
_BEST = 4
"""Members of a thread that are asked."""
_SAME_DAY = 12.0
"""Hours within which what comes anew every day is the same day's: the next day's first is farther than that."""


def affinity(a: Traits, b: Traits, hours: float) -> float:
    """How surely the two are of one thread, 0..1; `hours`: the time between them, whichever was first."""
    return _share(_evidence(a, b, abs(hours)))


def choose(story: Traits, candidates: Sequence[tuple[Traits, str, float]], current: str | None = None) -> str | None:
    """The thread that `story` joins; None: it founds its own.

    `candidates`: other stories, the thread that each is in or founds, and the hours between them and `story`.
    `current`: the thread that an earlier version of the story is in; it stays there, unless the new version carries
    on stories of another thread and none of its own.
    """
    if current is not None:
        return _moved(story, candidates, current)
    threads: defaultdict[str, list[tuple[float, float, Traits]]] = defaultdict(list)
    for other, thread, hours in candidates:
        if other.id != story.id:
            threads[thread].append((_evidence(story, other, abs(hours)), abs(hours), other))
    joined = {thread: _joined(story, members) for thread, members in threads.items()}
    best = min(joined, key=lambda thread: (-joined[thread], thread), default=None)
    return best if best is not None and _share(joined[best]) >= JOINS else None


def _moved(story: Traits, candidates: Iterable[tuple[Traits, str, float]], current: str) -> str:
    named = {thread for other, thread, _ in candidates if other.id in story.former}
    return current if current in named or not named else min(named)


def _joined(story: Traits, members: list[tuple[float, float, Traits]]) -> float:
    """The evidence for a thread: of its nearest member, of the nearest few, and of what these are about together. One
    chance neighbour in it is not enough; none at all is never enough."""
    members.sort(key=lambda each: (-each[0], each[1], each[2].id))
    best = members[:_BEST]
    if len(best) == 1 or best[0][0] >= _CARRIED_ON or best[0][0] < 0:
        return best[0][0]
    mean = sum(evidence for evidence, _, _ in best) / len(best)
    together = merged([other for _, _, other in best])
    return (best[0][0] + mean + _evidence(story, together, min(hours for _, hours, _ in best))) / 3


def _share(evidence: float) -> float:
    return 1 / (1 + math.exp(-evidence))


def _evidence(a: Traits, b: Traits, hours: float) -> float:
    """The logarithm of the odds that the two are of one thread."""
    if a.id in b.former or b.id in a.former:
        return _CARRIED_ON
    if "digest" in (a.kind, b.kind) or ("daily" in (a.kind, b.kind) and (a.slug != b.slug or hours >= _SAME_DAY)):
        return _AGAINST
    slugs = _slug(a, b)
    return (
        -2.4
        + 2.6 * slugs
        - 2.0 * (not slugs and _could_share_slug(a, b))
        + 1.5 * (a.id in b.related or b.id in a.related)
        + 1.4 * _cosine(a.names, b.names)
        - 2.1 * _other_subjects(a, b)
        + 3.5 * _cosine(a.places, b.places)
        + 10.5 * _cosine(a.words, b.words)
        - 2.0 * math.log2(1 + hours / 24)
    )


def _cosine(a: Vector, b: Vector) -> float:
    return sum(a[word] * b[word] for word in a.keys() & b.keys()) / (UNIT * UNIT)


def _slug(a: Traits, b: Traits) -> float:
    """How far the slugs agree, 0..1. The same slug of a subject says little: many events have it."""
    if not a.slug or not b.slug:
        return 0.0
    if a.slug != b.slug:
        one, other = set(a.parts), set(b.parts)
        return max(0.0, 1.2 * len(one & other) / len(one | other) - 0.4)
    if "broad" not in (a.kind, b.kind):
        return 1.0
    return 0.3 if not (a.aspect and b.aspect) else 0.8 if a.aspect == b.aspect else 0.0


def _other_subjects(a: Traits, b: Traits) -> bool:
    """Whether each is about something that the other does not mention, as forms for two companies are."""
    return (
        bool(a.subject and b.subject) and b.words.keys().isdisjoint(a.subject) and a.words.keys().isdisjoint(b.subject)
    )


def _could_share_slug(a: Traits, b: Traits) -> bool:
    """Whether slugs that differ speak against a thread: one agency has one slug for a running event, two have two."""
    return bool(a.slug and b.slug and a.source and a.source == b.source)
