"""Items from files, folders and standard input."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

import orjson

from pipeline.sources.archives import items, opened
from pipeline.sources.base import EXCERPT, Arrival, Unreadable

STDIN = "-"


def expand(paths: Iterable[str]) -> Iterator[Path | Unreadable]:
    """Files as named, folders as all files in them, by name; hidden ones are passed over. Found as they are asked for:
    no more is in memory than the names of the folders on the way."""
    for path in map(Path, paths):
        if not path.is_dir():
            yield path
            continue
        some = False
        for found in _inside(path):
            some = True
            yield found
        if not some:
            yield Unreadable(label(str(path)), "There is no file in this folder.")


def _inside(folder: Path) -> Iterator[Path | Unreadable]:
    names: list[str] = []
    try:
        names = sorted(name for name in os.listdir(folder) if not name.startswith("."))  # noqa: PTH208 (names, not paths)
    except OSError as error:
        yield Unreadable(label(str(folder)), f"{error.strerror or error}.")
    for path in (folder / name for name in names):
        if path.is_dir():
            if not path.is_symlink():
                yield from _inside(path)
        elif path.is_file():
            yield path


def read_file(path: Path | Unreadable, largest: int) -> Iterator[Arrival | Unreadable]:
    """The items in a file: its members, if it is an archive, else its bytes; each of at most `largest` bytes. What
    `expand` could not read stays so."""
    if isinstance(path, Unreadable):
        yield path
        return
    name = label(str(path))
    try:
        with path.open("rb") as file:
            if file.seekable():
                yield from items(name, file, largest)
            else:
                found = whole(name, file, largest)
                yield from opened(found, largest) if isinstance(found, Arrival) else (found,)
    except OSError as error:
        yield Unreadable(name, f"{error.strerror or error}.")


def whole(name: str, file: BinaryIO, largest: int) -> Arrival | Unreadable:
    """All that is in `file`. Devices, pipes and growing files do not tell their size beforehand."""
    return _bounded(name, file.read(largest + 1), largest)


def label(path: str) -> str:
    """A path as text: the bytes in it that are not UTF-8 are spelled out."""
    return os.fsencode(path).decode(errors="backslashreplace")


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
        return Unreadable(name, f"It has more than {largest:,} bytes, the most that can be sent.", data[:EXCERPT])
    return Arrival(name, data)


def _is_json_object(line: bytes) -> bool:
    try:
        return isinstance(orjson.loads(line), dict)
    except orjson.JSONDecodeError:
        return False
