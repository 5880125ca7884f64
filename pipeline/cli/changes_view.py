"""What changed between versions of a story, for a terminal: a table of versions, and a difference word by word.

Nothing that a story says is ever taken as markup, and no character of it can steer the terminal.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher

from rich.console import Group, RenderableType
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from pipeline.cli.console import printable
from pipeline.story import Change, Changes, FigureChange, PubStatus

_OLD, _NEW = "red strike", "bold green"
_STATUS: dict[PubStatus, str] = {"usable": "green", "withheld": "bold yellow", "canceled": "bold white on red"}
_NAMES: dict[PubStatus, str] = {"usable": "usable", "withheld": "withheld", "canceled": "killed"}
_WORDS = re.compile(r"(?:\w+|[^\w\s]+|^)\s*")
"""A word or marks, with the space behind."""
_MOST_WORDS = 2_000
"""Words, spaces and marks of two texts together, beyond which they are shown one after the other."""
_SHORT = 3
_LONGEST_LINE = 160
_MOST_NAMED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One version in the table, with nothing in it that may not be seen."""

    number: int
    """Its position, from 1, oldest first."""
    revision: int
    version: str | None = None
    """The agency's version."""
    time: datetime | None = None
    """The version time, or when the version was received."""
    pubstatus: PubStatus = "usable"
    headline: str | None = None
    note: str | None = None
    """Why there is no text: when it was killed and why."""
    embargoed: datetime | None = None
    """Until when it is held, for those who see it all the same."""
    reinstates: int | None = None
    """The revision of the kill that it lifts."""
    changes: Changes | None = None
    """Against the last version before it whose text may be seen."""


def versions(rows: Iterable[Row]) -> Table:
    """The versions of a story, one a line."""
    table = Table(box=None, padding=(0, 1), header_style="dim", pad_edge=False)
    for name, right in (("#", True), ("version", False), ("time", False), ("status", False), ("", False)):
        table.add_column(name, justify="right" if right else "left", no_wrap=True)
    table.add_column("headline and what changed", overflow="fold")
    for row in rows:
        material = Text("●", style="bold yellow") if row.changes and row.changes.material else Text("")
        status = Text(_NAMES[row.pubstatus], style=_STATUS[row.pubstatus])
        version = Text(_line(row.version or "")[:12])
        table.add_row(str(row.number), version, local(row.time), status, material, _about(row))
    return table


def difference(told: Changes, *, colours: bool) -> RenderableType:
    """All that changed. Without `colours`, what went stands as [-old-] and what came as {+new+}."""
    parts: list[RenderableType] = [_verdict(told)]
    headline = [told.headline] if told.headline else []
    names = [*(("+", name) for name in told.names_added), *(("-", name) for name in told.names_removed)]
    parts += _section("Headline", [("", words(each, colours=colours)) for each in headline])
    parts += _section("Figures", [("", _figure(each, colours=colours)) for each in told.figures])
    parts += _section("Names", [(sign, _coloured(name, sign)) for sign, name in names])
    parts += _section("Rewritten", [("~", words(each, colours=colours)) for each in told.rewritten])
    parts += _section("Added", [("+", _coloured(each, "+")) for each in told.added])
    parts += _section("Removed", [("-", _coloured(each, "-")) for each in told.removed])
    return Group(*parts)


def summary(told: Changes) -> str:
    """What changed, in a line: 'killed 4 → 6; headline; 2 paragraphs added'. Empty where nothing did."""
    counts = ((told.added, "added"), (told.removed, "removed"), (told.rewritten, "rewritten"))
    paragraphs = [f"{len(each)} {verb}" for each, verb in counts if each]
    parts = [
        *(_figure_line(each) for each in told.figures[:_MOST_NAMED]),
        "headline" if told.headline else "",
        f"paragraphs: {', '.join(paragraphs)}" if paragraphs else "",
        _names("+", told.names_added),
        _names("-", told.names_removed),
    ]
    line = _line("; ".join(filter(None, parts)))
    return line if len(line) <= _LONGEST_LINE else f"{line[: _LONGEST_LINE - 1]}…"


def words(change: Change, *, colours: bool) -> Text:
    """The two texts as one, with what went and what came marked word by word."""
    old, new = _WORDS.findall(printable(change.before)), _WORDS.findall(printable(change.after))
    text = Text(overflow="fold")
    for piece, came in _pieces(old, new):
        if came is None:
            text.append(piece)
        else:
            text.append_text(_marked(piece, came, colours=colours))
    return text


