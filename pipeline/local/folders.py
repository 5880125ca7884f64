"""The folders that the local stack writes: made when needed, and used by one start or stop at a time."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.errors import OperatorError
from pipeline.local.extras import FileLock, Timeout

MEGABYTE = 1 << 20
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


def enough_space(folder: Path, needed: int, purpose: str) -> None:
    """OperatorError where the disk of `folder` has less than `needed` bytes left for `purpose`."""
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise OperatorError(
            f"{purpose} need {needed // MEGABYTE} MB of disk space, and {folder} has {free // MEGABYTE} MB: free some,"
            " or name a folder on another disk."
        )


@contextmanager
def locked(folder: Path, waits_for: str) -> Iterator[None]:
    """Hold the folder's lock; the system lets it go when the holder dies, however it dies.

    What cannot be read or written in the meantime becomes an OperatorError.
    """
    try:
        with FileLock(folder / ".lock", timeout=PATIENCE_S):
            yield
    except Timeout as error:
        raise OperatorError(f"Another process holds {folder} for {PATIENCE_S} s already, {waits_for}.") from error
    except OSError as error:
        raise OperatorError(f"{error.filename or folder} cannot be used: {error.strerror or error}.") from error
