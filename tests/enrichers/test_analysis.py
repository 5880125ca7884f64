"""How a text is cut into what the model reads at once."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.enrichers.analysis import LARGEST_PIECE, paragraphs
from pipeline.enrichers.registry import enrich_batch
from pipeline.story import Story


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("", []),
        ("\n \n", []),
        ("One.\n\nTwo.", [(0, "One."), (6, "Two.")]),
        ("One\ntwo.\n \n Three. ", [(0, "One\ntwo."), (12, "Three.")]),
    ],
)
def test_paragraphs(text: str, pieces: list[tuple[int, str]]) -> None:
    assert paragraphs(text) == pieces


@given(st.text(alphabet="ab. \n", max_size=60).map(lambda text: text * 300))
def test_pieces_are_where_they_say_and_leave_nothing_out(text: str) -> None:
    pieces = paragraphs(text)
    assert all(text[start : start + len(piece)] == piece for start, piece in pieces)
    assert all(0 < len(piece) <= LARGEST_PIECE for _, piece in pieces)
    assert "".join("".join(piece.split()) for _, piece in pieces) == "".join(text.split())


def test_a_long_paragraph_is_cut_after_a_sentence() -> None:
    pieces = paragraphs("Gunmen attacked a base. " * 400)
    assert len(pieces) > 1
    assert all(piece.startswith("Gunmen") and piece.endswith("base.") for _, piece in pieces)


def test_the_time_grows_with_the_length_not_with_its_square() -> None:
    sentence = "Gunmen killed six people and wounded two on Monday in Lima. "
    enrich_batch([Story(uri="u", body_text=sentence)])
    spent = []
    for times in (100, 800):
        before = time.process_time()
        enrich_batch([Story(uri="u", body_text=sentence * times, language="en")])
        spent.append(time.process_time() - before)
    assert spent[1] < 24 * spent[0]
