"""Narrower topics: words that make one sure within its top level ('aftershocks' an earthquake in a disaster)."""

from collections.abc import Mapping
from functools import cache

from pipeline.enrichers.tables import members, rows
from pipeline.enrichers.topics.table import table

SURE = 1.7
"""The least value of a word: it stands in the headline and once more, or in the lead and again and again."""
MOST = 2
"""Narrower topics under one top level."""
_LANGUAGE = "en"
_CERTAIN = 3.0


def found(values: Mapping[str, float], top: str, language: str) -> list[tuple[str, float]]:
    """The narrower topics under `top` that the features of an English text make sure, with how sure (to 1), the surest
    first; none that lies above another."""
    if language != _LANGUAGE:
        return []
    best = ((max(values.get(word, 0.0) for word in words), code) for code, words in _words().get(top, ()))
    ranked = sorted(((value, code) for value, code in best if value >= SURE), key=lambda pair: (-pair[0], pair[1]))
    above = {parent for _, code in ranked for parent in table()[code].parents}
    return [(code, min(1.0, value / _CERTAIN)) for value, code in ranked if code not in above][:MOST]


@cache
def words() -> frozenset[str]:
    """All words and pairs of words that are looked for."""
    return frozenset(word for rows_of_top in _words().values() for _, own in rows_of_top for word in own)


@cache
def _words() -> Mapping[str, list[tuple[str, list[str]]]]:
    """By top level the narrower topics with their words."""
    groups: dict[str, list[tuple[str, list[str]]]] = {}
    for code, _, words in rows("topic_words.tsv"):
        groups.setdefault(table()[code].top, []).append((code, members(words)))
    return groups
