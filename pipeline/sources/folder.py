"""Drop folders: files that appear in a folder, each taken once it is complete, in the order in which they were written.

A file is complete when its size and times are the same at two looks, `settle` seconds apart; with `settle = 0` at once,
for those who rename files into place. Names that begin with a dot or end in .tmp, .part and the like are left alone,
and so are folders that are links, and whatever is no file. A link to a file is not followed but said to be one.
"""

import errno
import heapq
import os
import stat
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import partial
from pathlib import Path
from threading import Event
from typing import Annotated, BinaryIO, Literal

import msgspec

from pipeline.errors import OperatorError, TransientError
from pipeline.sources import archives
from pipeline.sources.base import Arrival, Batch, Cursor, Feed, Kind, Limit, Unreadable
from pipeline.sources.claims import Claim, claim, left_behind
from pipeline.sources.files import label, whole

UNFINISHED = (".tmp", ".part", ".partial", ".filepart", ".crdownload")
WINDOW = 10_000
"""Files in memory at a time, however many lie in the folder."""
BATCH_ITEMS, BATCH_BYTES = 200, 8 << 20
_REASONS = 100
"""Sentences kept of an archive's members that could not be read."""
_NEVER = (errno.EACCES, errno.EPERM, errno.ELOOP, errno.ENXIO, errno.EISDIR)


class FolderFeed(Feed, frozen=True, kw_only=True, tag="folder"):
    """A folder on this machine, or mounted."""

    path: str
    names: str = "*"
    """Pattern of the file names that are taken."""
    subfolders: bool = True
    settle: Annotated[float, msgspec.Meta(ge=0)] = 1.0
    after: Literal["keep", "remove"] = "keep"
    """What becomes of a file that was sent: kept in .wire/done, or removed."""
    archives: bool = True
    """Whether archives are opened."""
    every: Annotated[float, msgspec.Meta(gt=0)] = 2.0


@dataclass(frozen=True, slots=True, order=True)
class _Seen:
    """A file at one look."""

    written: int
    name: str
    state: tuple[int, ...] = field(compare=False)


def check(feed: FolderFeed) -> str:
    """How many files wait. OperatorError when the folder is missing or must not be written to."""
    root = _root(feed)
    claim(root).close()
    waiting = sum(1 for _ in _walk(feed, root, []))
    return f"{waiting:,} {'file waits' if waiting == 1 else 'files wait'} in {root}."


def poll(feed: FolderFeed, _cursor: Cursor, limit: Limit, stop: Event) -> Iterator[Batch]:
    """Every file that is complete; first those that a watcher left behind that was killed."""
    root = _root(feed)
    for found in left_behind(root):
        with closing(found):
            yield from _batches(feed, found, sorted(found.names()), limit, stop)
    failures: list[OSError] = []
    while not stop.is_set() and (names := _complete(feed, root, failures, stop)):
        taken = 0
        with closing(claim(root)) as ours:
            for batch in _batches(feed, ours, _taken(ours, names, failures), limit, stop):
                taken += 1
                yield batch
        if not taken:
            break
    if failures:
        error = failures[0]
        raise OperatorError(f"Some of {root} cannot be taken: {error.strerror} ({label(str(error.filename))}).")


FOLDER = Kind(feed=FolderFeed, check=check, poll=poll)


def _root(feed: FolderFeed) -> Path:
    root = Path(feed.path).expanduser()
    if not root.is_dir():
        raise OperatorError(f"There is no folder {root}.")
    return root


def _complete(feed: FolderFeed, root: Path, failures: list[OSError], stop: Event) -> list[str]:
    """The oldest files that are not being written, oldest first."""
    seen = heapq.nsmallest(WINDOW, _walk(feed, root, failures))
    if seen and feed.settle and stop.wait(feed.settle):
        return []
    return [file.name for file in seen if not feed.settle or file.state == _state(root / file.name)]


def _state(path: Path) -> tuple[int, ...] | None:
    try:
        found = path.lstat()
    except OSError:
        return None
    return (found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)


def _walk(feed: FolderFeed, root: Path, failures: list[OSError]) -> Iterator[_Seen]:
    folders = [""]
    while folders:
        folder = folders.pop()
        try:
            with os.scandir(root / folder) as entries:
                for entry in entries:
                    name = os.path.join(folder, entry.name)  # noqa: PTH118 (a name, not yet a path)
                    if entry.name.startswith("."):
                        continue
                    if entry.is_dir(follow_symlinks=False):
                        folders += [name] if feed.subfolders else []
                    elif _wanted(feed, entry) and (state := _state(root / name)):
                        yield _Seen(state[2], name, state)
        except OSError as error:
            failures.append(error)


def _wanted(feed: FolderFeed, entry: os.DirEntry[str]) -> bool:
    if entry.name.lower().endswith(UNFINISHED) or not fnmatchcase(entry.name, feed.names):
        return False
    return entry.is_file(follow_symlinks=False) or (entry.is_symlink() and not entry.is_dir())


def _taken(ours: Claim, names: list[str], failures: list[OSError]) -> Iterator[str]:
    for name in names:
        try:
            if ours.take(name):
                yield name
        except OSError as error:
            failures.append(error)


def _batches(
    feed: FolderFeed, ours: Claim, names: Iterator[str] | list[str], limit: Limit, stop: Event
) -> Iterator[Batch]:
    """The files in batches; a file is put away with the batch that holds the last of it."""
    arrivals: list[Arrival | Unreadable] = []
    finished: list[tuple[str, list[str]]] = []
    size = 0

    def batch() -> Batch:
        nonlocal size
        done = partial(_finish, ours, tuple(finished), keep=feed.after == "keep")
        whole = Batch(arrivals=tuple(arrivals), done=done)
        arrivals.clear()
        finished.clear()
        size = 0
        return whole

    for name in names:
        reasons: list[str] = []
        for found in _read(feed, ours.folder / name, label(name), limit):
            if len(arrivals) >= BATCH_ITEMS or size >= BATCH_BYTES:
                yield batch()
            arrivals.append(found)
            size += len(found.data)
            if isinstance(found, Unreadable) and len(reasons) < _REASONS:
                reasons.append(f"{found.name}: {found.reason}")
        finished.append((name, reasons))
        if stop.is_set():
            break
    if finished:
        yield batch()


def _finish(ours: Claim, files: tuple[tuple[str, list[str]], ...], *, keep: bool) -> None:
    for name, reasons in files:
        ours.finish(name, reasons, keep=keep)


def _read(feed: FolderFeed, path: Path, name: str, limit: Limit) -> Iterator[Arrival | Unreadable]:
    try:
        with _opened(path) as file:
            yield from archives.items(name, file, limit) if feed.archives else (whole(name, file, limit),)
    except OSError as error:
        if error.errno not in _NEVER:
            raise TransientError(f"{name} cannot be read now: {error.strerror}.") from error
        link = error.errno == errno.ELOOP
        yield Unreadable(name, "It is a link, which is not followed." if link else f"{error.strerror}.")


def _opened(path: Path) -> BinaryIO:
    """Never through a link, and never waiting for the other end of a pipe."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.ENXIO, "It is no file")
    return os.fdopen(descriptor, "rb")
