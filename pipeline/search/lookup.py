"""Stories by their uri, as they were written a moment ago: these requests do not wait for a refresh."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any

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


def get(client: Elasticsearch, settings: Settings, uri: str) -> Story | Held | None:
    """The story, whole; None when there is none to be seen. Raises OperatorError when there is no index.

    A killed story is its tombstone. One that was seen and may not be seen now is Held.
    """
    with translated():
        answer = client.options(ignore_status=404).get(index=settings.index, id=document_id(uri))
    if "error" in answer:
        raise classify(404, answer["error"])
    if not answer.get("found"):
        return None
    story = story_of(answer["_source"])
    reason = _why_held(story, datetime.now(UTC))
    return Held(story.uri, reason) if reason else story


def _why_held(story: Story, now: datetime) -> str | None:
    if story.pubstatus == "withheld":
        since = story.versioncreated or story.provenance.received
        # The mark of what is under embargo has no note.
        why = (
            f"it is withheld. {' '.join(story.ednote.split())}" if story.ednote else "it is withheld, or under embargo."
        )
        return f"The story {story.uri} was seen and may not be seen{_since(since)}: {why}"
    if story.pubstatus == "usable" and story.embargoed and story.embargoed > now:
        return f"The story {story.uri} is under embargo until {story.embargoed.isoformat(timespec='minutes')}."
    return None


def _since(time: datetime | None) -> str:
    return f" since {time:%Y-%m-%d %H:%M %Z}" if time else " now"


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
        found |= _versions(answer["docs"], chunk)
    return found


def _versions(documents: Iterable[Mapping[str, Any]], uris: Mapping[str, str]) -> dict[str, int]:
    for each in documents:
        if "error" in each:
            raise classify(404, each["error"])
    return {uris[each["_id"]]: each["_version"] for each in documents if "_version" in each}


def count(client: Elasticsearch, settings: Settings, *, live: bool = False) -> int:
    """Stories in the index, tombstones included, or only those that may be seen; as of the last refresh (1 s)."""
    with translated():
        return int(client.count(index=live_alias(settings) if live else settings.index)["count"])


async def standing(client: AsyncElasticsearch, settings: Settings, uris: Iterable[str]) -> dict[str, int]:
    """As `versions`, for a batch of the index stage."""
    ids = {document_id(uri): uri for uri in uris}
    if not ids:
        return {}
    with translated():
        answer = await client.mget(
            index=settings.index, ids=list(ids), source=False, filter_path="docs._id,docs._version,docs.error"
        )
    return _versions(answer["docs"], ids)
