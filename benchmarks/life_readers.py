"""What readers of the topics and of the index can see, held against what was fed: see benchmarks/lives.py."""

import time
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from elasticsearch import Elasticsearch, helpers

from benchmarks.life_script import Script, words
from pipeline.audit import audit
from pipeline.bus.admin import Lag, lags
from pipeline.bus.reader import read
from pipeline.errors import TransientError
from pipeline.flow import FLOW
from pipeline.messages import Message
from pipeline.search.client import connect
from pipeline.search.history import held
from pipeline.search.private import history_index
from pipeline.search.setup import live_alias
from pipeline.settings import Settings
from pipeline.story import Story, decode
from pipeline.topics import EVENTS, STORIES

Seen = dict[str, tuple[int, str]]
"""By uri the revision that is seen, and the word that its text says."""


def at_rest(settings: Settings, seconds: float) -> bool:
    """Wait until no stage has anything to do and no embargo that is over waits; False when `seconds` are not enough."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            before, waiting, after = _lags(settings), _waiting(settings), _lags(settings)
        except TransientError:
            continue
        # Nothing came to any topic while all groups were asked: a message cannot have slipped from one to the next.
        if before == after and not waiting and not any(lag.behind for lag in after):
            return True
        time.sleep(0.3)
    return False


def _lags(settings: Settings) -> list[Lag]:
    return lags(settings, {stage.group: tuple(source.topic for source in stage.reads) for stage in FLOW})


def _waiting(settings: Settings) -> bool:
    now = datetime.now(UTC)
    with connect(settings) as client:
        return any(life.embargoed and life.embargoed <= now for life, _ in held(client, settings))


@dataclass(frozen=True, slots=True)
class View:
    """What stands in the public places at one moment, and everything that ever was sent to readers."""

    searched: Mapping[str, Any]
    """Documents behind the alias of what may be seen, by uri."""
    indexed: Mapping[str, Any]
    """All documents of the public index, by uri."""
    topic: Mapping[str, Story]
    """The last message of each story in wire.stories."""
    sent: tuple[Message, ...]
    """Every message of wire.stories and wire.events, in the order of its partition."""


def look(settings: Settings, ours: Container[bytes]) -> View:
    """Read it all, and of the topics the messages with `ours` as their key: others may have sent what is no story."""
    sent = tuple(message for message in read(settings, STORIES, EVENTS) if message.key in ours)
    last = {message.key: message for message in sent if message.topic == STORIES}
    stories = (decode(message.value) for message in last.values())
    with connect(settings) as client:
        client.indices.refresh(index=settings.index)
        return View(
            searched=_documents(client, live_alias(settings)),
            indexed=_documents(client, settings.index),
            topic={story.uri: story for story in stories},
            sent=sent,
        )


def _documents(client: Elasticsearch, index: str) -> dict[str, Any]:
    hits = helpers.scan(client, index=index, query={"query": {"match_all": {}}, "version": True})
    return {hit["_source"]["uri"]: hit["_source"] for hit in hits}


def differences(script: Script, settings: Settings) -> tuple[View, list[str]]:
    """What readers see, and everything that is not as it must be, each as a sentence; to be asked at rest."""
    ours = {uri.encode() for uri in script.reference.versions}
    now, view = datetime.now(UTC), look(settings, ours)
    found = [*_unlike(script, view, now), *_leaks(script, view, settings, now), *_unaccounted(settings)]
    return view, list(dict.fromkeys(found))


def _unlike(script: Script, view: View, now: datetime) -> Iterator[str]:
    """Where readers see something else than the reference."""
    reference = script.reference
    wanted = {uri: (number, _word(text)) for uri, (number, text) in reference.visible(now).items()}
    ours = reference.versions.keys()
    topic = {uri: story for uri, story in view.topic.items() if uri in ours and story.pubstatus == "usable"}
    documents = {uri: view.searched[uri] for uri in ours & view.searched.keys() if _public(view.searched[uri])}
    searched = {uri: (document["revision"], _word(document["body_text"])) for uri, document in documents.items()}
    published = {uri: (story.revision, _word(story.body_text)) for uri, story in topic.items()}
    yield from _unequal("searches", searched, wanted)
    yield from _unequal("wire.stories", published, wanted)
    for uri in topic.keys() & searched.keys():
        grouped = view.indexed[uri].get("group"), view.indexed[uri].get("thread")
        if grouped != (topic[uri].group, topic[uri].thread):
            yield f"{uri} has the group and thread {grouped} in the index, and others in wire.stories."
    for uri in reference.versions:
        newest = reference.newest(uri)
        if newest and newest.pubstatus == "canceled":
            where = view.topic.get(uri), view.indexed.get(uri)
            if where[0] is None or where[0].pubstatus != "canceled" or (where[1] or {}).get("pubstatus") != "canceled":
                yield f"{uri} is killed, and no tombstone stands in its place."


def _public(document: Mapping[str, Any]) -> bool:
    """Whether it is a story, and no tombstone."""
    return bool(document["pubstatus"] == "usable")


def _unequal(where: str, found: Seen, wanted: Seen) -> Iterator[str]:
    for uri in found.keys() | wanted.keys():
        if found.get(uri) != wanted.get(uri):
            yield f"{where}: {uri} is {found.get(uri)} instead of {wanted.get(uri)}."


def _word(text: str) -> str:
    return next(words(text.encode()), "")


def _leaks(script: Script, view: View, settings: Settings, now: datetime) -> Iterator[str]:
    """Texts that stand, or ever stood, where they may not."""
    for message in view.sent:
        for word in words(message.value):
            if reason := _too_soon(script.versions[word], message.timestamp):
                yield f"{message.coordinates} has a text of {_name(script, word)} that {reason}."
    visible, gone = script.reference.visible(now), _gone(script)
    public = {f"wire.stories, {uri}": orjson.dumps(story) for uri, story in view.topic.items()}
    public |= {f"the index, {uri}": orjson.dumps(document) for uri, document in view.indexed.items()}
    for where, data in public.items():
        for word in words(data):
            story = script.versions[word]
            if reason := _hidden(story, visible, gone, now):
                yield f"At rest {where} has a text of {_name(script, word)} that {reason}."
    with connect(settings) as client:
        for hit in helpers.scan(client, index=history_index(settings)):
            for word in words(orjson.dumps(hit["_source"])):
                if script.versions[word].revision <= gone.get(script.versions[word].uri, -1):
                    yield f"The history has a text of {_name(script, word)} that is killed."


def _too_soon(story: Story, sent: datetime) -> str:
    """Why readers might not be sent a text then."""
    if story.pubstatus != "usable":
        return f"is {story.pubstatus}"
    # Kafka's timestamps are whole milliseconds, rounded down.
    if story.embargoed and sent + timedelta(milliseconds=1) < story.embargoed:
        return f"was sent at {sent} and is under embargo until {story.embargoed}"
    return ""


def _hidden(story: Story, visible: Mapping[str, Any], gone: Mapping[str, int], now: datetime) -> str:
    if story.uri not in visible:
        return "is of a story that may not be seen"
    if story.revision <= gone.get(story.uri, -1):
        return "is killed"
    return _too_soon(story, now)


def _gone(script: Script) -> dict[str, int]:
    """The latest kill of each story."""
    found: dict[str, int] = {}
    for uri, revision in script.reference.killed():
        found[uri] = max(revision, found.get(uri, -1))
    for uri in script.reference.versions:
        newest = script.reference.newest(uri)
        if newest and newest.pubstatus == "canceled":
            found[uri] = max(newest.revision, found.get(uri, -1))
    return found


def _name(script: Script, word: str) -> str:
    story = script.versions[word]
    return f"{story.uri} version {story.version} ({story.pubstatus}, revision {story.revision}, {word})"


def _unaccounted(settings: Settings) -> Iterator[str]:
    """What the audit does not account for."""
    for each in audit(settings).unaccounted:
        yield f"The audit: {each.message}: {each.reason}"


def told(script: Script, settings: Settings, uri: str) -> Iterator[str]:
    """What was fed of a story and what was sent to its readers, for who looks for the cause of a difference."""
    versions = {story.revision: _name(script, word) for word, story in script.versions.items() if story.uri == uri}
    for send in script.fed.get(uri, ()):
        revision = int(send.headers["name"])
        yield f"fed to {send.topic}: {versions.get(revision, revision)}"
    for message in read(settings, STORIES):
        if message.key == uri.encode():
            story = decode(message.value)
            made = story.provenance.relations_revision
            yield (
                f"{message.coordinates} {message.timestamp:%H:%M:%S.%f} {story.revision} {story.pubstatus} "
                f"{_word(story.body_text)} relations {made}"
            )
