"""RSS 0.90 to 2.0 and Atom 0.3 and 1.0 (RFC 4287), with the modules content, dc, dcterms, media, georss, slash, wfw,
threads (RFC 4685) and deleted entries (RFC 6721): every entry is a story.

Two formats with one reader: feeds of either kind use elements of the other, and their names do not collide.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from lxml import etree

from pipeline.errors import TerminalError
from pipeline.formats import web_feed_story, web_feed_xml, xml
from pipeline.formats.base import Format, Guess, Item
from pipeline.formats.web_feed_parts import key
from pipeline.formats.web_feed_story import Channel
from pipeline.formats.xml import Element
from pipeline.story import Story

_HEAD = 1 << 16
_ENTRIES = ("item", "entry")
_ATOM = re.compile(rb"http://www\.w3\.org/2005/atom|http://purl\.org/atom/", re.IGNORECASE)
_RSS_1 = re.compile(rb"purl\.org/(?:rss/1\.0/|net/rss1\.1)|netscape\.com/rdf/simple/0\.9", re.IGNORECASE)
_LATE_ROOT = re.compile(rb"<(?:(?P<rss>rss[\s>]|rdf:RDF[\s>])|(?:feed|atom:feed)[\s>])")


def _sniff(item: Item, *, atom: bool) -> Guess:
    head = item.data[:_HEAD].replace(b"\x00", b"")
    root = (xml.root_name(item) or "").lower()
    if root == "rss" or (root == "rdf" and _RSS_1.search(head)):
        found, sure = "rss", 1.0
    elif root in ("feed", "entry") and _ATOM.search(head):
        found, sure = "atom", 1.0
    elif root == "channel" or (root == "rdf" and b"<item" in head):
        found, sure = "rss", 0.7
    elif root == "feed" and b"<entry" in head:
        found, sure = "atom", 0.7
    elif late := _LATE_ROOT.search(head[:4096]):  # a feed below a warning of the program that made it
        found, sure = ("rss" if late["rss"] else "atom"), 0.6
    else:
        found, sure = "", 0.0
    if found != ("atom" if atom else "rss"):
        return Guess(confidence=0.0, reason="no root element of Atom" if atom else "no root element of RSS")
    return Guess(confidence=sure, reason=f"a root element of {'Atom' if atom else 'RSS'}")


def parse(item: Item) -> Iterable[Story | TerminalError]:
    """A story for each entry, in the order of the feed; an error for an entry without title and text."""
    root, text, repaired = web_feed_xml.read(item)
    root = next((element for element in root.iter() if _head(element) is not None), root)
    head, entries = _head(root), _entries(root)
    if head is None:
        raise TerminalError(f"This is XML, but no feed: its root element is '{xml.name(root)[:40]}'.")
    if not entries:
        raise TerminalError("This feed has no entries.")
    if key(root) in _ENTRIES:
        head = next((child for child in root if key(child) == "source"), etree.Element("feed"))
    feed = web_feed_story.channel(head, item, text)
    if repaired:
        feed = replace(feed, said={**feed.said, "repaired": True})
    return _stories(entries, item, replace(feed, shared=web_feed_story.shared_guids(entries)))


def _stories(entries: list[Element], item: Item, feed: Channel) -> Iterator[Story | TerminalError]:
    for number, entry in enumerate(entries, 1):
        try:
            if key(entry) == "at:deleted-entry":
                yield web_feed_story.deleted(entry, feed)
            else:
                yield web_feed_story.story(entry, item, feed)
        except TerminalError as error:
            yield TerminalError(error.cause, item=error.item or f"entry {number}")


def _head(root: Element) -> Element | None:
    """The element that holds what the feed says of itself."""
    name = key(root).rpartition(":")[2].lower()
    if name in ("rss", "rdf"):
        channel = next((child for child in root if key(child) == "channel"), None)
        return root if channel is None else channel
    return root if name in ("feed", "channel", *_ENTRIES) else None


def _entries(root: Element) -> list[Element]:
    """All entries, wherever damage has put them; one that stands alone is its own feed."""
    found = root.iter("{*}item", "{*}entry", "{*}deleted-entry")
    return [element for element in found if key(element) in (*_ENTRIES, "at:deleted-entry")]


RSS = Format(name="rss", sniff=lambda item: _sniff(item, atom=False), parse=parse)
ATOM = Format(name="atom", sniff=lambda item: _sniff(item, atom=True), parse=parse)
