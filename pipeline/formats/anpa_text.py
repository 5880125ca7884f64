"""The text of an ANPA 1312 story: lines told apart by typesetting codes.

^ ... < or = or >     a line set by itself: the keyword line, headlines, notes, bylines, subheads; it ends with a
                      quad code (left, centre, right) and may go on in lines without a code of their own
HT or blanks          the beginning of a paragraph
BS (tab line)         a row of a table, its cells apart by US, RS or ';'
DLE                   a blank that may not break
FF ... VT             an instruction to the typesetter;  SO, SI, DC1 to DC4: type faces; dropped
CAN                   kills the word before it
FS, GS, RS            spaces of fixed width
`` ''  _  {           quotation marks, a dash, one half
"""

import re
from dataclasses import dataclass, field

from pipeline.formats import advisories, bylines, layout, signals, wire_copy
from pipeline.formats.notice_words import label_kind
from pipeline.formats.times import find_time
from pipeline.formats.transmission import without_killed_words
from pipeline.story import Headline

KILLS = {"kill": "kill", "bust": "kill", "elimination": "kill", "withhold": "withhold", "hold": "withhold"}
_INSTRUCTION = re.compile(rb"\x0c[^\x0b\x0c\n]{0,80}\x0b")
_DROPPED = b"\x01\x02\x03\x04\x07\x0b\x0c\x0e\x0f\x11\x12\x13\x14"
_CELLS = re.compile(rb"[ \t]*[\x1e\x1f](?:[ \t]*[\x1e\x1f])*[ \t]*")
_SPACES = bytes.maketrans(b"\x10\x1c\x1d\x1e\x1f", b"     ")
_PARAGRAPH = re.compile(rb"^(?:\t|   )[ \t]*(?=[^\s^\x08])", re.MULTILINE)
_SET_LINE = re.compile(rb"^[ \t]*\^", re.MULTILINE)
_TAB_LINE = re.compile(rb"^\x08+\^?(?P<cells>[^\n]*)", re.MULTILINE)
_TWO = re.compile(rb"<[ ]*\^")
_QUADS = ("<", "=", ">", "@")
_QUAD = re.compile(r"\s*(?:@?[<=>]|@)\s*$")
_PLUS = re.compile(r"\+\s*$")
_ROW = re.compile(r"[^;]{0,60}(?:;[^;]{0,40}){2,}")
_WIDEST_CELL = 60
_MOST_LINES = 500_000
"""No honest story has more: those beyond are one paragraph, since hostile copy must not cost time."""
_MARKS = re.compile(r"\n(?:\t[PQR])?|\t")
_KEYWORDS = re.compile(r"(?:[A-Za-z]{2}-{1,2}\S.{0,120}|.{2,80},\s?\d{2,4}$)")
_CYCLE = re.compile(r"[ABP][CMP]-", re.IGNORECASE)
_WORDS = re.compile(r",\s*(?P<words>\d{0,4})\s*$")
_CODE = re.compile(r"\$?[A-Za-z]*\d[\w-]{0,12}|\*\d{3,5}|code:\S{1,12}")
_LABEL = re.compile(r"(?P<label>HL|INDEX|SYMBOL|Update|UPDATE):\s?(?P<content>.+)")
_NOTE = re.compile(
    r"\(?eds\b|\(?with\b.{0,40}\bphotos?\b|\w+ (?:photos?|graphics?|video)\b\W*(?:[A-Z]{2,}\d|available|with|$)"
    r"|repeating\b|\(?minor edits",
    re.IGNORECASE,
)
_KILL = re.compile(
    r"\W*(?:(?:MANDATORY|BULLETIN|STORY|EDITORS?|URGENT)\W+)*(?P<kill>KILL|ELIMINATION|WITHHOLD)\W*$"
    r"|.{0,160}\b(?:Mandatory|Bulletin|Story) (?P<named>Kill|Elimination|Withhold)\b.{0,20}$"
)
_WITHHELD = re.compile(r",\s*(?:mandatory|bulletin)\s+(?:withhold|elimination)\s*$", re.IGNORECASE)
_RELEASE = re.compile(r"\W*(?:hold )?for release\b|\$?adv\d|.{0,120}, ?adv ?\d", re.IGNORECASE)
_HALF = re.compile(r"(?<=\d)\{|(?<![^\s;])\{(?![^\s;])")
_RULE = re.compile(r"[-_=+*.~ ]{3,}")
_CREDIT = re.compile(r"={2,}\s*(?P<agency>\w[\w .-]{1,30})")
_SPECIAL = re.compile(r"``|''|[{_]")
_DASH = re.compile(r"(?<!\S)_(?=\s)|(?<=\s)_(?!\S)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The parts of a text: copy, and what only this format says."""

    copy: wire_copy.Copy
    headlines: tuple[Headline, ...] = ()
    extra: dict[str, str] = field(default_factory=dict)


def marked(text: bytes) -> bytes:
    """`text` without control codes, its lines marked by kind, so that it survives decoding: HT Q set by itself, HT P
    paragraph, HT R row (cells apart by HT); any other goes on."""
    text = without_killed_words(text) if b"\x18" in text else text
    text = _TWO.sub(b"<\n^", _INSTRUCTION.sub(b"", text).translate(None, _DROPPED))
    text = _SET_LINE.sub(b"\tQ", _PARAGRAPH.sub(b"\tP", text))
    text = _TAB_LINE.sub(lambda line: b"\tR" + _CELLS.sub(b"\t", line["cells"]), text)
    return text.translate(_SPACES, b"\x08")


def read(text: str, *, keyword: str | None, tabular: bool) -> Reading:
    """The parts of `text`, which is `marked` and decoded; `keyword` is the header's, cut short at 24 characters."""
    head, body = _blocks(text, tabular=tabular)
    titles = _Head(keyword=keyword, tabular=tabular)
    rest: list[str] = []
    for line in head:
        # Where all lines are set by themselves, as in a list of headlines, those below the first are the text.
        below = not body and bool(titles.titles) and not titles.stopped
        rest.extend([line] if below or not titles.take(line) else [])
    if titles.stopped and not body:  # a kill has no headline: its lines say which story is meant
        body, titles.titles = titles.titles, []
    more = titles.titles[1:]
    copy = wire_copy.read_paragraphs([*(more if tabular else []), *rest, *body], with_headline=False)
    titles.give(copy)
    copy.lines = [*head, *body]
    if copy.paragraphs and (credited := _CREDIT.fullmatch(copy.paragraphs[-1])):
        copy.paragraphs.pop()
        copy.credits.append(credited["agency"])
    extended = () if tabular else tuple(Headline(text=title, role="extended") for title in more)
    return Reading(copy=copy, headlines=extended, extra=titles.extra)


def _blocks(text: str, *, tabular: bool) -> tuple[list[str], list[str]]:
    """The lines of the head, and the paragraphs and tables below it."""
    head: list[list[str]] = []
    body: list[list[str]] = []
    rows: list[str] = []
    open_ = False
    lines = text.split("\n", _MOST_LINES)
    beyond = _MARKS.sub(" ", lines.pop()).strip() if len(lines) > _MOST_LINES else ""
    for line in lines:
        kind, content = (line[1:2], line[2:]) if line[:1] == "\t" else ("C", line)
        if kind == "R" or (tabular and kind in "PC" and _ROW.fullmatch(content.removesuffix("<"))):
            rows.append(content.removesuffix("<"))
            open_ = False
            continue
        if rows:
            body.extend([block] for block in _table(rows))
            rows = []
        content = content.strip()
        ends = _QUAD.search(content, max(len(content) - 20, 0)) if content[-1:] in _QUADS else None
        shown = _characters(content[: ends.start()] if ends else content, tabular=tabular)
        blocks = head if not body and kind in "QC" else body
        if kind == "C" and open_ and (body or head) and content[:2] != "==":
            (body or head)[-1].extend([shown] if shown else [])
        elif shown and not _RULE.fullmatch(shown):
            blocks.append([_PLUS.sub("", shown) if blocks is head else shown])
        open_ = content != "" and not ends and not (blocks is head and kind == "C")
    return [" ".join(parts) for parts in head], [
        *(" ".join(parts) for parts in body),
        *_table(rows),
        *([beyond] if beyond else []),
    ]


def _characters(text: str, *, tabular: bool = False) -> str:
    if "  " in text and not tabular:
        text = " ".join(text.split())
    if _SPECIAL.search(text):
        text = text.replace("``", "“").replace("''", "”")
        text = _HALF.sub("½", _DASH.sub("—", text))
    return text.strip()


def _table(lines: list[str]) -> list[str]:
    """Rows as blocks of text: cells in columns; what has no cells as lines of text laid out by hand."""
    blocks: list[str] = []
    rows: list[list[str]] = []
    plain: list[str] = []
    for line in [*lines, ""] if lines else []:
        cells = [_cell(cell) for cell in (line.split("\t") if "\t" in line.strip() else line.split(";"))]
        if len(cells) > 1 and max(map(len, cells)) <= _WIDEST_CELL and (len(cells) > 2 or "\t" in line):
            blocks.extend(_laid_out(plain))
            plain = []
            rows.append(cells)
            continue
        blocks.extend([layout.aligned(rows)] if rows else [])
        rows = []
        plain.append(line)
    return [*blocks, *_laid_out(plain)]


def _cell(text: str) -> str:
    return "—" if text.strip() == "_" else _characters(text)


def _laid_out(lines: list[str]) -> list[str]:
    text = "\n".join("" if _RULE.fullmatch(line.strip()) else _HALF.sub("½", line.expandtabs()) for line in lines)
    return layout.paragraphs(text, lambda *_: False)


@dataclass(slots=True)
class _Head:
    """What the lines above the text are, taken one after another."""

    keyword: str | None
    tabular: bool
    titles: list[str] = field(default_factory=list)
    extra: dict[str, str] = field(default_factory=dict)
    _copy: wire_copy.Copy = field(default_factory=wire_copy.Copy)
    _affiliated: bool = False

    @property
    def stopped(self) -> bool:
        """Whether the story is a kill, asks to be withheld or releases another."""
        return any(map(label_kind, self._copy.signals))

    def take(self, line: str) -> bool:
        """Whether `line` belongs to the head; False for the first words of the text: what is set below the byline."""
        copy = self._copy
        if killed := _KILL.match(line):
            copy.signals.append(KILLS[(killed["kill"] or killed["named"]).lower()])
        if _RELEASE.match(line) or advisories.is_embargo(line):
            copy.embargoed = True
            copy.embargo = copy.embargo or find_time(line)
        if copy.slugline is None and not self.titles and self._is_keyword_line(line):
            self._take_keywords(line)
        elif killed or _RELEASE.match(line) or advisories.is_embargo(line) or self._is_note(line):
            copy.notes.append(line)
        elif label := _LABEL.fullmatch(line):
            self._take_labelled(label["label"].upper(), label["content"])
        elif _CODE.fullmatch(line):
            self.extra["codes"] = f"{self.extra.get('codes', '')} {line}".strip()
        elif copy.byline is None and bylines.is_byline(line):
            copy.byline = line
            copy.authors.extend(bylines.authors(line))
        elif copy.byline and (bylines.is_title(line) or self._is_affiliation(line)):
            copy.byline += f", {line}"
            self._affiliated = True
        elif copy.byline:
            return False
        else:
            self.titles.append(line)
        return True

    def give(self, copy: wire_copy.Copy) -> None:
        """Add what was taken to the parts of the text."""
        mine = self._copy
        found, headline = signals.peel(self.titles[0]) if self.titles else ((), "")
        copy.signals[:0] = [*mine.signals, *found]
        copy.slugline = mine.slugline or copy.slugline
        copy.headline = headline or None
        copy.byline = mine.byline or copy.byline
        copy.authors[:0] = mine.authors
        copy.notes[:0] = mine.notes
        copy.keywords[:0] = mine.keywords
        copy.embargoed = copy.embargoed or mine.embargoed
        copy.embargo = copy.embargo or mine.embargo

    def _is_keyword_line(self, line: str) -> bool:
        short = re.sub(r"\W+", "", self.keyword or "").lower()[:8]
        same = bool(short) and re.sub(r"\W+", "", _CYCLE.sub("", line)).lower().startswith(_CYCLE.sub("", short)[:6])
        return len(line) <= 120 and (same or _KEYWORDS.fullmatch(line) is not None)

    def _take_keywords(self, line: str) -> None:
        if counted := _WORDS.search(line):
            self.extra |= {"wordcount_text": counted["words"]} if counted["words"] else {}
        found, slugline = signals.slug(_WITHHELD.sub("", _WORDS.sub("", line)))
        self._copy.signals.extend(found)
        self._copy.slugline = slugline.strip(" ,") or line

    def _is_affiliation(self, line: str) -> bool:
        """Whether the line right below the byline is whom its authors write for."""
        return not self.tabular and not self._affiliated and len(line.split()) <= 4 and line.istitle() | line.isupper()

    def _is_note(self, line: str) -> bool:
        return advisories.is_advisory(line) or _NOTE.match(line) is not None

    def _take_labelled(self, label: str, content: str) -> None:
        if label == "HL":
            self.titles.insert(0, content)
        elif label == "INDEX":
            self._copy.keywords.extend(word.strip() for word in content.split(",") if word.strip())
        elif label == "UPDATE":
            self._copy.notes.append(content)
        else:
            self.extra[label.lower()] = content
