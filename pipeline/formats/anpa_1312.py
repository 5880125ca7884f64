"""ANPA 1312, the high-speed wire service format of the American Newspaper Publishers Association (as NAA 89-3 too).

    SYN SYN SOH W2870 US asian            service level, story number, (UPI's own field), US, selector code
    r i DC3 DC1 BC-Ferry 1stLd-Writethru  11-13 1049
                                          priority, category, format, keyword, version, reference, date, words
    STX text ETX AP-WF-11-13-13 1509GMT EOT

Format: DC3 body type or DC4 agate, then DC1 text or DC2 tabular. Of the text see `anpa_text`. The number names a story
within its service level, so that the level is the channel.

Priorities and categories as The Associated Press published them for its high-speed circuits ("Filing the Wire" in its
stylebook); the urgencies are ours, on IPTC's scale, where 5 is normal:

    f flash 1, b bulletin 2, u urgent 3, r regular 5, d and h deferred 6, a weekday and s Sunday advance 7, y rerun 7

An advance is copy that must not be used yet: without a release time that is sure it is withheld.
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from typing import Any

from pipeline.errors import TerminalError
from pipeline.formats import (
    anpa_text,
    notices,
    plain_text,
    signals,
    transmission,
    transmission_times,
    wire_charset,
    wire_copy,
)
from pipeline.formats.base import Format, Guess, Item, transmission_uri
from pipeline.formats.transmission import Frame
from pipeline.story import Concept, Story

_FIRST = rb"\s*(?P<level>[A-Za-z])?(?P<number>\d{3,4})(?P<own>[^\x1f\n]{0,16})\x1f(?P<selector>[^\n\x02]{0,12})\n"
_FRAMED = re.compile(_FIRST)
_HEADER = re.compile(
    rb"\x01?" + _FIRST + rb"(?:(?P<priority>[A-Za-z]) (?P<category>[A-Za-z])"
    rb"(?P<type>[\x13\x14])?(?P<setting>[\x11\x12])? *(?P<rest>[^\n\x02]*)(?:\n|\Z))?"
)
_REST = re.compile(r"(?P<keyword>\S*)(?P<middle>.*?)\s*(?:(?<!\S)(?P<filed>\d\d-\d\d)(?:\s+(?P<words>\d{1,4}))?)?\s*$")
_VERSION = re.compile(
    r"(?:\d(?:st|nd|rd|th)|ld|lead|writethr|add|adv|take|sub|insert|update|corr|kill|hold)", re.IGNORECASE
)
_RUN_TOGETHER = re.compile(r"(?<=\d(?:st|nd|rd|th))(?=[A-Z])")
_TRANSMITTER = re.compile(r"(?P<source>[A-Z]{2,4})-[A-Z]{2}(?=-\d)")
_ADVANCE = re.compile(r"\$?adv(?:ance)?\d", re.IGNORECASE)
_KILL = re.compile(r"\b(?:kill|bust|elimination|withhold|hold)\b", re.IGNORECASE)
_HEAD = 1 << 16
_URGENCY = {"f": 1, "b": 2, "u": 3, "r": 5, "z": 5, "d": 6, "h": 6, "a": 7, "s": 7, "w": 7, "y": 7}
_CATEGORIES = {
    "a": "domestic general news", "b": "special events", "c": "features", "d": "food", "e": "entertainment",
    "f": "business and finance", "g": "state summaries", "i": "international", "j": "state headlines",
    "k": "commentary", "l": "lifestyle", "m": "farm", "n": "state and regional", "o": "weather", "p": "politics",
    "q": "sports scores", "r": "racing", "s": "sports", "t": "travel", "v": "advisories", "w": "Washington",
}  # fmt: skip


def sniff(item: Item) -> Guess:
    """SOH, a story number and the field separator US near the beginning."""
    head = transmission.without_fill(item.data[:_HEAD])
    if any(_FRAMED.match(head, found.end()) for found in re.finditer(rb"\x01", head)):
        return Guess(confidence=0.97, reason="SOH and a header of ANPA 1312")
    if _FRAMED.match(head) and b"\x02" in head[:400]:
        return Guess(confidence=0.9, reason="a header of ANPA 1312 and STX")
    return Guess(confidence=0.0, reason="no header of ANPA 1312")


def parse(item: Item) -> Iterable[Story | TerminalError]:
    """The stories of a stream. TerminalError when nothing in it is framed as a transmission."""
    data = transmission.without_fill(item.data)
    if b"\x01" not in data and b"\x02" not in data:
        raise TerminalError("This is not ANPA 1312: it has neither SOH nor STX.")
    read = partial(_story, decode=wire_charset.decoder(data, item.charset))
    return transmission.stories(transmission.frames(data, _FRAMED), item, read, "ANPA 1312")


def _story(frame: Frame, item: Item, *, decode: wire_charset.Decode) -> Story | None:
    fields, text = _header(frame, decode)
    decoded = decode(anpa_text.marked(text))
    reading = anpa_text.read(decoded.text, keyword=fields.get("keyword"), tabular=fields.get("setting") == "tabular")
    copy = reading.copy
    if not copy.paragraphs and not copy.headline and not copy.notes:
        return None
    _add_version(copy, fields)
    said = decode(frame.trailer).text.strip("<^ \n")
    sent = transmission_times.date_and_clock(said, fields.get("filed"))
    level, number = fields.pop("level", None), fields.pop("number", None)
    priority, category = fields.pop("priority", "").lower(), fields.pop("category", None)
    day = sent.time.date().isoformat() if sent else None
    story = plain_text.story(transmission_uri(item, frame.whole, level, day, number), copy, decoded)
    transmitter = _TRANSMITTER.match(said)
    made = replace(
        story,
        version=transmission.version(story.signals),
        versioncreated=sent.time if sent else None,
        urgency=_URGENCY.get(priority),
        headlines=reading.headlines,
        slugline=story.slugline or fields.get("keyword"),
        source=story.source or (transmitter["source"] if transmitter else None),
        subject=_subject(category),
        extra=_extra(frame, fields, reading, priority, said, assumed=bool(sent and sent.assumed_utc)),
        provenance=replace(story.provenance, channel=level, sequence=int(number) if number else None),
    )
    return notices.advised(made, copy.lines)


def _header(frame: Frame, decode: wire_charset.Decode) -> tuple[dict[str, str], bytes]:
    """The fields of the header by name, and the text. A header that cannot be read is the field 'header'."""
    found = _HEADER.match(frame.header or frame.text)
    if not found:
        damaged = " ".join(decode(frame.header).text.split())[:300]
        return ({"header": damaged} if damaged else {}), frame.text
    named = {name: value for name, value in found.groupdict().items() if value}
    kind, setting = named.pop("type", b""), named.pop("setting", b"")
    fields = {name: text for name, value in named.items() if (text := decode(value).text.strip())}
    fields |= {"type": {b"\x13": "body", b"\x14": "agate"}[kind]} if kind else {}
    fields |= {"setting": {b"\x11": "text", b"\x12": "tabular"}[setting]} if setting else {}
    fields |= _rest(fields.pop("rest", "")[:200])
    return fields, frame.text if frame.header else frame.text[found.end() :]


def _rest(text: str) -> dict[str, str]:
    found = _REST.match(text)
    if not found:
        return {"header": text}
    fields = {name: value for name, value in found.groupdict().items() if value}
    middle = fields.pop("middle", "").split()
    if middle and _VERSION.search(middle[0]):
        fields["version"] = middle.pop(0)
    return fields | ({"reference": " ".join(middle)} if middle else {})


def _add_version(copy: wire_copy.Copy, fields: dict[str, str]) -> None:
    """The header's version among the signals, where the keyword line has not said it in full."""
    version = fields.get("version", "")
    if _ADVANCE.match(version):
        copy.embargoed = True
    if killed := _KILL.search(version):
        copy.signals.append(anpa_text.KILLS[killed[0].lower()])
    if version and not copy.signals:
        copy.signals.extend(signals.peel(_RUN_TOGETHER.sub(" ", version))[0])


def _subject(category: str | None) -> tuple[Concept, ...]:
    if category is None:
        return ()
    return (Concept(name=_CATEGORIES.get(category.lower()), code=category, scheme="anpa-category"),)


def _extra(
    frame: Frame, fields: dict[str, str], reading: anpa_text.Reading, priority: str, said: str, *, assumed: bool
) -> dict[str, Any]:
    words = fields.pop("words", None)
    extra: dict[str, Any] = dict(fields) | reading.extra
    extra |= {"wordcount": int(words)} if words else {}
    extra |= {"priority": priority} if priority and priority not in _URGENCY else {}
    extra |= {"transmitted": said} if said else {}
    extra |= {"assumed_utc": ["versioncreated"]} if assumed else {}
    extra |= {"end_mark": " ".join(reading.copy.end_marks)} if reading.copy.end_marks else {}
    return extra | ({} if frame.complete or said else {"incomplete": "The end of this transmission is missing."})


FORMAT = Format(name="anpa1312", sniff=sniff, parse=parse)
