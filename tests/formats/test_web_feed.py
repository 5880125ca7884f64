"""RSS and Atom: what is no feed, which of the two it is, and large and hostile feeds in bounded time."""

import time

import pytest

from pipeline.formats.base import Item
from pipeline.formats.registry import detect, read

HEAD = b'<rss version="2.0"><channel><title>Agency</title><link>http://agency.example/</link>'
ENTRY = (
    b"<item><guid>http://agency.example/%d</guid><title>Ferry sinks</title>"
    b"<description>&lt;p&gt;Text.&lt;/p&gt;</description></item>"
)
MB = 1 << 20


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"<rss version='2.0'/>", "rss"),
        (b"\xef\xbb\xbf\n<?xml version='1.0'?><!-- <feed> --><rss/>", "rss"),
        ("<rss version='2.0'/>".encode("utf-16"), "rss"),
        (b"<rdf:RDF xmlns:rdf='x' xmlns='http://purl.org/rss/1.0/'/>", "rss"),
        (b"<a:feed xmlns:a='http://www.w3.org/2005/Atom'/>", "atom"),
        (b"<entry xmlns='http://www.w3.org/2005/Atom'/>", "atom"),
        (b"<br />Warning<br />\n<?xml version='1.0'?><rss version='2.0'>", "rss"),
    ],
)
def test_detected(data: bytes, name: str) -> None:
    assert detect(Item(data=data))[0].name == name


@pytest.mark.parametrize(
    ("data", "cause"),
    [
        (b"<!DOCTYPE html><html><body>502</body></html>", "This is no feed: it looks like an HTML page."),
        (b"{}", "This is no feed: it looks like JSON."),
        (b"Feeds are down", "This is no feed: it has neither an 'rss', an 'RDF' nor a 'feed' element."),
        (b"%PDF-1.4", "This is no feed: it looks like a PDF document."),
        (b"<?xml version='1.0'?><nitf/>", "This is XML, but no feed: its root element is 'nitf'."),
        (b"<rss><channel><title>Agency</title></channel></rss>", "This feed has no entries."),
        (b"<rss><channel><item/></channel></rss>", "This entry has neither a title nor a text."),
    ],
)
def test_sentences(data: bytes, cause: str) -> None:
    reading = read(Item(data=data, format="rss"))
    assert reading.stories == ()
    assert reading.errors[0].cause.startswith(cause)


def test_entities_of_a_feeds_own_document_type_are_not_expanded() -> None:
    bomb = b'<!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "&a;&a;"><!ENTITY f SYSTEM "file:///etc/passwd">]>'
    (story,) = read(Item(data=bomb + HEAD + b"<item><title>&b; &f;</title></item></channel></rss>")).stories
    assert story.headline == "&b; &f;"


def test_what_a_feed_says_of_itself_is_repeated_only_where_it_is_short() -> None:
    data = HEAD + b"<description>" + b"x" * 3000 + b"</description>" + ENTRY % 1 + b"</channel></rss>"
    (story,) = read(Item(data=data)).stories
    assert story.extra["channel"] == {"title": "Agency", "link": "http://agency.example/"}


BIG = {
    "entries": HEAD + b"".join(ENTRY % number for number in range(10_000)) + b"</channel></rss>",
    "unclosed markup": HEAD + b"<item><title>a</title><description>" + b"<b>" * MB,
    "ampersands": HEAD + b"<item><title>a</title><description>" + b"&" * (4 * MB),
    "titles": HEAD + b"<item>" + b"<title>a" * MB,
    "sections": HEAD + b"<item><title>a</title><description>" + b"<![CDATA[" * MB,
    "bases": b'<feed xmlns="http://www.w3.org/2005/Atom" xml:base="http://a.example/'
    + b"x/" * 100_000
    + b'">'
    + b'<entry><title>a</title><link href="b"/></entry>' * 10_000
    + b"</feed>",
}


@pytest.mark.parametrize("data", BIG.values(), ids=BIG)
def test_large_feeds_in_bounded_time(data: bytes) -> None:
    started = time.process_time()
    reading = read(Item(data=data))
    assert reading.stories or reading.errors
    assert time.process_time() - started < 10


def test_an_element_keeps_an_attribute_and_a_child_of_one_name() -> None:
    entry = b'<item><title>T</title><x:place xmlns:x="u" code="LIM"><code>PE</code>Lima</x:place></item>'
    (story,) = read(Item(data=HEAD + entry + b"</channel></rss>", format="rss")).stories
    assert story.extra["x:place"] == {"code": ["LIM", "PE"]}
