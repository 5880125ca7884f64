"""Sets to score: gold stories, stories in our schema, sentences, entities in columns; told apart by their names.

| file | what |
|---|---|
| NN-slug.toml | labels of a gold story, its copy beside it (gold.py); all of a folder are one set |
| *.jsonl | Story JSON with enrichments, a story a line; sentences with events; or texts with topics or quotes |
| *.tsv | the same, sentences (sentences.py) or texts (texts.py), where there is a heading; else entities in columns |
| any other | entities in columns (columns.py) |
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import msgspec

from benchmarks.quality import columns, gold, sentences, texts
from benchmarks.quality.runs import Run, SetRun, collect
from benchmarks.quality.score_entities import four, mentions, ours, score_entities, score_mentions, score_places
from benchmarks.quality.score_events import score_events
from benchmarks.quality.score_speech import score_figures, score_quotes, score_topics
from benchmarks.quality.tally import Tally
from pipeline.cli.console import progress
from pipeline.enrichers.registry import COMPONENTS, enrich_batch
from pipeline.errors import TerminalError
from pipeline.story import Story, decode

SENTENCES = Path(__file__).with_name("events.jsonl")
BATCH = 64
PARTS: Mapping[str, tuple[Callable[[Story, Story, Tally], None], ...]] = {
    "entities": (score_entities,),
    "places": (score_places,),
    "events": (score_events,),
    "quotes": (score_quotes,),
    "figures": (score_figures,),
    "topics": (score_topics,),
}
"""Fields of a story and what scores them: gold, found, and what counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How entities in columns are read."""

    classes: str = "four"
    """'four': person, organisation, location, other; 'ours': the types of our stories."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """Labels in lower case to classes, before columns.LABELS."""
    columns: tuple[int, int] = (0, -1)


def own() -> list[Path]:
    """All that is in the repository."""
    return [*gold.label_files(), SENTENCES]


def score(paths: Sequence[Path], options: Options) -> Run:
    """Enrich what the files hold and score it. ValueError, a sentence, for a file that cannot be read."""
    labels = [path for path in paths if path.suffix == ".toml"]
    folders = dict.fromkeys(path.parent for path in labels)
    sets = [_gold(folder, [path for path in labels if path.parent == folder]) for folder in folders]
    sets += [_file(path, options) for path in paths if path not in labels]
    return Run(sets=tuple(sets), components=tuple(f"{each.name} {each.version}" for each in COMPONENTS))


def score_story(name: str, gold: Story, found: Story, parts: Sequence[str] = tuple(PARTS)) -> Tally:
    """All measures of one story, or those of `parts`."""
    tally = Tally(name, gold.body_text)
    for part in parts:
        for scorer in PARTS[part]:
            scorer(gold, found, tally)
    return tally


def _gold(folder: Path, paths: Sequence[Path]) -> SetRun:
    stories, faults = gold.load(paths)
    if faults:
        raise ValueError(f"{faults[0]} (`check` says the {len(faults)} faults)")
    found = _enrich([each.source for each in stories], folder.name)
    pairs = zip(stories, found, strict=True)
    return collect(f"{folder.name} stories", [score_story(one.name, one.story, other) for one, other in pairs])


def _file(path: Path, options: Options) -> SetRun:
    with path.open(encoding="utf-8") as file:
        first = file.readline().rstrip("\n")
    keys = _keys(first) if path.suffix == ".jsonl" else set(first.split("\t")) if path.suffix == ".tsv" else set()
    if "uri" in keys:
        return _stories(path.name, _decoded(path))
    if texts.HEADINGS & keys or {"topics", "quotes"} & keys:
        return _stories(path.name, texts.read(path))
    if path.suffix == ".jsonl" or {"sentence", "text"} & keys:
        return _sentences(path)
    return _columns(path, options)


def _keys(line: str) -> set[str]:
    try:
        return set(msgspec.json.decode(line, type=dict[str, Any]))
    except msgspec.MsgspecError:
        return set()


def _decoded(path: Path) -> list[Story]:
    try:
        return [decode(line) for line in path.read_bytes().splitlines() if line.strip()]
    except TerminalError as error:
        raise ValueError(f"{path.name}: {str(error).rstrip('.')}") from None


def _stories(name: str, stories: Sequence[Story]) -> SetRun:
    """Only the parts that some story of the file has are scored."""
    parts = [part for part in PARTS if any(getattr(story, part) for story in stories)]
    bare = [replace(story, entities=(), places=(), events=(), quotes=(), figures=(), topics=()) for story in stories]
    pairs = zip(stories, _enrich(bare, name), strict=True)
    return collect(name, [score_story(one.uri, one, other, parts) for one, other in pairs])


def _sentences(path: Path) -> SetRun:
    labelled = sentences.read(path)
    scheme = sentences.scheme(labelled)
    found = _enrich([Story(uri=each.text, body_text=each.text, language="en") for each in labelled], path.name)
    tallies = []
    for number, (sentence, story) in enumerate(zip(labelled, found, strict=True), start=1):
        tallies.append(Tally(str(number), sentence.text))
        sentences.score_sentence(sentence, story, scheme, tallies[-1])
    return collect(path.name, tallies)


def _columns(path: Path, options: Options) -> SetRun:
    few = options.classes == "four"
    labelled = columns.read(path, {**columns.LABELS, **options.labels}, four=few, columns=options.columns)
    found = _enrich([Story(uri=each.name, body_text=each.text, language="en") for each in labelled], path.name)
    tallies = []
    for text, story in zip(labelled, found, strict=True):
        tallies.append(Tally(text.name, text.text))
        measure, classes = ("entities, 4 classes", four) if few else ("entities", ours)
        score_mentions(measure, text.mentions, mentions(story.entities, classes), tallies[-1])
    return collect(path.name, tallies)


def _enrich(stories: Sequence[Story], name: str) -> list[Story]:
    found: list[Story] = []
    with progress("stories", transient=True) as bar:
        task = bar.add_task(f"Enriching {name}", total=len(stories))
        for start in range(0, len(stories), BATCH):
            found += enrich_batch(stories[start : start + BATCH])
            bar.update(task, completed=len(found))
    return found
