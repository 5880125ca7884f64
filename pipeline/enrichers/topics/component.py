"""The topics of a story: those that the agency gave, or else those that its words and events speak for.

Subjects that the agency gave are mapped (given.py) and are all there is then. Without them the top levels are scored
by the word model of the story's language (model.py), by the events found, and by the slug words, keywords and category
that the agency gave; those that come out sure enough stand first the likeliest, each followed by narrower topics that
words of the text make sure (narrower.py). A story in a language without a word model gets what slug, keywords and
category say, else none.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from math import exp

from pipeline.enrichers import language as spoken
from pipeline.enrichers.analysis import Analysis
from pipeline.enrichers.tables import rows
from pipeline.enrichers.topics import features, given, model, narrower
from pipeline.enrichers.topics.table import table, topic, with_tops
from pipeline.story import Event, Story, Topic

NAME = "topics"
VERSION = "1"
AGENCY = "agency"
READ = 300
"""Words of the text that are read: what comes later repeats or explains, and more make no topic surer."""
LEAD = 60
HEADLINE_WEIGHT, LEAD_WEIGHT, REST_WEIGHT = 2.0, 1.5, 0.5
SLUG_VOTE, CATEGORY_VOTE = 2.0, 2.0
MOST = 3
"""Top levels of a story."""
SURE, BESIDE, SHARE = 0.25, 0.1, 0.1
"""The least confidence of the first top level and of others, and the least share of these in that of the first."""
_MAIN_SHARE = 0.5
"""How much the main event speaks beside all of them together."""


def run(analysis: Analysis) -> Story:
    """The story with `topics`; see the module."""
    story = analysis.story
    codes = with_tops(given.subjects(story.subject))
    if codes:
        return replace(story, topics=tuple(topic(code, 1.0, AGENCY) for code in codes))
    return replace(story, topics=tuple(_found(story, analysis.text)))


def _found(story: Story, text: str) -> Iterator[Topic]:
    values = _values(story, text)
    votes = _agency_votes(story)
    ranked = _ranked(values, _summed(votes, _event_votes(story.events)), story)
    for code, confidence in ranked:
        yield topic(code, confidence, AGENCY if code in votes else NAME)
        for each, share in narrower.found(values, code, _language(story)):
            yield topic(each, round(confidence * share, 3), NAME)


def _values(story: Story, text: str) -> dict[str, float]:
    """The features of headline, slug, keywords and text, those that stand first counting most."""
    ordered = features.words(text[: READ * 12], READ)
    labels = " ".join(filter(None, (story.headline, story.slugline, *story.keywords[:50])))
    pieces = [
        (HEADLINE_WEIGHT, features.words(labels[:5_000], READ)),
        (LEAD_WEIGHT, ordered[:LEAD]),
        (REST_WEIGHT, ordered[LEAD:]),
    ]
    return features.values(pieces, _language(story), _known(_language(story)))


@cache
def _known(language: str) -> frozenset[str]:
    return frozenset(model.weights(language)) | narrower.words()


def _language(story: Story) -> str:
    return (story.language or spoken.ENGLISH).lower()[:2]


def _agency_votes(story: Story) -> dict[str, float]:
    """Log-odds by top level from what the agency says beside subjects; a slug's first word counts as much as others."""
    votes = dict.fromkeys((table()[code].top for code in given.named(story)), SLUG_VOTE)
    category = given.category(story.subject)
    return _summed(votes, {table()[category].top: CATEGORY_VOTE} if category else {})


def _event_votes(events: Sequence[Event]) -> dict[str, float]:
    """Log-odds by top level from the events that are news: half the main one's, half all of them together."""
    current = [event for event in events if event.status not in ("background", "negated")]
    if not current:
        return {}
    main = next((event for event in current if event.main), current[0])
    shares = dict[str, float]()
    for event in current:
        shares[event.type] = shares.get(event.type, 0.0) + (1 - _MAIN_SHARE) / len(current)
    shares[main.type] += _MAIN_SHARE
    votes = dict[str, float]()
    for kind, share in shares.items():
        for code, weight in _event_weights().get(kind, ()):
            votes[code] = votes.get(code, 0.0) + share * weight
    return votes


def _summed(first: Mapping[str, float], second: Mapping[str, float]) -> dict[str, float]:
    return {code: first.get(code, 0.0) + second.get(code, 0.0) for code in (*first, *second)}


def _ranked(values: Mapping[str, float], votes: Mapping[str, float], story: Story) -> list[tuple[str, float]]:
    """The top levels that are sure enough, with their confidence, the likeliest first."""
    scores = _summed(model.scores(values, _language(story)), votes)
    if not scores:
        return []
    powers = {code: exp(scores.get(code, 0.0)) for code in _tops()}
    total = sum(powers.values())
    ordered = sorted(((power / total, code) for code, power in powers.items()), key=lambda pair: (-pair[0], pair[1]))
    first = ordered[0][0]
    if first < SURE:
        return []
    return [(code, round(p, 3)) for p, code in ordered[:MOST] if p == first or (p >= BESIDE and p >= SHARE * first)]


@cache
def _tops() -> tuple[str, ...]:
    return tuple(code for code, row in table().items() if not row.parents)


@cache
def _event_weights() -> Mapping[str, tuple[tuple[str, float], ...]]:
    return {kind: tuple(_weight(each) for each in column.split()) for kind, column in rows("topic_events.tsv")}


def _weight(written: str) -> tuple[str, float]:
    code, _, weight = written.partition(":")
    return code + "000000", float(weight)
