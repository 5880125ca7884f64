"""The harness's commands.

make quality                                      all that is in the repository
python -m benchmarks.quality score [FILES]        gold stories, stories, sentences, columns (see sets.py)
python -m benchmarks.quality check [FILES]        what is wrong with labels
python -m benchmarks.quality agreement            two labellings of the same stories
python -m benchmarks.quality compare A.json B.json
"""

from pathlib import Path

import click
import msgspec

from benchmarks.quality import agreement as agreements
from benchmarks.quality import runs
from benchmarks.quality.gold import FOLDER, load
from benchmarks.quality.hints import hints
from benchmarks.quality.sets import Options, own, score
from benchmarks.quality.tables import print_agreement, print_differences, print_errors, print_set
from pipeline.cli.console import out, say, say_error

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
FIELDS = ("entities", "places", "events", "quotes", "figures")


@click.group(invoke_without_command=True)
@click.pass_context
def main(context: click.Context) -> None:
    """How good the enrichments are."""
    if context.invoked_subcommand is None:
        context.invoke(score_files)


@main.command(name="score")
@click.argument("files", nargs=-1, type=FILE)
@click.option("--show", type=click.Choice(["totals", "classes", "stories", "all"]), default="classes", help="How much.")
@click.option("--errors", default=5, show_default=True, help="So many of the worst errors of each measure.")
@click.option("--entities", type=click.Choice(["four", "ours"]), default="four", help="Classes of entities in columns.")
@click.option("--label", "labels", multiple=True, metavar="LABEL=CLASS", help="A class for a label of the columns.")
@click.option("--columns", type=(int, int), default=(0, -1), help="The columns of token and label, from 0.")
@click.option("--json", "path", type=click.Path(dir_okay=False, path_type=Path), help="Save the run, to compare it.")
def score_files(
    files: tuple[Path, ...] = (),
    show: str = "classes",
    errors: int = 5,
    entities: str = "four",
    labels: tuple[str, ...] = (),
    columns: tuple[int, int] = (0, -1),
    path: Path | None = None,
) -> None:
    """Enrich what FILES hold and score it; without any, all that is in the repository.

    Exits 1 where gold stories were left out for faults in their labels, 2 where a file cannot be read.
    """
    given = dict(each.partition("=")[::2] for each in labels)
    options = Options(classes=entities, labels={k.lower(): v for k, v in given.items()}, columns=columns)
    paths = list(files) or own()
    faults = load([each for each in paths if each.suffix == ".toml"])[1]
    faulty = {fault.file for fault in faults}
    try:
        run = score([each for each in paths if each.name not in faulty], options)
    except ValueError as error:
        say_error(f"{error}.")
        raise SystemExit(2) from None
    for each in run.sets:
        print_set(each, classes=show in ("classes", "all"), stories=show in ("stories", "all"))
        print_errors(each, errors)
    if path:
        runs.save(run, path)
        say(f"Saved as {path}.")
    if faults:
        say_error(f"Left out for their {len(faults)} faults, which `check` says: {', '.join(sorted(faulty))}.")
        raise SystemExit(1)


@main.command()
@click.argument("files", nargs=-1, type=FILE)
@click.option("--hints", "hinted", is_flag=True, help="What looks unlabelled: names, numbers, quotation marks.")
def check(files: tuple[Path, ...], hinted: bool) -> None:
    """Say what is wrong with FILES of labels; without any, with all of gold/. Exits 1 where something is."""
    paths = list(files) or sorted(FOLDER.glob("*.toml"))
    stories, faults = load(paths)
    for fault in faults:
        out.print(str(fault), markup=False, highlight=False, soft_wrap=True)
    for hint in (hint for each in stories if hinted for hint in hints(each)):
        out.print(hint, markup=False, highlight=False, soft_wrap=True, style="dim")
    found = [f"{sum(len(getattr(each.story, field)) for each in stories)} {field}" for field in FIELDS]
    say(f"{len(paths)} files, {len(faults)} faults: {', '.join(found)}.")
    raise SystemExit(bool(faults))


@main.command()
@click.option("--second", default="b", show_default=True, help="The suffix of the other labelling.")
@click.option("--folder", type=click.Path(exists=True, file_okay=False, path_type=Path), default=FOLDER)
@click.option("--errors", default=0, show_default=True, help="So many disagreements of each field.")
def agreement(second: str, folder: Path, errors: int) -> None:
    """Say how far two labellings of the same stories agree, field by field."""
    files = agreements.pairs(folder, second)
    if not files:
        say_error(f"No story has a second labelling NN-slug.{second}.toml in {folder}.")
        raise SystemExit(2)
    try:
        run = agreements.agree(files)
    except ValueError as error:
        say_error(f"{error}.")
        raise SystemExit(2) from None
    print_agreement(run)
    print_errors(run, errors)


@main.command()
@click.argument("before", type=FILE)
@click.argument("after", type=FILE)
@click.option("--classes", is_flag=True, help="Each class that changed too; its drop fails as well.")
def compare(before: Path, after: Path, classes: bool) -> None:
    """Show what changed between two saved runs. Exits 1 where a measure drops beyond its interval."""
    try:
        differences = runs.compare(runs.read(before), runs.read(after))
    except msgspec.MsgspecError as error:
        say_error(f"Not a saved run: {error}.")
        raise SystemExit(2) from None
    if not differences:
        say_error("The runs have no story in common.")
        raise SystemExit(2)
    print_differences(differences, classes=classes)
    dropped = [each for each in differences if each.drop and (classes or each.kind == "all")]
    for each in dropped:
        say_error(f"{each.set}: {each.measure.name}, {each.kind}, dropped by {-100 * each.change.value:.1f} points.")
    raise SystemExit(bool(dropped))
