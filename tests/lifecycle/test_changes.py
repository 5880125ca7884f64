"""What changed between two versions of a story."""

import time
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.lifecycle.changes import LEFT_OUT, LONGEST_LIST, LONGEST_PARAGRAPH, MOST_NAMES, MOST_PARAGRAPHS, changes
from pipeline.lifecycle.changes_alignment import LONGEST_BODY
from pipeline.story import Casualties, Change, Changes, Component, Entity, Event, Provenance, Span, Story

CASES = Path(__file__).parent / "cases"
ENRICHED = Provenance(components=(Component(name="events", version="1"),))


def cases(name: str) -> list[Any]:
    found = tomllib.loads((CASES / name).read_text(encoding="utf-8"))["case"]
    return [pytest.param(case, id=case["name"]) for case in found]


def story(given: Mapping[str, Any], revision: int, language: str | None) -> Story:
    text = given.get("text", "").strip()
    return Story(
        uri="urn:x",
        revision=revision,
        pubstatus=given.get("pubstatus", "usable"),
        headline=given.get("headline"),
        body_text=text,
        language=language,
        signals=tuple(given.get("signals", ())),
        ednote=given.get("ednote"),
        entities=tuple(msgspec.convert(name, Entity) for name in given.get("names", ())),
        events=tuple(event(text, each) for each in given.get("events", ())),
        provenance=ENRICHED,
    )


def event(text: str, given: Mapping[str, Any]) -> Event:
    return Event(
        type=given["type"],
        status=given.get("status", "asserted"),
        trigger=span(text, given["trigger"]),
        evidence=span(text, given["trigger"]),
        casualties=tuple(
            Casualties(kind=kind, low=low, high=high, span=span(text, words))
            for kind, low, high, words in given.get("casualties", ())
        ),
    )


def span(text: str, words: str) -> Span:
    return Span(text=words, start=text.index(words), end=text.index(words) + len(words))


def versions(case: Mapping[str, Any]) -> tuple[Story, Story]:
    language = case["before"].get("language", "en")
    return story(case["before"], 7, language), story(case["after"], 8, language)


@pytest.mark.parametrize("case", cases("changes.toml"))
def test_case(case: Mapping[str, Any]) -> None:
    before, after = versions(case)
    told = Change(before=before.headline or "", after=after.headline or "") if case.get("headline") else None
    assert changes(before, after) == Changes(
        since=7,
        material=case["material"],
        headline=told,
        added=tuple(case.get("added", ())),
        removed=tuple(case.get("removed", ())),
        rewritten=tuple(Change(before=old, after=new) for old, new in case.get("rewritten", ())),
        names_added=tuple(case.get("names_added", ())),
        names_removed=tuple(case.get("names_removed", ())),
    )


@pytest.mark.parametrize("case", cases("changes_figures.toml"))
def test_figures(case: Mapping[str, Any]) -> None:
    found = changes(*versions(case))
    assert [(each.what, each.before, each.after) for each in found.figures] == [tuple(each) for each in case["figures"]]
    assert found.material == case["material"]


PLACES = [
    "Linz",
    "Porto",
    "Cusco",
    "Goma",
    "Oslo",
    "Riga",
    "Lima",
    "Accra",
    "Bergen",
    "Mandera",
    "Pokhara",
    "Valparaiso",
]
DEEDS = (
    "The mayor of {} opened a bridge.",
    "Ferries near {} stopped at noon on Friday.",
    "“We can wait,” said a farmer from {}.",
    "In {}, 12 schools stay closed - for now.",
)
SENTENCES = st.lists(
    st.sampled_from([deed.format(place) for place in PLACES for deed in DEEDS]), unique=True, min_size=1, max_size=12
)
BREAKS = st.lists(st.sampled_from([" ", "\n", "\n\n"]), min_size=12, max_size=12)


def joined(found: list[str], breaks: list[str]) -> str:
    return "".join(sentence + gap for sentence, gap in zip(found, breaks, strict=False)).strip()


BODIES = st.builds(joined, SENTENCES, BREAKS)


def between(before: str, after: str, headline: str | None = None) -> Changes:
    return changes(
        Story(uri="u", body_text=before, headline=headline), Story(uri="u", body_text=after, headline=headline)
    )


NOTHING = Changes(since=0, material=False)


@given(st.one_of(BODIES, st.text()), st.one_of(st.none(), st.text()))
def test_the_same_is_no_change(body: str, headline: str | None) -> None:
    assert between(body, body, headline) == NOTHING


@given(SENTENCES, BREAKS, BREAKS)
def test_other_paragraphs_of_the_same_sentences_are_no_change(
    found: list[str], one: list[str], other: list[str]
) -> None:
    told = between(joined(found, one), joined(found, other))
    assert replace(told, material=False) == NOTHING


@given(BODIES, st.randoms(use_true_random=False))
def test_paragraphs_in_another_order_are_no_change(body: str, random: Any) -> None:
    paragraphs = body.split("\n\n")
    random.shuffle(paragraphs)
    assert replace(between(body, "\n\n".join(paragraphs)), material=False) == NOTHING


@given(BODIES, BODIES)
def test_what_is_added_one_way_is_removed_the_other_way(one: str, other: str) -> None:
    there, back = between(one, other), between(other, one)
    assert (there.added, there.removed) == (back.removed, back.added)
    assert {(each.before, each.after) for each in there.rewritten} == {
        (each.after, each.before) for each in back.rewritten
    }


