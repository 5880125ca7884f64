"""The fields of a ninjs object, each read for what it should be, and kept for `extra` when it is something else."""

import math
from datetime import datetime
from typing import Any

from pipeline.formats.charset import clean
from pipeline.formats.times import parse_time
from pipeline.story import Author, Concept, Entity, EntityType, Link

_DEEPEST = 12
_MOST = 2000
"""Elements of a list that are looked at."""
_ENTITIES: tuple[tuple[str, EntityType], ...] = (
    ("person", "person"),
    ("organisation", "organisation"),
    ("organization", "organisation"),
    ("place", "location"),
    ("event", "event"),
    ("object", "product"),
)


class Fields:
    """The fields of one object. Reading a field takes it; what is left in `rest` becomes `extra`."""

    def __init__(self, value: dict[str, Any]) -> None:
        self.rest: dict[str, Any] = {key: content for key, content in value.items() if content is not None}
        self._assumed_utc: list[str] = []

    def text(self, name: str) -> str | None:
        """One line of text; numbers are taken as text."""
        value = self.rest.get(name)
        if isinstance(value, int | float) and not isinstance(value, bool):
            value = str(value)
        if not isinstance(value, str):
            return None
        del self.rest[name]
        return " ".join(clean(value).split()) or None

    def long_text(self, name: str) -> str | None:
        """Text with its lines."""
        value = self.rest.get(name)
        if not isinstance(value, str):
            return None
        del self.rest[name]
        return clean(value) if value.strip() else None

    def time(self, name: str) -> datetime | None:
        """A time; where its zone had to be assumed, `extra` says so."""
        value = self.rest.get(name)
        time, assumed = parse_time(value)
        if time is None:
            if value == "":
                del self.rest[name]
            return None
        del self.rest[name]
        if assumed:
            self._assumed_utc.append(name)
        return time

    def urgency(self) -> int | None:
        """1 to 9; None for anything else."""
        try:
            number = float(self.rest["urgency"])
        except (KeyError, TypeError, ValueError):
            return None
        if number not in range(1, 10) or isinstance(self.rest["urgency"], bool):
            return None
        del self.rest["urgency"]
        return int(number)

    def objects(self, name: str) -> list[dict[str, Any]]:
        """The objects of a list (or the one object, or the names, as objects); what is neither stays."""
        value = self.rest.get(name)
        listed = value if isinstance(value, list) else [value] if isinstance(value, str | dict) else []
        good: list[dict[str, Any]] = []
        left: list[Any] = listed[_MOST:]
        for one in listed[:_MOST]:
            named = {"name": one} if isinstance(one, str) else one
            if isinstance(named, dict) and (label(named) or label(named, "code")):
                good.append(named)
            else:
                left.append(one)
        if good or value == []:
            del self.rest[name]
            if left:
                self.rest[name] = left
        return good

    def extra(self) -> dict[str, Any]:
        """What was not read, made safe for JSON."""
        if self._assumed_utc:
            self.rest["assumed_utc"] = self._assumed_utc
        extra = tamed(self.rest)
        assert isinstance(extra, dict)
        return extra


def time_of(value: Any) -> datetime | None:
    """The time that `value` means."""
    return parse_time(value)[0]


def label(one: dict[str, Any], key: str = "name") -> str | None:
    """A short text of an object, None where it has none."""
    value = one.get(key)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    return (" ".join(clean(value).split()) or None) if isinstance(value, str) else None


def kind(value: Any) -> str:
    """What a JSON value is, as an object of a sentence."""
    names = {dict: "an object", list: "an array", str: "a string", bool: "a truth value", type(None): "null"}
    return names.get(type(value), "a number")


def concepts(fields: Fields, name: str) -> tuple[Concept, ...]:
    """Subjects or genres."""
    return tuple(
        Concept(name=label(one), code=label(one, "code"), scheme=label(one, "scheme")) for one in fields.objects(name)
    )


def entities(fields: Fields, headline: str) -> tuple[Entity, ...]:
    """What the agency says the story is about: people, organisations, places, events, objects."""
    found = []
    for field, type_ in _ENTITIES:
        for one in fields.objects(field):
            name, code = label(one), label(one, "code")
            found.append(
                Entity(name=name or code or "", type=type_, code=code, in_headline=bool(name) and str(name) in headline)
            )
    return tuple(dict.fromkeys(found))


def authors(fields: Fields) -> tuple[Author, ...]:
    """The authors of an `authors` list, as some services add it."""
    return tuple(
        Author(name=str(label(one)), role=(label(one, "role") or "byline").lower())
        for one in fields.objects("authors")
        if label(one)
    )


def source(fields: Fields) -> str | None:
    """The agency: the first information source, or the `source` that some services add."""
    named = [str(label(one) or label(one, "code")) for one in fields.objects("infosource")]
    other = fields.text("source")
    if named and (rest := [*named[1:], *filter(None, [other])]):
        fields.rest["infosource"] = rest
    return named[0] if named else other


def keywords(fields: Fields) -> tuple[str, ...]:
    """Keywords, given as a list, or as text with commas."""
    value = fields.rest.get("keywords")
    listed = value.split(",") if isinstance(value, str) else value if isinstance(value, list) else []
    words = [" ".join(clean(word).split()) for word in listed[:_MOST] if isinstance(word, str)]
    if isinstance(value, str | list) and len(words) == len(listed):
        fields.rest.pop("keywords", None)
    return tuple(dict.fromkeys(filter(None, words)))


def associations(fields: Fields) -> tuple[Link, ...]:
    """The items that the story is associated with, by name."""
    value = fields.rest.get("associations")
    named = value.items() if isinstance(value, dict) else [("association", value)] if isinstance(value, list) else []
    links: list[Link] = []
    for rel, content in named:
        listed = content[:_MOST] if isinstance(content, list) else [content]
        links.extend(_link(clean(str(rel)) or "association", one) for one in listed if isinstance(one, dict))
    if links:
        fields.rest.pop("associations")
    return tuple(links)


def _link(rel: str, one: dict[str, Any]) -> Link:
    renditions = one.get("renditions")
    hrefs = renditions.values() if isinstance(renditions, dict) else []
    href = label(one, "href") or next(
        filter(None, (label(each, "href") for each in hrefs if isinstance(each, dict))), None
    )
    title = label(one, "headline") or label(one, "title") or label(one, "slugline") or label(one, "description_text")
    return Link(rel=rel, uri=label(one, "uri"), type=label(one, "type"), title=title, href=href)


def renditions(fields: Fields) -> tuple[Link, ...]:
    """The story's own renditions."""
    value = fields.rest.get("renditions")
    if not isinstance(value, dict):
        return ()
    links = [
        Link(rel="rendition", title=clean(str(name)), type=label(one, "mimetype"), href=label(one, "href"))
        for name, one in value.items()
        if isinstance(one, dict) and label(one, "href")
    ]
    if len(links) == len(value):
        del fields.rest["renditions"]
    return tuple(links)


def tamed(value: Any, depth: int = 0) -> Any:
    """A JSON value that every later stage can hold: clean text, finite numbers of 64 bits, no deep nesting."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict | list) and depth >= _DEEPEST:
        return "…"
    if isinstance(value, dict):
        return {clean(str(key)): tamed(content, depth + 1) for key, content in value.items()}
    if isinstance(value, list):
        return [tamed(one, depth + 1) for one in value]
    if isinstance(value, int) and not -(1 << 63) <= value < 1 << 63:
        return float(value) if abs(value) < 1 << 1000 else str(value.bit_length())
    return None if isinstance(value, float) and not math.isfinite(value) else value
