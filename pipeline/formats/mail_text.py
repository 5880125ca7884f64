"""The text of a mail: what its sender wrote, without what mail programs and legal departments add to it."""

import binascii
import re
from dataclasses import dataclass, replace

from pipeline.formats import markup, wire_copy
from pipeline.formats.wire_copy import Copy

_SIGNATURE = re.compile(r"^--[ \t]?$", re.MULTILINE)
_LONGEST_SIGNATURE = 2000
_LONGEST_DISCLAIMER = 6000
_MOST_DISCLAIMERS = 12
_MOST_FORWARDING_LINES = 12
_LONGEST_UU = 80
_MOST_FILES = 500
_DISCLAIMER = re.compile(
    r"\b(?:this|the information (?:contained )?in this) (?:e-?mail|message|communication|transmission)\b.{0,200}"
    r"\b(?:confidential|privileged|intended (?:solely|only|recipient)|virus)"
    r"|\bif you (?:are not the intended|have received this)\b"
    r"|\bbefore printing this (?:e-?mail|message)|consider the environment before printing"
    r"|\bdiese e-?mail\b.{0,100}\bvertraulich|\beste (?:mensaje|correo)\b.{0,100}\bconfidencial"
    r"|\bce (?:message|courriel|mail)\b.{0,100}\bconfidentiel"
    r"|^(?:confidentiality (?:notice|note)|disclaimer|legal notice)\b",
    re.IGNORECASE | re.DOTALL,
)
_FORWARDED = re.compile(
    r"^(?:-{2,}[ ]?(?:forwarded message|original message|weitergeleitete nachricht|ursprüngliche nachricht"
    r"|mensaje reenviado|mensaje original|message transféré|message d'origine)[^\n]{0,40}-{2,}"
    r"|begin forwarded message:)[ \t]*$",
    re.IGNORECASE | re.MULTILINE,
)
_FORWARDED_HEADER = re.compile(r"^\*?[A-ZÀ-Þ][\w -]{1,20}\*?:[ \t]")
_COVER = re.compile(
    r"\b(?:attach(?:ed|ment|ments|ing)?|enclosed|herewith|fyi|forward(?:ed|ing)?|see below|anbei|anhang|anlage"
    r"|angehängt|beigefügt|weitergeleitet|adjunt[oa]s?|adjuntamos|anexo|ci-jointe?s?|pi[eè]ces? jointes?|allegat[oi]"
    r"|bijlage|bijgevoegd|vedlagte?|bifogat)\b",
    re.IGNORECASE,
)
_MOST_COVER_WORDS = 60
_LONGEST_COVER = 1000
_UU_BEGIN = re.compile(r"begin [0-7]{3,4} (\S[^\n]{0,200})")


@dataclass(slots=True, kw_only=True)
class Body:
    """The text of one part, or of several that stand one after another."""

    text: str
    laid_out: bool = False
    """Its paragraphs are known, one blank line between them, as those of HTML; else they are to be found."""
    signature: str | None = None
    disclaimer: str | None = None
    forwarded: str | None = None
    """The header that a mail program puts above a text that is forwarded."""

    def copy(self, *, with_headline: bool) -> Copy:
        """Its parts, as those of any wire copy."""
        if self.laid_out:
            return wire_copy.read_paragraphs(self.text.split("\n\n") if self.text else [], with_headline=with_headline)
        return wire_copy.read(self.text, with_headline=with_headline)

    @property
    def is_cover_note(self) -> bool:
        """Whether it only says that something is attached."""
        if not self.text.strip():
            return True
        short = len(self.text) <= _LONGEST_COVER and len(self.text.split()) <= _MOST_COVER_WORDS
        return short and _COVER.search(self.text) is not None


def of_html(html: str) -> Body:
    """The text of an HTML part."""
    return Body(text="\n\n".join(markup.paragraphs(html)), laid_out=True)


