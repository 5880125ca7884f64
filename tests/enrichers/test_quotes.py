"""Quotes, case by case, and what must hold of every text."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.enrichers.quotes.lexicon import cues
from pipeline.enrichers.quotes.marks import pieces
from pipeline.enrichers.quotes.sentences import sentences
from pipeline.story import Quote, Span
from tests.enrichers.quote_cases import cases, quotes, told

CASES = cases("quotes.toml")
HELD_OUT = [*cases("quotes_held_out.toml"), *cases("quotes_second_held_out.toml")]
LEAST_FOUND = 0.9
"""Of the quotes of cases that the rules were not made from, how many must be found, with kind and speaker."""


@pytest.mark.parametrize("case", CASES, ids=[case["text"][:60] for case in CASES])
def test_case(case: Mapping[str, Any]) -> None:
    assert [told(quote) for quote in quotes(case)] == case["quotes"]


def test_most_of_what_the_rules_were_not_made_from_is_found() -> None:
    wanted = [(number, *quote[:2], quote[3][:20]) for number, case in enumerate(HELD_OUT) for quote in case["quotes"]]
    found = {(number, *told(q)[:2], told(q)[3][:20]) for number, case in enumerate(HELD_OUT) for q in quotes(case)}
    assert sum(quote in found for quote in wanted) >= LEAST_FOUND * len(wanted)
    assert len(found) <= len(wanted) / LEAST_FOUND


@pytest.mark.parametrize(
    ("text", "inner"),
    [
        ("", []),
        ('"', []),
        ('""', []),
        ('6\'2" tall and 12" wide', []),
        ("the workers' hall and the '90s", []),
        ("rock 'n' roll in the ’60s", []),
        ('He said "no".', ["no"]),
        ("“One” and “two”", ["One", "two"]),
        ("“One “two” three” four", ["One “two” three"]),
        ("‘It’s the miners’ hall,’ he said. ‘Ours.’", ["It’s the miners’ hall,", "Ours."]),
        ("„Eins“, «deux» , « trois », »vier« and ‹five›", ["Eins", "deux", "trois", "vier", "five"]),
        ("``Old wire,'' he said.", ["Old wire,"]),
        ('"The next paragraph goes on.', ["The next paragraph goes on."]),
        ('"No end. "But this has one," he said.', ["No end.", "But this has one,"]),
        ("“Typed “wrongly.", []),
        ('("In brackets")', ["In brackets"]),
    ],
)
def test_marks(text: str, inner: list[str]) -> None:
    assert [text[piece.inner_start : piece.inner_end] for piece in pieces(text)] == inner


def spans(quote: Quote) -> Iterator[Span]:
    yield from quote.spans
    if quote.cue:
        yield quote.cue
    if quote.speaker:
        yield quote.speaker.span


WORDS = (
    '"', "“", "”", "‘", "’", "'", "«", "»", "„", "``", "''", "said", "told", "Ana Quispe", "Quispe", "he",
    "the mayor", ",", ".", "?", ":", "(", ")", "\n\n", "\n", "that", "according to", "and", "but", "who", "not",
    "quoted", "as saying",
    "🙂", "\u200b", "\x00\x01\x02", "6\"", "SAID", "Москва", "a statement", "in", "Monday", "-", "…", "have", "union",
)  # fmt: skip


@settings(deadline=None, max_examples=150)
@given(st.lists(st.sampled_from(WORDS), max_size=40), st.sampled_from(["en", "de", "fr", "es", "ar"]))
def test_every_span_is_where_it_says(parts: list[str], language: str) -> None:
    text = " ".join(parts)
    case = {"text": text, "language": language, "who": "p Ana Quispe|Quispe@mayor; o union"}
    found = quotes(case)
    assert found == quotes(case)
    for quote in found:
        assert quote.spans
        for span in spans(quote):
            assert text[span.start : span.end] == span.text != ""


@settings(deadline=None, max_examples=100)
@given(st.text(alphabet="\"'“”‘’«»„`ab. ,5\n", max_size=80))
def test_pieces_lie_in_order_within_their_marks(text: str) -> None:
    at = 0
    for piece in pieces(text):
        assert at <= piece.start < piece.inner_start <= piece.inner_end <= piece.end <= len(text)
        at = piece.end


@pytest.mark.parametrize(
    "text",
    [
        '"' * 100_000,
        "“ " * 50_000,
        '"a ' * 30_000,
        "’s " * 30_000,
        "said " * 20_000,
        "he said, " * 5_000,
        "Ana Quispe said " * 2_000,
        "a, " * 30_000,
        "(" * 50_000,
        "according to " * 8_000,
        "quoted as saying " * 6_000,
        "x" * 100_000,
        "\n\n" * 50_000,
        "Quispe 12 14 3.5\n" * 2_000,
    ],
    ids=lambda text: repr(text[:12]),
)
def test_hostile_texts_are_read_to_the_end(text: str) -> None:
    ends = text + '\n\n"This is the end," Luis Prado said.'
    assert told(quotes({"text": ends, "who": "p Luis Prado; p Ana Quispe|Quispe"})[-1])[:2] == ["direct", "Luis Prado"]


def test_no_form_is_a_cue_twice_in_one_language() -> None:
    assert cues("en")["said"].introduces == "clause"
    assert not cues("tlh")


def test_a_sentence_does_not_end_within_a_name() -> None:
    text = "The U.N. Security Council met. It left the U.N. The minister spoke in the U.S. Capitol."
    assert [text[start:end] for start, end in sentences(text, "en")] == [
        "The U.N. Security Council met.",
        "It left the U.N.",
        "The minister spoke in the U.S. Capitol.",
    ]
