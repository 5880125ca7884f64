"""Threads as they may be seen: the running events, and the stories of one."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from elasticsearch import Elasticsearch

from pipeline.search.documents import story_of
from pipeline.search.failures import translated
from pipeline.search.filters import filter_of, queries
from pipeline.search.setup import live_alias
from pipeline.settings import Settings
from pipeline.story import Story

_MOST_AGENCIES = 5
_PAGE = 500
_NEWEST: list[dict[str, Any]] = [{"published": {"order": "desc", "missing": "_last"}}, {"uri": "asc"}]
_OLDEST: list[dict[str, Any]] = [{"published": {"order": "asc", "missing": "_first"}}, {"uri": "asc"}]
# Stories that say no time of their own have that of their receipt; one without either is not of the last days.


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """A running event. Times are ISO 8601 in UTC, None where no story says one."""

    id: str
    headline: str | None
    """Of its latest story; the slugline where that has none."""
    stories: int
    agencies: tuple[str, ...]
    """At most five, the most frequent first."""
    place: str | None
    """The place that most of its stories name."""
    first: str | None
    last: str | None


def threads(client: Elasticsearch, settings: Settings, since: str | None = None, most: int = 20) -> list[Thread]:
    """The threads with the latest stories, newest first; with `since` ('24h', '2026-03-01'), those that have a story
    from then on. Counted are all stories of a thread that may be seen.

    Raises TerminalError for a `since` that is no time, OperatorError when there is no index.
    """
    ids = _latest(client, settings, since, most)
    if not ids:
        return []
    wanted = {"terms": {"thread": ids}}
    counted = {"threads": {"terms": {"field": "thread", "size": len(ids)}, "aggs": _ABOUT}}
    with translated():
        answer = client.search(index=live_alias(settings), size=0, query=wanted, aggs=counted)
    found = {bucket["key"]: _thread(bucket) for bucket in answer["aggregations"]["threads"]["buckets"]}
    return [found[each] for each in ids if each in found]


def stories(client: Elasticsearch, settings: Settings, thread: str) -> list[Story]:
    """The stories of a thread that may be seen, in time order and without their text."""
    found: list[Story] = []
    after = None
    while True:
        with translated():
            answer = client.search(
                index=live_alias(settings),
                query={"term": {"thread": thread}},
                sort=_OLDEST,
                size=_PAGE,
                source_includes=["story"],
                search_after=after,
            )
        hits = answer["hits"]["hits"]
        found += [story_of(hit["_source"]) for hit in hits]
        if len(hits) < _PAGE:
            return found
        after = hits[-1]["sort"]


_ABOUT: dict[str, Any] = {
    "first": {"min": {"field": "published"}},
    "last": {"max": {"field": "published"}},
    "agencies": {"terms": {"field": "source", "size": _MOST_AGENCIES}},
    "places": {"terms": {"field": "places", "size": 1}},
    "latest": {"top_hits": {"size": 1, "sort": _NEWEST, "_source": ["headline", "slugline"]}},
}


def _latest(client: Elasticsearch, settings: Settings, since: str | None, most: int) -> list[str]:
    in_time = list(queries([filter_of("since", since)]).values()) if since else []
    last = {"last": {"max": {"field": "published"}}}
    by_last = {"terms": {"field": "thread", "size": most, "order": {"last": "desc"}}, "aggs": last}
    with translated():
        answer = client.search(
            index=live_alias(settings), size=0, query={"bool": {"filter": in_time}}, aggs={"threads": by_last}
        )
    return [bucket["key"] for bucket in answer["aggregations"]["threads"]["buckets"]]


def _thread(bucket: Mapping[str, Any]) -> Thread:
    latest = bucket["latest"]["hits"]["hits"][0]["_source"]
    places = [each["key"] for each in bucket["places"]["buckets"]]
    return Thread(
        id=bucket["key"],
        headline=latest.get("headline") or latest.get("slugline"),
        stories=bucket["doc_count"],
        agencies=tuple(each["key"] for each in bucket["agencies"]["buckets"]),
        place=places[0] if places else None,
        first=bucket["first"].get("value_as_string"),
        last=bucket["last"].get("value_as_string"),
    )
