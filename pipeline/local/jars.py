"""The engines' jars: version, size and SHA-256 pinned in jars.tsv, downloaded once into the user's cache.

A jar enters the cache whole and verified or not at all, so that a download that was killed leaves nothing to repair.
"""

import errno
import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from threading import Lock
from typing import Any

from pipeline.errors import OperatorError
from pipeline.local.extras import MAVEN_CENTRAL_URL, GlobalSettings, MavenContext, PythonResolver
from pipeline.local.folders import enough_space, locked, writable

OnProgress = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is done, and of how much (0 where that is not known)."""

MEGABYTE = 1 << 20
DOWNLOADS = 4
"""Jars downloaded at the same time."""
TRIES = 3
TIMEOUT_S = 20
STAGING = ".download-"


@dataclass(frozen=True, slots=True)
class Jar:
    """One pinned artifact; `coordinate` is group:artifact:version or group:artifact:version:classifier."""

    engine: str
    coordinate: str
    size: int
    sha256: str

    @property
    def path(self) -> Path:
        """Where it lies in the cache, relative to it."""
        group, artifact, *rest = self.coordinate.split(":")
        return Path(group) / f"{'-'.join([artifact, *rest])}.jar"


@cache
def pinned() -> tuple[Jar, ...]:
    """Every jar of every engine, in the order of its class path."""
    rows = resources.files("pipeline.local").joinpath("jars.tsv").read_text(encoding="ascii").splitlines()
    cells = (row.split("\t") for row in rows if not row.startswith("#"))
    return tuple(Jar(engine, coordinate, int(size), sha256) for engine, coordinate, size, sha256 in cells)


def class_path(engine: str, folder: Path) -> str:
    """Java's class path of `engine` with its jars in `folder`."""
    return os.pathsep.join(str(folder / jar.path) for jar in pinned() if jar.engine == engine)


def fetch(
    jars: Iterable[Jar],
    folder: Path,
    on_progress: OnProgress,
    repositories: Mapping[str, str] | None = None,
) -> None:
    """Download those of `jars` that `folder` lacks, from Maven Central or from `repositories` (name: URL).

    Two processes that call this at once share one download. OperatorError: no network, no disk space, no write
    permission, or a jar whose checksum is not the pinned one.
    """
    jars = tuple(jars)
    if not missing(jars, folder):
        return
    writable(folder)
    with locked(folder, "downloading the engines"):
        wanted = missing(jars, folder)
        if wanted:
            for left in folder.glob(f"{STAGING}*"):  # of a download that was killed
                shutil.rmtree(left)
            enough_space(folder, sum(jar.size for jar in wanted) + 100 * MEGABYTE, "The local engines")
            with tempfile.TemporaryDirectory(prefix=STAGING, dir=folder) as staging:
                _download(wanted, folder, _context(Path(staging), repositories, _Count(wanted, on_progress)))


def missing(jars: Iterable[Jar], folder: Path) -> list[Jar]:
    """The jars that `folder` does not hold as they should be; checks their checksums too (0.1 s for all)."""
    return [jar for jar in jars if not _whole(jar, folder / jar.path)]


def _whole(jar: Jar, path: Path) -> bool:
    try:
        return path.stat().st_size == jar.size and digest(path) == jar.sha256
    except OSError:
        return False


class _Count:
    """Adds up the bytes of concurrent downloads, and reports one at a time; the shape of jgo's progress callback."""

    def __init__(self, jars: list[Jar], on_progress: OnProgress) -> None:
        self.lock = Lock()
        self.done = 0
        self.total = sum(jar.size for jar in jars)
        self.on_progress = on_progress

    def add(self, count: int) -> None:
        with self.lock:
            self.done += count
            done = min(self.done, self.total)  # a retried jar is counted twice
            self.on_progress("Downloading the engines", done // MEGABYTE, self.total // MEGABYTE)

    def __call__(self, _name: str, _size: int) -> AbstractContextManager[Callable[[int], None]]:
        @contextmanager
        def adding() -> Iterator[Callable[[int], None]]:
            yield self.add

        return adding()


def _context(staging: Path, repositories: Mapping[str, str] | None, count: _Count) -> Any:
    """A jgo context that downloads into `staging`; a mirror in jgo's own configuration file goes first."""
    if repositories is None:
        repositories = {**GlobalSettings.load().repositories, "central": MAVEN_CENTRAL_URL}
    return MavenContext(
        resolver=PythonResolver(progress_callback=count),
        repo_cache=staging,
        local_repos=[],
        remote_repos=dict(repositories),
        timeout=TIMEOUT_S,
    )


def _download(jars: list[Jar], folder: Path, context: Any) -> None:
    with ThreadPoolExecutor(DOWNLOADS) as pool:
        running = [pool.submit(_download_one, jar, folder, context) for jar in jars]
        try:
            for download in as_completed(running):
                download.result()
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _download_one(jar: Jar, folder: Path, context: Any) -> None:
    group, artifact, version, *classifier = jar.coordinate.split(":")
    found = context.project(group, artifact).at_version(version).artifact(*classifier)
    for attempt in range(1, TRIES + 1):
        found.cached_path.unlink(missing_ok=True)
        try:
            path = context.resolver.download(found)
            break
        except (OSError, RuntimeError) as error:  # requests' errors are OSErrors
            if attempt == TRIES or getattr(error, "errno", None) in {errno.ENOSPC, errno.EDQUOT, errno.EACCES}:
                raise OperatorError(_why(jar, error)) from error
            time.sleep(attempt)
    if digest(path) != jar.sha256:
        raise OperatorError(
            f"{jar.coordinate} was downloaded but is not the pinned file: its SHA-256 is {digest(path)} instead of"
            f" {jar.sha256}. It was not kept; a mirror or proxy may have changed it."
        )
    (folder / jar.path).parent.mkdir(parents=True, exist_ok=True)
    path.replace(folder / jar.path)


def _why(jar: Jar, error: Exception) -> str:
    if getattr(error, "errno", None) in {errno.ENOSPC, errno.EDQUOT}:
        return f"There is no disk space left for {jar.coordinate}: free some, or name another folder in WIRE_CACHE."
    if isinstance(error, PermissionError):
        return f"{jar.coordinate} cannot be written: {error.strerror} ({error.filename})."
    if isinstance(error, RuntimeError):
        return f"{jar.coordinate} is not to be had from the Maven repository: it refused, or the mirror lacks it."
    return (
        f"{jar.coordinate} could not be downloaded ({type(error).__name__}): the first start of the local engines"
        " needs the network, or a Maven mirror named in jgo's configuration. What is complete is kept; try again."
    )


def digest(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