def unflowed(text: str, *, delsp: bool) -> str:
    """Text of format=flowed (RFC 3676) with its soft line breaks undone; quoted text keeps its marks."""
    whole: list[list[str]] = []
    flowing: int | None = None  # the depth of quotation in which the line before goes on
    for line in text.split("\n"):
        depth = len(line) - len(line.lstrip(">"))
        content = line[depth:].removeprefix(" ")
        soft = content.endswith(" ") and content != "-- "
        piece = content[:-1] if soft and delsp else content
        if flowing == depth and content != "-- ":
            whole[-1].append(piece)
        else:
            whole.append([f"{'>' * depth} {piece}" if depth else piece])
        flowing = depth if soft else None
    return "\n".join("".join(pieces).rstrip() if len(pieces) > 1 else pieces[0] for pieces in whole)


def without_files(text: str) -> tuple[str, list[tuple[str, bytes]]]:
    """Text without the uuencoded files in it, and those: name and bytes. What is broken stays text."""
    kept: list[str] = []
    files: list[tuple[str, bytes]] = []
    name, encoded = "", list[str]()
    for line in text.split("\n"):
        if not encoded and len(files) < _MOST_FILES and (found := _UU_BEGIN.fullmatch(line)):
            name, encoded = found[1].strip(), [line]
        elif not encoded:
            kept.append(line)
        elif line == "end":
            files.append((name, b"".join(map(_uudecoded, encoded[1:]))))
            encoded = []
        elif len(line) <= _LONGEST_UU and (line[:1] in " `" or _uudecoded(line)):
            encoded.append(line)
        else:
            kept.extend([*encoded, line])
            encoded = []
    return "\n".join([*kept, *encoded]), files


def _uudecoded(line: str) -> bytes:
    try:
        return binascii.a2b_uu(line)
    except (binascii.Error, ValueError):
        return b""


def stripped(body: Body) -> Body:
    """`body` with its signature, disclaimer and forwarding header in fields of their own."""
    text, signature = _cut(body.text, _SIGNATURE)
    text, disclaimer = _without_disclaimer(text)
    text, forwarded = _without_forwarding(text)
    return replace(body, text=text, signature=signature, disclaimer=disclaimer, forwarded=forwarded)


def _cut(text: str, mark: re.Pattern[str]) -> tuple[str, str | None]:
    """What stands before the last mark, and what stands after it, where that is no more than a signature may be."""
    start = max(len(text) - _LONGEST_SIGNATURE, 0)
    found = next(mark.finditer(text, start), None)
    if found is None or not text[found.end() :].strip():
        return (text if found is None else text[: found.start()].rstrip()), None
    return text[: found.start()].rstrip(), text[found.end() :].strip()


def _without_disclaimer(text: str) -> tuple[str, str | None]:
    """The text before the disclaimer at its end, and that: from the first of the last paragraphs that is one."""
    pieces = list(re.finditer(r"(?:[^\n]+(?:\n|\Z))+", text[-_LONGEST_DISCLAIMER:]))
    offset = max(len(text) - _LONGEST_DISCLAIMER, 0)
    for piece in pieces[-_MOST_DISCLAIMERS:]:
        if _DISCLAIMER.search(piece[0][:1000]):
            start = offset + piece.start()
            return text[:start].rstrip("\n _*=-"), text[start:].strip()
    return text, None


def _without_forwarding(text: str) -> tuple[str, str | None]:
    """The text that is forwarded, where nothing stands above it, and the header it was given."""
    found = _FORWARDED.match(text.lstrip()[:200])
    if not found:
        return text, None
    lines = text.lstrip()[found.end() :].lstrip("\n").split("\n")
    header: list[str] = []
    while lines and (_FORWARDED_HEADER.match(lines[0]) or (header and lines[0][:1] in " \t" and lines[0].strip())):
        header.append(lines.pop(0).strip())
        if len(header) > _MOST_FORWARDING_LINES:
            return text, None
    return "\n".join(lines).lstrip("\n"), "\n".join(header) or None


def joined(bodies: list[Body]) -> Body:
    """Several texts as one; laid out where one of them is."""
    if len(bodies) == 1:
        return bodies[0]
    return Body(text="\n\n".join(body.text.strip("\n") for body in bodies), laid_out=any(b.laid_out for b in bodies))
