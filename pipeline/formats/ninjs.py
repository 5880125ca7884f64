"""IPTC ninjs 1.0 to 1.6, 2.0 to 2.2, 3.0 and 3.1 (https://iptc.org/std/ninjs/), as agencies write it.

A field of the wrong type costs only itself: its value goes to the story's `extra`, as does everything that has no
field in a Story, under its own name. The exception is what could release a story too soon: a publication status or
an embargo that cannot be understood withholds the story.
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from itertools import chain, islice
from typing import Any

import orjson

from pipeline.errors import TerminalError
from pipeline.formats import (
    bylines,
    ninjs_2,
    ninjs_links,
    ninjs_parts,
    ninjs_texts,
    notices,
    signals,
    signatures,
    wire_copy,
)
from pipeline.formats.base import Format, Guess, Item, content_uri
from pipeline.formats.charset import decode
from pipeline.formats.json_values import values
from pipeline.formats.ninjs_envelopes import unwrapped
from pipeline.formats.ninjs_parts import Fields
from pipeline.formats.publication import STATUSES
from pipeline.story import Provenance, PubStatus, Story

_KEYS = re.compile(
    rb'"(?:uri|headline|body_text|body_xhtml|body_html|versioncreated|pubstatus|slugline|urgency|byline|located|description_text'
    rb"|firstcreated|infosource|copyrightholder|representationtype|usageterms|ednote|headlines|bodies|descriptions"
    rb"|contentcreated|infosources|(?:version|first|content)Created|pubStatus|edNote|infoSources|usageTerms"
    rb'|copyrightHolder|representationType|embargoedUntil)"\s*:'
)


def sniff(item: Item) -> Guess:
    """JSON with field names of ninjs near its beginning."""
    head = item.data[: 1 << 16].replace(b"\x00", b"")
    if signatures.describe(head) != "JSON":
        return Guess(confidence=0.0, reason="not JSON")
    keys = set(_KEYS.findall(head))
    if keys:
        version = ninjs_2.version(head)
        reason = f"JSON with fields of ninjs{f' {version}' if version else ''}"
        return Guess(confidence=min(0.7 + 0.1 * len(keys), 1.0), reason=reason)
    return Guess(confidence=0.4, reason="JSON")


def parse(item: Item) -> Iterable[Story | TerminalError]:
    """The stories of a ninjs object, an array of them, several one after another or one a line, or in an envelope."""
    looks = signatures.describe(item.data)
    if looks != "JSON":
        raise TerminalError(f"This is not ninjs: it is not JSON, but looks like {looks}.")
    text = decode(item.data, item.charset)
    provenance = text.provenance()
    found = (one for value in values(text.text) for one in unwrapped(value))
    first = list(islice(found, 2))
    several = len(first) > 1
    return (
        _read(value, item, number, provenance, several=several) for number, value in enumerate(chain(first, found), 1)
    )


def _read(value: Any, item: Item, number: int, provenance: Provenance, *, several: bool) -> Story | TerminalError:
    if isinstance(value, TerminalError):
        return value
    where = f"number {number}" if several else None
    if not isinstance(value, dict):
        return TerminalError(f"This is JSON, but no ninjs object: it is {ninjs_parts.kind(value)}.", item=where)
    fields = Fields(*ninjs_2.as_ninjs_1(value))
    uri = fields.text("uri")
    try:
        if uri is None:
            uri = content_uri(replace(item, data=_canonical(value)) if several else item)
        return _story(uri, fields, provenance)
    except TerminalError as error:
        return TerminalError(error.cause, item=uri or where)
    except (ValueError, TypeError, OverflowError, RecursionError) as error:
        return TerminalError(
            f"This ninjs object cannot be read ({type(error).__name__}: {str(error)[:100]}).", item=uri or where
        )


def _canonical(value: dict[str, Any]) -> bytes:
    """The same bytes for the same object, wherever it stands in an item."""
    return orjson.dumps(ninjs_parts.tamed(value), option=orjson.OPT_SORT_KEYS)


def _story(uri: str, fields: Fields, provenance: Provenance) -> Story:
    texts = ninjs_texts.read(fields)
    headline, slugline, byline = texts.headline or fields.text("title"), fields.text("slugline"), fields.text("byline")
    found, headline = signals.peel(headline) if headline else ((), None)
    more, _ = signals.slug(slugline) if slugline else ((), None)
    copy = texts.copy
    copy.signals = [*found, *more, *copy.signals]
    if byline:
        copy.authors = [*bylines.authors(byline), *(who for who in copy.authors if who.role != "byline")]
    stated = _given_status(fields) not in (None, "usable")
    status = _status(fields, copy)
    orders = status == "canceled" or signals.is_notice(tuple(copy.signals))
    if not headline and not copy.paragraphs and not orders:
        raise TerminalError("This ninjs object has neither a headline nor a text.")
    located = fields.text("located")
    story = Story(
        uri=uri,
        pubstatus=status,
        type=fields.text("type") or "text",
        version=fields.text("version"),
        versioncreated=fields.time("versioncreated"),
        firstcreated=fields.time("firstcreated"),
        embargoed=fields.time("embargoed") or copy.embargo,
        urgency=fields.urgency(),
        profile=fields.text("profile"),
        signals=wire_copy.all_signals(copy),
        headline=headline or None,
        headlines=texts.headlines,
        description_text=texts.description,
        slugline=slugline,
        byline=byline or copy.byline,
        creditline=wire_copy.joined([*filter(None, [texts.creditline]), *copy.credits]),
        located=located or wire_copy.located(copy),
        dateline=copy.dateline,
        authors=tuple(dict.fromkeys([*copy.authors, *ninjs_parts.authors(fields)])),
        language=fields.text("language"),
        source=ninjs_parts.source(fields) or wire_copy.agency(copy),
        genre=ninjs_parts.concepts(fields, "genre"),
        subject=ninjs_parts.concepts(fields, "subject"),
        keywords=tuple(dict.fromkeys([*ninjs_parts.keywords(fields), *copy.keywords])),
        ednote=wire_copy.joined([*filter(None, [fields.text("ednote")]), *copy.notes]),
        usageterms=fields.text("usageterms"),
        copyrightholder=fields.text("copyrightholder"),
        copyrightnotice=wire_copy.joined([*filter(None, [fields.text("copyrightnotice")]), *copy.copyright]),
        links=(*ninjs_links.associations(fields), *ninjs_links.renditions(fields)),
        body_text="\n\n".join(copy.paragraphs),
        entities=ninjs_parts.entities(fields, headline or ""),
        provenance=provenance,
    )
    if copy.end_marks:
        fields.rest["end_mark"] = " ".join(copy.end_marks)
    return notices.advised(replace(story, extra=fields.extra()), copy.lines, stated=stated)


def _given_status(fields: Fields) -> PubStatus | None:
    given = fields.rest.get("pubstatus")
    return STATUSES.get(given.strip().lower().removeprefix("stat:")) if isinstance(given, str) else None


def _status(fields: Fields, copy: wire_copy.Copy) -> PubStatus:
    """The publication status; one that nobody knows, and an embargo until nobody knows when, withhold the story."""
    given = fields.rest.get("pubstatus")
    if given is None or given == "":
        fields.rest.pop("pubstatus", None)
        status: PubStatus = "canceled" if signals.is_kill(wire_copy.all_signals(copy)) else "usable"
    else:
        known = _given_status(fields)
        status = known or "withheld"
        if known:
            del fields.rest["pubstatus"]
    embargo = fields.rest.get("embargoed")
    unclear = bool(embargo) and ninjs_parts.time_of(embargo) is None
    return "withheld" if status == "usable" and (unclear or (copy.embargoed and not copy.embargo)) else status


FORMAT = Format(name="ninjs", sniff=sniff, parse=parse)
