"""Engines on their way up: started, watched until they answer, moved to another port when theirs was taken."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from pipeline.errors import OperatorError
from pipeline.local import processes, state
from pipeline.local.engine import Engine, WrongServerError, java
from pipeline.local.extras import psutil
from pipeline.local.folders import writable
from pipeline.local.jars import OnProgress
from pipeline.local.ports import choose

START_S = 120
PORT_TRIES = 4
TAIL_LINES = 15
POLL_S = 0.1
PORT_TAKEN = ("Address already in use", "BindException", "BindHttpException", "BindTransportException")


@dataclass(frozen=True, slots=True)
class Place:
    """Where an engine of one data folder finds its things."""

    data: Path
    cache: Path
    usual_ports: bool = True

    def home(self, engine: Engine) -> Path:
        """What the engine stores and its configuration."""
        return self.data / engine.name

    def log(self, engine: Engine) -> Path:
        """The engine's log."""
        return self.data / "logs" / f"{engine.name}.log"


@dataclass(slots=True)
class Launch:
    """An engine that is up or on its way; `log_from` is where its log began when it was started."""

    engine: Engine
    process: psutil.Process
    port: int
    log_from: int = 0
    refused: set[int] = field(default_factory=set)


def found(engine: Engine, place: Place) -> Launch | None:
    """The engine, if it runs already."""
    before = state.read(place.data).engines.get(engine.name)
    process = processes.find(place.home(engine), before.pid if before else None)
    return Launch(engine, process, processes.port_of(process)) if process else None


def launch(engine: Engine, place: Place, refused: set[int]) -> Launch:
    """Start the engine's process, and write down that it was started. It does not answer yet."""
    before = state.read(place.data).engines.get(engine.name)
    port = choose(before.port if before else None, engine.ports, refused, by_chance=not place.usual_ports)
    home, log = writable(place.home(engine)), place.log(engine)
    writable(log.parent)
    log_from = log.stat().st_size if log.exists() else 0
    command = java(engine, place.cache, home, log)
    arguments = engine.prepare(home, port, command)
    process = processes.spawn([*command, *processes.marks(home, port), *arguments], log)
    _note(place, engine, state.Started(port, engine.version, process.pid, process.create_time()))
    return Launch(engine, process, port, log_from, refused)


def _note(place: Place, engine: Engine, started: state.Started, address: str | None = None) -> None:
    now = state.read(place.data)
    engines = now.engines | {engine.name: started}
    state.write(place.data, replace(now, engines=engines, **{engine.setting: address}))


@contextmanager
def undone_on_failure(launches: Sequence[Launch]) -> Iterator[None]:
    """Kill what was launched if the block fails or is interrupted: nothing stays half started."""
    try:
        yield
    except BaseException:
        for item in launches:
            processes.kill(item.process)
        raise


def await_answers(launches: Sequence[Launch], place: Place, on_progress: OnProgress) -> None:
    """Return when all of `launches` answer; each one's address is in the state file as soon as it does."""
    pending, limit = list(launches), time.monotonic() + START_S
    while pending:
        on_progress(f"Waiting for {' and '.join(item.engine.title for item in pending)}", 0, 0)
        for item in list(pending):
            if _answers(item, place):
                created = item.process.create_time()
                started = state.Started(item.port, item.engine.version, item.process.pid, created)
                _note(place, item.engine, started, item.engine.address(item.port))
                pending.remove(item)
        if pending and time.monotonic() > limit:
            item = pending[0]
            raise OperatorError(f"{item.engine.title} does not answer after {START_S} s. {_tail(item, place)}")
        if pending:
            time.sleep(POLL_S)


def _answers(item: Launch, place: Place) -> bool:
    try:
        if item.engine.answers(place.home(item.engine), item.port):
            return True
    except WrongServerError:
        _elsewhere(item, place)
        return False
    if processes.alive(item.process):
        return False
    code, tail = processes.exit_code(item.process), _tail(item, place)
    if any(sign in tail for sign in PORT_TAKEN):
        _elsewhere(item, place)
        return False
    raise OperatorError(f"{item.engine.title} ended while starting (exit code {code}). {tail}")


def _elsewhere(item: Launch, place: Place) -> None:
    """Start it again on another port: somebody took the one it was given in the meantime."""
    processes.kill(item.process)
    if len(item.refused) + 1 >= PORT_TRIES:
        raise OperatorError(f"{item.engine.title} found its port taken {PORT_TRIES} times. {_tail(item, place)}")
    again = launch(item.engine, place, item.refused | {item.port})
    item.process, item.port, item.log_from, item.refused = again.process, again.port, again.log_from, again.refused


def _tail(item: Launch, place: Place) -> str:
    """The last lines of the engine's log since it was started, without stack frames, after a sentence."""
    log = place.log(item.engine)
    with log.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(item.log_from if item.log_from <= size else 0)
        text = file.read().decode("utf-8", "replace")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith(("\tat ", "\t... "))]
    return "\n".join([f"The last lines of {log}:", *lines[-TAIL_LINES:]])
