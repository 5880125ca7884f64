"""The body of an NITF document, alone or within another format: what stands above, in and below its text."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pipeline.formats import advisories, bylines, datelines
from pipeline.formats.charset import clean
from pipeline.formats.names import proper_case
from pipeline.formats.nitf_line import Tagged
from pipeline.formats.nitf_page import Page
from pipeline.formats.nitf_walk import walk_alone, walk_block
from pipeline.formats.xml import Element, child, children, name, text_of
from pipeline.formats.xml_values import add, value_of
from pipeline.story import Author, Dateline, Headline, Link

_READ = frozenset({"hedline", "byline", "dateline", "abstract", "note", "distributor", "rights"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """What a body says. Texts are clean, names as written."""

    paragraphs: tuple[str, ...] = ()
    """Still with what stands in them besides the text, such as credit lines: for wire_copy.read_paragraphs."""
    tagged: tuple[Tagged, ...] = ()
    """For nitf_entities.entities, with these paragraphs and the text that they became."""
    links: tuple[Link, ...] = ()
    headline: str | None = None
    headlines: tuple[Headline, ...] = ()
    byline: str | None = None
    authors: tuple[Author, ...] = ()
    dateline: Dateline | None = None
    """The dateline that stands apart from the text."""
    abstract: str | None = None
    notes: tuple[str, ...] = ()
    credits: tuple[str, ...] = ()
    """Taglines and further bylines."""
    copyright: tuple[str, ...] = ()
    distributor: str | None = None
    rights: Mapping[str, str] = field(default_factory=dict)
    """Those of body.head, by the last part of their names: 'owner', 'limitations', ..."""
    extra: Mapping[str, Any] = field(default_factory=dict)


def body(element: Element) -> Body:
    """The body of `element`: an `nitf`, a `body`, or a `body.content`."""
    inner = child(element, "body") if name(element) == "nitf" else None
    whole = element if inner is None else inner
    page = Page()
    walk_block(whole, page)  # passes over body.head and body.end
    head, end = list(_of(whole, "body.head")), list(_of(whole, "body.end"))
    found = {key: [one for one in head if name(one) == key] for key in _READ}
    extra = dict(page.extra)
    for one in [*head, *end]:
        if name(one) not in _READ and name(one) != "tagline":
            add(extra, name(one), value_of(one))
    headlines = list(_headlines(found["hedline"]))
    lines = [_byline(one) for one in [*found["byline"], *page.bylines]]
    taglines = [text for one in end if name(one) == "tagline" and (text := _line(one))]
    notes = [text for one in found["note"] for text in walk_alone(one).paragraphs]
    distributors = filter(None, map(_line, found["distributor"]))
    return Body(
        paragraphs=tuple(page.paragraphs),
        tagged=(*page.tagged, *_tagged_in(found["hedline"] + found["abstract"])),
        links=tuple(page.links),
        headline=headlines[0].text if headlines else None,
        headlines=tuple(headlines[1:]),
        byline=lines[0][0] if lines else None,
        authors=tuple(dict.fromkeys(author for _, authors in lines for author in authors)),
        dateline=next(filter(None, map(_dateline, [*found["dateline"], *page.datelines])), None),
        abstract="\n\n".join(text for one in found["abstract"] for text in walk_alone(one).paragraphs) or None,
        notes=(*notes, *page.notes),
        credits=(*(text for text, _ in lines[1:]), *taglines),
        copyright=tuple(map(clean, page.copyright)),
        distributor=next(distributors, None),
        rights=_rights(found["rights"]),
        extra=extra,
    )


def _of(whole: Element, part: str) -> Iterable[Element]:
    return (inner for one in children(whole, part) for inner in one)


def _line(element: Element) -> str | None:
    """All text of an element, on one line."""
    return " ".join(" ".join(walk_alone(element).paragraphs).split()) or None


def _headlines(hedlines: list[Element]) -> Iterable[Headline]:
    """The headlines, the main one first: hl1 before hl2, or else the text of an element that has neither."""
    levels = [one for hedline in hedlines for one in hedline]
    for level in sorted(levels, key=lambda one: name(one) != "hl1"):
        if text := _line(level):
            yield Headline(text=text, role=name(level))
    if not levels:
        yield from (Headline(text=text) for one in hedlines if (text := _line(one)))


def _byline(element: Element) -> tuple[str, tuple[Author, ...]]:
    """The byline as written, titles after a comma, and the people it names: those tagged, or else those read."""
    apart = [text for one in element if name(one) in ("byttl", "virtloc") and (text := _line(one))]
    tagged = [text for one in children(element, "person") if (text := _line(one))]
    line = clean(" ".join(_texts(element).split())).strip(" ,;|")
    people = tuple(author for one in tagged for author in bylines.authors(one)) or bylines.authors(line)
    return ", ".join(filter(None, [line, *apart])), people


def _texts(element: Element) -> str:
    """The text without titles and addresses, with a comma where a tag stood between two names."""
    pieces = [element.text or ""]
    for one in element:
        if name(one) not in ("byttl", "virtloc"):
            pieces.append(" " if name(one) == "br" else "".join(map(str, one.itertext())))
        pieces.append(one.tail or "")
    return "".join(pieces)


def _dateline(element: Element) -> Dateline | None:
    """The dateline, its places those that are tagged, or else those that are read; None where it names no place."""
    places = [text for one in element.iter("{*}location") if (text := _line(one))]
    date = child(element, "story.date")
    when = text_of(date) if date is not None else None
    text = (_line(element) or "").rstrip(" -–—")
    read = datelines.in_field(text)
    if not places or any(mark in place for place in places for mark in "/("):
        return read
    agency, day = (read.agency, read.date) if read else (None, None)
    return Dateline(text=text, places=tuple(map(proper_case, places)), date=clean(when) if when else day, agency=agency)


def _rights(elements: list[Element]) -> dict[str, str]:
    """'rights.owner' as 'owner', and so on; text outside of these as 'text'."""
    found: dict[str, str] = {}
    for element in elements:
        for part in element:
            if text := text_of(part):
                found.setdefault(name(part).removeprefix("rights."), clean(text))
        beside = clean(" ".join(" ".join([element.text or "", *(part.tail or "" for part in element)]).split()))
        if beside:
            found.setdefault("copyright" if advisories.is_copyright(beside) else "text", beside)
    return found


def _tagged_in(elements: list[Element]) -> Iterable[Tagged]:
    """What is tagged outside of the text."""
    for element in elements:
        for one in walk_alone(element).tagged:
            yield Tagged(text=one.text, type=one.type, code=one.code, role=one.role)
