"""How well stories find their threads, beside slug equality and TF-IDF clustering, and how long that takes.

    make threads
    python -m benchmarks.threads [--ecb FOLDER] [--json]

Stories come one by one, in the order of time and in drawn orders, and join threads; the result is compared with the
events that they are labelled with. The weights of pipeline/lifecycle/threads.py and the baseline's threshold were
chosen on the stories of the half 'tune'; what is reported is the other half. FOLDER holds the texts of ECB+, as
unpacked from its archive (see benchmarks/threads_data.py); without it, only our own stories are compared. ECB+ is taken
twice: all in the same two days, where time tells nothing apart, and the second event of each topic three days later.
Our own stories are taken twice too: the events alone, and among daily reports and forms filled in for many companies.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from pathlib import Path
from random import Random
from statistics import fmean, quantiles

import click
from rich.table import Table

from benchmarks.threads_data import ecb_plus, own
from benchmarks.threads_measures import Agreement, agreement
from benchmarks.threads_stream import CANDIDATES, Labelled, Memory, Method, by_choice, by_slug, by_tf_idf
from pipeline.cli.console import out, print_json, say
from pipeline.lifecycle.threads import choose, traits

SHUFFLES = 5
THRESHOLDS = tuple(step / 100 for step in range(8, 44, 4))
THREADS = 10
"""Threads that the candidates are in where speed is measured."""
APART = timedelta(days=3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One method on one set: means over the orders of that kind."""

    stories: str
    order: str
    method: str
    agreement: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Speed:
    """Microseconds of processor time a story for its traits and its choice among CANDIDATES others."""

    stories: int
    median: float
    p99: float


@click.command()
@click.option("--ecb", type=click.Path(exists=True, file_okay=False, path_type=Path), help="The texts of ECB+.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of tables.")
def main(ecb: Path | None, as_json: bool) -> None:
    """Measure threads on the labelled stories."""
    say("Enriching the stories")
    ours = own()
    sets = {"own events": [each for each in ours if not each.report], "own, with reports": ours}
    if ecb:
        sets["ECB+"] = ecb_plus(ecb)
        sets["ECB+, 3 days on"] = [_later(each) for each in sets["ECB+"]]
    rows = [row for name, stories in sets.items() for row in _rows(name, stories)]
    speed = _speed([*ours, *sets.get("ECB+", [])])
    if as_json:
        print_json({"threads": [asdict(row) for row in rows], "speed": asdict(speed)})
    else:
        _print(rows, speed)


def _later(each: Labelled) -> Labelled:
    return replace(each, time=each.time + APART) if each.event.endswith("second") else each


def _rows(name: str, stories: Sequence[Labelled]) -> list[Row]:
    tune, report = ([each for each in stories if each.half == half] for half in ("tune", "report"))
    threshold = max(THRESHOLDS, key=lambda at: _mean(by_tf_idf(at), _orders(tune)[:1])["b_cubed_f1"])
    methods = {"threads": by_choice, f"TF-IDF {threshold}": by_tf_idf(threshold)}
    if any(each.story.slugline for each in stories):
        methods["slug"] = by_slug
    in_time, *shuffled = _orders(report)
    return [
        Row(stories=name, order=order, method=method, agreement=_mean(run, streams))
        for order, streams in (("in time", [in_time]), ("shuffled", shuffled))
        for method, run in methods.items()
    ]


def _orders(stories: Sequence[Labelled]) -> list[list[Labelled]]:
    """The order of time, then the drawn ones."""
    in_time = sorted(stories, key=lambda each: (each.time, each.story.uri))
    return [in_time, *(Random(seed).sample(in_time, len(in_time)) for seed in range(SHUFFLES))]


def _mean(method: Method, streams: Sequence[Sequence[Labelled]]) -> dict[str, float]:
    found = [_agreement(method, stream) for stream in streams]
    return {name: fmean(getattr(each, name) for each in found) for name in Agreement.__slots__}


def _agreement(method: Method, stream: Sequence[Labelled]) -> Agreement:
    return agreement(method(stream), [each.event for each in stream])


def _speed(stories: Sequence[Labelled]) -> Speed:
    memory = Memory()
    for each in stories:
        own_traits = traits(each.story)
        memory.add(own_traits, each.time, own_traits.id)
    others = [(known, str(number % THREADS), 1.0) for number, (known, _, _) in enumerate(memory.known)]
    taken = []
    for number, each in enumerate(stories):
        candidates = [others[(number + step) % len(others)] for step in range(1, CANDIDATES + 1)]
        started = time.process_time()
        choose(traits(each.story), candidates)
        taken.append(1e6 * (time.process_time() - started))
    cuts = quantiles(taken, n=100)
    return Speed(stories=len(taken), median=cuts[49], p99=cuts[98])


def _print(rows: Sequence[Row], speed: Speed) -> None:
    names = {
        "precision": "P",
        "recall": "R",
        "b_cubed_precision": "B³ P",
        "b_cubed_recall": "B³ R",
        "b_cubed_f1": "B³ F1",
        "adjusted_rand": "ARI",
    }
    table = Table("Stories", "Method", *names.values(), "Threads")
    for row in rows:
        numbers = [f"{row.agreement[name]:.3f}".lstrip("0") for name in names]
        counts = f"{row.agreement['clusters']:.0f}/{row.agreement['events']:.0f}"
        table.add_row(f"{row.stories}, {row.order}", row.method, *numbers, counts)
    for column in table.columns[2:]:
        column.justify = "right"
    out.print(table)
    out.print(
        f"Traits and choice among {CANDIDATES} candidates, {speed.stories:,} stories:"
        f" median {speed.median:.0f} µs, 99th percentile {speed.p99:.0f} µs a story."
    )


if __name__ == "__main__":
    main()
