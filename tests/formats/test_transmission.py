"""What IPTC 7901 and ANPA 1312 share: framing, times of transmission, character sets; and what they must not claim."""

import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.formats import anpa_1312, iptc_7901, transmission, transmission_times, wire_charset
from pipeline.formats.base import Item
from pipeline.formats.registry import read

MB = 1 << 20
CASES = Path(__file__).parent / "cases"
IPTC = (
    b"\x01eca0071 4 i 45 ccccb   agt 071\r\n\r\nPeru/\r\n"
    b"\x02Head =\r\n\r\nLima (Agency) - Text.\r\n\x03131137 GMT Nov 13\r\n\x04"
)
ANPA = (
    b"\x16\x16\x01W2870\x1fasian\nr i\x13\x11 BC-Kite     11-13 0009\n"
    b"\x02^BC-Kite,9<\n^Head<\n\t   LIMA (MN) _ Text.\n\x03MN-WF-11-13-13 1509GMT<\n\x04"
)


@pytest.mark.parametrize(
    ("said", "time_", "assumed"),
    [
        ("131137 GMT Nov 13", "2013-11-13T11:37:00+00:00", False),
        ("071341 GMT Okt 15 ", "2015-10-07T13:41:00+00:00", False),
        ("122141 MEZ Mär 24", "2024-03-12T20:41:00+00:00", False),
        ("091223 dec 18", "2018-12-09T12:23:00+00:00", True),
        ("310001 JUL 1997", "1997-07-31T00:01:00+00:00", True),
        ("010000 GMT Jan 69", "1969-01-01T00:00:00+00:00", False),
        ("010000 GMT janv 68", "2068-01-01T00:00:00+00:00", False),
    ],
)
def test_day_and_time(said: str, time_: str, assumed: bool) -> None:
    sent = transmission_times.day_time(said)
    assert sent
    assert (sent.time.isoformat(), sent.assumed_utc) == (time_, assumed)


@pytest.mark.parametrize(
    "said",
    [
        "",
        "131137",
        "131137 GMT",
        "131137 GMT Foo 13",
        "331137 GMT Nov 13",
        "132537 GMT Nov 13",
        "131137 XYZ Nov 13",
        "Nov 13",
    ],
)
def test_no_day_and_time(said: str) -> None:
    assert transmission_times.day_time(said) is None


@pytest.mark.parametrize(
    ("said", "filed", "time_"),
    [
        ("MN-WF-11-13-13 1509GMT<", None, "2013-11-13T15:09:00+00:00"),
        ("MN-NY-04-05-94 1420EDT", None, "1994-04-05T18:20:00+00:00"),
        ("16:35GMT 31-10-14", None, "2014-10-31T16:35:00+00:00"),
        ("16:35 09-09-14", None, "2014-09-09T16:35:00+00:00"),
        ("KWS-21:37-09-12-18", "04-28", "2018-09-12T21:37:00+00:00"),
        ("KWS-21:37-09-12-18", "28-04", "2018-12-09T21:37:00+00:00"),
        ("25-10-15 09-24-33", None, "2015-10-25T09:24:00+00:00"),
        ("KWS-21:37-09-12-18", None, None),
        ("KWS-21:37-09-12-18", "09-12", None),
        ("16:35ET 31-10-14", None, None),
        ("MN-WF 1509GMT", None, None),
        ("MN-WF-13-13-13 1509GMT", None, None),
        ("11-31-13 1509GMT", None, None),
    ],
)
def test_date_and_clock(said: str, filed: str | None, time_: str | None) -> None:
    """Nothing is guessed: neither which number is the month, nor a zone that summer time may have moved."""
    sent = transmission_times.date_and_clock(said, filed)
    assert (sent.time.isoformat() if sent else None) == time_


@pytest.mark.parametrize(
    ("declared", "data", "text"),
    [
        ("din_66003", b"f}r [gypten: Fu~", "für Ägypten: Fuß"),
        ("ISO646-SE", b"}ker och [ngar", "åker och Ängar"),
        ("iso646-no", b"bl}b{r p| [", "blåbær pø Æ"),
        ("iso646-fr", b"{t{ @ No|l", "été à Noùl"),
        ("iso646-es", b"ma|ana [", "mañana ¡"),
        ("iso646-it", b"citt{", "città"),
        ("iso646-gb", b"#5", "£5"),
        ("ISO_6937", b"\xaaf\xc8ur\xba caf\xc2e \xc8A \xfb \xe9 \xbd \xcbc \xcaa", "“für” café Ä ß Ø ½ ç å"),
        ("cp850", "für".encode("cp850"), "für"),
        ("latin-1", b"caf\xe9 \x93x\x94", "café “x”"),
        ("latin-1", "café".encode(), "café"),
        (None, b"Le f\xc8uhrt caf\xc2e", "Le führt café"),
        (None, "für Müller".encode("cp850"), "für Müller"),
        (None, b"a { b } c [d] e | f ~ g und der die", "a { b } c [d] e | f ~ g und der die"),
        (None, "Ángel está en Ávila".encode("latin-1"), "Ángel está en Ávila"),
        (None, "Hélène\xa0Corbett, Ça va".encode("latin-1"), "Hélène\xa0Corbett, Ça va"),
        (None, "“smart” café’s – end".encode("cp1252"), "“smart” café’s – end"),
    ],
)
def test_character_sets(declared: str | None, data: bytes, text: str) -> None:
    assert wire_charset.decoder(data, declared)(data).text == text


