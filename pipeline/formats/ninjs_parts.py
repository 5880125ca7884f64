"""The fields of a ninjs object, each read for what it should be, and kept for `extra` when it is something else."""

import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pipeline.formats.charset import clean
from pipeline.formats.times import parse_time
from pipeline.story import Author, Concept, Entity, EntityType

_DEEPEST = 12
MOST = 2000
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

    def __init__(self, value: dict[str, Any], given: Mapping[str, str] | None = None) -> None:
        """`given`: the names that fields came under, where these are not those of `value`; `extra` has them."""
        self.rest: dict[str, Any] = {key: content for key, content in value.items() if content is not None}
        self._given = given or {}
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
            self._assumed_utc.append(self._given.get(name, name))
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
        left: list[Any] = listed[MOST:]
        for one in listed[:MOST]:
            named = {"name": one} if isinstance(one, str) else one
            if isinstance(named, dict) and any(label(named, key) for key in ("name", "code", "uri", "literal")):
                good.append(named)
            else:
                left.append(one)
        if good or value == []:
            del self.rest[name]
            if left:
                self.rest[name] = left
        return good

    def keep(self, name: str, one: dict[str, Any], told: set[str]) -> None:
        """Keep an object of a list for `extra` when it says more than its keys `told`."""
        if any(content is not None and key not in told for key, content in one.items()):
            kept = self.rest.setdefault(name, [])
            if isinstance(kept, list):
                kept.append(one)

    def extra(self) -> dict[str, Any]:
        """What was not read, made safe for JSON."""
        if self._assumed_utc:
            self.rest["assumed_utc"] = self._assumed_utc
        extra = tamed({self._given.get(name, name): content for name, content in self.rest.items()})
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
    """Subjects or genres; those that say more than a Concept holds also stay as they are."""
    found = []
    for one in fields.objects(name):
        concept, told = _concept(one)
        found.append(concept)
        fields.keep(name, one, told)
    return tuple(dict.fromkeys(found))


def _concept(one: dict[str, Any]) -> tuple[Concept, set[str]]:
    """The concept, and which keys it comes from. ninjs 1 has code and scheme; ninjs 2 and 3 the whole uri, or a code
    alone as `literal`."""
    name, uri, literal = label(one), label(one, "uri"), label(one, "literal")
    if label(one, "code") or not (uri or literal):
        return Concept(name=name, code=label(one, "code"), scheme=label(one, "scheme")), {"name", "code", "scheme"}
    if not uri:
        return Concept(name=name, code=literal), {"name", "literal"}
    if literal and uri.endswith(("/", "#")):
        uri += literal
    if literal and uri.endswith(literal):
        return Concept(name=name, code=literal, scheme=uri.removesuffix(literal) or None), {"name", "uri", "literal"}
    scheme, code = _split(uri)
    return Concept(name=name, code=code, scheme=scheme), {"name", "uri"}


def _split(uri: str) -> tuple[str | None, str]:
    """Scheme and code of a concept's uri: what stands before and after its last '/' or '#'."""
    end = max(uri.rfind("/"), uri.rfind("#")) + 1
    if not uri.startswith(("http://", "https://")) or end < len("https://") or end == len(uri):
        return None, uri
    return uri[:end], uri[end:]


def entities(fields: Fields, headline: str) -> tuple[Entity, ...]:
    """What the agency says the story is about: people, organisations, places, events, objects. Those of which it says
    more than an Entity holds also stay as they are."""
    found = []
    for field, type_ in _ENTITIES:
        for one in fields.objects(field):
            name = label(one)
            key = next((key for key in ("code", "uri", "literal") if label(one, key)), "code")
            code = label(one, key)
            found.append(
                Entity(name=name or code or "", type=type_, code=code, in_headline=bool(name) and str(name) in headline)
            )
            same = {"literal"} if key == "uri" and str(code).endswith(label(one, "literal") or "/") else set()
            fields.keep(field, one, {"name", key, *same})
    return tuple(dict.fromkeys(found))


def authors(fields: Fields) -> tuple[Author, ...]:
    """The authors of an `authors` list, as some services add it; those of whom it says more also stay as they are."""
    found = []
    for one in fields.objects("authors"):
        name = label(one)
        if name:
            found.append(Author(name=name, role=(label(one, "role") or "byline").lower()))
        fields.keep("authors", one, {"name", "role"})
    return tuple(found)


def source(fields: Fields) -> str | None:
    """The agency: the first information source, or the `source` that some services add."""
    sources = fields.objects("infosource")
    named = [next(filter(None, (label(one, key) for key in ("name", "code", "literal", "uri")))) for one in sources]
    other = fields.text("source")
    more = [name if one.keys() <= {"name"} else one for name, one in zip(named[1:], sources[1:], strict=True)]
    if named and (rest := [*more, *filter(None, [other])]):
        fields.rest["infosource"] = rest
    return named[0] if named else other


def keywords(fields: Fields) -> tuple[str, ...]:
    """Keywords, given as a list, or as text with commas."""
    value = fields.rest.get("keywords")
    listed = value.split(",") if isinstance(value, str) else value if isinstance(value, list) else []
    words = [" ".join(clean(word).split()) for word in listed[:MOST] if isinstance(word, str)]
    if isinstance(value, str | list) and len(words) == len(listed):
        fields.rest.pop("keywords", None)
    return tuple(dict.fromkeys(filter(None, words)))


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
