"""The folders that the local stack writes: made when needed, and used by one start or stop at a time."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.errors import OperatorError
from pipeline.local.extras import FileLock, Timeout

PATIENCE_S = 180


def writable(folder: Path) -> Path:
    """Make `folder` if need be; OperatorError where it cannot be made or written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OperatorError(f"The folder {folder} cannot be made: {error.strerror}.") from error
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        raise OperatorError(f"The folder {folder} cannot be written by this user: name another one.")
    return folder


@contextmanager
def locked(folder: Path, waits_for: str) -> Iterator[None]:
    """Hold the folder's lock; the system lets it go when the holder dies, however it dies."""
    try:
        with FileLock(folder / ".lock", timeout=PATIENCE_S):
            yield
    except Timeout as error:
        raise OperatorError(f"Another process holds {folder} for {PATIENCE_S} s already, {waits_for}.") from error
    except PermissionError as error:
        raise OperatorError(f"The folder {folder} belongs to another user: name another one.") from error
