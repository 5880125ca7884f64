"""What an entry points to: its page, enclosures, media, comments, entries it answers; and where it happened."""

from pipeline.formats import web_feed_parts
from pipeline.formats.web_feed_parts import MOST, Parts, address, attribute, line
from pipeline.formats.xml import Element
from pipeline.story import Link

_MAPPED = frozenset({"href", "url", "type", "rel", "title", "medium", "isDefault"})


def read(parts: Parts, base: str) -> tuple[Link, ...]:
    """All links, in the order of importance, each once."""
    links = [_link(element, base) for element in parts.take("link")]
    links += [_enclosure(parts, element, base) for element in parts.take("enclosure")]
    links += [
        _media(parts, element, base) for element in parts.take("media:content", "media:thumbnail", "media:player")
    ]
    for rel, names in (("comments", ("comments", "wfw:comment")), ("replies", ("wfw:commentRss", "wfw:commentRSS"))):
        links += [_text(element, rel, base) for element in parts.take(*names)]
    links += [_text(element, "canonical", base) for element in parts.take("feedburner:origLink")]
    links += [_reply(element, base) for element in parts.take("thr:in-reply-to")]
    return tuple(dict.fromkeys(link for link in links if link.href or link.uri))


def alternate(links: tuple[Link, ...]) -> str | None:
    """The address of the entry's own page."""
    return next((link.href for link in links if link.rel == "alternate"), None)


def point(parts: Parts) -> None:
    """A place on the map, for `extra`: 'point' as [latitude, longitude]."""
    said = parts.text("georss:point")
    if said is None:
        where = next(iter(parts.take("georss:where")), None)
        said = " ".join("".join(map(str, where.itertext())).split()) if where is not None else None
    latitude, longitude = parts.text("geo:lat"), parts.text("geo:long")
    try:
        numbers = [float(number) for number in (said or f"{latitude} {longitude}").replace(",", " ").split()]
    except ValueError:
        numbers = []
    if len(numbers) == 2 and abs(numbers[0]) <= 90 and abs(numbers[1]) <= 180:
        parts.keep("point", numbers)
    elif said or latitude or longitude:
        parts.keep("georss:point", said or f"{latitude} {longitude}")


def _link(element: Element, base: str) -> Link:
    href = element.get("href") or element.text
    return Link(
        rel=attribute(element, "rel") or "alternate",
        href=address(element, href, base),
        type=attribute(element, "type"),
        title=attribute(element, "title"),
    )


def _enclosure(parts: Parts, element: Element, base: str) -> Link:
    _keep(parts, "enclosure", element)
    href = element.get("url") or element.get("href") or element.text
    return Link(rel="enclosure", href=address(element, href, base), type=attribute(element, "type"))


def _media(parts: Parts, element: Element, base: str) -> Link:
    """Media RSS: the address, the type (or the medium, where that is all that is said) and its title."""
    name = web_feed_parts.key(element)
    inner = {web_feed_parts.key(child): child for child in element[:MOST]}
    title = inner.get("media:title")
    _keep(parts, name, element)
    for thumbnail in element.iterfind("{*}thumbnail"):
        parts.keep("media:thumbnail", web_feed_parts.plain(thumbnail))
    return Link(
        rel={"media:content": "media", "media:thumbnail": "thumbnail"}.get(name, "player"),
        href=address(element, element.get("url"), base),
        type=attribute(element, "type") or attribute(element, "medium"),
        title=line(title) if title is not None else None,
    )


def _keep(parts: Parts, name: str, element: Element) -> None:
    """Have `extra` hold the whole element where a link cannot: size, credit, description, hash."""
    if len(element) or set(element.attrib) - _MAPPED:
        parts.keep(name, web_feed_parts.plain(element))


def _text(element: Element, rel: str, base: str) -> Link:
    return Link(rel=rel, href=address(element, element.text, base))


def _reply(element: Element, base: str) -> Link:
    href = address(element, element.get("href"), base)
    return Link(rel="in-reply-to", uri=attribute(element, "ref"), href=href, type=attribute(element, "type"))
