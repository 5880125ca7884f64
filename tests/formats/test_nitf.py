"""What other formats use of NITF: a body that stands in them, and where its tagged names are in the final text."""

import time

import pytest

from pipeline.formats import wire_copy, xml
from pipeline.formats.base import Item
from pipeline.formats.nitf_body import body
from pipeline.formats.nitf_entities import entities
from pipeline.formats.nitf_line import Tagged
from pipeline.formats.registry import read
from pipeline.story import Entity, Span

MB = 1 << 20
HEAD = b"<nitf><body><body.content>"
TAIL = b"</body.content></body></nitf>"


@pytest.mark.parametrize("wrapped", ["<nitf><body>{}</body></nitf>", "<body>{}</body>", "{}"])
def test_a_body_stands_in_any_element(wrapped: str) -> None:
    text = "LIMA (Agency) - Rain in <location>Lima</location>."
    content = f"<body.content><p>{text}</p><p>(Writing by Jane Roe)</p></body.content>"
    found = body(xml.fragment(wrapped.format(content)))
    assert found.paragraphs == ("LIMA (Agency) - Rain in Lima.", "(Writing by Jane Roe)")
    copy = wire_copy.read_paragraphs(list(found.paragraphs), with_headline=False)
    text = "\n\n".join(copy.paragraphs)
    (entity,) = entities(found.tagged, found.paragraphs, text)
    assert text == "Rain in Lima."
    assert entity == Entity(name="Lima", type="location", mentions=(Span(text="Lima", start=8, end=12),))


def tag(text: str, paragraph: int | None, start: int, code: str | None = None) -> Tagged:
    return Tagged(text=text, type="person", code=code, paragraph=paragraph, start=start)


PARAGRAPHS = ("By Ana Ruiz", "LIMA (Agency) - Ruiz met Vega.", "Vega left. (Writing by Ruiz)", "Ruiz stayed.")
FINAL = "Ruiz met Vega.\n\nVega left.\n\nRuiz stayed."


@pytest.mark.parametrize(
    ("tagged", "spans"),
    [
        ([tag("Ana Ruiz", 0, 3)], []),
        ([tag("Ruiz", 1, 16)], [(0, 4)]),
        ([tag("Vega", 1, 25), tag("Vega", 2, 0)], [(9, 13), (16, 20)]),
        ([tag("Ruiz", 2, 23)], []),
        ([tag("Ruiz", 3, 0), tag("Ruiz", 1, 16)], [(0, 4), (28, 32)]),
        ([tag("Ruiz", None, 0)], []),
        ([tag("Ruiz", 9, 0)], []),
        ([tag("Rosa", 1, 16)], []),
    ],
)
def test_offsets_in_the_final_text(tagged: list[Tagged], spans: list[tuple[int, int]]) -> None:
    (entity,) = entities(tagged, PARAGRAPHS, FINAL)
    assert [(span.start, span.end) for span in entity.mentions] == spans
    assert all(FINAL[span.start : span.end] == span.text for span in entity.mentions)


@pytest.mark.parametrize(
    ("tagged", "names"),
    [
        ([tag("Ruiz", None, 0), tag("RUIZ", None, 0)], [("Ruiz", ("RUIZ",), None)]),
        ([tag("Ana Ruiz", None, 0, "p:1"), tag("Ruiz", None, 0, "p:1")], [("Ana Ruiz", ("Ruiz",), "p:1")]),
        ([tag("Ruiz", None, 0), tag("Ruiz", None, 0, "p:1")], [("Ruiz", (), "p:1")]),
        ([tag("Ruiz", None, 0, "p:1"), tag("Ruiz", None, 0)], [("Ruiz", (), "p:1")]),
        ([tag("Ruiz", None, 0, "p:1"), tag("Ruiz", None, 0, "p:2")], [("Ruiz", (), "p:1"), ("Ruiz", (), "p:2")]),
    ],
)
def test_mentions_of_one_name_are_merged(
    tagged: list[Tagged], names: list[tuple[str, tuple[str, ...], str | None]]
) -> None:
    assert [(one.name, one.aliases, one.code) for one in entities(tagged, (), "")] == names


BIG = {
    "names": b"<p>" + b"<person><function>a</function> b</person> " * (MB // 42) + b"</p>",
    "cells": b"<table><tr>" + b"<td><org>a</org></td>" * (MB // 22) + b"</tr></table>",
    "names apart from their cells": b"<pre>" + b"<org>a\tb</org>\n\n" * (MB // 18) + b"</pre>",
    "line ends": b"<p>" + b"a b<br/>" * (MB // 8) + b"</p>",
    "items": b"<ul>" + b"<li>a</li>" * (MB // 10) + b"</ul>",
    "quotations in quotations": b"<q>" * 240 + b"a" + b"</q>" * 240,
}


@pytest.mark.parametrize("content", BIG.values(), ids=BIG)
def test_much_of_one_kind_in_bounded_time(content: bytes) -> None:
    started = time.process_time()
    (story,) = read(Item(data=HEAD + content + TAIL)).stories
    assert time.process_time() - started < 4
    assert story.body_text
