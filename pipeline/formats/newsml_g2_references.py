"""What a NewsML-G2 item says of pieces of its text: an inlineRef names, by their ids, the elements of the content that
mention one person, organisation, place, event or object."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from pipeline.formats.charset import clean
from pipeline.formats.newsml_g2_values import given, several
from pipeline.formats.nitf_line import Tagged
from pipeline.formats.xml import Element, text_of
from pipeline.story import Entity

_MOST_MENTIONS = 10_000
_MOST_MISSES = 20
"""Mentions that are looked for in vain: each costs time."""


@dataclass(slots=True)
class _Place:
    """How far the text is read."""

    paragraph: int = 0
    offset: int = 0


def tagged(item: Element, named: Mapping[Element, Entity], paragraphs: Sequence[str]) -> Iterator[Tagged]:
    """The mentions in `paragraphs`, in order; `named`: what the inlineRefs of `item` are about."""
    by_id = {key: about for one, about in named.items() for key in (given(one, "idrefs") or "").split()}
    place, misses = _Place(), 0
    for about, text in islice(_mentions(item, by_id), _MOST_MENTIONS):
        found = misses < _MOST_MISSES and _find(text, paragraphs, place)
        misses += not found
        yield Tagged(
            text=text,
            type=about.type,
            code=about.code,
            paragraph=place.paragraph if found else None,
            start=place.offset - len(text) if found else 0,
        )


def _mentions(item: Element, by_id: Mapping[str, Entity]) -> Iterator[tuple[Entity, str]]:
    """What is mentioned, and the words that mention it."""
    for content in several(item, "contentSet/inlineXML") if by_id else ():
        for element in content.iter():
            about = by_id.get(element.get("id") or "")
            text = clean(text_of(element) or "") if about else ""
            if about and text:
                yield about, text


def _find(text: str, paragraphs: Sequence[str], place: _Place) -> bool:
    """Move `place` behind the next `text`; stay where there is none."""
    offset = place.offset
    for number in range(place.paragraph, len(paragraphs)):
        at = paragraphs[number].find(text, offset)
        if at >= 0:
            place.paragraph, place.offset = number, at + len(text)
            return True
        offset = 0
    return False
