"""The harness's commands.

make quality
python -m benchmarks.quality check [FILES]   what is wrong with labels
"""

from pathlib import Path

import click

from benchmarks.quality import events
from benchmarks.quality.gold import FOLDER, load
from pipeline.cli.console import out, say

FILE = click.Path(exists=True, path_type=Path)


@click.group(invoke_without_command=True)
@click.pass_context
def main(context: click.Context) -> None:
    """How good the enrichments are."""
    if context.invoked_subcommand is None:
        context.invoke(events.main, misses=False, as_json=False)


@main.command()
@click.argument("files", nargs=-1, type=FILE)
def check(files: tuple[Path, ...]) -> None:
    """Say what is wrong with FILES of labels; without any, with all of gold/. Exits 1 where something is."""
    paths = list(files) or sorted(FOLDER.glob("*.toml"))
    stories, faults = load(paths)
    for fault in faults:
        out.print(str(fault), markup=False, highlight=False, soft_wrap=True)
    parts = [each.story for each in stories]
    say(
        f"{len(paths)} files, {len(faults)} faults: "
        + ", ".join(
            f"{sum(len(getattr(story, part)) for story in parts)} {part}"
            for part in ("entities", "places", "events", "quotes", "figures")
        )
        + "."
    )
    raise SystemExit(bool(faults))
