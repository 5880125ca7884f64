"""How well near-duplicates are found: pairwise precision and recall, and the adjusted Rand index of the groups.

    python -m benchmarks.duplicates [--reuters FOLDER] [--half tune] [--misses] [--json]

1. Samples of our own (duplicates_cases.py): stories copied and edited in fifteen ways, templates filled in anew,
   follow-ups. Sixteen families of templates were tuned on, eight others are reported.
2. Newswire of 1987 (duplicates_reuters.py), which has copies by two desks, cuts, corrections and thousands of filled-in
   templates, with our judgements of which stories say the same. Two thousand stories were tuned on, three thousand
   others are reported. Its text is not ours to pass on: give its folder.

Each is also grouped by what is usual: the Jaccard index of three-word shingles, exact here, which MinHash estimates, at
three thresholds. All take only pairs in the time window. A pair counts as found where both are in one group.
"""

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from itertools import combinations
from math import comb
from pathlib import Path

import click
import orjson
from rich.table import Table

from benchmarks.duplicates_cases import HALVES, Half, Sample, samples
from benchmarks.duplicates_reuters import UNCLEAR, judged
from pipeline.cli.console import out, print_json, say
from pipeline.lifecycle.duplicates import WINDOW, duplicates, window
from pipeline.lifecycle.fingerprints import Fingerprint, fingerprint

BASELINES = (0.5, 0.7, 0.8)
Pair = tuple[int, int]
"""Two positions in a list of samples, ascending."""


@dataclass(slots=True)
class Result:
    """How one way of grouping fared on one set."""

    precision: float
    recall: float
    rand: float
    recalls: dict[str, float] = field(default_factory=dict)
    """By kind of copy: the share in one group with its original."""
    wrong: dict[str, int] = field(default_factory=dict)
    """By kind: how many stories are in a group with one that says something else."""
    misses: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Cost:
    """What fingerprints cost, a story."""

    milliseconds: float
    """Of the processor."""
    bytes: float
    candidates: float
    """Stories in the set's window that share a band."""


def ours(stories: Sequence[Sample]) -> tuple[set[Pair], Cost]:
    """The pairs that share a band and are duplicates."""
    began = time.process_time()
    found = [fingerprint(sample.story) for sample in stories]
    took = time.process_time() - began
    by_band: dict[str, list[int]] = defaultdict(list)
    for position, each in enumerate(found):
        for band in each.bands if each else ():
            by_band[band].append(position)
    candidates = {pair for positions in by_band.values() for pair in combinations(positions, 2)}
    candidates = {(a, b) for a, b in candidates if _near(stories, a, b, window(_known(found[a])))}
    pairs = {(a, b) for a, b in candidates if duplicates(_known(found[a]), _known(found[b]))}
    size = sum(len(orjson.dumps(each)) for each in found if each) / len(found)
    return pairs, Cost(took / len(stories) * 1000, size, 2 * len(candidates) / len(stories))


def _known(found: Fingerprint | None) -> Fingerprint:
    assert found
    return found


def _near(stories: Sequence[Sample], a: int, b: int, within: timedelta) -> bool:
    return abs(stories[a].time - stories[b].time) <= within


def usual(stories: Sequence[Sample]) -> Callable[[float], set[Pair]]:
    """The pairs of at least a given Jaccard index of their three-word shingles."""
    sets = [_shingles(sample.story.body_text or sample.story.headline or "") for sample in stories]
    by_shingle: dict[object, list[int]] = defaultdict(list)
    for position, each in enumerate(sets):
        for shingle in each:
            by_shingle[shingle].append(position)
    shared = Counter(pair for positions in by_shingle.values() for pair in combinations(positions, 2))
    least = min(BASELINES)
    index = {
        (a, b): both / (len(sets[a]) + len(sets[b]) - both)
        for (a, b), both in shared.items()
        if both >= least * max(len(sets[a]), len(sets[b])) and _near(stories, a, b, WINDOW)
    }
    return lambda threshold: {pair for pair, value in index.items() if value >= threshold}


def _shingles(text: str) -> frozenset[tuple[str, ...]]:
    words = text.lower().split()
    return frozenset(zip(words, words[1:], words[2:], strict=False)) or frozenset({tuple(words)})


# ---- Scores


def components(size: int, pairs: Iterable[Pair]) -> list[int]:
    """The group of each of `size` positions."""
    parent = list(range(size))

    def root(position: int) -> int:
        while parent[position] != position:
            parent[position] = parent[parent[position]]
            position = parent[position]
        return position

    for a, b in pairs:
        parent[root(a)] = root(b)
    return [root(position) for position in range(size)]


def rand_index(truth: Sequence[object], found: Sequence[object]) -> float:
    """The adjusted Rand index of two groupings (Hubert and Arabie 1985): 1 the same, 0 as by chance."""
    both, first, second = (
        sum(comb(count, 2) for count in Counter(groups).values())
        for groups in (zip(truth, found, strict=True), truth, found)
    )
    expected = first * second / comb(len(truth), 2)
    return (both - expected) / ((first + second) / 2 - expected)