def test_a_story_in_utf_8_among_others() -> None:
    decode = wire_charset.decoder(b"caf\xe9 and more caf\xe9", None)
    assert decode("naïve café".encode()).text == "naïve café"
    assert decode(b"caf\xe9").text == "café"


@pytest.mark.parametrize("data", [IPTC, ANPA], ids=["iptc7901", "anpa1312"])
@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"\x16\x16\x00" + data + b"\x7f\x04\x04",
        lambda data: data.replace(b"\x02", b"\x02\x02").replace(b"\x03", b"\x03\x03"),
        lambda data: data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\r\n"),
        lambda data: data.replace(b"Text", b"Te\x00\x7fx\x16t"),
        lambda data: b"\n\n" + data.rstrip(b"\x04") + b"\n\n",
        lambda data: data.replace(b"\x01", b"\x01\x01"),
    ],
)
def test_a_story_is_the_same_however_its_line_was(data: bytes, damage: Callable[[bytes], bytes]) -> None:
    clean, damaged = read(Item(data=data)), read(Item(data=damage(data)))
    assert damaged.stories == clean.stories
    assert not damaged.errors


@pytest.mark.parametrize("data", [IPTC, ANPA], ids=["iptc7901", "anpa1312"])
def test_the_same_story_in_any_stream(data: bytes) -> None:
    (alone,) = read(Item(data=data)).stories
    stream = read(Item(data=data.replace(b"Text", b"Other") + b"\r\n" + data + data.replace(b"Text", b"Third")))
    assert len(stream.stories) == 3
    assert stream.stories[1].uri == alone.uri
    assert stream.stories[1].body_text == "Text."


def test_frames_say_whether_they_are_complete() -> None:
    data = transmission.without_fill(IPTC + IPTC[:-30])
    assert [frame.complete for frame in transmission.frames(data, re.compile(rb"eca"))] == [True, False]


@pytest.mark.parametrize(
    "text",
    [
        b"Gate12 4 men 300 miles from home\n\nLIMA (Agency) - Four men left.\n",
        b"2024 was a year of 4 storms and 300 floods.\n\nLIMA (Agency) - Text.\n",
        b"131137 GMT Nov 13\n\nLIMA (Agency) - Text.\n",
        b"bdt0123 4 pl 245\n\nLIMA (Agency) - Text without keywords.\n",
        b"LIMA (Agency) - Text.\n\nabc123 4 a 245\nLIMA/\nText.\n",
        b"r i BC-Kite 11-13 0009\n^Head<\n",
        b"\x01\x02\x03\x04 only controls",
    ],
)
def test_what_is_no_transmission_is_not_taken_for_one(text: bytes) -> None:
    assert iptc_7901.sniff(Item(data=text)).confidence == 0
    assert anpa_1312.sniff(Item(data=text)).confidence == 0


def test_neither_format_takes_the_other_for_its_own() -> None:
    for path in sorted((CASES / "anpa1312").glob("*.txt")):
        assert iptc_7901.sniff(Item(data=path.read_bytes())).confidence == 0
    for path in sorted((CASES / "iptc7901").glob("*.txt")):
        assert anpa_1312.sniff(Item(data=path.read_bytes())).confidence == 0


@pytest.mark.parametrize("format_", ["iptc7901", "anpa1312"])
def test_text_without_framing_is_refused_with_a_sentence(format_: str) -> None:
    reading = read(Item(data=b"LIMA (Agency) - Text.", format=format_))
    assert not reading.stories
    assert reading.errors[0].cause.startswith("This is not ")


def _filled(start: bytes, rest: bytes) -> bytes:
    return start + rest * (10 * MB // len(rest) - 1)


BIG: dict[str, bytes] = {
    "iptc wrapped": _filled(IPTC[:50], b"the minister of the interior said on Tuesday that the river had risen\n"),
    "iptc noise": _filled(IPTC[:50], b"a\x01b\x03c\x04"),
    "anpa uneven rows": ANPA[:50] + b"\x08" + b"a\x1f" * (2 * MB) + b"\n" + b"\x08a\x1fb\n" * MB,
    "anpa open line": _filled(ANPA[:50] + b"^", b"a\n"),
}


@pytest.mark.parametrize("data", BIG.values(), ids=BIG)
def test_ten_megabytes_in_bounded_time(data: bytes) -> None:
    started = time.process_time()
    reading = read(Item(data=data))
    assert reading.stories
    assert time.process_time() - started < 10
