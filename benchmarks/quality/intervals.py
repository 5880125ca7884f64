"""Precision, recall, F1 and their confidence intervals, by resampling stories.

Counts are arrays whose last axis is right, wrong, missed. A resample draws as many stories as there are, with
replacement: a row of weights says how often each was drawn. The same seed and number of stories give the same draws, so
that two runs over the same stories are compared draw by draw.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from benchmarks.quality.measures import Mean

Counts = NDArray[np.float64]
DRAWS = 2000
SEED = 20260303
LEVEL = 0.95
BLOCKS = 2000
"""Most pieces that a set is drawn from: of a larger one neighbours are drawn together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A value and the range of LEVEL of the draws' values; nan where nothing was to be counted."""

    value: float
    low: float
    high: float


@lru_cache(maxsize=2)
def draws(stories: int) -> Counts:
    """How often each story is in each of DRAWS resamples: DRAWS rows, a column a story."""
    return np.random.default_rng(SEED).multinomial(stories, np.full(stories, 1 / stories), size=DRAWS).astype(float)


def precision(counts: Counts) -> Counts:
    """Right of what was found; nan of nothing."""
    return _share(counts[..., 0], counts[..., 0] + counts[..., 1])


def recall(counts: Counts) -> Counts:
    """Right of what gold has; nan of nothing."""
    return _share(counts[..., 0], counts[..., 0] + counts[..., 2])


def f1(counts: Counts) -> Counts:
    """The harmonic mean of both; nan where neither has anything."""
    right = 2 * counts[..., 0]
    return _share(right, right + counts[..., 1] + counts[..., 2])


def value(counts: Counts, mean: Mean) -> Counts:
    """The measure of counts whose last two axes are classes and right, wrong, missed."""
    if mean == "macro F1":
        labelled = counts[..., 0] + counts[..., 2] > 0
        return _share(np.where(labelled, np.nan_to_num(f1(counts)), 0.0).sum(axis=-1), labelled.sum(axis=-1))
    total = counts.sum(axis=-2)
    return recall(total) if mean == "accuracy" else f1(total)


def interval(counts: Counts, mean: Mean) -> Interval:
    """The measure of all stories, whose counts have the axes story, class, and right, wrong, missed."""
    blocks = _blocks(counts)
    drawn = value(np.tensordot(draws(len(blocks)), blocks, axes=1), mean)
    low, high = _range(drawn)
    return Interval(value=float(value(counts.sum(axis=0), mean)), low=low, high=high)


def difference(before: Counts, after: Counts, mean: Mean) -> Interval:
    """How much more the measure is of `after` than of `before`, of the same stories in the same order."""
    old, new = _blocks(before), _blocks(after)
    weights = draws(len(old))
    drawn = value(np.tensordot(weights, new, axes=1), mean) - value(np.tensordot(weights, old, axes=1), mean)
    low, high = _range(drawn)
    now = value(after.sum(axis=0), mean) - value(before.sum(axis=0), mean)
    return Interval(value=float(now), low=low, high=high)


def _blocks(counts: Counts) -> Counts:
    if len(counts) <= BLOCKS:
        return counts
    starts = np.linspace(0, len(counts), BLOCKS, endpoint=False).astype(int)
    return np.add.reduceat(counts, starts, axis=0)


def _range(drawn: Counts) -> tuple[float, float]:
    known = drawn[~np.isnan(drawn)]
    if not len(known):
        return float("nan"), float("nan")
    low, high = np.quantile(known, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)


def _share(part: Counts, whole: Counts) -> Counts:
    shares: Counts = np.divide(part, whole, out=np.full(np.shape(part), np.nan), where=np.asarray(whole) > 0)
    return shares
