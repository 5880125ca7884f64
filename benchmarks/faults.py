"""Kill everything under load; nothing may be lost, nothing doubled, and feeding all again may change nothing.

    python -m benchmarks.faults [--stories 2000] [--seed 1] [--short] [--json]

An own Kafka and OpenSearch and one worker of each stage, in a temporary folder. While the stories are fed: kill -9 of
each stage's worker three times and of the broker once, and of the search engine, which comes back after 30 seconds;
all at random moments. Then the audit, the index compared document by document with what the corpus says must be
there, everything fed once more, and the index compared with itself. Exit code 1 when anything differs.
"""

import hashlib
import os
import random
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import click
import orjson
from elasticsearch import helpers
from rich.table import Table

from benchmarks.corpus import CorpusItem, Shares, items
from benchmarks.harness import FEED, LOG, caught_up, feed, pipeline
from pipeline.audit import Outcome, audit
from pipeline.cli.console import out, print_json, say
from pipeline.cli.supervisor import Supervisor
from pipeline.flow import FLOW
from pipeline.local import stack
from pipeline.search.client import connect
from pipeline.settings import Settings

SHARES = Shares(updates=0.1, late=0.3, kills=0.02, hostile=0.01)
KILLS = 3
"""Of each stage's worker."""
SEARCH_AWAY = 30.0


@dataclass
class Result:
    """What happened and what was found."""

    stories: int
    seconds: float = 0.0
    faults: list[str] = field(default_factory=list)
    outcomes: Mapping[Outcome, int] = field(default_factory=dict)
    unaccounted: int = 0
    missing: list[str] = field(default_factory=list)
    duplicates: int = 0
    unexpected: list[str] = field(default_factory=list)
    changed_by_feeding_again: int = 0

    @property
    def well(self) -> bool:
        """Whether nothing was lost, doubled or changed."""
        return not (
            self.unaccounted or self.missing or self.duplicates or self.unexpected or self.changed_by_feeding_again
        )


@click.command()
@click.option("--stories", default=2000, show_default=True)
@click.option("--seed", default=1, show_default=True, help="Of the corpus and of the moments.")
@click.option("--short", is_flag=True, help="Stories of about 60 words instead of 450 to 700.")
@click.option("--spread", default=90.0, show_default=True, help="Seconds over which stories and faults are spread.")
@click.option("--json", "as_json", is_flag=True)
def main(stories: int, seed: int, short: bool, spread: float, as_json: bool) -> None:
    """Kill everything under load and account for every story."""
    wanted = list(items(stories, seed, SHARES, short=short, feed=FEED))
    result = Result(len(wanted))
    with tempfile.TemporaryDirectory(prefix="faults-") as folder, pipeline(Path(folder)) as (settings, workers):
        began = time.monotonic()
        chaos = _Chaos(settings, workers, random.Random(seed), spread, result)
        with chaos:
            feed(settings, wanted, spread)
        caught_up(settings, workers)
        result.seconds = time.monotonic() - began
        _compare(settings, wanted, result)
        before = _index(settings)
        say("Feeding everything again")
        feed(settings, wanted, 0)
        caught_up(settings, workers)
        after = _index(settings)
        result.changed_by_feeding_again = sum(before.get(uri) != after.get(uri) for uri in before.keys() | after.keys())
        if not result.well:
            say((Path(folder) / LOG).read_text(errors="replace")[-6000:])
    print_json(result) if as_json else _print(result)
    sys.exit(0 if result.well else 1)


