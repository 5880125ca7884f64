"""The items of a NewsML-G2 message that is not well-formed, each read by itself: one broken item must not cost the
others."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.errors import TerminalError
from pipeline.formats import xml
from pipeline.formats.charset import clean

_TAG = re.compile(r"<(?P<end>/?)(?P<name>(?:[A-Za-z_][\w.-]{0,40}:)?(?:newsItem|packageItem))(?=[\s/>])")
_MESSAGE = re.compile(r"<(?P<name>(?:[A-Za-z_][\w.-]{0,40}:)?newsMessage)(?:\s[^<>]{0,4000})?>")
_HEADER = re.compile(r"<(?P<name>(?:[A-Za-z_][\w.-]{0,40}:)?header)(?:\s[^<>]{0,1000})?>")
_POSITION = re.compile(r" \(line \d+, column \d+\)")
_HEAD = 1 << 16
_LONGEST_HEADER = 4096
"""Characters of a header: it is read with each item anew."""
_GUID = re.compile(r"""\bguid\s*=\s*["']([^"'<>]{1,1000})["']""")


@dataclass(frozen=True, slots=True)
class Broken:
    """An item that cannot be read."""

    error: TerminalError


def pieces(text: str, error: TerminalError) -> Iterator[xml.Element | Broken]:
    """The items in `text`, which as a whole has this `error`: elements within a message of their own, with the
    namespaces of the whole one. Raises `error` where `text` is no message of several items."""
    found = _MESSAGE.search(text[:_HEAD])
    spans = list(_spans(text, found.end())) if found else []
    if not found or not spans:
        raise error
    begin, end = found[0] + _header(text[found.end() : spans[0].start][:_LONGEST_HEADER]), f"</{found['name']}>"
    if begin != found[0] and isinstance(_item(begin + end), TerminalError):
        begin = found[0]
    for span in spans:
        piece = text[span]
        read = _item(f"{begin}{piece}{end}")
        if isinstance(read, TerminalError):
            guid = _GUID.search(piece[:2000])
            cause = _POSITION.sub("", read.cause)  # it would be that in the piece
            yield Broken(TerminalError(cause, item=clean(guid[1]) if guid else None))
        else:
            yield read


def _header(text: str) -> str:
    """The header of the message."""
    found = _HEADER.search(text)
    end = text.find(f"</{found['name']}>", found.end()) if found else -1
    return text[found.start() : end] + f"</{found['name']}>" if found and end >= 0 else ""


def _item(message: str) -> xml.Element | TerminalError:
    """The last element in `message`."""
    try:
        return xml.fragment(message)[-1]
    except TerminalError as error:
        return error
    except IndexError:
        return TerminalError("There is nothing in this message.")


def _spans(text: str, start: int) -> Iterator[slice]:
    """From the beginning of each item to its end, or to the beginning of the next, or to the end of the text."""
    begins: int | None = None
    for tag in _TAG.finditer(text, start):
        if begins is not None:
            ends = text.find(">", tag.end()) + 1 if tag["end"] else tag.start()
            yield slice(begins, ends or len(text))
        begins = None if tag["end"] else tag.start()
    if begins is not None:
        yield slice(begins, len(text))