def score(stories: Sequence[Sample], pairs: set[Pair], unclear: frozenset[frozenset[str]]) -> Result:
    """Compare the groups that `pairs` make with the true ones; unclear pairs, by uri, count neither way."""
    truth, groups = [sample.group for sample in stories], components(len(stories), pairs)
    found, wanted = _within(groups), _within(truth)
    doubtful = {pair for pair in found | wanted if frozenset(stories[n].story.uri for n in pair) in unclear}
    right, wrong, missed = (found & wanted) - doubtful, found - wanted - doubtful, wanted - found - doubtful
    precision, recall = (len(right) / (len(right) + len(others) or 1) for others in (wrong, missed))
    result = Result(precision, recall, rand_index(truth, groups))
    result.recalls = _recalls(stories, groups)
    misplaced = {position for pair in wrong for position in pair}
    result.wrong = dict(Counter(stories[position].kind for position in misplaced))
    result.misses = [_said("wrong", stories, pair) for pair in sorted(wrong)]
    result.misses += [_said("missed", stories, pair) for pair in sorted(missed)]
    return result


def _within(groups: Sequence[object]) -> set[Pair]:
    members: dict[object, list[int]] = defaultdict(list)
    for position, group in enumerate(groups):
        members[group].append(position)
    return {pair for positions in members.values() for pair in combinations(positions, 2)}


def _recalls(stories: Sequence[Sample], groups: Sequence[int]) -> dict[str, float]:
    originals = {
        sample.group: group for sample, group in zip(stories, groups, strict=True) if sample.kind == "original"
    }
    together: dict[str, list[bool]] = defaultdict(list)
    for sample, group in zip(stories, groups, strict=True):
        if sample.kind != "original" and sample.group in originals:
            together[sample.kind].append(group == originals[sample.group])
    return {kind: sum(values) / len(values) for kind, values in together.items()}


def _said(what: str, stories: Sequence[Sample], pair: Pair) -> str:
    return f"{what}: " + " / ".join(f"{stories[n].kind} {stories[n].story.uri}" for n in pair)


# ---- The report


def measure(stories: Sequence[Sample], unclear: frozenset[frozenset[str]]) -> tuple[dict[str, Result], Cost]:
    """Each way's result."""
    pairs, cost = ours(stories)
    by_index = usual(stories)
    results = {f"Jaccard {least}": score(stories, by_index(least), unclear) for least in BASELINES}
    return {"fingerprints": score(stories, pairs, unclear)} | results, cost


def _sets(half: Half, reuters: Path | None) -> Iterator[tuple[str, list[Sample], frozenset[frozenset[str]]]]:
    yield "own samples", list(samples(half)), frozenset()
    if reuters:
        yield "newswire of 1987", list(judged(reuters, half)), UNCLEAR


@click.command()
@click.option("--reuters", type=click.Path(path_type=Path, exists=True), help="Folder of the files reut2-*.sgm.")
@click.option("--half", type=click.Choice(HALVES), default="report", show_default=True)
@click.option("--misses", is_flag=True, help="Print the pairs that are wrong or missed.")
@click.option("--json", "as_json", is_flag=True)
def main(reuters: Path | None, half: Half, misses: bool, as_json: bool) -> None:
    """Print precision, recall and adjusted Rand index, ours and the usual way's, and ours by kind."""
    results = {name: measure(stories, unclear) for name, stories, unclear in _sets(half, reuters)}
    if as_json:
        print_json({name: {way: asdict(each) for way, each in ways.items()} | {"cost": asdict(cost)}
                    for name, (ways, cost) in results.items()})  # fmt: skip
        return
    for name, (ways, cost) in results.items():
        _print(name, ways)
        out.print(f"{cost.milliseconds:.2f} ms, {cost.bytes:.0f} bytes and {cost.candidates:.1f} candidates a story")
        if misses:
            for each in ways["fingerprints"].misses:
                out.print(each, markup=False, soft_wrap=True)
    if not reuters:
        say("The newswire was left out: put Reuters-21578 (reut2-000.sgm to reut2-021.sgm) in a folder and name it "
            "with --reuters.")  # fmt: skip


def _print(name: str, ways: dict[str, Result]) -> None:
    table = Table("", "precision", "recall", "adjusted Rand", title=name)
    for way, result in ways.items():
        table.add_row(way, f"{result.precision:.3f}", f"{result.recall:.3f}", f"{result.rand:.3f}")
    out.print(table)
    kinds = sorted({kind for result in ways.values() for kind in (*result.recalls, *result.wrong)})
    if len(kinds) > 1:
        table = Table("kind", *(f"{way}: recall, misplaced" for way in ways))
        for kind in kinds:
            table.add_row(kind, *(_cell(result, kind) for result in ways.values()))
        out.print(table)


def _cell(result: Result, kind: str) -> str:
    recall = f"{result.recalls[kind]:.2f}" if kind in result.recalls else ""
    return f"{recall:>4} {result.wrong.get(kind, ''):>5}"


if __name__ == "__main__":
    main()
