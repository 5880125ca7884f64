"""What the harness prints."""

from collections import Counter
from collections.abc import Sequence
from math import isnan

from rich.table import Column, Table
from rich.text import Text

from benchmarks.quality.intervals import f1, interval, precision, recall
from benchmarks.quality.measures import Measure
from benchmarks.quality.runs import Difference, SetRun
from benchmarks.quality.tally import NONE
from pipeline.cli.console import out, printable


def print_set(run: SetRun, *, classes: bool, errors: int) -> None:
    """The measures of a set; with `classes` each class of them, and what stood for what; so many errors a measure."""
    out.print(_summary(run))
    if classes:
        for measure in run.measures():
            if measure.by_class and len(run.classes(measure.name)) > 1:
                out.print(_classes(run, measure))
        for what in dict.fromkeys(each[0] for each in run.confusions):
            out.print(_confusion(run, what))
    print_errors(run, errors)


def print_errors(run: SetRun, most: int) -> None:
    """The most frequent errors of each measure: the same one in the same story is one line."""
    for measure in run.measures() if most else []:
        _print_errors(run, measure, most)


def print_differences(differences: Sequence[Difference], *, classes: bool) -> None:
    """What changed of each measure, and of those of their classes that changed where `classes` says so."""
    table = Table("set", "measure", "class", "before", "after", "change", "95 %", title="Differences")
    for each in differences:
        if each.kind != "all" and (not classes or not each.change.value):
            continue
        style = "bold red" if each.drop else "green" if each.change.low > 0 else ""
        span = f"{_signed(each.change.low)} to {_signed(each.change.high)}"
        cells = (_percent(each.before), _percent(each.before + each.change.value), _signed(each.change.value), span)
        table.add_row(each.set, each.measure.name, each.kind, *cells, style=style)
    out.print(table)


def print_agreement(run: SetRun) -> None:
    """How far two labellings agree: the same measures, the first one as gold."""
    table = Table(_first("field"), "agreement", "", "95 %", "labels", title=f"Agreement on {len(run.stories)} stories")
    for measure in run.measures():
        counts = run.array(measure.name, run.classes(measure.name))
        found = interval(counts, measure.mean)
        total = int((counts[..., 0] + counts[..., 2]).sum())
        table.add_row(measure.name, _percent(found.value), measure.mean, _range(found.low, found.high), str(total))
    out.print(table)


def _summary(run: SetRun) -> Table:
    table = Table(
        _first("measure"),
        "gold",
        "prec.",
        "recall",
        "value",
        "",
        "95 %",
        "target",
        title=f"{run.name}: {len(run.stories)}",
        title_justify="left",
    )
    for measure in run.measures():
        counts = run.array(measure.name, run.classes(measure.name))
        found = interval(counts, measure.mean)
        total = counts.sum(axis=(0, 1))
        both = ("", "") if measure.mean == "accuracy" else (float(precision(total)), float(recall(total)))
        parts = [each if isinstance(each, str) else _percent(each) for each in both]
        labelled = str(int(total[0] + total[2]))
        target = f"{measure.target:.0%}" if measure.target else ""
        value = Text(_percent(found.value), style=_style(found.value, measure.target))
        table.add_row(measure.name, labelled, *parts, value, measure.mean, _range(found.low, found.high), target)
    return table


def _classes(run: SetRun, measure: Measure) -> Table:
    table = Table(
        "class",
        "gold",
        "precision",
        "recall",
        "value",
        "95 %",
        title=f"{run.name}: {measure.name}",
        title_justify="left",
    )
    mean = "accuracy" if measure.mean == "accuracy" else "F1"
    for kind in run.classes(measure.name):
        counts = run.array(measure.name, [kind])
        total = counts.sum(axis=(0, 1))
        found = interval(counts, "accuracy" if mean == "accuracy" else "F1")
        shares = ["", ""] if mean == "accuracy" else [_percent(float(each(total))) for each in (precision, recall)]
        labelled = str(int(total[0] + total[2]))
        table.add_row(kind, labelled, *shares, _percent(float(found.value)), _range(found.low, found.high))
    if measure.mean == "F1":
        values = [float(f1(run.array(measure.name, [kind]).sum(axis=(0, 1)))) for kind in run.classes(measure.name)]
        table.caption = f"mean of the classes' F1: {_percent(sum(values) / len(values))}"
    return table


def _confusion(run: SetRun, what: str) -> Table:
    """Each class of gold, how often it was found as itself, and as what else."""
    cells = Counter({(one, other): number for name, one, other, number in run.confusions if name == what})
    table = Table(_first("gold"), "right", "found as", title=f"{run.name}: {what}, confusions", title_justify="left")
    for row in sorted({one for one, _ in cells}, key=lambda name: (name == NONE, name)):
        others = Counter({other: number for (one, other), number in cells.items() if one == row != other})
        found = ", ".join(f"{other if other != NONE else 'nothing'} {number}" for other, number in others.most_common())
        table.add_row("nothing" if row == NONE else row, "" if row == NONE else str(cells[row, row]), found)
    return table


def _print_errors(run: SetRun, measure: Measure, most: int) -> None:
    found = [error for error in run.errors if error.measure == measure.name]
    if not found:
        return
    often = Counter((error.story, error.sentence) for error in found)
    contexts = {(error.story, error.sentence): error.context for error in reversed(found)}
    out.print(f"\n{run.name}: {measure.name}, the worst of {len(often)} errors", style="bold", highlight=False)
    for (story, sentence), times in often.most_common(most):
        count = f" ({times} times)" if times > 1 else ""
        line = f"  {story}: {sentence}{count}   {contexts[story, sentence]}"
        out.print(printable(line), markup=False, highlight=False, soft_wrap=True)


def _first(heading: str) -> Column:
    return Column(heading, no_wrap=True)


def _style(value: float, target: float | None) -> str:
    if target is None or isnan(value):
        return ""
    return "green" if value >= target else "red"


def _percent(value: float) -> str:
    return NONE if isnan(value) else f"{100 * value:.1f}"


def _signed(value: float) -> str:
    return NONE if isnan(value) else f"{100 * value:+.1f}"


def _range(low: float, high: float) -> str:
    return NONE if isnan(low) else f"{100 * low:.1f} to {100 * high:.1f}"
