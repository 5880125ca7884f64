"""Standard forms are read as they are meant, and scored; runs are saved, compared, and a drop fails."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from benchmarks.quality import columns, runs, sentences, texts
from benchmarks.quality.agreement import agree, pairs
from benchmarks.quality.commands import main
from benchmarks.quality.gold import label_files, read_gold
from benchmarks.quality.intervals import difference, f1, interval, precision, recall, value
from benchmarks.quality.runs import Run, collect, compare
from benchmarks.quality.sets import Options, score
from benchmarks.quality.tables import worst
from benchmarks.quality.tally import Tally
from pipeline.story import Event, Participant, Span, Story, encode

FOLDER = Path(__file__).with_name("quality")
TOKENS = ["Maria", "Ngo", "of", "Lomé", "Port", "Authority", "met", "U.S.", "Army", "U.N.", "envoys", "."]
SCHEMES = {
    "BIO": "B-PER I-PER O B-ORG I-ORG I-ORG O B-ORG I-ORG B-ORG O O",
    "IOB1": "I-PER I-PER O I-ORG I-ORG I-ORG O I-ORG I-ORG B-ORG O O",
    "BIOES": "B-PER E-PER O B-ORG I-ORG E-ORG O B-ORG E-ORG S-ORG O O",
    "BILOU": "B-PER L-PER O B-ORG I-ORG L-ORG O B-ORG L-ORG U-ORG O O",
}


def conll(path: Path, tags: str, tokens: list[str] = TOKENS, start: str = "") -> Path:
    lines = [f"{token} NNP {tag}" for token, tag in zip(tokens, tags.split(), strict=True)]
    path.write_text(start + "\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize("scheme", SCHEMES)
def test_columns_of_each_scheme_say_the_same(tmp_path: Path, scheme: str) -> None:
    (story,) = columns.read(conll(tmp_path / "x.conll", SCHEMES[scheme]))
    assert story.text == "Maria Ngo of Lomé Port Authority met U.S. Army U.N. envoys."
    assert [(story.text[start:end], kind) for start, end, kind in story.mentions] == [
        ("Maria Ngo", "person"),
        ("Lomé Port Authority", "organisation"),
        ("U.S. Army", "organisation"),
        ("U.N.", "organisation"),
    ]


def test_neighbours_of_two_classes_are_two_without_a_b() -> None:
    tags = ["I-LOC", "I-ORG", "I-ORG"]
    found = columns.chunks(tags)
    assert list(found) == [(0, 0, "LOC"), (1, 2, "ORG")]


def test_tokens_are_spaced_as_copy_is(tmp_path: Path) -> None:
    tokens = ["“", "We", "do", "n't", "pay", ",", "”", "Ltd", "'s", "(", "A", ")", "said", "$", "3", ":", "no"]
    (story,) = columns.read(conll(tmp_path / "x.conll", " ".join(["O"] * len(tokens)), tokens))
    assert story.text == "“We don't pay,” Ltd's (A) said $3: no"


def test_stories_begin_where_the_file_says_so_and_else_with_each_sentence(tmp_path: Path) -> None:
    body = "A O\n\nB O\n\n\n# a comment\nC O\n"
    path = tmp_path / "x.conll"
    path.write_text(body, encoding="utf-8")
    assert [each.text for each in columns.read(path)] == ["A", "B", "C"]
    path.write_text("-DOCSTART- -X- O\n\n" + body + "\n-DOCSTART- -X- O\n\nD O", encoding="utf-8")
    assert [(each.name, each.text) for each in columns.read(path)] == [("x:3", "A\n\nB\n\nC"), ("x:13", "D")]


def test_four_classes_join_places_and_the_rest(tmp_path: Path) -> None:
    path = conll(tmp_path / "x.tsv", "B-GPE B-FAC B-NORP B-Misc B-DATE O O O O O O O")
    few, own = columns.read(path, four=True)[0].mentions, columns.read(path)[0].mentions
    assert [kind for _, _, kind in few] == ["location", "location", "other", "other"]
    assert [kind for _, _, kind in own] == ["gpe", "facility", "norp", "other"]


def test_an_unknown_label_is_said_with_its_line_and_can_be_given_a_class(tmp_path: Path) -> None:
    path = conll(tmp_path / "x.conll", "B-SHIP O O O O O O O O O O O")
    with pytest.raises(ValueError, match=r"x\.conll, line 1: what is the label 'SHIP'\? Say --label SHIP=CLASS"):
        columns.read(path)
    assert columns.read(path, {**columns.LABELS, "ship": "product"})[0].mentions == ((0, 5, "product"),)


def test_a_table_of_sentences_names_its_columns(tmp_path: Path) -> None:
    path = tmp_path / "x.tsv"
    path.write_text(
        "id\tsentence\tsource\ttarget\tgold_root\n"
        '1\tFiji "met" Tonga.\tFiji\ta recipient\tconsult\n'
        "2\tNothing.\t\t\t\n",
        encoding="utf-8",
    )
    met, nothing = sentences.read(path)
    assert met == sentences.Sentence('Fiji "met" Tonga.', (sentences.Label("CONSULT", None, ("Fiji",)),))
    assert nothing.events == ()
    path.write_text("sentence\ttype\nA.\tMARRY\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"x\.tsv, sentence 1: 'MARRY' is no type of event"):
        sentences.read(path)
    path.write_text("sentence\tlabel\nA.\tMARRY\n", encoding="utf-8")
    with pytest.raises(ValueError, match="no column is headed type or root or gold_root"):
        sentences.read(path)


def test_quotes_and_topics_come_in_lines_or_in_a_table(tmp_path: Path) -> None:
    lines, table = tmp_path / "x.jsonl", tmp_path / "x.tsv"
    lines.write_text(
        '{"text": "\\"We won,\\" Ana Moya said. \\"At last.\\"", "topics": ["medtop:15000000"],'
        ' "quotes": [{"text": ["We won", "At last."], "speaker": "Ana Moya"}]}\n',
        encoding="utf-8",
    )
    (story,) = texts.read(lines)
    assert [[span.start for span in quote.spans] for quote in story.quotes] == [[1, 26]]
    assert [quote.speaker and quote.speaker.span.start for quote in story.quotes] == [10]
    table.write_text(
        'text\tquote\tspeaker\ttopic\n"No," he said. "Yes," I said.\tNo\the\tmedtop:11000000|medtop:14000000\n'
        '"No," he said. "Yes," I said.\tYes\t\t\nRain.\t\t\tmedtop:17000000\n',
        encoding="utf-8",
    )
    two, rain = texts.read(table)
    assert [(quote.spans[0].text, quote.speaker and quote.speaker.name) for quote in two.quotes] == [
        ("No", "he"),
        ("Yes", None),
    ]
    assert [topic.code for topic in (*two.topics, *rain.topics)] == [f"medtop:{n}000000" for n in (11, 14, 17)]
    run = score([lines, table], Options())
    assert [each.counts.keys() & {"quotes", "topics", "entities"} for each in run.sets] == [{"quotes", "topics"}] * 2
    lines.write_text('{"text": "No.", "quotes": [{"text": ["Yes"]}]}', encoding="utf-8")
    with pytest.raises(ValueError, match=r"x\.jsonl, text 1: 'Yes' is not in the text"):
        texts.read(lines)


def event(kind: str, trigger: str, **given: object) -> Event:
    span = Span(text=trigger, start=0, end=len(trigger))
    return Event(type=kind, trigger=span, evidence=span, **given)  # type: ignore[arg-type]


def test_sentences_count_types_and_the_surest_is_the_root() -> None:
    """Gold: one ASSAULT each; found: with a surer COERCE; nothing; as a newsroom type that PLOVER does not have."""
    labelled = [sentences.Sentence("x", (sentences.Label("ASSAULT", "asserted", ("rebels",)),))] * 3
    rebels = Participant(span=Span(text="Rebels", start=0, end=6))
    found = [
        (event("ASSAULT", "shot", confidence=0.6, actors=(rebels,)), event("COERCE", "held", confidence=0.9)),
        (),
        (event("CRIME", "shot"), event("ASSAULT", "shot", status="denied")),
    ]
    tallies: list[Tally] = []
    for sentence, events in zip(labelled, found, strict=True):
        tallies.append(Tally(str(len(tallies)), sentence.text))
        story = Story(uri="x", events=events)
        sentences.score_sentence(sentence, story, sentences.scheme(labelled), tallies[-1])
    run = collect("x", tallies)
    totals = {name: run.array(name, run.classes(name)).sum(axis=(0, 1)).tolist() for name in run.counts}
    assert totals == {
        "types and statuses": [1, 2, 2],
        "actors": [1, 0, 0],
        "root, macro F1": [1, 1, 2],
        "root among others": [2, 0, 1],
    }


def test_concede_and_retreat_are_yield_where_the_labels_know_only_that() -> None:
    labelled = [sentences.Sentence("x", (sentences.Label("YIELD"),))]
    tally = Tally("x", "x")
    story = Story(uri="x", events=(event("RETREAT", "left"),))
    sentences.score_sentence(labelled[0], story, sentences.scheme(labelled), tally)
    assert tally.counts["types and statuses", "YIELD"] == [1, 0, 0]


def test_the_means_worked_by_hand() -> None:
    """Class a: 2 right, 1 wrong, 2 missed; class b: 1 right; class c: 1 wrong, none in gold."""
    counts = np.array([[2.0, 1, 2], [1, 0, 0], [0, 1, 0]])
    assert precision(counts).tolist() == pytest.approx([2 / 3, 1, 0])
    assert recall(counts)[:2].tolist() == pytest.approx([1 / 2, 1])
    assert np.isnan(recall(counts)[2])
    assert f1(counts).tolist() == pytest.approx([4 / 7, 1, 0])
    assert float(value(counts, "F1")) == pytest.approx(6 / 10)
    assert float(value(counts, "accuracy")) == pytest.approx(3 / 5)
    assert float(value(counts, "macro F1")) == pytest.approx((4 / 7 + 1) / 2)


def test_an_interval_is_that_of_the_binomial_where_stories_are_single_things() -> None:
    """400 of which 300 are right: 0.75 with a standard error of 0.0217."""
    counts = np.array([[[1.0, 0, 0]]] * 300 + [[[0.0, 0, 1]]] * 100)
    found = interval(counts, "accuracy")
    assert found.value == 0.75
    assert [found.low, found.high] == pytest.approx([0.75 - 0.0425, 0.75 + 0.0425], abs=0.004)
    assert interval(counts, "accuracy") == found
    lone = interval(counts[:1], "F1")
    assert (lone.value, lone.low, lone.high) == (1, 1, 1)
    assert np.isnan(interval(np.zeros((3, 1, 3)), "F1").value)


def test_a_difference_is_paired() -> None:
    """Runs that vary much between stories and lose the same in each: the loss is certain, each value is not."""
    before = np.array([[[float(n), 0, 10 - n]] for n in range(1, 11)] * 4)
    after = before + np.array([-1, 0, 1])
    assert difference(before, after, "accuracy").high == pytest.approx(-0.1)
    assert interval(before, "accuracy").low < interval(after, "accuracy").high
    assert difference(before, before, "accuracy").low == difference(before, before, "accuracy").high == 0


def run_of(rights: list[int]) -> Run:
    """A set of stories with one actor each, found or not."""
    tallies: list[Tally] = []
    for number, right in enumerate(rights):
        tallies.append(Tally(f"s{number}", ""))
        tallies[-1].add("actors", "all", right=right, missed=1 - right)
    return Run(sets=(collect("stories", tallies),))


def command(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(each) for each in arguments], catch_exceptions=False)


def test_a_drop_beyond_the_interval_fails_and_one_within_it_does_not(tmp_path: Path) -> None:
    good, slip, bad = tmp_path / "good.json", tmp_path / "slip.json", tmp_path / "bad.json"
    for path, missed in ((good, 0), (slip, 1), (bad, 12)):
        runs.save(run_of([0] * missed + [1] * (40 - missed)), path)
    assert runs.read(bad) == run_of([0] * 12 + [1] * 28)
    assert command("compare", good, slip).exit_code == 0
    assert command("compare", bad, good).exit_code == 0
    assert command("compare", good, bad).exit_code == 1
    (change,) = compare(runs.read(good), runs.read(bad))
    assert change.drop
    assert [change.before, change.change.value] == pytest.approx([1, 2 * 28 / (28 + 40) - 1])
    good.write_text("{}", encoding="utf-8")
    assert command("compare", good, bad).exit_code == 2


def test_only_stories_that_both_runs_have_are_compared() -> None:
    (change,) = compare(run_of([1, 1, 1, 0]), run_of([1, 1]))
    assert (change.stories, change.before, change.change.value) == (2, 1.0, 0.0)


def test_the_drop_of_a_class_alone_fails_where_it_is_asked_for(tmp_path: Path) -> None:
    """One class loses all, another gains as much."""
    for name, right in (("old", ("a", "b")), ("new", ("b", "a"))):
        tallies = [Tally(f"s{number}", "") for number in range(30)]
        for tally in tallies:
            tally.judge("status", right[0], right=True)
            tally.judge("status", right[1], right=False)
        runs.save(Run(sets=(collect("x", tallies),)), tmp_path / f"{name}.json")
    assert command("compare", tmp_path / "old.json", tmp_path / "new.json").exit_code == 0
    assert command("compare", tmp_path / "old.json", tmp_path / "new.json", "--classes").exit_code == 1


def test_the_worst_errors_are_the_most_frequent_of_each_story_in_turn() -> None:
    often = Counter({("a", "x"): 2, ("a", "y"): 2, ("a", "z"): 3, ("b", "x"): 2, ("c", "x"): 1})
    assert [error for error, _ in worst(often)] == [("a", "z"), ("b", "x"), ("a", "x"), ("a", "y"), ("c", "x")]


def test_runs_without_a_story_in_common_cannot_be_compared(tmp_path: Path) -> None:
    runs.save(run_of([1]), tmp_path / "a.json")
    runs.save(Run(sets=(collect("others", [Tally("s0", "")]),)), tmp_path / "b.json")
    assert command("compare", tmp_path / "a.json", tmp_path / "b.json").exit_code == 2


def test_a_large_set_is_drawn_in_blocks_of_neighbours() -> None:
    """20,000 sentences of which 3 in 4 are right: the interval is the binomial's, 0.75 with an error of 0.0031."""
    counts = np.array([[[1.0, 0, 0]]] * 15_000 + [[[0.0, 0, 1]]] * 5_000)
    mixed = counts[np.random.default_rng(1).permutation(len(counts))]
    found = interval(mixed, "accuracy")
    assert found.value == 0.75
    assert [found.low, found.high] == pytest.approx([0.744, 0.756], abs=0.001)


