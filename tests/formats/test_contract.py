"""What every format promises, whatever the bytes: a story or an error, never an exception, in bounded time."""

import random
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.errors import TerminalError
from pipeline.formats import registry
from pipeline.formats.base import Format, Item, Reading
from pipeline.formats.registry import FORMATS, MOST_ERRORS, MOST_PARTS, read
from pipeline.story import Story, decode, encode

SECONDS_FOR_10_MB = 10
"""Processor time, the bound for the largest item that is parsed (settings: max_item_mb); usual is 0.5 to 4."""
MB = 1 << 20
CASES = Path(__file__).parent / "cases"
SAMPLES = sorted(path for path in CASES.glob("*/*") if not path.name.endswith(".expected.json"))

HOSTILE: dict[str, bytes] = {
    "empty": b"",
    "white space": b" \r\n\t ",
    "nul": b"\0",
    "nuls": b"\0" * 10_000,
    "controls": bytes(range(32)) * 100,
    "every byte": bytes(range(256)),
    "high bytes": bytes(range(128, 256)) * 10,
    "brackets": b"[" * 100_000,
    "braces": b"{" * 100_000,
    "nested arrays": b"[" * 100_000 + b"]" * 100_000,
    "nested objects": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "nested in a field": b'{"uri":"x","headline":"y","z":' + b"[" * 900 + b"]" * 900 + b"}",
    "nested markup": b'{"uri":"x","body_xhtml":"' + b"<div>" * 50_000 + b"text" + b'"}',
    "entity bomb": b'{"uri":"x","body_xhtml":"<!DOCTYPE x [<!ENTITY a \\"b\\"><!ENTITY b \\"&a;&a;\\">]><p>&b;</p>"}',
    "external entity": b'{"uri":"x","body_xhtml":"<!DOCTYPE x SYSTEM \\"file:///etc/passwd\\"><p>&x;</p>"}',
    "huge number": b'{"uri":"x","headline":"y","version":' + b"9" * 100_000 + b"}",
    "huge exponent": b'{"uri":"x","headline":"y","urgency":1e999999,"z":-1e400}',
    "not a number": b'{"uri":"x","headline":"y","urgency":NaN,"charcount":Infinity}',
    "lone surrogates": rb'{"uri":"\ud800","headline":"\udfff","body_text":"\ud83d"}',
    "duplicate keys": b'{"uri":"x","uri":"y","headline":"z"}',
    "empty keys": b'{"":"","uri":"","headline":" ","body_text":"a"}',
    "json string": b'"just a string"',
    "json null": b"null",
    "many values": b"1 " * 200_000,
    "many bad lines": b'{"a":}\n' * 50_000,
    "truncated utf-8": "Peru’s congress".encode()[:-14],
    "utf-16 without its last byte": "LIMA (Agency) - Text.".encode("utf-16")[:-1],
    "utf-32": "LIMA (Agency) - Text.".encode("utf-32"),
    "byte order mark only": b"\xef\xbb\xbf",
    "png": b"\x89PNG\r\n\x1a\n" + b"\0" * 100,
    "pdf": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj",
    "zip": b"PK\x03\x04" + bytes(100),
    "elf": b"\x7fELF\x02\x01\x01" + bytes(100),
    "html": b"<!DOCTYPE html><html><body><p>Text</p></body></html>",
    "xml": b'<?xml version="1.0"?><newsItem/>',
    "commas": b"," * 10_000,
    "quotes": b'"' * 10_000,
    "one word": b"x",
    "dashes": b"LIMA " + b"- " * 5_000,
    "cities": b"LIMA/" * 5_000 + b" (Agency) - Text.",
    "authors": b"By " + b"Ana Ruiz, " * 5_000,
    "credits": b"Text.\n" + b"(Reporting by Ana Ruiz; " * 5_000,
    "signals": b"UPDATE 2-" * 5_000,
    "blanks": b"LIMA" + b" " * 50_000 + b"(Agency) - Text.",
    "escape": b"LIMA (Agency) - \x1b[31mred\x1b]0;title\x07 text.",
}


