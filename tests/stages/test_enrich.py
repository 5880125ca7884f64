"""Where an enriched story goes."""

from datetime import UTC, datetime, timedelta

import pytest

from pipeline.stages.enrich import destination
from pipeline.story import Event, Provenance, PubStatus, Span, Story, decode, decode_event
from pipeline.topics import EVENTS, HELD, STORIES

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)
SPAN = Span(text="met", start=0, end=3)
EVENTS_OF_IT = (
    Event(type="CONSULT", trigger=SPAN, evidence=SPAN),
    Event(type="AGREE", trigger=SPAN, evidence=SPAN, status="negated"),
)


def story(embargoed: datetime | None, pubstatus: PubStatus = "usable") -> Story:
    provenance = Provenance(lane="bulk", received=NOW)
    return Story(
        uri="u", revision=9, headline="H", pubstatus=pubstatus, embargoed=embargoed, body_text="met",
        events=EVENTS_OF_IT, provenance=provenance,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("embargoed", "pubstatus", "topics"),
    [
        (None, "usable", [STORIES, EVENTS, EVENTS]),
        (NOW - MOMENT, "usable", [STORIES, EVENTS, EVENTS]),
        (NOW, "usable", [STORIES, EVENTS, EVENTS]),
        (NOW + MOMENT, "usable", [HELD]),
        (NOW + timedelta(days=3650), "usable", [HELD]),
        (None, "withheld", [STORIES]),
        (None, "canceled", [STORIES]),
        (NOW + MOMENT, "canceled", [STORIES]),  # a kill is never held
        (NOW.astimezone(datetime.fromisoformat("2026-01-01T00:00-11:00").tzinfo) + MOMENT, "usable", [HELD]),
    ],
)
def test_where_it_goes(embargoed: datetime | None, pubstatus: PubStatus, topics: list[str]) -> None:
    sends = destination(story(embargoed, pubstatus), NOW).sends
    assert [send.topic for send in sends] == topics
    assert {send.key for send in sends} == {b"u"}


def test_what_a_subscriber_gets() -> None:
    whole = story(None)
    first, *events = destination(whole, NOW).sends
    assert decode(first.value) == whole
    assert [decode_event(send.value).event for send in events] == list(EVENTS_OF_IT)
    last = decode_event(events[-1].value)
    assert (last.uri, last.revision, last.number, last.headline, last.lane) == ("u", 9, 1, "H", "bulk")
