"""What the scorers count, story by story: right, wrong and missed, of each measure and class."""

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from pipeline.story import Span

T = TypeVar("T", bound=Hashable)
NONE = "-"
"""In a confusion: nothing there."""


@dataclass(frozen=True, slots=True)
class Error:
    """One fault of the enrichment, to be shown."""

    measure: str
    story: str
    sentence: str
    """'missed ASSAULT asserted'."""
    context: str
    """The text around it."""


@dataclass(slots=True)
class Tally:
    """The counts of one story; of a measure that is an accuracy what is not right is missed."""

    story: str
    text: str
    counts: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    """(measure, class) to right, wrong, missed."""
    confusions: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    """(what, gold, found): what stood where gold says something."""
    errors: list[Error] = field(default_factory=list)

    def add(self, measure: str, kind: str, right: int = 0, wrong: int = 0, missed: int = 0) -> None:
        """Count so many of a class."""
        counts = self.counts.setdefault((measure, kind), [0, 0, 0])
        for place, number in enumerate((right, wrong, missed)):
            counts[place] += number

    def judge(self, measure: str, kind: str, right: bool) -> None:
        """Count one of a measure that is an accuracy."""
        self.add(measure, kind, right=right, missed=not right)

    def compare(self, measure: str, kind: str, gold: Iterable[T], found: Iterable[T]) -> tuple[set[T], set[T]]:
        """Count what two sets share; what was missed and what is wrong."""
        wanted, given = set(gold), set(found)
        self.add(measure, kind, len(wanted & given), len(given - wanted), len(wanted - given))
        return wanted - given, given - wanted

    def error(self, measure: str, sentence: str, span: Span | None = None) -> None:
        """Remember a fault with the text around `span`."""
        self.errors.append(Error(measure, self.story, sentence, around(self.text, span) if span else ""))


def around(text: str, span: Span, width: int = 60) -> str:
    """`span` in brackets with so many code points on both sides."""
    before, after = text[max(0, span.start - width) : span.start], text[span.end : span.end + width]
    return " ".join(f"{before}[{text[span.start : span.end]}]{after}".split())


def matching(edges: Mapping[int, Sequence[int]]) -> dict[int, int]:
    """The largest one-to-one choice among `edges`, from each left number to the right ones in order of preference."""
    owner: dict[int, int] = {}
    for left in edges:
        _augment(left, edges, owner, set())
    return {left: right for right, left in owner.items()}


def _augment(left: int, edges: Mapping[int, Sequence[int]], owner: dict[int, int], tried: set[int]) -> bool:
    for right in edges[left]:
        if right not in owner:
            owner[right] = left
            return True
    for right in edges[left]:
        if right not in tried:
            tried.add(right)
            if _augment(owner[right], edges, owner, tried):
                owner[right] = left
                return True
    return False
