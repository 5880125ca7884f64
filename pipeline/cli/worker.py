"""`wire worker STAGE`: one worker of one stage."""

import os
import signal
import sys

import click

from pipeline import settings as configuration
from pipeline.bus import admin
from pipeline.cli import log
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
    log.start(settings, stage)
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
