"""Labelled text as the encoder is trained on it: pieces of text, sentence by sentence, with what each may be.

A piece is what BERT's pre-tokeniser makes of text: a run of letters and digits, or one mark. The encoder labels pieces,
so a name within a word is found ('Kremlin' in 'Kremlin-backed') and no tokeniser of our own stands between.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import orjson

from pipeline.enrichers.quotes.sentences import sentences
from training.encoder.labels import ENTITIES, ROLES, STATUSES, TAGS, TRIGGERS

PIECE = re.compile(r"[^\W_]+|[^\w\s]|_")
Allowed = frozenset[int]
"""The tags, by number, that a piece may have."""

NUMBER = {tag: number for number, tag in enumerate(TAGS)}
_PLURAL = {"actor": "actors", "target": "targets", "instrument": "instruments"}
_ROLES = {_PLURAL.get(role, role): number for number, role in enumerate(ROLES) if number}


@dataclass(frozen=True, slots=True)
class Told:
    """An event that the piece `at` tells, and the role in it of every piece of its sentence; all by number."""

    at: int
    kind: int
    status: int
    roles: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Sentence:
    """Pieces, and for each the tags that it may have (none: it is not known)."""

    pieces: tuple[str, ...]
    tags: tuple[Allowed, ...]
    events: tuple[Told, ...] | None = None
    """None where it is not known what the sentence tells."""


Document = list[Sentence]


def columns(path: Path, meaning: Mapping[str, Sequence[str]], column: int = -1) -> Iterator[Document]:
    """Documents of a file in columns, a word a line with its BIO, IOB or BIOES label in `column`; a blank line ends a
    sentence and -DOCSTART- begins a document."""
    document: Document = []
    words: list[tuple[str, str]] = []
    for line in [*path.read_text(encoding="utf-8", errors="replace").splitlines(), ""]:
        fields = line.split()
        if fields and not fields[0].startswith("-DOCSTART-"):
            words.append((fields[0], fields[column] if len(fields) > 1 else "O"))
            continue
        if words:
            document.append(sentence(words, meaning))
            words = []
        if fields and document:
            yield document
            document = []
    if document:
        yield document


def sentence(words: Iterable[tuple[str, str]], meaning: Mapping[str, Sequence[str]]) -> Sentence:
    """The pieces of words with labels; a kind that `meaning` gives nothing for is no name."""
    pieces: list[str] = []
    tags: list[Allowed] = []
    last = ""
    for word, label in words:
        mark, _, kind = label.partition("-")
        ours = tuple(meaning.get(kind, ())) if mark in {"B", "I", "S", "E"} else ()
        begins = mark in {"B", "S"} or kind != last
        for number, piece in enumerate(PIECE.findall(word)):
            pieces.append(piece)
            tags.append(_allowed(ours, begins and number == 0))
        last = kind if ours and mark not in {"S", "E"} else ""
    return Sentence(tuple(pieces), tuple(tags))


def _allowed(kinds: Sequence[str], begins: bool) -> Allowed:
    if not kinds:
        return frozenset({NUMBER["O"]})
    return frozenset(NUMBER[f"{'B' if begins else 'I'}-{kind}"] for kind in kinds if kind in ENTITIES)


def gold(sentence: Sentence) -> list[str]:
    """The tags with the first kind that each may be, for scores in coarser classes."""
    return [TAGS[min(allowed)] for allowed in sentence.tags]


def told(path: Path) -> Iterator[Document]:
    """Paragraphs in JSON lines with their names and events: see training/encoder/README.md."""
    for line in path.read_text(encoding="utf-8").splitlines():
        said = orjson.loads(line)
        yield paragraph(said["text"], said.get("entities"), said["events"])


def paragraph(text: str, names: Sequence[tuple[str, str]] | None, events: Sequence[Mapping[str, Any]]) -> Document:
    """The sentences of a paragraph; `names` None where they are not known."""
    found = [(each.start(), each.end()) for each in PIECE.finditer(text)]
    tags = [frozenset[int]() if names is None else frozenset({0})] * len(found)
    for name, kind in sorted(names or (), key=lambda named: len(named[0])):
        for at in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", text):
            inside = _within(found, at.start(), at.end())
            for number in inside:
                tags[number] = frozenset({NUMBER[f"{'B' if number == inside[0] else 'I'}-{kind}"]})
    read = [event for each in events for event in _told(text, found, each)]
    document = []
    for first, last in _sentences(text, found):
        inside = [event for event in read if first <= event.at < last]
        own = tuple(replace(event, at=event.at - first, roles=event.roles[first:last]) for event in inside)
        words = tuple(text[a:b] for a, b in found[first:last])
        document.append(Sentence(words, tuple(tags[first:last]), own))
    return document


def _told(text: str, found: Sequence[tuple[int, int]], event: Mapping[str, Any]) -> Iterator[Told]:
    """An event once for each word that tells it."""
    roles = [0] * len(found)
    for role, number in _ROLES.items():
        given = event.get(role) or []
        for piece in [given] if isinstance(given, str) else given:
            for each in _within(found, *place(text, piece)):
                roles[each] = number
    for trigger in (event["trigger"], *event.get("also", ())):
        at = _within(found, *place(text, trigger))[0]
        status = STATUSES.index(event.get("status", "asserted"))
        yield Told(at, TRIGGERS.index(event["type"]), status, tuple(roles))


def place(text: str, piece: str) -> tuple[int, int]:
    """Where a piece stands; 'word#2' is the second one."""
    plain, _, number = piece.partition("#")
    places = [each.span() for each in re.finditer(rf"(?<!\w){re.escape(plain)}(?!\w)", text)]
    if len(places) < int(number or 1):
        raise ValueError(f"There is no {piece!r} in {text!r}.")
    return places[int(number or 1) - 1]


def _within(found: Sequence[tuple[int, int]], start: int, end: int) -> list[int]:
    return [number for number, (a, b) in enumerate(found) if a < end and b > start]


def _sentences(text: str, found: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """First and last (excluded) piece of each sentence."""
    for start, end in sentences(text, "en"):
        inside = _within(found, start, end)
        if inside:
            yield inside[0], inside[-1] + 1
