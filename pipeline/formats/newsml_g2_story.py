"""From what was read of a NewsML-G2 item to the story."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from pipeline.formats import bylines, datelines, signals, wire_copy
from pipeline.formats.newsml_g2_about import About
from pipeline.formats.newsml_g2_content import Content
from pipeline.formats.newsml_g2_management import Management
from pipeline.formats.ninjs_parts import tamed
from pipeline.formats.nitf_entities import entities
from pipeline.formats.nitf_line import Tagged
from pipeline.formats.xml_values import add
from pipeline.story import Author, Dateline, Entity, Headline, PubStatus, Story

_LONGEST_HEAD = 12
"""Lines of the text among which its headline is looked for, and"""
_LONGEST_LINE = 80
"""how long those above it may be."""


def assembled(meta: Management, about: About, found: Content) -> Story:
    """The story but for its links and provenance."""
    nitf = found.nitf
    headline, others = _headlines(meta, about, found)
    above, paragraphs = _without_headline(found.paragraphs, [headline, *others])
    text, description = _copy(found, paragraphs, about.description)
    said, main = signals.peel(headline.text) if headline else ((), None)
    more, _ = signals.slug(about.slugline) if about.slugline else ((), None)
    text.signals = [*meta.signals, *said, *more, *text.signals]
    body_text, dateline = "\n\n".join(text.paragraphs), _dateline(about, found, text)
    byline = "; ".join(about.bylines) or nitf.byline or text.byline
    description = description or nitf.abstract
    repeated = description is None or wire_copy.repeats(description, main, text)
    notices = [*meta.copyrightnotices, *filter(None, [nitf.rights.get("copyright")]), *nitf.copyright, *text.copyright]
    story = Story(
        uri=meta.uri,
        pubstatus=_status(meta, text),
        type=meta.type,
        version=meta.version,
        versioncreated=meta.versioncreated,
        firstcreated=meta.firstcreated,
        embargoed=meta.embargoed or text.embargo,
        urgency=about.urgency,
        profile=meta.profile,
        signals=wire_copy.all_signals(text),
        headline=main or None,
        headlines=tuple(other for other in others if other.text != main),
        slugline=about.slugline or text.slugline,
        description_text=None if repeated else description,
        byline=byline,
        creditline=wire_copy.joined_once(about.credits, nitf.credits, text.credits),
        located=about.located or (dateline.places[0] if dateline and dateline.places else None),
        dateline=dateline,
        authors=tuple(dict.fromkeys([*_authors(about, found, byline), *text.authors])),
        language=about.language or meta.language or found.language,
        source=about.source or meta.provider or nitf.distributor or wire_copy.agency(text),
        genre=about.genre,
        subject=about.subject,
        keywords=tuple(dict.fromkeys([*about.keywords, *text.keywords])),
        ednote=wire_copy.joined_once(meta.notes, nitf.notes, text.notes),
        usageterms=wire_copy.joined_once(meta.usage),
        copyrightholder=meta.copyrightholder or nitf.rights.get("owner"),
        copyrightnotice=wire_copy.joined_once(notices),
        body_text=body_text,
        entities=_entities(about, entities(_moved(found, paragraphs), paragraphs, body_text, main), main),
    )
    extra = _extra(meta, about, found, text) | ({"above_headline": above} if above else {})
    return replace(story, extra=tamed(extra))


def _headlines(meta: Management, about: About, found: Content) -> tuple[Headline | None, list[Headline]]:
    """The main headline, and the other ones."""
    inside = [Headline(text=found.nitf.headline)] if found.nitf.headline else []
    titles = [Headline(text=" ".join(title.split()), role="title") for title in meta.titles]
    all_ = [*about.headlines, *inside, *found.nitf.headlines, *titles]
    if not all_:
        return None, []
    by_text = {one.text: one for one in reversed(all_) if one.text != all_[0].text}
    return all_[0], list(reversed(by_text.values()))


def _without_headline(paragraphs: tuple[str, ...], headlines: list[Headline | None]) -> tuple[list[str], list[str]]:
    """What stands above the headline where the text begins with it once more, and the text below."""
    texts = {one.text for one in headlines if one}
    main = headlines[0].text if headlines and headlines[0] else None
    at = next((number for number, line in enumerate(paragraphs[:_LONGEST_HEAD]) if line == main), None)
    if at is None or any(len(line) > _LONGEST_LINE for line in paragraphs[:at]):
        return [], list(paragraphs)
    begins = next((number for number in range(at, len(paragraphs)) if paragraphs[number] not in texts), len(paragraphs))
    return [line for line in paragraphs[:at] if line not in texts], list(paragraphs[begins:])


def _copy(found: Content, paragraphs: list[str], description: str | None) -> tuple[wire_copy.Copy, str | None]:
    """The text, and the description besides it. The text of what has none, a picture, is its description."""
    if found.plain is not None and len(paragraphs) == len(found.paragraphs):
        return wire_copy.read(found.plain, with_headline=False), description
    if not paragraphs and description:
        return wire_copy.read_paragraphs(description.split("\n"), with_headline=False), None
    return wire_copy.read_paragraphs(paragraphs, with_headline=False), description


def _status(meta: Management, text: wire_copy.Copy) -> PubStatus:
    if meta.pubstatus == "canceled" or signals.is_kill(wire_copy.all_signals(text)):
        return "canceled"
    return "withheld" if text.embargoed and not (text.embargo or meta.embargoed) else meta.pubstatus


def _authors(about: About, found: Content, byline: str | None) -> Iterable[Author]:
    """Those of the byline, and those given besides."""
    read: list[Author] = list(found.nitf.authors) if found.nitf.authors and not about.bylines else []
    read = read or [author for line in about.bylines or filter(None, [byline]) for author in bylines.authors(line)]
    named = {author.name.casefold() for author in read}
    return [
        *read,
        *(author for author in about.authors if author.role != "byline" or author.name.casefold() not in named),
    ]


def _dateline(about: About, found: Content, text: wire_copy.Copy) -> Dateline | None:
    """That of the text, or else the one that stands apart."""
    apart = found.nitf.dateline
    if text.dateline or apart or not about.dateline:
        return text.dateline or apart
    return datelines.in_field(about.dateline) or Dateline(text=about.dateline)


def _moved(found: Content, paragraphs: list[str]) -> Iterator[Tagged]:
    """What is tagged, in the paragraphs that are left below the headline."""
    above = len(found.paragraphs) - len(paragraphs)
    for one in found.tagged:
        number = one.paragraph - above if one.paragraph is not None and one.paragraph >= above else None
        yield replace(one, paragraph=number)


def _entities(about: About, named: tuple[Entity, ...], headline: str | None) -> tuple[Entity, ...]:
    """What the text tags, and what the metadata names besides."""
    known = {(entity.type, entity.name.casefold()) for entity in named}
    known |= {(entity.type, entity.code) for entity in named if entity.code}
    rest = (one for one in about.entities if not known & {(one.type, one.name.casefold()), (one.type, one.code or "")})
    return (*named, *(replace(one, in_headline=one.name in (headline or "")) for one in rest))


def _extra(meta: Management, about: About, found: Content, text: wire_copy.Copy) -> dict[str, Any]:
    extra = {**found.nitf.extra, **meta.extra}
    for key, content in found.extra.items():
        add(extra, key, content)
    if meta.provider and about.source and meta.provider != about.source:
        extra.setdefault("provider", meta.provider)
    if about.dateline and text.dateline and text.dateline.text.split() != about.dateline.split():
        extra["dateline"] = about.dateline
    if found.nitf.rights:
        extra["rights"] = dict(found.nitf.rights)
    if text.end_marks:
        extra["end_mark"] = " ".join(text.end_marks)
    return extra