@given(BODIES, BODIES)
def test_every_sentence_that_came_or_went_is_told(one: str, other: str) -> None:
    told = between(one, other)
    old = " ".join([*told.removed, *(each.before for each in told.rewritten)])
    new = " ".join([*told.added, *(each.after for each in told.rewritten)])
    for sentence in (deed.format(place) for place in PLACES for deed in DEEDS):
        assert (sentence in one and sentence not in other) <= (sentence in old)
        assert (sentence in other and sentence not in one) <= (sentence in new)


@given(BODIES)
def test_typography_is_no_change(body: str) -> None:
    other = body.replace("“", '"').replace("”", '"').replace(" - ", "—").replace(" ", "\u00a0")
    assert between(body, other) == NOTHING


HOSTILE = st.text(st.sampled_from("a4 .,;-'\"\n()€$%=٣东\u0301\u200b\ud7ff killed six to from"), max_size=400)


@settings(deadline=None)
@given(HOSTILE, HOSTILE, st.sampled_from([None, "", "en", "de", "fr-CH", "zh", "x"]))
def test_no_text_is_refused(one: str, other: str, language: str | None) -> None:
    before = Story(uri="u", headline=one, body_text=other, language=language)
    after = Story(uri="u", headline=other, body_text=one, language=language)
    assert changes(before, after) == changes(before, after)
    assert msgspec.convert(orjson.loads(orjson.dumps(changes(before, after))), Changes) == changes(before, after)


def numbered(count: int, words: str = "tells something else than all the others") -> str:
    return "\n\n".join(f"Paragraph {n} {words} {n * 7919 % 1009} {n:x}{n:o}." for n in range(count))


LONG = {
    "ten megabytes, the same": ("a b c. " * 1_500_000, "a b c. " * 1_500_000),
    "ten megabytes, all other": ("a" * 10_000_000, "b" * 10_000_000),
    "paragraphs of a letter": ("a\n\n" * 3_000_000, "b\n\n" * 3_000_000),
    "thousands of paragraphs": (numbered(1400), numbered(1400, "says nothing of what was said before")),
    "one paragraph of sentences turned round": (
        ". ".join(f"s{n} a b c d" for n in range(7000)),
        ". ".join(f"s{n} a b c d" for n in reversed(range(7000))),
    ),
    "one sentence again and again": ("No. Yes. " * 11_000, "Yes. No. " * 11_000 + "And."),
    "accents that want ordering": ("a" + "\u0301\u0316" * 49_000, "a" + "\u0316\u0301" * 49_000),
    "quotation marks": ("." + '"' * 99_000, "." + "'" * 98_000 + "x"),
    "white space": ("\n " * 5_000_000, " \n" * 5_000_000),
    "digits": ("1" * 99_000, "2" * 99_000),
    "figures": ("4 killed " * 11_000, "5 killed " * 11_000),
    "millions of millions": ("5 " + "million " * 12_000, "6 " + "million " * 12_000),
}


@pytest.mark.parametrize(("before", "after"), LONG.values(), ids=LONG.keys())
def test_time_and_size_are_bounded(before: str, after: str) -> None:
    started = time.process_time()
    told = between(before, after, "h" * 1_000_000)
    assert time.process_time() - started < 5  # 0.7 s at most on the machine that this was written on
    for listed in (told.added, told.removed, [text for each in told.rewritten for text in (each.before, each.after)]):
        assert len(listed) <= 2 * (MOST_PARAGRAPHS + 1)
        assert max(map(len, listed), default=0) <= LONGEST_PARAGRAPH
        assert sum(map(len, listed)) <= LONGEST_LIST + 2
    assert len(orjson.dumps(told)) < 500_000


def test_a_paragraph_inserted_in_a_text_beyond_the_bound_is_the_only_one_told() -> None:
    body = numbered(2 * LONGEST_BODY // 50)
    assert len(body) > 2 * LONGEST_BODY
    first, gap, rest = body.partition("\n\n")
    assert between(body, f"{first}{gap}A new one comes.{gap}{rest}").added == ("A new one comes.",)
    assert between(f"A new one comes.{gap}{body}", body).removed == ("A new one comes.",)


def test_what_is_left_out_is_marked() -> None:
    told = between("The lead stands as it stood before.", "The lead stands as it stood before.\n\n" + numbered(90))
    assert len(told.added) == MOST_PARAGRAPHS + 1
    assert told.added[-1] == LEFT_OUT


def test_a_long_paragraph_is_cut_about_its_difference() -> None:
    words = [f"word{n}" for n in range(3000)]
    (told,) = between(" ".join(words), " ".join([*words[:2000], "CHANGED", *words[2001:]])).rewritten
    assert "CHANGED" in told.after
    assert "word2000" in told.before
    assert told.before[0] == told.before[-1] == LEFT_OUT


def test_many_names_are_cut() -> None:
    def named(prefix: str) -> Story:
        entities = tuple(Entity(name=f"{prefix}{n}", type="person") for n in range(5000))
        return Story(uri="u", body_text="Text.", entities=entities)

    started = time.process_time()
    told = changes(named("Ana"), named("Eva"))
    assert time.process_time() - started < 5
    assert len(told.names_added) == len(told.names_removed) == MOST_NAMES
