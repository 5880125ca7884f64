"""IPTC Recommendation 7901, the text transmission format (https://iptc.org/standards/iptc-7901/), revisions 1 to 5.

    SOH bdt0123 4 pl 245 dpa 0456        service and its number, priority 1-6, category, words, optional information
    Verkehr/Bahn/                        keywords, split by slashes
    STX text ETX
    131137 GMT Nov 13 EOT                day and time, month, year

A story is read with SOH, STX or EOT missing or doubled too. Without any framing only where a header line stands
first and a keyword line or the time of transmission prove it. The priority becomes the urgency unchanged: both count
from 1, the most urgent. Of the text see `iptc_7901_text`.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from pipeline.errors import TerminalError
from pipeline.formats import iptc_7901_text, notices, plain_text, transmission, transmission_times, wire_charset
from pipeline.formats.base import Format, Guess, Item, transmission_uri
from pipeline.formats.transmission import Frame
from pipeline.story import Concept, Story

_HEADER = rb"[ \t]*[A-Za-z][A-Za-z-]{0,7}\d{1,5} +[1-9] +[A-Za-z]{1,4} +\d{1,5}(?=[ \n\x02]|\Z)"
_FRAMED = re.compile(_HEADER)
_LOOSE = re.compile(rb"\x01[ \t]*[A-Za-z][A-Za-z-]{0,7}\d{1,5} [^\n\x1f]{0,80}[\n\x02]")
_UNFRAMED = re.compile(rb"^[A-Za-z]{2,6}\d{3,5} [1-6] [A-Za-z]{1,3} \d{1,4}(?: [^\n\x02]{0,60})?\n", re.MULTILINE)
_DAY_TIME = rb"\d{6}[ \t]*(?:[A-Za-z]{1,4}[ \t]+)?[A-Za-z\x80-\xff]{3,4}[ \t]+\d\d(?:\d\d)?"
_ENDED = re.compile(rb"(?:\A|\n)[ \t]*(?:" + _DAY_TIME + rb"|NNNN|\./\.[A-Z/]{0,8})[\s\x03\x04]*\Z")
_TRAILER = re.compile(rb"\n[ \t]*(" + _DAY_TIME + rb")\s*\Z")
_STAMP = re.compile(rb"\[[^\]\n]{5,30}\]\s*\Z")
"""What a receiver wrote above the first story of a session: '[31-JUL-97  00:00]'."""
_PROOF = re.compile(rb"\s*[^\n]{1,200}/[ \t]*\n")
_LINE = re.compile(
    r"\s*(?P<service>[A-Za-z][A-Za-z-]{0,7}?)(?P<number>\d{1,5})(?:\s+(?P<priority>[1-9])(?!\S))?"
    r"(?:\s+(?P<category>[A-Za-z]{1,4})(?!\S))?(?:\s+(?P<words>\d{1,5})(?!\S))?(?:\s+(?P<rest>\S.*?))?\s*$"
)
_AGENCY = re.compile(r"(?:^|\s)(?P<agency>[A-Za-z][A-Za-z-]{1,9}?)[ -]\d{3,6}\b")
_HEAD = 1 << 16


def sniff(item: Item) -> Guess:
    """SOH and a header of the format near the beginning; or an unframed header line with something that proves it."""
    head = transmission.without_fill(item.data[:_HEAD])
    for found in re.finditer(rb"\x01", head):
        if _FRAMED.match(head, found.end()):
            return Guess(confidence=0.95, reason="SOH and a header of IPTC 7901")
        if _LOOSE.match(head, found.start()):
            return Guess(confidence=0.7, reason="SOH and part of a header of IPTC 7901")
    if _FRAMED.match(head.lstrip()) and b"\x02" in head[:400]:
        return Guess(confidence=0.9, reason="a header of IPTC 7901 and STX")
    if any(_proven(head, found) for found in _UNFRAMED.finditer(head)):
        return Guess(confidence=0.85, reason="an unframed header line of IPTC 7901 with its keywords or time")
    return Guess(confidence=0.0, reason="no header of IPTC 7901")


def parse(item: Item) -> Iterable[Story | TerminalError]:
    """The stories of a stream. TerminalError when nothing in it is framed as a transmission."""
    data = transmission.without_fill(item.data)
    if b"\x01" not in data and b"\x02" not in data and not any(_proven(data, at) for at in _UNFRAMED.finditer(data)):
        raise TerminalError("This is not IPTC 7901: it has neither SOH nor STX nor a header line.")
    read = partial(_story, decode=wire_charset.decoder(data, item.charset))
    found = (part for frame in transmission.frames(data, _FRAMED) for part in _parts(frame))
    return transmission.stories(found, item, read, "IPTC 7901")


def _proven(data: bytes, header: re.Match[bytes]) -> bool:
    """Whether a header line without SOH is one: it begins the data or follows an end, and keywords or a time of
    transmission follow it."""
    before = data[max(header.start() - 80, 0) : header.start()]
    if before.strip() and not _ENDED.search(before) and not _STAMP.match(before.lstrip()):
        return False
    return _PROOF.match(data, header.end()) is not None or _TRAILER.search(data[-200:]) is not None


def _parts(frame: Frame) -> Iterator[Frame]:
    """`frame`, or where it is unframed the stories that header lines begin in it."""
    if frame.framed or frame.header:
        yield frame
        return
    starts = [found.start() for found in _UNFRAMED.finditer(frame.text) if _proven(frame.text, found)]
    begun = frozenset(starts)
    for start, end in zip([0, *starts], [*starts, len(frame.text)], strict=True):
        whole = frame.text[start:end].strip()
        if whole and not _STAMP.match(whole):
            yield replace(frame, text=whole, whole=whole, framed=start in begun)


def _story(frame: Frame, item: Item, *, decode: wire_charset.Decode) -> Story | None:
    text, trailer = frame.text, frame.trailer
    if not trailer and (end := _TRAILER.search(text[-200:])):
        trailer, text = end[1], text[: len(text) - len(end[0])]
    decoded = decode(text.replace(b"\x0b", b""))
    header, keywords, body = _head_lines(decode(frame.header).text, decoded.text)
    reading = iptc_7901_text.read(body)
    copy = reading.copy
    if not copy.paragraphs and not copy.headline and not copy.notes:
        return None
    fields, extra = _fields(header)
    sent = transmission_times.day_time(said := decode(trailer).text.strip())
    extra |= {"transmitted": said} if said else {}
    extra |= {"assumed_utc": ["versioncreated"]} if sent and sent.assumed_utc else {}
    extra |= {"end_mark": " ".join(copy.end_marks)} if copy.end_marks else {}
    extra |= {} if frame.complete or sent else {"incomplete": "The end of this transmission is missing."}
    service, number = fields.get("service"), fields.get("number")
    day = sent.time.date().isoformat() if sent else None
    story = plain_text.story(transmission_uri(item, frame.whole, service, day, number), copy, decoded)
    made = replace(
        story,
        version=reading.version or transmission.version(story.signals),
        versioncreated=sent.time if sent else None,
        urgency=int(fields["priority"]) if "priority" in fields else None,
        headlines=reading.headlines,
        slugline=keywords.strip("/ ") or story.slugline,
        keywords=tuple(dict.fromkeys([*filter(None, map(str.strip, keywords.split("/"))), *copy.keywords])),
        source=story.source or _agency(fields.get("agency"), body),
        subject=_subject(fields.get("category")),
        links=reading.links,
        extra=extra,
        provenance=replace(
            story.provenance, channel=service, sequence=int(number) if number and frame.framed else None
        ),
    )
    return notices.advised(made, copy.lines, slug_names=False)  # its keywords are topics


def _head_lines(header: str, text: str) -> tuple[str, str, str]:
    """The header line, the keywords as one line, and the text."""
    if header.strip():
        first, _, rest = header.strip().partition("\n")
        return first, " ".join(rest.split()), text
    first, _, rest = text.lstrip("\x01\n ").partition("\n")
    keywords: list[str] = []
    lines = rest.lstrip("\n").split("\n", 3)
    while len(lines) > 1 and len(keywords) < 3 and len(lines[0]) <= 200 and lines[0].rstrip().endswith("/"):
        keywords.append(lines.pop(0).strip())
    return first, " ".join(keywords), "\n".join(lines)


def _fields(header: str) -> tuple[dict[str, str], dict[str, Any]]:
    """The fields of a header line by name, and what of it goes to `extra`; a header that is none goes there whole."""
    found = _LINE.match(header) if len(header) <= 300 else None
    if not found:
        return {}, {"header": " ".join(header[:300].split())} if header.strip() else {}
    fields = {name: value for name, value in found.groupdict().items() if value}
    extra: dict[str, Any] = {"wordcount": int(fields["words"])} if "words" in fields else {}
    if rest := fields.pop("rest", None):
        extra["information"] = " ".join(rest.split())
        if agency := _AGENCY.search(rest):
            fields["agency"] = agency["agency"]
    return fields, extra


def _agency(named: str | None, text: str) -> str | None:
    """The name in the optional information, where the text shows that it is the agency's."""
    return named if named and re.search(rf"\b{named}\b", text) else None


def _subject(category: str | None) -> tuple[Concept, ...]:
    if category is None:
        return ()
    return (Concept(name=_CATEGORIES.get(category.lower()), code=category, scheme="iptc7901-category"),)


_CATEGORIES = {
    "pl": "politics", "pol": "politics", "p": "politics", "w": "Washington", "a": "domestic", "i": "international",
    "wi": "business", "ec": "business", "eco": "business", "f": "finance", "fin": "finance", "ku": "culture",
    "cl": "culture", "e": "entertainment", "sp": "sport", "spo": "sport", "s": "sport", "gen": "general",
    "vm": "miscellaneous", "rs": "editorial service",
}  # fmt: skip
"""Each agency has its own: these mean the same wherever they were found."""

FORMAT = Format(name="iptc7901", sniff=sniff, parse=parse)
