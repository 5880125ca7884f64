"""QCodes and the catalogs that say what their aliases mean (NewsML-G2, section 'Controlled values').

A QCode is 'alias:code'; the alias stands for the URI of a scheme. IPTC's standard catalog is known here (catalog.tsv),
and a catalog within the item counts before it; catalogs elsewhere on the network are not fetched, and a QCode of an
alias that is not known keeps its code and has no scheme.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources

from pipeline.formats.charset import clean
from pipeline.formats.xml import Element, attribute, child, children, text_of
from pipeline.story import Concept

_MOST = 2000
"""Schemes of one catalog, and concepts of one kind, that are read."""


def schemes(element: Element) -> Mapping[str, str]:
    """Alias to scheme URI, as the catalogs in `element` and the standard one say."""
    inline = (scheme for catalog in children(element, "catalog") for scheme in children(catalog, "scheme"))
    pairs = ((attribute(one, "alias"), attribute(one, "uri")) for one, _ in zip(inline, range(_MOST), strict=False))
    own = {alias: clean(uri) for alias, uri in pairs if alias and uri}
    return _standard() | own


@cache
def _standard() -> dict[str, str]:
    lines = resources.files("pipeline.formats").joinpath("catalog.tsv").read_text(encoding="utf-8").splitlines()
    pairs = (line.split("\t") for line in lines if not line.startswith("#"))
    return {alias: uri for alias, uri in pairs}  # noqa: C416 (dict() of lists is not typed)


def concept(element: Element, known: Mapping[str, str]) -> Concept | None:
    """The concept that a property names by QCode, URI, literal or name; None where it names none."""
    name, code = name_of(element), attribute(element, "qcode")
    if code:
        return Concept(name=name, code=clean(code), scheme=known.get(code.partition(":")[0]))
    if uri := attribute(element, "uri"):
        scheme, slash, local = clean(uri).rpartition("/")
        return Concept(name=name, code=local or clean(uri), scheme=scheme + slash if local and slash else None)
    literal = attribute(element, "literal")
    if not name and not literal:
        return None
    return Concept(name=name, code=clean(literal) if literal else None)


def concepts(elements: Iterator[Element], known: Mapping[str, str]) -> tuple[Concept, ...]:
    """The concepts of several properties, each once."""
    found = (concept(element, known) for element, _ in zip(elements, range(_MOST), strict=False))
    return tuple(dict.fromkeys(one for one in found if one))


def local_code(element: Element | None) -> str | None:
    """The code without alias or scheme, in lower case: 'stat:usable' and '.../pubstatusg2/usable' are 'usable'."""
    given = attribute(element, "qcode") or attribute(element, "uri") or attribute(element, "literal")
    return clean(given).rpartition("/" if "/" in given else ":")[2].lower() if given else None


def name_of(element: Element) -> str | None:
    """The first name, or else the text that the property itself is."""
    named = child(element, "name")
    text = text_of(named) if named is not None else None if len(element) else text_of(element)
    return clean(text) if text else None
