"""The head of an NITF document: what it is, which version, when it may be used, and what it is about."""

import re
from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pipeline.formats.base import Item, content_uri
from pipeline.formats.catalogs import SUBJECT_CODES
from pipeline.formats.charset import clean
from pipeline.formats.nitf_line import Tagged
from pipeline.formats.nitf_walk import walk_alone
from pipeline.formats.publication import LAST_ZONE, STATUSES
from pipeline.formats.times import parse_time
from pipeline.formats.xml import Element, attribute, child, children, name, text_of
from pipeline.formats.xml_values import add, attributes, value_of
from pipeline.story import Concept, Link, PubStatus

_STATUS: Mapping[str, PubStatus] = {**STATUSES, "embargoed": "usable"}
_VERSIONED = re.compile(r"[-_.:;v]{1,2}\d{1,6}", re.IGNORECASE)
_READ = frozenset({"doc-id", "urgency", "date.issue", "date.release", "key-list", "ed-msg", "identified-content"})
_MOST = 2000
"""Subjects, keywords and the like that are read."""


@dataclass(slots=True, kw_only=True)
class Head:
    """What the head says; what has no place here is in `extra`, under its own name."""

    uri: str
    title: str | None = None
    pubstatus: PubStatus = "usable"
    version: str | None = None
    versioncreated: datetime | None = None
    embargoed: datetime | None = None
    urgency: int | None = None
    source: str | None = None
    notes: list[str] = field(default_factory=list)
    usage: list[str] = field(default_factory=list)
    copyrightholder: str | None = None
    subject: list[Concept] = field(default_factory=list)
    genre: list[Concept] = field(default_factory=list)
    keywords: list[str] = field(default_factory=list)
    tagged: list[Tagged] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    slugline: str | None = None
    channel: str | None = None
    sequence: int | None = None
    extra: dict[str, Any] = field(default_factory=dict)


def read_head(nitf: Element, item: Item, data: bytes | None = None) -> Head:
    """The head of `nitf`, one of the documents in `item`; `data`: its bytes where it is one of several."""
    head = child(nitf, "head")
    docdata = child(head, "docdata") if head is not None else None
    found = Head(uri=content_uri(item, data))
    if docdata is not None:
        _identify(found, docdata, item)
        _read_times(found, docdata)
        _read_docdata(found, docdata)
    if head is not None:
        _read_rest(found, head)
    if found.sequence is None:
        found.channel = None
    for tobject in nitf.iter("{*}tobject"):
        _read_tobject(found, tobject)
    return found


def _identify(found: Head, docdata: Element, item: Item) -> None:
    """The id and version. Of a document about another one, such as a cancellation, the id is the other's."""
    doc_id, key = child(docdata, "doc-id"), child(docdata, "du-key")
    registry = attribute(doc_id, "regsrc")
    own = attribute(doc_id, "id-string")
    about = attribute(docdata, "management-doc-idref")
    found.source = clean(registry) if registry else None
    found.version = attribute(key, "version") or attribute(key, "generation")
    stable = attribute(key, "key") or ""
    if own and stable and own.startswith(stable) and _VERSIONED.fullmatch(own[len(stable) :]):
        own = stable  # the id of the version, of which the key is the document's
    if about and own:
        found.extra["doc-id"] = clean(own)
    if id_ := about or own:
        found.uri = clean(id_ if ":" in id_ else f"urn:nitf:{registry or item.feed}:{id_}")


def _read_times(found: Head, docdata: Element) -> None:
    """When it was issued, and until when it must not be used. A status that nobody knows withholds it, as does an
    embargo until nobody knows when."""
    issued, assumed = _time(found, docdata, "date.issue")
    found.versioncreated = issued
    given = attribute(docdata, "management-status")
    status = _STATUS.get((given or "usable").lower())
    if status is None or (given or "").lower() == "embargoed":
        found.extra["management-status"] = given
    zone = None if assumed or issued is None else issued.tzinfo
    release = attribute(child(docdata, "date.release"), "norm")
    time, unzoned = parse_time(release)
    if time is not None and unzoned:
        time = time.replace(tzinfo=zone or LAST_ZONE)
    embargoed = (given or "").lower() == "embargoed"
    # Many write the time of issue here: no embargo then.
    begins = issued.replace(tzinfo=LAST_ZONE) if issued is not None and assumed and unzoned else issued
    if time is not None and (embargoed or begins is None or time > begins):
        found.embargoed = time
    if release and (time is None or unzoned or found.embargoed is None):
        found.extra["date.release"] = clean(release)
    unclear = (embargoed or bool(release)) and time is None
    found.pubstatus = "withheld" if status is None or (status == "usable" and unclear) else status


def _time(found: Head, parent: Element, of: str) -> tuple[datetime | None, bool]:
    given = attribute(child(parent, of), "norm")
    time, assumed = parse_time(given)
    if given and time is None:
        found.extra[of] = clean(given)
    if assumed:
        add(found.extra, "assumed_utc", [of])
    return time, assumed


