"""Items from files, folders and standard input."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

import orjson

from pipeline.sources.base import Arrival, Unreadable

STDIN = "-"


def expand(paths: Sequence[str]) -> list[Path | Unreadable]:
    """Files as named, folders as all files in them, sorted by name; hidden ones are passed over."""
    found: list[Path | Unreadable] = []
    for path in map(Path, paths):
        found += _inside(path) if path.is_dir() else [path]
    return found


def _inside(folder: Path) -> list[Path | Unreadable]:
    files: list[Path] = []
    unreadable: list[Path | Unreadable] = []

    def failed(error: OSError) -> None:
        unreadable.append(Unreadable(str(error.filename), f"{error.strerror or error}."))

    for where, folders, names in os.walk(folder, onerror=failed):
        folders[:] = [name for name in folders if not name.startswith(".")]
        files += (path for name in names if not name.startswith(".") and (path := Path(where, name)).is_file())
    if not files and not unreadable:
        return [Unreadable(str(folder), "There is no file in this folder.")]
    return [*sorted(files), *unreadable]


def read_file(path: Path | Unreadable, largest: int) -> Arrival | Unreadable:
    """The file's bytes, if it can be read and has at most `largest` of them; what `expand` could not read stays so."""
    if isinstance(path, Unreadable):
        return path
    try:
        with path.open("rb") as file:
            data = file.read(largest + 1)  # devices, pipes and growing files do not tell their size beforehand
    except OSError as error:
        return Unreadable(str(path), f"{error.strerror or error}.")
    return _bounded(str(path), data, largest)


def read_stream(stream: BinaryIO, largest: int, name: str = "stdin") -> Iterator[Arrival | Unreadable]:
    """One item for each line where the first line is a whole JSON object; else the whole stream as one item.

    Lines are yielded as they come: a stream need not end.
    """
    first = stream.readline(largest + 1)
    if not _is_json_object(first):
        data = first + stream.read(largest + 1 - len(first))
        yield _bounded(name, data, largest)
        return
    number, line = 1, first
    while line:
        if not line.isspace():
            yield _bounded(f"{name}:{number}", line.rstrip(b"\r\n"), largest)
        while len(line) > largest and not line.endswith(b"\n"):  # the rest of a line that is too long
            line = stream.readline(largest + 1)
        number, line = number + 1, stream.readline(largest + 1)


def _bounded(name: str, data: bytes, largest: int) -> Arrival | Unreadable:
    if len(data) > largest:
        return Unreadable(name, f"It has more than {largest:,} bytes, the most that can be sent.")
    return Arrival(name, data)


def _is_json_object(line: bytes) -> bool:
    try:
        return isinstance(orjson.loads(line), dict)
    except orjson.JSONDecodeError:
        return False
