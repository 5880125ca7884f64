"""Topics: what the agency gave, what the words say, and what is left alone."""

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.enrichers.analysis import LONGEST, Analysis
from pipeline.enrichers.topics import component
from pipeline.enrichers.topics.table import in_force, names, subject_codes, table
from pipeline.story import Concept, Event, EventType, Span, Story, Topic

CASES = Path(__file__).parent / "cases"
GIVEN = tomllib.loads((CASES / "topics_given.toml").read_text(encoding="utf-8"))["case"]
LEAST = {"tune": 0.95, "aside": 0.6}
"""The share of the leads whose first top level is right; those aside are single sentences of unusual words."""
HOSTILE = {
    "empty": "",
    "one word": "strike",
    "spaces": " \n\n " * 1_000,
    "2 MB": "election results " * 125_000,
    "capitals": "EARTHQUAKE KILLS 40 IN ANDES, HOMES BURIED IN LANDSLIDES. " * 50,
    "table": "Benfica 3 2 1 0 7\nPorto 3 1 1 1 4\n" * 300,
    "no punctuation": "police arrested a man who robbed a bank in a town near the border " * 300,
    "mixed scripts": "землетрясение earthquake زلزال 地震 σεισμός " * 300,
    "zero width": "earth\u200bquake \u200d\ufeff" * 500,
    "combining": "e\u0301" * 5_000,
    "names": " ".join(f"Ana Quispe{number}" for number in range(10_000)),
    "one long word": "a" * 200_000,
}


def enriched(text: str = "", *, language: str | None = "en", **fields: Any) -> Story:
    story = Story(uri="u", body_text=text, language=language, **fields)
    return component.run(Analysis(story, text[:LONGEST]))


def tops(story: Story) -> list[str]:
    return [topic.code.removeprefix("medtop:") for topic in story.topics if not topic.parents]


def leads(which: str, language: str = "en") -> list[tuple[list[str], str]]:
    lines = (CASES / f"topics_{language}.tsv").read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if not line.startswith("#")]
    return [([topic + "000000" for topic in topics.split(",")], text) for part, topics, text in rows if part == which]


def event(kind: EventType) -> Event:
    span = Span(text="x", start=0, end=1)
    return Event(type=kind, trigger=span, evidence=span, main=True)


@pytest.mark.parametrize("case", GIVEN, ids=[case["name"] for case in GIVEN])
def test_what_the_agency_gave(case: dict[str, Any]) -> None:
    subject = tuple(
        Concept(code=code or None, scheme=scheme or None, name=name or None)
        for code, scheme, name in case.get("subject", [])
    )
    story = enriched(subject=subject, slugline=case.get("slugline"), keywords=tuple(case.get("keywords", ())))
    assert [topic.code for topic in story.topics] == ["medtop:" + code for code in case["topics"]]
    assert {topic.component for topic in story.topics} <= {"agency"}


def test_a_topic_carries_its_name_and_parents() -> None:
    (topic, top) = enriched(subject=(Concept(code="medtop:20000153"),)).topics
    assert topic == Topic(
        code="medtop:20000153",
        name="earthquake",
        parents=("medtop:20000151", "medtop:20000148", "medtop:03000000"),
        component="agency",
    )
    assert top.name == "disaster, accident and emergency incident"


def test_nothing_else_changes() -> None:
    story = Story(uri="u", body_text="Voters elected a new president.", headline="Election", language="en")
    once = component.run(Analysis(story, story.body_text))
    assert once.topics
    assert component.run(Analysis(once, story.body_text)) == once
    assert [name for name in Story.__slots__ if getattr(once, name) != getattr(story, name)] == ["topics"]


@pytest.mark.parametrize("which", LEAST)
def test_the_first_top_level_of_leads(which: str) -> None:
    found = [(expected, tops(enriched(text)), text) for expected, text in leads(which)]
    wrong = [(expected, tops, text) for expected, tops, text in found if tops[:1] != expected[:1]]
    assert len(found) >= 51
    assert len(found) - len(wrong) >= LEAST[which] * len(found), wrong


