"""Documents without an engine: nothing of a story is lost, and nothing hostile breaks them."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import TerminalError
from pipeline.search.documents import LONGEST_ID, document, document_id, story_of
from pipeline.search.mapping import LONGEST_BODY, LONGEST_TEXT, enrichment_properties, field_paths, story_properties
from pipeline.story import Casualties, Concept, Event, Participant, Place, Span, Story, decode, encode

SPAN = Span(text="killed", start=0, end=6)


def source(story: Story) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(document(story, 1).source)
    return found


EVENT = Event(type="ASSAULT", trigger=SPAN, evidence=SPAN)


def event(**given: Any) -> Event:
    return replace(EVENT, **given)


def test_the_story_comes_back_as_it_went_in(fullest: Story) -> None:
    assert story_of(source(fullest)) == decode(encode(fullest))


@given(st.text(st.characters(exclude_categories=["Cs"])), st.integers(-3, 3))
def test_no_body_is_changed(text: str, around: int) -> None:
    story = Story(uri="u", body_text="x" * (LONGEST_BODY + around) + text)
    assert story_of(source(story)) == story


def test_the_body_is_stored_once(fullest: Story) -> None:
    assert len(document(fullest, 1).source) < 1.2 * len(fullest.body_text)


def test_every_mapped_field_is_filled_and_no_other(fullest: Story) -> None:
    properties = story_properties("elasticsearch") | enrichment_properties()
    mapped = set(field_paths(properties)) - {"names"}  # copied to by the engine
    sub_fields = {path for path in mapped if path.endswith((".folded", ".exact"))}
    assert set(paths(source(fullest))) == mapped - sub_fields


def paths(value: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    for name, inner in value.items():
        yield prefix + name
        if name in {"story", "extra", "locations"}:
            continue
        for each in inner if isinstance(inner, list) else [inner]:
            if isinstance(each, dict):
                yield from paths(each, f"{prefix}{name}.")


def test_a_kill_leaves_a_tombstone(fullest: Story) -> None:
    killed = replace(fullest, pubstatus="canceled")
    kept = source(killed)
    assert set(kept) == {
        "uri", "revision", "pubstatus", "type", "version", "published", "versioncreated", "firstcreated", "language",
        "source", "ednote", "provenance", "story",
    }  # fmt: skip
    story = story_of(kept)
    assert (story.uri, story.ednote, story.revision) == (fullest.uri, fullest.ednote, fullest.revision)
    assert not any((story.headline, story.slugline, story.byline, story.body_text, story.keywords, story.extra))
    assert not any((story.entities, story.events, story.places, story.authors, story.dateline, story.links))


def test_only_asserted_events_are_facets() -> None:
    said = Participant(span=Span(text="the army", start=0, end=8), name="Army")
    killed = Casualties(kind="killed", low=6, span=SPAN)
    denied = event(type="COERCE", status="negated", actors=(said,), casualties=(replace(killed, low=50),))
    feared = event(type="PROTEST", status="hypothetical")
    made = source(Story(uri="u", events=(event(casualties=(killed,), targets=(said,)), denied, feared)))
    assert made["event_types"] == ["ASSAULT"]
    assert made["event_types_all"] == ["ASSAULT", "COERCE", "PROTEST"]
    assert made["killed"] == 6
    assert "actors" not in made
    assert made["targets"] == ["Army"]
    assert made["events"][1]["actors"] == ["Army"]


def test_a_toll_is_the_largest_lower_bound_and_no_sum() -> None:
    low, high = Casualties(kind="killed", low=6, span=SPAN), Casualties(kind="killed", low=8, high=12, span=SPAN)
    made = source(Story(uri="u", events=(event(casualties=(low,)), event(casualties=(high, low)))))
    assert made["killed"] == 8
    assert made["events"][1]["casualties"] == {"killed": {"low": 8, "high": 12}}


def test_subjects_by_name_and_by_code() -> None:
    made = source(
        Story(uri="u", subject=(Concept(name="politics", code="11000000", scheme="medtop"), Concept(code="x")))
    )
    assert made["subjects"] == ["politics", "x"]
    assert made["subject_codes"] == ["medtop:11000000", "x"]


@pytest.mark.parametrize("tag", ["en", "en-US", "EN_gb"])
def test_languages_are_counted_without_region(tag: str) -> None:
    assert source(Story(uri="u", language=tag))["language"] == "en"


def test_received_dates_what_the_agency_did_not() -> None:
    time = datetime(2026, 3, 1, 12, tzinfo=timezone(timedelta(hours=2)))
    story = Story(uri="u")
    story = replace(story, provenance=replace(story.provenance, received=time))
    assert source(story)["published"] == "2026-03-01T10:00:00+00:00"
    assert source(replace(story, versioncreated=time - timedelta(hours=1)))["published"] == "2026-03-01T09:00:00+00:00"


@pytest.mark.parametrize(
    "story",
    [
        Story(uri="u", versioncreated=datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=5)))),
        Story(uri="u", versioncreated=datetime(9999, 12, 31, 23, tzinfo=timezone(-timedelta(hours=5)))),
        Story(uri="u", headline="x" * 3_000_000, events=(event(evidence=Span(text="y" * 99_999, start=0, end=1)),)),
        Story(uri="u", events=(event(casualties=(Casualties(kind="killed", low=1 << 60, span=SPAN),)),) * 3_000),
        Story(uri="u", places=(Place(name="p" * 99_999, lat=1.0), Place(name="", lat=90.0, lon=-180.0))),
        Story(uri="u", extra={str(number): "z" * 9_999 for number in range(9_999)}),
    ],
)
def test_extremes_make_a_bounded_document(story: Story) -> None:
    made = source(story)
    assert story_of(made) == story
    assert len(orjson.dumps({**made, "story": None})) < 1_500_000
    assert len(made.get("headline", "")) <= LONGEST_TEXT
    assert made.get("killed", 0) < 1 << 31


@pytest.mark.parametrize(
    "story", [Story(uri="u\ud800"), Story(uri="u", body_text="\udfff"), Story(uri="u", extra={"n": 1 << 70})]
)
def test_what_json_cannot_hold_is_terminal(story: Story) -> None:
    with pytest.raises(TerminalError, match="cannot be written as JSON"):
        document(story, 1)


def test_an_embargo_without_end_stays_one() -> None:
    end = datetime(9999, 12, 31, 23, 59, tzinfo=timezone(-timedelta(hours=5)))
    assert source(Story(uri="u", embargoed=end))["embargoed"] == "9999-12-31T23:59:00+00:00"


def test_long_uris_have_short_ids() -> None:
    fits, long = "é" * (LONGEST_ID // 2), "é" * (LONGEST_ID // 2) + "x"
    assert document_id(fits) == fits
    assert len(document_id(long).encode()) <= LONGEST_ID
    assert document_id(long) != document_id(long + "x")
    assert document_id(document_id(long)) != document_id(long)
    assert story_of(source(Story(uri=long, versioncreated=datetime(2026, 1, 1, tzinfo=UTC)))).uri == long
