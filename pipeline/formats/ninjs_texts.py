"""The headlines, bodies and descriptions of a ninjs object, of any version.

ninjs 1 has one field for each kind (`body_text`, `body_xhtml`, `headline_short`), ninjs 2 and 3 have lists of objects
with role, content type and value. What is not read stays for `extra`; the same text in another rendition does not.
"""

import re
from dataclasses import dataclass
from typing import Any

from pipeline.formats import layout, markup, wire_copy
from pipeline.formats.charset import clean
from pipeline.formats.ninjs_parts import MOST, Fields, label
from pipeline.story import Headline

_MOST_BODIES = 20
"""Bodies whose words are compared."""
_ORDER = ("plain", "html")
_MAIN = (None, "main")
_RENDITIONS = (*_MAIN, "html", "xhtml", "richtext")
_ABSTRACTS = (None, "main", "text", "plain", "lead", "abstract", "summary", "caption", "html", "xhtml")
_NO_ABSTRACTS = ("note", "writer", "byline", "creditline")
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """What was read."""

    headline: str | None
    headlines: tuple[Headline, ...]
    copy: wire_copy.Copy
    """The body; of a picture or an event, which have none, the description."""
    description: str | None
    """The abstract or caption of a story that has a body."""
    creditline: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Text:
    """One headline, body or description."""

    value: str
    role: str | None = None
    kind: str = "plain"
    """What the value is: 'plain', 'html' or something else ('nitf')."""
    given: Any = None
    """The object of a list that it comes from."""


def read(fields: Fields) -> Texts:
    """The texts, taken from `fields`."""
    main, others = _headlines(fields)
    body = _body(fields)
    description, credit = _description(fields)
    if body is None:
        body, description = description, None
    return Texts(
        headline=main,
        headlines=others,
        copy=_copy(body) if body else wire_copy.Copy(),
        description="\n\n".join(_paragraphs(description)) or None if description else None,
        creditline=" ".join(credit.value.split()) if credit else None,
    )


def _headlines(fields: Fields) -> tuple[str | None, tuple[Headline, ...]]:
    """The main headline: the one that is called so, or the first; and the others."""
    main = fields.text("headline")
    texts = [*_named(fields, "headline_", ()), *_listed(fields, "headlines")]
    found = [Headline(text=" ".join(" ".join(_paragraphs(text)).split()), role=text.role) for text in texts]
    if main is None and found:
        main = next((one.text for one in found if one.role in _MAIN), found[0].text)
        found.remove(next(one for one in found if one.text == main))
    others = (one for one in found if one.text and not (one.text == main and one.role in _RENDITIONS))
    return main or None, tuple(dict.fromkeys(others))


def _body(fields: Fields) -> _Text | None:
    """The first body there is: plain text, markup, any other rendition."""
    named = _named(fields, "body_", ("text", "xhtml", "html"), most=1)
    fields.long_text("body_xhtml")  # the same text once more
    fields.long_text("body_html")
    listed = _listed(fields, "bodies")
    bodies = [*named, *sorted(listed, key=lambda text: (_rank(text), text.role not in _MAIN))]
    if not bodies:
        return None
    _keep(fields, "bodies", _others(bodies[0], bodies[1:]))
    counts = bodies[0].given or {}
    for key in ("charcount", "wordcount", "charCount", "wordCount"):
        if counts.get(key) is not None:
            fields.rest.setdefault(key, counts[key])
    return bodies[0]


