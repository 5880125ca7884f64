"""Which stories a line of a kill names: by slug, headline, number, id or address.

Kill the story slugged BC-EU--Italy-Ferry, W7788, headlined "Ferry sinks off Ancona"       one story, three names
Kill W7788 and W7790, and the story headlined "Ferry found"                                 three stories
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from pipeline.formats import signals
from pipeline.formats.notice_words import MASK, NUMBERED, STORY, folded
from pipeline.story import Target

_QUOTED = re.compile(
    r"\"[^\"\n]{2,300}\"|“[^“”\n]{2,300}”|„[^„“”\n]{2,300}[“”]|«[^«»\n]{2,300}»|»[^«»\n]{2,300}«"
    r"|(?<!\w)['‘](?=\S)[^\n'‘’]{1,200}(?:['’](?=\w)[^\n'‘’]{1,200}){0,4}(?<=\S)['’](?=[.,;:!?)\]]|\s*$|\s+(?:and|or|und|et|y|sent|moved|filed|slugged|which"
    r"|because|issued|transmitted|published|as|at|from|on|is|are|has|have|must|may|was|were|by|vom|um|ist|wird|nicht"
    r"|envoy|est|queda|enviad)\b)"
)
_TIME = r"(?!\d|\s*(?:gmt|utc|uhr|hours|hrs|h\b|est|edt|et\b|cet|cest|mez|mesz|local|words)|[.:]\d)"
_NUMBER = r"(?:number|no\.?|nos\.?|nr\.?|num\.?|numero|nummern?|numbers|n[°º]|#)"
_WORDS = r"[^\W_][\w.&'’+]*(?:[-/]{1,2}[\w.&'’+]+)*/?"
_UNQUOTED = (
    r"[^\n.;\x01\"]{4,200}?(?=[.;]|\s*$|,\s|\s(?:\(|sent |moved |filed |transmitted |timed |slugged |issued |published"
    r"|because |which |is |has been |must |gesendet |vom \d|envoye|diffuse|enviad|difundid|publicad))"
)
_NAMES = re.compile(
    r"(?P<uri>(?<!\w)(?:https?://|urn:|tag:|mid:|doi:)[^\s<>\"'“”»)\]\x01]{3,500})"
    r"|\bmessage-id\b:?\s{0,3}<?(?P<mid>[^\s<>@]{1,200}@[^\s<>,;]{1,200})"
    r"|\b(?:guid|item[- ]id|doc-id|identifier|id)\b:?\s{1,3}(?P<id>(?=[\w:./@-]{0,60}\d)\w[\w:./@-]{3,200})"
    r"|\b(?:slug(?:ged|lined|line|s)?|key ?word(?:ed|s)?|stichwort(?:en?)?|mots?-cles?|clave|etiquetad[oa]s?)\b"
    rf"(?:\s(?:as|is|was|mit))?:?\s{{0,3}}(?P<slug>{MASK}{{3,304}}|{_WORDS})"
    r"|(?:\b(?:headlined|titled|entitled|betitelt(?: mit)?|uberschrieben(?: mit)?|titree?s?|intitulee?s?|titulad[oa]s?"
    r"|encabezad[oa]s?)\b:?|\b(?:headlines?|titles?|uberschrift|titel|titres?|titulos?|titular)(?::|(?=\s{0,3}\x01)))"
    rf"\s{{0,3}}(?P<headline>{MASK}{{3,304}}|{_UNQUOTED})"
    rf"|(?P<quoted>{MASK}{{3,304}})"
    rf"|{STORY} (?P<running>[a-z]{{2,8}} \d{{3,5}}){_TIME}"
    rf"|(?:{STORY}|\b{_NUMBER})\s{{0,2}}(?:{_NUMBER}\s{{0,2}})?(?P<number>\d{{3,6}}){_TIME}"
    rf"|(?:(?<=, )|(?<=\band )|(?<=\bund )|(?<=\bet )|(?<=\by ))(?P<more>\d{{3,6}}){_TIME}"
    rf"|(?P<numbered>{NUMBERED})(?![-/\w])"
    r"|(?P<token>(?<![-/\w])[^\W_][\w.&'’+]*(?:[-/]{1,2}[\w.&'’+]+)+/?)"
)
_CYCLE = re.compile(r"(?:BC|AM|PM)-{1,2}[A-ZÀ-Þ0-9]|[\w-]+--\w")
_JOINED = re.compile(r"\b(?:and|as well as|plus|or|und|sowie|oder|et|ou|ainsi que|y|e|o|asi como)\b|[;&\n]")
_GOES_ON = re.compile(r"[\s,;&(]*(?:(?:and|und|sowie|et|y|e)\b)?\s*")
_BEFORE = re.compile(
    rf"{STORY}|(?:kill|withhold|hold|bust|withdraw|release|reinstate|eliminate|retract|disregard|use|publish)s?"
)
"""The last word before what names a story."""
_BULLET = re.compile(r"^\s*(?:[-–—*•+]|\(?\d{1,2}[.)])\s+")
_SENT = re.compile(
    r"(?:,?\s*\(?\b(?:sent|moved|filed|issued|transmitted|published|timed|gesendet|vom|von|envoyee?|diffusee?|de|enviad[oa]"
    r"|du|del?|of|at|um)\b[^\n]{0,80}\d[^\n]{0,40}|\s*\(?\d{4}\s*(?:gmt|utc)\)?)\s*$"
)
_MOST = 200
_LONGEST_HEADLINE = 280


@dataclass(slots=True)
class _Name:
    kind: str
    """As the fields of a Target, of which 'sequence' comes with a channel."""
    value: str
    start: int
    end: int
    channel: str | None = None


def masked(text: str) -> str:
    """`text` folded, and what is quoted in it masked, character for character."""
    return folded(_QUOTED.sub(lambda quoted: MASK * len(quoted[0]), text))


def targets(text: str, plain: str, channel: str | None, prefix: str) -> list[Target]:
    """The stories that a piece of text names; `plain`: the same `masked`. `channel`: that of the message, which numbers
    without one belong to; `prefix`: what its format puts before bare ids."""
    found: list[Target] = []
    known: dict[str, Any] = {}
    end = 0
    for name in _names(text, plain, channel, prefix):
        gap = plain[end : name.start]
        if known and (name.kind in known or _apart(gap)):
            found.append(_target(known))
            known = {}
        known[name.kind] = int(name.value) if name.kind in ("sequence", "running") else name.value
        if name.channel:
            known["channel"] = name.channel
        end = name.end
    found.extend([_target(known)] if known else [])
    return list(dict.fromkeys(found))[:_MOST]


def listed(line: str, channel: str | None, prefix: str, *, least: int = 4) -> list[Target]:
    """The story that a line names which holds nothing else, as in a list; one without other names is a headline where
    it has at least so many words and is no sentence."""
    line = _BULLET.sub("", line, count=1).strip()
    plain = masked(line)
    if found := targets(line, plain, channel, prefix):
        return found
    line = line[: len(line) - len(sent[0])] if (sent := _SENT.search(plain)) else line
    quoted, line = plain[:1] == MASK, line.strip(" ,;=\"'“”„«»")
    if signals.is_slug(line):
        return [Target(slugline=signals.slug(line)[1])]
    title = quoted or (len(line.split()) >= least and not line.endswith((".", ":", "!", "?")))
    return [Target(headline=line)] if title and len(line) <= _LONGEST_HEADLINE else []


def same_slug(one: str, other: str) -> bool:
    """Whether two slugs differ in their cycle designator (BC-, AM-), in case or in punctuation only."""
    return _bare(one) == _bare(other)


def _bare(slug: str) -> str:
    return re.sub(r"[\W_]+", "", re.sub(r"^(?:bc|am|pm)-{1,2}", "", folded(slug)))


def _target(known: dict[str, Any]) -> Target:
    """The target; what an agency counts by is not its channels' numbers, and stands only where nothing else does."""
    running = known.pop("running", None)
    if running is not None and not known.keys() & {"uri", "headline", "slugline", "sequence"}:
        known["sequence"] = running
    elif running is not None and "sequence" not in known:
        known.pop("channel", None)
    return Target(**known)