def _read_docdata(found: Head, docdata: Element) -> None:
    urgency = attribute(child(docdata, "urgency"), "ed-urg")
    if urgency and urgency.isdecimal() and len(urgency) < 4 and 1 <= int(urgency) <= 9:
        found.urgency = int(urgency)
    elif urgency:
        found.extra["urgency"] = clean(urgency)
    messages = (attribute(one, "info") or text_of(one) for one in children(docdata, "ed-msg"))
    found.notes.extend(clean(message) for message in messages if message)
    holder = attribute(child(docdata, "doc.copyright"), "holder")
    found.copyrightholder = clean(holder) if holder else None
    for rights in children(docdata, "doc.rights"):
        said = (attribute(rights, part) for part in ("type", "limitations"))
        found.usage.extend(clean(text) for text in said if text)
    for key_list in children(docdata, "key-list"):
        words = (attribute(one, "key") or text_of(one) for one in key_list)
        found.keywords.extend(clean(word) for word in words if word)
        add(found.extra, "key-list", attributes(key_list))
    for correction in children(docdata, "correction"):
        _read_correction(found, correction)
    for content in children(docdata, "identified-content"):
        _read_identified(found, content)
    for one in docdata:
        if name(one) not in _READ:
            add(found.extra, name(one), value_of(one))


def _read_correction(found: Head, correction: Element) -> None:
    if info := attribute(correction, "info"):
        found.notes.append(clean(info))
    if corrected := attribute(correction, "id-string"):
        registry = attribute(correction, "regsrc")
        uri = corrected if ":" in corrected or not registry else f"urn:nitf:{registry}:{corrected}"
        found.links.append(Link(rel="corrects", uri=clean(uri)))


def _read_identified(found: Head, content: Element) -> None:
    """What the document is about: names as entities, classifiers as subjects."""
    for one in list(content)[:_MOST]:
        if name(one) == "classifier":
            text, value = text_of(one), attribute(one, "value")
            concept = _concept(text or value, value, attribute(one, "idsrc") or attribute(one, "type"))
            found.subject.extend([concept] if concept.name else [])
            continue
        page = walk_alone(_wrapped(one))
        named = [Tagged(text=tag.text, type=tag.type, code=tag.code, role=tag.role) for tag in page.tagged]
        found.tagged.extend(named)
        if not named:
            add(found.extra, "identified-content", {name(one): value_of(one)})


def _wrapped(element: Element) -> Element:
    """An element with nothing but a copy of `element` in it, since what is walked through is what is inside."""
    parent = element.makeelement("p", {}, None)
    parent.append(deepcopy(element))
    parent[0].tail = None
    return parent


def _read_rest(found: Head, head: Element) -> None:
    title = text_of(child(head, "title"))
    found.title = clean(title) if title else None
    for one in head:
        if name(one) == "meta":
            _read_meta(found, one)
        elif name(one) == "iim":
            _read_iim(found, one)
        elif name(one) not in ("title", "docdata", "tobject"):
            add(found.extra, name(one), value_of(one))


def _read_meta(found: Head, meta: Element) -> None:
    key, content = attribute(meta, "name"), attribute(meta, "content")
    if not key or not content:
        return
    key, content = clean(key), clean(content)
    if key.lower() in ("slug", "slugline") and found.slugline is None:
        found.slugline = content
    elif key.lower() == "anpa-sequence" and content.isdecimal() and len(content) < 10:
        found.sequence = int(content)
    else:
        if key.lower() == "anpa-service":
            found.channel = content
        metas = found.extra.setdefault("meta", {})
        add(metas, key, content)


def _read_iim(found: Head, iim: Element) -> None:
    """Datasets of IPTC's Information Interchange Model, by number: 1:30 is the service, 1:40 the envelope's number."""
    sets = {str(attribute(one, "num")): attribute(one, "value") or "" for one in children(iim, "ds")}
    number = sets.get("1:40", "")
    if number.isdecimal() and len(number) < 10:
        found.channel, found.sequence = clean(sets.get("1:30", "")) or None, int(number)
    add(found.extra, "iim", {clean(key): clean(value) for key, value in sets.items() if value} or value_of(iim))


def _read_tobject(found: Head, tobject: Element) -> None:
    add(found.extra, "tobject.type", attribute(tobject, "tobject.type"))
    for one in children(tobject, "tobject.property"):
        if kind := attribute(one, "tobject.property.type"):
            found.genre.append(Concept(name=clean(kind)))
    for one in list(children(tobject, "tobject.subject"))[:_MOST]:
        found.subject.extend(_subjects(one))


def _subjects(element: Element) -> Iterable[Concept]:
    """A subject and, where they are named, the broader ones that it belongs to: '02003001' is of '02003000' is of
    '02000000'."""
    said = {key.removeprefix("tobject.subject."): value for key, value in attributes(element).items()}
    code, owner = said.get("refnum"), said.get("ipr")
    ours = owner in (None, "IPTC") and code is not None and re.fullmatch(r"\d{8}", code) is not None
    scheme = SUBJECT_CODES if ours else owner
    named = [(level, said[level]) for level in ("type", "matter", "detail") if level in said]
    codes = {"type": f"{code[:2]}000000", "matter": f"{code[:5]}000", "detail": code} if ours and code else {}
    for level, label in named[:-1]:
        yield _concept(label, codes.get(level), scheme)
    last = named[-1][1] if named else None
    if code or last:
        yield _concept(last or said.get("code"), code or said.get("code"), scheme)


def _concept(label: str | None, code: str | None, scheme: str | None) -> Concept:
    """With clean texts."""
    return Concept(
        name=clean(label) if label else None,
        code=clean(code) if code else None,
        scheme=clean(scheme) if scheme else None,
    )
