"""The mapping: one source for both engines, as component templates and the index template that joins them.

The document of a story (documents.py) has
- the agency's own fields under their ninjs names, and the whole Story, not indexed, as `story`;
- flat keyword facets of what we add, since dashboards do not aggregate nested objects;
- `entities` and `events` nested, for questions about one entity or one event.

Only what is declared here is accepted (`dynamic: strict`), so that a mistake is an error and not a new field.
"""

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any, Literal

import orjson

from pipeline.settings import Settings
from pipeline.story import CasualtyKind

CASUALTIES: tuple[CasualtyKind, ...] = ("killed", "wounded", "missing", "detained", "displaced")
LONGEST_KEYWORD = 1024
"""Characters; longer values are kept in the document and not indexed as keywords."""
LONGEST_TEXT = 10_000
"""Characters of a headline, note or evidence that are indexed."""
LONGEST_BODY = 400_000
"""Characters of a body in `body_text`; the others are in `body_rest`, which is searched and not highlighted: a body
of a million UTF-16 units would make every search fail that finds it and asks for highlights."""
MOST_NESTED = 2_000
"""Entities and, as many, events of one document: the engines' own limit is 10,000 nested objects in all."""

Properties = dict[str, Any]

_KEYWORD: Properties = {"type": "keyword", "ignore_above": LONGEST_KEYWORD}
_DATE: Properties = {"type": "date"}
_DAY: Properties = {"type": "date", "format": "strict_date", "ignore_malformed": True}
_INTEGER: Properties = {"type": "integer"}
_LONG: Properties = {"type": "long"}
_FLOAT: Properties = {"type": "float"}
_BOOLEAN: Properties = {"type": "boolean"}
_PLAIN_TEXT: Properties = {"type": "text", "analyzer": "wire_text"}
_TEXT: Properties = _PLAIN_TEXT | {"fields": {"exact": {"type": "text", "analyzer": "wire_exact"}}}
# A facet is shown as it is written and filtered without regard to case and accents.
_FACET: Properties = _KEYWORD | {"fields": {"folded": _KEYWORD | {"normalizer": "wire_folded"}}}
_NAME: Properties = _FACET | {"copy_to": "names"}

ANALYSIS: Properties = {
    "char_filter": {
        "wire_quotes": {
            "type": "mapping",
            "mappings": ["‘=>'", "’=>'", "‚=>'", "‛=>'", "ʼ=>'", "`=>'", "´=>'", '“=>"', '”=>"', '„=>"', '‟=>"'],
        }
    },
    "filter": {
        "wire_possessive": {"type": "stemmer", "language": "possessive_english"},
        "wire_stem": {"type": "stemmer", "language": "light_english"},
    },
    "analyzer": {
        # Stop words stay, for phrases.
        "wire_text": {
            "type": "custom",
            "char_filter": ["wire_quotes"],
            "tokenizer": "standard",
            "filter": ["lowercase", "wire_possessive", "asciifolding", "wire_stem"],
        },
        "wire_exact": {
            "type": "custom",
            "char_filter": ["wire_quotes"],
            "tokenizer": "standard",
            "filter": ["lowercase", "asciifolding"],
        },
    },
    "normalizer": {"wire_folded": {"type": "custom", "filter": ["lowercase", "asciifolding"]}},
}


def story_properties(kind: Literal["elasticsearch", "opensearch"]) -> Properties:
    """What the agency said, and how it came to us."""
    return {
        "uri": _KEYWORD,
        "revision": _LONG,
        "pubstatus": _KEYWORD,
        "type": _KEYWORD,
        "version": _KEYWORD,
        "published": _DATE,
        "versioncreated": _DATE,
        "firstcreated": _DATE,
        "embargoed": _DATE,
        "urgency": {"type": "byte"},
        "profile": _FACET,
        "signals": _FACET,
        "headline": _TEXT,
        "headlines": _TEXT,
        "slugline": _TEXT,
        "description_text": _TEXT,
        "byline": _PLAIN_TEXT,
        "authors": _NAME,
        "located": _FACET,
        "language": _FACET,
        "source": _FACET,
        "genre": _FACET,
        "subjects": _FACET,
        "subject_codes": _FACET,
        "keywords": _FACET,
        "ednote": _PLAIN_TEXT,
        "copyrightholder": _FACET,
        "body_text": _TEXT,
        "body_rest": _TEXT,
        "extra": _attributes(kind),
        "reinstates": _LONG,
        "group": _KEYWORD,
        "thread": _KEYWORD,
        "group_or_self": _KEYWORD,
        "changes": {
            "properties": {
                "since": _LONG,
                "material": _BOOLEAN,
                "figures": _KEYWORD,
                "names_added": _FACET,
                "names_removed": _FACET,
            }
        },
        "provenance": {
            "properties": {
                "feed": _FACET,
                "lane": _FACET,
                "received": _DATE,
                "format": _KEYWORD,
                "charset": _KEYWORD,
                "channel": _KEYWORD,
                "sequence": _LONG,
                "replacements": _LONG,
                "enrichment_revision": _INTEGER,
                "components": _KEYWORD,
                "raw": _KEYWORD,
            }
        },
        "story": {"type": "object", "enabled": False},
    }


