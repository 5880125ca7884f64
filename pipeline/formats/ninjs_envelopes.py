"""What agencies' interfaces wrap ninjs objects in: {"data": {"item": {...}}}, {"items": [...]}, {"hits": [...]}.

What the envelope itself says (totals, pages, products) is about the request, and is not kept.
"""

from collections.abc import Iterator
from typing import Any

_WRAPPERS = ("item", "items", "_items", "data", "hits", "_source", "results", "docs")
_OWN = frozenset({
    "uri", "guid", "headline", "headlines", "body_text", "body_html", "body_xhtml", "bodies", "description_text",
    "descriptions", "title", "slugline", "pubstatus", "pubStatus", "embargoed", "embargoedUntil",
})  # fmt: skip
_DEEPEST = 4


def unwrapped(value: Any, depth: int = 0) -> Iterator[Any]:
    """The objects in an envelope; `value` itself where it is none."""
    inner = _inner(value) if depth < _DEEPEST else None
    if inner is None:
        yield value
        return
    for one in inner:
        yield from unwrapped(one, depth + 1)


def _inner(value: Any) -> list[Any] | None:
    if not isinstance(value, dict) or _OWN & value.keys():
        return None
    for name in _WRAPPERS:
        content = value.get(name)
        listed = content if isinstance(content, list) else [content]
        if listed and all(isinstance(one, dict) for one in listed):
            return listed
    return None
