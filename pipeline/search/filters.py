"""Filters and facets by the names that people use: one table, and their queries."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from pipeline.errors import TerminalError
from pipeline.search.mapping import CASUALTIES

Query = dict[str, Any]
Kind = Literal["keyword", "id", "changed", "number", "since", "until"]
Operator = Literal["=", "!=", ">=", "<=", ">", "<"]


@dataclass(frozen=True, slots=True)
class Field:
    """What can be filtered by, and, unless it is a date, counted as a facet."""

    name: str
    facet: str
    """The field that is counted; it is accepted as a name too."""
    kind: Kind = "keyword"
    also: tuple[str, ...] = ()
    """Further fields in which the filter looks for its value."""


FIELDS: tuple[Field, ...] = (
    Field("place", "places", also=("regions", "countries")),
    Field("country", "countries", also=("country_codes",)),
    Field("region", "regions"),
    Field("person", "people"),
    Field("org", "organisations"),
    Field("event", "event_types"),
    Field("any_event", "event_types_all"),
    Field("actor", "actors"),
    Field("target", "targets"),
    Field("main", "main_event"),
    Field("speaker", "speakers"),
    Field("topic", "topics", also=("topic_codes",)),
    Field("subject", "subjects", also=("subject_codes",)),
    Field("keyword", "keywords"),
    Field("genre", "genre"),
    Field("author", "authors"),
    Field("located", "located"),
    Field("signal", "signals"),
    Field("source", "source"),
    Field("language", "language"),
    Field("profile", "profile"),
    Field("feed", "provenance.feed"),
    Field("lane", "provenance.lane"),
    Field("thread", "thread", "id"),
    Field("group", "group", "id"),
    Field("changed", "changes.material", "changed"),
    Field("urgency", "urgency", "number"),
    *(Field(kind, kind, "number") for kind in CASUALTIES),
    Field("since", "published", "since"),
    Field("until", "published", "until"),
)

_BY_NAME = {field.facet: field for field in FIELDS if field.facet != "published"} | {f.name: f for f in FIELDS}
_FILTER = re.compile(r"\s*(\w[\w.]*)\s*(!=|>=|<=|=|>|<)\s*(.*?)\s*", re.DOTALL)
_RANGE: dict[str, str] = {">=": "gte", "<=": "lte", ">": "gt", "<": "lt"}
_AGO = re.compile(r"\d{1,6}[smhdwMy]")
_DATE_MATH = re.compile(r"now([+-]\d{1,6}[smhdwMy])*(/[smhdwMy])?")
_SHORT_DATE = re.compile(r"\d{4}(-(0[1-9]|1[0-2]))?", re.ASCII)
_CHANGED = {"news": "true", "wording": "false"}
_WORDS = {"today": "now/d", "yesterday": "now-1d/d"}


@dataclass(frozen=True, slots=True)
class Filter:
    """One condition, checked."""

    field: Field
    operator: Operator
    value: str


def filter_of(name: str, value: str, operator: Operator = "=") -> Filter:
    """The filter of that name. Raises TerminalError with the known names, or the form that the value must have."""
    field = _field(name)
    value = value.strip()
    if not value:
        raise TerminalError(f"The filter {name} has no value: write {name}=VALUE.")
    if field.kind in {"since", "until"}:
        return Filter(field, _only(field, operator, {"="}), _date(name, value))
    if field.kind == "changed" and value.lower() not in _CHANGED:
        raise TerminalError(f"The filter {name} takes {' or '.join(_CHANGED)}, what a version changed, not '{value}'.")
    if field.kind == "number":
        if not re.fullmatch(r"\d{1,9}", value, re.ASCII):
            raise TerminalError(f"The filter {name} takes a whole number, as in {name}>=10, and not '{value}'.")
        return Filter(field, operator, value)
    return Filter(field, _only(field, operator, {"=", "!="}), value)


def parse_filter(text: str) -> Filter:
    """The filter written as 'place=Iraq', 'source!=Agency', 'killed>=10' or 'since=24h'; errors as `filter_of`."""
    found = _FILTER.fullmatch(text)
    if not found:
        raise TerminalError(f"'{text}' is no filter: write NAME=VALUE, NAME!=VALUE or NAME>=NUMBER.")
    name, operator, value = found.groups()
    return filter_of(name, value, operator)  # type: ignore[arg-type]  # the pattern admits only operators


def facet_field(name: str) -> str:
    """The field that is counted for the facet of that name; TerminalError with the known names."""
    field = _field(name)
    if field.kind in {"since", "until"}:
        raise TerminalError(f"{name} is a filter and no facet.")
    return field.facet


def names() -> list[str]:
    """Every name by which can be filtered."""
    return [field.name for field in FIELDS]


def queries(filters: Iterable[Filter]) -> dict[str, Query]:
    """By facet field the query of the filters on it. Values of one field are alternatives, exclusions all hold, and
    so do bounds; different fields must all match."""
    grouped: dict[str, list[Filter]] = {}
    for each in filters:
        grouped.setdefault(each.field.facet, []).append(each)
    return {facet: _query(group) for facet, group in grouped.items()}


def _query(group: Sequence[Filter]) -> Query:
    wanted = [_equal(each) for each in group if each.operator == "=" and each.field.kind not in {"since", "until"}]
    bounds = [_bound(each) for each in group if each.operator in _RANGE or each.field.kind in {"since", "until"}]
    query: Query = {"filter": bounds, "must_not": [_equal(each) for each in group if each.operator == "!="]}
    if wanted:
        query["filter"] = [*bounds, {"bool": {"should": wanted, "minimum_should_match": 1}}]
    return {"bool": query}


def _equal(each: Filter) -> Query:
    if each.field.kind == "number":
        return {"term": {each.field.facet: int(each.value)}}
    if each.field.kind == "changed":
        return {"term": {each.field.facet: _CHANGED[each.value.lower()]}}
    if each.field.kind == "id":
        return {"term": {each.field.facet: each.value.lower()}}
    fields = (each.field.facet, *each.field.also)
    return {"bool": {"should": [{"term": {f"{field}.folded": each.value}} for field in fields]}}


def _bound(each: Filter) -> Query:
    if each.field.kind == "number":
        return {"range": {each.field.facet: {_RANGE[each.operator]: int(each.value)}}}
    # The engine rounds an upper bound up: until=2026-03-01 includes that day.
    return {"range": {each.field.facet: {"gte" if each.field.kind == "since" else "lte": each.value}}}


def _field(name: str) -> Field:
    field = _BY_NAME.get(name.lower())
    if field is None:
        raise TerminalError(f"There is no filter or facet '{name}'. Known: {', '.join(names())}.")
    return field


def _only(field: Field, operator: Operator, allowed: set[str]) -> Operator:
    if operator not in allowed:
        raise TerminalError(f"The filter {field.name} takes {' or '.join(sorted(allowed))}, and not {operator}.")
    return operator


def _date(name: str, value: str) -> str:
    """As the engine takes it: '2026-03-01', '2026-03-01T12:00Z', 'now-24h'; from '24h', 'yesterday' too."""
    if value.lower() in _WORDS:
        return _WORDS[value.lower()]
    if _AGO.fullmatch(value):
        return f"now-{value}"
    if _DATE_MATH.fullmatch(value):
        return value
    if _SHORT_DATE.fullmatch(value):
        return value
    try:
        time = datetime.fromisoformat(value)
    except ValueError:
        forms = "2026-03-01, 2026-03-01T12:00Z, 24h, 7d, today, now-1d/d"
        raise TerminalError(f"The filter {name} takes a time, as in {forms}, and not '{value}'.") from None
    # A day alone stays one: the engine then takes all of it.
    return value if re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII) else time.isoformat()
