"""`wire status`: the engines, the topics, and how far each stage is behind."""

import sys
from dataclasses import dataclass

import click
from elasticsearch import Elasticsearch
from rich.table import Table

from pipeline import settings as configuration
from pipeline.bus.admin import Lag, check, lags
from pipeline.cli.console import out, print_json
from pipeline.errors import WireError
from pipeline.flow import FLOW
from pipeline.search.client import connect, engine
from pipeline.search.history import waiting
from pipeline.search.lookup import count
from pipeline.settings import Settings


@dataclass(frozen=True, slots=True)
class Status:
    """What answers, and how far the stages are. `kafka` and `index` are sentences; `well` is whether all is."""

    well: bool
    kafka: str
    index: str
    held: str | None = None
    """How many stories may not be seen yet, or why it cannot be told; None where the index does not answer."""
    lags: tuple[Lag, ...] = ()


@click.command("status")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(as_json: bool) -> None:
    """Show whether the engines answer and are set up, what is held, and how many messages each stage is behind.

    Exit code 1 when an engine does not answer or is not set up.
    """
    status = look(configuration.load())
    if as_json:
        print_json(status)
    else:
        out.print(f"Kafka   {status.kafka}", markup=False)
        out.print(f"Index   {status.index}", markup=False)
        if status.held:
            out.print(f"Held    {status.held}", markup=False)
        _show_lags(status.lags)
    if not status.well:
        sys.exit(1)


def look(settings: Settings) -> Status:
    """Ask both engines; what does not answer is said, not raised."""
    well = True
    waits: str | None = None
    behind: tuple[Lag, ...] = ()
    groups = {stage.group: tuple(source.topic for source in stage.reads) for stage in FLOW}
    try:
        check(settings)
        behind = tuple(lags(settings, groups))
        kafka = f"{settings.kafka}, set up"
    except WireError as error:
        well, kafka = False, str(error)
    try:
        with connect(settings) as client:
            found = engine(client)
            stories, live = count(client, settings), count(client, settings, live=True)
            waits = held(client, settings)
        index = f"{settings.elasticsearch}, {found.kind} {found.version}: {stories:,} stories, {live:,} to be seen"
    except WireError as error:
        well, index = False, str(error)
    return Status(well, kafka, index, waits, behind)


def held(client: Elasticsearch, settings: Settings) -> str:
    """How many stories are held, or why it cannot be told: credentials without rights on them are no fault."""
    try:
        found = waiting(client, settings)
    except WireError as error:
        return str(error)
    return f"{found.embargoed:,} under embargo, {found.withheld:,} withheld: `wire held` lists them"


def _show_lags(behind: tuple[Lag, ...]) -> None:
    if not behind:
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("stage")
    table.add_column("reads")
    table.add_column("messages", justify="right")
    table.add_column("behind", justify="right")
    for lag in behind:
        colour = "yellow" if lag.behind else "green"
        table.add_row(lag.group.removeprefix("wire-"), lag.topic, f"{lag.end:,}", f"[{colour}]{lag.behind:,}[/]")
    out.print(table)
