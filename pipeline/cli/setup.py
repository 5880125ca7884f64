"""`wire setup`: topics and index as the pipeline needs them."""

from functools import partial

import click

from pipeline import settings as configuration
from pipeline.bus import admin
from pipeline.cli.console import patiently, print_json, say
from pipeline.search.client import connect
from pipeline.search.setup import ensure
from pipeline.settings import Settings


@click.command("setup")
@click.option("--json", "as_json", is_flag=True, help="Print the changes as a JSON array.")
@click.option("--wait", default=0, metavar="SECONDS", help="Wait as long for Kafka and the index to answer.")
def command(as_json: bool, wait: int) -> None:
    """Create or correct topics (partitions, retention, compaction) and index (templates, versioned index, aliases).

    Changes only what differs, and says what it changed; running it again changes nothing.
    """
    settings = configuration.load()
    changes: list[str] = []
    for step in (topics, index):
        patiently(partial(step, settings, changes), wait)
    if as_json:
        print_json(changes)
        return
    for change in changes:
        say(change)
    if not changes:
        say("Nothing to change: topics and index are as they should be.")


def topics(settings: Settings, changes: list[str]) -> None:
    """Topics as they should be; sentences are added to `changes`."""
    changes += admin.ensure(settings)


def index(settings: Settings, changes: list[str]) -> None:
    """The index as it should be; sentences are added to `changes`."""
    with connect(settings) as client:
        changes += ensure(client, settings)
