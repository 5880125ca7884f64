"""Lines of copy that speak to editors and not to readers: advisories, contacts, keywords, embargoes, end marks."""

import re

_ADVISORY = re.compile(
    r"^\(?(?:eds|editors?|attention(?: editors?)?|editor[’']?s?[’']? notes?|notes? to (?:editors?|readers)"
    r"|(?:media )?advisory|ednote|nota (?:del editor|a los editores)|redaktionshinweis|note aux rédactions)\s*[:.–—-]",
    re.IGNORECASE,
)
_CHANGE = (
    "adds?|adding|updat(?:es?|ing)|recast(?:s|ing)?|correct(?:s|ing)|writes through|rewrites|clarif(?:ies|ying)"
    "|removes?|deletes?"
    "|fix(?:es)?|repeat(?:s|ing)?|refil(?:es|ing)|changes?|inserts?|edits|restores?|drops?|releads?|incorporates"
    "|no new|with (?:photos?|graphic)"
)
_CHANGES = re.compile(
    rf"^\(\s*(?:{_CHANGE})\b[^()]*\)?\s*$"
    r"|^=*\s*(?-i:ADDS|UPDATES|RECASTS|CORRECTS|CLARIFIES|REMOVES|DELETES|FIXES|REPEATS|REFILES|CHANGES|INSERTS|RELEADS)\s",
    re.IGNORECASE,
)
_CONTACT = re.compile(r"^\(\(|^\([\w.+-]+@[\w.-]+|^(?:contact|kontakt|contacto)\s*:", re.IGNORECASE)
_BOILERPLATE = re.compile(
    r"^(?:our standards\b|for (?:more|related|full|a (?:graphic|factbox|timeline|table))\b"
    r"|to (?:read|see|view) (?:this|more|the full)\b|click (?:here|on)\b|follow (?:us|our|the latest|live)\b"
    r"|read more\b|more (?:on|stories|news|coverage)\b|sign up\b|subscribe\b"
    r"|this (?:story|article|report|content|version|item) (?:was|has been|is|corrects)\b|distributed by\b"
    r"|disclaimer\b|https?://\S+$)",
    re.IGNORECASE,
)
_COPYRIGHT = re.compile(r"^(?:\W{0,2}copyright\b|©|\(c\)\s)|^.{0,60}\ball rights reserved\b", re.IGNORECASE)
_KEYWORDS = re.compile(
    r"^(?:keywords?|tags|stichwörter|mots-clés|palabras clave)\s*:\s*(?P<words>\S.*)$", re.IGNORECASE
)
_LABEL = re.compile(r"^(?P<label>headline|slug(?=line|\s*:)|byline)(?:line)?\s*:\s*(?P<content>\S.*)$", re.IGNORECASE)
_END = re.compile(
    r"^\W{0,4}(?:ENDS?|end ?it|NNNN|XXXX|MORE(?: TO (?:COME|FOLLOW))?|FIN|ENDE|30|0|ends?)\W{0,4}$|^[#*=_+-]{2,}$"
)
_EMBARGO = re.compile(
    r"^\W*(?:strictly\s+)?(?:(?:under\s+)?embargo(?:ed)?\b(?:\s*:|\s+(?:until|till|to|for|bis|hasta)\b|\W*$)"
    r"|hold for release\b|not for (?:release|publication|use) (?:before|until|till)\b"
    r"|(?:sperrfrist(?! (?:ist )?aufgehoben)|sperrvermerk\s*:|embargado hasta|sous embargo)\b)",
    re.IGNORECASE,
)


def labelled(paragraph: str) -> tuple[str, str] | None:
    """The label, in lower case, and the content of a line such as 'Headline: ...', 'Slug: ...', 'Byline: ...'."""
    found = _LABEL.match(paragraph)
    return (found["label"].lower(), found["content"]) if found else None


def is_advisory(paragraph: str) -> bool:
    """A note to editors, a list of changes ('(Adds quotes)') or a contact line."""
    return len(paragraph) <= 1000 and any(pattern.match(paragraph) for pattern in (_ADVISORY, _CHANGES, _CONTACT))


def is_boilerplate(paragraph: str) -> bool:
    """What services append to copy: standards, links to more coverage, how to subscribe."""
    return len(paragraph) <= 600 and _BOILERPLATE.match(paragraph) is not None


def is_copyright(paragraph: str) -> bool:
    """A copyright notice."""
    return len(paragraph) <= 400 and _COPYRIGHT.match(paragraph) is not None


def is_end_mark(paragraph: str) -> bool:
    """'ENDS', '-30-', 'NNNN', '###'."""
    return len(paragraph) <= 20 and _END.match(paragraph) is not None


def is_embargo(paragraph: str) -> bool:
    """A line that forbids use before a time, or just says that it is embargoed."""
    return len(paragraph) <= 200 and _EMBARGO.match(paragraph) is not None


def keywords(paragraph: str) -> tuple[str, ...]:
    """The words of a keyword line; empty where it is none."""
    found = _KEYWORDS.match(paragraph) if len(paragraph) <= 2000 else None
    if not found:
        return ()
    words = found["words"]
    by_comma = re.split(r"\s*[,;|]\s*", words)
    split = words.split() if len(by_comma) == 1 and words.upper() == words else by_comma
    return tuple(dict.fromkeys(word.strip() for word in split if word.strip()))
