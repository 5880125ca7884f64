"""What the ledger and the history say, for people: what becomes of a story, its versions, and what is held."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import msgspec
from elasticsearch import Elasticsearch

from pipeline.life import Life
from pipeline.search.documents import document_id
from pipeline.search.failures import classify, translated
from pipeline.search.private import history_index, ledger_index
from pipeline.settings import Settings
from pipeline.story import Story, tombstone

_CHUNK = 1_000
_PAIRS = 200
"""Versions looked up by uri and revision in one query: two clauses each, of the engines' 1,024."""
_LARGE = ("body_text", "extra", "entities", "places", "events", "changes")
_WAITING: dict[str, Any] = {
    "bool": {
        "filter": [{"exists": {"field": "newest"}}],
        "must_not": [{"term": {"released": True}}, {"term": {"status": "canceled"}}],
    }
}
"""The stories that are held. An entry of the ledger without revision is no story: see search/advisories.py."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many stories are held."""

    embargoed: int
    """Whose embargo is not over, or has not been seen to be over yet."""
    withheld: int


def lives(client: Elasticsearch, settings: Settings, uris: Iterable[str]) -> dict[str, Life]:
    """What is known of each story; absent where nothing is."""
    found: dict[str, Life] = {}
    remaining = iter(dict.fromkeys(uris))
    while chunk := {document_id(uri) for uri in islice(remaining, _CHUNK)}:
        with translated():
            answer = client.mget(index=ledger_index(settings), ids=sorted(chunk))
        for each in answer["docs"]:
            if "error" in each:
                raise classify(404, each["error"])
            if each.get("found"):
                life = msgspec.convert(each["_source"], Life)
                found[life.uri] = life
    return found


def history(client: Elasticsearch, settings: Settings, uri: str, *, privileged: bool = False) -> list[Story]:
    """The versions of the story, oldest first; none where there is no such story, or nothing of it was ever public.

    What was killed, and what is hidden now, is there without its text; a version that never could be seen is not there.
    `privileged`, for those who may see what is held: everything that is kept.
    """
    life = lives(client, settings, [uri]).get(uri)
    if life is None:
        return []
    kept = _versions(client, settings, uri)
    if privileged:
        return [story for story, _ in kept]
    now = datetime.now(UTC)
    seen = [story for story, shown in kept if shown or _free(story, life, now)]
    return seen if life.released else [tombstone(story) for story in seen]


def held(client: Elasticsearch, settings: Settings, *, whole: bool = True) -> Iterator[tuple[Life, Story | None]]:
    """What waits for the end of its embargo, the soonest first, and then what is withheld; with its newest version,
    `whole` or without text, findings and extra.

    For those who may see it: whose rights reach the private indices. Raises OperatorError for all others.
    """
    sort = [{"embargoed": {"order": "asc", "missing": "_last"}}, {"newest": "asc"}, {"uri": "asc"}]
    hits = _hits(client, ledger_index(settings), _WAITING, sort)
    # Whole ones one by one: the engine makes its answer in memory, whatever it comes to.
    while chunk := [msgspec.convert(hit["_source"], Life) for hit in islice(hits, 1 if whole else _PAIRS)]:
        kept = versions(client, settings, ((life.uri, life.newest) for life in chunk), whole=whole)
        yield from ((life, kept.get((life.uri, life.newest))) for life in chunk)


def versions(
    client: Elasticsearch, settings: Settings, wanted: Iterable[tuple[str, int]], *, whole: bool = False
) -> dict[tuple[str, int], Story]:
    """The versions with these uris and revisions, for those who may see them, `whole` or without text, findings and
    extra; absent where the history has none."""
    found: dict[tuple[str, int], Story] = {}
    remaining = iter(dict.fromkeys(wanted))
    while chunk := list(islice(remaining, _PAIRS)):
        pairs = [{"bool": {"filter": [{"term": {"uri": uri}}, {"term": {"revision": at}}]}} for uri, at in chunk]
        for story in _stories(client, settings, {"bool": {"should": pairs}}, () if whole else _LARGE):
            found[story.uri, story.revision] = story
    return found


def waiting(client: Elasticsearch, settings: Settings) -> Waiting:
    """How many stories `held` gives. Raises as it does."""
    counted = {status: {"filter": {"term": {"status": status}}} for status in ("usable", "withheld")}
    with translated():
        answer = client.search(index=ledger_index(settings), size=0, query=_WAITING, aggs=counted)
    found = answer["aggregations"]
    return Waiting(found["usable"]["doc_count"], found["withheld"]["doc_count"])


def advisories(client: Elasticsearch, settings: Settings) -> Iterator[tuple[str, Story]]:
    """(name, advisory) for each name by which an advisory calls a story, the names of lifecycle/naming.py."""
    hits = _hits(client, ledger_index(settings), {"exists": {"field": "advisory"}}, [{"advisory": "asc"}])
    for hit in hits:
        for story in msgspec.convert(hit["_source"]["notices"], list[Story]):
            yield hit["_source"]["advisory"], story


def called(client: Elasticsearch, settings: Settings, names: Iterable[str]) -> dict[str, list[Life]]:
    """The stories that may be called by each of the names; absent where there is none."""
    asked, found = set(names), defaultdict[str, list[Life]](list)
    remaining = iter(sorted(asked))
    while chunk := list(islice(remaining, _CHUNK)):
        for hit in _hits(client, ledger_index(settings), {"terms": {"names": chunk}}, [{"uri": "asc"}]):
            life = msgspec.convert(hit["_source"], Life)
            for name in asked.intersection(life.names):
                found[name].append(life)
    return found


def at_revisions(client: Elasticsearch, settings: Settings, revisions: Iterable[int]) -> Iterator[Story]:
    """The versions of any story with one of these revisions, without text, findings and extra."""
    remaining = iter(sorted(set(revisions)))
    while chunk := list(islice(remaining, _CHUNK)):
        yield from _stories(client, settings, {"terms": {"revision": chunk}}, _LARGE)


def _stories(client: Elasticsearch, settings: Settings, query: Any, without: Sequence[str]) -> Iterator[Story]:
    sort = [{"revision": "asc"}, {"uri": "asc"}]
    for hit in _hits(client, history_index(settings), query, sort, [f"story.{name}" for name in without]):
        yield msgspec.convert(hit["_source"]["story"], Story)


def _free(story: Story, life: Life, now: datetime) -> bool:
    over = story.embargoed is None or story.embargoed <= now
    return story.pubstatus == "canceled" or (story.pubstatus == "usable" and over and story.revision <= life.newest)


def _versions(client: Elasticsearch, settings: Settings, uri: str) -> list[tuple[Story, bool]]:
    index = history_index(settings)
    with translated():
        client.indices.refresh(index=index)
    hits = _hits(client, index, {"term": {"uri": uri}}, [{"revision": "asc"}])
    return [(msgspec.convert(hit["_source"]["story"], Story), hit["_source"].get("shown", False)) for hit in hits]


def _hits(client: Elasticsearch, index: str, query: Any, sort: list[Any], without: Sequence[str] = ()) -> Iterator[Any]:
    after = None
    while True:
        with translated():
            answer = client.search(
                index=index, query=query, sort=sort, size=_CHUNK, search_after=after, source_excludes=list(without)
            )
        hits = answer["hits"]["hits"]
        yield from hits
        if len(hits) < _CHUNK:
            return
        after = hits[-1]["sort"]
