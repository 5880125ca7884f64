"""Make the word models of the topics: pipeline/enrichers/data/topic_weights_*.tsv.

    python training/topics/build_weights.py

Softmax regression from the features of pipeline/enrichers/topics/features.py to the 17 top-level topics, by language,
trained on what lies here: the names and definitions of IPTC's table (definitions.tsv, CC BY 4.0), words of each topic
and short invented news (texts/, ours). Needs numpy; takes about a minute a language; the same input gives the same
weights.
"""

import random
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.enrichers.topics.features import LANGUAGES, Everything, of_word, values, words
from pipeline.enrichers.topics.table import table

HERE = Path(__file__).parent
DATA = HERE.parents[1] / "pipeline" / "enrichers" / "data"
SEED = 20261124
DRAWN = 240
"""Texts that are drawn from the words of each topic, so many words each, with some of other topics."""
OWN, FOREIGN = 8, 2
BETWEEN = " | "
"""Between the pieces of a text."""
WEIGHTS = {"news": 3.0, "drawn": 1.0, "word": 1.0, "definition": 0.7}
STEPS, RATE, DECAY, SMOOTHING = 220, 0.25, 3e-6, 0.05
SCALE = 10
KEPT = 5
"""Topics that a feature keeps its weights for: the farthest from nothing."""

Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Example:
    """A text, its topics (the first counts most) and how much it counts."""

    text: str
    topics: tuple[str, ...]
    weight: float


def sections(path: Path) -> Iterator[tuple[str, str]]:
    """The lines of a file with the name in brackets that they stand under."""
    name = ""
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
        if line.startswith("["):
            name = line.strip("[]")
        elif line and not line.startswith("#"):
            yield name, line


def news(path: Path) -> Iterator[tuple[tuple[str, ...], str]]:
    """Topics and text of a file of short news: '02,11<tab>text'."""
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
        if line and not line.startswith("#"):
            topics, _, text = line.partition("\t")
            yield tuple(topics.split(",")), text


def profiles(language: str) -> dict[str, list[str]]:
    """The words and phrases of each topic."""
    found: dict[str, list[str]] = {}
    for topic, line in sections(HERE / "texts" / f"words_{language}.txt"):
        found.setdefault(topic, []).extend(word.strip() for word in line.split(","))
    return found


def definitions(language: str) -> Iterator[tuple[str, str, str]]:
    """Top level, name and definition of the topics in force."""
    for line in (HERE / "definitions.tsv").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            code, spoken, name, definition = line.split("\t")
            if spoken == language:
                yield table()[code].top[:2], name, definition


def examples(language: str) -> Iterator[Example]:
    """All that the model of a language is trained on."""
    draw = random.Random(SEED)
    own = profiles(language)
    for topic, terms in own.items():
        others = [term for other, theirs in own.items() if other != topic for term in theirs]
        yield from (Example(term, (topic,), WEIGHTS["word"]) for term in terms)
        for _ in range(DRAWN):
            drawn = [*draw.sample(terms, min(OWN, len(terms))), *draw.sample(others, FOREIGN)]
            yield Example(BETWEEN.join(drawn), (topic,), WEIGHTS["drawn"])
    for topic, name, definition in definitions(language):
        yield Example(name + BETWEEN + definition, (topic,), WEIGHTS["definition"])
    for topics, text in news(HERE / "texts" / f"news_{language}.tsv"):
        yield Example(text, topics, WEIGHTS["news"])


def stop_words(language: str) -> frozenset[str]:
    """The words of a language that are left out."""
    return frozenset(word for name, line in sections(HERE / "texts" / "stop_words.txt") if name == language
                     for word in words(line, 10_000))  # fmt: skip


def featured(text: str, language: str, stopped: frozenset[str]) -> dict[str, float]:
    """The features of a text, of pairs those that no stop word is in and that do not go across pieces."""
    pieces = [(1.0, words(piece, 10_000)) for piece in text.split(BETWEEN)]
    found = values(pieces, language, Everything())
    dropped = {feature for word in stopped for feature in of_word(word, language)}
    return {key: value for key, value in found.items() if key not in dropped and stopped.isdisjoint(key.split())}


