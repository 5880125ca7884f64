"""What the cases of NewsML-G2 leave open: statuses, embargoes, ids, catalogs, damaged messages, bounds."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from xml.sax.saxutils import escape

import pytest

from pipeline.formats.base import Item, Reading, is_made
from pipeline.formats.catalogs import concept, local_code, schemes
from pipeline.formats.newsml_g2_management import stable
from pipeline.formats.registry import read
from pipeline.formats.xml import fragment
from pipeline.story import Concept, PubStatus, Span, Story, encode

NAMESPACE = "http://iptc.org/std/nar/2006-10-01/"
MB = 1 << 20
SECONDS_FOR_1_MB = 3
"""Processor time; usual is 0.1 to 1."""


def item(meta: str = "", about: str = "", content: str = "", *, before: str = "", attributes: str = 'guid="x"') -> str:
    """A news item with a headline."""
    return (
        f'<newsItem xmlns="{NAMESPACE}" {attributes}>{before}<itemMeta><itemClass qcode="ninat:text"/>{meta}</itemMeta>'
        f"<contentMeta><headline>Rain</headline>{about}</contentMeta><contentSet>{content}</contentSet></newsItem>"
    )


def xhtml(body: str) -> str:
    return f'<inlineXML><html xmlns="http://www.w3.org/1999/xhtml"><body>{body}</body></html></inlineXML>'


def escaped(type_: str, markup: str) -> str:
    return f'<inlineData contenttype="{type_}">{escape(markup)}</inlineData>'


def message(*items: str, header: str = "") -> str:
    return (
        f'<newsMessage xmlns="{NAMESPACE}"><header>{header}</header><itemSet>{"".join(items)}</itemSet></newsMessage>'
    )


def reading(text: str) -> Reading:
    return read(Item(data=text.encode(), format="newsml-g2"))


def story(text: str) -> Story:
    (found,) = reading(text).stories
    return found


@pytest.mark.parametrize(
    ("meta", "status"),
    [
        ("", "usable"),
        ('<pubStatus qcode="stat:usable"/>', "usable"),
        ('<pubStatus qcode="ag:CANCELED"/>', "canceled"),
        ('<pubStatus qcode="stat:cancelled"/>', "canceled"),
        ('<pubStatus uri="http://cv.iptc.org/newscodes/pubstatusg2/canceled"/>', "canceled"),
        ("<pubStatus>withheld</pubStatus>", "withheld"),
        ("<pubStatus/>", "withheld"),
        ('<pubStatus qcode="stat:ready"/>', "withheld"),
        ('<pubStatus qcode="stat:usable"/><pubStatus qcode="stat:canceled"/>', "canceled"),
        ('<pubStatus qcode="stat:usable"/><signal qcode="ag:withdrawal"/>', "canceled"),
        ('<pubStatus qcode="stat:usable"/><signal qcode="ag:remove"/>', "usable"),
        ('<pubStatus qcode="stat:canceled"/><embargoed>soon</embargoed>', "canceled"),
        ("<embargoed/>", "withheld"),
        ("<edNote>EMBARGOED UNTIL the vote</edNote>", "withheld"),
        ("<edNote>No embargo on this one.</edNote>", "usable"),
    ],
)
def test_publication_status(meta: str, status: PubStatus) -> None:
    assert story(item(meta)).pubstatus == status


@pytest.mark.parametrize(
    ("meta", "time"),
    [
        ("<embargoed>2026-11-24T06:00:00+01:00</embargoed>", datetime(2026, 11, 24, 5, tzinfo=UTC)),
        ("<embargoed>2026-11-24T06:00:00</embargoed>", datetime(2026, 11, 24, 18, tzinfo=UTC)),
        ("<edNote>EMBARGOED UNTIL 0600 GMT, November 24, 2026</edNote>", datetime(2026, 11, 24, 6, tzinfo=UTC)),
        ("<embargoed>0000-00-00</embargoed>", None),
    ],
)
def test_embargo(meta: str, time: datetime | None) -> None:
    """Without a zone it ends where the day ends last, so never too soon."""
    assert story(item(meta)).embargoed == time


@pytest.mark.parametrize(
    ("guid", "version", "id_"),
    [
        ("tag:agency.example,2026:newsml_L2N1PH00M", "7", ("tag:agency.example,2026:newsml_L2N1PH00M", "7")),
        ("tag:agency.example,2026:newsml_L2N1PH00M:7", "7", ("tag:agency.example,2026:newsml_L2N1PH00M", "7")),
        ("tag:agency.example,2026:newsml_L2N1PH00M:7", "8", ("tag:agency.example,2026:newsml_L2N1PH00M:7", "8")),
        ("tag:agency.example,2026:desk:7", "7", ("tag:agency.example,2026:desk:7", "7")),
        ("urn:newsml:a.example:20261123:AB-12:3U", "9", ("urn:newsml:a.example:20261123:AB-12", "9")),
        ("urn:newsml:a.example:20261123:AB:585167:0", None, ("urn:newsml:a.example:20261123:AB:585167", "0")),
        ("urn:newsml:a.example:20261123:AB:585167", None, ("urn:newsml:a.example:20261123:AB:585167", None)),
        ("urn:newsml:a.example:20261123:585167", "1", ("urn:newsml:a.example:20261123:585167", "1")),
        ("urn:newsml:a.example:2026-11-23T05:42:10", "1", ("urn:newsml:a.example:2026-11-23T05:42:10", "1")),
    ],
)
def test_versions_are_versions_of_one_story(guid: str, version: str | None, id_: tuple[str, str | None]) -> None:
    assert stable(guid, version) == id_


def test_items_without_guid_have_ids_of_their_own() -> None:
    first, second = item(attributes=""), item("<edNote>More</edNote>", attributes="")
    ids = [one.uri for one in reading(message(first, second)).stories]
    assert len(set(ids)) == 2
    assert all(map(is_made, ids))
    assert [one.uri for one in reading(message(second, first)).stories] == ids[::-1]


@pytest.mark.parametrize(
    ("property_", "found"),
    [
        (
            '<a qcode="medtop:20000544"/>',
            Concept(code="medtop:20000544", scheme="http://cv.iptc.org/newscodes/mediatopic/"),
        ),
        ('<a qcode="spct:league"/>', Concept(code="spct:league", scheme="http://cv.iptc.org/newscodes/spct/")),
        ('<a qcode="own:a:b"/>', Concept(code="own:a:b", scheme="https://own.example/")),
        ('<a qcode="nobody:1"><name>One</name></a>', Concept(name="One", code="nobody:1")),
        ('<a qcode="bare"/>', Concept(code="bare")),
        ('<a uri="https://own.example/x#7"/>', Concept(code="7", scheme="https://own.example/x#")),
        ('<a uri="urn:x"/>', Concept(code="urn:x")),
        ('<a literal="L"><name/></a>', Concept(code="L")),
        ('<a><name xml:lang="de">Eins</name><name xml:lang="en-US">One</name></a>', Concept(name="One")),
        ("<a>text</a>", Concept(name="text")),
        ("<a/>", None),
    ],
)
def test_concepts(property_: str, found: Concept | None) -> None:
    holder = fragment('<i><catalog><scheme alias="own" uri="https://own.example/"/><scheme alias="x"/></catalog></i>')
    assert concept(fragment(property_), schemes(holder), "en") == found


def test_a_catalog_in_the_item_counts_before_iptcs() -> None:
    holder = fragment('<i><catalog><scheme alias="medtop" uri="https://own.example/"/></catalog></i>')
    assert schemes(holder)["medtop"] == "https://own.example/"
    assert schemes()["medtop"] == "http://cv.iptc.org/newscodes/mediatopic/"
    assert len(schemes()) == 260


@pytest.mark.parametrize(
    ("value", "code"),
    [("stat:usable", "usable"), ("http://x.example/a#B", "b"), ("a/", ""), ("plain", "plain"), (None, None)],
)
def test_local_codes(value: str | None, code: str | None) -> None:
    assert local_code(value) == code


@pytest.mark.parametrize(
    ("header", "sequence"),
    [
        ("<transmitId>4711</transmitId>", ("newsml-g2", 4711)),
        ("<sender>a.example</sender><transmitId>0007</transmitId><channel>TXT</channel>", ("a.example/TXT", 7)),
        ("<transmitId>17610869</transmitId>", (None, None)),
        ("<transmitId>tag:a.example,2026:7</transmitId>", (None, None)),
        ("<transmitId>²</transmitId>", (None, None)),
    ],
)
def test_transmission_numbers(header: str, sequence: tuple[str | None, int | None]) -> None:
    """A number of more than six digits identifies a message among all and says nothing of those between."""
    found = story(message(item(), header=header)).provenance
    assert (found.channel, found.sequence) == sequence


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (xhtml("<p>One.</p><p>Two &amp;amp; three.</p>"), "One.\n\nTwo &amp; three."),
        ("<inlineXML><p>One.</p><p>Two.</p></inlineXML>", "One.\n\nTwo."),
        ("<inlineXML><body.content><p>One.</p><p>Two.</p></body.content></inlineXML>", "One.\n\nTwo."),
        ('<inlineData contenttype="text/plain">One.\n\nTwo.</inlineData>', "One.\n\nTwo."),
        ('<inlineData encoding="enc:base64">T25lLgoKVHdvLg</inlineData>', "One.\n\nTwo."),
        ('<inlineData encoding="enc:gzip">H4sIAAA=</inlineData>', ""),
        ('<inlineData encoding="enc:base64">not base64 at all!</inlineData>', ""),
        (escaped("application/nitf+xml", "<nitf><body><body.content><p>One.</p></body.content></body></nitf>"), "One."),
        (escaped("application/nitf+xml", "<nitf><p>One."), "One."),
        (escaped("text/html", "<p>One.</p>Two."), "One.\n\nTwo."),
        (xhtml("") + "<inlineData>One.</inlineData>", "One."),
        (xhtml("<p>One.</p>") + "<inlineData>One.</inlineData>", "One."),
        (xhtml("<title/><script/><p>One.</p>"), "One."),
    ],
)  # fmt: skip
def test_content(content: str, text: str) -> None:
    assert story(item(content=content)).body_text == text


def test_content_that_is_not_understood_is_kept() -> None:
    found = story(item(content='<inlineData encoding="enc:gzip" contenttype="text/plain">H4sIAAA=</inlineData>'))
    assert found.extra["inlineData"] == {"encoding": "enc:gzip", "contenttype": "text/plain", "text": "H4sIAAA="}


def test_of_large_content_that_is_no_text_the_words_are_kept() -> None:
    players = "".join(f'<player id="p{number}"><name>Ana Ruiz</name></player>' for number in range(2_000))
    found = story(item(content=f"<inlineXML><sports-content>{players}</sports-content></inlineXML>"))
    assert found.body_text == ""
    assert found.extra["inlineXML"] == {"sports-content": " ".join(["Ana Ruiz"] * 2_000)}


def test_mentions_are_where_the_text_has_them() -> None:
    references = '<inlineRef idrefs="a b gone" type="cpnat:person" qcode="p:1"><name>Ana Ruiz</name></inlineRef>'
    body = '<h1>Rain</h1><p>LIMA (Agency) - <i id="a">Ana Ruiz</i> left.</p><p>Later <i id="b">Ruiz</i> came.</p>'
    found = story(item(before=references, content=xhtml(body)))
    assert found.body_text == "Ana Ruiz left.\n\nLater Ruiz came."
    (entity,) = found.entities
    assert (entity.name, entity.code, entity.aliases) == ("Ana Ruiz", "p:1", ("Ruiz",))
    assert entity.mentions == (Span(text="Ana Ruiz", start=0, end=8), Span(text="Ruiz", start=22, end=26))


@pytest.mark.parametrize(
    ("damage", "whole", "lost"),
    [
        (lambda text: text.replace("Two", "T<w"), ["1", "3"], ["2"]),
        (lambda text: text.replace("</newsItem>", "", 1), ["2", "3"], ["1"]),
        (lambda text: text[: text.index("Three")], ["1", "2"], ["3"]),
        (lambda text: text.replace("One", "&unknown;"), ["2", "3"], ["1"]),
        (lambda text: text.replace("</itemSet>", ""), ["1", "2", "3"], []),
    ],
)
def test_an_ill_formed_item_costs_only_itself(damage: Callable[[str], str], whole: list[str], lost: list[str]) -> None:
    items = [
        item(content=f"<inlineData>{word}.</inlineData>", attributes=f'guid="{number}"')
        for number, word in enumerate(("One", "Two", "Three"), 1)
    ]
    found = reading(damage(message(*items, header="<transmitId>12</transmitId>")))
    assert [one.uri for one in found.stories] == whole
    assert [error.item for error in found.errors] == lost
    assert {one.provenance.sequence for one in found.stories} == {12}


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("<newsMessage><header/></newsMessage>", "There is no item of NewsML-G2 in this <newsMessage>."),
        (f'<conceptItem xmlns="{NAMESPACE}" guid="c"/>', "This is a conceptItem of NewsML-G2, which carries no story."),
        ('<newsItem guid="c"/>', "This item of NewsML-G2 has neither a headline nor a text, other content or a link."),
        ("<newsItem", "This is not well-formed XML"),
        ("<!DOCTYPE x [<!ENTITY a 'b'>]><newsItem/>", "This XML brings its own document type with definitions"),
    ],
)
def test_errors(text: str, cause: str) -> None:
    found = reading(text)
    assert found.stories == ()
    assert [error.cause[: len(cause)] for error in found.errors] == [cause]


@pytest.mark.parametrize("root", ["newsItem", "packageItem", "newsMessage"])
def test_a_status_without_anything_else_still_holds_the_story_back(root: str) -> None:
    inner = '<itemMeta><pubStatus qcode="stat:withheld"/></itemMeta>'
    text = f"<{root} guid='x'>{inner}</{root}>"
    if root == "newsMessage":
        text = message(f"<newsItem guid='x'>{inner}</newsItem>")
    assert story(text).pubstatus == "withheld"


def test_a_long_header_is_not_repeated_with_every_story() -> None:
    items = [item(attributes=f'guid="{number}"') for number in range(500)]
    text = message(*items, header=f"<sent>2026-11-23</sent>{'<destination>all</destination>' * 20_000}")
    stories = reading(text).stories
    assert {len(encode(one)) < 2_000 for one in stories} == {True}
    assert stories[0].extra["header"] == {"sent": "2026-11-23"}


SHAPES: dict[str, Callable[[], str]] = {
    "items": lambda: message(item() * (MB // 300)),
    "items without end": lambda: f"<newsMessage>{'<newsItem ' * (MB // 10)}",
    "catalog of the message": lambda: message(
        item() * 1_000, header="<catalog>" + '<scheme alias="a" uri="b"/>' * 50_000 + "</catalog>"
    ),
    "headline again and again": lambda: item(content=xhtml("<p>Rain</p>" * (MB // 11))),
    "mentions": lambda: item(
        before='<inlineRef idrefs="a" type="cpnat:person" qcode="p:1"/>',
        content=xhtml('<p><i id="a">Ana</i></p>' * (MB // 25)),
    ),
    "subjects": lambda: item(about='<subject type="cpnat:person" qcode="a:b"/>' * (MB // 42)),
    "a guid of colons": lambda: item(attributes=f'guid="urn:newsml:a:20261123:{"1:" * (MB // 2)}x"'),
    "prefixes": lambda: item(
        content='<inlineXML><x:html xmlns:x="y">' + "<x:p>a</x:p>" * (MB // 12) + "</x:html></inlineXML>"
    ),
}  # fmt: skip


@pytest.mark.parametrize("make", SHAPES.values(), ids=SHAPES)
def test_time_grows_with_the_bytes_alone(make: Callable[[], str]) -> None:
    text = make()
    started = time.process_time()
    found = reading(text)
    assert found.stories or found.errors
    assert time.process_time() - started < SECONDS_FOR_1_MB
