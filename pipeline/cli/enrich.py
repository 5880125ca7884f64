"""`wire enrich`: the stories in files, folders and standard input with what is found in them, without any server."""

import sys
from itertools import islice

import click

from pipeline.cli.console import out, progress
from pipeline.cli.options import item_hints
from pipeline.cli.parse import Hints, show, stories
from pipeline.errors import OperatorError

try:
    from pipeline.enrichers.registry import enrich_batch
except ModuleNotFoundError as missing:
    raise OperatorError(
        f"Enriching needs {missing.name}, which is not installed: pip install 'wire-pipeline[nlp]'."
    ) from missing

BATCH = 8
"""Stories enriched at once: enough for the model to be quick, few enough for output to come steadily."""


@click.command("enrich")
@click.argument("paths", nargs=-1, required=True, metavar="PATH... | -")
@click.option("--json", "as_json", is_flag=True, help="Print one Story a line as JSON.")
@item_hints
def command(paths: tuple[str, ...], as_json: bool, format_: str | None, charset: str | None, feed_id: str) -> None:
    """Read and enrich files, folders (all files in them) or standard input (-), with entities and events marked.

    What cannot be read is named on standard error, and the exit code is 1; the rest is shown.
    """
    failures: list[str] = []
    read = stories(paths, Hints(format_, charset, feed_id), failures)
    with progress("stories") as bar:
        bar.disable = bar.disable or out.is_terminal  # a bar would be drawn into the stories
        task = bar.add_task("Enriching", total=None)
        while batch := list(islice(read, BATCH)):
            for story in enrich_batch(batch):
                show(story, as_json=as_json)
                bar.update(task, advance=1)
    if failures:
        sys.exit(1)
