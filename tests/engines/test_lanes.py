"""Live before bulk, and what is under embargo until its time."""

from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest

from benchmarks.corpus import items
from pipeline.bus.reader import read
from pipeline.messages import Send
from pipeline.search.client import connect
from pipeline.search.documents import document_id
from pipeline.search.setup import live_alias
from pipeline.settings import Settings
from pipeline.story import decode
from pipeline.topics import EVENTS, PARSED_BULK, RAW_BULK, STORIES
from tests.engines.support import audit, caught_up, eventually, indexed, put, wire

pytestmark = pytest.mark.engines

BULK = 300
"""So many that most are still to be enriched when the live story comes, however fast the machine."""


def searchable(settings: Settings, uri: str) -> bool:
    """Whether a search finds the story now."""
    with connect(settings) as client:
        query = {"ids": {"values": [document_id(uri)]}}
        return int(client.count(index=live_alias(settings), query=query)["count"]) == 1


def behind(settings: Settings, topic: str) -> int:
    """What `wire status` says of a topic."""
    status = orjson.loads(wire(settings, "status", "--json").out)
    (lag,) = (lag for lag in status["lags"] if lag["topic"] == topic)
    return int(lag["behind"])


def item(uri: str, **fields: Any) -> bytes:
    text = "LIMA (Agency) - Miners met President Ana Quispe in Lima on Tuesday. Police killed two of them on Monday."
    return orjson.dumps({"uri": uri, "headline": "Miners meet president", "body_text": text, "language": "en"} | fields)


def test_a_live_story_does_not_wait_for_the_backfill(running: Settings) -> None:
    """By the order in which stories are published: how fast the machine is changes nothing."""
    corpus = items(BULK, seed=11)
    put(running, (Send(topic=RAW_BULK, key=None, value=each.data, headers={"name": each.name}) for each in corpus))
    eventually(lambda: behind(running, PARSED_BULK))
    fed = datetime.now(UTC)
    assert wire(running, "feed", "-", stdin=item("urn:lanes:live")).code == 0
    eventually(lambda: searchable(running, "urn:lanes:live"))
    audit(running)
    published = {message.key: message.timestamp for message in read(running, STORIES) if message.timestamp >= fed}
    live = published.pop(b"urn:lanes:live")
    assert sum(timestamp > live for timestamp in published.values()) > BULK / 2


def published(settings: Settings) -> set[tuple[str, str]]:
    """uri and status of what wire.stories has of the stories under embargo."""
    found = [decode(message.value) for message in read(settings, STORIES) if b"urn:embargo:" in message.value]
    return {(story.uri, story.pubstatus) for story in found}


def test_an_embargo_ends_by_itself_unless_the_story_is_killed(running: Settings) -> None:
    before = audit(running)
    until = datetime.now(UTC) + timedelta(seconds=10)
    free, killed = "urn:embargo:free", "urn:embargo:killed"
    held = {"embargoed": until.isoformat(), "version": "1"}
    assert wire(running, "feed", "-", stdin=item(free, **held) + b"\n" + item(killed, **held)).code == 0
    assert wire(running, "feed", "-", stdin=item(killed, pubstatus="canceled", version="2")).code == 0
    caught_up(running)
    assert indexed(running, free) is None
    found = searchable(running, free)
    assert not found or datetime.now(UTC) > until  # on a slow machine it may be too late to look
    eventually(lambda: searchable(running, free))
    assert datetime.now(UTC) > until
    eventually(lambda: (free, "usable") in published(running))
    assert published(running) == {(free, "usable"), (killed, "canceled")}
    assert killed.encode() not in {message.key for message in read(running, EVENTS)}
    assert not searchable(running, killed)
    assert audit(running)["messages"] == before["messages"] + 3
