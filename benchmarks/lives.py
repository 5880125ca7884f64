"""Random lives of stories through the real engines, with workers killed and stopped under them, against a reference.

    python -m benchmarks.lives [--rounds 200] [--seed 1] [--json]

Each round feeds versions, kills, withholds, embargoes of some seconds, copies, advisories and replays of fresh stories
in any order and lane, and meanwhile kills -9 a worker or two, or stops one for so long that it is taken for dead, or
lets two publish. Rounds follow one another without a pause; every few all comes to rest, and then readers of the index
and of the topics must see what the reference says, and no text may stand where it may not, nor ever have stood there.
Exit code 1 when anything differs.
"""

import random
import signal
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
from rich.table import Table

from benchmarks.harness import LOG, engines, producing
from benchmarks.life_crew import Crew, crew
from benchmarks.life_readers import at_rest, differences, told
from benchmarks.life_script import Script
from pipeline.cli.console import out, print_json, say
from pipeline.messages import Send
from pipeline.settings import Settings

STEPS = 30
"""Of a round."""
PERIOD = 6.0
"""Seconds over which a round is fed."""
REST = 10
"""Rounds after which all comes to rest."""
LIMIT = 300.0
"""Seconds until all must have come to rest."""
SHOWN = 20


@dataclass
class Result:
    """What happened and what was found."""

    rounds: int
    seed: int
    seconds: float = 0.0
    fed: int = 0
    stories: int = 0
    sent: int = 0
    """Messages in wire.stories and wire.events."""
    rests: int = 0
    slowest_rest: float = 0.0
    """Seconds from the end of all faults and embargoes until all was at rest."""
    faults: Mapping[str, int] = field(default_factory=dict)
    differences: list[str] = field(default_factory=list)


@click.command()
@click.option("--rounds", default=200, show_default=True)
@click.option("--seed", default=1, show_default=True, help="Of the lives and of the faults.")
@click.option("--keep", is_flag=True, help="Go on after a difference, and show them all at the end.")
@click.option("--json", "as_json", is_flag=True)
def main(rounds: int, seed: int, keep: bool, as_json: bool) -> None:
    """Live random lives, and hold what readers see against a reference."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that no engine outlives us
    result = Result(rounds, seed)
    with tempfile.TemporaryDirectory(prefix="lives-") as folder, engines(Path(folder)) as settings:
        with crew(settings, Path(folder) / LOG) as workers:
            live(settings, workers, result, keep=keep)
        log = (Path(folder) / LOG).read_text(errors="replace")
        result.differences += [f"A worker crashed: {line}" for line in log.splitlines() if " CRITICAL " in line]
        if result.differences:
            say(log[-6000:])
    print_json(result) if as_json else _print(result)
    sys.exit(1 if result.differences else 0)


def live(settings: Settings, workers: Crew, result: Result, *, keep: bool = False) -> None:
    """All rounds; what is found goes into `result`."""
    began = time.monotonic()
    script = Script(random.Random(result.seed), datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1))
    for number in range(result.rounds):
        chance = random.Random(f"{result.seed}/{number}")
        sends = script.round(number, STEPS, datetime.now(UTC))
        workers.strike(chance)
        feed(settings, sends, PERIOD, chance)
        workers.tend()
        result.fed += len(sends)
        if (number + 1) % REST == 0 or number + 1 == result.rounds:
            workers.join()
            rest(settings, script, result)
            result.faults, result.seconds = workers.faults, time.monotonic() - began
            say(f"Round {number + 1}, {result.seconds:.0f} s: {len(result.differences)} differences.")
            if result.differences and not keep:
                return


def feed(settings: Settings, sends: Sequence[Send], seconds: float, chance: random.Random) -> None:
    """Send them in order, at random moments within `seconds`."""
    with producing(settings) as producer:
        began = time.monotonic()
        moments = sorted(chance.uniform(0, seconds) for _ in sends)
        for moment, send in zip(moments, sends, strict=True):
            time.sleep(max(0.0, began + moment - time.monotonic()))
            producer.send(send)


def rest(settings: Settings, script: Script, result: Result) -> None:
    """Wait until all is at rest, and compare."""
    while (now := datetime.now(UTC)) <= script.free:
        time.sleep((script.free - now).total_seconds() + 0.01)
    began = time.monotonic()
    if not at_rest(settings, LIMIT):
        result.differences.append(f"It does not come to rest in {LIMIT:.0f} s.")
    result.slowest_rest = max(result.slowest_rest, time.monotonic() - began)
    result.rests += 1
    view, found = differences(script, settings)
    result.stories, result.sent = len(script.reference.versions), len(view.sent)
    fresh = [each for each in found if each not in result.differences]
    result.differences += fresh
    for each in fresh[:SHOWN]:
        say(each)
    for uri in sorted({uri for uri in script.fed for each in fresh if f"{uri} " in each})[:SHOWN]:
        say("\n".join((uri, *(f"    {line}" for line in told(script, settings, uri)))))


def _print(result: Result) -> None:
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_row("rounds", f"{result.rounds}, seed {result.seed}")
    table.add_row("seconds", f"{result.seconds:.0f}")
    table.add_row("items fed", f"{result.fed:,}")
    table.add_row("stories", f"{result.stories:,}")
    table.add_row("messages to readers", f"{result.sent:,}")
    table.add_row("rests", f"{result.rests}, the slowest after {result.slowest_rest:.0f} s")
    for fault, count in sorted(result.faults.items()):
        table.add_row(fault, f"{count}")
    table.add_row("differences", f"{len(result.differences)}")
    out.print(table)
    for line in result.differences[:SHOWN]:
        out.print(line, style="red", markup=False, soft_wrap=True)


if __name__ == "__main__":
    main()
