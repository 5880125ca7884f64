"""What looks like a figure and is none: numbers in names, ages, clock times, scores, ordinals, lines of tables."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator

from pipeline.enrichers.figure_amounts import Amount
from pipeline.enrichers.figure_words import figure_words
from pipeline.enrichers.words import Words, ends_sentence
from pipeline.story import Span

_COLUMN = re.compile(r"\t| {2,}")
_CLOCK = frozenset(["gmt", "utc", "est", "cet", "bst", "o", "oclock"])
_HALF_DAYS = frozenset(["am", "pm"])


def outside(read: Words, spans: Iterable[Span]) -> bytearray:
    """For every word whether it lies in one of the spans, or in a line of a table."""
    taken = bytearray(len(read))
    ranges = [(span.start, span.end) for span in spans]
    if "  " in read.text or "\t" in read.text:
        ranges += _table_lines(read.text)
    for start, end in ranges:
        first, last = bisect_left(read.starts, start), bisect_left(read.starts, end)
        taken[first:last] = b"\1" * (last - first)
    return taken


def _table_lines(text: str) -> Iterator[tuple[int, int]]:
    """Where the lines of three columns and more stand."""
    start = 0
    for line in text.split("\n"):
        if len(_COLUMN.split(line.strip())) > 2:
            yield start, start + len(line)
        start += len(line) + 1


def is_no_figure(read: Words, found: Amount) -> bool:
    """Whether the amount is part of a name, an age, a clock time, a score, an ordinal or a code."""
    return (
        _glued(read, found)
        or _is_age(read, found)
        or _is_clock(read, found)
        or (found.unit is None and _is_name(read, found))
        or (found.unit is None and _is_score(read, found))
        or read.at(found.first - 1) == "="
    )


def _glued(read: Words, found: Amount) -> bool:
    """'F-16', 'A320', '20th', '3D', 'covid-19', 'www.x.org/2019': letters that touch the number."""
    text, start, end = read.text, read.starts[found.first], read.ends[found.last]
    before, after = text[max(start - 2, 0) : start], text[end : end + 2]
    if before and (before[-1].isalnum() or before[-1] in "_/#@+"):  # '+' begins a telephone number
        return True
    if len(before) > 1 and before[1] in "-–" and before[0].isalpha():
        return True
    if after and (after[0].isalpha() or after[0] in "_@"):
        return True
    return len(after) == 2 and ((after[0] == "/" and after[1].isalnum()) or after == " =")


def _is_age(read: Words, found: Amount) -> bool:
    """'43-year-old', 'aged 43', '43 years old', '12 years of age'."""
    after = read.lower[found.last + 1 : found.last + 4]
    if after[:1] == ["old"] or after[:2] in (["-", "old"], ["of", "age"]):
        return True
    before = read.at(found.first - 1)
    return before in figure_words().aged or (before == "age" and found.unit is None)


def _is_clock(read: Words, found: Amount) -> bool:
    """'7:30', '10 a.m.', '0930 GMT', '10.30 pm'."""
    number = found.number.last
    after, beyond = read.at(number + 1), read.at(number + 2)
    if (after == ":" and read.adjoin(number) and beyond[:1].isdecimal()) or (
        read.at(found.first - 1) == ":" and read.adjoin(found.first - 1) and read.at(found.first - 2)[:1].isdecimal()
    ):
        return True
    if after in _CLOCK or after in _HALF_DAYS:
        return True
    return after in ("a", "p") and beyond == "." and read.at(number + 3) == "m"


def _is_name(read: Words, found: Amount) -> bool:
    """'Article 5', 'FTSE 100', 'No. 3': a number after a word with a capital, or after 'page', 'flight'."""
    before = found.first - 1
    if read.at(before) == "." and read.at(before - 1) in ("no", "nos"):
        return True
    word = read.at(before)
    if word in figure_words().numbered and not word.endswith("s"):
        return True
    if (
        not read.is_capital(before)
        or word in figure_words().opening | figure_words().harming
        or found.number.written != "digits"
    ):
        return False
    return (
        not (before == 0 or ends_sentence(read, before - 1))
        or read.text[read.starts[before] : read.ends[before]].isupper()
    )


def _is_score(read: Words, found: Amount) -> bool:
    """'2-1', '3–0', '6-4 6-3': two small numbers joined by a dash."""
    after = read.at(found.last + 1)
    touching = after in ("-", "–", ":") and read.adjoin(found.last) and read.at(found.last + 2)[:1].isdecimal()
    mark = read.at(found.first - 1)
    behind = read.adjoin(found.first - 1) and read.adjoin(found.first - 2) and not mark.isalnum()
    return touching or (behind and read.at(found.first - 2)[:1].isdecimal())
