"""What the components together owe, whatever the story."""

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.enrichers.analysis import LONGEST
from pipeline.enrichers.registry import COMPONENTS, REVISION, enrich_batch
from pipeline.story import Span, Story, decode, encode

TEXT = (
    "Gunmen killed six police officers in Baghdad on Tuesday, the Interior Ministry said. “We will not rest,” "
    "Minister Nizar al-Obaidi told reporters.\n\nThe Army of the Covenant (AOC) denied it had attacked Iraq's police. "
    "The AOC said the U.N. should ask France 🙂 and N'Djamena."
)
HOSTILE = {
    "one letter": "a",
    "200,000 letters": "a" * 200_000,
    "no spaces": "Baghdad," * 5_000,
    "newlines": "\n" * 10_000 + "Baghdad" + "\n\n" * 10_000,
    "emoji": "🙂👩‍👩‍👧‍👦" * 2_000,
    "right to left": "\u202eهجوم في بغداد\u202c " * 500,
    "zero width": "Bagh\u200bdad \u200d\ufeff" * 500,
    "quotes": "“" * 2_000 + "”" * 2_000,
    "combining": "e\u0301" * 5_000,
    "brackets": "(" * 3_000 + "A" + ")" * 3_000,
    "capitals": "GUNMEN KILLED SIX IN BAGHDAD. " * 300,
    "one endless sentence": "Gunmen who attacked the police that killed the rebels and " * 400,
}
SECONDS = 30.0
"""Of processor time for the worst text, on any machine; the least is a hundredth of it."""


def spans(story: Story) -> Iterator[Span]:
    yield from (span for entity in story.entities for span in entity.mentions)
    yield from (span for place in story.places for span in place.mentions)
    for event in story.events:
        yield from (event.trigger, event.evidence, *(count.span for count in event.casualties))
        yield from (each.span for each in (*event.actors, *event.targets, *event.instruments))
        yield from event.again
    yield from (figure.span for figure in story.figures)
    yield from (span for quote in story.quotes for span in quote.spans)


def enriched(text: str, language: str | None = "en") -> Story:
    (story,) = enrich_batch([Story(uri="u", body_text=text, language=language)])
    return story


def test_the_order_of_the_components() -> None:
    assert [component.name for component in COMPONENTS] == [
        "entities",
        "places",
        "figures",
        "quotes",
        "events",
        "telling",
        "topics",
    ]


def test_everything_is_found_and_says_what_made_it() -> None:
    story = enriched(TEXT)
    assert story.entities
    assert story.places
    assert story.events
    assert [each.name for each in story.provenance.components][1:] == [component.name for component in COMPONENTS]
    assert story.provenance.enrichment_revision == REVISION
    assert {entity.component for entity in story.entities} == {"entities"}
    assert {place.component for place in story.places} == {"places"}
    assert {event.component for event in story.events} == {"events"}
    assert {quote.component for quote in story.quotes} == {"quotes"}
    assert {figure.component for figure in story.figures} == {"figures"}


@pytest.mark.parametrize("zone", [14, 0, -12])
@pytest.mark.parametrize("day", [(1, 1, 1), (9999, 12, 31)])
def test_at_the_ends_of_the_calendar_stories_are_enriched_too(day: tuple[int, int, int], zone: int) -> None:
    time = datetime(*day, tzinfo=timezone(timedelta(hours=zone)))
    dates = ("last month", "since May", "in 2019", "two weeks ago", "next Monday", "by the end of June", "on Nov. 3")
    text = "\n\n".join(f"Gunmen killed six in Baghdad {each}. Police blamed rebels." for each in dates)
    (story,) = enrich_batch([Story(uri="u", body_text=text, language="en", versioncreated=time, firstcreated=time)])
    assert story.events


def test_twice_is_the_same_and_neighbours_do_not_matter() -> None:
    alone = enriched(TEXT)
    beside = enrich_batch(
        [Story(uri="v", body_text="Rain fell in Lima."), Story(uri="u", body_text=TEXT, language="en")]
    )
    assert beside[1] == alone == enriched(TEXT)


def test_enriching_the_enriched_changes_nothing() -> None:
    once = enriched(TEXT)
    assert enrich_batch([once]) == [once]


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_texts_end_soon_and_come_out_whole(name: str) -> None:
    before = time.process_time()
    story = enriched(HOSTILE[name])
    assert time.process_time() - before < SECONDS
    assert decode(encode(story)) == story
    for span in spans(story):
        assert story.body_text[span.start : span.end] == span.text != ""


@settings(deadline=None, max_examples=60)
@given(st.lists(st.sampled_from(TEXT.split(" ")) | st.text(max_size=8), max_size=40))
def test_every_span_is_where_it_says(words: list[str]) -> None:
    story = enriched(" ".join(words).encode(errors="replace").decode())
    for span in spans(story):
        assert story.body_text[span.start : span.end] == span.text != ""


def test_of_a_very_long_text_only_so_much_is_read() -> None:
    story = enriched(("Rain fell. " * (LONGEST // 11 + 1)) + "Gunmen attacked Baghdad.")
    assert story.provenance.enriched_to == LONGEST
    assert story.entities == ()


@pytest.mark.parametrize("pubstatus", ["canceled", "withheld"])
def test_a_story_without_text_passes(pubstatus: str) -> None:
    story = Story(uri="u", pubstatus=pubstatus, headline="H")  # type: ignore[arg-type]
    (passed,) = enrich_batch([story])
    assert replace(passed, provenance=story.provenance) == story


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (
            "Die Gewerkschaft rief am Montag in Hamburg zu einem Streik auf, weil die Verhandlungen gescheitert waren.",
            "de",
        ),
        (
            "Los bomberos combatían el lunes un incendio en Valparaíso que mató a tres personas, según el gobierno.",
            "es",
        ),
        ("قالت الشرطة إن مسلحين هاجموا مركزا للشرطة في بغداد يوم الثلاثاء وقتلوا ستة من رجالها.", "ar"),
    ],
)
def test_another_language_gets_no_nonsense_from_the_english_model(text: str, language: str) -> None:
    story = enriched(text, None)
    assert story.language == language
    assert story.events == ()
    assert {entity.type for entity in story.entities} <= {"gpe", "location"}
