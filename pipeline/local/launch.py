"""Engines on their way up: started, watched until they answer, moved to another port when theirs was taken."""

import random
import re
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from pipeline.errors import OperatorError
from pipeline.local import processes, state
from pipeline.local.engine import EXCEPTIONS, LOG4J, Engine, WrongServerError
from pipeline.local.extras import JAVA, psutil
from pipeline.local.folders import writable
from pipeline.local.jars import OnProgress, class_path
from pipeline.local.ports import choose

START_S = 120
PORT_TRIES = 4
TAIL_LINES = 15
CAUSES = 4
POLL_S = 0.1
EXCEPTION = re.compile(r"^Exception <a '([^']+)'\{\w+\}: (.*)>$", re.MULTILINE)
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
    ports = engine.usual_ports if place.usual_ports else random.sample(engine.other_ports, len(engine.other_ports))
    port = choose(([before.port] if before else []) + list(ports), refused)
    home, log = writable(place.home(engine)), place.log(engine)
    writable(log.parent)
    log_from = log.stat().st_size if log.exists() else 0
    command = _java(engine, place)
    arguments = engine.prepare(home, port, command)
    process = processes.spawn([*command, *processes.marks(home, port), *arguments], home, log)
    started = state.Started(port, engine.version, process.pid, process.create_time())
    # After a crash the address stays while the engine comes back: a command begun meanwhile must not fall to defaults.
    _note(place, engine, started, _address(place, engine) if before and before.port == port else None)
    return Launch(engine, process, port, log_from, refused)


def _java(engine: Engine, place: Place) -> list[str]:
    """The Java command with heap, class path and logging of `engine`; its main class is still to be added."""
    log, scratch = place.log(engine), place.home(engine) / "tmp"
    for old in place.home(engine).glob(f"{EXCEPTIONS}*"):
        old.unlink()
    shutil.rmtree(scratch, ignore_errors=True)  # native libraries that a killed engine unpacked
    scratch.mkdir()
    return [
        str(JAVA),
        "-Xmx512m",
        "-XX:+UseSerialGC",
        "-XX:+ExitOnOutOfMemoryError",
        f"-XX:ErrorFile={log.with_name('java-%p.log')}",
        f"-Djava.io.tmpdir={scratch}",
        f"-Dlog4j2.configurationFile={LOG4J}",
        f"-Dwire.log={log}",
        "-cp",
        class_path(engine.name, place.cache),
    ]


def _address(place: Place, engine: Engine) -> str | None:
    now = state.read(place.data)
    return now.kafka if engine.setting == "kafka" else now.elasticsearch


def _note(place: Place, engine: Engine, started: state.Started, address: str | None) -> None:
    now = state.read(place.data)
    engines = now.engines | {engine.name: started}
    state.write(place.data, replace(now, engines=engines, **{engine.setting: address}))


@contextmanager
def undone_on_failure(launches: Sequence[Launch], place: Place) -> Iterator[None]:
    """Kill what was launched if the block fails or is interrupted: nothing stays half started."""
    try:
        yield
    except BaseException:
        for item in launches:
            processes.kill(item.process)
            _note(place, item.engine, state.Started(item.port, item.engine.version), None)
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
    if not log.exists():
        return f"It has no log at {log}."
    with log.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(item.log_from if item.log_from <= size else 0)
        text = file.read().decode("utf-8", "replace")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith(("\tat ", "\t... "))]
    return "\n".join([f"The last lines of {log}:", *lines[-TAIL_LINES:], *_causes(place.home(item.engine))])


def _causes(home: Path) -> list[str]:
    """The last different exceptions that Java noted, oldest first; none for an engine that tells them itself."""
    log = home / EXCEPTIONS
    if not log.exists():
        return []
    thrown = EXCEPTION.findall(log.read_text(encoding="utf-8", errors="replace"))
    return [f"{name.replace('/', '.')}: {message}" for name, message in list(dict.fromkeys(thrown))[-CAUSES:]]
