"""A run of the harness: the counts of every story of every set, to be saved and compared."""

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec
import numpy as np

from benchmarks.quality.intervals import Counts, Interval, difference, value
from benchmarks.quality.measures import MEASURES, Measure
from benchmarks.quality.tally import Error, Tally

Classes = dict[str, dict[str, list[int]]]
"""Class, then story, to right, wrong, missed."""


class SetRun(msgspec.Struct, frozen=True, kw_only=True):
    """One set of stories or sentences."""

    name: str
    stories: tuple[str, ...]
    counts: dict[str, Classes]
    """By measure. A story without any of a class is left out."""
    confusions: tuple[tuple[str, str, str, int], ...] = ()
    """What, gold's, the found one's, how often."""
    errors: tuple[Error, ...] = ()

    def measures(self) -> list[Measure]:
        """Those that it has, in their order."""
        return [measure for measure in MEASURES if measure.name in self.counts]

    def array(self, measure: str, classes: Sequence[str]) -> Counts:
        """Counts with the axes story, class, and right, wrong, missed."""
        given = self.counts.get(measure, {})
        rows = [[given.get(kind, {}).get(story, [0, 0, 0]) for kind in classes] for story in self.stories]
        return np.array(rows, dtype=float).reshape(len(self.stories), len(classes), 3)

    def classes(self, measure: str) -> list[str]:
        """In alphabetical order."""
        return sorted(self.counts.get(measure, {}))


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """All sets at once."""

    sets: tuple[SetRun, ...]
    components: tuple[str, ...] = ()
    """'events 3': what enriched, with its version."""


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """What changed of a measure, on the stories that both runs have."""

    set: str
    measure: Measure
    kind: str
    """The class; 'all' of all together."""
    stories: int
    before: float
    change: Interval

    @property
    def drop(self) -> bool:
        """Whether it is less, and the interval has no 0."""
        return self.change.high < 0


def collect(name: str, tallies: Sequence[Tally]) -> SetRun:
    """The counts of the stories of a set, whose names must differ."""
    counts: dict[str, Classes] = {}
    confusions: Counter[tuple[str, str, str]] = Counter()
    for tally in tallies:
        confusions.update(tally.confusions)
        for (measure, kind), numbers in tally.counts.items():
            if any(numbers):
                counts.setdefault(measure, {}).setdefault(kind, {})[tally.story] = numbers
    return SetRun(
        name=name,
        stories=tuple(tally.story for tally in tallies),
        counts=counts,
        confusions=tuple((*names, number) for names, number in sorted(confusions.items())),
        errors=tuple(error for tally in tallies for error in tally.errors),
    )


def save(run: Run, path: Path) -> None:
    """As JSON."""
    path.write_bytes(msgspec.json.format(msgspec.json.encode(run), indent=1))


def read(path: Path) -> Run:
    """A saved run; msgspec.ValidationError or DecodeError for another file."""
    return msgspec.json.decode(path.read_bytes(), type=Run)


def compare(before: Run, after: Run) -> list[Difference]:
    """The measures, and their classes, of the stories and sets that both have."""
    olds = {each.name: each for each in before.sets}
    pairs = [(olds[each.name], each) for each in after.sets if each.name in olds]
    return [difference for old, new in pairs for difference in _differences(*_shared(old, new))]


def _shared(old: SetRun, new: SetRun) -> tuple[SetRun, SetRun]:
    both = tuple(story for story in old.stories if story in set(new.stories))
    return msgspec.structs.replace(old, stories=both), msgspec.structs.replace(new, stories=both)


def _differences(old: SetRun, new: SetRun) -> Iterable[Difference]:
    if not old.stories:
        return
    for measure in MEASURES:
        if measure.name not in old.counts and measure.name not in new.counts:
            continue
        classes = sorted({*old.classes(measure.name), *new.classes(measure.name)})
        groups = [("all", classes)]
        if len(classes) > 1:
            groups += [(kind, [kind]) for kind in classes]
        for title, kinds in groups:
            one, other = old.array(measure.name, kinds), new.array(measure.name, kinds)
            yield Difference(
                set=old.name,
                measure=measure,
                kind=title,
                stories=len(old.stories),
                before=float(value(one.sum(axis=0), measure.mean)),
                change=difference(one, other, measure.mean),
            )
