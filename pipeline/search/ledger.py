"""The ledger and the history, as the stage `publish` reads and writes them. Reads by id see what was just written.

An entry of the ledger is written only over the one that was read (compare and set), so that of two workers with the
same story one is told to read again. A version stands in the history under its uri and revision: what was shown
replaces what waited, an enrichment a lesser one, and what is stripped of its text everything. The first of equals
stays.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

import msgspec
import orjson
from elasticsearch import AsyncElasticsearch

from pipeline.errors import TerminalError, TransientError
from pipeline.life import Life
from pipeline.search.documents import as_json, document_id
from pipeline.search.failures import classify, translated
from pipeline.search.private import exact, history_index, ledger_index
from pipeline.search.writer import Document, Outcome, Seen, Written, write
from pipeline.settings import Settings
from pipeline.story import Story, tombstone

K = TypeVar("K")

Failure = TerminalError | TransientError
_STRIPPED, _SHOWN = 1 << 16, 1 << 8
_FEW, _MOST_READ = 4, 10 << 20
"""Versions that are read without asking for their sizes first; bytes of versions read at once, if it is not one."""
MOST_HELD = 64 << 20
"""Bytes of the versions of several stories that are given at once; in a worker's memory they take some times that."""
_STRIPPED_AT_ONCE, _MOST_STRIPPED = 100, 1_000
_IDENTITY = [
    f"story.{name}"
    for name in (
        "uri",
        "revision",
        "pubstatus",
        "type",
        "version",
        "versioncreated",
        "firstcreated",
        "language",
        "source",
        "ednote",
        "provenance",
    )
]
"""What is read of a version to strip it; its text is not needed for that."""


class TooMuchError(Exception):
    """These versions of several stories are too large to be given at once: ask for fewer stories."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What the ledger held of a story when it was read."""

    life: Life
    seen: Seen


@dataclass(frozen=True, slots=True)
class Version:
    """A version as the history keeps it."""

    story: Story
    shown: bool = False
    stripped: bool = False


async def entries(client: AsyncElasticsearch, settings: Settings, uris: Iterable[str]) -> dict[str, Entry]:
    """What is known of each story; absent where nothing is."""
    ids = {document_id(uri) for uri in uris}
    if not ids:
        return {}
    with translated():
        answer = await client.mget(index=ledger_index(settings), ids=sorted(ids))
    found = {}
    for each in answer["docs"]:
        if "error" in each:
            raise classify(404, each["error"])
        if each.get("found"):
            life = msgspec.convert(each["_source"], Life)
            found[life.uri] = Entry(life, Seen(each["_seq_no"], each["_primary_term"]))
    return found


async def versions(
    client: AsyncElasticsearch, settings: Settings, wanted: Iterable[tuple[str, int]]
) -> dict[tuple[str, int], Story]:
    """The versions with these uris and revisions; absent where the history has none. Raises TooMuchError."""
    owners = {_version_id(uri, revision): uri for uri, revision in wanted}
    ids, found = sorted(owners), {}
    for chunk in [ids] if len(ids) <= _FEW else _chunks(await _sizes(client, settings, ids, owners)):
        for source in (await _read(client, settings, chunk, "story")).values():
            story = msgspec.convert(source["story"], Story)
            found[story.uri, story.revision] = story
    return found


async def _sizes(
    client: AsyncElasticsearch, settings: Settings, ids: Sequence[str], owners: Mapping[str, str]
) -> dict[str, int]:
    """Bytes of each version; TooMuchError when those of several stories come to more than may be given."""
    sizes = {each: source["size"] for each, source in (await _read(client, settings, ids, "size")).items()}
    if sum(sizes.values()) > MOST_HELD and len({owners[each] for each in sizes}) > 1:
        raise TooMuchError
    return sizes


async def _read(
    client: AsyncElasticsearch, settings: Settings, ids: Sequence[str], field: str
) -> dict[str, dict[str, Any]]:
    """`field` of the versions with these ids."""
    if not ids:
        return {}
    with translated():
        answer = await client.mget(index=history_index(settings), ids=ids, source_includes=[field])
    found = {}
    for each in answer["docs"]:
        if "error" in each:
            raise classify(404, each["error"])
        if each.get("found"):
            found[each["_id"]] = each["_source"]
    return found


def _chunks(sizes: Mapping[str, int]) -> Iterator[list[str]]:
    """Ids in runs of _MOST_READ bytes: an answer is made in the engine's memory, whatever it comes to."""
    chunk: list[str] = []
    length = 0
    for each, size in sizes.items():
        if chunk and length + size > _MOST_READ:
            yield chunk
            chunk, length = [], 0
        chunk.append(each)
        length += size
    if chunk:
        yield chunk


