"""What is no story, put straight into each topic between good neighbours, and keys, headers and stories of all kinds:
each costs itself and nothing else."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from kafka.admin import ConfigResource, ConfigResourceType

from pipeline.bus.admin import admin, ensure
from pipeline.settings import Settings
from pipeline.story import Entity, Span, Story, encode
from pipeline.topics import (
    ENRICHED,
    ENRICHED_BULK,
    FINGERPRINTS,
    MEGABYTE,
    ORDERS,
    PARSED,
    PARSED_BULK,
    PARSED_URGENT,
    RAW,
    STORIES,
)
from tests.engines.support import audit, caught_up, indexed, letters, write

pytestmark = pytest.mark.engines

POISON: dict[str, bytes | None] = {
    "garbage": b"\xff\x00\xfegarbage",
    "empty": b"",
    "null": None,
    "an object": b"{}",
    "a list": b"[1, 2]",
    "no uri": b'{"uri": ""}',
    "wrong types": b'{"uri": 1, "body_text": []}',
    "half a story": b'{"uri": "urn:half", "headline": "A str',
    "depth": b'{"uri": "urn:deep", "extra": ' + b"[" * 5_000,
    "revision": b'{"uri": "urn:r", "revision": -1}',
    "a revision beyond 47 bits": b'{"uri": "urn:r", "revision": 140737488355328}',
    "a lone surrogate": b'{"uri": "urn:s", "headline": "\\ud800"}',
}


def story(uri: str, **fields: Any) -> Story:
    body = "LIMA, Peru: Miners met President Ana Quispe in Lima on Tuesday. The strike goes on."
    return Story(uri=uri, headline=f"Story {uri}", body_text=body, language="en", **fields)


def topic_test(settings: Settings, topic: str, stage: str, **fields: Any) -> None:
    stories = [story(f"urn:{topic}:{number}", **fields) for number in range(len(POISON) + 1)]
    values: list[bytes | None] = [encode(stories[0])]
    for good, bad in zip(stories[1:], POISON.values(), strict=True):
        values += [bad, encode(good)]
    placed = write(settings, topic, *values, key=b"\xff poison")
    caught_up(settings)
    found = {letter.headers["read-from"]: letter for letter in letters(settings, stage=stage)}
    for each in stories:
        assert indexed(settings, each.uri)
    for value, place in zip(values[1::2], placed[1::2], strict=True):
        letter = found[f"{topic}/0/{place.offset}"]
        assert letter.value == (value or b"")
        assert letter.headers["cause"].startswith(("Not valid JSON", "Not a Story"))
        assert letter.headers["cause"].endswith(".")


TOPICS = [
    (PARSED, "enrich"),
    (PARSED_URGENT, "enrich"),
    (PARSED_BULK, "enrich"),
    (ENRICHED, "publish"),
    (ENRICHED_BULK, "publish"),
    (STORIES, "index"),
]


@pytest.mark.parametrize(("topic", "stage"), TOPICS)
def test_poison_costs_itself_alone(running: Settings, topic: str, stage: str) -> None:
    topic_test(running, topic, stage)


@pytest.mark.parametrize(("topic", "stage"), [(ORDERS, "publish"), (FINGERPRINTS, "relate")])
def test_poison_among_orders_and_records(running: Settings, topic: str, stage: str) -> None:
    placed = write(running, topic, *POISON.values(), key=b"\xff poison")
    caught_up(running)
    found = {letter.headers["read-from"]: letter for letter in letters(running, stage=stage)}
    for value, place in zip(POISON.values(), placed, strict=True):
        letter = found[f"{topic}/0/{place.offset}"]
        assert letter.value == (value or b"")
        assert letter.headers["cause"].startswith("Not ")
        assert letter.headers["cause"].endswith(".")


def test_headers_keys_and_times_of_all_kinds(running: Settings) -> None:
    odd: list[dict[str, Any]] = [
        {"headers": [("feed", b"\xff\xfe"), ("name", b""), ("format", b""), ("received", b"yesterday"), ("", b"\0")]},
        {"headers": [("feed", b"a"), ("feed", b"b"), ("received", b"9999-12-31T23:59:59+00:00")]},
        {"headers": [("received", b"0001-01-01T00:00:00+14:00"), ("name", b"x" * 100_000)]},
        {"headers": [("charset", b"rot13"), ("name", "Лима\n\x1b[31m".encode())]},
        {"headers": [("format", b"no such format")]},
        {"key": b""},
        {"key": b"k" * 100_000},
        {"timestamp_ms": 0},
        {"timestamp_ms": int(datetime(2026, 1, 1, tzinfo=UTC).timestamp() * 1000)},
        {"timestamp_ms": int((datetime.now(UTC) + timedelta(minutes=50)).timestamp() * 1000)},
    ]
    for number, given in enumerate(odd):
        write(running, RAW, f"LIMA (Agency) - Miners held strike number {number}.".encode(), **given)
    report = audit(running)
    assert report["messages"] >= len(odd)


def test_stories_of_odd_shape_are_indexed(running: Settings) -> None:
    mention = Span(text="Lima", start=0, end=4)
    crowd = [Entity(name=f"Person {n}", type="person", mentions=(mention,)) for n in range(5_000)]
    odd = [
        story("urn:" + "long" * 2_500),
        story("urn:\N{SNOWMAN}/?#&=%20 \n\x00\"'<>"),
        story("urn:crowd", entities=tuple(crowd)),
        story("urn:future", versioncreated=datetime(9999, 12, 31, 23, 59, tzinfo=UTC)),
        story("urn:past", versioncreated=datetime(1, 1, 1, tzinfo=UTC), firstcreated=datetime(1, 1, 1, tzinfo=UTC)),
        story("urn:extra", extra={"a": {"b" * 1_000: [{"c": 1}, "d" * 40_000, None]}, "": 1e308, "n": 2**53}),
        story("urn:keywords", keywords=tuple(f"keyword {n}" for n in range(20_000))),
        replace(story("urn:line"), body_text="word " * 200_000, headline="h" * 100_000, slugline="s" * 40_000),
    ]
    write(running, PARSED, *map(encode, odd), key=b"k")
    caught_up(running)
    for each in odd:
        assert indexed(running, each.uri), each.uri[:50]


def test_what_a_topic_does_not_take_is_a_dead_letter(running: Settings) -> None:
    with admin(running) as client:
        client.alter_configs([ConfigResource(ConfigResourceType.TOPIC, ENRICHED, {"max.message.bytes": "200000"})])
    noise = random.Random(1).randbytes(MEGABYTE).hex()
    large = replace(story("urn:large"), body_text=noise)
    small = [story(f"urn:small:{number}") for number in range(2)]
    (_, place, _) = write(running, PARSED, encode(small[0]), encode(large), encode(small[1]), key=b"k")
    try:
        caught_up(running)
    finally:
        ensure(running)
    (letter,) = letters(running, read_from=f"{PARSED}/0/{place.offset}")
    assert letter.value == encode(large)
    assert letter.headers["cause"].startswith("wire.enriched takes no message of this size")
    assert all(indexed(running, each.uri) for each in small)
