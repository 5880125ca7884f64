"""Items from files, folders and standard input."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import orjson

STDIN = "-"


@dataclass(frozen=True, slots=True)
class Arrival:
    """An item as it lies at its source."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Something that could not be read, and why; the rest goes on."""

    name: str
    reason: str


def expand(paths: Sequence[str]) -> list[Path]:
    """Files as named, folders as all files in them, sorted by name; hidden ones are passed over."""
    found: list[Path] = []
    for path in map(Path, paths):
        if path.is_dir():
            inside = (p for p in path.rglob("*") if not any(part.startswith(".") for part in p.relative_to(path).parts))
            found += sorted(p for p in inside if p.is_file())
        else:
            found.append(path)
    return found


def read_file(path: Path, largest: int) -> Arrival | Unreadable:
    """The file's bytes, if it can be read and has at most `largest` of them."""
    try:
        size = path.stat().st_size
        if size > largest:
            return Unreadable(str(path), f"It has {size:,} bytes; the most that can be sent is {largest:,}.")
        return Arrival(str(path), path.read_bytes())
    except OSError as error:
        return Unreadable(str(path), f"{error.strerror or error}.")


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
