"""What the two engines have in common: how one is described, and the Java command that runs it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pipeline.local.extras import JAVA
from pipeline.local.jars import class_path

LOG4J = Path(__file__).with_name("log4j2.properties")


@dataclass(frozen=True, slots=True)
class Engine:
    """An engine of the local stack; `setting` is the field of Settings that holds its address."""

    name: Literal["kafka", "opensearch"]
    title: str
    version: str
    setting: Literal["kafka", "elasticsearch"]
    scheme: str
    ports: range
    prepare: Callable[[Path, int, list[str]], list[str]]
    """(home, port, Java command) -> the arguments that run it; writes its configuration into `home`."""
    answers: Callable[[Path, int], bool]
    """(home, port) -> whether it serves there. WrongServerError: somebody else does. Returns within seconds."""

    def address(self, port: int) -> str:
        """As the settings want it."""
        return f"{self.scheme}127.0.0.1:{port}"


class WrongServerError(Exception):
    """A server answers on the engine's port and it is not the engine."""


def java(engine: Engine, jars: Path, home: Path, log: Path) -> list[str]:
    """The Java command with heap, class path and logging of `engine`; its main class is still to be added."""
    scratch = home / "tmp"
    scratch.mkdir(parents=True, exist_ok=True)
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
        class_path(engine.name, jars),
    ]
