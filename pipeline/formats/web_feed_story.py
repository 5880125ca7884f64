"""One entry of a feed as a story.

uri                 Atom's id and RSS's guid where it is an address or a urn; else made of the feed's own id and the
                    guid; without a guid, or with one that entries of different links share, the link; else a
                    digest of the entry
body_text           content, content:encoded; without it the description or summary
description_text    the description or summary beside a content
source              the entry's own source, publisher or agency; else the feed's title
"""

import re
from dataclasses import dataclass, replace
from typing import Any

from lxml import etree

from pipeline.errors import TerminalError
from pipeline.formats import bylines, notices, plain_text, signals, web_feed_links, xml
from pipeline.formats.base import Item, Text, content_uri
from pipeline.formats.ninjs_parts import tamed
from pipeline.formats.web_feed_parts import MOST, Parts, address, attribute, copy, key, line, paragraphs, time_of
from pipeline.formats.wire_copy import Copy
from pipeline.formats.xml import Element
from pipeline.story import Author, Concept, Headline, Link, PubStatus, Story

_ABSOLUTE = re.compile(r"(?:https?://[^/\s]|urn:|tag:|mid:|doi:|info:|uuid:)\S", re.IGNORECASE)
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8}){0,3}")
_MAIL_NAME = re.compile(r"^\S+@\S+\s+\((?P<name>[^()]+)\)$|^(?P<before>[^<>]+?)\s*<\S+@\S+>$")
_LONGEST_SAID = 2000
"""Characters: what the feed says of itself is repeated by each of its stories."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """What a feed says of itself."""

    scope: str
    """Makes its entries' numbers unique: its id or address, or, where it has none, the name of the feed."""
    base: str
    """What relative addresses are relative to."""
    title: str | None = None
    language: str | None = None
    rights: str | None = None
    said: dict[str, Any]
    """Its title, link, description and other elements, for `extra`."""
    text: Text
    shared: frozenset[str] = frozenset()
    """Guids that entries of different links have."""


def channel(element: Element, item: Item, text: Text) -> Channel:
    """The head of a feed."""
    parts = Parts(element)
    parts.take("item", "entry", "items", "at:deleted-entry")
    language = attribute(element, "{http://www.w3.org/XML/1998/namespace}lang") or parts.text("language", "dc:language")
    identifier = parts.text("id")
    links = web_feed_links.read(parts, "")
    page = next((link.href for link in links if link.rel == "alternate" and link.href), None)
    own = next((link.href for link in links if link.rel == "self" and link.href), None)
    title, rights = parts.text("title", "dc:title"), parts.text("copyright", "rights", "dc:rights")
    head = {"title": title, "link": page or own, "id": identifier, **parts.extra()}
    said = {name: value for name, value in head.items() if value and len(str(value)) <= _LONGEST_SAID}
    return Channel(
        scope=re.sub(r"^https?://(?:www\.)?", "", identifier or page or own or item.feed).rstrip("/")[:500],
        base=(page or own or "")[:2000],
        title=title[:200] if title else None,
        language=_language(language),
        rights=rights[:_LONGEST_SAID] if rights else None,
        said=dict(list(said.items())[:20]),
        text=text,
    )


def shared_guids(entries: list[Element]) -> frozenset[str]:
    """The guids that entries of different links have: no ids of entries, then."""
    links: dict[str, set[str]] = {}
    for entry in entries:
        found = {key(child): (child.get("href") or child.text or "").strip() for child in entry}
        if found.get("guid"):
            links.setdefault(found["guid"], set()).add(found.get("link") or found["guid"])
    return frozenset(guid for guid, of in links.items() if len(of) > 1)


