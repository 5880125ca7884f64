"""`wire demo`: engines, set-up, workers, sample stories, and what became of them; leaves nothing running."""

import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import FrameType

import click
from elasticsearch import Elasticsearch
from rich.console import Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from pipeline import settings as configuration
from pipeline.audit import audit
from pipeline.cli import demo_screen, setup
from pipeline.cli.audit import wait_for_stages
from pipeline.cli.console import err, out, patiently, printable, say
from pipeline.cli.feed import Tally, feed
from pipeline.cli.samples import FEED, Sample, expected, lost, rounds, samples
from pipeline.cli.supervisor import Supervisor
from pipeline.cli.up import external, local
from pipeline.errors import OperatorError
from pipeline.flow import FLOW
from pipeline.local import stack
from pipeline.search.client import connect
from pipeline.search.query import Search, search
from pipeline.settings import Settings, child_environment

SECONDS = 120.0
"""How long the samples may take from the feed to the search."""


@click.command("demo")
@click.option("--seeds", default="seeds", show_default=True, type=click.Path(exists=True, file_okay=False),
              help="Folder of the sample stories.")  # fmt: skip
@click.option("--data", metavar="FOLDER", help="Folder of the engines' data.  [default: demo in WIRE_DATA or .wire]")
def command(seeds: str, data: str | None) -> None:
    """Start the local engines and a worker of every stage, feed the sample stories, and show them found again.

    On a terminal it stays up, with a live ticker, until Ctrl-C; without one it ends by itself. Exit code 0 only if
    search finds every sample story that may be seen, and none that may not. Leaves no process behind.
    """
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    settings = configuration.load()
    settings = replace(settings, data=data or str(Path(settings.data) / "demo"))
    with _engines(settings) as addressed:
        changes: list[str] = []
        for step in (setup.topics, setup.index):
            patiently(lambda step=step: step(addressed, changes), 60)  # type: ignore[misc]
        say(f"{len(changes)} changes to topics and index." if changes else "Topics and index are set up.")
        log = Path(settings.data) / "logs" / "workers.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        with Supervisor([stage.name for stage in FLOW], child_environment(addressed), log) as workers:
            _show(addressed, workers, Path(seeds), log)


def _show(settings: Settings, workers: Supervisor, folder: Path, log: Path) -> None:
    wanted = samples(folder)
    tally = Tally()
    for part in rounds(wanted):
        feed(settings, [str(sample.path) for sample in part], tally, feed_id=FEED)
        with err.status("Publishing"):
            wait_for_stages(settings, SECONDS)
    say(f"{tally.sent} sample items fed from {folder}.")
    with connect(settings) as client:
        if not _found_again(client, settings, workers, wanted):
            for sentence in lost(client, settings, wanted):
                say(sentence)
            raise OperatorError(f"Not every sample was found in {SECONDS:.0f} s. The workers' log: {log}")
        _account(settings)
        client.indices.refresh(index=settings.index)
        demo_screen.show(settings)
        if out.is_terminal:
            _ticker(client, settings, workers)


def _account(settings: Settings) -> None:
    with err.status("Waiting for the stages"):
        wait_for_stages(settings, SECONDS)
    report = audit(settings)
    parts = ", ".join(f"{count} {outcome}" for outcome, count in report.outcomes.items())
    say(f"Of {report.messages} messages received: {parts}.")
    if report.unaccounted:
        raise OperatorError("Not every message is accounted for: `wire audit` lists which are not.")


def _found_again(client: Elasticsearch, settings: Settings, workers: Supervisor, wanted: Sequence[Sample]) -> bool:
    """Wait until search shows every sample that it should, and none that it should not."""
    end = time.monotonic() + SECONDS
    with err.status("Enriching and indexing") as status:
        while missing := lost(client, settings, wanted):
            workers.tend()
            status.update(f"Enriching and indexing: {len(wanted) - len(missing)} of {len(wanted)} as they should be")
            if time.monotonic() > end:
                return False
            time.sleep(0.3)
    found = expected(wanted)
    seen = sum(found.values())
    say(f"{seen} sample stories found by search; {len(found) - seen} killed, withheld or under embargo are not shown.")
    return True


def _ticker(client: Elasticsearch, settings: Settings, workers: Supervisor) -> None:
    """The newest arrivals, until Ctrl-C."""
    try:
        with Live(console=out, refresh_per_second=2, transient=True) as live:
            while True:
                workers.tend()
                live.update(_arrivals(client, settings))
                time.sleep(1)
    except KeyboardInterrupt:
        say("Stopping.")


def _arrivals(client: Elasticsearch, settings: Settings) -> Group:
    results = search(client, settings, Search(sort="newest", size=8))
    table = Table(box=None, pad_edge=False, header_style="bold", expand=True)
    for heading in ("time", "source", "headline", "where", "events"):
        table.add_column(heading, no_wrap=True, ratio=3 if heading == "headline" else None)
    for hit in results.hits:
        table.add_row(
            (hit.published or "")[:16].replace("T", " "),
            Text(printable(hit.source or "")),
            Text(printable(hit.headline.text if hit.headline else hit.slugline or "")),
            Text(printable(", ".join(hit.countries[:2]))),
            Text(printable(", ".join(hit.event_types[:3])), style="green"),
        )
    hints = (
        f"{results.total} stories. In another terminal:",
        f"  export WIRE_DATA={settings.data}",
        "  wire feed FILE ...     wire search Baghdad --facet actor     wire audit     wire dead-letter list",
        "Ctrl-C stops everything.",
    )
    return Group(table, Text(), *(Text(hint, style="dim") for hint in hints))


@contextmanager
def _engines(settings: Settings) -> Iterator[Settings]:
    """The engines, up; stopped again, unless they ran before. Yields settings with their addresses."""
    named = configuration.given_by_environment() & {"kafka", "elasticsearch"}
    external(settings, named)
    rows = local(settings, named)
    try:
        at = {row.setting: row.address for row in rows}
        say(
            "Engines: " + ", ".join(f"{row.title} on {row.address}" for row in rows) + "."
            if rows
            else "Engines: yours."
        )
        yield replace(
            settings,
            kafka=at.get("kafka", settings.kafka),
            elasticsearch=at.get("elasticsearch", settings.elasticsearch),
        )
    finally:
        if any(row.how == "started" for row in rows):
            say("Stopping the engines.")
            stack.stop(Path(settings.data))


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
