"""What the two engines have in common: how one is described."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

EXCEPTIONS = "exceptions.log"
"""In an engine's home: Java's own log of exceptions, for an engine whose log does not tell why it ended."""
LOG4J = Path(__file__).with_name("log4j2.properties")


@dataclass(frozen=True, slots=True)
class Engine:
    """An engine of the local stack; `setting` is the field of Settings that holds its address."""

    name: Literal["kafka", "opensearch"]
    title: str
    version: str
    setting: Literal["kafka", "elasticsearch"]
    scheme: str
    usual_ports: range
    other_ports: range
    """For stacks that must not take a usual one away, those of tests."""
    prepare: Callable[[Path, int, list[str]], list[str]]
    """(home, port, Java command) -> the arguments that run it in `home`; writes its configuration there."""
    answers: Callable[[Path, int], bool]
    """(home, port) -> whether it serves there. WrongServerError: somebody else does. Returns within seconds."""

    def address(self, port: int) -> str:
        """As the settings want it."""
        return f"{self.scheme}127.0.0.1:{port}"


class WrongServerError(Exception):
    """A server answers on the engine's port and it is not the engine."""
