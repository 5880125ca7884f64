"""Stories that come one by one and join threads: by `choose`, and by the ways it is compared with."""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pipeline.lifecycle.threads import Traits, choose, traits
from pipeline.lifecycle.threads_slug import slug
from pipeline.lifecycle.threads_words import words
from pipeline.story import Story

CANDIDATES = 50
WINDOW = timedelta(days=14)
"""Older stories are no candidates."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """An enriched story and the event that it is of."""

    story: Story
    event: str
    half: str
    """'tune' or 'report': events that are alike are of one half."""
    time: datetime
    report: bool = False
    """Whether it is no event's, but comes anew every day or for every company."""


Method = Callable[[Sequence[Labelled]], list[str]]
"""The thread of each story, in the order in which they come."""


@dataclass(slots=True)
class Memory:
    """What the index would hold: the stories by their keys."""

    known: list[tuple[Traits, datetime, str]] = field(default_factory=list)
    by_key: defaultdict[str, list[int]] = field(default_factory=lambda: defaultdict(list))

    def candidates(self, story: Traits, time: datetime) -> list[tuple[Traits, str, float]]:
        """Those with the most keys in common, of these the nearest in time."""
        shared = Counter(number for key in story.keys for number in self.by_key[key])
        near = [
            (-count, gap, number)
            for number, count in shared.items()
            if (gap := abs(self.known[number][1] - time)) <= WINDOW
        ]
        best = sorted(near)[:CANDIDATES]
        return [(self.known[number][0], self.known[number][2], gap.total_seconds() / 3600) for _, gap, number in best]

    def add(self, story: Traits, time: datetime, thread: str) -> None:
        """Know one more."""
        for key in story.keys:
            self.by_key[key].append(len(self.known))
        self.known.append((story, time, thread))


def by_choice(stream: Sequence[Labelled]) -> list[str]:
    """As the pipeline does."""
    memory, threads = Memory(), []
    for each in stream:
        own = traits(each.story)
        thread = choose(own, memory.candidates(own, each.time)) or own.id
        memory.add(own, each.time, thread)
        threads.append(thread)
    return threads


def by_slug(stream: Sequence[Labelled]) -> list[str]:
    """All that have the same slug, as a desk would file them; a story without one is alone."""
    roots = [slug(each.story.slugline).root for each in stream]
    return [root or each.story.uri for root, each in zip(roots, stream, strict=True)]


def by_tf_idf(threshold: float) -> Method:
    """A single pass over the whole texts: the thread whose centroid has the highest cosine, if that is enough."""

    def method(stream: Sequence[Labelled]) -> list[str]:
        vectors = _vectors(stream)
        centroids: list[tuple[Counter[str], datetime, str]] = []
        threads = []
        for each, vector in zip(stream, vectors, strict=True):
            near = [
                (_cosine(vector, c), i) for i, (c, time, _) in enumerate(centroids) if abs(time - each.time) <= WINDOW
            ]
            best, number = max(near, default=(0.0, -1))
            if best < threshold:
                centroids.append((Counter(), each.time, each.story.uri))
                number = -1
            centroid, _, thread = centroids[number]
            centroid.update(vector)
            centroids[number] = (centroid, each.time, thread)
            threads.append(thread)
        return threads

    return method


def _vectors(stream: Sequence[Labelled]) -> list[dict[str, float]]:
    texts = [Counter(words(f"{each.story.headline or ''}\n{each.story.body_text}")) for each in stream]
    stories = Counter(word for text in texts for word in text)
    return [
        {word: (1 + math.log(n)) * math.log(len(texts) / stories[word]) for word, n in text.items()} for text in texts
    ]


def _cosine(a: dict[str, float], b: Counter[str]) -> float:
    dot = sum(value * b[word] for word, value in a.items() if word in b)
    lengths = math.sqrt(sum(v * v for v in a.values()) * sum(v * v for v in b.values()))
    return dot / lengths if lengths else 0.0
