"""Framing that IPTC 7901 and ANPA 1312 share: SOH header STX text ETX trailer EOT, several stories a stream.

Lines of the time added fill (NUL, DEL, SYN) between and within stories and lost, doubled or invented control
characters; the rules here are which of them to believe. All work is linear in the bytes.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from pipeline.errors import TerminalError
from pipeline.formats.base import Item
from pipeline.story import Story

_FILL = b"\x00\x7f\x16"
_NEWLINES = re.compile(rb"\r*\n(?:\r+(?!\n))?|\r+")
_MARKS = re.compile(rb"[\x01\x03\x04]")
_AFTER_END = re.compile(rb"\s*(?:\x01|\Z)")
_LETTERS = re.compile(rb"[0-9A-Za-z\x80-\xff]")
_WORDS = re.compile(rb"[A-Za-z\x80-\xff]{2}")
_RUNS = re.compile(rb"([\x01-\x04])\1+")
_LONGEST_TRAILER = 200
_ORDINAL = re.compile(
    r"\b(?P<number>\d{1,2})(?:st|nd|rd|th) (?:ld|lead|update|writethru|add|take)\b"
    r"|\b(?:update|lead|ld|wrap-?up|take|add) (?P<after>\d{1,2})\b"
    r"|^(?P<german>\d{1,2})\. (?:zusammenfassung|neufassung)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One transmission, without fill and framing, its line ends as LF."""

    header: bytes
    """Before STX; empty where STX is missing: then `text` begins with the header."""
    text: bytes
    trailer: bytes
    """After ETX."""
    whole: bytes
    """The story's own bytes, which do not depend on what stands around it or on fill."""
    framed: bool
    """Whether it begins with SOH."""
    complete: bool
    """Whether ETX or EOT ended it."""


def without_fill(data: bytes) -> bytes:
    """`data` without fill, every line end (CR CR LF, CR, LF CR) as LF."""
    return _NEWLINES.sub(b"\n", data.translate(None, _FILL))


def frames(data: bytes, header: re.Pattern[bytes]) -> Iterator[Frame]:
    """The transmissions in `data` (see `without_fill`), and what stands between them, as frames without SOH.

    SOH begins a story where none is open or a `header` follows; EOT ends one after ETX or where nothing or SOH
    follows. Any other is noise.
    """
    start, open_, ended = 0, False, False
    for mark in _MARKS.finditer(data):
        at, code = mark.start(), mark[0]
        if code == b"\x03":
            ended = True
        elif code == b"\x01" and (ended or not open_ or header.match(data, at + 1)):
            yield from _frame(data[start:at])
            start, open_, ended = at, True, False
        elif code == b"\x04" and (ended or _AFTER_END.match(data, at + 1)):
            yield from _frame(data[start : at + 1])
            start, open_, ended = at + 1, False, False
    yield from _frame(data[start:])


def _frame(piece: bytes) -> Iterator[Frame]:
    whole = piece.strip(b" \t\n\x0c\x01\x04")
    if not _LETTERS.search(whole):
        return
    header, stx, text = whole.partition(b"\x02")
    if not stx:
        header, text = b"", whole
    text, etx, trailer = text.lstrip(b"\x02").partition(b"\x03")
    if len(trailer) > _LONGEST_TRAILER:  # more text: that ETX was noise
        text, _, trailer = (text + b" " + trailer).rpartition(b"\x03")
    if len(trailer) > _LONGEST_TRAILER:
        text, trailer = text + b" " + trailer, b""
    yield Frame(
        header=header,
        text=text,
        trailer=trailer.strip(b" \t\n\x0c\x03"),
        whole=_RUNS.sub(rb"\1", whole),
        framed=piece.lstrip(b" \t\n\x0c").startswith(b"\x01"),
        complete=bool(etx) or piece.endswith(b"\x04"),
    )


def stories(
    found: Iterable[Frame], item: Item, read: Callable[[Frame, Item], Story | None], name: str
) -> Iterator[Story | TerminalError]:
    """Each frame read by `read` (None: there is no text in it); what is no story of the format is an error."""
    for number, frame in enumerate(found, 1):
        where = f"number {number}"
        if not frame.framed and b"\x02" not in frame.whole:
            if _WORDS.search(frame.whole):
                yield TerminalError(
                    f"{_quoted(frame)} stands outside any {name} story: its header is missing.", item=where
                )
            continue
        try:
            story = read(frame, item)
        except (ValueError, OverflowError, RecursionError) as error:
            yield TerminalError(f"This {name} story cannot be read ({type(error).__name__}).", item=where)
            continue
        yield story or TerminalError(f"This {name} story has no text: {_quoted(frame)}.", item=where)


def _quoted(frame: Frame) -> str:
    start = frame.whole[:60].decode("ascii", "replace")
    return "'" + " ".join("".join(c if c.isprintable() else " " for c in start).split()) + "'"


def without_killed_words(data: bytes) -> bytes:
    """`data` with each CAN carried out: it deletes the word before it, back to a blank or the beginning of the line."""
    parts = data.split(b"\x18")
    kept = [part[: max(part.rfind(b" "), part.rfind(b"\n") + 1, 0)] for part in parts[:-1]]
    return b"".join([*kept, parts[-1]])


def version(signals: Iterable[str]) -> str | None:
    """The number of the version that the signals name: '3rd ld-writethru' is the 3."""
    for signal in signals:
        if found := _ORDINAL.search(signal):
            return str(int(found["number"] or found["after"] or found["german"]))
    return None
