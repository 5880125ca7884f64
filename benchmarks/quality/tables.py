"""What the harness prints."""

from collections import Counter
from collections.abc import Sequence
from math import isnan

from rich.box import SIMPLE_HEAD
from rich.table import Column, Table
from rich.text import Text

from benchmarks.quality.intervals import Counts, interval, precision, recall, value
from benchmarks.quality.measures import Mean, Measure
from benchmarks.quality.runs import Difference, SetRun
from benchmarks.quality.tally import NONE
from pipeline.cli.console import out, printable

_HEADINGS = ("gold", "prec.", "recall", "value", "95 %")


def print_set(run: SetRun, *, classes: bool, stories: bool) -> None:
    """The measures of a set; each class of them and what was taken for what; those with a target story by story."""
    _print_summary(run)
    if classes:
        for measure in run.measures():
            if measure.by_class and len(run.classes(measure.name)) > 1:
                _print_classes(run, measure)
        for what in dict.fromkeys(each[0] for each in run.confusions):
            _print_confusion(run, what)
    if stories:
        _print_stories(run)


def print_errors(run: SetRun, most: int) -> None:
    """The most frequent errors of each measure: the same one in the same story is one line.

    A measure that is another one's in other classes, 'entities, 4 classes', would say them again.
    """
    shown: set[str] = set()
    for measure in run.measures() if most else []:
        if measure.name.partition(",")[0] not in shown:
            _print_errors(run, measure, most)
            shown.add(measure.name)


def print_differences(differences: Sequence[Difference], *, classes: bool) -> None:
    """What changed of each measure, and of those of their classes that changed where `classes` says so."""
    for name in dict.fromkeys(each.set for each in differences):
        here = [each for each in differences if each.set == name]
        table = _table("measure", "before", "after", "change", "95 %")
        for each in here:
            if each.kind == "all" or (classes and each.change.value):
                _add_difference(table, each)
        _print(f"{name}: {here[0].stories} in both", table)


def _add_difference(table: Table, each: Difference) -> None:
    style = "bold red" if each.drop else "green" if each.change.low > 0 else ""
    values = (_percent(each.before), _percent(each.before + each.change.value), _signed(each.change.value))
    span = f"{_signed(each.change.low)} to {_signed(each.change.high)}"
    table.add_row(each.measure.name if each.kind == "all" else f"  {each.kind}", *values, span, style=style)


def print_agreement(run: SetRun) -> None:
    """How far two labellings agree: the same measures, the first one as gold."""
    table = _table("field", "labels", "agreement", "95 %")
    for measure in run.measures():
        labelled, _, _, found, span = _numbers(run.array(measure.name, run.classes(measure.name)), measure.mean)
        table.add_row(measure.name, labelled, found, span)
    _print(f"Agreement on {len(run.stories)} stories", table)


def _print_summary(run: SetRun) -> None:
    table = _table("measure", *_HEADINGS, "target")
    table.caption = "F1, or, where there is neither precision nor recall, accuracy"
    for measure in run.measures():
        *numbers, found, span = _numbers(run.array(measure.name, run.classes(measure.name)), measure.mean)
        style = "" if measure.target is None else "green" if float(found) >= 100 * measure.target else "red"
        target = f"{measure.target:.0%}" if measure.target else ""
        table.add_row(measure.name, *numbers, Text(found, style=style), span, target)
    _print(f"{run.name}: {len(run.stories)}", table)


def _print_classes(run: SetRun, measure: Measure) -> None:
    table = _table("class", *_HEADINGS)
    for kind in run.classes(measure.name):
        table.add_row(kind, *_numbers(run.array(measure.name, [kind]), measure.mean))
    if measure.mean == "F1":
        counts = run.array(measure.name, run.classes(measure.name)).sum(axis=0)
        table.caption = f"mean of the classes' F1: {_percent(float(value(counts, 'macro F1')))}"
    _print(f"{run.name}: {measure.name}", table)


def _numbers(counts: Counts, mean: Mean) -> tuple[str, str, str, str, str]:
    """How many gold has, precision, recall, the measure and its interval."""
    total = counts.sum(axis=(0, 1))
    found = interval(counts, mean)
    shares = ("", "") if mean == "accuracy" else (_percent(float(precision(total))), _percent(float(recall(total))))
    span = NONE if isnan(found.low) else f"{100 * found.low:.1f}–{100 * found.high:.1f}"
    return str(int(total[0] + total[2])), *shares, _percent(found.value), span


def _print_confusion(run: SetRun, what: str) -> None:
    """Each class of gold, how often it was found as itself, and as what else."""
    cells = Counter({(one, other): number for name, one, other, number in run.confusions if name == what})
    table = _table("gold", "right", "found as")
    table.columns[-1].justify = "left"
    for row in sorted({one for one, _ in cells}, key=lambda name: (name == NONE, name)):
        others = Counter({other: number for (one, other), number in cells.items() if one == row != other})
        found = ", ".join(f"{other if other != NONE else 'nothing'} {number}" for other, number in others.most_common())
        table.add_row("nothing" if row == NONE else row, "" if row == NONE else str(cells[row, row]), found)
    _print(f"{run.name}: {what}, confusions", table)


def _print_errors(run: SetRun, measure: Measure, most: int) -> None:
    often = Counter((error.story, error.sentence) for error in run.errors if error.measure == measure.name)
    if not often:
        return
    contexts = {(error.story, error.sentence): error.context for error in reversed(run.errors)}
    out.print(f"\n{run.name}: {measure.name}, the worst of {len(often)} errors", style="bold", highlight=False)
    for (story, sentence), times in worst(often)[:most]:
        count = f" ({times} times)" if times > 1 else ""
        line = f"  {story}: {sentence}{count}   {contexts[story, sentence]}"
        out.print(printable(line), markup=False, highlight=False, soft_wrap=True)


def worst(often: Counter[tuple[str, str]]) -> list[tuple[tuple[str, str], int]]:
    """Errors, by story and sentence, the most frequent first; of equals one of each story before its second."""
    seen: Counter[str] = Counter()
    ranked = []
    for error, times in often.most_common():
        ranked.append((-times, seen[error[0]], error))
        seen[error[0]] += 1
    return [(error, -times) for times, _, error in sorted(ranked, key=lambda each: each[:2])]


def _print_stories(run: SetRun) -> None:
    measures = [measure for measure in run.measures() if measure.target]
    table = _table("story", *(measure.name.partition(",")[0] for measure in measures))
    for number, story in enumerate(run.stories):
        counts = [run.array(measure.name, run.classes(measure.name))[number] for measure in measures]
        values = [value(each, measure.mean) for each, measure in zip(counts, measures, strict=True)]
        table.add_row(story, *(_percent(float(each)) for each in values))
    _print(f"{run.name}, one by one", table)


def _table(first: str, *others: str) -> Table:
    columns = [Column(first, no_wrap=True), *(Column(each, justify="right") for each in others)]
    return Table(*columns, caption_justify="left", box=SIMPLE_HEAD, pad_edge=False)


def _print(title: str, table: Table) -> None:
    out.print(title, style="bold", markup=False, highlight=False)
    out.print(table)


def _percent(value: float) -> str:
    return NONE if isnan(value) else f"{100 * value:.1f}"


def _signed(value: float) -> str:
    return NONE if isnan(value) else f"{100 * value:+.1f}"
