"""Entities in columns, as CoNLL-2003 has them: a token a line with its label, a blank line after a sentence.

    EU       B-ORG
    rejects  O

Labels are BIO, IOB1 (B only between neighbours of one class), BIOES or BILOU; '-DOCSTART-' begins a story, and a line
that begins with '# ' is a comment. Tokens are put together to text as copy spaces it.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from benchmarks.quality.score_entities import Mention

START = "-DOCSTART-"
LABELS: Mapping[str, str] = {
    **dict.fromkeys(("per", "person"), "person"),
    **dict.fromkeys(("org", "organization", "organisation"), "organisation"),
    "gpe": "gpe",
    **dict.fromkeys(("loc", "location"), "location"),
    **dict.fromkeys(("fac", "facility"), "facility"),
    "norp": "norp",
    **dict.fromkeys(("product", "weapon"), "product"),
    "event": "event",
    "law": "law",
    **dict.fromkeys(("misc", "oth", "other", "work_of_art", "language"), "other"),
    **dict.fromkeys(("date", "time", "money", "percent", "quantity", "ordinal", "cardinal"), ""),
}
"""Labels of the usual sets, in lower case, to our classes; '' for what is no entity to us."""
_LOCATIONS = ("gpe", "facility")
_CLOSING = re.compile(r"[.,;:!?%)\]}”’]+|'|'s|'S|’s|n't|'(?:re|ve|ll|d|m)|\.\.\.")
_OPENING = re.compile(r"[(\[{“‘$£€]|[A-Z]{1,3}\$")
_LEFT = ("B", "S", "U")
_LAST = ("E", "L", "S", "U")


@dataclass(frozen=True, slots=True)
class LabelledText:
    """A story of such a file."""

    name: str
    text: str
    mentions: tuple[Mention, ...]


def read(
    path: Path, labels: Mapping[str, str] = LABELS, *, four: bool = False, columns: tuple[int, int] = (0, -1)
) -> list[LabelledText]:
    """The stories of the file; `columns` are those of token and label, from 0, or from the end below 0.

    With `four` what is no person, organisation or location is 'other'. ValueError, with the line's number, for a label
    that `labels` lacks or a line without such a column.
    """
    stories = _stories(path.read_text(encoding="utf-8").split("\n"), columns)
    try:
        return [_labelled(f"{path.stem}:{line}", story, labels, four) for line, story in stories]
    except ValueError as error:
        raise ValueError(f"{path.name}, {error}") from None


Token = tuple[int, str, str]
"""Line, token, label."""


def _stories(lines: Iterable[str], columns: tuple[int, int]) -> Iterator[tuple[int, list[list[Token]]]]:
    """The stories' sentences, each story with its first line; in a file without START each sentence is a story."""
    kept = [(number, _cells(line)) for number, line in enumerate(lines, start=1) if not line.startswith("# ")]
    whole = any(cells[:1] == [START] for _, cells in kept)
    story: list[list[Token]] = []
    sentence: list[Token] = []
    for number, cells in [*kept, (0, []), (0, [START])]:
        if cells and cells[0] != START:
            sentence.append(_token(number, cells, columns))
            continue
        story += [sentence] if sentence else []
        sentence = []
        if story and (cells or not whole):
            yield story[0][0][0], story
            story = []


def _cells(line: str) -> list[str]:
    """By tabs where there are any: tokens may have spaces of their own then."""
    return line.rstrip("\r").split("\t") if "\t" in line else line.split()


def _token(number: int, cells: Sequence[str], columns: tuple[int, int]) -> Token:
    try:
        return number, cells[columns[0]], cells[columns[1]]
    except IndexError:
        raise ValueError(f"line {number}: it has {len(cells)} columns") from None


def _labelled(name: str, story: Sequence[Sequence[Token]], labels: Mapping[str, str], four: bool) -> LabelledText:
    text, mentions = "", []
    for sentence in story:
        text += "\n\n" if text else ""
        offsets = []
        for number, (_, token, _) in enumerate(sentence):
            text += " " if number and _spaced(sentence[number - 1][1], token) else ""
            offsets.append((len(text), len(text) + len(token)))
            text += token
        for first, last, label in chunks([tag for _, _, tag in sentence]):
            kind = _class(label, labels, sentence[first][0], four)
            if kind:
                mentions.append((offsets[first][0], offsets[last][1], kind))
    return LabelledText(name, text, tuple(mentions))


def _spaced(before: str, after: str) -> bool:
    return not (_CLOSING.fullmatch(after) or _OPENING.fullmatch(before))


def chunks(labels: Sequence[str]) -> Iterator[tuple[int, int, str]]:
    """First and last token, from 0, and the label without its position, of what a sentence's labels mark."""
    tags = [("O", ""), *(_tag(label) for label in labels), ("O", "")]
    first = 0
    for index, (before, now) in enumerate(pairwise(tags)):
        ends = before[0] != "O" and (now[0] == "O" or now[0] in _LEFT or before[0] in _LAST or now[1] != before[1])
        if ends:
            yield first, index - 1, before[1]
        if now[0] != "O" and (ends or before[0] == "O"):
            first = index


def _tag(label: str) -> tuple[str, str]:
    position, _, kind = label.partition("-")
    return (position, kind) if kind else ("O", "")


def _class(label: str, labels: Mapping[str, str], line: int, four: bool) -> str:
    if label.lower() not in labels:
        raise ValueError(f"line {line}: what is the label '{label}'? Say --label {label}=CLASS")
    kind = labels[label.lower()]
    if not four or kind in ("", "person", "organisation", "location"):
        return kind
    return "location" if kind in _LOCATIONS else "other"
