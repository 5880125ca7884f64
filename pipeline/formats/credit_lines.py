"""Credit lines: '(Reporting by Ana Ruiz in Lima and Pierre Dupont; Writing by John Smith, Editing by Jane Roe)'."""

import re

from pipeline.formats.names import Person, people
from pipeline.story import Author

_WORK = (
    r"reporting|writing|editing|compiled|compiling|reported|written|edited|graphics?|translat(?:ion|ed|ing)"
    r"|photos?|photography|photographs|research|production|produced|video|interviews?|interviewing|analysis|polling|data"
    r"|illustrations?|visuals?|fact-checking|copy ?editing|rewriting|updating|text|story"
)
_ENGLISH = (
    rf"(?P<en>(?:(?:additional|extra|further|more|other|with|original|spanish|english|extra)\s+)?(?:{_WORK})"
    rf"(?:\s*(?:,|and|&)\s*(?:(?:additional|further)\s+)?(?:{_WORK}))*)(?:\s+from\s+[A-Z]\w+)?(?:\s+by\b:?|\s*:)"
)
_OTHERS = (
    r"(?P<es>(?:con )?(?:reporte|reportaje|información|redacción|redactado|escrito|editado|edición|traducido|traducción"
    r"|reportado|producido)(?: adicional)?(?: en español)?)\s+(?:de|por)\b:?"
    r"|(?P<fr>(?:avec )?(?:reportage|rédigé|rédaction|édité|édition|version française|traduit|montage)"
    r"(?: complémentaire)?)\s+(?:de|par)\b:?"
    r"|(?P<de>(?:bericht|berichtet|geschrieben|redigiert|redaktion|zusätzliche berichterstattung|mitarbeit|übersetzt))"
    r"\s*(?:von\b:?|:)"
    r"|(?P<pt>(?:com )?(?:reportagem|edição|redação|tradução|texto)(?: adicional)?)\s+(?:de|por)\b:?"
)
_ROLE = re.compile(rf"(?<![\w-])(?:{_ENGLISH}|{_OTHERS})", re.IGNORECASE)
_START = re.compile(rf"^[\s(\[*_—–-]*(?:{_ENGLISH}|{_OTHERS})\s*", re.IGNORECASE)
_INLINE = re.compile(
    rf"(?<=[.!?\"”’'»)\]])\s+(?=[(\[]\s*(?:{_ENGLISH}|{_OTHERS}))".replace("?P<", "?P<i_"), re.IGNORECASE
)
_BY = re.compile(r"^[(\[]\s*(?:by|par|por|von)\s+(?=\w)", re.IGNORECASE)
_CONTRIBUTED = re.compile(
    r"^[(\[*]?(?:(?:the )?(?:[\w.’'-]+ ){0,4}?(?:writers?|reporters?|journalists?|correspondents?|staff) )?"
    r"(?P<names>(?-i:[A-ZÀ-Þ]).{2,400}?),? (?:also )?contributed"
    r"(?: (?:to this (?:report|story|article)|reporting)\b.{0,60})?[.)\]]*$",
    re.IGNORECASE,
)
_SIGN_OFF = re.compile(r"^[(\[]?[a-z]{2,5}(?:[-/,][a-z]{2,5}){1,6}[)\]]?$")
_NAMELESS = re.compile(
    r"(?:the |our |several )?(?:[\w-]+ )?(?:correspondents|reporters|journalists|staff|newsrooms?|bureaus?)\b|the ",
    re.IGNORECASE,
)
"""Who has no name: 'Reporting by correspondents in Bamako'."""
_LONGEST = 1500


def is_credit(paragraph: str) -> bool:
    """Whether the paragraph is nothing but a credit line; brackets may be missing or unclosed."""
    if len(paragraph) > _LONGEST:
        return False
    if _BY.match(paragraph):
        return len(authors(paragraph)) > 0 and not _is_prose(paragraph)
    if found := _START.match(paragraph):
        rest = paragraph[found.end() :]
        names = rest[:1].isupper() or not rest[:1].isascii() or _NAMELESS.match(rest)
        return bool(names) and (
            paragraph.lstrip()[:1] in "([" or (len(authors(paragraph)) > 0 and not _is_prose(paragraph))
        )
    return False


