"""Labelled sentences, each a story of its own: which events they tell, and by whom on whom.

JSON lines: {"text": ..., "events": [{"type": ..., "status": ..., "actors": [...], "targets": [...]}], "also": [...]};
`also` lists types that may be found or not. Or a table of tab-separated columns with a heading: the sentence under
'sentence' or 'text', one type under 'type', 'root' or 'gold_root', and, where there are any, the parties under 'actor'
or 'source' and 'target', the status under 'status'. A sentence here stands alone, which is harder than in its story.
"""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import get_args

import msgspec

from benchmarks.quality.parties import same
from benchmarks.quality.tally import NONE, Tally, matching
from pipeline.story import Event, EventStatus, EventType, Participant, Span, Story

YIELD = "YIELD"
"""What earlier versions of PLOVER call CONCEDE and RETREAT together."""
TYPES = (*get_args(EventType), YIELD)
PLOVER = frozenset(get_args(EventType)[:16])
YIELDING = frozenset({"CONCEDE", "RETREAT"})
_TEXT, _TYPE, _ACTOR, _TARGET = ("sentence", "text"), ("type", "root", "gold_root"), ("actor", "source"), ("target",)


class Label(msgspec.Struct, frozen=True):
    """An event that a sentence tells."""

    type: str
    status: EventStatus | None = None
    """None where it is not labelled."""
    actors: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()


class Sentence(msgspec.Struct, frozen=True):
    """A labelled sentence."""

    text: str
    events: tuple[Label, ...]
    also: tuple[EventType, ...] = ()


def read(path: Path) -> list[Sentence]:
    """The sentences of the file, a table where it is called .tsv; ValueError, with the line's number, for a fault."""
    found = _table(path) if path.suffix == ".tsv" else _json_lines(path)
    for number, sentence in enumerate(found, start=1):
        for label in sentence.events:
            if label.type not in TYPES:
                raise ValueError(f"{path.name}, sentence {number}: '{label.type}' is no type of event")
    return found


def _json_lines(path: Path) -> list[Sentence]:
    found = []
    for number, line in enumerate(path.read_bytes().splitlines(), start=1):
        try:
            found.append(msgspec.json.decode(line, type=Sentence))
        except msgspec.MsgspecError as error:
            raise ValueError(f"{path.name}, line {number}: {error}") from None
    return found


def _table(path: Path) -> list[Sentence]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    headings = set(rows[0]) if rows else set()
    for wanted in (_TEXT, _TYPE):
        if not headings & set(wanted):
            raise ValueError(f"{path.name}: no column is headed {' or '.join(wanted)}")
    return [_row(row) for row in rows]


def _row(row: dict[str, str]) -> Sentence:
    text = _cell(row, _TEXT)
    sides = [tuple(part for part in (_cell(row, side),) if part and part in text) for side in (_ACTOR, _TARGET)]
    status = msgspec.convert(_cell(row, ("status",)) or None, EventStatus | None)
    label = Label(_cell(row, _TYPE).upper(), status, *sides)
    return Sentence(text, (label,) if label.type else ())


def _cell(row: dict[str, str], headings: Sequence[str]) -> str:
    return next((row[each] or "" for each in headings if each in row), "").strip()


def score_sentence(sentence: Sentence, found: Story, scheme: frozenset[str], tally: Tally) -> None:
    """Types, with statuses where they are labelled, and parties; of a sentence with one event its root.

    `scheme` is the types that the set knows: it says nothing of others. Where it has YIELD, that is what found CONCEDE
    and RETREAT are.
    """
    types, events = _in_scheme(found.events, scheme)
    edges = {
        number: [i for i, event in enumerate(events) if types[i] == label.type and label.status in (None, event.status)]
        for number, label in enumerate(sentence.events)
    }
    pairs = matching(edges)
    for number, label in enumerate(sentence.events):
        tally.add("types and statuses", label.type, right=number in pairs, missed=number not in pairs)
        if number in pairs:
            _score_parties(label, events[pairs[number]], tally)
        else:
            tally.error("types and statuses", f"missed {label.type} {label.status or ''}", _whole(sentence))
    for index, event in enumerate(events):
        if index not in pairs.values() and types[index] not in sentence.also:
            tally.add("types and statuses", types[index], wrong=1)
            tally.error("types and statuses", f"wrong {types[index]} {event.status}", event.trigger)
    if len(sentence.events) == 1 and not sentence.also:
        _score_root(sentence.events[0].type, events, types, tally)


def scheme(sentences: Sequence[Sentence]) -> frozenset[str]:
    """The types that a set's labels are of: PLOVER's alone where no other is among them."""
    used = {label.type for sentence in sentences for label in sentence.events}
    if YIELD in used:
        return (PLOVER - YIELDING) | {YIELD}
    return PLOVER if used <= PLOVER else frozenset(TYPES)


def _in_scheme(events: Sequence[Event], scheme: frozenset[str]) -> tuple[list[str], list[Event]]:
    types = [YIELD if YIELD in scheme and event.type in YIELDING else event.type for event in events]
    known = [(kind, event) for kind, event in zip(types, events, strict=True) if kind in scheme]
    return [kind for kind, _ in known], [event for _, event in known]


def _score_root(gold: str, events: Sequence[Event], types: Sequence[str], tally: Tally) -> None:
    """One type a sentence: that of the main event, or of the surest."""
    best = max(range(len(events)), key=lambda i: (events[i].main, events[i].confidence, -i), default=None)
    root = NONE if best is None else types[best]
    tally.add("root, macro F1", gold, right=root == gold, missed=root != gold)
    if root not in (gold, NONE):
        tally.add("root, macro F1", root, wrong=1)
    tally.judge("root among others", gold, gold in types)
    tally.confusions["root, macro F1", gold, root] += 1


def _score_parties(label: Label, found: Event, tally: Tally) -> None:
    for side, wanted, given in (("actors", label.actors, found.actors), ("targets", label.targets, found.targets)):
        if not wanted:
            continue  # labels name only some of the parties
        gold = [Participant(span=Span(text=name, start=0, end=len(name))) for name in wanted]
        edges = {i: [j for j, other in enumerate(given) if same(one, other, {})] for i, one in enumerate(gold)}
        right = len(matching(edges))
        tally.add(side, "all", right, len(given) - right, len(gold) - right)
        if right < max(len(gold), len(given)):
            names = sorted(each.name or each.span.text for each in given)
            tally.error(side, f"{sorted(wanted)}, found {names}", found.trigger)


def _whole(sentence: Sentence) -> Span:
    return Span(text=sentence.text, start=0, end=len(sentence.text))
