"""The text of an IPTC 7901 story: its head up to a line that ends with '=', copy, and an editorial notebook.

(Eil)                                    what the copy calls itself, in brackets or capitals
Brücke bei Passau gesperrt
Von Anna Weber, Agentur =                 byline; '=' ends the head
Passau (Agentur) - Die Brücke ...         copy
# Notizblock                              for editors, down to the end
"""

import re
from dataclasses import dataclass
from itertools import pairwise

from pipeline.formats import advisories, bylines, layout, signals, wire_copy
from pipeline.formats.times import find_time
from pipeline.story import Dateline, Headline, Link

_LONGEST_HEAD = 16
_LONGEST_LINE = 200
_WRAPPED = 50
_NARROWEST, _WIDEST = 62, 100
"""Lines are broken near column 69: a shorter one ended by itself, and in a text with longer ones none was broken."""
_NOTEBOOK = re.compile(
    r"^(?:#{1,2} ?(?:\w+ )?(?:note ?book|note ?pad|notizblock|notizen|bloc-?notes|notas)\b.*"
    r"|(?:\* ){3,}\*?"
    r"|(?:the following information is not (?:intended )?for publication"
    r"|die folgenden informationen sind nicht zur veröffentlichung)\b.*)$",
    re.IGNORECASE | re.MULTILINE,
)
_LINK = re.compile(r"\[(?P<title>[^\]\n]{1,200})\]\((?P<href>https?://[^)\s]{1,500})\)")
_GERMAN = (
    r"blitz|eil(?:meldung)?|vorrang|achtung|hinweis|wiederholung|berichtigung|korrektur|aktualisierung|vorschau"
    r"|hintergrund|analyse|kommentar|porträt|portrait|reportage|feature|interview|korr-bericht|übersicht|extra"
    r"|planungshinweis|zusammenfassung|\d{1,2}\. (?:zusammenfassung|neufassung)|zurückgezogen|rectificatif|correct"
)
_NAMED = re.compile(rf"^\(?(?P<signal>{_GERMAN})\b\s*(?P<rest>.*)$", re.IGNORECASE)
_CAPITALS = re.compile(r"^(?=.*[A-ZÀ-Þ])[^a-zß-ÿ]{2,24}$")
_KILL = re.compile(r"^\W*(?:(?:KILL|ELIMINAR|ANNULATION|ANNULÉ|ANULADO)\b\W*){1,4}$")
_STORY = r"(?:meldung|text|bericht|beitrag|story|report|item|dépêche|nota)"
_NOT_TO_BE_USED = re.compile(
    rf"\b{_STORY}\b.{{0,80}}\b(?:nicht (?:mehr )?(?:zu )?verwend|zurückgezogen|withdrawn|annulée?\b|anulad[ao]\b)"
    rf"|\b(?:ziehen wir|withdraw|do not use|kill|ne pas utiliser|no utilizar)\b.{{0,40}}\b{_STORY}\b",
    re.IGNORECASE,
)
"""Of the story: a picture that must not be used is no reason to kill it."""
_REPLACES = re.compile(
    r"\b(?:neufassung|ersetzt|berichtigte|frühere|vorherige|earlier|previous|replaces|corrected|précédente?|remplace"
    r"|anterior|sustituye)\b",
    re.IGNORECASE,
)
"""Copy that takes the place of what must not be used, and is no kill itself."""
_EMBARGO = re.compile(
    r"\b(?:sperrfrist|embargo(?:ed)?|embargado)\b(?! (?:ist )?(?:aufgehoben|lifted|lev))", re.IGNORECASE
)
_EQUALS = re.compile(r"^(?P<head> *[^\W\d_][^\n=()]{1,60}\([^\n()]{2,40}\)) = ", re.MULTILINE)
_DATELINE = re.compile(
    r"(?P<places>[A-ZÀ-Þ][^\W\d_]*(?:[ '’./-]+[^\W\d_]+){0,5}\.?)(?:,? (?P<date>\d{1,2}[./]\d{1,2}\.?))?"
    r" \((?P<agency>[\w -]{2,20}(?:/[\w -]{2,20}){0,3})\)(?: [-–—=] ?| (?=[A-ZÀ-Þ«„“\"]))(?=\S)"
)
_END = re.compile(r"\n\s*(?P<mark>\./\.[ \t]*(?P<who>[\w/]{0,12}))\s*\Z")
_SIGN_OFF = re.compile(
    r"\n[ \t]*(?P<who>[^\W\dA-Z_]{2,6}(?:[ /][^\WA-Z_]{1,6}){1,8}|\([A-Z]{2,5}\\?/[a-z]{2,4}\))\s*\Z"
)
_VERSION = re.compile(
    r"\s*\((?P<version>(?P<number>\d{1,2})(?:ST|ND|RD|TH|DER)?(?: ?LEAD)?|CORRECT|RECTIFICATIF)\)\s*$"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The parts of a text: copy, and what only this format says."""

    copy: wire_copy.Copy
    version: str | None = None
    headlines: tuple[Headline, ...] = ()
    links: tuple[Link, ...] = ()


def read(text: str) -> Reading:
    """The parts of a story's text."""
    text, notebook = _split_notebook(text.strip("\n"))
    head, body = _split_head(text)
    body, marks, sign_offs = _split_end(body)
    notebook, _, more = _split_end(notebook)
    body = _with_tables(_unwrapped(_EQUALS.sub(r"\g<head> - ", body, count=1)))
    copy = wire_copy.read(body, with_headline=not head)
    copy.lines = [*_rejoined(head), *copy.lines]
    headlines = _read_head(copy, head)
    _read_dateline(copy)
    version = _read_version(copy)
    copy.notes.extend([notebook.strip()] if notebook.strip() else [])
    copy.credits.extend([*sign_offs, *more])
    copy.end_marks.extend(marks)
    links = tuple(Link(rel="seeAlso", title=link["title"], href=link["href"]) for link in _LINK.finditer(notebook))
    return Reading(copy=copy, version=version, headlines=headlines, links=links)


def _split_notebook(text: str) -> tuple[str, str]:
    found = _NOTEBOOK.search(text)
    return (text[: found.start()].rstrip(), text[found.start() :]) if found else (text, "")


def _split_end(text: str) -> tuple[str, list[str], list[str]]:
    """The text without end marks and the desk's initials at its end; those marks and those initials."""
    marks: list[str] = []
    sign_offs: list[str] = []
    for _ in range(3):
        tail = "\n" + text[-100:]
        mark = _END.search(tail)
        initials = None if mark or sign_offs else _SIGN_OFF.search(tail)
        found = mark or initials
        if not found:
            break
        marks[:0] = ["./."] if mark else []
        sign_offs.extend([found["who"]] if found["who"] else [])
        text = text[: max(len(text) - len(tail) + 1 + found.start(), 0)].rstrip()
    return text, marks, sign_offs


def _split_head(text: str) -> tuple[list[str], str]:
    """The lines of the head, and the rest of the text; no head where no line near the beginning ends with '='."""
    lines = text[: _LONGEST_HEAD * _LONGEST_LINE].split("\n")[:_LONGEST_HEAD]
    for number, line in enumerate(lines):
        if line.rstrip().endswith("="):
            end = sum(len(before) + 1 for before in lines[: number + 1])
            head = [*lines[:number], line.rstrip()[:-1]]
            return [" ".join(one.split()) for one in head if one.strip()], text[end:].strip()
    return [], text


def _unwrapped(text: str) -> str:
    """`text` with lines joined that were broken for want of room: the next word would have made them the longest."""
    lines = text.split("\n")
    width = max(map(len, lines))
    if width > _WIDEST:
        return text
    width = max(width, _NARROWEST)
    groups = [[lines[0]]]
    for line, following in pairwise(lines):
        first = following.split(maxsplit=1)[:1]
        full = bool(first) and len(line) + 1 + len(first[0]) > width and not following.startswith("  ")
        if full and not layout.is_row(line) and not layout.is_row(following):
            groups[-1].append(following.strip())
        else:
            groups.append([following])
    return "\n".join(map(" ".join, groups))


def _read_dateline(copy: wire_copy.Copy) -> None:
    """A dateline in lower case of a place or an agency that is not known, as it stands here by convention."""
    for number, paragraph in enumerate(copy.paragraphs[:4] if copy.dateline is None else []):
        if found := _DATELINE.match(paragraph):
            places = tuple(place.strip() for place in found["places"].split("/"))
            copy.dateline = Dateline(
                text=found[0].strip(), places=places, date=found["date"], agency=found["agency"].strip()
            )
            copy.paragraphs[number] = paragraph[found.end() :]
            return


def _read_version(copy: wire_copy.Copy) -> str | None:
    """Take a version such as '(2)' or '(3DER)' off the headline: its number."""
    found = _VERSION.search(copy.headline or "")
    if not found or not copy.headline:
        return None
    copy.headline = copy.headline[: found.start()]
    copy.signals.extend([] if found["version"].isdigit() else [found["version"].lower()])
    return found["number"]


def _read_head(copy: wire_copy.Copy, lines: list[str]) -> tuple[Headline, ...]:
    """Read the head into `copy`; headlines besides the main one, which is the last."""
    notes, copy.notes = copy.notes, []
    titles: list[str] = []
    joins = False
    for number, line in enumerate(_rejoined(lines)):
        last = number == len(lines) - 1
        if _take_remark(copy, line) or (not last and _take_signal(copy, line)):
            joins = False
        elif titles and copy.byline is None and bylines.is_byline(line):
            copy.byline = line
            copy.authors[:0] = bylines.authors(line)
        elif joins:
            titles[-1] += f" {line}"
            joins = len(line) >= _WRAPPED
        else:
            titles.append(line)
            joins = len(line) >= _WRAPPED
    copy.notes.extend(notes)
    if titles:
        found, headline = signals.peel(titles.pop())
        copy.signals.extend(found)
        copy.headline = headline or None
    return tuple(Headline(text=title, role="overline") for title in titles)


def _rejoined(lines: list[str]) -> list[str]:
    """`lines`, with a bracket that goes on in the next lines made one."""
    whole: list[str] = []
    for line in lines:
        if whole and whole[-1].startswith("(") and whole[-1].count("(") > whole[-1].count(")"):
            whole[-1] += f" {line}"
        else:
            whole.append(line)
    return whole


def _take_remark(copy: wire_copy.Copy, line: str) -> bool:
    """Take a line in brackets, an advisory, an embargo or a kill: what speaks to editors."""
    bracketed = line.startswith("(") and line.endswith(")")
    if _KILL.match(line):
        copy.signals.append("kill")
    elif not bracketed and not advisories.is_advisory(line) and not advisories.is_embargo(line):
        return False
    if _NOT_TO_BE_USED.search(line) and not _REPLACES.search(line):
        copy.signals.append("withdrawn")
    if _EMBARGO.search(line):
        copy.embargoed = True
        copy.embargo = copy.embargo or find_time(line)
    named = _NAMED.match(line)
    if named:
        copy.signals.append(named["signal"].lower())
    if not named or named["rest"].strip("() \a"):
        copy.notes.append(line)
    return True


def _take_signal(copy: wire_copy.Copy, line: str) -> bool:
    named = _NAMED.fullmatch(line)
    if signals.is_signal(line):
        copy.signals.extend(signals.peel(line)[0])
    elif (named and not named["rest"]) or _CAPITALS.match(line):
        copy.signals.append(line.lower())
    else:
        return False
    return True


def _with_tables(text: str) -> str:
    """`text` with tables of cells between vertical bars in columns apart by blanks."""
    if "|" not in text:
        return text
    done: list[str] = []
    rows: list[list[str]] = []
    for line in [*text.split("\n"), ""]:
        if line.startswith("|") and line.rstrip().endswith("|") and len(line) <= _LONGEST_LINE:
            rows.append([cell.strip() for cell in line.strip().strip("|").split("|")])
            continue
        done.extend([layout.aligned(rows)] if rows else [])
        rows = []
        done.append(line)
    return "\n".join(done)
