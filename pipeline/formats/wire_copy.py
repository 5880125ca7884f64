"""Wire copy: what stands above, around and below the text of a story, in whatever format the text came.

    head    signals ('UPDATE 2'), slug line, headline, keywords, notes to editors, embargo, byline; in any order
    body    begins with the dateline
    tail    credit lines, contacts, boilerplate, copyright, keywords, end mark; in any order

Nothing is lost: every line that is taken out of the text stands, as written, in some field.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain

from pipeline.formats import advisories, bylines, credit_lines, datelines, layout, signals
from pipeline.formats.times import find_time
from pipeline.story import Author, Dateline

_CYCLE = re.compile(r"(?:BC|AM|PM)-{1,2}\w")
_LONGEST_HEAD = 14
_LONGEST_HEADLINE = 280
_LONGEST_TAIL = 200
_MOST_CREDITS = 100
"""Lines that are looked at: no honest copy has more, and hostile copy must not cost time."""


@dataclass(slots=True, kw_only=True)
class Copy:
    """The parts of a piece of copy; lists are in the order of the text."""

    signals: list[str] = field(default_factory=list)
    slugline: str | None = None
    headline: str | None = None
    byline: str | None = None
    authors: list[Author] = field(default_factory=list)
    dateline: Dateline | None = None
    paragraphs: list[str] = field(default_factory=list)
    credits: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    keywords: list[str] = field(default_factory=list)
    copyright: list[str] = field(default_factory=list)
    end_marks: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    """All, as they stood before anything was taken out."""
    embargoed: bool = False
    embargo: datetime | None = None
    """When it ends, where the line says so without doubt."""


def read(text: str, *, with_headline: bool) -> Copy:
    """The parts of `text`. Without headline, as in formats with a field for it, no line is taken for one."""
    return read_paragraphs(layout.paragraphs(text, breaks), with_headline=with_headline)


def read_paragraphs(paragraphs: list[str], *, with_headline: bool) -> Copy:
    """As `read`, of text whose paragraphs are known."""
    copy = Copy()
    paragraphs = copy.lines = bylines.rejoined(credit_lines.rejoined(paragraphs))
    body = _read_head(copy, paragraphs, with_headline=with_headline)
    body = _read_dateline(copy, body)
    body = _read_tail(copy, body)
    _read_body(copy, body)
    credited = (who for line in copy.credits[:_MOST_CREDITS] for who in credit_lines.authors(line))
    copy.authors = list(dict.fromkeys([*copy.authors, *credited]))
    return copy


def breaks(line: str, following: str) -> bool:
    """Whether two lines are two paragraphs, however the text is wrapped."""
    return (not line[:1].islower() and _ends_paragraph(line)) or _begins_paragraph(following)


def _ends_paragraph(line: str) -> bool:
    return (
        signals.is_slug(line)
        or signals.is_signal(line)
        or advisories.labelled(line) is not None
        or bool(advisories.keywords(line))
        or (bylines.is_byline(line) and not line.endswith((",", " and")))
    )


def _begins_paragraph(line: str) -> bool:
    if bylines.is_byline(line) or credit_lines.is_sign_off(line):
        return True
    if line[:1].islower():
        return False
    return (
        (line[:1] in "([" and credit_lines.is_credit(line))
        or datelines.split(line)[0] is not None
        or advisories.is_end_mark(line)
        or bool(advisories.keywords(line))
    )


def _read_head(copy: Copy, paragraphs: list[str], *, with_headline: bool) -> list[str]:
    """Take the head off `paragraphs`; the rest."""
    start = _dateline_position(paragraphs)
    rest: list[str] = []
    for number, paragraph in enumerate(paragraphs[: _LONGEST_HEAD if start is None else start]):
        if _take_head_line(copy, paragraph):
            continue
        if with_headline and copy.headline is None and _is_headline(paragraph):
            _take_headline(copy, paragraph)
        elif start is None:
            return paragraphs[number:]
        else:
            rest.append(paragraph)
    return rest + paragraphs[_LONGEST_HEAD if start is None else start :]


def _dateline_position(paragraphs: list[str]) -> int | None:
    for number, paragraph in enumerate(paragraphs[:_LONGEST_HEAD]):
        if _is_cycled(paragraph):
            continue
        if datelines.split(paragraph)[0]:
            return number
        if number < len(paragraphs) - 1 and datelines.stands_alone(paragraph, first=number == 0):
            return number
    return None


def _is_cycled(paragraph: str) -> bool:
    """Whether a paragraph is a slug such as 'BC-EU--Italy-Ferry', and so no place with a dash."""
    return _CYCLE.match(paragraph) is not None or ("--" in paragraph[:40] and signals.is_slug(paragraph))


def _take_head_line(copy: Copy, line: str) -> bool:
    if advisories.is_embargo(line):
        copy.embargoed = True
        copy.embargo = copy.embargo or find_time(line)
        copy.notes.append(line)
    elif label := advisories.labelled(line):
        return _take_labelled(copy, *label)
    elif signals.is_signal(line):
        copy.signals.extend(signals.peel(line)[0])
    elif copy.slugline is None and signals.is_slug(line):
        _take_slug(copy, line)
    elif words := advisories.keywords(line):
        copy.keywords.extend(words)
    elif advisories.is_advisory(line):
        copy.notes.append(line)
    elif copy.byline is None and bylines.is_byline(line):
        copy.byline = line
        copy.authors.extend(bylines.authors(line))
    elif copy.byline is not None and bylines.is_title(line):
        copy.byline += f", {line}"
    else:
        return False
    return True


def _take_labelled(copy: Copy, label: str, content: str) -> bool:
    if label == "headline" and copy.headline is None:
        _take_headline(copy, content)
    elif label == "slug" and copy.slugline is None:
        _take_slug(copy, content)
    elif label == "byline" and copy.byline is None:
        copy.byline = content
        copy.authors.extend(bylines.authors(content))
    else:
        return False
    return True


def _take_slug(copy: Copy, line: str) -> None:
    found, rest = signals.slug(line)
    copy.signals.extend(found)
    copy.slugline = rest or None


def _is_headline(paragraph: str) -> bool:
    return (
        len(paragraph) <= _LONGEST_HEADLINE
        and "\n" not in paragraph
        and (not paragraph.endswith((".", ".”", '."', ".)")) or paragraph.endswith("..."))
        and paragraph[:1] not in "*•"
    )


def _take_headline(copy: Copy, line: str) -> None:
    found, rest = signals.peel(line)
    copy.signals.extend(found)
    copy.headline = " ".join(rest.split()) or None


def _read_dateline(copy: Copy, body: list[str]) -> list[str]:
    """Take the dateline off the body, wherever the head's left-over lines put it."""
    for number, paragraph in enumerate(body[:_LONGEST_HEAD]):
        if _is_cycled(paragraph):
            continue
        dateline, rest = datelines.split(paragraph)
        first = number == 0 and copy.headline is None and copy.slugline is None
        if dateline is None and number < len(body) - 1 and datelines.stands_alone(paragraph, first=first):
            dateline, rest = datelines.alone(paragraph), ""
        if dateline:
            copy.dateline = dateline
            return [*body[:number], *([rest] if rest.strip() else []), *body[number + 1 :]]
    return body


