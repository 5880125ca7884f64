"""The toll of an event from all that its tellings say, and that of a story.

Numbers of one kind are alternatives, never added up, unless one sentence tells them side by side ('three soldiers and
two civilians'). A number that was replaced ('first put at 4') or is of a part ('among them two children') gives way;
one to which the toll 'rose' replaces the others; else the first telling's stands, which is the agency's own.
"""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from pipeline.enrichers.telling.facts import Telling
from pipeline.enrichers.telling.lexicon import listed
from pipeline.story import Casualties, CasualtyKind, Event, Toll

_BEFORE, _AFTER = 70, 30
"""Code points around a number in which words speak of it."""
_CLAUSE = re.compile(r"[.;:!?](?:\s|$)|,\s(?:and|but|while)\s")
_MEASURE = re.compile(r"\bsince\b[^.;]{0,60}\bwhen\b[^.;]*$")
"""'the deadliest since 1999, when a man killed nine': the nine are of 1999."""
_WORD = re.compile(r"\w+")
_SIDE_BY_SIDE = re.compile(r"[^.;:]{0,40}?(?:,|,? and| as well as| plus) (?:at least |more than |another |about )?")
_ABOUT = re.compile(r"(?:at least|more than|about|nearly|some|another|around|up to|as many as)\s+$", re.IGNORECASE)


class _Number(NamedTuple):
    """A number with how much it is to be trusted: 2 where it replaces others, 1, or 0 where it was replaced."""

    toll: Casualties
    telling: int
    trust: int


def united(text: str, tellings: Sequence[Telling]) -> tuple[Casualties, ...]:
    """The numbers that hold of those in the tellings, kinds in the order of their first."""
    found: dict[CasualtyKind, list[_Number]] = {}
    seen: set[tuple[CasualtyKind, int, int]] = set()
    for number, telling in enumerate(tellings):
        for count in telling.event.casualties:
            key = (count.kind, count.span.start, count.span.end)
            if key not in seen and not _MEASURE.search(text, telling.event.trigger.end, count.span.start):
                seen.add(key)
                found.setdefault(count.kind, []).append(_Number(count, number, _trust(text, count)))
    return tuple(count for numbers in found.values() for count in _valid(text, numbers))


def _trust(text: str, count: Casualties) -> int:
    start, end = count.span.start, count.span.end
    before = _CLAUSE.split(text[max(start - _BEFORE, 0) : start])[-1]
    before = _ABOUT.sub("", before)
    words = [word.lower() for word in _WORD.findall(before)]
    after = [word.lower() for word in _WORD.findall(_CLAUSE.split(text[end : end + _AFTER])[0])]
    last = words[-1] if words else ""
    if not listed("replaced").isdisjoint([*words, *after]) or last in listed("replaced_after") | listed("part_before"):
        return 0
    if after[:1] == ["of"] and not listed("part_of").isdisjoint(after[1:2]):
        return 0
    return 2 if not listed("risen").isdisjoint(words) and "to" in words else 1


def _valid(text: str, numbers: Sequence[_Number]) -> list[Casualties]:
    """The one to be preferred and those beside it, then what others say instead: the last of those that replace
    others, else the first told."""
    trust = max(each.trust for each in numbers)
    best = [each for each in numbers if each.trust == trust]
    chosen = best[-1] if trust == 2 else _first(best)
    found = _sum_of(text, chosen.toll, [each.toll for each in best if each.telling == chosen.telling])
    others = [each.toll for each in best if each.telling != chosen.telling and trust == 1]
    for other in others:
        if all(other.low != each.low for each in found) and (
            other.low > sum(each.low for each in found) or _is_counted(text, other)
        ):
            found.append(other)
    return found


def _is_counted(text: str, count: Casualties) -> bool:
    """Whether a number is told as a toll, so that a lower one is another's count and no part: 'put the toll at 22'."""
    before = _CLAUSE.split(text[max(count.span.start - _BEFORE, 0) : count.span.start])[-1]
    return not listed("counting").isdisjoint(before.lower().split())


def _first(numbers: Sequence[_Number]) -> _Number:
    """The largest of the first telling that has any: 'killed 17, four of them children'."""
    told = numbers[0].telling
    return max((each for each in numbers if each.telling == told), key=lambda each: each.toll.low)


def _sum_of(text: str, chosen: Casualties, told: Sequence[Casualties]) -> list[Casualties]:
    """The numbers told side by side of which `chosen` is one: 'three soldiers and two civilians'."""
    run: list[Casualties] = []
    for each in sorted(told, key=lambda count: count.span.start):
        if run and not _stand_together(text, run[-1], each):
            if chosen in run:
                break
            run = []
        run.append(each)
    return [chosen] if _is_total(run) else run


def _stand_together(text: str, one: Casualties, other: Casualties) -> bool:
    return bool(_SIDE_BY_SIDE.fullmatch(text, one.span.end, other.span.start))


def _is_total(run: Sequence[Casualties]) -> bool:
    """Whether the first number is that of all: 'killed 12 people, eight women and four men'."""
    first, rest = run[0], run[1:]
    people = not listed("anybody").isdisjoint(first.span.text.lower().split())
    return bool(rest) and people and first.low >= sum(each.low for each in rest)


def story_toll(text: str, events: Sequence[Event]) -> tuple[Toll, ...]:
    """That of the main event; where it cost nobody, of the event of the news that cost most."""
    main = next((event for event in events if event.main and event.casualties), None)
    harmful = [event for event in events if event.status == "asserted" and event.casualties]
    chosen = main if main and main.status == "asserted" else max(harmful, key=severity, default=None)
    return tuple(_sums(text, chosen.casualties)) if chosen else ()


_ORDER: tuple[CasualtyKind, ...] = ("killed", "missing", "wounded", "detained", "displaced")


def severity(event: Event) -> tuple[int, ...]:
    """For comparing events: the preferred number of each kind, the killed first."""
    preferred: dict[CasualtyKind, int] = {}
    for count in event.casualties:
        preferred.setdefault(count.kind, count.low)
    return tuple(preferred.get(kind, 0) for kind in _ORDER)


def _sums(text: str, counts: Iterable[Casualties]) -> list[Toll]:
    by_kind: dict[CasualtyKind, list[Casualties]] = {}
    for count in counts:
        by_kind.setdefault(count.kind, []).append(count)
    return [_sum(kind, _sum_of(text, numbers[0], numbers)) for kind, numbers in by_kind.items()]


def _sum(kind: CasualtyKind, numbers: Sequence[Casualties]) -> Toll:
    highs = [each.high for each in numbers]
    known = [high for high in highs if high is not None]
    return Toll(kind=kind, low=sum(each.low for each in numbers), high=sum(known) if len(known) == len(highs) else None)
