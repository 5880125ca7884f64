"""Advisories that name stories in words, kept beside the ledger so that they also reach what comes after them.

The two sides cannot miss one another: an advisory is noted before it looks for the stories it names, and a story is
entered into the ledger before it looks for advisories that name it. One of them sees the other, whoever is first.
"""

import hashlib
from collections.abc import Iterable
from datetime import datetime

import msgspec
import orjson
from elasticsearch import AsyncElasticsearch

from pipeline.errors import TransientError
from pipeline.search.documents import HASHED
from pipeline.search.failures import classify, translated
from pipeline.search.private import exact, ledger_index
from pipeline.search.writer import Document, Seen, Written, write
from pipeline.settings import Settings
from pipeline.story import Story

MOST = 50
"""Advisories kept under one name, and stories found by one name."""
_TRIES = 10


async def note(client: AsyncElasticsearch, settings: Settings, name: str, advisory: Story) -> None:
    """Keep `advisory` under the name by which it calls a story."""
    for _ in range(_TRIES):
        noted, seen = (await _read(client, settings, [name])).get(name, ([], Seen()))
        if any((each.uri, each.revision) == (advisory.uri, advisory.revision) for each in noted):
            return
        newest = sorted([*noted, advisory], key=lambda each: each.revision)[-MOST:]
        document = Document(_id(name), 0, orjson.dumps({"advisory": name, "notices": newest}), seen)
        (outcome,) = await write(client, ledger_index(settings), [document], alias=False)
        if outcome is Written.INDEXED:
            return
        if isinstance(outcome, Exception):
            raise outcome
    raise TransientError("Other workers note advisories of the same name all the time.")


async def noted(client: AsyncElasticsearch, settings: Settings, names: Iterable[str]) -> dict[str, list[Story]]:
    """The advisories that call a story by each of `names`; absent where there is none."""
    return {name: stories for name, (stories, _) in (await _read(client, settings, names)).items()}


async def called(
    client: AsyncElasticsearch, settings: Settings, name: str, sent: tuple[datetime, datetime]
) -> list[str]:
    """The uris of stories sent between the two times that may be called `name`, newest first, at most MOST."""
    index = ledger_index(settings)
    earliest, latest = map(exact, sent)
    within: list[object] = [{"term": {"names": name}}, {"range": {"time": {"gte": earliest, "lte": latest}}}]
    with translated():
        await client.indices.refresh(index=index)
        answer = await client.search(
            index=index,
            size=MOST,
            sort=[{"time": "desc"}],
            query={"bool": {"filter": within}},
            source_includes=["uri"],
            allow_partial_search_results=False,
        )
    return [hit["_source"]["uri"] for hit in answer["hits"]["hits"]]


async def _read(
    client: AsyncElasticsearch, settings: Settings, names: Iterable[str]
) -> dict[str, tuple[list[Story], Seen]]:
    ids = sorted({_id(name) for name in names})
    if not ids:
        return {}
    with translated():
        answer = await client.mget(index=ledger_index(settings), ids=ids)
    found = {}
    for each in answer["docs"]:
        if "error" in each:
            raise classify(404, each["error"])
        if each.get("found"):
            source = each["_source"]
            stories = msgspec.convert(source["notices"], list[Story])
            found[source["advisory"]] = stories, Seen(each["_seq_no"], each["_primary_term"])
    return found


def _id(name: str) -> str:
    """No uri's: those that begin like this are hashed themselves."""
    return f"{HASHED}{hashlib.sha256(name.encode()).hexdigest()}:advisory"