def test_two_labellings_are_compared_by_the_measures_of_the_stories() -> None:
    """The second one lacks Ghana, calls AGREE denied and puts another topic first."""
    run = agree(pairs(FOLDER, "b"))
    values = {each.name: interval(run.array(each.name, run.classes(each.name)), each.mean) for each in run.measures()}
    assert values["entities"].value == pytest.approx(10 / 11)
    assert values["places"].value == values["status"].value == 0.5
    assert values["topics"].value == 0
    assert values["topics, all"].value == pytest.approx(2 / 3)
    assert values["events"].value == values["quotes"].value == values["figures"].value == 1


def test_labels_with_faults_are_checked_and_not_scored(tmp_path: Path) -> None:
    for path in FOLDER.glob("02*"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    path = tmp_path / "02-bus-strike.toml"
    assert command("check", path).exit_code == 0
    path.write_text(path.read_text(encoding="utf-8").replace("[[event]]", "[[evnt]]"), encoding="utf-8")
    assert command("check", path).exit_code == 1
    assert command("score", path).exit_code == 1
    assert command("agreement", "--folder", tmp_path).exit_code == 2


def test_every_form_is_enriched_and_scored(tmp_path: Path) -> None:
    gold, _ = read_gold(FOLDER / "01-harbour-blast.toml")
    assert gold is not None
    stories = tmp_path / "stories.jsonl"
    stories.write_bytes(encode(replace(gold.story, topics=(), figures=())) + b"\n")
    words = conll(tmp_path / "x.conll", SCHEMES["BIO"], start="-DOCSTART- -X- O\n\n")
    table = tmp_path / "x.tsv"
    table.write_text("sentence\ttype\nRebels attacked a police post near Goma.\tASSAULT\n", encoding="utf-8")
    own = tmp_path / "own.jsonl"
    own.write_text('{"text": "Fiji signed a treaty with Tonga.", "events": [{"type": "AGREE"}]}\n', encoding="utf-8")
    run = score([*label_files(FOLDER), stories, words, table, own], Options())
    assert [each.name for each in run.sets] == ["quality stories", "stories.jsonl", "x.conll", "x.tsv", "own.jsonl"]
    labelled, same, tokens, *rest = run.sets
    assert (len(labelled.stories), len(same.stories)) == (2, 1)
    assert labelled.counts.keys() >= {"entities", "places", "events", "quotes", "figures", "topics", "main event"}
    assert same.counts.keys() & {"entities", "figures", "topics"} == {"entities"}
    assert same.counts["entities"]["gpe"][gold.story.uri] == labelled.counts["entities"]["gpe"]["01-harbour-blast"]
    assert tokens.counts.keys() == {"entities, 4 classes"}
    assert [each.counts.keys() >= {"types and statuses", "root, macro F1"} for each in rest] == [True, True]


def test_one_command_scores_prints_and_saves(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    printed = command("score", *label_files(FOLDER), "--json", path, "--errors", "1")
    assert printed.exit_code == 0
    assert command("score", *label_files(FOLDER), "--show", "stories").exit_code == 0
    assert command("compare", path, path, "--classes").exit_code == 0
    assert command("agreement", "--folder", FOLDER, "--errors", "2").exit_code == 0
