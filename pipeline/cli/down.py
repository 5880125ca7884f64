"""`wire down`: the local engines, stopped."""

from pathlib import Path

import click

from pipeline import settings as configuration
from pipeline.cli.console import print_json, say
from pipeline.cli.up import watching
from pipeline.local import stack

SENTENCES = {
    "stopped": "{} stopped.",
    "killed": "{} did not stop in time and was killed; it recovers at the next start.",
    "not running": "{} was not running.",
}


@click.command("down")
@click.option("--data", metavar="FOLDER", help="Folder of what the engines store.  [default: WIRE_DATA or .wire]")
@click.option("--json", "as_json", is_flag=True, help="Print what was done as one JSON object.")
def command(data: str | None, as_json: bool) -> None:
    """Stop the engines that `wire up` started. What they store stays in the data folder."""
    settings = configuration.load(data=data)
    with watching() as on_progress:
        result = stack.stop(Path(settings.data), on_progress=on_progress)
    if as_json:
        print_json({item.engine: item.how for item in result})
        return
    for item in result:
        say(SENTENCES[item.how].format(item.title))
