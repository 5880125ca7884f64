"""The engines of the local stack, and whether they answer: needs none of the `local` extra's packages."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pipeline.local import state
from pipeline.local.engine import Engine, WrongServerError
from pipeline.local.kafka import KAFKA
from pipeline.local.opensearch import OPENSEARCH

Name = Literal["kafka", "opensearch"]
ENGINES: dict[Name, Engine] = {"opensearch": OPENSEARCH, "kafka": KAFKA}
"""Every engine, the one that takes longest to start first."""


@dataclass(frozen=True, slots=True)
class EngineStatus:
    """One engine of a data folder. `address` is None where it was not started or was stopped in order."""

    name: Name
    title: str
    version: str
    address: str | None
    answers: bool
    """False with an address: it crashed, hangs, or is on its way up."""
    pid: int | None
    since: float | None
    """When it was started, in seconds since 1970."""


def status(data: Path) -> tuple[EngineStatus, ...]:
    """How the engines of the data folder `data` are. Takes some seconds at most, and starts and changes nothing."""
    return tuple(_status(data.resolve(), name, engine) for name, engine in ENGINES.items())


def _status(data: Path, name: Name, engine: Engine) -> EngineStatus:
    found = state.read(data)
    address = found.kafka if engine.setting == "kafka" else found.elasticsearch
    started = found.engines.get(name)
    if address is None or started is None:
        return EngineStatus(name, engine.title, engine.version, None, False, None, None)
    try:
        answers = engine.answers(data / name, started.port)
    except WrongServerError:
        answers = False
    return EngineStatus(name, engine.title, started.version, address, answers, started.pid, started.created)
