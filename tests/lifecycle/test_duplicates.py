"""Which stories are near-duplicates, and what is kept of them to tell."""

import tomllib
from pathlib import Path
from typing import Any

import msgspec
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.lifecycle.duplicates import SHORT_WINDOW, WINDOW, duplicates, window
from pipeline.lifecycle.fingerprints import LEAD_SHINGLES, MOST_CHARACTERS, Fingerprint, fingerprint
from pipeline.story import Story

TABLE: dict[str, Any] = tomllib.loads(Path(__file__).with_name("duplicates.toml").read_text(encoding="utf-8"))
STRIKE: str = TABLE["bases"]["strike"].strip()
LARGEST = 2500


def kept(body: str, headline: str | None = None) -> Fingerprint:
    found = fingerprint(Story(uri="urn:test", body_text=body, headline=headline))
    assert found
    return found


def texts(pair: dict[str, Any]) -> tuple[str, str]:
    a = (pair["a"] if "a" in pair else TABLE["bases"][pair["base"]]).strip()
    b = pair.get("b", a).strip()
    for before, after in pair.get("edit", ()):
        assert before in b, "an edit that changes nothing tests nothing"
        b = b.replace(before, after)
    if "words" in pair:
        b = " ".join(b.split(" ")[: pair["words"]])
    return a, b.upper() if "capitals" in pair else b


@pytest.mark.parametrize("pair", TABLE["pair"], ids=lambda pair: str(pair["name"]))
def test_pairs(pair: dict[str, Any]) -> None:
    a, b = (kept(text, pair.get(f"headline_{name}")) for name, text in zip("ab", texts(pair), strict=True))
    found = bool(set(a.bands) & set(b.bands)) and duplicates(a, b)
    assert found is pair["same"]
    assert duplicates(a, b) is duplicates(b, a)


def test_a_fingerprint_is_the_same_for_all_time() -> None:
    """They lie in the index for days: whoever changes this counts VERSION up."""
    flash = kept("", "Dock workers end strike")
    assert flash == Fingerprint(bands=("1e1d34344e61793b26",), exact="1e1d34344e61793b26", words=4)
    story = kept(STRIKE)
    assert (story.words, len(story.bands)) == (239, 23)
    assert (story.bands[0], story.bands[1], story.bands[-1]) == ("1ee9daca8dbea3219c", "1l03be9610d4f", "1b5c34354f246")
    assert (story.body[:16], story.lead[:16]) == ("lcErAd12HQKmCQsE", "lcErAS9EMwQ/s+kE")
    assert (story.figures[:16], story.names[:16]) == ("W+tuAPbHiBML/pIg", "YBQ7Boa35h4jcA8l")
    assert story.days == "jzVEZsneO5+CVBKj"


def test_how_much_is_kept() -> None:
    figures = " ".join(f"In {number} the Committee{chr(65 + number % 26)} met." for number in range(9000))
    for text in (STRIKE, figures, STRIKE * 50):
        assert len(orjson.dumps(kept(text))) < LARGEST


def test_nothing_readable_is_kept() -> None:
    data = orjson.dumps(kept(STRIKE)).decode().lower()
    assert not [word for word in STRIKE.lower().split() if len(word) > 4 and word in data]


def test_it_is_json_and_back() -> None:
    story = kept(STRIKE)
    assert msgspec.convert(orjson.loads(orjson.dumps(story)), Fingerprint) == story


@pytest.mark.parametrize("text", ["", "Kill.", "1,2,3", "— — —", "\n\n"])
def test_too_short_to_say(text: str) -> None:
    assert fingerprint(Story(uri="urn:test", body_text=text)) is None


def test_only_the_beginning_of_a_very_long_text_is_read() -> None:
    long = " ".join(f"word{number}" for number in range(MOST_CHARACTERS // 4))
    assert kept(long + " and an end") == kept(long + " and another end")


def test_short_stories_are_the_same_for_hours_only() -> None:
    assert window(kept("", "Stocks open higher")) == SHORT_WINDOW < WINDOW == window(kept(STRIKE))


@given(st.text(max_size=400), st.text(max_size=400))
def test_any_two_texts(a: str, b: str) -> None:
    first, second = (fingerprint(Story(uri="urn:test", body_text=text)) for text in (a, b))
    if first and second:
        assert duplicates(first, second) is duplicates(second, first)
    if first:
        assert duplicates(first, first)
        assert len(set(first.bands)) == len(first.bands)


WORDS = st.lists(st.sampled_from(STRIKE.split()), min_size=3 * (LEAD_SHINGLES + 2), max_size=300)


@given(WORDS)
def test_a_copy_cut_to_a_third_below_its_lead_is_found(words: list[str]) -> None:
    whole, cut = kept(" ".join(words)), kept(" ".join(words[: len(words) // 3]))
    assert set(whole.bands) & set(cut.bands)
    assert duplicates(whole, cut)
