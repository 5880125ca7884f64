"""local.json in the data folder: where the engines are, for the settings, and which processes they are, for us."""

from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import orjson

from pipeline.settings import LOCAL_STATE


@dataclass(frozen=True, slots=True)
class Started:
    """An engine as it was last started. `pid` and `created` (seconds since 1970) are None after a stop."""

    port: int
    version: str
    pid: int | None = None
    created: float | None = None


@dataclass(frozen=True, slots=True)
class State:
    """The whole file. An address is there only while its engine is up: settings.load() takes it from here."""

    kafka: str | None = None
    elasticsearch: str | None = None
    engines: dict[str, Started] = field(default_factory=dict)


def read(data: Path) -> State:
    """The state of the data folder `data`; an empty one where there is none, or none that can be read."""
    try:
        return msgspec.convert(orjson.loads((data / LOCAL_STATE).read_bytes()), State)
    except (OSError, orjson.JSONDecodeError, msgspec.ValidationError):
        return State()


def write(data: Path, state: State) -> None:
    """Replace the state at once, so that nobody reads half of it."""
    partial = data / f"{LOCAL_STATE}.new"
    partial.write_bytes(orjson.dumps(state, option=orjson.OPT_INDENT_2))
    partial.replace(data / LOCAL_STATE)
