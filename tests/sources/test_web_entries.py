"""A feed document taken apart: each entry a document that a parser reads as it reads the whole."""

import time

import feedparser
import pytest

from pipeline.sources.web_entries import MOST_ENTRIES, Document, take_apart

BASE = "https://news.example/feed.xml"
RSS = """<?xml version="1.0" encoding="UTF-8"?>
<!-- made by hand -->
<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:sy="http://purl.org/rss/1.0/modules/syndication/">
<channel><title>Meridian News</title><link>https://news.example/</link><language>en-gb</language>
<lastBuildDate>Tue, 03 Mar 2026 10:00:00 GMT</lastBuildDate><ttl>5</ttl>
<item><guid>n2</guid><title>Ferry &amp; harbour</title><dc:creator>Ana Ruiz</dc:creator><link>/n2</link>
<pubDate>Tue, 03 Mar 2026 09:00:00 GMT</pubDate><description><![CDATA[<p>Quay &nbsp; closed</p>]]></description></item>
<item><guid>n1</guid><title>Café rouvert</title><pubDate>Tue, 03 Mar 2026 08:00:00 GMT</pubDate></item>
</channel></rss>"""
ATOM = """<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="es" xml:base="https://agency.example/a/">
<title>Agencia</title><id>urn:a</id><updated>2026-03-03T10:00:00Z</updated><author><name>Redacción</name></author>
<entry><id>urn:a:2</id><title>Dos</title><updated>2026-03-03T09:00:00+02:00</updated><link href="2.html"/></entry>
<entry><id>urn:a:1</id><title>Uno</title><updated>2026-03-03T08:00:00Z</updated></entry>
</feed>"""
RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:sy="http://purl.org/rss/1.0/modules/syndication/">
<channel rdf:about="https://desk.example/"><title>Desk</title><link>https://desk.example/</link>
<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>
<items><rdf:Seq><rdf:li resource="https://desk.example/1"/></rdf:Seq></items></channel>
<item rdf:about="https://desk.example/2"><title>Second</title><link>https://desk.example/2</link></item>
<item rdf:about="https://desk.example/1"><title>First</title><link>https://desk.example/1</link></item>
</rdf:RDF>"""


def apart(text: str | bytes, charset: str | None = None) -> Document:
    document = take_apart(text.encode() if isinstance(text, str) else text, charset, BASE)
    assert document
    return document


def parts(document: Document) -> list[bytes]:
    return [document.data(entry) for entry in document.oldest_first(frozenset())]


@pytest.mark.parametrize(
    ("text", "names", "period"),
    [
        (RSS, ["n1", "n2"], 300),
        (ATOM, ["urn:a:2", "urn:a:1"], 0),
        (RDF, ["https://desk.example/1", "https://desk.example/2"], 900),
    ],
    ids=["rss", "atom", "rdf"],
)
def test_entries_come_oldest_first_each_as_a_parser_reads_it_in_the_whole(
    text: str, names: list[str], period: float
) -> None:
    document = apart(text)
    assert [entry.name for entry in document.oldest_first(frozenset())] == names
    assert (document.period, document.more) == (period, 0)
    whole = feedparser.parse(text.encode(), response_headers={"content-location": BASE})
    read = [feedparser.parse(part) for part in parts(document)]
    assert [one.bozo for one in read] == [False, False]
    by_title = {entry.title: entry for one in read for entry in one.entries}
    assert by_title == {entry.title: entry for entry in whole.entries}
    for one in read:
        assert [one.feed.get(key) for key in ("title", "link", "language", "author")] == [
            whole.feed.get(key) for key in ("title", "link", "language", "author")
        ]


def test_what_changes_with_each_making_of_the_feed_changes_no_entry() -> None:
    later = RSS.replace("10:00:00", "10:05:00").replace("<!-- made by hand -->", "").replace("<ttl>5", "<ttl>9")
    assert parts(apart(later)) == parts(apart(RSS))
    edited = apart(RSS.replace("closed", "open"))
    known = frozenset(entry.fingerprint for entry in apart(RSS).entries)
    assert [entry.name for entry in edited.oldest_first(known)] == ["n2"]


@pytest.mark.parametrize(
    ("data", "charset", "declared"),
    [
        (RSS.replace("UTF-8", "ISO-8859-1").encode("latin-1"), None, "ISO-8859-1"),
        (RSS.replace("UTF-8", "ISO-8859-1").encode(), "iso-8859-1", "UTF-8"),  # it is UTF-8, whatever they say
        (RSS.replace(' encoding="UTF-8"', "").encode("cp1252"), "windows-1252", "windows-1252"),
        (RSS.replace("UTF-8", "UTF-16").encode("utf-16"), None, "UTF-8"),
        (RSS.encode(), "no-such-charset", "UTF-8"),
        (RSS.replace("<title>Ferry", "<title>&nbsp;Ferry").encode(), None, "UTF-8"),
    ],
)
def test_each_part_is_in_the_charset_of_the_whole(data: bytes, charset: str | None, declared: str) -> None:
    document = apart(data, charset)
    assert document.charset.lower() == declared.lower()
    first, second = map(feedparser.parse, parts(document))
    assert (first.entries[0].title, second.entries[0].title.strip()) == ("Café rouvert", "Ferry & harbour")


@pytest.mark.parametrize(
    "data",
    [
        b"", b"{}", b"<html><body>x</body></html>", b"<rss/>", RSS.encode()[:-20], b"\xff\xfe",
        b'<!DOCTYPE rss [<!ENTITY a "x">]><rss><channel><item><title>&a;</title></item></channel></rss>',
        '<!DOCTYPE rss [<!ENTITY a "x">]><rss><channel><item/></channel></rss>'.encode("utf-16"),
        b"<feed>" + b"<a>" * 2000 + b"</a>" * 2000 + b"</feed>",
        b"<rss x='" + b"y" * 70_000 + b"'><channel><item/></channel></rss>",  # which each entry would carry
        b"<feed>" + b"<a/>" * 1_000_001 + b"</feed>",
    ],
)  # fmt: skip
def test_what_is_no_feed_or_not_safe_is_not_taken_apart(data: bytes) -> None:
    assert take_apart(data, None, BASE) is None


def test_a_large_head_and_many_entries_are_bounded() -> None:
    items = "".join(f"<item><guid>{number}</guid></item>" for number in range(MOST_ENTRIES + 7))
    head = "<description>" + "x" * 5000 + "</description>" + "<category>y</category>" * 5000
    document = apart(f"<rss><channel><title>T</title>{head}{items}</channel></rss>")
    assert (len(document.entries), document.more) == (MOST_ENTRIES, 7)
    data = document.data(document.entries[0])
    assert b"<title>T</title>" in data
    assert len(data) < 20_000


def test_the_same_entry_twice_is_one_and_two_of_one_id_are_two() -> None:
    document = apart(
        "<rss><channel>" + "<item><guid>a</guid></item>" * 3 + "<item><guid>a</guid>x</item></channel></rss>"
    )
    assert [entry.name for entry in document.entries] == ["a", "a"]


def test_names_are_on_one_line() -> None:
    document = apart("<rss><channel><item><guid>a&#10;b&#x202e;c" + "d" * 5000 + "</guid></item></channel></rss>")
    assert document.entries[0].name == "a b c" + "d" * 195


def test_ten_thousand_entries_take_about_a_second() -> None:
    item = "<item><guid>{0}</guid><title>Title {0}</title><description>" + "word " * 100 + "</description></item>"
    text = "<rss><channel><title>T</title>" + "".join(map(item.format, range(10_000))) + "</channel></rss>"
    began = time.process_time()
    assert len(parts(apart(text))) == 10_000
    assert time.process_time() - began < 5
