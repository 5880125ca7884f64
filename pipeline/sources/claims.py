"""Files of a folder, each taken by one watcher alone, and what becomes of them.

A watcher claims a file by renaming it into a folder of its own below `.wire/processing`, and holds a lock for as long
as it works there. The lock is the kernel's: it ends with the process, however that ends. A claim folder without its
lock was left behind, and whoever locks it next works it off.

    .wire/processing/CLAIM/...   taken, under the names they had; CLAIM.lock is the lease
    .wire/done/DATE/...          what was sent and acknowledged
    .wire/failed/DATE/...        what could not be read, each with a NAME.error.txt that says why
"""

import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from pipeline.errors import OperatorError, TransientError

OURS = ".wire"
_LONGEST_NAME = 200
"""Bytes; most file systems take 255, and we add to it."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim folder whose lock we hold. Names are relative to the watched folder, or to the claim: the same ones."""

    root: Path
    folder: Path
    lock: int

    def take(self, name: str) -> bool:
        """Whether the file is ours now: another may have been faster. OSError where it cannot be taken."""
        target = self.folder / name
        if os.path.lexists(target):
            return False  # a claim holds a name once: the other comes with the next
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            (self.root / name).rename(target)
        except FileNotFoundError:
            return False
        return True

    def names(self) -> Iterator[str]:
        """What is in it."""
        for where, _, files in os.walk(self.folder):
            yield from (os.path.relpath(os.path.join(where, name), self.folder) for name in files)  # noqa: PTH118

    def finish(self, name: str, reasons: Sequence[str], *, keep: bool) -> None:
        """Put the file where it belongs: to `failed` if there are reasons, else to `done`, or away. TransientError
        where that cannot be done now."""
        try:
            if not (reasons or keep):
                (self.folder / name).unlink(missing_ok=True)
                return
            target = self._moved(name, "failed" if reasons else "done")
            if target and reasons:
                said = "\n".join(reasons) + "\n"
                target.with_name(target.name + ".error.txt").write_text(said, "utf-8", errors="backslashreplace")
        except OSError as error:
            reason = f"{error.strerror} ({error.filename})"
            raise TransientError(f"{self.root / name} was sent and cannot be put away: {reason}.") from error

    def _moved(self, name: str, outcome: str) -> Path | None:
        """Where the file is now; None when it was put away by somebody who took this claim for left behind: it was
        sent twice, which does no harm."""
        parent = (self.root / OURS / outcome / datetime.now(UTC).strftime("%Y-%m-%d") / name).parent
        parent.mkdir(parents=True, exist_ok=True)
        target = _reserved(parent, os.fsdecode(os.fsencode(Path(name).name)[:_LONGEST_NAME]))
        try:
            return (self.folder / name).rename(target)
        except FileNotFoundError:
            target.unlink()
            return None

    def close(self) -> None:
        """Give up the lease. What is still in the folder is taken up by the next who looks."""
        for where, _, _ in os.walk(self.folder, topdown=False):
            with suppress(OSError):
                Path(where).rmdir()
        if not self.folder.exists():
            _lock_file(self.folder).unlink(missing_ok=True)
        os.close(self.lock)


def claim(root: Path) -> Claim:
    """A new, empty claim. OperatorError where the folder does not allow for it."""
    folder = root / OURS / "processing" / uuid4().hex
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        lock = _locked(folder)
        assert lock is not None  # nobody else knows its name
        folder.mkdir()
    except OSError as error:
        raise OperatorError(f"Files of {root} cannot be claimed: {error.strerror} ({folder.parent}).") from error
    return Claim(root, folder, lock)


def left_behind(root: Path) -> Iterator[Claim]:
    """The claims of watchers that are no more, each ours now; to be closed."""
    with suppress(FileNotFoundError):
        for folder in sorted(path for path in (root / OURS / "processing").iterdir() if path.is_dir()):
            if (lock := _locked(folder)) is not None:
                yield Claim(root, folder, lock)


def _lock_file(folder: Path) -> Path:
    return folder.with_suffix(".lock")


def _locked(folder: Path) -> int | None:
    """The claim's lock; None when somebody holds it."""
    file = os.open(_lock_file(folder), os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o666)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(file)
        return None
    except OSError:
        os.close(file)
        raise
    return file


def _reserved(parent: Path, base: str) -> Path:
    """A name that nobody has, taken by an empty file, which a rename replaces."""
    tried = 1
    while True:
        target = parent / (base if tried == 1 else f"{base}.{tried}")
        try:
            os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
        except FileExistsError:
            tried += 1
        else:
            return target
