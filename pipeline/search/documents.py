"""The document of a story.

The agency's own fields stand under their names; facets and nested objects are built from the enrichments; the whole
Story stands besides as `story`, not indexed, so that what is shown is what was stored. Only its body_text, which is
most of it, is not repeated: `story_of` puts it back.

The document of a story that was killed or is hidden is a tombstone: which story, since when and why, and none of its
text.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import orjson

from pipeline.errors import TerminalError
from pipeline.search.mapping import CASUALTIES, LONGEST_BODY, LONGEST_KEYWORD, LONGEST_TEXT, MOST_NESTED
from pipeline.search.writer import Document
from pipeline.story import Changes, Concept, Entity, Event, Participant, Place, Story, decode, tombstone

LONGEST_ID = 512
"""Bytes: the engines' limit for the id of a document."""
HASHED = "sha256:"
"""How the ids begin that are no uris."""

_GROUP_ID = 16
"""Hex digits of the id of a group: see Story.group."""
_LARGEST_INTEGER = (1 << 31) - 1
_DEEPEST, _MOST_ATTRIBUTES = 10, 500


def document(story: Story, version: int) -> Document:
    """The document of `story`. Raises TerminalError when the story cannot be written as JSON."""
    if story.pubstatus != "usable":
        story = tombstone(story)
    source = as_json(_source(story), story.uri)
    return Document(document_id(story.uri), version, source)


def as_json(source: Mapping[str, Any] | Story, uri: str) -> bytes:
    """The source of a document, or its story; TerminalError when it cannot be written as JSON."""
    try:
        return orjson.dumps(source)
    except (orjson.JSONEncodeError, UnicodeEncodeError) as error:
        raise TerminalError(f"The story cannot be written as JSON: {error}.", item=uri) from error


def document_id(uri: str) -> str:
    """The document's id: the uri, or its hash where it is too long for an id, or could be taken for such a hash."""
    data = uri.encode()
    return (
        uri if len(data) <= LONGEST_ID and not uri.startswith(HASHED) else f"{HASHED}{hashlib.sha256(data).hexdigest()}"
    )


def group_of(uri: str) -> str:
    """The id of the group that the story founds if it founds one: what search collapses copies by, so that a story
    that is alone is a group of one."""
    return hashlib.sha256(uri.encode("utf-8", "surrogatepass")).hexdigest()[:_GROUP_ID]


def story_of(source: Mapping[str, Any]) -> Story:
    """The story whose document has this source, as it was given to `document`; TerminalError when it is none."""
    body_text = source.get("body_text", "") + source.get("body_rest", "")
    whole = {**source.get("story", {}), "body_text": body_text}
    return decode(orjson.dumps(whole))


def _source(story: Story) -> dict[str, Any]:
    fields = _said(story) | _added(story)
    filled = {name: value for name, value in fields.items() if value not in (None, "", [], {})}
    return filled | {"story": replace(story, body_text="")}


def _said(story: Story) -> dict[str, Any]:
    return {
        "uri": story.uri,
        "revision": story.revision,
        "pubstatus": story.pubstatus,
        "type": story.type,
        "version": story.version,
        "published": _time(story.versioncreated) or _time(story.provenance.received),
        "versioncreated": _time(story.versioncreated),
        "firstcreated": _time(story.firstcreated),
        "embargoed": _time(story.embargoed),
        "urgency": story.urgency,
        "profile": story.profile,
        "signals": _distinct(story.signals),
        "headline": _cut(story.headline),
        "headlines": [_cut(headline.text) for headline in story.headlines],
        "slugline": _cut(story.slugline),
        "description_text": _cut(story.description_text),
        "byline": _cut(story.byline),
        "authors": _distinct(author.name for author in story.authors),
        "located": story.located,
        "language": _primary(story.language),
        "source": story.source,
        "genre": _distinct(concept.name or concept.code for concept in story.genre),
        "subjects": _distinct(concept.name or concept.code for concept in story.subject),
        "subject_codes": _distinct(_qcode(concept) for concept in story.subject),
        "keywords": _distinct(story.keywords),
        "ednote": _cut(story.ednote),
        "copyrightholder": story.copyrightholder,
        "body_text": story.body_text[:LONGEST_BODY],
        "body_rest": story.body_text[LONGEST_BODY:],
        "extra": _attributes(story.extra),
        "reinstates": story.reinstates,
        "group": story.group,
        "thread": story.thread,
        "group_or_self": story.group or group_of(story.uri) if story.pubstatus == "usable" else None,
        "changes": _changes(story.changes),
        "provenance": _provenance(story),
    }


def _added(story: Story) -> dict[str, Any]:
    asserted = [event for event in story.events if event.status == "asserted"]
    return {
        "people": _distinct(entity.name for entity in story.entities if entity.type == "person"),
        "organisations": _distinct(entity.name for entity in story.entities if entity.type == "organisation"),
        "places": _distinct(place.name for place in story.places),
        "regions": _distinct(place.region for place in story.places),
        "countries": _distinct(place.country_name or place.country for place in story.places),
        "country_codes": _distinct(place.country for place in story.places),
        "locations": _points(story.places),
        "event_types": _distinct(event.type for event in asserted),
        "event_types_all": _distinct(event.type for event in story.events),
        "actors": _distinct(_name(each) for event in asserted for each in event.actors),
        "targets": _distinct(_name(each) for event in asserted for each in event.targets),
        "main_event": next((event.type for event in story.events if event.main), None),
        "speakers": _distinct(_name(each.speaker) for each in story.quotes if each.speaker),
        "topics": _distinct(topic.name for topic in story.topics),
        "topic_codes": _distinct(code for topic in story.topics for code in (topic.code, *topic.parents)),
        **_totals(asserted),
        "entities": [_entity(entity) for entity in story.entities[:MOST_NESTED]],
        "events": [_event(number, event) for number, event in enumerate(story.events[:MOST_NESTED])],
    }