def _apart(gap: str) -> bool:
    """Whether two names with these words between them are of two stories: 'A and the one slugged B'; those of one story
    stand side by side or go on: 'A, headlined B', 'sent as A and headlined B'."""
    joined = _JOINED.search(gap)
    return joined is not None or re.search(STORY, gap) is not None


def _names(text: str, plain: str, channel: str | None, prefix: str) -> Iterator[_Name]:
    last, end = "", 0
    for match in islice(_NAMES.finditer(plain), _MOST):
        kind = match.lastgroup or ""
        before = last if _GOES_ON.fullmatch(plain, end, match.start(kind)) else ""
        name = _READERS[kind](_Found(text, plain, match, kind, before, channel, prefix))
        if name is not None:
            last, end = name.kind, name.end
            yield name


@dataclass(frozen=True, slots=True)
class _Found:
    """Words that may name a story, and where they stand."""

    text: str
    plain: str
    match: re.Match[str]
    kind: str
    last: str
    """What the name before it was, where nothing but a comma or 'and' stands between them."""
    channel: str | None
    prefix: str

    @property
    def written(self) -> str:
        return self.text[self.match.start(self.kind) : self.match.end(self.kind)].rstrip(".,;:'’")

    @property
    def direct(self) -> bool:
        """Whether they stand right behind a verb or a word for a story."""
        start = self.match.start(self.kind)
        before = self.plain[max(start - 40, 0) : start].rstrip()
        if before[-1:] in ("", ":", "("):
            return True
        return _BEFORE.fullmatch(before.rstrip(" ,").rpartition(" ")[2]) is not None

    def name(self, kind: str, value: str, channel: str | None = None, end: int | None = None) -> _Name:
        return _Name(kind, value, self.match.start(self.kind), end or self.match.end(), channel)