def vocabulary(read: Iterable[Mapping[str, float]]) -> dict[str, int]:
    """The features of at least two texts, with their columns."""
    counts = Counter(key for features in read for key in features)
    return {key: column for column, key in enumerate(sorted(key for key, count in counts.items() if count > 1))}


def matrix(read: list[dict[str, float]], columns: Mapping[str, int]) -> Array:
    """A row a text, of length 1."""
    found = np.zeros((len(read), len(columns)), dtype=np.float32)
    for row, features in zip(found, read, strict=True):
        for key, value in features.items():
            if key in columns:
                row[columns[key]] = value
    return np.asarray(found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-9), dtype=np.float32)


def targets(read: list[Example], codes: list[str]) -> Array:
    """What each text is to be taken for: its first topic, in part its others, a little everything."""
    found = np.full((len(read), len(codes)), SMOOTHING / len(codes), dtype=np.float32)
    for row, example in zip(found, read, strict=True):
        for rank, topic in enumerate(example.topics):
            row[codes.index(topic)] += (1 - SMOOTHING) / 2**rank
    return np.asarray(found / found.sum(axis=1, keepdims=True), dtype=np.float32)


def fit(x: Array, y: Array, importance: Array) -> Array:
    """The weights that minimise the weighted cross-entropy, by Adam over all texts at once."""
    weights, mean, square = (np.zeros((x.shape[1], y.shape[1]), dtype=np.float32) for _ in range(3))
    share = (importance / importance.sum())[:, None]
    for step in range(1, STEPS + 1):
        scores = x @ weights
        scores = np.exp(scores - scores.max(axis=1, keepdims=True))
        gradient = x.T @ ((scores / scores.sum(axis=1, keepdims=True) - y) * share) + DECAY * weights
        mean = 0.9 * mean + 0.1 * gradient
        square = 0.99 * square + 0.01 * gradient**2
        rate = RATE * (1 - step / (STEPS + 1))
        weights -= rate * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.99**step)) + 1e-8)
    return np.asarray(weights - weights.mean(axis=1, keepdims=True), dtype=np.float32)


def balanced(read: list[Example], codes: list[str]) -> Array:
    """The importance of each text, so that each topic has as much."""
    sums = defaultdict[str, float](float)
    for example in read:
        sums[example.topics[0]] += example.weight
    return np.array([example.weight / sums[example.topics[0]] / len(codes) for example in read], dtype=np.float32)


def build(language: str) -> list[str]:
    """The lines of the language's file: a feature, then its weights as 'topic:weight'."""
    codes = sorted(topic.code[:2] for topic in table().values() if topic.code == topic.top)
    read, stopped = list(examples(language)), stop_words(language)
    features = [featured(example.text, language, stopped) for example in read]
    columns = vocabulary(features)
    weights = fit(matrix(features, columns), targets(read, codes), balanced(read, codes))
    lines = []
    for feature, column in columns.items():
        whole = [(round(float(weight) * SCALE), code) for code, weight in zip(codes, weights[column], strict=True)]
        kept = sorted(sorted((pair for pair in whole if pair[0]), key=lambda pair: -abs(pair[0]))[:KEPT], reverse=True)
        if kept:
            lines.append(f"{feature}\t{' '.join(f'{code}:{weight}' for weight, code in kept)}")
    return lines


def main() -> None:
    """Write the files of the languages named, or of all."""
    for language in sys.argv[1:] or LANGUAGES:
        lines = build(language)
        about = "# Made by training/topics/build_weights.py: feature, weights by top-level topic in tenths.\n"
        (DATA / f"topic_weights_{language}.tsv").write_text(about + "\n".join(lines) + "\n", encoding="utf-8")
        print(language, len(lines), "features")  # noqa: T201


if __name__ == "__main__":
    main()
