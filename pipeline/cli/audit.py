"""`wire audit`: account for every message received."""

import sys
import time

import click
from rich.markup import escape
from rich.table import Table

from pipeline import settings as configuration
from pipeline.audit import OUTCOMES, Report, audit
from pipeline.bus.admin import check, lags
from pipeline.cli.console import err, out, print_json, printable, say
from pipeline.errors import TransientError
from pipeline.flow import FLOW
from pipeline.settings import Settings

_COLOURS = {
    "indexed": "green",
    "superseded": "cyan",
    "held": "yellow",
    "dead-lettered": "magenta",
    "unaccounted": "red",
}
_LISTED = 50


@click.command("audit")
@click.option("--wait", default=0.0, metavar="SECONDS", help="First wait, at most so long, until no stage is behind.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def command(wait: float, as_json: bool) -> None:
    """Say of every message received what became of it: exactly one of indexed, superseded, held, dead-lettered.

    What is none of these is listed, and the exit code is 1. Messages on their way count as unaccounted: use --wait.
    """
    settings = configuration.load()
    check(settings)
    with err.status("Waiting for the stages") as status:
        wait_for_stages(settings, wait)
        report = audit(settings, status.update)
    if as_json:
        lost = [{"message": x.message, "name": x.name, "reason": x.reason} for x in report.unaccounted]
        print_json({"messages": report.messages, "outcomes": dict(report.outcomes), "unaccounted": lost})
    else:
        _show(report)
    if report.unaccounted:
        sys.exit(1)


def wait_for_stages(settings: Settings, seconds: float) -> bool:
    """Wait until no stage is behind; False when `seconds` were not enough.

    A broker that does not answer meanwhile, as when it elects a coordinator, is waited for too; TransientError when it
    still does not at the end.
    """
    groups = {stage.group: tuple(source.topic for source in stage.reads) for stage in FLOW}
    end = time.monotonic() + seconds
    while True:
        try:
            if not any(lag.behind for lag in lags(settings, groups)):
                return True
        except TransientError:
            if time.monotonic() >= end:
                raise
        if time.monotonic() >= end:
            return False
        time.sleep(0.5)


def _show(report: Report) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("outcome")
    table.add_column("stories", justify="right")
    for outcome in OUTCOMES:
        colour = _COLOURS[outcome] if report.outcomes[outcome] else "dim"
        table.add_row(f"[{colour}]{outcome}[/]", f"{report.outcomes[outcome]:,}")
    out.print(f"{report.messages:,} messages received.")
    out.print(table)
    for lost in report.unaccounted[:_LISTED]:
        out.print(f"[red]{escape(lost.message)}[/] {escape(printable(f'{lost.name}: {lost.reason}'))}")
    if len(report.unaccounted) > _LISTED:
        say(f"... and {len(report.unaccounted) - _LISTED:,} more; --json lists all.")
