"""`wire run`: one worker of every stage."""

import time

import click

from pipeline import settings as configuration
from pipeline.bus import admin
from pipeline.cli.console import patiently, say
from pipeline.cli.signals import told_to_end
from pipeline.cli.supervisor import Supervisor
from pipeline.flow import FLOW
from pipeline.settings import child_environment


@click.command("run")
def command() -> None:
    """Run one worker of every stage until SIGTERM or Ctrl-C; a worker that dies is started again."""
    settings = configuration.load()
    patiently(lambda: admin.check(settings))
    told = told_to_end()
    with Supervisor([stage.name for stage in FLOW], child_environment(settings)) as workers:
        say("Running " + ", ".join(f"{name} ({pid})" for name, pid in workers.pids.items()) + ". Ctrl-C stops them.")
        while not told():
            workers.tend()
            time.sleep(0.2)
