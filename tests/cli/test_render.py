"""The readable view of a story."""

import io
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from rich.console import Console

from pipeline.cli import render
from pipeline.story import (
    Author,
    Casualties,
    Dateline,
    Entity,
    Event,
    Link,
    Participant,
    Place,
    Provenance,
    Span,
    Story,
)

BODY = (
    "Police shot six protesters dead in Cusco, [bold]officials[/bold] said.\n\n"
    "Minister Ana Ruiz 😀 did not accuse Peru."
)


def span(text: str) -> Span:
    start = BODY.index(text)
    return Span(text=text, start=start, end=start + len(text))


STORY = Story(
    uri="urn:newsml:agency.example:20260303:a-long-identifier-that-has-to-be-folded-somewhere",
    revision=7,
    version="3",
    embargoed=datetime(2026, 3, 4, tzinfo=UTC),
    versioncreated=datetime(2026, 3, 3, 14, 2, tzinfo=UTC),
    headline="Peru's congress ousts president [red]now[/red]",
    signals=("update 2",),
    authors=(Author(name="Ana Ruiz", place="Lima"), Author(name="Jane Roe", role="editing")),
    dateline=Dateline(text="LIMA (Agency) -", places=("Lima",), agency="Agency"),
    body_text=BODY,
    links=(Link(rel="picture", title="[i]Protest[/i]", href="https://agency.example/1.jpg"),),
    extra={"altids": {"desk": "A1"}, "long": "x" * 1000},
    entities=(
        Entity(name="Ana Ruiz", type="person", role="minister", aliases=("Ruiz",), mentions=(span("Ana Ruiz"),)),
        Entity(name="Cusco", type="gpe", mentions=(span("Cusco"),)),
        Entity(name="Peru", type="gpe", mentions=(span("Peru"),), in_headline=True),
    ),
    places=(Place(name="Cusco", country="PE", country_name="Peru", lat=-13.5, lon=-72, mentions=(span("Cusco"),)),),
    events=(
        Event(
            type="ASSAULT",
            mode="firearms",
            trigger=span("shot"),
            evidence=span("Police shot six protesters dead in Cusco"),
            actors=(Participant(span=span("Police")),),
            targets=(Participant(span=span("six protesters"), name="protesters"),),
            place="Cusco",
            country="PE",
            date="on Tuesday",
            casualties=(Casualties(kind="killed", low=6, high=6, span=span("six protesters dead")),),
        ),
        Event(type="ACCUSE", status="negated", trigger=span("accuse"), evidence=span("did not accuse Peru")),
    ),
    provenance=Provenance(format="text", charset="utf-8", parts=2),
)


def shown(story: Story, width: int, *, colours: bool = False) -> str:
    file = io.StringIO()
    console = Console(file=file, width=width, force_terminal=colours, color_system="standard" if colours else None)
    console.print(render.story(story, width))
    return file.getvalue()


@pytest.mark.parametrize("width", [60, 80, 120, 200])
def test_nothing_is_wider_than_the_terminal_and_nothing_is_missing(width: int) -> None:
    text = shown(STORY, width)
    assert max(map(len, text.splitlines())) <= width
    words = " ".join(text.split())
    for part in ("ASSAULT/firearms", "ACCUSE", "negated", "6 killed", "PE", "update 2", "on Tuesday", "minister", "A1"):
        assert part in words
    squeezed = "".join(text.split())
    for part in ("[red]now[/red]", "[bold]officials[/bold]", "[i]Protest[/i]", "protesters(sixprotesters)"):
        assert part in squeezed


def test_marks_stand_where_the_offsets_say() -> None:
    text = shown(STORY, 200, colours=True)
    assert "\x1b[30;43mshot\x1b[0m" in text
    assert "\x1b[1;32mAna Ruiz\x1b[0m" in text
    assert "\x1b[1;4;36mCusco\x1b[0m" in text
    assert "accuse\x1b[0m" in text


def test_the_legend_names_only_what_is_marked() -> None:
    legend = next(line for line in shown(STORY, 120).splitlines() if "marked:" in line)
    assert legend.split("marked:")[1].split() == ["person", "gpe", "place", "asserted", "event", "negated", "event"]
    assert "marked:" not in shown(replace(STORY, entities=(), places=(), events=()), 120)


@pytest.mark.parametrize(
    ("status", "words"), [("canceled", "KILLED"), ("withheld", "withheld"), ("usable", "embargoed until 2026-03-04")]
)
def test_what_may_not_be_used_is_said(status: str, words: str) -> None:
    assert words in shown(replace(STORY, pubstatus=status), 120)  # type: ignore[arg-type]


def test_text_cannot_steer_the_terminal() -> None:
    hostile = "a\x1b[31mb\x07\x9b\u202ec"
    text = shown(Story(uri="x", headline=hostile, slugline=hostile, body_text=hostile, extra={hostile: hostile}), 80)
    assert not set(text) & {"\x1b", "\x07", "\x9b", "\u202e"}


def test_the_least_story() -> None:
    assert "urn:x" in shown(Story(uri="urn:x"), 60)