def _description(fields: Fields) -> tuple[_Text | None, _Text | None]:
    """The abstract or caption, and the credit line that some agencies put among the descriptions."""
    credited = _named(fields, "description_creditline", (), most=1)
    named = _named(fields, "description_", ("text", "xhtml", "html"), most=1)
    fields.long_text("description_xhtml")
    fields.long_text("description_html")
    listed = _listed(fields, "descriptions")
    credited += [text for text in listed if text.role == "creditline"]
    known = [text for text in listed if text.role in _ABSTRACTS]
    known.sort(key=lambda text: _ABSTRACTS.index(text.role))
    others = [text for text in listed if text.role not in (*_ABSTRACTS, *_NO_ABSTRACTS)]
    best = [*named, *known, *others][:1]
    _keep(fields, "descriptions", [text for text in listed if text not in (*best, *credited[:1])])
    return next(iter(best), None), next(iter(credited), None)


def _named(fields: Fields, prefix: str, order: tuple[str, ...], most: int = MOST) -> list[_Text]:
    """The fields of ninjs 1 that begin with `prefix`, those of `order` first."""
    names = [name for name in fields.rest if name.startswith(prefix)]
    names.sort(key=lambda name: order.index(role) if (role := name.removeprefix(prefix)) in order else len(order))
    texts: list[_Text] = []
    for name in names:
        if len(texts) < most and (value := fields.long_text(name)):
            role = name.removeprefix(prefix)
            kind = "html" if role.endswith("html") else "nitf" if role.endswith("nitf") else "plain"
            texts.append(_Text(value=value, role=role or None, kind=kind))
    return texts


def _listed(fields: Fields, name: str) -> list[_Text]:
    """The objects of a list of ninjs 2 or 3 (or its one object, or its texts, or texts by role) that have a text; the
    others stay."""
    value = fields.rest.get(name)
    if isinstance(value, dict) and "value" not in value:
        value = [{"role": role, "value": text} for role, text in value.items()]
    listed = value if isinstance(value, list) else [value] if isinstance(value, str | dict) else []
    texts = [text for one in listed[:MOST] if (text := _text(one))]
    if texts or value == []:
        del fields.rest[name]
        _keep(fields, name, [], [one for one in listed[:MOST] if _text(one) is None] + listed[MOST:])
    return texts


def _text(one: Any) -> _Text | None:
    given = {"value": one} if isinstance(one, str) else one
    if not isinstance(given, dict) or not isinstance(given.get("value"), str) or not given["value"].strip():
        return None
    role, value = label(given, "role"), clean(given["value"])
    type_ = (label(given, "contenttype") or label(given, "contentType") or "").lower()
    if "html" in type_ or (not type_ and (role or "").lower().endswith("html")):
        kind = "html"
    else:
        kind = "plain" if type_ in ("", "text/plain", "text") else type_
    return _Text(value=value, role=role.lower() if role else None, kind=kind, given=given)


def _keep(fields: Fields, name: str, texts: list[_Text], others: list[Any] | None = None) -> None:
    kept = [*(text.given for text in texts), *(others or [])]
    if kept:
        left = fields.rest.get(name)
        fields.rest[name] = kept + (left if isinstance(left, list) else [])


def _rank(text: _Text) -> int:
    return _ORDER.index(text.kind) if text.kind in _ORDER else len(_ORDER)


def _others(body: _Text, bodies: list[_Text]) -> list[_Text]:
    """Those of `bodies` that are more than another rendition of `body`: with other words, or in a format of its own."""
    words = _words(body) if bodies else []
    return [
        text
        for number, text in enumerate(bodies)
        if number >= _MOST_BODIES or text.kind not in _ORDER or _words(text) != words
    ]


def _words(text: _Text) -> list[str]:
    return _WORD.findall(" ".join(_paragraphs(text)))


def _copy(body: _Text) -> wire_copy.Copy:
    if body.kind == "plain" and not markup.looks_like_markup(body.value):
        return wire_copy.read(body.value, with_headline=False)
    return wire_copy.read_paragraphs(markup.paragraphs(body.value), with_headline=False)


def _paragraphs(text: _Text) -> list[str]:
    if text.kind == "plain" and not markup.looks_like_markup(text.value):
        return layout.paragraphs(text.value, lambda _line, _following: False)
    return markup.paragraphs(text.value)
