"""XML made safe: what is refused, in bounded time, and what is passed over."""

import time

import pytest

from pipeline.errors import TerminalError
from pipeline.formats import xml
from pipeline.formats.base import Item
from pipeline.formats.xml_values import value_of


@pytest.mark.parametrize(
    "text",
    [
        '<!DOCTYPE a SYSTEM "a.dtd"><a/>',
        "<!DOCTYPE a []><a/>",
        '<!DOCTYPE a SYSTEM "a.dtd" [<!ELEMENT b (c)>\n<!ATTLIST b d CDATA #IMPLIED>]>\n<a/>',
        '<!DOCTYPE a PUBLIC "a" "b.dtd"\n[<!ENTITY % c SYSTEM "c.dtd"> %c; ]>\n<a/>',
        "<a " + " ".join(f'b{number}="="' for number in range(xml.MOST_ATTRIBUTES)) + "/>",
        "<a>" + "=" * 2000 + "</a>",
    ],
)
def test_what_is_read(text: str) -> None:
    assert xml.name(xml.fragment(text)) == "a"


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "This XML brings its own document type"),
        ('<!DOCTYPE a [<!ENTITY % b "c"><!ENTITY d SYSTEM "/e">]><a>&d;</a>', "This XML brings its own document type"),
        ("<!DOCTYPE a [<!ELEMENT b ANY><a/>", "This XML brings its own document type"),
        (
            '<a b=">" ' + " ".join(f'b{number}=""' for number in range(300)) + "/>",
            "An element of this XML has more than",
        ),
        ("<a>" * 300, "This XML is nested more than 256 elements deep."),
        ("<a>&b;</a>", "This is not well-formed XML"),
    ],
)
def test_what_is_refused(text: str, cause: str) -> None:
    with pytest.raises(TerminalError) as raised:
        xml.fragment(text)
    assert raised.value.cause.startswith(cause)


def test_many_attributes_are_refused_in_bounded_time() -> None:
    data = b"<a " + b" ".join(b'b%d="c"' % number for number in range(500_000)) + b"/>"
    started = time.process_time()
    with pytest.raises(TerminalError):
        xml.parse(Item(data=data))
    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("<a/>", None),
        ("<a> \n </a>", None),
        ("<a>one\n two</a>", "one two"),
        ('<a b="c" d=""/>', {"b": "c"}),
        ('<a b="c">d</a>', {"b": "c", "text": "d"}),
        ("<a><b>1</b><b>2</b><c/>rest</a>", {"b": ["1", "2"], "text": "rest"}),
        ('<n:a xmlns:n="urn:n" n:b="c"><n:d>e</n:d></n:a>', {"b": "c", "d": "e"}),
    ],
)
def test_values_of_elements(text: str, value: object) -> None:
    assert value_of(xml.fragment(text)) == value
