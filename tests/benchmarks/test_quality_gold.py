"""Labels are placed in their stories' text, and what is wrong with them is said."""

import tomllib
from pathlib import Path
from shutil import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.quality.gold import FOLDER as GOLD
from benchmarks.quality.gold import Gold, label_files, load, read_gold
from benchmarks.quality.hints import hints
from benchmarks.quality.pieces import MisplacedError, locate, nearest, occurrences, sentence, sentences, split
from benchmarks.quality.proof import Proof, party
from pipeline.story import Entity, Span

FOLDER = Path(__file__).with_name("quality")
BLAST, STRIKE = FOLDER / "01-harbour-blast.toml", FOLDER / "02-bus-strike.toml"


def gold(path: Path) -> Gold:
    found, faults = read_gold(path)
    assert not faults
    assert found is not None
    return found


def spans(found: tuple[Span, ...]) -> list[str]:
    return [each.text for each in found]


def test_the_two_labellings_are_told_apart() -> None:
    assert label_files(FOLDER) == [BLAST, STRIKE]
    assert [path.name for path in label_files(FOLDER, "b")] == ["02-bus-strike.b.toml"]


def test_all_offsets_are_of_the_text() -> None:
    stories, faults = load([*label_files(FOLDER), *label_files(FOLDER, "b")])
    assert (len(stories), faults) == (3, [])
    for each in stories:
        story = each.story
        found = [span for entity in story.entities for span in entity.mentions]
        found += [span for quote in story.quotes for span in quote.spans]
        found += [span for event in story.events for span in (event.trigger, *event.again, event.evidence)]
        found += [each.span for event in story.events for each in (*event.actors, *event.targets)]
        found += [each.span for event in story.events for each in event.casualties]
        found += [figure.span for figure in story.figures]
        assert len(found) > 12
        assert not [span for span in found if story.body_text[span.start : span.end] != span.text]


def test_what_stands_in_the_labels_stands_in_the_story() -> None:
    story = gold(BLAST).story
    front, varna = story.entities[:2]
    assert (front.name, front.aliases, front.salience) == ("Free Tide Front", ("FTF",), 1.0)
    assert spans(front.mentions) == ["Free Tide Front", "FTF", "FTF", "FTF"]
    assert spans(varna.mentions) == ["Varna", "Varna"]
    assert varna.in_headline
    place = story.places[0]
    assert (place.name, place.geonameid, place.country, place.kind) == ("Varna", 726050, "BG", "city")
    assert place.lat == pytest.approx(43.2, abs=0.1)
    blast, threat, blame = story.events
    assert [(each.span.text, each.name) for each in blast.actors] == [("Free Tide Front", "Free Tide Front")]
    assert spans(blast.again) == ["blast", "planted"]
    assert (blast.date, blast.begins, blast.ends, blast.main) == ("on Tuesday", "2026-03-03", "2026-03-03", True)
    assert [(each.kind, each.low, each.high) for each in blast.casualties] == [("killed", 3, 3), ("wounded", 5, 7)]
    assert blast.attribution is not None
    assert blast.attribution.span.text == "police"
    assert [each.name for each in threat.targets] == [None]
    assert [each.span.text for each in blame.targets] == ["FTF"]
    assert blame.evidence.text.endswith("seven people.")
    assert [each.speaker and each.speaker.name for each in story.quotes] == ["Iskra Doncheva", "Petar Yolov"]
    assert spans(story.quotes[1].spans) == ["It is a lie", "We warn. We do not kill."]
    assert [topic.name for topic in story.topics] == ["conflict, war and peace", "crime, law and justice"]


def test_what_is_enriched_has_no_label_and_the_day_of_its_dateline() -> None:
    source = gold(BLAST).source
    assert not any((source.entities, source.places, source.events, source.quotes, source.figures, source.topics))
    assert source.versioncreated is not None
    assert source.versioncreated.isoformat() == "2026-03-03T12:00:00+00:00"
    other = gold(STRIKE).source.versioncreated
    assert other is not None
    assert other.isoformat() == "2026-05-08T16:00:00+00:00"


def test_a_possessive_and_a_piece_of_a_longer_name_are_no_forms_of_their_own() -> None:
    story = gold(STRIKE).story
    assert [spans(entity.mentions) for entity in story.entities] == [
        ["Ashanti Drivers' Alliance", "ADA"],
        ["Kumasi"],
        ["Ghana"],
        ["Yaw Boadi", "Boadi"],
    ]


FAULTS = tomllib.loads(Path(__file__).with_name("quality_faults.toml").read_text(encoding="utf-8"))["fault"]


@pytest.mark.parametrize("case", FAULTS, ids=[f"{case['given']} -> {case['instead']}" for case in FAULTS])
def test_a_fault_is_one_sentence_with_file_and_entry(tmp_path: Path, case: dict[str, str]) -> None:
    copy(FOLDER / "01-harbour-blast.txt", tmp_path)
    text = BLAST.read_text(encoding="utf-8")
    assert case["given"] in text
    (tmp_path / BLAST.name).write_text(text.replace(case["given"], case["instead"]), encoding="utf-8")
    story, faults = read_gold(tmp_path / BLAST.name)
    assert story is not None
    assert f"01-harbour-blast.toml: {case['said']}" in [str(each) for each in faults]


def test_the_labels_of_the_gold_stories_have_no_fault() -> None:
    assert [str(fault) for fault in load(sorted(GOLD.glob("*.toml")))[1]] == []


