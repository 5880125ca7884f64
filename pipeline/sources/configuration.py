"""The feeds that are configured: feeds.toml, one [[feed]] table for each."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from pipeline.errors import OperatorError
from pipeline.sources.base import Feed
from pipeline.sources.registry import KINDS

_KINDS = {kind.name: kind for kind in KINDS}


def load(path: Path) -> tuple[Feed, ...]:
    """The feeds of the file, in its order.

    Raises OperatorError with a sentence that names the file, the feed and the field where something is wrong.
    """
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise OperatorError(
            f"The file of feeds {path} cannot be read ({error.strerror}). Set WIRE_FEEDS to its path."
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise OperatorError(f"{path} is no TOML: {error}.") from error
    entries = tables.pop("feed", [])
    if tables or not isinstance(entries, list):
        wrong = ", ".join(tables) or "feed"
        raise OperatorError(f"{path}: '{wrong}' does not belong there; each feed is a table that starts with [[feed]].")
    feeds = tuple(_feed(path, number, table) for number, table in enumerate(entries, 1))
    _unique(path, feeds)
    return feeds


def _feed(path: Path, number: int, table: Mapping[str, Any]) -> Feed:
    name = repr(table["id"]) if isinstance(table.get("id"), str) else f"number {number}"
    kind = _KINDS.get(str(table.get("kind")))
    if kind is None:
        said = f"has the kind {table['kind']!r}" if "kind" in table else "has no kind"
        raise OperatorError(f"{path}: the feed {name} {said}; there are {', '.join(_KINDS)}.")
    try:
        return msgspec.convert(table, kind.feed)
    except msgspec.ValidationError as error:
        reason, _, field = str(error).partition(" - at `$")
        where = f" in '{field.strip('.`')}'" if field.strip(".`") else ""
        raise OperatorError(f"{path}: the feed {name} is wrong{where}: {reason.rstrip('.')}.") from error


def _unique(path: Path, feeds: tuple[Feed, ...]) -> None:
    seen: set[str] = set()
    for feed in feeds:
        if feed.id in seen:
            raise OperatorError(f"{path}: two feeds have the id {feed.id!r}.")
        seen.add(feed.id)
