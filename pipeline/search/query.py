"""Search over what may be seen: words, filters, facets, highlights."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import msgspec
from elasticsearch import Elasticsearch

from pipeline.errors import TerminalError
from pipeline.search.copies import COLLAPSED, Copies, copies, counting, shown
from pipeline.search.failures import translated
from pipeline.search.filters import Filter, Query, facet_field, queries
from pipeline.search.setup import live_alias
from pipeline.settings import Settings
from pipeline.story import Changes

Sort = Literal["relevance", "newest", "oldest"]

DEEPEST = 10_000
"""Hits that can be reached by paging: the engines' own limit."""

_LONGEST_QUERY = 2_000
_FIELDS = (
    "headline^3", "headlines^2", "slugline^2", "names", "byline", "ednote",
    "description_text", "body_text", "body_rest",
)  # fmt: skip
_SYNTAX = "AND|OR|NOT|PHRASE|PRECEDENCE|PREFIX|SLOP|ESCAPE|WHITESPACE"
_SHOWN = (
    "uri", "published", "source", "headline", "slugline", "urgency", "signals", "language",
    "places", "countries", "event_types", "people", "organisations",
    "version", "profile", "group", "thread", "reinstates", "story.changes", "provenance.format",
)  # fmt: skip
_TOTAL = "shown in all"
_QUOTES = str.maketrans("“”„‟«»", '""""""')
# Private-use characters: in the text itself they mean nothing, and are taken out with the marks.
_BEGIN, _END = "\ue000", "\ue001"
_NEWEST: list[dict[str, Any]] = [{"published": {"order": "desc", "missing": "_last"}}, {"uri": "asc"}]
_SORTS: dict[Sort, list[dict[str, Any]]] = {
    "relevance": [{"_score": "desc"}, *_NEWEST],
    "newest": _NEWEST,
    "oldest": [{"published": {"order": "asc", "missing": "_last"}}, {"uri": "asc"}],
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What is looked for."""

    words: str = ""
    """All must occur; "a phrase" as it is spelled; -not; this | that; begin*; (grouping)."""
    filters: Sequence[Filter] = ()
    """Values of one field are alternatives; different fields must all match."""
    facets: Sequence[str] = ()
    """Names of filters.py; each is counted under every filter but those on itself."""
    values: int = 10
    """Most values of a facet."""
    sort: Sort = "relevance"
    """Equals newest first; without words, relevance is newest first."""
    size: int = 10
    start: int = 0
    """Hits to pass over."""
    copies: bool = False
    """Whether every story of a near-duplicate group is a hit; else the first of each in this order."""


@dataclass(frozen=True, slots=True)
class Fragment:
    """A piece of text with the places that matched."""

    text: str
    matches: tuple[tuple[int, int], ...]
    """(start, end) in code points of `text`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One story found. Times are ISO 8601 in UTC."""

    uri: str
    score: float | None
    published: str | None
    source: str | None
    headline: Fragment | None
    fragments: tuple[Fragment, ...]
    """Of the body: those that matched."""
    slugline: str | None
    urgency: int | None
    language: str | None
    signals: tuple[str, ...]
    places: tuple[str, ...]
    countries: tuple[str, ...]
    event_types: tuple[str, ...]
    people: tuple[str, ...]
    organisations: tuple[str, ...]
    version: str | None = None
    """The agency's."""
    profile: str | None = None
    format: str | None = None
    group: str | None = None
    copies: Copies | None = None
    """All stories of its group that may be seen, itself included, whether they match or not; None where it is alone."""
    thread: str | None = None
    reinstates: int | None = None
    """The revision of the kill that it lifts."""
    changes: Changes | None = None
    """Against the version that was public before."""


@dataclass(frozen=True, slots=True)
class Facet:
    """How the stories found divide by one field, most frequent first."""

    name: str
    counts: tuple[tuple[str, int], ...]
    """(value, number of stories), of a group one, unless all copies are hits."""
    others: int
    """Stories counted under values not shown, copies among them; one story may count several times."""


@dataclass(frozen=True, slots=True)
class Results:
    """What a search found."""

    total: int
    """Stories that can be listed: of a near-duplicate group one, unless all copies are hits."""
    documents: int
    """With all copies that match."""
    hits: tuple[Hit, ...]
    facets: tuple[Facet, ...]


def search(client: Elasticsearch, settings: Settings, wanted: Search) -> Results:
    """The stories that may be seen and match.

    Raises TerminalError for a search that cannot be, TransientError when the engine does not answer, OperatorError
    when there is no index.
    """
    if len(wanted.words) > _LONGEST_QUERY:
        raise TerminalError(f"The query is longer than {_LONGEST_QUERY} characters.")
    if wanted.size < 0 or wanted.start < 0 or wanted.start + wanted.size > DEEPEST:
        raise TerminalError(f"Only the first {DEEPEST} stories can be listed: narrow the search by filters.")
    counted = {name: facet_field(name) for name in wanted.facets}
    with translated():
        answer = client.search(
            index=live_alias(settings),
            size=wanted.size,
            from_=wanted.start,
            **_request(wanted, tuple(counted.values())),
        )
    documents, found = answer["hits"]["total"]["value"], answer.get("aggregations", {})
    there = copies(
        client, settings, (group for hit in answer["hits"]["hits"] if (group := hit["_source"].get("group")))
    )
    return Results(
        total=documents if wanted.copies else shown(documents, found[_TOTAL]),
        documents=documents,
        hits=tuple(_hit(hit, there) for hit in answer["hits"]["hits"]),
        facets=tuple(_facet(name, found[field]["values"]) for name, field in counted.items()),
    )


def _request(wanted: Search, facets: Sequence[str]) -> dict[str, Any]:
    """A filter on a counted field is applied after counting, and to the other facets."""
    by_field = queries(wanted.filters)
    after = {field: query for field, query in by_field.items() if field in facets}
    before = [query for field, query in by_field.items() if field not in facets]
    words = _words(wanted.words)
    request: dict[str, Any] = {
        "query": {"bool": {"must": [words] if words else [], "filter": before}},
        "sort": _SORTS["newest" if wanted.sort == "relevance" and not words else wanted.sort],
        "source": list(_SHOWN),
        "track_total_hits": True,
        "track_scores": bool(words),
        "aggs": {field: _counting(field, after, wanted) for field in facets},
    }
    if words:
        request["highlight"] = _highlight()
    if after:
        request["post_filter"] = {"bool": {"filter": list(after.values())}}
    if not wanted.copies:
        request["collapse"] = COLLAPSED
        request["aggs"][_TOTAL] = {"filter": {"bool": {"filter": list(after.values())}}, "aggs": counting()}
    return request


def _words(query: str) -> Query | None:
    text = query.translate(_QUOTES).strip()
    if text in {"", "*"}:
        return None
    return {
        "simple_query_string": {
            "query": text,
            "fields": list(_FIELDS),
            "default_operator": "and",
            "quote_field_suffix": ".exact",
            "flags": _SYNTAX,
        }
    }


def _counting(field: str, after: Mapping[str, Query], wanted: Search) -> dict[str, Any]:
    others = [query for name, query in after.items() if name != field]
    values: dict[str, Any] = {"terms": {"field": field, "size": max(1, wanted.values)}}
    if not wanted.copies:
        values["aggs"] = counting(facet=True)
    return {"filter": {"bool": {"filter": others}}, "aggs": {"values": values}}


def _highlight() -> dict[str, Any]:
    whole: dict[str, Any] = {"number_of_fragments": 0}
    pieces: dict[str, Any] = {"number_of_fragments": 2, "fragment_size": 160, "order": "score"}
    return {
        "type": "unified",
        # Where Java's sentences come from ICU, as in the local stack, those of no locale take time in the square of
        # the text's length; the locale changes little else.
        "boundary_scanner_locale": "en-US",
        "pre_tags": [_BEGIN],
        "post_tags": [_END],
        "fields": {
            "headline": whole,
            "headline.exact": whole,
            "body_text": pieces,
            "body_text.exact": pieces,
        },
    }


def _hit(hit: Mapping[str, Any], there: Mapping[str, Copies]) -> Hit:
    source, marked = hit["_source"], hit.get("highlight", {})
    headline = next(iter(marked.get("headline.exact") or marked.get("headline") or []), source.get("headline"))
    fragments: list[Fragment] = []
    # A phrase is marked in the sub-field that it is looked for in; the same sentence may match in both.
    for each in map(_fragment, [*marked.get("body_text.exact", []), *marked.get("body_text", [])]):
        if not any(each.text in other.text or other.text in each.text for other in fragments):
            fragments.append(each)
    return Hit(
        uri=source["uri"],
        score=hit.get("_score"),
        published=source.get("published"),
        source=source.get("source"),
        headline=_fragment(headline) if headline else None,
        fragments=tuple(fragments[:2]),
        slugline=source.get("slugline"),
        urgency=source.get("urgency"),
        language=source.get("language"),
        signals=tuple(source.get("signals", ())),
        places=tuple(source.get("places", ())),
        countries=tuple(source.get("countries", ())),
        event_types=tuple(source.get("event_types", ())),
        people=tuple(source.get("people", ())),
        organisations=tuple(source.get("organisations", ())),
        version=source.get("version"),
        profile=source.get("profile"),
        format=source.get("provenance", {}).get("format"),
        group=source.get("group"),
        copies=there.get(source.get("group", "")),
        thread=source.get("thread"),
        reinstates=source.get("reinstates"),
        changes=msgspec.convert(source.get("story", {}).get("changes"), Changes | None),
    )


def _fragment(marked: str) -> Fragment:
    """The text without the marks, and where they stood."""
    text, matches, start = "", [], None
    for piece in _pieces(marked):
        if piece == _BEGIN:
            start = len(text)
        elif piece == _END:
            if start is not None and start < len(text):
                matches.append((start, len(text)))
            start = None
        else:
            text += piece
    return Fragment(text, tuple(matches))


def _pieces(marked: str) -> list[str]:
    for mark in (_BEGIN, _END):
        marked = marked.replace(mark, f"\0{mark}\0")
    return [piece for piece in marked.split("\0") if piece]


def _facet(name: str, answer: Mapping[str, Any]) -> Facet:
    """The values that most copies have, by what is shown of them."""
    counts = [(str(bucket.get("key_as_string", bucket["key"])), _stories(bucket)) for bucket in answer["buckets"]]
    counts.sort(key=lambda each: -each[1])
    return Facet(name, tuple(counts), int(answer["sum_other_doc_count"]))


def _stories(bucket: Mapping[str, Any]) -> int:
    return shown(bucket["doc_count"], bucket) if "groups" in bucket else int(bucket["doc_count"])
