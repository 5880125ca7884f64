"""Reuters-21578 (D. Lewis, Distribution 1.0): 21,578 stories of one newswire of 1987, free for research only.

Only the numbers of its stories are here, and which of them say the same: duplicates_reuters.toml, our judgements. We
read every pair within seven days of which at least 0.4 of the shorter one's three-word shingles are in the other, in
five thousand stories, but for the dividends of two companies; pairs below that are taken to be different. Two groups
were added when they had been found and proved right. The collection is to be had under its name in several places.
"""

import html
import re
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.duplicates_cases import HALVES, Half, Sample
from pipeline.errors import OperatorError
from pipeline.story import Story

JUDGEMENTS: dict[str, Any] = tomllib.loads(
    Path(__file__).with_name("duplicates_reuters.toml").read_text(encoding="utf-8")
)
UNCLEAR = frozenset(
    frozenset(f"reuters:{number}" for number in pair) for half in HALVES for pair in JUDGEMENTS[half]["unclear"]
)
_STORY = re.compile(r'<REUTERS[^>]*NEWID="(\d+)">(.*?)</REUTERS>', re.DOTALL)
_DATE = re.compile(r"<DATE>\s*(\d+-[A-Z]{3}-\d{4})(?: (\d\d:\d\d:\d\d))?")
_EMPTY = re.compile(r"\W*(?:blah blah blah\W*)?", re.IGNORECASE)
"""What a flash has for a body: its headline is all."""


def judged(folder: Path, half: Half) -> Iterator[Sample]:
    """The stories of one half, 'tune' or 'report'; OperatorError where the files are not there."""
    judgements = JUDGEMENTS[half]
    group_of = {number: f"group {group[0]}" for group in judgements["groups"] for number in group}
    first, last = judgements["numbers"]
    for path in (folder / f"reut2-{file:03}.sgm" for file in range((first - 1) // 1000, last // 1000 + 1)):
        if not path.exists():
            raise OperatorError(f"There is no file {path}: Reuters-21578 is not in that folder.")
        for number, text in _STORY.findall(path.read_text(encoding="latin-1")):
            if first <= int(number) <= last:
                group = group_of.get(int(number), f"alone {number}")
                yield Sample("story", _story(number, text), group, _time(text))


def _story(number: str, text: str) -> Story:
    body = _between("BODY", text) or re.sub(r"<TITLE>.*?</TITLE>|<[^>]+>", "", _between("TEXT", text), flags=re.DOTALL)
    body = re.sub(r"\s*Reuters?\s*\x03?\s*$", "", body.strip("\x02\x03 \n"), flags=re.IGNORECASE)
    body = re.sub(r"\n\s+", "\n\n", re.sub(r"\n(?! {2})", " ", body))
    body = "" if _EMPTY.fullmatch(body) else body
    return Story(uri=f"reuters:{number}", headline=_between("TITLE", text) or None, body_text=body)


def _between(name: str, text: str) -> str:
    found = re.search(rf"<{name}[^>]*>(.*?)</{name}>", text, re.DOTALL)
    return html.unescape(found[1]).strip() if found else ""


def _time(text: str) -> datetime:
    found = _DATE.search(text)
    assert found
    return datetime.strptime(f"{found[1]} {found[2] or '12:00:00'}", "%d-%b-%Y %H:%M:%S").replace(tzinfo=UTC)
