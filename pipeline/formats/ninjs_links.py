"""What a ninjs object points to: associated items and its own renditions.

Both are objects by name in ninjs 1, and lists of named objects in ninjs 2 and 3. What a Link does not hold (an
associated item's text, a rendition's size) also stays as it is.
"""

from typing import Any

from pipeline.formats.charset import clean
from pipeline.formats.ninjs_parts import MOST, Fields, label
from pipeline.story import Link

_TITLES = ("headline", "title", "slugline", "description_text")
_TYPES = ("mimetype", "contenttype", "contentType")


def associations(fields: Fields) -> tuple[Link, ...]:
    """The items that the story is associated with."""
    listed = _named(fields.rest.get("associations"))
    links = tuple(_link(name, one) for name, one in listed if isinstance(one, dict))
    if links:
        value = fields.rest.pop("associations")
        if more := [name for name, one in listed if not _is_link(one)]:
            fields.rest["associations"] = {name: value[name] for name in more} if isinstance(value, dict) else value
    return links


def renditions(fields: Fields) -> tuple[Link, ...]:
    """The story's own renditions."""
    listed = _named(fields.rest.get("renditions"))
    links = [
        Link(rel="rendition", title=clean(name) or None, type=_type(one), href=label(one, "href"))
        for name, one in listed
        if isinstance(one, dict) and label(one, "href")
    ]
    if links and len(links) == len(listed) and all(one.keys() <= {"name", "href", *_TYPES} for _, one in listed):
        del fields.rest["renditions"]
    return tuple(links)


def _named(value: Any) -> list[tuple[str, Any]]:
    """The objects of either form with their names; what is no object stays for the caller to see."""
    if isinstance(value, dict):
        return [
            (name, one)
            for name, content in list(value.items())[:MOST]
            for one in (content[:MOST] if isinstance(content, list) else [content])
        ][:MOST]
    listed = value[:MOST] if isinstance(value, list) else []
    return [(label(one) or "" if isinstance(one, dict) else "", one) for one in listed]


def _link(name: str, one: dict[str, Any]) -> Link:
    titles = [_first(one, "headlines"), *(label(one, key) for key in _TITLES), _first(one, "descriptions")]
    hrefs = [label(one, "href"), *(label(each, "href") for _, each in _renditions(one))]
    return Link(
        rel=label(one, "rel") or clean(name) or "association",
        uri=label(one, "uri"),
        type=label(one, "type"),
        title=next(filter(None, titles), None),
        href=next(filter(None, hrefs), None),
    )


def _first(one: dict[str, Any], name: str) -> str | None:
    """The text of the first headline or description of a list."""
    listed = one.get(name)
    first = listed[0] if isinstance(listed, list) and listed else None
    return label(first, "value") if isinstance(first, dict) else None


def _is_link(one: Any) -> bool:
    """Whether an associated item says nothing that its Link does not hold."""
    if not isinstance(one, dict):
        return False
    titles = [key for key in _TITLES if key in one]
    places = [each for _, each in _renditions(one)] + ([one] if "href" in one else [])
    return (
        one.keys() <= {"uri", "type", "href", "renditions", "name", *titles}
        and max(len(titles), len(places)) <= 1
        and all(each is one or each.keys() <= {"name", "href"} for each in places)
    )


def _renditions(one: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [(name, each) for name, each in _named(one.get("renditions")) if isinstance(each, dict)]


def _type(one: dict[str, Any]) -> str | None:
    return next(filter(None, (label(one, key) for key in _TYPES)), None)
