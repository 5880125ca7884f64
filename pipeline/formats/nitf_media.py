"""Pictures, graphics, sound and video of an NITF document, as links."""

from collections.abc import Callable
from typing import Any

from pipeline.formats.charset import clean
from pipeline.formats.xml import Element, attribute, children, text_of
from pipeline.formats.xml_values import attributes
from pipeline.story import Link

_KINDS = {"image": "picture", "photo": "picture"}


def read_media(element: Element, caption: Callable[[Element], str | None]) -> tuple[list[Link], list[dict[str, Any]]]:
    """One link for each reference of a `media` element, and what has no place in a link: producers, sizes, metadata.
    `caption` reads the caption's content."""
    kind = (attribute(element, "media-type") or "media").lower()
    captions = [text for one in children(element, "media-caption") if (text := caption(one))]
    references = list(children(element, "media-reference"))
    title = " ".join(captions) or None
    links = [_link(_KINDS.get(kind, kind), one, title) for one in references]
    return [link for link in links if link.href or link.uri or link.title], _kept(element, references)


def _link(rel: str, reference: Element, title: str | None) -> Link:
    source = attribute(reference, "source") or attribute(reference, "data-location")
    title = title or attribute(reference, "alternate-text")
    mime_type = attribute(reference, "mime-type")
    return Link(
        rel=clean(rel),
        href=clean(source) if source else None,
        type=clean(mime_type) if mime_type else None,
        title=clean(title) if title else None,
    )


def _kept(element: Element, references: list[Element]) -> list[dict[str, Any]]:
    producers = [clean(text) for one in children(element, "media-producer") if (text := text_of(one))]
    metadata = {
        clean(str(attribute(one, "name"))): clean(attribute(one, "value") or "")
        for one in children(element, "media-metadata")
    }
    beside: dict[str, Any] = {"producer": " ".join(producers), "metadata": metadata}
    said = [attributes(reference) | beside for reference in references] or [beside]
    kept = [{key: value for key, value in one.items() if value and key != "mime-type"} for one in said]
    return [one for one in kept if set(one) - {"source"}]
