"""Plain wire text: headline, slug line, byline, dateline, paragraphs and credit lines, told apart by their form."""

import re
from collections.abc import Iterable
from dataclasses import replace

from pipeline.errors import TerminalError
from pipeline.formats import notices, signatures, text_stream, wire_copy
from pipeline.formats.base import Format, Guess, Item, Text, content_uri
from pipeline.formats.charset import decode
from pipeline.formats.signals import is_kill
from pipeline.story import PubStatus, Story

_KILL = re.compile(r"\b(?:kill|withdraw|withdrawn|retract|retracted|disregard|do not use)\b", re.IGNORECASE)


def sniff(item: Item) -> Guess:
    """Any text that no other format claims may be plain wire text."""
    looks = signatures.describe(item.data)
    return Guess(confidence=0.3 if looks == "plain text" else 0.0, reason=f"looks like {looks}")


def parse(item: Item) -> Iterable[Story | TerminalError]:
    """One story, or several where that is sure (see `text_stream`). TerminalError when the item is binary or has no
    text."""
    if name := signatures.binary(item.data):
        raise TerminalError(f"This is {name}, not text.")
    text = decode(item.data, item.charset)
    if not any(map(str.isalnum, text.text)):
        raise TerminalError("This text has neither a letter nor a digit in it.")
    parts = text_stream.split(text.text, item.data, text.charset)
    if len(parts) == 1:
        return [_numbered(content_uri(item), parts[0], text)]
    return (_numbered(content_uri(item, part.strip().encode("utf-8", "replace")), part, text) for part in parts)


def _numbered(uri: str, part: str, text: Text) -> Story:
    """The story in `part`, with the number that its message has where it begins with one."""
    body, channel, number = text_stream.message_number(part)
    copy = wire_copy.read(body, with_headline=True)
    read = story(uri, copy, replace(text, replacements=part.count("\ufffd")))
    numbered = replace(read, provenance=replace(read.provenance, channel=channel, sequence=number))
    return notices.advised(numbered, copy.lines)


def story(uri: str, copy: wire_copy.Copy, text: Text) -> Story:
    """The story that a piece of copy is; `text` is what it was read from."""
    status = publication_status(copy)
    return Story(
        uri=uri,
        pubstatus=status,
        embargoed=copy.embargo,
        signals=wire_copy.all_signals(copy),
        headline=copy.headline,
        slugline=copy.slugline,
        byline=copy.byline,
        creditline=wire_copy.joined(copy.credits),
        located=wire_copy.located(copy),
        dateline=copy.dateline,
        authors=tuple(copy.authors),
        source=wire_copy.agency(copy),
        keywords=tuple(copy.keywords),
        ednote=wire_copy.joined(_notice(copy) if status == "canceled" else copy.notes),
        copyrightnotice=wire_copy.joined(copy.copyright),
        body_text="\n\n".join(copy.paragraphs),
        extra={"end_mark": " ".join(copy.end_marks)} if copy.end_marks else {},
        provenance=text.provenance(),
    )


def publication_status(copy: wire_copy.Copy) -> PubStatus:
    """Canceled where the copy calls itself a kill; withheld where it is embargoed until nobody knows when."""
    if is_kill(wire_copy.all_signals(copy)):
        return "canceled"
    return "withheld" if copy.embargoed and copy.embargo is None else "usable"


def _notice(copy: wire_copy.Copy) -> list[str]:
    """Which story a kill is about, and what it tells editors: all that is kept of it."""
    told = [paragraph for paragraph in copy.paragraphs if _KILL.search(paragraph)]
    return [*filter(None, [copy.slugline]), *copy.notes, *told]


FORMAT = Format(name="text", sniff=sniff, parse=parse)
