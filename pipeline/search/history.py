"""What the ledger and the history say, for people: what becomes of a story, its versions, and what is held."""

from collections.abc import Iterable, Iterator
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


def held(client: Elasticsearch, settings: Settings) -> Iterator[tuple[Life, Story | None]]:
    """What waits for the end of its embargo, the soonest first, and then what is withheld; with its newest version.

    For those who may see it: whose rights reach the private indices.
    """
    waiting = {"bool": {"must_not": [{"term": {"released": True}}], "filter": [{"exists": {"field": "newest"}}]}}
    query = {"bool": {"filter": [waiting], "must_not": [{"term": {"status": "canceled"}}]}}
    sort = [{"embargoed": {"order": "asc", "missing": "_last"}}, {"newest": "asc"}, {"uri": "asc"}]
    for hit in _hits(client, ledger_index(settings), query, sort):
        life = msgspec.convert(hit["_source"], Life)
        yield life, _version(client, settings, life)


def _version(client: Elasticsearch, settings: Settings, life: Life) -> Story | None:
    query = {"bool": {"filter": [{"term": {"uri": life.uri}}, {"term": {"revision": life.newest}}]}}
    found = next(_hits(client, history_index(settings), query, [{"revision": "asc"}]), None)
    return msgspec.convert(found["_source"]["story"], Story) if found else None


def _free(story: Story, life: Life, now: datetime) -> bool:
    over = story.embargoed is None or story.embargoed <= now
    return story.pubstatus == "canceled" or (story.pubstatus == "usable" and over and story.revision <= life.newest)


def _versions(client: Elasticsearch, settings: Settings, uri: str) -> list[tuple[Story, bool]]:
    index = history_index(settings)
    with translated():
        client.indices.refresh(index=index)
    hits = _hits(client, index, {"term": {"uri": uri}}, [{"revision": "asc"}])
    return [(msgspec.convert(hit["_source"]["story"], Story), hit["_source"].get("shown", False)) for hit in hits]


def _hits(client: Elasticsearch, index: str, query: Any, sort: list[Any]) -> Iterator[Any]:
    after = None
    while True:
        with translated():
            answer = client.search(index=index, query=query, sort=sort, size=_CHUNK, search_after=after)
        hits = answer["hits"]["hits"]
        yield from hits
        if len(hits) < _CHUNK:
            return
        after = hits[-1]["sort"]
