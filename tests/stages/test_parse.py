"""parse: one message of wire.raw, and everything it causes."""

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from pipeline.formats.base import Item
from pipeline.messages import Message
from pipeline.stages.parse import parse, parse_item
from pipeline.story import Lane, Story, Target, decode, encode
from pipeline.topics import DEAD_LETTER, MEGABYTE, PARSED, PARSED_BULK, PARSED_URGENT, RAW

ARRIVED = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
TEXT = b"LIMA (Agency) - Miners in Peru went on strike on Tuesday.\n\nThe union said it would talk.\n"
NINJS = {"uri": "urn:x:1", "version": "2", "versioncreated": "2026-11-24T09:00:00Z", "headline": "A", "body_text": "B."}


def message(value: bytes, **headers: str) -> Message:
    return Message(topic=RAW, partition=1, offset=7, timestamp=ARRIVED, key=b"k", value=value, headers=headers)


def story(value: bytes, lane: Lane = "live", **headers: str) -> Story:
    (send,) = parse(message(value, **headers), lane, MEGABYTE).sends
    parsed = decode(send.value)
    assert send.key == parsed.uri.encode()
    return parsed


def test_a_story_says_which_bytes_it_comes_from() -> None:
    parsed = story(TEXT, feed="north", name="a.txt", received="2026-11-24T08:00:00+00:00")
    provenance = parsed.provenance
    assert (provenance.feed, provenance.lane, provenance.format) == ("north", "live", "text")
    assert provenance.received == datetime(2026, 11, 24, 8, tzinfo=UTC)
    assert provenance.raw is not None
    assert (provenance.raw.topic, provenance.raw.partition, provenance.raw.offset) == (RAW, 1, 7)
    assert provenance.raw.size == len(TEXT)


@pytest.mark.parametrize("received", ["", "yesterday", "2026-11-24T08:00:00", "\ufffd"])
def test_a_time_of_arrival_that_is_none_is_the_brokers(received: str) -> None:
    assert story(TEXT, received=received).provenance.received == ARRIVED


def test_the_same_bytes_again_are_the_same_story_whenever_they_come() -> None:
    first, second = story(TEXT, received="2026-11-24T08:00:00Z"), story(TEXT, received="2026-11-25T08:00:00Z")
    assert (first.uri, first.revision) == (second.uri, second.revision)


def test_without_version_and_time_a_known_story_is_ordered_by_arrival() -> None:
    bare = orjson.dumps({"uri": "urn:x:1", "headline": "A", "body_text": "B."})
    first, second = story(bare, received="2026-11-24T08:00:00Z"), story(bare, received="2026-11-25T08:00:00Z")
    assert first.revision < second.revision


@pytest.mark.parametrize(
    ("claimed", "taken"),
    [
        ("2026-11-25T09:30:00+00:00", "2026-11-25T09:30:00+00:00"),  # a zone left out of the time
        ("2026-11-25T09:30:01+00:00", "2026-11-24T09:30:00+00:00"),
        ("2062-11-24T09:00:00+00:00", "2026-11-24T09:30:00+00:00"),
    ],
)
def test_a_version_time_far_ahead_of_the_clock_blocks_no_later_version(claimed: str, taken: str) -> None:
    said = story(orjson.dumps(NINJS | {"versioncreated": claimed}))
    assert said.versioncreated == datetime.fromisoformat(taken)
    assert said.extra == ({} if claimed == taken else {"claimed_versioncreated": claimed})
    in_two_days = story(
        orjson.dumps(NINJS | {"versioncreated": "2026-11-26T09:00:00Z"}), received="2026-11-26T09:00:00Z"
    )
    assert said.revision < in_two_days.revision
    exported = story(encode(said), received="2099-01-01T00:00:00Z")
    assert (exported.revision, exported.versioncreated) == (said.revision, said.versioncreated)


FLASH, RESTRICTED, KILLED = {"urgency": 1}, {"pubstatus": "withheld"}, {"pubstatus": "canceled"}
KILL_NOTE = b"Editors: kill BC-Peru-Strike (W7788).\n"
HOLD_NOTE = b"Editors: please withhold BC-Peru-Strike.\n"
RELEASE_NOTE = b"HOLD RELEASED: Miners go on strike\n\nIt is right.\n"


