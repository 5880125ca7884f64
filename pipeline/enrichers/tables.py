"""The tables of data/: tab-separated lines, '#' begins a remark, '|' separates the members of a list."""

from collections.abc import Iterator
from importlib.resources import files


def rows(name: str) -> Iterator[list[str]]:
    """The rows of a table, each a list of its columns; empty lines and remarks are left out."""
    for line in (files(__package__) / "data" / name).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line.split("\t")


def members(column: str) -> list[str]:
    """The members of a list in a column."""
    return [member for member in column.split("|") if member]