async def keep(
    client: AsyncElasticsearch, settings: Settings, kept: Sequence[Version]
) -> dict[tuple[str, int], Failure]:
    """Write versions into the history. What could not be written, by uri and revision."""
    documents: list[Document] = []
    failed: dict[tuple[str, int], Failure] = {}
    owners = []
    for version in kept:
        key = version.story.uri, version.story.revision
        try:
            documents.append(_document(version))
            owners.append(key)
        except TerminalError as error:
            failed[key] = error
    outcomes = await write(client, history_index(settings), documents, alias=False)
    return failed | _failures(owners, outcomes)


async def enter(
    client: AsyncElasticsearch, settings: Settings, lives: Mapping[str, Life], known: Mapping[str, Entry]
) -> dict[str, Failure]:
    """Write entries into the ledger, each over the one in `known`. What could not be written, by uri."""
    documents = [
        Document(document_id(uri), 0, orjson.dumps(life), known[uri].seen if uri in known else Seen())
        for uri, life in lives.items()
    ]
    outcomes = await write(client, ledger_index(settings), documents, alias=False)
    changed = TransientError("Another worker wrote the ledger meanwhile.")
    conflicts = {uri: changed for uri, each in zip(lives, outcomes, strict=True) if each is Written.SUPERSEDED}
    return conflicts | _failures(list(lives), outcomes)


async def strip(client: AsyncElasticsearch, settings: Settings, killed: Mapping[str, int]) -> None:
    """Take the text from every version up to a revision, for good; `killed`: uri -> revision."""
    if not killed:
        return
    index = history_index(settings)
    with translated():
        await client.indices.refresh(index=index)
    uris = list(killed)
    for start in range(0, len(uris), _STRIPPED_AT_ONCE):
        await _strip(client, settings, {uri: killed[uri] for uri in uris[start : start + _STRIPPED_AT_ONCE]})


async def _strip(client: AsyncElasticsearch, settings: Settings, killed: Mapping[str, int]) -> None:
    query = {
        "bool": {
            "should": [
                {"bool": {"filter": [{"term": {"uri": uri}}, {"range": {"revision": {"lte": revision}}}]}}
                for uri, revision in killed.items()
            ],
            "minimum_should_match": 1,
            "must_not": [{"term": {"stripped": True}}],
        }
    }
    index = history_index(settings)
    while True:
        with translated():
            answer = await client.search(
                index=index,
                size=_MOST_STRIPPED,
                query=query,
                source_includes=_IDENTITY,
                allow_partial_search_results=False,
            )
        found = [msgspec.convert(hit["_source"]["story"], Story) for hit in answer["hits"]["hits"]]
        failed = await keep(client, settings, [Version(story, stripped=True) for story in found])
        if failed:
            raise next(iter(failed.values()))
        if len(found) < _MOST_STRIPPED:
            return
        with translated():
            await client.indices.refresh(index=index)


async def due(client: AsyncElasticsearch, settings: Settings, now: datetime, most: int = 500) -> list[str]:
    """The uris of held stories whose embargo is over at `now`, the longest over first."""
    waiting: list[object] = [
        {"term": {"status": "usable"}},
        {"term": {"released": False}},
        {"range": {"embargoed": {"lte": exact(now)}}},
    ]
    with translated():
        answer = await client.search(
            index=ledger_index(settings),
            size=most,
            sort=[{"embargoed": "asc"}],
            query={"bool": {"filter": waiting}},
            source_includes=["uri"],
            allow_partial_search_results=False,
        )
    return [hit["_source"]["uri"] for hit in answer["hits"]["hits"]]


def _document(version: Version) -> Document:
    story = tombstone(version.story) if version.stripped else version.story
    flags = {"shown": version.shown, "stripped": version.stripped}
    text = as_json(story, story.uri)
    source = {"uri": story.uri, "revision": story.revision, "size": len(text), "story": orjson.Fragment(text)} | flags
    order = version.stripped * _STRIPPED + version.shown * _SHOWN + story.provenance.enrichment_revision
    return Document(_version_id(story.uri, story.revision), order + 1, as_json(source, story.uri))


def _version_id(uri: str, revision: int) -> str:
    return f"{hashlib.sha256(uri.encode()).hexdigest()}:{revision}"


def _failures(owners: Sequence[K], outcomes: Sequence[Outcome]) -> dict[K, Failure]:
    pairs = zip(owners, outcomes, strict=True)
    return {owner: each for owner, each in pairs if isinstance(each, TerminalError | TransientError)}