def local(time: datetime | None) -> str:
    """The time in this machine's zone, to the second; empty where there is none."""
    if time is None:
        return ""
    try:
        return f"{time.astimezone():%Y-%m-%d %H:%M:%S %Z}"
    except (OverflowError, ValueError):  # the first or the last day of the calendar
        return time.isoformat()


def _about(row: Row) -> Text:
    if row.note:
        return Text(_line(row.note), style="italic")
    text = Text.assemble((_line(row.headline or ""), "bold"))
    changed = summary(row.changes) if row.changes else ""
    if row.changes and not changed:
        changed = "corrected, by its own word" if row.changes.material else "no change in the text"
    until = f"under embargo until {local(row.embargoed)}" if row.embargoed else ""
    again = "reinstated after a kill" if row.reinstates is not None else ""
    changed = "; ".join(filter(None, [until, again, changed]))
    if changed:
        text.append("\n" if row.headline else "").append(changed, style="cyan")
    return text


def _verdict(told: Changes) -> Text:
    if told.material:
        return Text("The news changed.", style="bold yellow")
    anything = any((told.headline, told.added, told.removed, told.rewritten, told.names_added, told.names_removed))
    return Text("The same news, in other words." if anything else "Nothing changed.", style="dim")


def _section(title: str, lines: Sequence[tuple[str, Text]]) -> Iterator[RenderableType]:
    """A titled list: each text behind its sign."""
    if not lines:
        return
    grid = Table.grid(padding=(0, 1))
    grid.add_column(style="dim")
    grid.add_column(overflow="fold")
    for sign, text in lines:
        grid.add_row(f" {sign}", text)
    yield from ("", Rule(title, align="left", style="dim"), grid)


def _figure(figure: FigureChange, *, colours: bool) -> Text:
    text = Text(f"{_line(figure.what)} ")
    if not figure.before:
        return text.append_text(_marked(_line(figure.after), True, colours=colours))
    text.append_text(_marked(_line(figure.before), False, colours=colours))
    return text.append("→ ").append_text(_marked(_line(figure.after), True, colours=colours))


def _figure_line(figure: FigureChange) -> str:
    return f"{figure.what} {figure.before} → {figure.after}" if figure.before else f"{figure.what}: {figure.after}"


def _names(sign: str, names: Sequence[str]) -> str:
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return f"{sign} {', '.join(names[:_MOST_NAMED])}{more}" if names else ""


def _coloured(text: str, sign: str) -> Text:
    return Text(printable(text), style="green" if sign == "+" else "red")


def _marked(text: str, came: bool, *, colours: bool) -> Text:
    word = text.rstrip()
    space = text[len(word) :] or " " * (not came)
    if colours:
        return Text.assemble((word, _NEW if came else _OLD), space)
    return Text(f"{{+{word}+}}{space}" if came else f"[-{word}-]{space}")


def _pieces(old: list[str], new: list[str]) -> Iterator[tuple[str, bool | None]]:
    """The pieces of both texts in order: None what stayed, True what came, False what went.

    A word of three letters between two changes is taken into them: the eye finds 'of' in any two sentences.
    """
    gone, come = "", ""
    for kind, a, b, c, d in _operations(old, new):
        stayed = "".join(new[c:d]) if kind == "equal" else ""
        if stayed and sum(map(str.isalnum, stayed)) > _SHORT:
            yield from _both(gone, come)
            yield stayed, None
            gone, come = "", ""
        else:
            gone, come = gone + "".join(old[a:b]), come + "".join(new[c:d])
    yield from _both(gone, come)


def _operations(old: list[str], new: list[str]) -> Sequence[tuple[str, int, int, int, int]]:
    if len(old) + len(new) > _MOST_WORDS:
        return [("replace", 0, len(old), 0, len(new))]
    words_old, words_new = ([word.rstrip() for word in side] for side in (old, new))
    return SequenceMatcher(None, words_old, words_new, autojunk=False).get_opcodes()


def _both(gone: str, come: str) -> Iterator[tuple[str, bool | None]]:
    yield from ((text, came) for text, came in ((gone, False), (come, True)) if text)


def _line(text: str) -> str:
    return " ".join(printable(text).split())