def _address(found: _Found) -> _Name:
    before = {"mid": "mid:", "id": found.prefix}.get(found.kind, "")
    return found.name("uri", before + found.written)


def _slug(found: _Found) -> _Name | None:
    """A slug that is announced; without quotes and hyphens it goes on as long as its words begin in capitals."""
    start, end = found.match.span("slug")
    written = found.text[start:end]
    if found.plain[start] != MASK and not re.search(r"[-/]", written) and not written.islower():
        more = re.match(r"(?: [A-ZÀ-Þ][\w.&'’+/-]*)*", found.text[end : end + 100])
        written += more[0] if more else ""
    slug = signals.slug(_unquoted(written).rstrip(".,;:'’"))[1].strip()
    return found.name("slugline", slug, end=start + len(written)) if slug else None


def _headline(found: _Found) -> _Name | None:
    """A headline that is announced; or a quotation that stands where a story is named, or goes on a list of names."""
    written = _unquoted(found.text[found.match.start(found.kind) : found.match.end(found.kind)].strip())
    if found.kind == "quoted" and found.last == "slugline":
        return found.name("slugline", written)
    headline = " ".join(signals.peel(written)[1].split())
    certain = found.kind == "headline" or bool(found.last) or found.direct
    return found.name("headline", headline) if certain and headline else None


def _number(found: _Found) -> _Name | None:
    """A number that is called one, or goes on a list of them; four digits behind 'story' alone may be a year."""
    year = re.fullmatch(r"(?:19|20)\d\d", found.written) and not re.search(rf"\b{_NUMBER}", found.match[0])
    if (found.kind == "more" and found.last != "sequence") or (found.kind == "number" and year):
        return None
    return found.name("sequence", found.written, found.channel)


def _transmission(found: _Found) -> _Name | None:
    """Channel and number in one word: 'a0123', 'W7788', 'bdt0456'; of three digits only where it stands for a story,
    since aeroplanes and roads are called so too."""
    split = re.fullmatch(r"(?P<channel>[A-Za-z]+)-?(?P<number>\d+)", found.written)
    if split is None:
        return None
    own = found.channel is not None and split["channel"].lower() == found.channel.lower()
    if not (own or found.direct or found.last == "sequence" or len(split["number"]) > 3):
        return None
    return found.name("sequence", split["number"], found.channel if own else split["channel"])


def _running(found: _Found) -> _Name | None:
    """'item dpa 123': the number that an agency counts its stories by; a channel's, where that is so called."""
    agency, _, number = found.written.partition(" ")
    if re.fullmatch(rf"{_NUMBER}|on|of|in|at|for|the|to|um|vom|von|de|du|del", agency, re.IGNORECASE):
        return None
    own = found.channel is not None and agency.lower() == found.channel.lower()
    return found.name("sequence" if own else "running", number, found.channel if own else agency)


def _token(found: _Found) -> _Name | None:
    """Words joined by hyphens or slashes: a slug with its prefix, or where one was announced, or in capitals where a
    story is named."""
    slug = found.written
    certain = _CYCLE.match(slug) is not None or found.last == "slugline" or (found.direct and slug.isupper())
    return found.name("slugline", slug) if certain and any(map(str.isalpha, slug)) else None


_READERS: dict[str, Callable[[_Found], _Name | None]] = {
    "uri": _address,
    "mid": _address,
    "id": _address,
    "slug": _slug,
    "headline": _headline,
    "quoted": _headline,
    "number": _number,
    "more": _number,
    "numbered": _transmission,
    "running": _running,
    "token": _token,
}


def _unquoted(text: str) -> str:
    return text.strip("\"“”„«»‘’' ") if text[:1] in "\"“„«»‘'" else text
