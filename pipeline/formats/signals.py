"""What copy calls itself: 'UPDATE 2-', 'CORRECTED-', 'FLASH', '(1st Ld-Writethru)'; and its slug line."""

import re

from pipeline.formats.notice_words import label_before, label_kind

_NUMBER = r"(?:\d{1,2}|[IVX]{1,4})"
_ORDINAL = r"(?:\d{1,2}(?:st|nd|rd|th)|first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth)"
_SURE = (
    rf"update(?:\s*{_NUMBER})?|wrap-?up(?:\s*{_NUMBER})?"
    rf"|{_ORDINAL}\s+(?:(?:lead|ld|update|take|add)(?:[- ]?writethr(?:u|ough))?|writethr(?:u|ough))"
    rf"|(?:lead|ld|add|adv|take)\s*{_NUMBER}|ld[- ]writethru|writethr(?:u|ough)"
    r"|correct(?:ed|ion|ing)(?:\s*\(official\))?|clarification|clarifies|refil(?:e|ed|ing)|rpt|repeat(?:ing)?"
    r"|urgent|breaking(?: news)?|news ?alert"
    r"|exclusive|embargoed|recasts?"
)
_CAPITALS = (
    "flash|bulletin|alert|snap|brief|table|diary|chronology|scenarios|advisory|analysis|factbox|timeline|explainer|preview|insight|feature|interview|newsmaker"
    "|instant view|graphic|special report|column|commentary|opinion|poll|obituary|advance|hold|roundup|summary|lead|ld"
    "|kill|withdrawn|retracted|retraction|wrap|pix|picture|pictures|tv|photo|photos|video"
    "|media advisory|mandatory|cancel(?:led|ed)?|test"
)
_SIGNAL = rf"(?:{_SURE}|{_CAPITALS})"
_SEPARATOR = r"(?:\s*(?:--+|[-–—−:/|]+)\s*|\s*$)"
_PREFIX = re.compile(rf"^[\s*+=#]*(?P<signal>{_SIGNAL})(?:\s*[*+=#]+)?{_SEPARATOR}", re.IGNORECASE)
_BARE_PREFIX = re.compile(
    rf"^(?P<signal>URGENT|FLASH|BULLETIN|ALERT|KILL(?=.*[a-z])|{_ORDINAL} LEAD|\d(?:ST|ND|RD|TH) LEAD) (?=\S)"
)
_BRACKETED = re.compile(rf"\s*\((?P<signals>{_SIGNAL}(?:\s*[,;/]\s*{_SIGNAL})*)\)\s*", re.IGNORECASE)
_LAST_BRACKETED = re.compile(_BRACKETED.pattern + "$", re.IGNORECASE)
_CAPITALS_IN_BRACKETS = re.compile(r"\s*\([A-Z0-9 ,/]{1,60}\)$")
_AFTER_COMMA = re.compile(rf",\s*(?P<signal>{_SIGNAL})(?=\s*(?:,\s*\d{{2,4}}\s*)?$)", re.IGNORECASE)
_SURE_ONLY = re.compile(_SURE, re.IGNORECASE)

_SLUG = re.compile(
    r"^(?:[a-z]\d{3,4}\s+)?(?:"
    r"(?:BC|AM|PM|US|EU|AS|AP|LT|AF|ML|CN|NA|SA)-{1,2}[\w.&'’+]+(?:[-/ ][\w.&'’+]+)*/?(?:\s*,.{0,60})?"
    r"|[A-ZÀ-Þ0-9][A-ZÀ-Þ0-9.&'’+]*(?:[-/][A-ZÀ-Þ0-9.&'’+]+)+/?"
    r"|[A-ZÀ-Þ0-9][A-ZÀ-Þ0-9.&'’+ -]+/"
    r"|[A-ZÀ-Þ][\w.&'’]*(?:-{1,2}[A-ZÀ-Þ0-9][\w.&'’]*)+(?:,\s?\d{2,4})?"
    r")$"
)
"""Upper-case words joined by hyphens and slashes; with its usual prefix, or all words capitalised, in mixed case."""


def peel(line: str) -> tuple[tuple[str, ...], str]:
    """The signals a headline or slug line begins or ends with, in lower case, and the line without them.

    Only what is certain: words that are also ordinary headline words ('analysis', 'lead') count in capitals.
    """
    signals: list[str] = []
    rest = line.strip()
    for _ in range(4):
        if label := label_before(rest):
            signals.append(_normal(label[0]))
            rest = rest[label[1] :].strip()
            continue
        found = _PREFIX.match(rest) or _BARE_PREFIX.match(rest)
        if not found or not _certain(found["signal"]) or _is_compound(found, rest):
            break
        signals.append(_normal(found["signal"]))
        rest = rest[found.end() :].strip()
    for _ in range(4):
        found = _BRACKETED.match(rest) or _LAST_BRACKETED.search(rest, max(len(rest) - 80, 0))
        words = re.split(r"\s*[,;/]\s*", found["signals"]) if found else []
        if not found or not all(map(_certain, words)):
            break
        signals.extend(map(_normal, words))
        rest = f"{rest[: found.start()]} {rest[found.end() :]}".strip()
    return tuple(dict.fromkeys(signals)), rest


def is_signal(line: str) -> bool:
    """Whether a line holds signals and nothing else."""
    signals, rest = peel(line) if len(line) <= 80 else ((), line)
    return bool(signals) and not rest.strip(" *+=#-–—")


def is_slug(line: str) -> bool:
    """Whether a line is a slug line: 'PERU-UNREST/ (UPDATE 2)', 'BC-Markets', 'Peru-Unrest, 1st Ld-Writethru'."""
    rest = slug(line)[1] if len(line) <= 120 else ""
    rest = _CAPITALS_IN_BRACKETS.sub("", rest)
    return 0 < len(rest) <= 80 and any(map(str.isalpha, rest)) and _SLUG.match(rest) is not None


def slug(line: str) -> tuple[tuple[str, ...], str]:
    """The signals of a slug line, and the line without them."""
    signals, rest = peel(line)
    name, _, label = rest[:200].rpartition(",")
    if label.strip()[:1].isupper() and label_kind(label.strip(" *")):
        return (*signals, _normal(label)), name
    found = _AFTER_COMMA.search(rest[:200])
    if found and _certain(found["signal"]):
        return (*signals, _normal(found["signal"])), rest[: found.start()] + rest[found.end() :]
    return signals, rest


def is_kill(signals: tuple[str, ...]) -> bool:
    """Whether the signals say that a story must not be used any more."""
    return any(label_kind(signal) == "kill" for signal in signals)


def is_notice(signals: tuple[str, ...]) -> bool:
    """Whether the signals say that this is a message about other stories: it kills, withholds or releases them."""
    return any(map(label_kind, signals))


def _certain(signal: str) -> bool:
    return (
        signal.isupper() or (_SURE_ONLY.fullmatch(signal) is not None and signal[:1].isupper()) or signal[:1].isdigit()
    )


def _is_compound(found: re.Match[str], line: str) -> bool:
    """Whether the signal is the first part of a word: 'Urgent-care'."""
    return not found["signal"].isupper() and found[0].endswith("-") and line[found.end() :][:1].islower()


def _normal(signal: str) -> str:
    return " ".join(signal.lower().split())
