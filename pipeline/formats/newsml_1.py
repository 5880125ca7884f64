"""NewsML 1.0 to 1.2 of the IPTC (https://iptc.org/std/NewsML/): an envelope, and items in revisions.

Every item is a story, or several where it holds several. An item that only changes its previous revision cannot be
read without that: it is an error that says what it asks for, unless it cancels or withholds the story.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from typing import Any

from lxml import etree

from pipeline.errors import TerminalError
from pipeline.formats import newsml_1_story, xml
from pipeline.formats.base import Format, Guess, Item
from pipeline.formats.charset import clean
from pipeline.formats.newsml_1_item import Management, read_management
from pipeline.formats.newsml_1_vocabulary import Vocabulary, formal_name, read_vocabulary
from pipeline.formats.times import parse_time
from pipeline.formats.xml_values import add, value_of
from pipeline.story import Provenance, Story

_CHANGES = {
    "InsertBefore": "to insert before",
    "InsertAfter": "to insert after",
    "Replace": "to replace",
    "Delete": "to delete",
}
_MOST_CHANGES = 5
"""Changes that an error names."""


@dataclass(frozen=True, slots=True)
class _Envelope:
    provenance: Provenance
    sent: datetime | None = None
    extra: dict[str, Any] = field(default_factory=dict)


def sniff(item: Item) -> Guess:
    """XML whose first element is `NewsML`, or an item of it alone."""
    root = xml.root_name(item)
    if root in ("NewsML", "NewsItem"):
        sure = 1.0 if root == "NewsML" else 0.8
        return Guess(confidence=sure, reason=f"XML that begins with <{root}>")
    return Guess(confidence=0.0, reason="XML without <NewsML>" if root else "not XML")


def parse(item: Item) -> Iterable[Story | TerminalError]:
    """The stories of all items. TerminalError when it is no NewsML 1, or has no item."""
    root, text = xml.parse(item)
    items = [root] if xml.name(root) == "NewsItem" else list(xml.children(root, "NewsItem"))
    if xml.name(root) not in ("NewsML", "NewsItem"):
        raise TerminalError(f"This is not NewsML 1: its first element is <{clean(xml.name(root))[:40]}>.")
    if not items:
        raise TerminalError("There is no NewsItem in this NewsML.")
    provenance = text.provenance()
    envelope = _read_envelope(xml.child(root, "NewsEnvelope"), provenance)
    known = read_vocabulary(root, xml.attribute(root, "lang") or item.language)
    return (
        found
        for number, one in enumerate(items, 1)
        for found in _read(one, item, number if len(items) > 1 else None, envelope, known)
    )


def _read_envelope(element: xml.Element | None, provenance: Provenance) -> _Envelope:
    """What is said of the transmission: its number in its service, when it was sent, and the rest."""
    if element is None:
        return _Envelope(provenance)
    extra: dict[str, Any] = {}
    service = formal_name(xml.child(element, "NewsService"))
    number = xml.text_of(xml.child(element, "TransmissionId")) or ""
    for one in element:
        if xml.name(one) in ("NewsService", "NewsProduct", "Priority"):
            add(extra, xml.name(one), formal_name(one))
        else:
            add(extra, xml.name(one), value_of(one))
    if re.fullmatch(r"\d{1,9}", number, re.ASCII):
        provenance = replace(provenance, channel=service, sequence=int(number))
    sent, _ = parse_time(xml.text_of(xml.child(element, "DateAndTime")))
    return _Envelope(provenance, sent, extra)


def _read(
    element: xml.Element, item: Item, number: int | None, envelope: _Envelope, known: Vocabulary
) -> Iterator[Story | TerminalError]:
    """The stories of one item; what cannot be read costs only itself."""
    where = f"number {number}" if number else None
    data = etree.tostring(element, with_tail=False) if number else None
    managed = read_management(element, item, data)
    if managed.versioncreated is None and envelope.sent is not None:
        managed.versioncreated = envelope.sent
        managed.extra["assumed_versioncreated"] = "DateAndTime"
    if managed.provider is not None or managed.uri.startswith("urn:newsml:"):
        where = managed.uri
    try:
        component = xml.child(element, "NewsComponent")
        if component is None and managed.pubstatus == "usable":
            raise _nothing_to_read(element, managed)
        language = xml.attribute(element, "lang")
        for story in newsml_1_story.stories(component, managed, known, language):
            extra = {**envelope.extra, **story.extra}
            yield replace(story, extra=extra, provenance=_with_transmission(story.provenance, envelope))
    except TerminalError as error:
        yield TerminalError(error.cause, item=error.item or where)


def _with_transmission(own: Provenance, envelope: _Envelope) -> Provenance:
    """That of the envelope; `own` may have the number of a document inside."""
    known = envelope.provenance
    if known.sequence is None and own.sequence is not None:
        return replace(known, channel=own.channel, sequence=own.sequence)
    return known


def _nothing_to_read(element: xml.Element, managed: Management) -> TerminalError:
    """Why an item without a component is no story."""
    if xml.child(element, "TopicSet") is not None:
        return TerminalError("This NewsML item is a vocabulary, a set of topics, and no story.")
    revision = f"revision {managed.previous}" if managed.previous not in (None, "0") else "its previous revision"
    updates = list(islice((one for update in xml.children(element, "Update") for one in update), 1000))
    asked = [_asked(one) for one in updates if xml.name(one) in _CHANGES]
    if asked:
        more = f" and {len(asked) - _MOST_CHANGES} more changes" if len(asked) > _MOST_CHANGES else ""
        return TerminalError(
            f"This NewsML item has no text, but asks {', '.join(asked[:_MOST_CHANGES])}{more} in {revision[:40]},"
            " which is not here: only whole revisions are read."
        )
    if managed.changes == "A":
        return TerminalError(
            f"This NewsML item has no text, but changes how {revision[:40]} is managed: it is"
            f" '{_status(element)}' now; only whole revisions are read."
        )
    return TerminalError("This NewsML item has no component, and so neither a headline nor a text.")


def _asked(change: xml.Element) -> str:
    target = xml.attribute(change, "DuidRef") or xml.attribute(change, "EuidRef") or "?"
    return f"{_CHANGES[xml.name(change)]} the element '{clean(target)[:40]}'"


def _status(element: xml.Element) -> str:
    return (formal_name(xml.child(element, "NewsManagement/Status")) or "usable")[:40]


FORMAT = Format(name="newsml-1", sniff=sniff, parse=parse)
