"""The local stack of a data folder: start it, find it, stop it, and hurt it for tests."""

import os
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from pipeline.errors import OperatorError
from pipeline.local import jars, processes, state
from pipeline.local.engine import Engine
from pipeline.local.engines import ENGINES, Name
from pipeline.local.folders import MEGABYTE, enough_space, locked, writable
from pipeline.local.jars import OnProgress
from pipeline.local.launch import Launch, Place, await_answers, found, launch, undone_on_failure

STOP_S = 30
SPACE_MB = 200
"""Less than this is left, and an engine soon stops in the middle of a write."""


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the engines are, as the settings want it: 'host:port' and a URL; None for one that was not asked for."""

    kafka: str | None
    elasticsearch: str | None
    started: frozenset[Name]
    """Those that this call started; the others ran already."""


@dataclass(frozen=True, slots=True)
class Stopped:
    """What `stop` did to one engine."""

    engine: Name
    title: str
    how: Literal["stopped", "killed", "not running"]


def quiet(_what: str, _done: int, _total: int) -> None:
    """Progress that nobody sees."""


def start(
    data: Path,
    cache: Path,
    *,
    kafka: bool = True,
    search: bool = True,
    usual_ports: bool = True,
    on_progress: OnProgress = quiet,
) -> Addresses:
    """Start the engines that do not run yet, and return when all answer.

    `data` holds what they store, `cache` the jars. Each takes the port it had before, else the first free one of its
    usual ones, or with `usual_ports=False` any free one. When one fails, or the call is interrupted, those that it
    started are stopped again. Raises OperatorError: what a person must change.
    """
    if "," in str(data.resolve()) or os.pathsep in str(cache.resolve()):
        raise OperatorError(f"OpenSearch takes no comma in {data.resolve()}, and Java no '{os.pathsep}' in {cache}.")
    place = Place(writable(data.resolve()), cache.resolve(), usual_ports)
    wanted = [engine for name, engine in ENGINES.items() if (kafka if name == "kafka" else search)]
    enough_space(place.data, SPACE_MB * MEGABYTE, "The local engines")
    with locked(place.data, "starting or stopping the engines"):
        running = [item for engine in wanted if (item := _usable(engine, place))]
        missing = [engine for engine in wanted if engine not in [item.engine for item in running]]
        names = frozenset(engine.name for engine in missing)
        jars.fetch((jar for jar in jars.pinned() if jar.engine in names), place.cache, on_progress)
        started: list[Launch] = []
        with undone_on_failure(started, place):
            for engine in missing:
                started.append(launch(engine, place, set()))  # noqa: PERF401 (undone one by one, whichever fails)
            await_answers([*running, *started], place, on_progress)
        now = state.read(place.data)
    return Addresses(now.kafka if kafka else None, now.elasticsearch if search else None, names)


def _usable(engine: Engine, place: Place) -> Launch | None:
    """The engine, if it runs. One whose folder was deleted under it is of no use any more."""
    item = found(engine, place)
    if item is not None and not place.home(engine).exists():
        processes.kill(item.process)
        return None
    return item


def stop(data: Path, *, on_progress: OnProgress = quiet) -> list[Stopped]:
    """Stop both engines, at the latest by SIGKILL after 30 s; what they store stays. Never touches other programs.

    OperatorError where the folder or a process is another user's.
    """
    place = Place(data.resolve(), Path())
    there = place.data.is_dir()  # if it was deleted, engines may still run
    with locked(place.data, "starting or stopping the engines") if there else nullcontext():
        running = {name: found(engine, place) for name, engine in ENGINES.items()}
        alive = [item for item in running.values() if item]
        if alive:
            on_progress(f"Stopping {' and '.join(item.engine.title for item in alive)}", 0, 0)
        for item in alive:
            processes.ask_to_end(item.process)
        result = [Stopped(name, ENGINES[name].title, _ended(item)) for name, item in running.items()]
        if there:
            _forget(place.data)
    return result


def _ended(item: Launch | None) -> Literal["stopped", "killed", "not running"]:
    if item is None:
        return "not running"
    return "stopped" if processes.end_within(item.process, STOP_S) else "killed"


def _forget(data: Path) -> None:
    """Take addresses and processes out of the state; the ports stay, for the next start."""
    before = state.read(data)
    if before != state.State():
        engines = {name: replace(item, pid=None, created=None) for name, item in before.engines.items()}
        state.write(data, state.State(engines=engines))


def kill(data: Path, engine: Name) -> None:
    """SIGKILL one engine, as a crash would; its address stays in the settings. OperatorError if it does not run."""
    item = found(ENGINES[engine], Place(data.resolve(), Path()))
    if item is None:
        raise OperatorError(f"{ENGINES[engine].title} does not run in {data}.")
    processes.kill(item.process)


def restart(data: Path, cache: Path, engine: Name) -> Addresses:
    """Start one engine again on the port it had. OperatorError if that port was taken in the meantime."""
    before = state.read(data).engines.get(engine)
    addresses = start(data, cache, kafka=engine == "kafka", search=engine == "opensearch")
    after = state.read(data).engines[engine]
    if before is not None and after.port != before.port:
        raise OperatorError(f"{ENGINES[engine].title} had to move from port {before.port} to {after.port}.")
    return addresses
