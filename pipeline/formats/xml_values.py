"""Elements that have no field of ours, as JSON values for a story's `extra`."""

from typing import Any

from pipeline.formats.charset import clean
from pipeline.formats.xml import Element, name, text_of

_DEEPEST = 8
_MOST = 1000
"""Values of one name that are kept."""


def value_of(element: Element, depth: int = 0) -> Any:
    """What `element` says: a text where it is nothing else, or else an object of its attributes, its children by
    name, and under 'text' the text beside them; None for nothing."""
    value: dict[str, Any] = attributes(element)
    children = list(element)[:_MOST]
    if depth >= _DEEPEST or not children:
        text = text_of(element)
    else:
        for child in children:
            add(value, name(child), value_of(child, depth + 1))
        beside = [element.text or "", *(child.tail or "" for child in children)]
        text = " ".join(" ".join(beside).split()) or None
    text = clean(text) if text else None
    if text and value:
        value["text"] = text
    return value or text


def attributes(element: Element) -> dict[str, Any]:
    """The attributes with their local names, without empty ones."""
    pairs = ((str(key).rpartition("}")[2], " ".join(clean(str(content)).split())) for key, content in element.items())
    return {key: content for key, content in pairs if content}


def add(to: dict[str, Any], key: str, value: Any) -> None:
    """Put `value` under `key`, into a list where there is one already; nothing for None and empty values."""
    if value in (None, "", [], {}):
        return
    if key not in to:
        to[key] = value
    elif not isinstance(to[key], list):
        to[key] = [to[key], value]
    elif len(to[key]) < _MOST:
        to[key].append(value)
