"""QCodes and the catalogs that say what their aliases mean (NewsML-G2, section 'Controlled values').

A QCode is 'alias:code'; the alias stands for the URI of a scheme. IPTC's own catalogs are known here (catalog.tsv), and
a catalog within the item or its message counts before them. Nothing is fetched: a QCode whose alias only a catalog
elsewhere explains keeps its code and has no scheme.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from itertools import islice

from pipeline.formats.charset import clean
from pipeline.formats.xml import Element, attribute, children, text_of
from pipeline.story import Concept

SUBJECT_CODES = "http://cv.iptc.org/newscodes/subjectcode/"
"""The scheme that NITF and NewsML 1 mean where they name none."""
CODES = ("qcode", "uri", "literal")
"""What identifies a concept, the surest first."""
_MOST = 2000
"""Schemes of one catalog, and concepts of one kind, that are read."""


def schemes(*holders: Element, known: Mapping[str, str] | None = None) -> Mapping[str, str]:
    """Alias to scheme URI, as the catalogs in `holders` (the last counts most), `known` and IPTC's own say."""
    inline = (scheme for holder in holders for scheme in islice(children(holder, "catalog/scheme"), _MOST))
    pairs = ((attribute(one, "alias"), attribute(one, "uri")) for one in inline)
    own = {clean(alias): clean(uri) for alias, uri in pairs if alias and uri}
    before = _standard() if known is None else known
    return {**before, **own} if own else before


@cache
def _standard() -> dict[str, str]:
    lines = resources.files("pipeline.formats").joinpath("catalog.tsv").read_text(encoding="utf-8").splitlines()
    return dict(line.split("\t", 1) for line in lines if not line.startswith("#"))


def concept(element: Element, known: Mapping[str, str], language: str | None = None) -> Concept | None:
    """The concept that a property names by QCode, URI, literal or name; None where it names none."""
    name, code = name_of(element, language), attribute(element, "qcode")
    if code:
        return Concept(name=name, code=clean(code), scheme=known.get(clean(code).partition(":")[0]))
    if uri := attribute(element, "uri"):
        scheme, local = _split(clean(uri))
        return Concept(name=name, code=local, scheme=scheme)
    literal = attribute(element, "literal")
    if not name and not literal:
        return None
    return Concept(name=name, code=clean(literal) if literal else None)


def concepts(elements: Iterable[Element], known: Mapping[str, str], language: str | None = None) -> tuple[Concept, ...]:
    """The concepts of several properties, each once."""
    found = (concept(element, known, language) for element in islice(elements, _MOST))
    return tuple(dict.fromkeys(one for one in found if one))


def _split(uri: str) -> tuple[str | None, str]:
    """Scheme and code of a concept's URI: what stands before and after its last '/' or '#'."""
    end = max(uri.rfind("/"), uri.rfind("#")) + 1
    return (uri[:end], uri[end:]) if 0 < end < len(uri) else (None, uri)


def local_code(value: str | None) -> str | None:
    """A QCode's or URI's last part in lower case: 'stat:usable' and '.../pubstatusg2/usable' are 'usable'."""
    return value[max(value.rfind(mark) for mark in ":/#") + 1 :].strip().lower() if value else None


def code_of(element: Element) -> str | None:
    """What identifies the value of a property, as given."""
    given = next(filter(None, (attribute(element, key) for key in CODES)), None)
    return clean(given) if given else None


def name_of(element: Element, language: str | None = None) -> str | None:
    """The name in the item's language, or else the first; or else the text that the property itself is."""
    names = list(islice(children(element, "name"), _MOST))
    if not names:
        text = text_of(element) if not len(element) else None
    else:
        same = (one for one in names if language and _primary(attribute(one, "lang")) == _primary(language))
        text = text_of(next(same, names[0]))
    return clean(text) if text else None


def _primary(language: str | None) -> str | None:
    return language.partition("-")[0].lower() if language else None