class _Chaos:
    """Faults at random moments, from a thread; on leaving, all have happened and all is up again."""

    def __init__(
        self, settings: Settings, workers: Supervisor, moments: random.Random, spread: float, result: Result
    ) -> None:
        self._settings, self._workers, self._result = settings, workers, result
        self._folder, self._cache = Path(settings.data), Path(settings.cache).expanduser()
        faults: list[Callable[[], None]] = [self._broker, self._search]
        faults += [partial(self._worker, stage.name) for stage in FLOW for _ in range(KILLS)]
        moments.shuffle(faults)
        self._plan = list(zip(sorted(moments.uniform(5, spread) for _ in faults), faults, strict=True))
        self._over = threading.Event()
        self._killed: set[int] = set()
        self._threads = [threading.Thread(target=self._run), threading.Thread(target=self._tend)]

    def __enter__(self) -> None:
        for thread in self._threads:
            thread.start()

    def __exit__(self, *_: object) -> None:
        self._threads[0].join()
        self._over.set()
        self._threads[1].join()

    def _run(self) -> None:
        began = time.monotonic()
        for moment, fault in self._plan:
            time.sleep(max(0.0, began + moment - time.monotonic()))
            fault()

    def _tend(self) -> None:
        while not self._over.wait(0.2):
            self._workers.tend()

    def _note(self, what: str) -> None:
        self._result.faults.append(what)
        say(what)

    def _worker(self, stage: str) -> None:
        while (pid := self._workers.pids[stage]) in self._killed:  # not started again yet
            time.sleep(0.2)
        self._killed.add(pid)
        self._note(f"kill -9 of the {stage} worker ({pid})")
        os.kill(pid, signal.SIGKILL)

    def _broker(self) -> None:
        self._note("kill -9 of the broker, and start again")
        stack.kill(self._folder, "kafka")
        stack.restart(self._folder, self._cache, "kafka")

    def _search(self) -> None:
        self._note(f"kill -9 of the search engine, and start again after {SEARCH_AWAY:.0f} s")
        stack.kill(self._folder, "opensearch")

        def later() -> None:
            time.sleep(SEARCH_AWAY)
            stack.restart(self._folder, self._cache, "opensearch")

        self._threads.append(threading.Thread(target=later))
        self._threads[-1].start()


def _compare(settings: Settings, fed: Sequence[CorpusItem], result: Result) -> None:
    report = audit(settings)
    result.outcomes, result.unaccounted = report.outcomes, len(report.unaccounted)
    index = _index(settings)
    wanted = {item.expected.uri: item.expected for item in fed if item.expected.uri}
    result.missing = [uri for uri in wanted if uri not in index]
    result.unexpected = [uri for uri in index if uri not in wanted]
    for uri in wanted.keys() & index.keys():
        found, expected = index[uri], wanted[uri]
        if (found.status, found.version) != (expected.status, expected.version):
            what = f"{found.status} {found.version} instead of {expected.status} {expected.version}"
            result.unexpected.append(f"{uri}: {what}")
    letters = sum(item.expected.status == "dead-letter" for item in fed)
    if report.outcomes["dead-lettered"] != letters:
        result.unexpected.append(f"{report.outcomes['dead-lettered']} dead letters instead of {letters}")
    with connect(settings) as client:
        result.duplicates = client.count(index=settings.index)["count"] - len(index)


@dataclass(frozen=True, slots=True)
class Document:
    """What is compared of a document: its external version, and what it says."""

    document_version: int
    status: str
    version: str | None
    digest: str


def _index(settings: Settings) -> dict[str, Document]:
    """Every document, by the uri in it."""
    with connect(settings) as client:
        client.indices.refresh(index=settings.index)
        hits = helpers.scan(client, index=settings.index, query={"query": {"match_all": {}}, "version": True})
        return {hit["_source"]["uri"]: _document(hit) for hit in hits}


def _document(hit: dict[str, Any]) -> Document:
    source = hit["_source"]
    digest = hashlib.sha256(orjson.dumps(source, option=orjson.OPT_SORT_KEYS)).hexdigest()
    return Document(hit["_version"], source["pubstatus"], source.get("version"), digest)


def _print(result: Result) -> None:
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_row("stories fed", f"{result.stories:,}")
    table.add_row("faults", str(len(result.faults)))
    table.add_row("seconds until all were through", f"{result.seconds:.0f}")
    for outcome, count in result.outcomes.items():
        table.add_row(outcome, f"{count:,}")
    table.add_row("missing in the index", f"{len(result.missing)}")
    table.add_row("duplicates in the index", f"{result.duplicates}")
    table.add_row("not as expected", f"{len(result.unexpected)}")
    table.add_row("changed by feeding again", f"{result.changed_by_feeding_again}")
    out.print(table)
    for line in [*result.missing[:10], *result.unexpected[:10]]:
        out.print(line, style="red", markup=False)


if __name__ == "__main__":
    main()
