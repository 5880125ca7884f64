"""Lines of plain text to paragraphs: by line, by blank line, by indentation, and hard-wrapped at some column.

Whether a text is wrapped is read off the lines that surely go on in the next (it begins in lower case, or the text
is all in capitals): in wrapped text each of them is so full that the next word had no room.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

_WIDEST = 100
_NARROWEST = 30
_COLUMNS = re.compile(r"\S(?: {3,}|\t+| {2,}(?=[-+$€£]?\d))\S")
_ENDS = (".", "!", "?", ":", '."', '!"', '?"', ".”", "!”", "?”", ".’", ".'", ".»", ".)", "…", ";")


def paragraphs(text: str, breaks: Callable[[str, str], bool]) -> list[str]:
    """The paragraphs of `text`, wrapped lines rejoined by a blank, rows of a table kept as lines.

    `breaks(line, next_line)` says that two lines are surely two paragraphs, whatever the layout.
    """
    lines = [line.rstrip() for line in text.split("\n")]
    width = _wrap_width(lines, breaks)
    indented = _indents_mark_paragraphs(lines, width)
    return [_join(group) for group in _groups(lines, width, indented, breaks)]


def aligned(rows: Sequence[Sequence[str]]) -> str:
    """A table as lines of text: its cells in columns, each as wide as its widest cell."""
    widths = [0] * max(map(len, rows))
    for row in rows:
        for column, cell in enumerate(row):
            widths[column] = max(widths[column], len(cell))
    return "\n".join(
        "   ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=False)).rstrip() for row in rows
    )


def _groups(
    lines: Sequence[str], width: int, indented: bool, breaks: Callable[[str, str], bool]
) -> Iterator[list[str]]:
    group: list[str] = []
    for line in lines:
        if not line.strip():
            if group:
                yield group
            group = []
        elif group and not _goes_on(group[-1], line, width, indented=indented, breaks=breaks):
            yield group
            group = [line]
        else:
            group.append(line)
    if group:
        yield group


def _goes_on(line: str, following: str, width: int, *, indented: bool, breaks: Callable[[str, str], bool]) -> bool:
    """Whether `following` belongs to the paragraph of `line`."""
    if is_row(line) or is_row(following):
        return is_row(line) and is_row(following)
    if indented and following[:1] in " \t":
        return False
    if not width or len(line) > _WIDEST + 20:
        return False
    ragged = len(line) >= _NARROWEST and following.lstrip()[:1].islower() and not line.endswith(_ENDS)
    return (ragged or _is_full(line, following, width)) and not breaks(line.strip(), following.strip())


def _wrap_width(lines: Sequence[str], breaks: Callable[[str, str], bool]) -> int:
    """The column at which the text is wrapped; 0 when it is not."""
    capitals = all(line.upper() == line for line in lines)
    sure = [
        (line, following)
        for line, following in pairwise(lines)
        if _NARROWEST <= len(line) <= _WIDEST
        and (following.strip()[:1].islower() or (capitals and following.strip()))
        and not line.endswith(_ENDS)
        and not is_row(line)
        and not breaks(line.strip(), following.strip())
    ]
    if not sure or sum(len(line) > _WIDEST for line in lines) > len(sure):
        return 0
    width = max(len(line) for line, _ in sure)
    full = sum(_is_full(line, following, width) for line, following in sure)
    return width if full >= 0.7 * len(sure) else 0


def _is_full(line: str, following: str, width: int) -> bool:
    return len(line) + 1 + len(following.split(maxsplit=1)[0]) > width


def _indents_mark_paragraphs(lines: Sequence[str], width: int) -> bool:
    """Whether an indented line begins a paragraph: some are and, the text being wrapped, most are not."""
    filled = [line for line in lines if line.strip()]
    return width > 0 and 0 < sum(line[:1] in " \t" for line in filled) <= 0.75 * len(filled)


def is_row(line: str) -> bool:
    """A row of a table: cells apart by more blanks than words are."""
    line = line.strip()
    return ("  " in line or "\t" in line) and _COLUMNS.search(line) is not None


def _join(group: Sequence[str]) -> str:
    if len(group) == 1:
        return group[0].strip()
    if all(map(is_row, group)):
        margin = min(len(line) - len(line.lstrip()) for line in group)
        return "\n".join(line[margin:] for line in group)
    text = group[0].strip()
    for line in group[1:]:
        text += ("" if re.search(r"\w-$", text[-2:]) and line.lstrip()[:1].isalpha() else " ") + line.strip()
    return text
