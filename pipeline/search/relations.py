"""The index `<index>-relations`: one document a story, by which the stage `relate` finds what a story is related to.

The stage is its only reader and writer. Its documents are looked up by id, by the bands and keys that they share with
a story, by their group, and by the message that last changed them. Every write names the state of the document that it
was computed from, so of two workers that hold the same batch one is told to compute it anew.

Searches see what is refreshed, and nothing is refreshed by itself: `refresh` comes before a batch's searches.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from elasticsearch import AsyncElasticsearch, Elasticsearch

from pipeline.errors import TerminalError, TransientError
from pipeline.search.failures import classify, translated
from pipeline.search.private import ensure_index
from pipeline.search.writer import Document, Seen, Written, write
from pipeline.settings import Settings

_KEYWORD = {"type": "keyword"}
_SECONDS = {"type": "long"}
_MAPPING: dict[str, Any] = {
    "dynamic": False,
    "properties": {
        "uri": {"type": "keyword", "index": False, "doc_values": False},
        "first": _SECONDS,
        "last": _SECONDS,
        "bands": _KEYWORD | {"doc_values": False},
        "keys": _KEYWORD | {"doc_values": False},
        "group": _KEYWORD,
        "thread": _KEYWORD,
        "changed": {"type": "long"},
        "versions": {"type": "object", "enabled": False},
        "traits": {"type": "object", "enabled": False},
    },
}
_SETTINGS: dict[str, Any] = {
    # One shard: the look-ups of a batch are many and small, and its writes happen in order.
    "number_of_shards": 1,
    "refresh_interval": "-1",
    # The newest stand first, so that of equally good candidates they are found, and the others not even looked at.
    "sort.field": ["last"],
    "sort.order": ["desc"],
}
_COMPARED = ["versions", "bands", "traits", "keys"]
_AT_ONCE = 32
"""Look-ups of one request."""
_PAGE = 500
_MOST_TERMS = 1_000
"""Of one query, the engines' limit is 1,024."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A document as it was read."""

    id: str
    source: Mapping[str, Any]
    seen: Seen


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Which documents are looked for: those that share a term and lie in a time."""

    field: Literal["bands", "keys"]
    terms: Sequence[str]
    earliest: int
    """Seconds since 1970, included, as `latest` is."""
    latest: int
    most: int
    without: Sequence[str] = ()
    """Parts of the document that are not wanted."""


def relations_index(settings: Settings) -> str:
    """The index of what each story is related to."""
    return f"{settings.index}-relations"


def ensure(client: Elasticsearch, settings: Settings) -> list[str]:
    """Create the index, or bring its fields up to date; a sentence for each change."""
    return ensure_index(client, settings, relations_index(settings), _MAPPING, _SETTINGS)


async def refresh(client: AsyncElasticsearch, settings: Settings) -> None:
    """Let searches see everything that was written until now, by whomever."""
    with translated():
        await client.indices.refresh(index=relations_index(settings))


async def get(client: AsyncElasticsearch, settings: Settings, ids: Iterable[str]) -> dict[str, Stored]:
    """The documents with these ids as they are now, refreshed or not; absent where there is none."""
    wanted = list(dict.fromkeys(ids))
    found: dict[str, Stored] = {}
    for start in range(0, len(wanted), _PAGE):
        with translated():
            answer = await client.mget(index=relations_index(settings), ids=wanted[start : start + _PAGE])
        for each in answer["docs"]:
            if "error" in each:
                raise classify(404, each["error"])
            if each.get("found"):
                found[each["_id"]] = _stored(each)
    return found


async def look_up(client: AsyncElasticsearch, settings: Settings, looks: Sequence[Look]) -> list[list[Stored]]:
    """The documents for each look, those first that share the most and the rarest terms, then the newest.

    The time that it takes does not grow with the documents that share a term: the engine passes over those that cannot
    come among the first.
    """
    found: list[list[Stored]] = []
    for start in range(0, len(looks), _AT_ONCE):
        searches: list[dict[str, Any]] = []
        for look in looks[start : start + _AT_ONCE]:
            searches += [{}, _search(look)]
        with translated():
            answer = await client.msearch(index=relations_index(settings), searches=searches)
        for each in answer["responses"]:
            if "error" in each:
                raise classify(each["status"], each["error"])
            found.append([_stored(hit) for hit in each["hits"]["hits"]])
    return found


async def members(
    client: AsyncElasticsearch,
    settings: Settings,
    group: str,
    placing: tuple[str | None, str | None],
    without: Collection[str] = (),
) -> list[Stored]:
    """Members of `group`, by its founder, that have not this group and thread yet; some, while there are any.

    `without`: ids that are passed over.
    """
    there = [{"term": {name: value}} for name, value in zip(("group", "thread"), placing, strict=True) if value]
    not_wanted = [{"bool": {"filter": there}}, {"ids": {"values": list(without)}}]
    query = {"bool": {"filter": [{"term": {"group": group}}], "must_not": not_wanted}}
    return await _hits(client, settings, query)


async def changed_by(client: AsyncElasticsearch, settings: Settings, offsets: Sequence[int]) -> list[Stored]:
    """The documents that the messages with these offsets were the last to change."""
    found: list[Stored] = []
    for start in range(0, len(offsets), _MOST_TERMS):
        query = {"terms": {"changed": offsets[start : start + _MOST_TERMS]}}
        first = await _hits(client, settings, query)
        found += first if len(first) < _PAGE else await _all(client, settings, query)
    return found


async def save(client: AsyncElasticsearch, settings: Settings, documents: Sequence[Document]) -> None:
    """Write documents, each in the place of the one that it `expects`.

    Raises TransientError when any of them is not written, because another worker has changed it or the engine fails:
    read again and compute anew; TerminalError when the engine can never take one.
    """
    outcomes = await write(client, relations_index(settings), documents, alias=False)
    for outcome in outcomes:
        if isinstance(outcome, TerminalError | TransientError):
            raise outcome
        if outcome is Written.SUPERSEDED:
            raise TransientError("Another worker has changed the relations of these stories meanwhile.")


async def _hits(client: AsyncElasticsearch, settings: Settings, query: Mapping[str, Any]) -> list[Stored]:
    """At most a page of what fits."""
    with translated():
        answer = await client.search(
            index=relations_index(settings), query=query, size=_PAGE, seq_no_primary_term=True, track_total_hits=False
        )
    return [_stored(hit) for hit in answer["hits"]["hits"]]


async def _all(client: AsyncElasticsearch, settings: Settings, query: Mapping[str, Any]) -> list[Stored]:
    """All that fit, however many."""
    found: list[Stored] = []
    with translated():
        answer = await client.search(
            index=relations_index(settings), query=query, size=_PAGE, scroll="1m", source_excludes=_COMPARED
        )
        while hits := answer["hits"]["hits"]:
            found += [_stored(hit) for hit in hits]
            answer = await client.scroll(scroll_id=answer["_scroll_id"], scroll="1m")
        await client.clear_scroll(scroll_id=answer["_scroll_id"])
    return found


def _search(look: Look) -> dict[str, Any]:
    in_time = [{"range": {"last": {"gte": look.earliest}}}, {"range": {"first": {"lte": look.latest}}}]
    # One clause a term, and not `terms`, which would neither rank nor let the engine pass over what cannot win.
    sharing = [{"term": {look.field: term}} for term in look.terms]
    return {
        "query": {"bool": {"filter": in_time, "should": sharing, "minimum_should_match": 1}},
        "size": look.most,
        "seq_no_primary_term": True,
        "track_total_hits": False,
        "_source": {"excludes": list(look.without)},
    }


def _stored(hit: Mapping[str, Any]) -> Stored:
    return Stored(hit["_id"], hit["_source"], Seen(hit.get("_seq_no"), hit.get("_primary_term")))
