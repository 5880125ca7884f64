"""Workers as child processes: started, restarted when they die, stopped together."""

import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from pipeline.cli.console import say, say_error
from pipeline.errors import EXIT_OPERATOR, OperatorError

STOP_SECONDS = 10.0
_LONGEST_DELAY = 30.0
_STABLE_SECONDS = 60.0


@dataclass
class _Child:
    stage: str
    process: subprocess.Popen[bytes]
    started: float
    delay: float = 0.5
    due: float | None = None
    """When to start it again; None while it runs."""


class Supervisor:
    """One worker for each of `stages`; their output goes to `log`, or to ours. Use as a context manager."""

    def __init__(self, stages: Iterable[str], environment: Mapping[str, str], log: Path | None = None) -> None:
        self._environment = dict(environment)
        self._log: IO[bytes] | None = log.open("ab") if log else None
        self._children = [self._start(stage) for stage in stages]

    def __enter__(self) -> "Supervisor":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _start(self, stage: str) -> _Child:
        process = subprocess.Popen(
            [sys.executable, "-m", "pipeline", "worker", stage, "--with-parent"],
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
            start_new_session=True,  # Ctrl-C is ours: the workers get SIGTERM from us, once
        )
        return _Child(stage, process, time.monotonic())

    @property
    def pids(self) -> dict[str, int]:
        """Stage -> process id of its worker."""
        return {child.stage: child.process.pid for child in self._children}

    def tend(self) -> None:
        """Restart what died, with back-off. Raises OperatorError when a worker says that somebody must act."""
        now = time.monotonic()
        for child in self._children:
            if child.due is not None:
                if now >= child.due:
                    again = self._start(child.stage)
                    child.process, child.started, child.due = again.process, again.started, None
            elif (code := child.process.poll()) is not None:
                if code == EXIT_OPERATOR:
                    raise OperatorError(f"The {child.stage} worker cannot go on; its last lines say why.")
                child.delay = 0.5 if now - child.started > _STABLE_SECONDS else min(2 * child.delay, _LONGEST_DELAY)
                child.due = now + child.delay
                say_error(f"The {child.stage} worker ended with code {code}; again in {child.delay:.0f} s.")

    def stop(self) -> None:
        """SIGTERM to all, SIGKILL to what is left after STOP_SECONDS."""
        for child in self._children:
            if child.process.poll() is None:
                child.process.terminate()
        end = time.monotonic() + STOP_SECONDS
        for child in self._children:
            try:
                child.process.wait(max(0.0, end - time.monotonic()))
            except subprocess.TimeoutExpired:
                say(f"The {child.stage} worker did not stop in {STOP_SECONDS:.0f} s and is killed.")
                child.process.kill()
                child.process.wait()
        if self._log:
            self._log.close()
