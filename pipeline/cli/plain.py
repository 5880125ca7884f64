"""Text of a story for a terminal: never taken as markup, and no character of it can steer the terminal."""

from collections.abc import Iterable

from rich.table import Table
from rich.text import Text

_CONTROLS = (*range(9), *range(0xB, 0x20), *range(0x7F, 0xA0))
_DIRECTIONS = (0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
_UNSAFE = dict.fromkeys((*_CONTROLS, *_DIRECTIONS), "\ufffd")
"""Controls and overrides of direction, replaced one by one so that offsets stay."""


def plain(text: str, style: str = "") -> Text:
    """The text as it is, but for what could steer the terminal."""
    made = Text(text.translate(_UNSAFE), overflow="fold")
    made.stylize(style)  # not the text's base style: that would colour the rest of its line too
    return made


def grid(rows: Iterable[tuple[str, Text | None]]) -> Table:
    """Labels, and beside each its text."""
    made = Table.grid(padding=(0, 1))
    made.add_column(style="dim", no_wrap=True)
    made.add_column(overflow="fold")
    for label, value in rows:
        made.add_row(plain(label), value)
    return made


def maybe(text: str | None) -> Text | None:
    """None where there is nothing to show."""
    return plain(text) if text else None
