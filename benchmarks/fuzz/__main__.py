"""Coverage-guided fuzzing of every parser, outside CI.

    make fuzz                                                       (a million executions of each format)
    python -m benchmarks.fuzz [--format NAME] [--runs 1000000] [--jobs 2] [--json]

Begins with the cases of tests/formats and with what earlier runs found worth keeping (.wire/fuzz). An input that breaks
a promise, takes more than ten seconds or 2 GB is kept there too, and its file is named.
"""

import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

import click
from rich.table import Table

from pipeline.cli.console import out, print_json, progress
from pipeline.formats.registry import FORMATS

CASES = Path(__file__).parents[2] / "tests" / "formats" / "cases"
NAMES = (*(format_.name for format_ in FORMATS), "detected")
SECONDS, MEGABYTES, LONGEST = 10, 2048, 8192
_MOST_FAILURES = 5
_STEP = re.compile(rb"#(\d+)\t\S+\s+cov: (\d+) ")
_KEPT = re.compile(rb"Test unit written to (\S+)")
_WORD = re.compile(rb"[A-Za-z][\w:.-]{2,30}")
_MOST_WORDS = 400


@dataclass(frozen=True, slots=True)
class Outcome:
    """What fuzzing one format came to."""

    format: str
    executions: int
    edges: int
    """Of the parsers' code that some input reached."""
    failures: tuple[str, ...]
    """Files of inputs that broke a promise."""


@click.command()
@click.option("--format", "formats", multiple=True, type=click.Choice(NAMES), help="Only this one; may be repeated.")
@click.option("--runs", default=1_000_000, show_default=True, help="Executions of each format.")
@click.option("--jobs", default=2, show_default=True, help="Formats at a time.")
@click.option("--folder", default=Path(".wire/fuzz"), show_default=True, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True)
def main(formats: tuple[str, ...], runs: int, jobs: int, folder: Path, as_json: bool) -> None:
    """Fuzz the parsers. Exit code 1 when an input broke a promise."""
    wanted = formats or NAMES
    with progress("executions") as bar, ThreadPoolExecutor(jobs) as pool:
        task = bar.add_task("Fuzzing", total=runs * len(wanted))
        outcomes = list(
            pool.map(lambda name: _fuzz(name, runs, folder / name, lambda n: bar.update(task, advance=n)), wanted)
        )
    if as_json:
        print_json([asdict(outcome) for outcome in outcomes])
    else:
        _print(outcomes)
    sys.exit(any(outcome.failures for outcome in outcomes))


def _fuzz(name: str, runs: int, folder: Path, advance: Callable[[int], object]) -> Outcome:
    """Fuzz one format; after a failure begin again, until the runs are done or there are too many."""
    corpus = folder / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    cases = [path for path in sorted(CASES.glob("*/*")) if _is_case(path, name)]
    done, edges, failures = 0, 0, list[str]()
    with tempfile.NamedTemporaryFile(suffix=".dict") as words:
        words.writelines(_dictionary(cases))
        words.flush()
        while done < runs and len(failures) < _MOST_FAILURES:
            options = [
                f"-runs={runs - done}",
                f"-dict={words.name}",
                f"-artifact_prefix={folder}/",
                f"-timeout={SECONDS}",
                f"-rss_limit_mb={MEGABYTES}",
                f"-max_len={LONGEST}",
            ]
            before = done
            for executed, reached, kept in _run([name, *options, str(corpus), *{str(path.parent) for path in cases}]):
                advance(before + executed - done)
                done, edges = before + executed, max(edges, reached)
                failures += [kept] if kept else []
            if done == before and not failures:
                raise click.ClickException(f"The fuzzer of {name} did not start: make install, with '.[fuzz]'.")
    return Outcome(name, done, edges, tuple(failures))


def _is_case(path: Path, name: str) -> bool:
    return path.parent.name in (name, name if name != "detected" else path.parent.name) and path.is_file()


def _run(arguments: list[str]) -> Iterator[tuple[int, int, str | None]]:
    """Executions so far, edges reached, and the file of a failure, as the fuzzer tells them."""
    executed = reached = 0
    command = [sys.executable, "-m", "benchmarks.fuzz.target", *arguments]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        assert process.stderr
        for line in process.stderr:
            if step := _STEP.match(line):
                executed, reached = int(step[1]), int(step[2])
                yield executed, reached, None
            elif kept := _KEPT.search(line):
                yield executed, reached, kept[1].decode()


def _dictionary(cases: list[Path]) -> Iterator[bytes]:
    """The words of the cases, most frequent first, as libFuzzer's dictionary."""
    words = Counter(word for path in cases for word in set(_WORD.findall(path.read_bytes())))
    for word, _ in words.most_common(_MOST_WORDS):
        yield b'"%s"\n' % word


def _print(outcomes: list[Outcome]) -> None:
    table = Table("Format", "Executions", "Edges", "Failures")
    for each in outcomes:
        table.add_row(each.format, f"{each.executions:,}", f"{each.edges:,}", "\n".join(each.failures) or "none")
    out.print(table)


if __name__ == "__main__":
    main()