def story(entry: Element, item: Item, feed: Channel) -> Story:
    """The story. TerminalError where the entry has neither a title nor a text."""
    parts = Parts(entry)
    parts.take("item", "entry")  # entries that damage has put into this one are read by themselves
    guid, links = _guid(parts), web_feed_links.read(parts, feed.base)
    links = _with_permalink(links, guid)
    text, description = _texts(parts)
    found, headline = _headline(parts)
    if not (headline or text.paragraphs or found):
        raise TerminalError("This entry has neither a title nor a text.", item=guid and guid[0])
    text.signals[:0] = found
    made = plain_text.story(_uri(guid, links, entry, item, feed), text, feed.text)
    created = parts.time("updated", "modified", "dcterms:modified", "atom:updated")
    issued = parts.time("pubDate", "published", "issued", "dcterms:issued", "created", "dcterms:created")
    dated = parts.time("dc:date", "dcterms:date", "prism:publicationDate")
    made = replace(
        made,
        headline=headline,
        headlines=_other_headlines(parts, headline),
        description_text=description,
        versioncreated=created or issued or dated,
        firstcreated=issued if created else None,
        subject=_subjects(parts),
        keywords=tuple(dict.fromkeys([*_keywords(parts), *made.keywords])),
        language=_language(_xml_language(entry) or parts.text("dc:language")) or feed.language,
        copyrightnotice=made.copyrightnotice or parts.text("rights", "copyright", "dc:rights") or feed.rights,
        links=links,
        genre=tuple(Concept(name=name) for name in [parts.text("dc:type")] if name),
    )
    made = notices.advised(made, text.lines, prefix=f"urn:feed:{feed.scope}:")
    return _embargoed(_credited(made, parts, feed), parts, feed)


def deleted(entry: Element, feed: Channel) -> Story:
    """A deleted entry (RFC 6721): its story is canceled."""
    reference = attribute(entry, "ref")
    if reference is None:
        raise TerminalError("This deleted entry does not say which it was.")
    parts = Parts(entry)
    by = next(iter(_people(parts, "at:by")), None)
    return Story(
        uri=_named(reference, feed),
        pubstatus="canceled",
        versioncreated=time_of(attribute(entry, "when"))[0],
        ednote=parts.text("at:comment"),
        source=feed.title,
        authors=(Author(name=by, role="deleted by"),) if by else (),
        extra=tamed({**parts.extra(), "channel": feed.said}),
    )


def _guid(parts: Parts) -> tuple[str, bool] | None:
    """The entry's id, and whether it is the address of its page, too."""
    element = next(iter(parts.take("guid")), None)
    if element is not None and (said := line(element)):
        return said, element.get("isPermaLink", "true").lower() != "false" and said.lower().startswith("http")
    identifier = parts.text("id", "dc:identifier")
    about = attribute(parts.element, "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about")
    return (identifier, False) if identifier else (about, False) if about else None


def _with_permalink(links: tuple[Link, ...], guid: tuple[str, bool] | None) -> tuple[Link, ...]:
    if guid and guid[1] and web_feed_links.alternate(links) is None:
        return (Link(rel="alternate", href=guid[0]), *links)
    return links


def _uri(guid: tuple[str, bool] | None, links: tuple[Link, ...], entry: Element, item: Item, feed: Channel) -> str:
    if guid and guid[0] not in feed.shared:
        return _named(guid[0], feed)
    page = web_feed_links.alternate(links) or next((link.href for link in links if link.href), None)
    return page or content_uri(item, etree.tostring(entry, with_tail=False))


def _named(identifier: str, feed: Channel) -> str:
    return identifier if _ABSOLUTE.match(identifier) else f"urn:feed:{feed.scope}:{identifier}"


def _texts(parts: Parts) -> tuple[Copy, str | None]:
    """The text, and the description where it is another."""
    bodies = parts.take("content:encoded", "content", "xhtml:body", "xhtml:div", "body", "fullitem")
    summaries = parts.take(
        "description", "summary", "dc:description", "media:description", "dcterms:abstract", "itunes:summary"
    )
    elements = iter((*bodies, *summaries))
    body = next((text for element in elements if _says_something(text := copy(element))), Copy())
    whole = "\n\n".join(body.paragraphs)
    others = ("\n\n".join(paragraphs(element)) for element in elements)
    return body, next((other for other in others if other and other not in whole), None)


def _says_something(text: Copy) -> bool:
    return bool(text.paragraphs or text.notes or text.credits or text.copyright)


def _headline(parts: Parts) -> tuple[tuple[str, ...], str | None]:
    title = parts.text("title", "dc:title", "media:title")
    found, rest = signals.peel(title) if title else ((), "")
    return found, rest or None