def total(reading: Reading) -> Reading:
    """`reading`, held to the promises on every reading."""
    assert reading.stories or reading.errors
    for story in reading.stories:
        assert decode(encode(story)) == replace(story, extra=decode(encode(story)).extra)
        assert not set(map(ord, story.body_text + (story.headline or ""))) & {
            *range(9),
            *range(11, 32),
            *range(127, 160),
        }
        if story.advisory is not None:
            assert story.pubstatus != "usable" or story.advisory.kind == "release"
            assert not story.body_text or story.dateline or story.byline or story.provenance.format == "story"
    for error in reading.errors:
        assert error.cause[:1].isupper() or error.cause[:1] == "'"
        assert error.cause.endswith((".", "…"))
        assert len(error.cause) < 500
        error.cause.encode()
    return reading


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("format_", [None, *FORMATS], ids=lambda format_: format_.name if format_ else "detected")
def test_hostile_items(format_: Format | None, data: bytes) -> None:
    started = time.process_time()
    total(read(Item(data=data, format=format_.name if format_ else None)))
    assert time.process_time() - started < 5


@pytest.mark.parametrize("format_", FORMATS, ids=lambda format_: format_.name)
@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE)
def test_sniffing_is_pure_and_bounded(format_: Format, data: bytes) -> None:
    guess = format_.sniff(Item(data=data))
    assert 0 <= guess.confidence <= 1
    assert guess.reason
    assert guess == format_.sniff(Item(data=data))


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_reading_twice_gives_the_same(path: Path) -> None:
    item = Item(data=path.read_bytes())
    first, second = read(item), read(item)
    assert first.stories == second.stories
    assert [(error.cause, error.item) for error in first.errors] == [
        (error.cause, error.item) for error in second.errors
    ]


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
@pytest.mark.parametrize("fixed", [False, True], ids=["detected", "fixed"])
def test_truncated_at_every_byte(path: Path, fixed: bool) -> None:
    data = path.read_bytes()
    for end in range(0, len(data), 1 if len(data) < 500 else 7):
        total(read(Item(data=data[:end], format=path.parent.name if fixed else None)))


@pytest.mark.parametrize("format_", [None, *FORMATS], ids=lambda format_: format_.name if format_ else "detected")
def test_random_bytes(format_: Format | None) -> None:
    seeded = random.Random(3)
    for size in (1, 2, 3, 5, 8, 40, 400, 4000):
        for _ in range(20):
            total(read(Item(data=seeded.randbytes(size), format=format_.name if format_ else None)))


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_damaged_bytes(path: Path) -> None:
    seeded = random.Random(path.stem)
    for _ in range(30):
        data = bytearray(path.read_bytes())
        for _ in range(seeded.randint(1, 8)):
            data[seeded.randrange(len(data))] = seeded.randrange(256)
        total(read(Item(data=bytes(data))))


