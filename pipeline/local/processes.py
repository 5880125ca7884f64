"""Processes that outlive the command that started them, and are found again.

An engine is recognised by its command line, which names its folder: a process id that another program got since is
never mistaken for it, and an engine whose starter was killed before it could write its id down is still found.
"""

import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from pipeline.errors import OperatorError
from pipeline.local.extras import psutil

POLL_S = 0.05
_children: dict[int, subprocess.Popen[bytes]] = {}
"""What this process started itself and so must reap."""

ENGINE, PORT = "-Dwire.engine=", "-Dwire.port="


def marks(home: Path, port: int) -> list[str]:
    """The arguments that make an engine recognisable as the one of the folder `home`, and tell its port."""
    return [f"{ENGINE}{home}", f"{PORT}{port}"]


def port_of(process: psutil.Process) -> int:
    """The port that an engine was started with."""
    try:
        return next(int(word.removeprefix(PORT)) for word in process.cmdline() if word.startswith(PORT))
    except (psutil.Error, StopIteration):
        return 0  # it ended at this very moment: nothing answers on port 0


def spawn(command: Sequence[str], folder: Path, log: Path) -> psutil.Process:
    """Start `command` in `folder` and in a session of its own, so that it survives the terminal.

    Its output is appended to `log`.
    """
    with log.open("ab") as output:
        child = subprocess.Popen(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    _children[child.pid] = child
    return psutil.Process(child.pid)


def find(home: Path, pid: int | None) -> psutil.Process | None:
    """The running engine of the folder `home`: process `pid` if it still is that one, else whichever process is."""
    candidates = [*_process(pid), *psutil.process_iter()] if pid else psutil.process_iter()
    return next((process for process in candidates if _is_engine(process, home)), None)


def _process(pid: int) -> list[psutil.Process]:
    try:
        return [psutil.Process(pid)]
    except psutil.NoSuchProcess:
        return []


def _is_engine(process: psutil.Process, home: Path) -> bool:
    try:
        words = process.cmdline()
        return f"{ENGINE}{home}" in words and Path(words[0]).name == "java" and alive(process)
    except psutil.Error:
        return False


def alive(process: psutil.Process) -> bool:
    """Whether it runs. One that ended and that nobody has reaped does not."""
    child = _children.get(process.pid)
    if child is not None and child.poll() is None:  # poll() reaps it
        return True
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def exit_code(process: psutil.Process) -> int | None:
    """How a process that we started ended; None where that is not known."""
    child = _children.get(process.pid)
    return child.poll() if child is not None else None


def ask_to_end(process: psutil.Process) -> None:
    """SIGTERM. OperatorError where the process is another user's."""
    _signal(process, signal.SIGTERM)


def end_within(process: psutil.Process, seconds: float) -> bool:
    """Wait for a process that was asked to end, then SIGKILL it; whether it ended by itself."""
    if gone(process, seconds):
        return True
    kill(process)
    return False


def kill(process: psutil.Process) -> None:
    """SIGKILL, and wait until the process is no more."""
    _signal(process, signal.SIGKILL)
    if not gone(process, 30):
        raise OperatorError(f"Process {process.pid} does not end, not even killed: the system holds it (disk?).")


def gone(process: psutil.Process, seconds: float) -> bool:
    """Wait up to `seconds` until the process has ended; whether it has."""
    limit = time.monotonic() + seconds
    while alive(process):
        if time.monotonic() > limit:
            return False
        time.sleep(POLL_S)
    _children.pop(process.pid, None)
    return True


def _signal(process: psutil.Process, number: signal.Signals) -> None:
    try:
        process.send_signal(number)
    except psutil.NoSuchProcess:
        pass
    except psutil.AccessDenied as error:
        raise OperatorError(f"Process {process.pid} belongs to another user, who alone can stop it.") from error