def enrichment_properties() -> Properties:
    """What we add."""
    return {
        "people": _NAME,
        "organisations": _NAME,
        "places": _NAME,
        "regions": _FACET,
        "countries": _NAME,
        "country_codes": _FACET,
        "locations": {"type": "geo_point"},
        "event_types": _FACET,
        "event_types_all": _FACET,
        "actors": _FACET,
        "targets": _FACET,
        "main_event": _FACET,
        "speakers": _NAME,
        "topics": _FACET,
        "topic_codes": _FACET,
        **dict.fromkeys(CASUALTIES, _INTEGER),
        "names": _PLAIN_TEXT,
        "entities": _entities(),
        "events": _events(),
    }


def _entities() -> Properties:
    """Nested, so that a name and its type are of one entity."""
    return {
        "type": "nested",
        "properties": {
            "name": _FACET,
            "type": _KEYWORD,
            "aliases": _KEYWORD,
            "role": _KEYWORD,
            "code": _KEYWORD,
            "mentions": _INTEGER,
            "in_headline": _BOOLEAN,
            "salience": _FLOAT,
            "confidence": _FLOAT,
            "component": _KEYWORD,
        },
    }


def _events() -> Properties:
    """Nested, so that an actor and a target are of one event."""
    range_of_integers = {"properties": {"low": _INTEGER, "high": _INTEGER}}
    return {
        "type": "nested",
        "properties": {
            "number": _INTEGER,
            "type": _KEYWORD,
            "mode": _KEYWORD,
            "status": _KEYWORD,
            "trigger": _KEYWORD,
            "evidence": _PLAIN_TEXT,
            "actors": _FACET,
            "targets": _FACET,
            "instruments": _FACET,
            "attribution": _FACET,
            "main": _BOOLEAN,
            "place": _FACET,
            "country": _KEYWORD,
            "date": _KEYWORD,
            "begins": _DAY,
            "ends": _DAY,
            "casualties": {"properties": dict.fromkeys(CASUALTIES, range_of_integers)},
            "confidence": _FLOAT,
            "component": _KEYWORD,
        },
    }


def _attributes(kind: Literal["elasticsearch", "opensearch"]) -> Properties:
    """All that the agency said beyond ninjs, in one field, however many names it has."""
    if kind == "opensearch":
        return {"type": "flat_object"}
    return {"type": "flattened", "ignore_above": LONGEST_KEYWORD}


def component_templates(settings: Settings, kind: Literal["elasticsearch", "opensearch"]) -> dict[str, Properties]:
    """Name -> component template."""
    index = {"number_of_shards": settings.index_shards, "number_of_replicas": settings.index_replicas}
    # OpenSearch wants each template valid by itself, so the analysis goes with every mapping that uses it.
    analysis = {"analysis": ANALYSIS}
    return {
        f"{settings.index}-settings": _stamped({"settings": {"index": index}}),
        f"{settings.index}-story": _stamped({"settings": analysis, "mappings": {"properties": story_properties(kind)}}),
        f"{settings.index}-enrichment": _stamped(
            {"settings": analysis, "mappings": {"properties": enrichment_properties()}}
        ),
    }


def index_template(settings: Settings, kind: Literal["elasticsearch", "opensearch"]) -> Properties:
    """The template of every version of the index. It gives no aliases: a new version is written before it is seen."""
    root = {key: value for key, value in mapping(kind).items() if key != "properties"}
    return _stamped({"mappings": root}) | {
        "index_patterns": [f"{settings.index}-v*"],
        "composed_of": list(component_templates(settings, kind)),
        "priority": 200,
    }


def mapping(kind: Literal["elasticsearch", "opensearch"]) -> Properties:
    """The whole mapping, stamped with the digests of itself and of the analysis that it needs."""
    properties = story_properties(kind) | enrichment_properties()
    return {
        "dynamic": "strict",
        "_meta": {"mapping": digest(properties), "analysis": digest(ANALYSIS)},
        "properties": properties,
    }


def live_filter() -> Properties:
    """What may be seen. The engine evaluates `now` at every search, so an embargo ends by itself."""
    return {
        "bool": {
            "filter": [{"term": {"pubstatus": "usable"}}],
            "must_not": [{"range": {"embargoed": {"gt": "now"}}}],
        }
    }


def digest(value: Mapping[str, Any]) -> str:
    """A short hash of a JSON value."""
    return hashlib.sha256(orjson.dumps(value, option=orjson.OPT_SORT_KEYS)).hexdigest()[:16]


def field_paths(properties: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    """'provenance', 'provenance.feed', ...: every field and sub-field declared in a mapping's properties."""
    for name, field in properties.items():
        yield prefix + name
        for part in ("properties", "fields"):
            yield from field_paths(field.get(part, {}), f"{prefix}{name}.")


def _stamped(template: Properties) -> Properties:
    return {"template": template, "_meta": {"digest": digest(template)}}
