"""What a NewsML-G2 item points to: links, renditions of its content elsewhere, and the items of a package.

What a Link does not hold (a rendition's size, a version, the group that an item of a package is in) also stays as it
is in `extra`.
"""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from pipeline.formats.catalogs import code_of, local_code
from pipeline.formats.newsml_g2_values import MOST, given, several, texts, value
from pipeline.formats.xml import Element, child, name
from pipeline.formats.xml_values import add, attributes
from pipeline.story import Link

_TOLD = frozenset({"rel", "residref", "href", "contenttype", "title", "rendition"})


def read_links(item: Element, extra: dict[str, Any]) -> Iterator[Link]:
    """All that `item` points to; what a Link has no place for goes to `extra`."""
    for one in several(item, "itemMeta/link"):
        yield _link(one, _last(given(one, "rel")) or "related")
    for one in several(item, "contentSet/remoteContent"):
        rendition = _last(given(one, "rendition") or given(one, "renditionuri"))
        yield _link(one, rendition or "content")
        if not attributes(one).keys() | {name(inner) for inner in one} <= _TOLD:
            add(extra, "remoteContent", value(one))
    for groups in several(item, "groupSet"):
        yield from (_link(one, "item") for one in islice(groups.iter("{*}itemRef"), MOST))
        add(extra, "groupSet", value(groups))


def _link(element: Element, rel: str) -> Link:
    """A link without content type is of the class of its item."""
    place = child(element, "altLoc")
    href = given(element, "href") or (given(place, "href") or (place.text if place is not None else None))
    of_class = child(element, "itemClass")
    return Link(
        rel=rel,
        uri=given(element, "residref") or given(element, "guidref"),
        type=given(element, "contenttype") or (local_code(code_of(of_class)) if of_class is not None else None),
        title=next(iter([*texts(element, "title"), *texts(element, "headline")]), None),
        href=href,
    )


def _last(code: str | None) -> str | None:
    """The last part of a QCode or URI."""
    return code[max(code.rfind(mark) for mark in ":/#") + 1 :] or None if code else None