@pytest.mark.parametrize("language", ["de", "fr", "es"])
def test_the_first_top_level_in_other_languages(language: str) -> None:
    found = [(expected[0], tops(enriched(text, language=language))[:1]) for expected, text in leads("aside", language)]
    assert len(found) >= 17
    assert sum([expected] == first for expected, first in found) >= 0.75 * len(found), found


NARROWER = [
    ("Earthquake kills 12 in Peru", "A strong earthquake shook villages on Tuesday, killing 12.", "20000153"),
    ("Dockers start strike", "Dockers began a strike for higher pay, their union said.", "20000530"),
    ("Cholera spreads in camp", "Cholera has killed 40 patients, doctors at the hospital said.", "20000448"),
    ("Central bank holds rates", "The central bank left its interest rate unchanged as inflation eased.", "20000350"),
]


@pytest.mark.parametrize(("headline", "text", "code"), NARROWER)
def test_narrower_topics_that_the_words_make_sure(headline: str, text: str, code: str) -> None:
    found = {topic.code: topic for topic in enriched(text, headline=headline).topics}
    narrow, top = found["medtop:" + code], found["medtop:" + table()[code].top]
    assert narrow.parents[-1] == top.code
    assert narrow.confidence <= top.confidence


def test_a_word_in_passing_makes_no_narrower_topic() -> None:
    text = "Net profit at the lender rose, and its shares gained. The bank recalled the earthquake of 1970."
    assert "medtop:20000153" not in {topic.code for topic in enriched(text, headline="Bank profit rises").topics}


@pytest.mark.parametrize(
    ("kind", "code"),
    [("STRIKE", "09000000"), ("TRIAL", "02000000"), ("EARNINGS", "04000000"), ("OUTBREAK", "07000000")],
)
def test_events_speak_where_words_do_not(kind: EventType, code: str) -> None:
    assert tops(enriched("Xyzzy.", events=(event(kind),)))[:1] == [code]


@pytest.mark.parametrize("text", ["", "Xyzzy plugh.", "The man said on Tuesday that he would come."])
def test_none_where_nothing_says_so(text: str) -> None:
    assert enriched(text).topics == ()


@pytest.mark.parametrize("language", ["ar", "ja", "pl", "nl"])
def test_none_from_the_words_of_a_language_that_is_not_known(language: str) -> None:
    assert enriched("Earthquake kills 40, police and rescuers said; hospital full.", language=language).topics == ()


def test_a_language_that_is_not_known_keeps_what_the_agency_says() -> None:
    assert tops(enriched("Xyzzy.", language="pl", slugline="Sport/Piłka nożna/")) == ["15000000"]


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("language", ["en", "de"])
def test_hostile_text(name: str, language: str) -> None:
    text = HOSTILE[name]
    story = enriched(text, language=language, headline=text[:10_000], slugline=text[:10_000], keywords=(text[:10_000],))
    assert story == enriched(
        text, language=language, headline=text[:10_000], slugline=text[:10_000], keywords=(text[:10_000],)
    )
    assert len(tops(story)) <= component.MOST


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=400), st.text(max_size=60), st.text(max_size=60), st.lists(st.text(max_size=20), max_size=5))
def test_any_text_gives_topics_of_the_table(text: str, headline: str, slug: str, keywords: list[str]) -> None:
    story = enriched(text, headline=headline, slugline=slug, keywords=tuple(keywords))
    assert all(topic.code.removeprefix("medtop:") in table() and 0 < topic.confidence <= 1 for topic in story.topics)
    assert len({topic.code for topic in story.topics}) == len(story.topics)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.builds(Concept, name=st.text(max_size=20), code=st.text(max_size=20), scheme=st.none()), max_size=5))
def test_any_subject_is_read(subjects: list[Concept]) -> None:
    assert all(topic.component == "agency" for topic in enriched(subject=tuple(subjects)).topics)


def test_the_table_is_sound() -> None:
    assert [code for code, row in table().items() if not row.parents and row.retired] == []
    assert len([code for code, row in table().items() if not row.parents]) == 17
    assert set(subject_codes().values()) | set(names().values()) <= set(table())
    assert not any(table()[in_force(code)].retired for code in table())