@pytest.mark.parametrize(
    ("said", "lane", "topic"),
    [
        ({}, "live", PARSED),
        ({}, "bulk", PARSED_BULK),
        (FLASH, "live", PARSED_URGENT),
        (FLASH, "bulk", PARSED_BULK),  # the flashes of an archive are no news
        (RESTRICTED, "live", PARSED_URGENT),
        (RESTRICTED, "bulk", PARSED_URGENT),
        (KILLED, "live", PARSED_URGENT),
        (KILLED, "bulk", PARSED_URGENT),
        (FLASH | KILLED, "bulk", PARSED_URGENT),
    ],
)
def test_what_overtakes_and_what_stays_in_its_lane(said: dict[str, Any], lane: Lane, topic: str) -> None:
    (send,) = parse(message(orjson.dumps(NINJS | said)), lane, MEGABYTE).sends
    assert send.topic == topic
    assert decode(send.value).provenance.lane == lane


@pytest.mark.parametrize("lane", ["live", "bulk"])
@pytest.mark.parametrize(("value", "kind"), [(KILL_NOTE, "kill"), (HOLD_NOTE, "withhold"), (RELEASE_NOTE, "release")])
def test_what_it_says_of_other_stories_overtakes_even_from_an_archive(value: bytes, kind: str, lane: Lane) -> None:
    (send,) = parse(message(value), lane, MEGABYTE).sends
    assert send.topic == PARSED_URGENT
    advisory = decode(send.value).advisory
    assert advisory is not None
    assert advisory.kind == kind


def test_an_advisory_that_kills_keeps_whom_it_names_and_none_of_its_text() -> None:
    parsed = story(KILL_NOTE)
    assert parsed.pubstatus == "canceled"
    assert parsed.advisory is not None
    assert parsed.advisory.targets == (Target(channel="W", sequence=7788, slugline="BC-Peru-Strike"),)
    assert (parsed.headline, parsed.body_text, parsed.slugline) == (None, "", None)


def test_a_kill_keeps_nothing_that_it_says() -> None:
    killed = story(orjson.dumps(NINJS | {"pubstatus": "canceled", "ednote": "Wrong.", "keywords": ["secret"]}))
    assert (killed.pubstatus, killed.ednote) == ("canceled", "Wrong.")
    assert (killed.headline, killed.body_text, killed.keywords, dict(killed.extra)) == (None, "", (), {})


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (b"", "nothing"),
        (b'{"uri": ', "JSON"),
        (b"\x89PNG\r\n\x1a\n" + b"\x00" * 30, "PNG"),
        (b"x" * MEGABYTE + b"x", "MiB"),
    ],
)
def test_what_cannot_be_read_is_a_dead_letter_with_a_sentence(value: bytes, says: str) -> None:
    (letter,) = parse(message(value, name="a.bin"), "live", MEGABYTE).sends
    assert letter.topic == DEAD_LETTER
    assert letter.value == value
    assert says in letter.headers["cause"]
    assert (letter.headers["stage"], letter.headers["read-from"]) == ("parse", f"{RAW}/1/7")
    assert letter.headers["original.name"] == "a.bin"


def test_bad_stories_cost_one_dead_letter_and_not_their_neighbours() -> None:
    items = [NINJS, {"uri": "urn:x:2"}, {"uri": "urn:x:3"}, NINJS | {"uri": "urn:x:4"}]
    value = orjson.dumps(items)
    *stories, letter = parse(message(value), "live", MEGABYTE).sends
    assert [decode(send.value).uri for send in stories] == ["urn:x:1", "urn:x:4"]
    assert "urn:x:2" in letter.headers["cause"]
    assert "urn:x:3" in letter.headers["cause"]
    assert letter.value == value


def test_a_uri_without_end_is_none() -> None:
    value = orjson.dumps([NINJS | {"uri": "u" * 2_048}, NINJS | {"uri": "u" * 2_049}])
    taken, letter = parse(message(value), "live", MEGABYTE).sends
    assert taken.key == b"u" * 2_048
    assert letter.topic == DEAD_LETTER
    assert "A uri of 2,049 characters is none" in letter.headers["cause"]


def test_without_a_server_the_same_comes_out() -> None:
    (parsed,) = parse_item(Item(data=TEXT, feed="north")).stories
    assert (parsed.uri, parsed.revision) == (story(TEXT, feed="north").uri, 0)
