"""The gold stories: wire copy of our own, read by the project's own parser, with what it says labelled by hand.

`gold/NN-slug.txt` is the copy, `NN-slug.toml` its labels, `NN-slug.b.toml` a second labelling of the same copy.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from benchmarks.quality.gold_entities import entities, places
from benchmarks.quality.gold_events import events
from benchmarks.quality.gold_speech import figures, quotes
from benchmarks.quality.labels import TOPICS, YEAR, EntityLabel, EventLabel, FigureLabel, Head, QuoteLabel
from benchmarks.quality.proof import Proof
from pipeline.formats.base import Item
from pipeline.formats.registry import read
from pipeline.story import Story, Topic

FOLDER = Path(__file__).with_name("gold")
T = TypeVar("T", EntityLabel, EventLabel, QuoteLabel, FigureLabel)
_DAY = re.compile(r"(?P<month>[A-Z][a-z]{2})[a-z]*\.? (?P<day>\d{1,2})")
_NAMING = {"entity": "name", "event": "type", "quote": "kind", "figure": "text"}
"""The tables, and the key by which a fault names an entry."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gold:
    """A labelled story."""

    name: str
    """'07-sahel-kidnapping'."""
    source: Story
    """As parsed: what is to be enriched."""
    story: Story
    """As it should be enriched."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Something wrong in a file of labels."""

    file: str
    entry: str
    """'event 3 (ASSAULT)'; empty where it is of the file as a whole."""
    sentence: str

    def __str__(self) -> str:
        return ": ".join(part for part in (self.file, self.entry, self.sentence) if part)


def label_files(folder: Path = FOLDER, second: str = "") -> list[Path]:
    """The files of labels in `folder`, in order: of the first labelling, or of that of the suffix `second`: 'b'."""
    return [path for path in sorted(folder.glob("*.toml")) if path.stem.partition(".")[2] == second]


def load(paths: Sequence[Path]) -> tuple[list[Gold], list[Fault]]:
    """The stories of the files of labels, each without the entries that cannot be placed, and all faults."""
    stories, faults = [], []
    for path in paths:
        gold, wrong = read_gold(path)
        stories += [gold] if gold else []
        faults += wrong
    return stories, faults


def read_gold(path: Path) -> tuple[Gold | None, list[Fault]]:
    """The story that the TOML file `path` labels, and what is wrong with its labels; None where it cannot be read."""
    name = path.name.split(".")[0]
    try:
        copy = _parsed(path.with_name(f"{name}.txt"))
        tables = _days_as_text(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        return None, [Fault(file=path.name, entry="", sentence=f"It cannot be read: {error}.")]
    proof = Proof(copy.body_text)
    head = _head(tables, proof)
    source = replace(copy, language=head.language, versioncreated=_sent(copy, head, proof))
    gold = Gold(name=name, source=source, story=_labelled(source, head, tables, proof))
    return gold, [Fault(file=path.name, entry=entry, sentence=sentence) for entry, sentence in proof.faults]


def _parsed(path: Path) -> Story:
    """The one story of the copy at `path`; ValueError where the parser finds none or several."""
    reading = read(Item(data=path.read_bytes(), name=path.name, format="text"))
    if len(reading.stories) != 1:
        raise ValueError(f"{path.name} is read as {len(reading.stories)} stories")
    return reading.stories[0]


def _labelled(source: Story, head: Head, tables: Mapping[str, Any], proof: Proof) -> Story:
    labels = _entries(tables, "entity", EntityLabel, proof)
    found = entities(source, labels, proof)
    return replace(
        source,
        topics=tuple(Topic(code=code, name=TOPICS[code]) for code in head.topics if code in TOPICS),
        entities=found,
        places=places(found, labels, proof),
        events=events(found, _entries(tables, "event", EventLabel, proof), proof),
        quotes=quotes(found, _entries(tables, "quote", QuoteLabel, proof), proof),
        figures=figures(_entries(tables, "figure", FigureLabel, proof), proof),
    )


def _head(tables: Mapping[str, Any], proof: Proof) -> Head:
    given = {key: value for key, value in tables.items() if key not in _NAMING}
    try:
        head = msgspec.convert(given, Head)
    except msgspec.ValidationError as error:
        proof.fault(_sentence(error))
        return Head()
    if not 1 <= len(head.topics) <= 3:
        proof.fault(f"It has {len(head.topics)} topics: 1 to 3, the main one first.")
    for code in head.topics:
        if code not in TOPICS:
            proof.fault(f"topics: '{code}' is no top-level Media Topic: medtop:01000000 to medtop:17000000.")
    return head


def _entries(tables: Mapping[str, Any], table: str, kind: type[T], proof: Proof) -> list[tuple[str, T]]:
    """The entries of a table that are as they should be, each with what it is called in a fault."""
    found = []
    given = tables.get(table, [])
    for number, entry in enumerate(given if isinstance(given, list) else [], start=1):
        naming = entry.get(_NAMING[table]) if isinstance(entry, dict) else None
        proof.entry = f"{table} {number} ({naming})" if naming else f"{table} {number}"
        try:
            found.append((proof.entry, msgspec.convert(entry, kind)))
        except msgspec.ValidationError as error:
            proof.fault(_sentence(error))
    proof.entry = ""
    if not isinstance(given, list):
        proof.fault(f"'{table}' is written [[{table}]], once for each.")
    return found


def _sent(copy: Story, head: Head, proof: Proof) -> datetime | None:
    """When the story was sent: as labelled, else at noon of its dateline's day in the year YEAR."""
    if head.versioncreated:
        return head.versioncreated if head.versioncreated.tzinfo else head.versioncreated.replace(tzinfo=UTC)
    day = _DAY.search((copy.dateline and copy.dateline.date) or "")
    try:
        return datetime.strptime(f"{day['month']} {day['day']} {YEAR} 12 +0000" if day else "", "%b %d %Y %H %z")
    except ValueError:
        proof.fault("Its dateline has no day: say versioncreated = 2026-03-03T12:00:00Z, before the tables.")
        return None


def _sentence(error: msgspec.ValidationError) -> str:
    return f"{error}.".replace(" - at `$.", " in `")


def _days_as_text(value: Any) -> Any:
    """TOML's own days as ISO 8601, so that a label may be written either way."""
    if isinstance(value, dict):
        return {key: _days_as_text(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_days_as_text(each) for each in value]
    return value.isoformat() if isinstance(value, date) else value


def check(paths: Sequence[Path]) -> Iterator[Fault]:
    """What is wrong with the files of labels."""
    for path in paths:
        yield from read_gold(path)[1]