def is_sign_off(paragraph: str) -> bool:
    """Whether the paragraph is the desk's initials: 'ar-jms/pd'."""
    return len(paragraph) <= 40 and _SIGN_OFF.match(paragraph) is not None


def is_contribution(paragraph: str) -> bool:
    """Whether the paragraph names who helped: 'Agency writers Ana Ruiz and John Smith contributed to this report.'"""
    return bool(_contributors(paragraph))


def rejoined(paragraphs: list[str]) -> list[str]:
    """`paragraphs`, with a bracketed credit line that was broken into several made one again."""
    whole: list[str] = []
    for paragraph in paragraphs:
        last = whole[-1] if whole else ""
        broken = last[:1] == "(" and ")" not in last and len(last) <= _LONGEST and not is_credit(paragraph)
        if broken and paragraph[:1] not in "(*" and paragraph.endswith((")", ").")) and is_credit(last):
            whole[-1] = f"{last} {paragraph}"
        else:
            whole.append(paragraph)
    return whole


def split_inline(paragraph: str) -> tuple[str, str]:
    """The paragraph without the bracketed credit at its end, and that credit ('' where there is none)."""
    tail = max(len(paragraph) - _LONGEST, 0)
    for found in _INLINE.finditer(paragraph, tail):
        credit = paragraph[found.end() :]
        if is_credit(credit) and (")" not in credit.rstrip(")] .") or credit.count("(") > 1):
            return paragraph[: found.start()], credit
    return paragraph, ""


def authors(credit: str) -> tuple[Author, ...]:
    """Everybody in a credit line, with the role as credited, in lower case, and the place."""
    text = credit[:_LONGEST].replace("(", " ").replace(")", " ").replace("[", " ").replace("]", " ")
    roles = list(_ROLE.finditer(text))
    found = [Author(name=who.name, role="contributing", place=who.place) for who in _contributors(credit)]
    if by := _BY.match(credit):
        names = text[by.end() : roles[0].start() if roles else len(text)]
        found.extend(Author(name=who.name, place=who.place) for who in people(_trim(names)))
    ends = [*(role.start() for role in roles[1:]), len(text)]
    for role, end in zip(roles, ends, strict=False):
        names = text[role.end() : end]
        language = role.lastgroup or "en"
        label = " ".join(re.sub(r"\s*&\s*", " and ", role[language]).lower().split())
        label = label.removeprefix("with ")
        names = re.split(r"(?<=\w{3})\.\s+(?=[A-Z])", names, maxsplit=1)[0]
        named = people(_trim(names), language)
        # After 'correspondents in' single words are places: 'Bamako and Niamey'; 'and Ana Ruiz' is somebody.
        if _NAMELESS.match(names.strip()):
            named = tuple(who for who in named if " " in who.name)
        found.extend(Author(name=who.name, role=label, place=who.place) for who in named)
    return tuple(found)


def _contributors(paragraph: str) -> tuple[Person, ...]:
    found = _CONTRIBUTED.match(paragraph) if len(paragraph) <= _LONGEST else None
    return people(found["names"]) if found else ()


def _trim(names: str) -> str:
    return re.sub(r"[\s,;]+(?:and|with|y|et|und|e)?\s*$", "", names, flags=re.IGNORECASE)


def _is_prose(paragraph: str) -> bool:
    """Whether a credit-like beginning goes on as a sentence: 'Reporting by Ana Ruiz showed that the ...'."""
    lower = re.findall(r"(?<![\w-])[a-zà-ÿ]{4,}(?![\w-])", _ROLE.sub(" ", paragraph))
    return sum(word not in _CREDIT_WORDS for word in lower) > 3


_CREDIT_WORDS = frozenset({
    "from", "with", "aboard", "newsroom", "bureaus", "bureau", "reporters", "staff", "team", "correspondents",
    "desk",
})  # fmt: skip
