"""Properties of reading plain wire text and ninjs, on generated copy."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.formats.base import Item
from pipeline.formats.registry import read
from pipeline.story import Story, decode, encode

LABELS = {"headline", "headlineline", "slug", "slugline", "byline", "bylineline", "keywords", "keyword", "tags"}
NAMES = st.sampled_from(
    ["Ana Ruiz", "Pierre Dupont", "JOHN MCDONALD", "José de la Cruz", "Omar al-Sayed", "M. K. O’Neil"]
)
CITIES = st.sampled_from(
    ["LIMA", "GENEVA", "SÃO PAULO", "N’DJAMENA", "AL-QAIM, Iraq", "SAN JOSE, Costa Rica", "ST. PETERSBURG"]
)
DASHES = st.sampled_from(["-", " -", " - ", "--", " -- ", " – ", " — ", "— ", " − "])
VOCABULARY = """
the minister of interior said on Tuesday that river had risen by two metres; nobody was hurt. Police (three) shot “We
won,” she He A 3.2% $1.4 billion end- over-all café İstanbul UPDATE 2 LIMA - By and in (Reporting by: Ana Ruiz
"""
WORDS = st.sampled_from(VOCABULARY.split())
SENTENCE = st.lists(WORDS, min_size=4, max_size=40).map(" ".join)
HEAD = st.sampled_from(
    ["FLASH", "URGENT", "UPDATE 2-Peru leader resigns", "PERU-UNREST/ (UPDATE 2)", "Peru leader resigns",
     "(Adds quotes)", "Keywords: PERU UNREST",
     "Eds: No pickup.", "BC-Markets", "* A point", "EMBARGOED UNTIL 0001 GMT March 4"]
)  # fmt: skip
TAIL = st.sampled_from(
    ["NNNN", "ends", "(Additional reporting by Omar al-Sayed)",
     "ar-jms/pd", "Our Standards: The Principles.", "((a@b.example; +1))", "(c) 2026 Agency",
     "Keywords: PERU", "Compiled by Jane Roe", "(Editing by Jane Roe", "This story was corrected."]
)  # fmt: skip


@st.composite
def bylines(draw: st.DrawFn) -> str:
    names = draw(st.lists(NAMES, min_size=1, max_size=3))
    return "By " + " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


@st.composite
def datelines(draw: st.DrawFn) -> str:
    cities = "/".join(draw(st.lists(CITIES, min_size=1, max_size=3)))
    date = draw(st.sampled_from(["", ", March 3", ", 3 Mar", ", Tuesday"]))
    return f"{cities}{date} (Agency){draw(DASHES)}"


@st.composite
def copies(draw: st.DrawFn) -> str:
    """Copy as services send it, in every order that its parts may have."""
    head = draw(st.lists(st.one_of(HEAD, bylines(), SENTENCE), max_size=4))
    credited = SENTENCE.map(lambda sentence: f"{sentence}. (Reporting by Ana Ruiz; Editing by Jane Roe)")
    body = draw(st.lists(st.one_of(SENTENCE, SENTENCE, credited, HEAD, TAIL), min_size=1, max_size=8))
    body[0] = draw(st.one_of(st.just(""), datelines())) + body[0]
    tail = draw(st.lists(TAIL, max_size=3))
    separator = draw(st.sampled_from(["\n", "\n\n", "\r\n", "\n   "]))
    text = separator.join([*head, *body, *tail])
    return wrapped(text) if draw(st.booleans()) else text


def wrapped(text: str, width: int = 68) -> str:
    lines: list[str] = []
    for line in text.split("\n"):
        current = ""
        for word in line.split(" "):
            if current and len(current) + 1 + len(word) > width:
                lines.append(current)
                current = word
            else:
                current = f"{current} {word}" if current else word
        lines.append(current)
    return "\n".join(lines)


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from (found for content in value.values() for found in strings(content))
    elif isinstance(value, list | tuple):
        yield from (found for content in value for found in strings(content))


def said(story: Story) -> Counter[str]:
    """All words of a story, of what it holds as written."""
    fields = asdict(story)
    dateline = (fields.pop("dateline") or {}).get("text", "")
    for derived in ("authors", "located", "source", "provenance", "uri", "type", "pubstatus"):
        del fields[derived]
    return Counter(words(" ".join([dateline, *strings(fields)])))


@given(copies())
@settings(max_examples=400, deadline=None)
def test_no_word_is_lost(text: str) -> None:
    (story,) = read(Item(data=text.encode())).stories
    unique = {word for signal in story.signals for word in words(signal)}
    lost = Counter(words(text)) - said(story)
    assert {word for word in lost if word not in LABELS | unique} == set()


@given(copies())
@settings(max_examples=200, deadline=None)
def test_the_order_of_the_body_is_that_of_the_text(text: str) -> None:
    (story,) = read(Item(data=text.encode())).stories
    rest = iter(words(text))
    assert all(word in rest for word in words(story.body_text))


@given(st.text(max_size=400))
@settings(max_examples=400, deadline=None)
def test_any_text_is_a_story_or_an_error(text: str) -> None:
    reading = read(Item(data=text.encode("utf-8", "surrogatepass")))
    assert len(reading.stories) + len(reading.errors) == 1
    for story in reading.stories:
        assert decode(encode(story)) == story


@given(st.binary(max_size=400))
@settings(max_examples=400, deadline=None)
def test_any_bytes_are_stories_or_errors(data: bytes) -> None:
    reading = read(Item(data=data))
    assert reading.stories or reading.errors


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
NINJS = """
uri type version versioncreated firstcreated embargoed pubstatus urgency profile headline slugline byline located
language usageterms ednote copyrightholder copyrightnotice infosource source title description_text body_text
body_xhtml subject genre person organisation place event object keywords associations renditions altids authors expires
"""
FIELDS = st.sampled_from(NINJS.split())


@given(st.dictionaries(FIELDS, JSON, max_size=8))
@settings(max_examples=500, deadline=None)
def test_any_ninjs_object_is_one_story_or_one_error(fields: dict[str, Any]) -> None:
    data = orjson.dumps(fields | {"headline": "Ferry sinks"}, default=str) if _encodable(fields) else b"{}"
    reading = read(Item(data=data, format="ninjs"))
    assert len(reading.stories) + len(reading.errors) == 1
    for story in reading.stories:
        assert story.headline == "Ferry sinks"
        assert decode(encode(story)).uri == story.uri


@given(copies())
@settings(max_examples=100, deadline=None)
def test_ninjs_and_plain_text_read_the_same_body(text: str) -> None:
    """Copy without a head is read alike in both formats."""
    body = f"LIMA (Agency) - The vote was held.\n\n{text}"
    (plain,) = read(Item(data=body.encode())).stories
    (ninjs,) = read(Item(data=orjson.dumps({"uri": "x", "headline": "Vote held", "body_text": body}))).stories
    parts = ("byline", "creditline", "authors", "dateline", "body_text", "ednote", "located", "source")
    assert [getattr(plain, part) for part in parts] == [getattr(ninjs, part) for part in parts]


def _encodable(value: Any) -> bool:
    try:
        orjson.dumps(value)
    except (TypeError, ValueError):
        return False
    return True