def test_a_party_has_the_name_that_is_its_head() -> None:
    mentions = (Span(text="FTF", start=22, end=25),)
    front = Entity(name="Free Tide Front", type="organisation", aliases=("FTF",), mentions=mentions)
    proof = Proof("A deputy chief of the FTF spoke. A cell of the FTF fled.")
    near = [Span(text="spoke", start=26, end=31)]
    found = [party("actors", piece, [front], near, proof) for piece in ("deputy chief of the FTF", "FTF", "cell")]
    assert [each and each.name for each in found] == [None, "Free Tide Front", None]
    assert proof.faults == []


def test_marks_that_differ_are_said_to(tmp_path: Path) -> None:
    copy(FOLDER / "02-bus-strike.txt", tmp_path)
    path = tmp_path / STRIKE.name
    path.write_text(STRIKE.read_text(encoding="utf-8").replace('["ADA"]', '["Drivers’ Alliance"]'), encoding="utf-8")
    _, faults = read_gold(path)
    assert [each.sentence for each in faults] == [
        "forms: 'Drivers’ Alliance' is not in the text with these quotation marks, dashes and spaces, but with others."
    ]


def test_a_file_that_cannot_be_read_is_a_fault(tmp_path: Path) -> None:
    copy(FOLDER / "01-harbour-blast.txt", tmp_path)
    path = tmp_path / BLAST.name
    path.write_text("[[event]", encoding="utf-8")
    assert [str(each).startswith("01-harbour-blast.toml: It cannot be read: ") for each in read_gold(path)[1]] == [True]
    lone = tmp_path / "03-none.toml"
    lone.write_text("", encoding="utf-8")
    assert read_gold(lone)[0] is None


@pytest.mark.parametrize("labels", ["entity = [1]", "event = 3", "topics = 3", "[[quote]]", "versioncreated = 1", ""])
def test_labels_of_any_other_shape_are_faults(tmp_path: Path, labels: str) -> None:
    copy(FOLDER / "01-harbour-blast.txt", tmp_path)
    path = tmp_path / BLAST.name
    path.write_text(labels, encoding="utf-8")
    assert read_gold(path)[1]


def test_a_story_without_a_day_asks_for_one(tmp_path: Path) -> None:
    copy(FOLDER / "02-bus-strike.txt", tmp_path)
    path = tmp_path / STRIKE.name
    path.write_text(STRIKE.read_text(encoding="utf-8").replace("versioncreated = 2026-05-08T16:00:00Z\n", ""), "utf-8")
    _, faults = read_gold(path)
    assert [each.sentence.partition(":")[0] for each in faults] == ["Its dateline has no day"]


def test_hints_are_what_no_label_has(tmp_path: Path) -> None:
    assert list(hints(gold(BLAST))) == []
    assert list(hints(gold(STRIKE))) == [
        "02-bus-strike: geonameid None of Ghana: the gazetteer has {2300660: 'country'}"
    ]
    copy(FOLDER / "01-harbour-blast.txt", tmp_path)
    path = tmp_path / BLAST.name
    text = (
        BLAST.read_text(encoding="utf-8")
        .replace("low = 3, high = 3", "low = 3")
        .replace('name = "Sofia"', 'name = "Varna harbour"')
        .replace("727011", "1")
    )
    path.write_text(text.partition("[[quote]]")[0], encoding="utf-8")
    found, _ = read_gold(path)
    assert found is not None
    assert [hint.split(": ")[1] for hint in hints(found)] == [
        "no entity",
        "no figure",
        "no figure",
        "no quote",
        "no quote",
        "no quote",
        "casualties without high",
    ]


TEXT = "Paris said Paris-backed rebels left. The Parisian, who said so, met U.S. envoys.\n\nParis said no"


def test_pieces_are_whole_words() -> None:
    assert [each.start for each in occurrences(TEXT, "Paris")] == [0, 11, 82]
    assert [each.start for each in occurrences(TEXT, "U.S.")] == [68]
    assert occurrences(TEXT, "rebel") == []
    assert [each.start for each in occurrences("1.8 per cent, 8 per cent", "8 per cent")] == [14]
    assert [each.start for each in occurrences("3,500 and 3, then 3.", "3")] == [10, 18]


def test_a_number_a_scope_or_being_alone_say_which_is_meant() -> None:
    told = Span(text=TEXT[37:], start=37, end=len(TEXT))
    assert locate(TEXT, "Paris", told).start == 82
    assert locate(TEXT, "Paris#2", told).start == 11
    assert locate(TEXT, "envoys").start == 73
    with pytest.raises(MisplacedError, match="'Paris' stands 3 times in the text"):
        locate(TEXT, "Paris")
    with pytest.raises(MisplacedError, match="'said' stands 2 times in 'The Parisian, who said so"):
        locate(TEXT, "said", told)
    assert nearest(TEXT, "said", [Span(text="envoys", start=73, end=79)]).start == 88


def test_sentences_end_at_marks_and_paragraphs_but_not_at_abbreviations() -> None:
    assert [each.text for each in sentences(TEXT)] == [
        "Paris said Paris-backed rebels left.",
        "The Parisian, who said so, met U.S. envoys.",
        "Paris said no",
    ]
    text = 'Dr. A. Moya met Gen. Oak. "We won." She left.'
    assert [each.text for each in sentences(text)] == ["Dr. A. Moya met Gen. Oak.", '"We won."', "She left."]


@given(st.text(alphabet="ab A.!?\n\"'#1é\u200b", max_size=80), st.text(alphabet="ab A.é", max_size=4))
def test_offsets_hold_on_any_text(text: str, piece: str) -> None:
    for span in (*sentences(text), *occurrences(text, piece)):
        assert text[span.start : span.end] == span.text
    for at in range(len(text)):
        assert sentence(text, Span(text=text[at], start=at, end=at + 1)) in sentences(text)
    assert split(f"{piece}#3") == ((piece, 3) if piece else ("#3", None))
