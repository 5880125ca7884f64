"""The tree of NewsComponents, surveyed once: what each has in it, so that no component is searched again and again."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from pipeline.formats.charset import clean
from pipeline.formats.newsml_1_content import has_data, is_media
from pipeline.formats.newsml_1_vocabulary import formal_name
from pipeline.formats.xml import Element, attribute, child, name, text_of

_CAPTIONS = ("caption", "legend", "legende", "légende")


@dataclass(slots=True)
class Component:
    """One NewsComponent."""

    element: Element
    parts: dict[str, list[Element]] = field(default_factory=dict)
    """Its children by name, in order."""
    inner: list["Component"] = field(default_factory=list)
    """The components in it."""
    role: str = ""
    """In lower case."""
    headline: str | None = None
    language: str | None = None
    media: bool = False
    """Whether there are pictures and the like somewhere in it."""
    text: bool = False
    """Whether there is text that is no caption somewhere in it."""

    def first(self, part: str) -> Element | None:
        """Its first child of that name."""
        return next(iter(self.parts.get(part, ())), None)

    def everything(self) -> Iterator["Component"]:
        """Itself and all components in it, in order."""
        yield self
        for one in self.inner:
            yield from one.everything()


def survey(element: Element) -> Component:
    """The component that `element` is."""
    found = Component(element)
    for one in element:
        found.parts.setdefault(name(one), []).append(one)
    found.role = (formal_name(found.first("Role")) or "").lower()
    lines, description = found.first("NewsLines"), found.first("DescriptiveMetadata")
    headline = _headline(lines) if lines is not None else None
    found.headline = clean(headline) if headline else None
    said = formal_name(child(description, "Language")) if description is not None else None
    language = said or attribute(element, "lang")
    found.language = clean(language) if language else None
    found.inner = [survey(one) for one in found.parts.get("NewsComponent", ())]
    media = [is_media(one) for one in found.parts.get("ContentItem", ())]
    found.media = any(media) or any(one.media for one in found.inner)
    captioned = found.role.startswith(_CAPTIONS)
    texts = (one for one, is_one in zip(found.parts.get("ContentItem", ()), media, strict=True) if not is_one)
    found.text = (not captioned and any(map(has_data, texts))) or any(one.text for one in found.inner)
    return found


def _headline(lines: Element) -> str | None:
    """The first headline with words, however its name is written."""
    named = (text_of(one) for one in lines if name(one) in ("HeadLine", "Headline"))
    return next((text for text in named if text), None)