BIG: dict[str, Callable[[], bytes]] = {
    "one line": lambda: b"LIMA (Agency) - " + b"word " * (2 * MB),
    "one word": lambda: b"w" * (10 * MB),
    "short lines": lambda: b"a b\n" * (10 * MB // 4),
    "wrapped lines": lambda: (
        b"the minister of the interior said on Tuesday that the river had risen\n" * (10 * MB // 70)
    ),
    "blank lines": lambda: b"\n" * (10 * MB - 1) + b"a",
    "blanks": lambda: b"a" + b" " * (10 * MB - 2) + b"b",
    "rows of a table": lambda: b"Copper    9,120   +1.2\n" * (10 * MB // 23),
    "credits": lambda: b"Text.\n" + b"(Reporting by Ana Ruiz; Editing by Jane Roe)\n" * (10 * MB // 45),
    "high bytes": lambda: b"\xe9t\xe9 " * (10 * MB // 4),
    "json text": lambda: b'{"uri":"x","body_text":"' + b"word " * (2 * MB) + b'"}',
    "json lines": lambda: b'{"uri":"x","headline":"a","body_text":"' + b"word " * 2_000 + b'"}\n' * 1,
    "json objects": lambda: b"[" + b'{"uri":"x","headline":"a"},' * (MB // 27) + b"{}]",
    "json brackets": lambda: b"[" * (10 * MB),
    "json in a list": lambda: b'{"uri":"x","headline":"a","subject":[' + b'{"name":"a"},' * (MB // 2) + b"7]}",
    "tags": lambda: b'{"uri":"x","body_xhtml":"' + b"<p>a</p>" * MB + b'"}',
    "open tags": lambda: b'{"uri":"x","body_xhtml":"' + b"<b>" * (3 * MB) + b'"}',
    "cells": lambda: b'{"uri":"x","body_xhtml":"<table>' + b"<td>a" * (2 * MB) + b'"}',
    "comments": lambda: b'{"uri":"x","body_xhtml":"' + b"<!--" * (2 * MB) + b'"}',
}


@pytest.mark.parametrize("make", BIG.values(), ids=BIG)
def test_ten_megabytes_in_bounded_time(make: Callable[[], bytes]) -> None:
    data = make()
    started = time.process_time()
    total(read(Item(data=data)))
    assert time.process_time() - started < SECONDS_FOR_10_MB


@pytest.mark.parametrize(
    ("item", "cause"),
    [
        (Item(data=b""), "This item holds nothing."),
        (Item(data=b" \n\0"), "This item holds nothing but white space."),
        (Item(data=b"\x89PNG\r\n\x1a\n\0\0"), "This item looks like a PNG image, which no format here reads."),
        (Item(data=b"%PDF-1.4", format="text"), "This is a PDF document, not text."),
        (Item(data=b"LIMA - Text.", format="ninjs"), "This is not ninjs: it is not JSON, but looks like plain text."),
        (Item(data=b"LIMA - Text.", format="morse"), "There is no format 'morse'; the formats are story, ninjs, "),
        (Item(data=b"--- ---"), "This text has neither a letter nor a digit in it."),
        (Item(data=b"<?xml version='1.0'?><a/>"), "This item looks like XML, which no format here reads."),
        (Item(data=b"[]"), "There is no story in this ninjs item."),
        (
            Item(data=b'{"uri": "x",\n "headline": "y'),
            'This is not valid JSON. It is cut off at line 2, column 14, near \': "x",  "headline": "y\': Unte',
        ),
    ],
)
def test_sentences(item: Item, cause: str) -> None:
    (error,) = read(item).errors
    assert error.cause.startswith(cause)
    assert read(item).stories == ()


def test_wrong_label_is_read_when_it_is_text() -> None:
    """A feed that says text and sends JSON: the text format reads it as it is told, and nothing is lost."""
    reading = read(Item(data=b'{"headline": "Ferry sinks"}', format="text"))
    assert "Ferry sinks" in f"{reading.stories[0].headline} {reading.stories[0].body_text}"


@pytest.mark.parametrize("failure", [ValueError("bad"), RecursionError("deep"), MemoryError(), KeyError("x")])
def test_a_fault_of_a_parser_costs_only_its_item(monkeypatch: pytest.MonkeyPatch, failure: Exception) -> None:
    def parse(_: Item) -> list[Story | TerminalError]:
        raise failure

    monkeypatch.setattr(registry, "FORMATS", (replace(FORMATS[0], parse=parse),))
    (error,) = read(Item(data=b'{"uri": "x"}', format=FORMATS[0].name)).errors
    assert type(failure).__name__ in error.cause
    assert FORMATS[0].name in error.cause


def test_an_invalid_story_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    bad = replace(FORMATS[0], parse=lambda _: [Story(uri="x", urgency=77), Story(uri="", headline="\ud800")])
    monkeypatch.setattr(registry, "FORMATS", (bad,))
    reading = read(Item(data=b"{}", format=bad.name))
    assert (len(reading.stories), len(reading.errors)) == (0, 2)


def test_an_item_cannot_cause_more_stories_than_the_limit() -> None:
    one = b'{"uri": "x", "headline": "a"}\n'
    assert len(read(Item(data=one * MOST_PARTS)).stories) == MOST_PARTS
    reading = read(Item(data=one * (MOST_PARTS + 1)))
    assert len(reading.stories) == MOST_PARTS
    assert [error.cause for error in reading.errors] == [
        "This item holds more than 10,000 stories; the others are not read."
    ]


def test_errors_beyond_the_limit_are_counted() -> None:
    bad = MOST_ERRORS + 7
    reading = read(Item(data=b'{"uri": "y"}\n' * bad + b'{"uri": "x", "headline": "a"}\n'))
    assert len(reading.stories) == 1
    assert len(reading.errors) == MOST_ERRORS + 1
    assert reading.errors[-1].cause == "In this item 7 more could not be read."
