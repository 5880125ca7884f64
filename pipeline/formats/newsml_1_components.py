"""The tree of NewsComponents in a NewsML 1 item: its texts, each with the components around it, and what is linked.

One text is the item's story. A further one is part of it where it has no headline of its own, a story of its own where
it has, or is in another language; of equivalent texts in one language the one in the richest format is taken. Text
beside nothing but pictures is their caption.
"""

from dataclasses import dataclass, field, replace
from itertools import islice

from pipeline.formats.charset import clean
from pipeline.formats.newsml_1_content import Content, is_media, read_link, read_text
from pipeline.formats.newsml_1_tree import Component
from pipeline.formats.nitf_body import Body
from pipeline.formats.xml import attribute
from pipeline.story import Link

MOST_TEXTS = 200
"""Texts of one item, and of one component, that are read."""


@dataclass(slots=True)
class Unit:
    """A text, with the components around it, the outermost first."""

    chain: tuple[Component, ...]
    content: Content

    @property
    def headline(self) -> str | None:
        """The nearest one."""
        return next((one.headline for one in reversed(self.chain) if one.headline), None)

    @property
    def language(self) -> str | None:
        """The nearest one."""
        return next((one.language for one in reversed(self.chain) if one.language), None)


@dataclass(slots=True)
class Components:
    """What an item holds."""

    units: list[Unit] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    captions: list[str] = field(default_factory=list)


def read_components(top: Component) -> Components:
    """TerminalError where a content cannot be decoded."""
    found = Components()
    _walk(top, (), found)
    return found


def stories(found: Components) -> list[Unit]:
    """The main text first. Texts under one headline in one language are parts of one story, in order; those without
    headline are part of the main one."""
    if not found.units:
        return []
    main = next((unit for unit in found.units if unit.chain[-1].role == "main"), found.units[0])
    groups: dict[tuple[str | None, str | None], list[Unit]] = {(main.headline, main.language): []}
    for unit in found.units:
        key = (unit.headline or main.headline, unit.language or main.language)
        groups.setdefault(key, []).append(unit)
    return [_one(parts) for parts in groups.values()]


def _one(parts: list[Unit]) -> Unit:
    """The story that the parts make, without those that only repeat its headline."""
    said = [unit for unit in parts if list(unit.content.body.paragraphs) != [unit.headline]] or parts[:1]
    first = next((unit for unit in said if unit.chain[-1].role == "main"), said[0])
    return Unit(first.chain, _joined([unit.content for unit in said]))


def _walk(component: Component, chain: tuple[Component, ...], found: Components) -> None:
    chain = (*chain, component)
    if component.media and not component.text:
        _read_media(component, found)
        return
    before = len(found.units)
    texts = _texts(component, found)
    same = (attribute(component.element, "EquivalentsList") or "no").lower() == "yes"
    if texts and before < MOST_TEXTS:
        found.units.append(Unit(chain, min(texts, key=lambda one: one.rank) if same else _joined(texts)))
    for inner in component.inner:
        _walk(inner, chain, found)
    _read_references(component, found)
    if same:
        found.units[before:] = _best(found.units[before:])


def _texts(component: Component, found: Components) -> list[Content]:
    texts: list[Content] = []
    for content_item in component.parts.get("ContentItem", ()):
        content = read_text(content_item) if len(texts) < MOST_TEXTS else None
        if content is not None and (content.body.paragraphs or content.body.headline):
            texts.append(content)
        elif link := read_link(content_item, component.headline):
            found.links.append(link)
    return texts


def _best(units: list[Unit]) -> list[Unit]:
    """Of equivalent texts the best of each language."""
    best: dict[str | None, Unit] = {}
    for unit in units:
        if unit.language not in best or unit.content.rank < best[unit.language].content.rank:
            best[unit.language] = unit
    return list(best.values())


def _joined(contents: list[Content]) -> Content:
    """Several texts one after another, each once."""
    if len(contents) == 1:
        return contents[0]
    bodies: dict[str, Body] = {}
    for content in contents:
        bodies.setdefault(" ".join(" ".join(content.body.paragraphs).split()), content.body)
    first, *others = bodies.values()
    paragraphs, tagged, links = list(first.paragraphs), list(first.tagged), list(first.links)
    for other in others:
        before = len(paragraphs)
        paragraphs.extend(other.paragraphs)
        links.extend(other.links)
        tagged.extend(
            one if one.paragraph is None else replace(one, paragraph=one.paragraph + before) for one in other.tagged
        )
    whole = replace(first, paragraphs=tuple(paragraphs), tagged=tuple(tagged), links=tuple(links))
    return replace(contents[0], body=whole)


def _read_media(component: Component, found: Components) -> None:
    """A picture and the like, in whatever renditions, with its caption."""
    every = list(component.everything())
    items = [item for one in every for item in one.parts.get("ContentItem", ())]
    plain = islice((item for item in items if not is_media(item)), MOST_TEXTS)
    texts = [content for item in plain if (content := read_text(item))]
    caption = " ".join(" ".join(content.body.paragraphs) for content in texts) or None
    title = caption or next((one.headline for one in every if one.headline), None)
    found.captions.extend([caption] if caption else [])
    found.links.extend(link for item in items if (link := read_link(item, title)))
    for one in every:
        _read_references(one, found)


def _read_references(component: Component, found: Components) -> None:
    """The items that the component refers to in place of a content."""
    for reference in component.parts.get("NewsItemRef", ()):
        uri = attribute(reference, "NewsItem")
        if uri and not uri.startswith("#"):
            found.links.append(Link(rel=clean(component.role or "related"), uri=clean(uri), title=component.headline))
