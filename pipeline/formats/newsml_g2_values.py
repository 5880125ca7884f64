"""What a property of a NewsML-G2 item says: its text, its label, and what of it no field of ours holds."""

from collections.abc import Callable, Iterator
from copy import deepcopy
from itertools import islice
from typing import Any

from lxml import etree

from pipeline.formats import markup
from pipeline.formats.catalogs import CODES, local_code, name_of
from pipeline.formats.charset import clean
from pipeline.formats.xml import Element, attribute, child, children, name, text_of
from pipeline.formats.xml_values import add, attributes, value_of

MOST = 2000
"""Properties of one name that are looked at."""
CODE = "code"
"""Stands for the attribute that identifies a concept, among what a field of ours holds of a property."""
_LABELS = ("literal", "qcode", "uri")
_LANGUAGE = {"lang", "dir"}
_XHTML = "{http://www.w3.org/1999/xhtml}"


def several(parent: Element | None, path: str) -> Iterator[Element]:
    """The properties at `path`, not too many."""
    return islice(children(parent, path), MOST) if parent is not None else iter(())


def given(element: Element | None, key: str) -> str | None:
    """An attribute's value, clean."""
    value = attribute(element, key)
    return (clean(value) or None) if value else None


def said(element: Element | None) -> str | None:
    """The text of a property: on one line, or with a line for each paragraph where it holds XHTML."""
    if element is None:
        return None
    if len(element) and any(_is_markup(one) for one in element.iter()):
        return "\n".join(html(element)) or None
    text = text_of(element)
    return (clean(text) or None) if text else None


def texts(parent: Element | None, path: str) -> list[str]:
    """The texts of the properties at `path`."""
    return [text for one in several(parent, path) if (text := said(one))]


def label(element: Element | None, language: str | None = None) -> str | None:
    """What a property is called: its name or text, or else its literal, the code in its QCode, or its URI."""
    if element is None:
        return None
    literal, code = given(element, "literal"), given(element, "qcode")
    return name_of(element, language) or literal or (code and code.partition(":")[2]) or code or given(element, "uri")


def role(element: Element) -> str | None:
    """The role without its alias: 'drol:caption' is 'caption'."""
    return local_code(given(element, "role") or given(element, "roleuri"))


def html(element: Element) -> list[str]:
    """The paragraphs of XHTML or HTML in `element`, whatever its prefixes. Also HTML that stands in it as text."""
    body = child(element, "html/body")
    body = element if body is None else body
    text = "".join(map(str, body.itertext()))
    if "<" in text and markup.looks_like_markup(text):
        return markup.paragraphs(text)
    if any(one.prefix or ":" in name(one) for one in element.iter()):
        element = _without_prefixes(element)
    return markup.paragraphs(etree.tostring(element, encoding="unicode", method="html", with_tail=False))


def _without_prefixes(element: Element) -> Element:
    element = deepcopy(element)
    for one in element.iter():
        one.tag = name(one).rpartition(":")[2]
    return element


def _is_markup(element: Element) -> bool:
    return str(element.tag).startswith(_XHTML) or name(element) in ("p", "br")


def keep(
    extra: dict[str, Any], parent: Element, told: Callable[[Element], frozenset[str] | None], single: frozenset[str]
) -> None:
    """Put into `extra` what no field of ours holds: properties of which nothing is `told` (None), those that say more
    than the attributes and children told of them, and further ones of those of which one is read (`single`)."""
    seen: set[str] = set()
    for one in islice(parent, MOST):
        called = name(one)
        known = told(one)
        if known is None or (called in single and called in seen) or _says_more(one, known):
            add(extra, called, value(one))
        seen.add(called)


def value(element: Element) -> Any:
    """What a property says as a JSON value; XHTML in it as text."""
    if len(element) and any(_is_markup(one) for one in element.iter()):
        text = said(element)
        return {**attributes(element), "text": text} if text else attributes(element)
    return value_of(element)


def _says_more(element: Element, known: frozenset[str]) -> bool:
    keys = [*attributes(element), *(name(one) for one in element if not _is_markup(one))]
    more = set(keys) - known - _LANGUAGE
    if CODE in known or "name" not in keys:
        more.discard(next((key for key in (CODES if CODE in known else _LABELS) if key in keys), ""))
    return bool(more) or keys.count("name") > 1
