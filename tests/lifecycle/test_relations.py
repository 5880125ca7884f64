"""What is kept of a story, whatever the order in which its versions come."""

import itertools
import random
from dataclasses import replace
from datetime import UTC, datetime

import orjson
import pytest

from pipeline.errors import TerminalError
from pipeline.lifecycle.relations import (
    MOST_VERSIONS,
    Node,
    Record,
    decode_record,
    hours_apart,
    learned,
    node_id,
    opened,
    public_id,
    record,
    same_news,
    settled,
)
from pipeline.story import Provenance, Story

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
STORY = Story(
    uri="urn:story",
    revision=3,
    versioncreated=NOON,
    headline="Ferry runs aground off Patras",
    body_text=" ".join(f"word{number}" for number in range(80)),
    group="0123456789abcdef",
)


def versions(count: int) -> list[Record]:
    """Versions of one story, each with words of its own, newer ones later."""
    made = []
    for number in range(count):
        text = " ".join(random.Random(number).choices("abcdefghijklmnopqrstuvwxyz", k=80))
        story = replace(STORY, revision=number, versioncreated=NOON.replace(minute=number), body_text=text)
        made.append(decode_record(record(story)))
    return made


def all_learned(records: list[Record]) -> Node:
    node = None
    for each in records:
        node = learned(node, each)
    assert node
    return node


def test_a_record_says_what_is_believed_and_no_text() -> None:
    data = record(replace(STORY, provenance=Provenance(relations_revision=2)))
    said = decode_record(data)
    assert (said.uri, said.revision, said.time) == ("urn:story", 3, int(NOON.timestamp()))
    assert (said.group, said.thread, said.relations) == (STORY.group, None, 2)
    assert b"word1 word2" not in data


def test_a_story_without_any_time() -> None:
    assert decode_record(record(replace(STORY, versioncreated=None))).time == 0
    received = replace(STORY, versioncreated=None, provenance=Provenance(received=NOON))
    assert decode_record(record(received)).time == int(NOON.timestamp())


@pytest.mark.parametrize("year", [1, 1969, 9999])
def test_any_time_that_a_story_may_say(year: int) -> None:
    said = decode_record(record(replace(STORY, versioncreated=NOON.replace(year=year))))
    assert opened(orjson.loads(orjson.dumps(learned(None, said)))).first == said.time


@pytest.mark.parametrize(
    "data", [b"", b"{", b"5", b'{"uri": "x"}', b'{"uri": "x", "revision": "a", "time": 1}', b"\xff"]
)
def test_what_is_no_record(data: bytes) -> None:
    with pytest.raises(TerminalError, match="Not a record of a published story: "):
        decode_record(data)


def test_versions_in_any_order_and_twice_make_the_same_node() -> None:
    records = versions(4)
    wanted = all_learned(records)
    assert (wanted.first, wanted.last, wanted.newest) == (records[0].time, records[3].time, 3)
    assert wanted.traits == records[3].traits
    for order in itertools.permutations(records):
        assert all_learned([*order, order[0]]) == replace(wanted, bands=all_learned(list(order)).bands)
        assert set(all_learned(list(order)).bands) == set(wanted.bands)


def test_the_newest_versions_are_kept() -> None:
    node = all_learned(versions(MOST_VERSIONS + 3))
    assert [version.revision for version in node.versions] == list(range(3, MOST_VERSIONS + 3))
    assert set(node.bands) == {band for version in node.versions for band in version.fingerprint.bands}


def test_a_story_of_no_words_is_like_no_other() -> None:
    said = decode_record(record(replace(STORY, headline=None, body_text="")))
    assert said.fingerprint is None
    assert learned(None, said).versions == ()


def test_the_same_news_within_its_time_and_in_any_version() -> None:
    first, second = versions(2)
    node = all_learned([first, second])
    version = learned(None, first).versions[0]
    day = 86400
    assert same_news(version, node)
    assert same_news(replace(version, time=version.time + 7 * day), node)
    assert not same_news(replace(version, time=version.time + 7 * day + 1), node)
    assert not same_news(version, learned(None, second))


def test_settled_is_a_version_that_comes_again_for_its_group() -> None:
    first, second = versions(2)
    node = learned(None, first)
    assert settled(node, replace(first, relations=1))
    assert not settled(node, first)
    assert not settled(node, replace(second, relations=1))
    assert not settled(None, replace(first, relations=1))


def test_a_document_of_another_form_is_opened_without_what_is_compared() -> None:
    node = all_learned(versions(2))
    source = orjson.loads(orjson.dumps(node))
    assert opened(source) == node
    stripped = replace(node, versions=(), traits=None)
    assert opened(source | {"traits": {"keys": 5}}) == stripped
    assert opened(source | {"versions": [{"revision": 1}]}) == stripped


def test_hours_apart() -> None:
    early, late = (Node(uri="urn", first=first, last=last) for first, last in ((0, 3600), (3 * 3600, 9 * 3600)))
    assert hours_apart(early, late) == hours_apart(late, early) == 2
    assert hours_apart(late, late) == 0


def test_ids() -> None:
    one = node_id("urn:story")
    assert (len(one), public_id(one), public_id(None)) == (64, one[:16], None)