def _read_tail(copy: Copy, body: list[str]) -> list[str]:
    body = list(body)
    taken: list[tuple[list[str], list[str]]] = []
    while body and len(taken) < _LONGEST_TAIL and (taken_by := _tail_field(copy, body[-1])) is not None:
        last = body.pop()
        taken.append((taken_by, list(advisories.keywords(last)) or [last]))
    for list_, lines in reversed(taken):
        list_.extend(lines)
    return body


def _tail_field(copy: Copy, line: str) -> list[str] | None:
    """Where a line at the end of the text belongs; None for text."""
    if credit_lines.is_credit(line) or credit_lines.is_sign_off(line) or credit_lines.is_contribution(line):
        return copy.credits
    if advisories.is_copyright(line):
        return copy.copyright
    if advisories.is_advisory(line) or advisories.is_boilerplate(line):
        return copy.notes
    if advisories.is_end_mark(line):
        return copy.end_marks
    return copy.keywords if advisories.keywords(line) else None


def _read_body(copy: Copy, body: list[str]) -> None:
    inside: list[str] = []
    for number, paragraph in enumerate(body):
        text, credit = credit_lines.split_inline(paragraph)
        if paragraph[:1] in "([" and credit_lines.is_credit(paragraph):
            inside.append(paragraph)
        elif paragraph[:2] == "((" and advisories.is_advisory(paragraph):
            copy.notes.append(paragraph)
        elif number < 3 and copy.byline is None and bylines.is_byline(paragraph):
            copy.byline = paragraph
            copy.authors.extend(bylines.authors(paragraph))
        else:
            copy.paragraphs.append(text.strip("\n") if "\n" in text else text.strip())  # a table keeps its margin
            inside.extend([credit] if credit else [])
    copy.credits[:0] = inside


def all_signals(copy: Copy) -> tuple[str, ...]:
    """The signals, each once, 'embargoed' among them where there is an embargo line."""
    return tuple(dict.fromkeys([*copy.signals, *(["embargoed"] if copy.embargoed else [])]))


def located(copy: Copy) -> str | None:
    """Where the copy was filed: the first city of the dateline."""
    return copy.dateline.places[0] if copy.dateline and copy.dateline.places else None


def agency(copy: Copy) -> str | None:
    """The agency that the dateline names."""
    return copy.dateline.agency if copy.dateline else None


def repeats(abstract: str, headline: str | None, copy: Copy) -> bool:
    """Whether an abstract says nothing but the headline, or the beginning of the text, with dateline or without."""
    words = " ".join(datelines.split(" ".join(abstract.split()))[1].split())
    text = " ".join(" ".join(copy.paragraphs[:20]).split())
    return not words or words == headline or text.startswith(words)


def joined(lines: Iterable[str]) -> str | None:
    """Lines as one field: None for none."""
    return "\n".join(lines) or None


def joined_once(*lines: Iterable[str]) -> str | None:
    """All lines as one field, each once."""
    return joined(dict.fromkeys(chain.from_iterable(lines)))
