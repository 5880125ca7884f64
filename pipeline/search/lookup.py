"""Stories by their uri, as they were written a moment ago: these requests do not wait for a refresh."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice

from elasticsearch import AsyncElasticsearch, Elasticsearch

from pipeline.search.documents import document_id, story_of
from pipeline.search.failures import classify, translated
from pipeline.search.setup import live_alias
from pipeline.settings import Settings
from pipeline.story import Story

_CHUNK = 1_000


@dataclass(frozen=True, slots=True)
class Held:
    """A story that is there and may not be seen."""

    uri: str
    reason: str
    """A sentence."""


def get(client: Elasticsearch, settings: Settings, uri: str, *, privileged: bool = False) -> Story | Held | None:
    """The story, whole; None when there is none. Raises OperatorError when there is no index.

    A killed story is its tombstone. One that is withheld or under embargo is Held, unless `privileged`.
    """
    with translated():
        answer = client.options(ignore_status=404).get(index=settings.index, id=document_id(uri))
    if "error" in answer:
        raise classify(404, answer["error"])
    if not answer.get("found"):
        return None
    story = story_of(answer["_source"])
    reason = None if privileged else _why_held(story, datetime.now(UTC))
    return Held(story.uri, reason) if reason else story


def _why_held(story: Story, now: datetime) -> str | None:
    if story.pubstatus == "withheld":
        return f"The story {story.uri} is withheld by its agency."
    if story.pubstatus == "usable" and story.embargoed and story.embargoed > now:
        return f"The story {story.uri} is under embargo until {story.embargoed.isoformat(timespec='minutes')}."
    return None


def versions(client: Elasticsearch, settings: Settings, uris: Iterable[str]) -> dict[str, int]:
    """The version of each story's document, also of those that may not be seen; absent where there is none.

    Raises OperatorError when there is no index.
    """
    found: dict[str, int] = {}
    remaining = iter(dict.fromkeys(uris))
    while chunk := {document_id(uri): uri for uri in islice(remaining, _CHUNK)}:
        with translated():
            answer = client.mget(
                index=settings.index, ids=list(chunk), source=False, filter_path="docs._id,docs._version,docs.error"
            )
        for each in answer["docs"]:
            if "error" in each:
                raise classify(404, each["error"])
            if "_version" in each:
                found[chunk[each["_id"]]] = each["_version"]
    return found


def count(client: Elasticsearch, settings: Settings, *, live: bool = False) -> int:
    """Stories in the index, tombstones included, or only those that may be seen; as of the last refresh (1 s)."""
    with translated():
        return int(client.count(index=live_alias(settings) if live else settings.index)["count"])


async def due(client: AsyncElasticsearch, settings: Settings, now: datetime, most: int = 100) -> list[Story]:
    """Held stories whose embargo is over at `now`, the longest over first: what is to be published."""
    with translated():
        answer = await client.search(
            index=settings.index,
            size=most,
            sort=[{"embargoed": "asc"}],
            query={
                "bool": {
                    "filter": [
                        {"term": {"held": True}},
                        {"term": {"pubstatus": "usable"}},
                        {"range": {"embargoed": {"lte": now.isoformat()}}},
                    ]
                }
            },
        )
    return [story_of(hit["_source"]) for hit in answer["hits"]["hits"]]
