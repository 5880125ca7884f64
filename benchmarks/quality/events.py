"""Events against 184 labelled sentences, events.jsonl, all invented: precision and recall of each PLOVER type.

    python -m benchmarks.quality [--misses] [--json]

A found event counts where the sentence has one of its type and status. `also` lists types that may be found or not.
Participants count, of events that count, where one label's last word is another's. A sentence here stands alone, which
is harder than in its story: nothing but the sentence says what a name is.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import click
import msgspec
from rich.table import Table

from pipeline.cli.console import out, print_json
from pipeline.enrichers.registry import enrich_batch
from pipeline.story import Event, EventStatus, EventType, Participant, Story

LABELS = Path(__file__).with_name("events.jsonl")


class Label(msgspec.Struct, frozen=True):
    """An event that a sentence tells."""

    type: EventType
    status: EventStatus
    actors: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()


class Sentence(msgspec.Struct, frozen=True):
    """A labelled sentence."""

    text: str
    events: tuple[Label, ...]
    also: tuple[EventType, ...] = ()


@dataclass(slots=True)
class Score:
    """What was found, missed and found wrongly, by type; participants under 'actors' and 'targets'."""

    right: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    misses: list[str] = field(default_factory=list)

    def precision(self, kind: str | None = None) -> float:
        """Of all types together without `kind`."""
        return _share(*(_of(counter, kind) for counter in (self.right, self.wrong)))

    def recall(self, kind: str | None = None) -> float:
        """Of all types together without `kind`."""
        return _share(*(_of(counter, kind) for counter in (self.right, self.missed)))


PARTICIPANTS = ("actors", "targets")


def score(sentences: Sequence[Sentence]) -> Score:
    """Enrich the sentences, each as a story of its own, and compare."""
    stories = enrich_batch([Story(uri=s.text, body_text=s.text, language="en") for s in sentences])
    result = Score()
    for sentence, story in zip(sentences, stories, strict=True):
        _compare(sentence, list(story.events), result)
    return result


def _compare(sentence: Sentence, found: list[Event], result: Score) -> None:
    for label in sentence.events:
        event = next((each for each in found if (each.type, each.status) == (label.type, label.status)), None)
        if event is None:
            result.missed[label.type] += 1
            result.misses.append(f"missed {label.type} {label.status}: {sentence.text}")
            continue
        found.remove(event)
        result.right[label.type] += 1
        for side, wanted, given in (("actors", label.actors, event.actors), ("targets", label.targets, event.targets)):
            _compare_parties(side, wanted, given, sentence, result)
    for event in found:
        if event.type not in sentence.also:
            result.wrong[event.type] += 1
            result.misses.append(f"wrong {event.type} {event.status} '{event.trigger.text}': {sentence.text}")


def _compare_parties(
    side: str, wanted: Sequence[str], given: Sequence[Participant], sentence: Sentence, result: Score
) -> None:
    labels = {name.split()[-1].lower() for name in wanted}
    names = {(each.name or each.span.text).split()[-1].lower() for each in given}
    result.right[side] += len(labels & names)
    result.missed[side] += len(labels - names)
    result.wrong[side] += len(names - labels) if labels else 0
    if labels - names or (labels and names - labels):
        result.misses.append(f"{side} {sorted(names)} for {sorted(labels)}: {sentence.text}")


def read(path: Path = LABELS) -> list[Sentence]:
    """The labelled sentences."""
    return [msgspec.json.decode(line, type=Sentence) for line in path.read_bytes().splitlines()]


def _of(counter: Counter[str], kind: str | None) -> int:
    return counter[kind] if kind else sum(count for name, count in counter.items() if name not in PARTICIPANTS)


def _share(part: int, rest: int) -> float:
    return part / (part + rest) if part + rest else 1.0


def _rows(result: Score) -> Iterator[tuple[str, str | None]]:
    kinds = sorted({*result.right, *result.missed, *result.wrong} - set(PARTICIPANTS))
    yield from ((kind, kind) for kind in kinds)
    yield "all types", None
    yield from ((side, side) for side in PARTICIPANTS)


def _measures(result: Score, kind: str | None) -> dict[str, float]:
    labelled = _of(result.right, kind) + _of(result.missed, kind)
    return {"labelled": labelled, "precision": result.precision(kind), "recall": result.recall(kind)}


@click.command()
@click.option("--misses", is_flag=True, help="Print what was missed or found wrongly.")
@click.option("--json", "as_json", is_flag=True)
def main(misses: bool, as_json: bool) -> None:
    """Print precision and recall by type."""
    result = score(read())
    if as_json:
        print_json({title: _measures(result, kind) for title, kind in _rows(result)})
        return
    table = Table("type", "labelled", "precision", "recall")
    for title, kind in _rows(result):
        labelled = _of(result.right, kind) + _of(result.missed, kind)
        table.add_row(title, str(labelled), f"{result.precision(kind):.2f}", f"{result.recall(kind):.2f}")
    out.print(table)
    if misses:
        for each in result.misses:
            out.print(each, markup=False)


if __name__ == "__main__":
    main()
