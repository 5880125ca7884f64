"""The rows of a table of NITF, which has the model of HTML's."""

from collections.abc import Iterator

from pipeline.formats.xml import Element, name

_ORDER = {"thead": 0, "tfoot": 2}
"""The foot stands before the body in the document, and after it on paper."""


def read_rows(table: Element) -> Iterator[list[Element]]:
    """The cells of each row, in the order in which they are printed. Cells that span columns count once."""
    for part in sorted(table, key=lambda part: _ORDER.get(name(part), 1)):
        if name(part) == "tr":
            yield _cells(part)
        elif name(part) in ("thead", "tbody", "tfoot"):
            yield from (_cells(row) for row in part if name(row) == "tr")


def _cells(row: Element) -> list[Element]:
    return [cell for cell in row if name(cell) in ("td", "th")]