def _other_headlines(parts: Parts, headline: str | None) -> tuple[Headline, ...]:
    other = parts.text("media:title") or parts.text("dcterms:alternative")
    return (Headline(text=other, role="media:title"),) if other and other != headline else ()


def _subjects(parts: Parts) -> tuple[Concept, ...]:
    """Categories with a scheme; the others are keywords."""
    found = [
        Concept(name=attribute(element, "label") or line(element), scheme=attribute(element, "scheme"))
        for element in parts.take("media:category")
    ]
    for element in parts.take("category"):
        scheme = attribute(element, "scheme") or attribute(element, "domain")
        term, name = attribute(element, "term"), attribute(element, "label") or line(element)
        if scheme is None and not (term and name and term != name):
            parts.keep("keywords", name or term)
        elif term or name:
            found.append(Concept(name=name or term, code=term, scheme=scheme))
    return tuple(dict.fromkeys(found))


def _keywords(parts: Parts) -> list[str]:
    listed = [line(element) or "" for element in parts.take("dc:subject")]
    for element in parts.take("media:keywords", "keywords", "prism:keyword"):
        listed += re.split(r"\s*,\s*", line(element) or "")
    return [word for word in [*parts.kept("keywords"), *listed] if word]


def _credited(made: Story, parts: Parts, feed: Channel) -> Story:
    """Authors and source; the names of the feed's own fields before what the text says."""
    names = _people(parts, "author", "dc:creator", "itunes:author")
    helpers = [Author(name=name, role="contributor") for name in _people(parts, "contributor", "dc:contributor")]
    authors = [who for name in names for who in bylines.authors(name) or (Author(name=name),)]
    source = next(iter(parts.take("source")), None)
    republished = _source(source, feed) if source is not None else None
    return replace(
        made,
        byline=made.byline or ", ".join(names) or None,
        authors=tuple(dict.fromkeys([*authors, *made.authors, *helpers])),
        source=(republished and republished.title)
        or parts.text("dc:publisher", "dc:source")
        or made.source
        or feed.title,
        links=(*made.links, *([republished] if republished and republished.href else [])),
    )


def _source(element: Element, feed: Channel) -> Link:
    """Where an entry was republished from: RSS's source, Atom's feed head."""
    url = element.get("url")
    if len(element) == 0:
        return Link(rel="source", href=address(element, url, feed.base), title=line(element))
    head = Parts(element)
    links = web_feed_links.read(head, feed.base)
    href = web_feed_links.alternate(links) or next((link.href for link in links), None)
    return Link(rel="source", uri=head.text("id"), href=href, title=head.text("title"))


def _people(parts: Parts, *names: str) -> list[str]:
    """The names of persons: Atom's person constructs, 'Name', 'Name <address>' and 'address (Name)'."""
    found = []
    for element in parts.take(*names):
        children = {key(child): xml.text_of(child) for child in element[:MOST]}
        text = children.get("name") or children.get("email") if children else line(element)
        named = _MAIL_NAME.match(text[:500]) if text else None
        found.append((named["name"] or named["before"]) if named else text)
        if children.keys() - {"name"}:
            parts.keep(key(element), {name: value for name, value in children.items() if value})
    return list(dict.fromkeys(filter(None, found)))


def _embargoed(made: Story, parts: Parts, feed: Channel) -> Story:
    """The story with what holds it back, and with `extra`."""
    embargo = parts.text("prism:embargoDate", "embargoDate")
    until = time_of(embargo)[0] if embargo else None
    draft = next(
        (line(child) for control in parts.take("app:control") for child in control if key(child)[-5:] == "draft"), ""
    )
    status: PubStatus = made.pubstatus
    if status == "usable" and ((embargo and until is None) or draft == "yes"):
        status = "withheld"
        parts.keep("withheld", embargo or "draft")
    web_feed_links.point(parts)
    return replace(
        made,
        pubstatus=status,
        embargoed=until or made.embargoed,
        extra=tamed({**made.extra, **parts.extra(), "channel": feed.said}),
    )


def _xml_language(entry: Element) -> str | None:
    return next((entry.get(name) for name in entry.attrib if str(name).endswith("}lang")), None)


def _language(said: str | None) -> str | None:
    return said.replace("_", "-") if said and _LANGUAGE.fullmatch(said) else None
