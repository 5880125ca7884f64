"""How well a clustering agrees with labels: pairs, B-cubed, adjusted Rand index.

B-cubed: Bagga and Baldwin 1998; the adjusted Rand index: Hubert and Arabie 1985. Both take two labels an item.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import comb


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """Shares from 0 to 1; the index may fall below 0 where chance would do better."""

    precision: float
    """Of the pairs in one cluster, those in one event."""
    recall: float
    """Of the pairs in one event, those in one cluster."""
    b_cubed_precision: float
    b_cubed_recall: float
    b_cubed_f1: float
    adjusted_rand: float
    clusters: int
    events: int


def agreement(clusters: Sequence[str], events: Sequence[str]) -> Agreement:
    """How well `clusters` agrees with the labels `events`, item by item; there must be items."""
    both = Counter(zip(clusters, events, strict=True))
    found, wanted = Counter(clusters), Counter(events)
    together, in_clusters, in_events = _pairs(both.values()), _pairs(found.values()), _pairs(wanted.values())
    count = len(clusters)
    exact = sum(n * n / found[cluster] for (cluster, _), n in both.items()) / count
    whole = sum(n * n / wanted[event] for (_, event), n in both.items()) / count
    return Agreement(
        precision=together / in_clusters if in_clusters else 1.0,
        recall=together / in_events if in_events else 1.0,
        b_cubed_precision=exact,
        b_cubed_recall=whole,
        b_cubed_f1=2 * exact * whole / (exact + whole),
        adjusted_rand=_adjusted(together, in_clusters, in_events, comb(count, 2)),
        clusters=len(found),
        events=len(wanted),
    )


def _pairs(sizes: Iterable[int]) -> int:
    return sum(comb(size, 2) for size in sizes)


def _adjusted(together: int, in_clusters: int, in_events: int, pairs: int) -> float:
    chance = in_clusters * in_events / pairs if pairs else 0.0
    most = (in_clusters + in_events) / 2
    return (together - chance) / (most - chance) if most != chance else 1.0
