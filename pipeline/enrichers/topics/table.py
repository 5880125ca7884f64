"""IPTC's table of Media Topics (data/topics.tsv, CC BY 4.0), by code, by Subject Code and by name."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from pipeline.enrichers.folding import fold
from pipeline.enrichers.tables import members, rows
from pipeline.story import Topic

SCHEME = "medtop:"


@dataclass(frozen=True, slots=True)
class Row:
    """A topic of the table, under its 8 digits."""

    code: str
    parents: tuple[str, ...]
    """The codes above it, the broadest last."""
    retired: bool
    names: tuple[str, ...]
    """In English, German, French and Spanish; empty where there is none."""

    @property
    def top(self) -> str:
        """The top-level topic that it is or lies under."""
        return self.parents[-1] if self.parents else self.code


@cache
def table() -> dict[str, Row]:
    """The topics by code, broader ones before theirs."""
    found: dict[str, Row] = {}
    for code, parent, retired, _, *names in rows("topics.tsv"):
        parents = (parent, *found[parent].parents) if parent else ()
        found[code] = Row(code, parents, bool(retired), tuple(names))
    return found


@cache
def subject_codes() -> dict[str, str]:
    """IPTC Subject Code to Media Topic, as IPTC maps them; topics in force before withdrawn ones."""
    found: dict[str, str] = {}
    for code, _, _, subjects, *_ in sorted(rows("topics.tsv"), key=lambda row: row[2]):
        for subject in members(subjects):
            found.setdefault(subject, code)
    return found


@cache
def names() -> dict[str, str]:
    """Name, folded, to code: IPTC's in four languages, English before others and broader topics before narrower, then
    what the trade calls them."""
    found: dict[str, str] = {}
    for language in range(4):
        for row in sorted(table().values(), key=lambda row: (row.retired, len(row.parents))):
            found.setdefault(fold(row.names[language]), row.code)
    for code, called in rows("topic_names.tsv"):
        found.update((fold(name), code) for name in members(called))
    found.pop("", None)
    return found


def in_force(code: str) -> str:
    """The topic, or the nearest above it that IPTC has not withdrawn."""
    row = table()[code]
    return next(each for each in (code, *row.parents) if not table()[each].retired)


def topic(code: str, confidence: float, component: str) -> Topic:
    """The topic for a story."""
    row = table()[code]
    parents = tuple(SCHEME + parent for parent in row.parents)
    return Topic(code=SCHEME + code, name=row.names[0], parents=parents, confidence=confidence, component=component)


def with_tops(codes: Iterable[str]) -> list[str]:
    """The codes, each once, each followed by the top level above it unless that comes anyway."""
    ordered = list(dict.fromkeys(codes))
    return list(dict.fromkeys(each for code in ordered for each in (code, table()[code].top)))
