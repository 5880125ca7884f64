"""The README's settings table, generated from the settings object.

`python -m pipeline.readme` writes it between its marks in README.md; a test holds the two equal.
"""

import sys
from dataclasses import MISSING, fields
from pathlib import Path

from pipeline.settings import Settings, variable

BEGIN, END = "<!-- settings: generated -->\n", "<!-- end of settings -->"


def settings_table() -> str:
    """Every setting as a Markdown table: variable, default, meaning."""
    rows = ["| variable | default | meaning |", "|---|---|---|"]
    for field in fields(Settings):
        default = "" if field.default in ("", MISSING) else f"`{field.default}`"
        rows.append(f"| `{variable(field.name)}` | {default} | {field.metadata['doc']} |")
    return "\n".join(rows) + "\n"


def with_table(readme: str) -> str:
    """`readme` with the table between its marks as it should be."""
    before, _, rest = readme.partition(BEGIN)
    _, _, after = rest.partition(END)
    return before + BEGIN + settings_table() + END + after


def _main() -> None:
    path = Path("README.md")
    text = path.read_text(encoding="utf-8")
    path.write_text(with_table(text), encoding="utf-8")
    sys.stdout.write("Nothing changed.\n" if with_table(text) == text else "README.md written.\n")


if __name__ == "__main__":
    _main()
