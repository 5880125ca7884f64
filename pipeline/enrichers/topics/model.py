"""The word model: how much a text speaks for each top-level topic, from weights made by training/topics."""

from collections.abc import Mapping
from functools import cache

from pipeline.enrichers.tables import rows
from pipeline.enrichers.topics.features import LANGUAGES

Weights = Mapping[str, tuple[tuple[str, int], ...]]
FEWEST = 3
"""Known features below which a text says nothing of its topic."""
_FILE = "topic_weights_{}.tsv"
_SCALE = 10.0
_LENGTH, _SHARPNESS = 0.8, 4.8
"""How much a text's length tells against its sum, and how strongly the rest is meant: with 0.5, by which the training
texts are all of one length, long stories would be far surer of one topic than they are right."""


@cache
def weights(language: str) -> Weights:
    """Feature to its weights by top-level topic, in tenths; none for a language without a model."""
    if language not in LANGUAGES:
        return {}
    return {
        feature: tuple(_weight(each) for each in column.split()) for feature, column in rows(_FILE.format(language))
    }


def scores(values: Mapping[str, float], language: str) -> dict[str, float]:
    """Log-odds by top-level topic of a text with these features; none where it has too few that are known."""
    known = weights(language)
    sums: dict[str, float] = {}
    square = 0.0
    found = 0
    for feature, value in values.items():
        own = known.get(feature)
        if own is None:
            continue
        found += 1
        square += value * value
        for topic, weight in own:
            sums[topic] = sums.get(topic, 0.0) + weight * value
    if found < FEWEST:
        return {}
    return {topic: _SHARPNESS * total / (_SCALE * square**_LENGTH) for topic, total in sums.items()}


@cache
def _weight(written: str) -> tuple[str, int]:
    topic, _, weight = written.partition(":")
    return topic + "000000", int(weight)