def _provenance(story: Story) -> dict[str, Any]:
    provenance = story.provenance
    raw = provenance.raw
    return {
        "feed": provenance.feed,
        "lane": provenance.lane,
        "received": _time(provenance.received),
        "format": provenance.format,
        "charset": provenance.charset,
        "channel": provenance.channel,
        "sequence": provenance.sequence,
        "replacements": provenance.replacements,
        "enrichment_revision": provenance.enrichment_revision,
        "components": [f"{component.name} {component.version}" for component in provenance.components],
        "raw": f"{raw.topic}/{raw.partition}/{raw.offset}" if raw else None,
    }


def _changes(changes: Changes | None) -> dict[str, Any] | None:
    if changes is None:
        return None
    return {
        "since": changes.since,
        "material": changes.material,
        "figures": _distinct(f"{each.what}: {each.before} -> {each.after}" for each in changes.figures),
        "names_added": _distinct(changes.names_added),
        "names_removed": _distinct(changes.names_removed),
    }


def _entity(entity: Entity) -> dict[str, Any]:
    return {
        "name": entity.name,
        "type": entity.type,
        "aliases": entity.aliases,
        "role": entity.role,
        "code": entity.code,
        "mentions": len(entity.mentions),
        "in_headline": entity.in_headline,
        "salience": entity.salience,
        "confidence": entity.confidence,
        "component": entity.component,
    }


def _event(number: int, event: Event) -> dict[str, Any]:
    return {
        "number": number,
        "type": event.type,
        "mode": event.mode,
        "status": event.status,
        "trigger": event.trigger.text,
        "evidence": _cut(event.evidence.text),
        "actors": _distinct(_name(each) for each in event.actors),
        "targets": _distinct(_name(each) for each in event.targets),
        "instruments": _distinct(_name(each) for each in event.instruments),
        "attribution": _name(event.attribution) if event.attribution else None,
        "main": event.main,
        "place": event.place,
        "country": event.country,
        "date": event.date,
        "begins": event.begins,
        "ends": event.ends,
        "casualties": _casualties(event),
        "confidence": event.confidence,
        "component": event.component,
    }


def _casualties(event: Event) -> dict[str, dict[str, int]]:
    """By kind; where an event gives several numbers of one kind, the largest."""
    found: dict[str, dict[str, int]] = {}
    for each in event.casualties:
        bounds = found.setdefault(each.kind, {"low": 0})
        bounds["low"] = max(bounds["low"], min(each.low, _LARGEST_INTEGER))
        if each.high is not None:
            bounds["high"] = max(bounds.get("high", 0), min(each.high, _LARGEST_INTEGER))
    return found


def _totals(events: Iterable[Event]) -> dict[str, int]:
    """By kind of casualty the largest number that an event surely reaches: a story repeats its toll, so no sum."""
    found = [_casualties(event) for event in events]
    return {kind: max(each[kind]["low"] for each in found if kind in each) for kind in CASUALTIES if _any(found, kind)}


def _any(found: Iterable[Mapping[str, object]], kind: str) -> bool:
    return any(kind in each for each in found)


def _points(places: Iterable[Place]) -> list[dict[str, float]]:
    found = {(place.lat, place.lon) for place in places if place.lat is not None and place.lon is not None}
    return [{"lat": lat, "lon": lon} for lat, lon in sorted(found)]


def _name(participant: Participant) -> str:
    return participant.name or participant.span.text


def _primary(language: str | None) -> str | None:
    """The primary language of a BCP 47 tag, so that 'en', 'en-US' and 'en_GB' are one facet."""
    return language.replace("_", "-").partition("-")[0].lower() if language else None


def _qcode(concept: Concept) -> str | None:
    return f"{concept.scheme}:{concept.code}" if concept.scheme and concept.code else concept.code


def _distinct(values: Iterable[str | None]) -> list[str]:
    """Each value once, in order, without the empty ones and those too long to be indexed."""
    return list(dict.fromkeys(value for value in values if value and len(value) <= LONGEST_KEYWORD))


def _cut(text: str | None) -> str | None:
    return text[:LONGEST_TEXT] if text else None


def _time(time: datetime | None) -> str | None:
    try:
        return time.astimezone(UTC).isoformat() if time else None
    except OverflowError:
        # The calendar's first or last day in another zone: an embargo without end must stay one.
        return time.replace(tzinfo=UTC).isoformat() if time else None


def _attributes(extra: Mapping[str, Any]) -> dict[str, str]:
    """The leaves of `extra` by dotted path, as text, cut to what both engines can index."""
    found: dict[str, str] = {}
    for path, value in _leaves(extra, "", 0):
        if len(found) == _MOST_ATTRIBUTES:
            break
        name = path.replace("\0", "").strip(".")[:LONGEST_KEYWORD] or "_"
        found[name] = str(value)[:LONGEST_KEYWORD]
    return found


def _leaves(value: object, path: str, depth: int) -> Iterator[tuple[str, object]]:
    if isinstance(value, Mapping) and depth < _DEEPEST:
        for name, inner in value.items():
            yield from _leaves(inner, f"{path}.{name}", depth + 1)
    elif isinstance(value, list | tuple) and depth < _DEEPEST:
        for inner in value:
            yield from _leaves(inner, path, depth + 1)
    elif value is not None and not isinstance(value, Mapping | list | tuple):
        yield path, value
