"""Near-duplicate groups in search: one story of each is shown, and what is counted is what is shown.

Collapsing needs a value in every document (the engines take all without one for a single group): `group_or_self`. The
engines' totals and facets count documents all the same, so the copies are taken off: of the documents in a bucket
those that have a `group`, less the number of groups. A story without one costs nothing here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from elasticsearch import Elasticsearch

from pipeline.search.failures import translated
from pipeline.search.setup import live_alias
from pipeline.settings import Settings

COLLAPSED: dict[str, Any] = {"field": "group_or_self"}
MOST_SOURCES = 10
"""Sources of a group that are named."""

_GROUPS, _BUCKET_GROUPS = 40_000, 3_000
"""Groups up to which they are counted without error, of all stories found and of each value of a facet."""


@dataclass(frozen=True, slots=True)
class Copies:
    """The stories of a group that may be seen."""

    count: int
    sources: tuple[str, ...]
    """Their agencies, the most frequent first, at most MOST_SOURCES."""


def counting(*, facet: bool = False) -> dict[str, Any]:
    """The aggregations by which `shown` counts; `facet`: below the values of a facet."""
    precision = _BUCKET_GROUPS if facet else _GROUPS
    return {
        "grouped": {"value_count": {"field": "group"}},
        "groups": {"cardinality": {"field": "group", "precision_threshold": precision}},
    }


def shown(documents: int, counted: Mapping[str, Any]) -> int:
    """How many stories are shown of so many documents, given the answers to `counting`."""
    return documents - int(counted["grouped"]["value"]) + int(counted["groups"]["value"])


def copies(client: Elasticsearch, settings: Settings, groups: Iterable[str]) -> dict[str, Copies]:
    """Of each group the stories that may be seen, whatever was searched for; absent where there is none."""
    wanted = sorted(set(groups))
    if not wanted:
        return {}
    sources = {"sources": {"terms": {"field": "source", "size": MOST_SOURCES}}}
    with translated():
        answer = client.search(
            index=live_alias(settings),
            size=0,
            query={"terms": {"group": wanted}},
            aggs={"groups": {"terms": {"field": "group", "size": len(wanted)}, "aggs": sources}},
        )
    return {
        bucket["key"]: Copies(bucket["doc_count"], tuple(each["key"] for each in bucket["sources"]["buckets"]))
        for bucket in answer["aggregations"]["groups"]["buckets"]
    }
