"""Several stories in one plain text, told apart by what teleprinters and desks put between them.

    NNNN            the end of a telegraph message; the next may begin with ZCZC and its channel and number
    -END-, ENDS     end marks of desks; ### and -30- among them
    form feed       a new page
    ---             a rule

Only NNNN ends a message for certain. A roundup has rules between its items and a long story has pages, so that any
other mark counts only where what stands after each is a story by itself: with a dateline and, after pages and rules,
a headline of its own. In any doubt the text is one story.
"""

import re
from collections.abc import Callable

from pipeline.formats import wire_copy
from pipeline.formats.charset import decode

_MOST = 10_000
_LOOKED_AT = 2_000
"""Characters of each part that show whether it is a story."""
_MESSAGE = re.compile(r"^[ \t]*NNNN[ \t]*$|^(?=[ \t]*ZCZC[ \t])", re.MULTILINE)
_END = re.compile(r"^[ \t]*(?:[-=*(]{1,3} ?(?:END|ENDS|ENDE|FIN|30) ?[-=*)]{1,3}|ENDS|ENDE|###)[ \t]*$", re.MULTILINE)
_RULE = re.compile(r"^[ \t]*[-=_*]{3,}[ \t]*$", re.MULTILINE)
_START = re.compile(r"\s*ZCZC[ \t]+(?P<channel>[A-Z]{2,4})?[ \t]?(?P<number>\d{3,4})?\b[^\n]{0,20}(?:\n|\Z)")


def split(text: str, data: bytes, charset: str) -> list[str]:
    """The stories of `text`, which was decoded from `data`: `text` itself where it is not surely several."""
    for mark, alone in ((_MESSAGE, _is_message), (_END, _is_story), (_RULE, _has_headline)):
        if mark.search(text) and (parts := _parts(mark.split(text), alone)):
            return parts
    if b"\x0c" in data and not charset.startswith("utf-16") and not charset.startswith("utf-32"):
        pages = data.split(b"\x0c", _MOST)
        return _parts([decode(page, charset).text for page in pages], _has_headline) or [text]
    return [text]


def message_number(text: str) -> tuple[str, str | None, int | None]:
    """`text` without the line that begins a telegraph message, and the channel and number which that line gives."""
    found = _START.match(text[:100])
    if not found:
        return text, None, None
    return text[found.end() :], found["channel"], int(found["number"]) if found["number"] else None


def _parts(found: list[str], alone: Callable[[str], bool]) -> list[str]:
    """The parts that hold text, where there are several and each is a story; else none."""
    parts = [part for part in found if any(map(str.isalnum, part))]
    return parts if 1 < len(parts) <= _MOST and all(map(alone, parts)) else []


def _is_message(part: str) -> bool:
    return _START.match(part[:100]) is not None or _is_story(part)


def _is_story(part: str) -> bool:
    return wire_copy.read(part[:_LOOKED_AT].strip(), with_headline=True).dateline is not None


def _has_headline(part: str) -> bool:
    copy = wire_copy.read(part[:_LOOKED_AT].strip(), with_headline=True)
    return copy.dateline is not None and (copy.headline or copy.slugline) is not None and len(copy.paragraphs) > 0
