"""`wire worker STAGE`: one worker of one stage."""

import logging
import os
import signal
import sys
from datetime import UTC, datetime

import click

from pipeline import settings as configuration
from pipeline.bus import admin
from pipeline.cli.console import patiently, say_error
from pipeline.errors import EXIT_OPERATOR, OperatorError
from pipeline.flow import FLOW
from pipeline.search.client import connect
from pipeline.search.setup import check
from pipeline.settings import Settings
from pipeline.stages.parent import end_with
from pipeline.stages.runner import run

STAGES = {stage.name: stage for stage in FLOW}


@click.command("worker")
@click.argument("stage", type=click.Choice(list(STAGES)))
@click.option("--with-parent", is_flag=True, hidden=True, help="Stop when the process that started this one ends.")
def command(stage: str, with_parent: bool) -> None:
    """Run one worker of STAGE until SIGTERM or Ctrl-C; start as many as there are partitions.

    Waits for Kafka and the index while they do not answer; refuses to start before `wire setup` (exit code 78).
    """
    if with_parent:
        end_with(os.getppid(), lambda: os.kill(os.getpid(), signal.SIGTERM))
    settings = configuration.load()
    log(settings, stage)
    try:
        patiently(lambda: admin.check(settings))
        if STAGES[stage].indexes:
            patiently(lambda: _check_index(settings))
    except OperatorError as error:
        say_error(str(error))
        sys.exit(EXIT_OPERATOR)
    run(STAGES[stage], settings)


def _check_index(settings: Settings) -> None:
    with connect(settings) as client:
        check(client, settings)


class _Line(logging.Formatter):
    """One record a line: time (UTC, RFC 3339), level, stage, text."""

    def __init__(self, stage: str) -> None:
        super().__init__(f"%(asctime)s %(levelname)-7s {stage} %(message)s")

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: ARG002, N802
        return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")


def log(settings: Settings, stage: str) -> None:
    """Log to standard error; the libraries only from warnings on."""
    handler = logging.StreamHandler()
    handler.setFormatter(_Line(stage))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("pipeline").setLevel(settings.log_level.upper())
