"""What a NewsML 1 item is, which revision, and what may be done with it: Identification and NewsManagement."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pipeline.formats.base import Item, content_uri
from pipeline.formats.charset import clean
from pipeline.formats.newsml_1_vocabulary import formal_name
from pipeline.formats.publication import LAST_ZONE, STATUSES
from pipeline.formats.times import parse_time
from pipeline.formats.xml import Element, attribute, child, children, name, text_of
from pipeline.formats.xml_values import add, value_of
from pipeline.story import Link, PubStatus

_STATUS: Mapping[str, PubStatus] = {**STATUSES, "embargoed": "withheld"}
"""An embargo that ends is usable from then on; one that does not is withheld."""
_KILLS = frozenset({"kill", "delete", "cancel", "withdraw"})
_LINKS = {"AssociatedWith": "associated", "DerivedFrom": "derived", "Replaces": "replaces"}
_REVISION = re.compile(r":\d{1,9}[NAU]?$")
_BARE = re.compile(r"urn:newsml:[^:]*", re.IGNORECASE)
"""An identifier that names nothing but the agency."""
_READ = frozenset({"FirstCreated", "ThisRevisionCreated", "Status", "StatusWillChange", "Urgency", *_LINKS})


@dataclass(slots=True, kw_only=True)
class Management:
    """How an item is identified and managed."""

    uri: str
    version: str | None = None
    changes: str | None = None
    """What the item changes of its previous revision: 'N' nothing, 'U' its content, 'A' its management."""
    previous: str | None = None
    pubstatus: PubStatus = "usable"
    versioncreated: datetime | None = None
    firstcreated: datetime | None = None
    embargoed: datetime | None = None
    urgency: int | None = None
    name_label: str | None = None
    provider: str | None = None
    notes: list[str] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    extra: dict[str, Any] = field(default_factory=dict)


def read_management(news_item: Element, item: Item, data: bytes | None = None) -> Management:
    """Of `news_item`, one of those in `item`; `data`: its bytes, where it is one of several."""
    found = Management(uri=content_uri(item, data))
    if (identification := child(news_item, "Identification")) is not None:
        _identify(found, identification, item)
    if (management := child(news_item, "NewsManagement")) is not None:
        found.firstcreated = _time(found, management, "FirstCreated")
        found.versioncreated = _time(found, management, "ThisRevisionCreated")
        _read_status(found, management)
        _read_rest(found, management)
    return found


def _identify(found: Management, identification: Element, item: Item) -> None:
    """The uri is that of all revisions: the public identifier without the revision, or made as it is made."""
    identifier = child(identification, "NewsIdentifier")
    said = {name(one): clean(text) for one in (identifier if identifier is not None else ()) if (text := text_of(one))}
    revision = child(identifier, "RevisionId") if identifier is not None else None
    found.version = said.get("RevisionId")
    found.changes = (attribute(revision, "Update") or "N").upper()
    found.previous = attribute(revision, "PreviousRevision")
    found.provider = said.get("ProviderId")
    public, own = said.get("PublicIdentifier"), said.get("NewsItemId")
    if public and (own is None or own in public) and not _BARE.fullmatch(public):
        found.uri = _unversioned(public, found.version)
    elif own:
        parts = [found.provider or item.feed, said.get("DateId", "").partition("T")[0], own]
        found.uri = ":".join(["urn:newsml", *filter(None, parts)])
    for one in identification:
        if name(one) == "NameLabel":
            found.name_label = text_of(one)
        elif name(one) != "NewsIdentifier":
            add(found.extra, name(one), value_of(one))


def _unversioned(public: str, version: str | None) -> str:
    """A public identifier without the revision at its end."""
    if version and (found := re.search(rf":{re.escape(version)}[NAU]?$", public)):
        return public[: found.start()]
    return _REVISION.sub("", public) if public.lower().startswith("urn:newsml:") and public.count(":") > 4 else public


def _read_status(found: Management, management: Element) -> None:
    """The status; one that nobody knows withholds the item. A change to Usable that is announced ends an embargo."""
    given = formal_name(child(management, "Status"))
    status = _STATUS.get((given or "usable").lower())
    found.pubstatus = status or "withheld"
    if given and (status is None or given.lower() == "embargoed"):
        found.extra["Status"] = given
    for change in children(management, "StatusWillChange"):
        future = (formal_name(child(change, "FutureStatus")) or "").lower()
        written = text_of(child(change, "DateAndTime"))
        time, assumed = parse_time(written)
        if future == "usable" and time is not None and status == "withheld":
            zone = found.versioncreated.tzinfo if found.versioncreated and not _assumed(found) else LAST_ZONE
            found.embargoed = time.replace(tzinfo=zone) if assumed else time
            found.pubstatus = "usable"
        if found.embargoed is None or assumed:
            add(found.extra, "StatusWillChange", value_of(change))


def _read_rest(found: Management, management: Element) -> None:
    urgency = formal_name(child(management, "Urgency"))
    if urgency and re.fullmatch("[1-9]", urgency):
        found.urgency = int(urgency)
    elif urgency:
        found.extra["Urgency"] = urgency
    for one in management:
        if name(one) in _LINKS:
            reference = attribute(one, "NewsItem")
            comment = text_of(one)
            if reference:
                title = clean(comment) if comment else None
                found.links.append(Link(rel=_LINKS[name(one)], uri=clean(reference), title=title))
        elif name(one) == "Instruction":
            _read_instruction(found, one)
        elif name(one) not in _READ:
            add(found.extra, name(one), _kept(one))


def _kept(element: Element) -> Any:
    """Its value: the formal name alone where it says nothing else."""
    value = value_of(element)
    if isinstance(value, dict) and value.keys() <= {"FormalName", "Scheme", "Vocabulary", "Duid"}:
        return value.get("FormalName")
    return value


def _read_instruction(found: Management, instruction: Element) -> None:
    """What editors are asked to do; where it is to kill the item, it is killed."""
    order, comment = formal_name(instruction), text_of(child(instruction, "Comment")) or text_of(instruction)
    if comment:
        found.notes.append(clean(comment))
    if order and order.lower() in _KILLS:
        found.pubstatus = "canceled"
    add(found.extra, "Instruction", value_of(instruction))


def _time(found: Management, management: Element, of: str) -> datetime | None:
    written = text_of(child(management, of))
    time, assumed = parse_time(written)
    if written and time is None:
        found.extra[of] = clean(written)
    if assumed:
        found.extra.setdefault("assumed_utc", []).append(of)
    return time


def _assumed(found: Management) -> bool:
    return "ThisRevisionCreated" in found.extra.get("assumed_utc", [])
