"""The published schemas are those of the types, and hold for what the pipeline publishes."""

from datetime import UTC, datetime
from pathlib import Path

import jsonschema
import orjson
import pytest

from pipeline.errors import TerminalError
from pipeline.schema import schemas
from pipeline.story import (
    Author,
    Casualties,
    Dateline,
    Entity,
    Event,
    Participant,
    Place,
    Provenance,
    RawReference,
    Span,
    Story,
    StoryEvent,
    decode,
    decode_event,
    encode,
)

FOLDER = Path(__file__).parent.parent / "schemas"

EVENT = Event(
    type="ASSAULT",
    trigger=Span(text="attacked", start=8, end=16),
    evidence=Span(text="Gunmen attacked Baiji.", start=1, end=23),
    actors=(Participant(span=Span(text="Gunmen", start=1, end=7)),),
    targets=(Participant(span=Span(text="Baiji", start=17, end=22), name="Baiji"),),
    casualties=(Casualties(kind="killed", low=3, span=Span(text="three", start=0, end=5)),),
    confidence=0.5,
)
STORY = Story(
    uri="urn:example:1",
    revision=7,
    versioncreated=datetime(2026, 11, 24, 9, tzinfo=UTC),
    urgency=3,
    dateline=Dateline(text="BAGHDAD (Agency) -", places=("Baghdad",), agency="Agency"),
    authors=(Author(name="Ana Ruiz", role="reporting", place="Lima"),),
    body_text="Gunmen attacked Baiji.",
    extra={"x": [1, {"y": None}]},
    entities=(Entity(name="Baiji", type="gpe", mentions=(Span(text="Baiji", start=16, end=21),)),),
    places=(Place(name="Baiji", country="IQ", lat=34.9, lon=43.5, kind="city"),),
    events=(EVENT,),
    provenance=Provenance(raw=RawReference(topic="wire.raw", partition=0, offset=1, size=2, sha256="ab")),
)


@pytest.mark.parametrize("name", schemas())
def test_the_published_schema_is_the_types(name: str) -> None:
    assert (FOLDER / name).read_bytes() == schemas()[name], "run `make schemas`"
    jsonschema.Draft202012Validator.check_schema(orjson.loads(schemas()[name]))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("story.schema.json", STORY),
        ("story.schema.json", Story(uri="u")),
        ("event.schema.json", StoryEvent(uri="u", revision=1, number=0, event=EVENT)),
    ],
)
def test_what_is_published_holds_to_it(name: str, value: Story | StoryEvent) -> None:
    schema = orjson.loads(schemas()[name])
    jsonschema.validate(orjson.loads(encode(value)), schema, cls=jsonschema.Draft202012Validator)


def test_a_story_comes_back_as_it_was() -> None:
    assert decode(encode(STORY)) == STORY


def test_an_event_comes_back_as_it_was() -> None:
    event = StoryEvent(uri="u", revision=1, number=0, event=EVENT)
    assert decode_event(encode(event)) == event


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "Not valid JSON"),
        (b'{"uri": "a"', "Not valid JSON"),
        (b"[]", "Not a Story: Expected `object`"),
        (b"{}", "missing required field `uri`"),
        (b'{"uri": ""}', r"`str` of length >= 1 - at `\$.uri`"),
        (b'{"uri": "a", "urgency": 10}', r"at `\$.urgency`"),
        (b'{"uri": "a", "pubstatus": "killed"}', r"at `\$.pubstatus`"),
        (b'{"uri": "a", "versioncreated": "2026-11-24T09:00:00"}', r"timezone component - at `\$.versioncreated`"),
        (b'{"uri": "a", "revision": 140737488355328}', r"at `\$.revision`"),
        (b'{"uri": "\\ud800"}', "Not valid JSON"),
    ],
)
def test_what_is_no_story_is_refused_with_the_place(data: bytes, says: str) -> None:
    with pytest.raises(TerminalError, match=says):
        decode(data)
