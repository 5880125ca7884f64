"""`wire up`: the local engines, started or found running."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import click
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn
from rich.table import Table

from pipeline import settings as configuration
from pipeline.bus.admin import admin
from pipeline.cli.console import err, out, print_json, say
from pipeline.local import stack
from pipeline.local.engines import ENGINES
from pipeline.local.jars import OnProgress
from pipeline.search.client import connect, engine
from pipeline.settings import Settings

TITLES = {"elasticsearch": "Elasticsearch", "opensearch": "OpenSearch"}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of what `wire up` shows; `setting` is the field of the settings that holds the address."""

    setting: str
    title: str
    address: str
    how: str


@click.command("up")
@click.option("--data", metavar="FOLDER", help="Folder of what the engines store.  [default: WIRE_DATA or .wire]")
@click.option("--json", "as_json", is_flag=True, help="Print the addresses as one JSON object.")
def command(data: str | None, as_json: bool) -> None:
    """Start Kafka and OpenSearch on this machine, or find them running, and say where they are.

    The first start downloads them (about 120 MB). What they store stays in the data folder until you delete it. An
    engine whose address is set (WIRE_KAFKA, WIRE_ELASTICSEARCH) is not started: that one is used.
    """
    settings = configuration.load(data=data)
    named = configuration.given_by_environment() & {"kafka", "elasticsearch"}
    rows = external(settings, named) + local(settings, named)
    if as_json:
        print_json({row.setting: row.address for row in rows})
        return
    table = Table("engine", "address", "", box=None, pad_edge=False)
    for row in rows:
        table.add_row(row.title, row.address, row.how)
    out.print(table)
    if not any(row.how.startswith("started") for row in rows):
        say("Nothing to start: all of them run already.")


def external(settings: Settings, named: frozenset[str]) -> list[Row]:
    """The servers that the environment names, each asked whether it answers: TransientError if not."""
    rows = []
    if "kafka" in named:
        with admin(settings) as client:
            client.describe_cluster()
        rows.append(Row("kafka", "Kafka", settings.kafka, "used as WIRE_KAFKA says"))
    if "elasticsearch" in named:
        with connect(settings) as client:
            found = engine(client)
        title = f"{TITLES[found.kind]} {found.version}"
        rows.append(Row("elasticsearch", title, settings.elasticsearch, "used as WIRE_ELASTICSEARCH says"))
    return rows


def local(settings: Settings, named: frozenset[str]) -> list[Row]:
    """The engines that the environment does not name, started if need be."""
    wanted = [item for item in ENGINES.values() if item.setting not in named]
    if not wanted:
        return []
    with watching() as on_progress:
        found = stack.start(
            Path(settings.data),
            Path(settings.cache).expanduser(),
            kafka="kafka" not in named,
            search="elasticsearch" not in named,
            on_progress=on_progress,
        )
    return [
        Row(
            item.setting,
            f"{item.title} {item.version}",
            str(getattr(found, item.setting)),
            "started" if item.name in found.started else "runs already",
        )
        for item in sorted(wanted, key=lambda item: item.title)
    ]


@contextmanager
def watching() -> Iterator[OnProgress]:
    """Progress of the stack: a bar on a terminal, elsewhere a line for each thing that is begun."""
    said = ""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[amount]}"))
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        task = bar.add_task("", total=None, amount="", visible=False)

        def on_progress(what: str, done: int, total: int) -> None:
            nonlocal said, task
            if what != said:
                bar.remove_task(task)
                task = bar.add_task(what, total=total or None, amount="")
                if not err.is_terminal:
                    say(f"{what} ...")
            bar.update(task, completed=done, amount=f"{done} of {total} MB" if total else "")
            said = what

        yield on_progress
