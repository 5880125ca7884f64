"""The stories of one NewsML 1 item: its texts with what the components around them and the management say."""

from collections.abc import Iterator
from typing import Any

from pipeline.errors import TerminalError
from pipeline.formats import bylines, credit_lines, datelines, notices, signals, wire_copy
from pipeline.formats.base import Item
from pipeline.formats.charset import clean
from pipeline.formats.newsml_1_components import Components, Unit, read_components
from pipeline.formats.newsml_1_components import stories as texts
from pipeline.formats.newsml_1_item import Management
from pipeline.formats.newsml_1_metadata import Metadata, read_metadata
from pipeline.formats.newsml_1_tree import survey
from pipeline.formats.newsml_1_vocabulary import Vocabulary
from pipeline.formats.ninjs_parts import tamed
from pipeline.formats.nitf_body import Body
from pipeline.formats.nitf_entities import entities
from pipeline.formats.nitf_head import Head, read_head
from pipeline.formats.xml import Element, attribute
from pipeline.story import Concept, Dateline, Entity, Headline, Provenance, PubStatus, Story

_NO_ITEM = Item(data=b"")


def stories(component: Element | None, managed: Management, known: Vocabulary, language: str | None) -> Iterator[Story]:
    """The item's story, and those that stand in it beside; `language`: the item's. TerminalError when there is
    nothing to read, or what there is cannot be decoded."""
    if component is None:
        yield _story(managed.uri, managed, Metadata(language=language), Body(), None, Components())
        return
    top = survey(component)
    found = read_components(top)
    units = texts(found)
    if not units:
        meta = read_metadata((top,), known)
        meta.language = meta.language or language
        yield _story(managed.uri, managed, meta, Body(), None, found)
        return
    used: set[str] = set()
    for number, unit in enumerate(units):
        meta = read_metadata(unit.chain, known)
        meta.language = meta.language or language
        nitf = unit.content.nitf
        head = read_head(nitf, _NO_ITEM) if nitf is not None else None
        uri = managed.uri if number == 0 else f"{managed.uri}#{_within(unit, number, used)}"
        yield _story(uri, managed, meta, unit.content.body, head, found if number == 0 else Components())


def _within(unit: Unit, number: int, used: set[str]) -> str:
    """What a text is called within its item, the same in every revision: by the innermost id around it that no other
    text has, or else by its number."""
    ids = (attribute(one.element, key) for one in reversed(unit.chain[1:]) for key in ("Euid", "Duid"))
    name = next((id_ for id_ in ids if id_ and id_ not in used), str(number))
    used.add(name)
    return clean(name)


def _story(uri: str, managed: Management, meta: Metadata, body: Body, head: Head | None, found: Components) -> Story:
    copy = wire_copy.read_paragraphs(list(body.paragraphs), with_headline=False)
    written = meta.headline or body.headline or (head.title if head else None)
    peeled, headline = signals.peel(written) if written else ((), None)
    slugline = meta.slugline or managed.name_label
    marked, _ = signals.slug(slugline) if slugline else ((), None)
    copy.signals = [*peeled, *marked, *copy.signals]
    status = _status(managed, head, copy)
    described = meta.description or body.abstract or " ".join(found.captions) or None
    said = headline or copy.paragraphs or described or found.links or signals.is_notice(tuple(copy.signals))
    if not said and status == "usable":
        raise TerminalError("This NewsML item has neither a headline nor a text.", item=uri)
    byline, authors, signed = _byline(meta, body, copy)
    dateline = _dateline(meta, body, copy)
    body_text = "\n\n".join(copy.paragraphs)
    tagged = entities([*body.tagged, *(head.tagged if head else ())], body.paragraphs, body_text, headline)
    story = Story(
        uri=uri,
        pubstatus=status,
        type=_type(copy, found),
        version=managed.version or (clean(head.version) if head and head.version else None),
        versioncreated=managed.versioncreated or (head.versioncreated if head else None),
        firstcreated=managed.firstcreated,
        embargoed=managed.embargoed or (head.embargoed if head else None) or copy.embargo,
        urgency=managed.urgency or (head.urgency if head else None),
        signals=wire_copy.all_signals(copy),
        headline=headline or None,
        headlines=_headlines(meta, body, (written, headline)),
        slugline=clean(slugline) if slugline else copy.slugline,
        description_text=described if described and not wire_copy.repeats(described, headline, copy) else None,
        byline=byline,
        creditline=wire_copy.joined_once(meta.credits, signed, body.credits, copy.credits),
        located=(dateline.places[0] if dateline and dateline.places else None) or meta.located,
        dateline=dateline,
        authors=authors,
        language=_language(meta.language),
        source=meta.provider
        or _first(meta.extra.get("Source"))
        or body.distributor
        or wire_copy.agency(copy)
        or managed.provider,
        genre=tuple(dict.fromkeys([*meta.genre, *(head.genre if head else ())])),
        subject=_subjects([*meta.subject, *(head.subject if head else ())]),
        keywords=tuple(dict.fromkeys([*meta.keywords, *(head.keywords if head else ()), *copy.keywords])),
        ednote=wire_copy.joined_once(managed.notes, meta.notes, head.notes if head else (), body.notes, copy.notes),
        usageterms=wire_copy.joined_once(meta.usage, head.usage if head else ()),
        copyrightholder=meta.copyrightholder or (head.copyrightholder if head else None),
        copyrightnotice=wire_copy.joined_once(meta.copyright, body.copyright, copy.copyright),
        links=tuple(dict.fromkeys([*managed.links, *found.links, *body.links])),
        body_text=body_text,
        entities=_merged(tagged, meta.entities, headline),
        extra=_extra(managed, meta, body, head, copy),
        provenance=Provenance(channel=head.channel, sequence=head.sequence) if head else Provenance(),
    )
    return notices.advised(story, copy.lines, stated=managed.pubstatus != "usable")


def _status(managed: Management, head: Head | None, copy: wire_copy.Copy) -> PubStatus:
    """The strictest of what the item, a document in it and its text say."""
    said = {managed.pubstatus, head.pubstatus if head else "usable"}
    if "canceled" in said or signals.is_kill(wire_copy.all_signals(copy)):
        return "canceled"
    unclear = copy.embargoed and not (copy.embargo or managed.embargoed)
    return "withheld" if "withheld" in said or unclear else "usable"


def _type(copy: wire_copy.Copy, found: Components) -> str:
    """'text', or what an item without text is: 'picture', 'video', ..., or 'composite' where it lists others."""
    kinds = {link.rel for link in found.links if link.href} & {"picture", "graphic", "video", "audio"}
    if copy.paragraphs or not found.links:
        return "text"
    return kinds.pop() if len(kinds) == 1 else "composite"


def _byline(meta: Metadata, body: Body, copy: wire_copy.Copy) -> tuple[str | None, tuple[Any, ...], list[str]]:
    """The byline, the authors, and desk's initials that stood for a byline."""
    written = meta.byline or body.byline
    signed = [written] if written and credit_lines.is_sign_off(written) else []
    byline = copy.byline if signed else written or copy.byline
    named = (bylines.authors(meta.byline) if meta.byline else body.authors) if not signed else ()
    return byline, tuple(dict.fromkeys([*named, *copy.authors])), signed


def _dateline(meta: Metadata, body: Body, copy: wire_copy.Copy) -> Dateline | None:
    first = body.paragraphs[0] if body.paragraphs else ""
    apart = (datelines.in_field(meta.dateline) if meta.dateline else None) or body.dateline
    if copy.dateline and (apart is None or first.startswith(copy.dateline.text[:10])):
        return copy.dateline
    return apart


def _headlines(meta: Metadata, body: Body, main: tuple[str | None, ...]) -> tuple[Headline, ...]:
    inside = [Headline(text=body.headline)] if body.headline else []
    every = {one.text: one for one in reversed([*meta.headlines, *inside, *body.headlines]) if one.text not in main}
    return tuple(reversed(every.values()))


def _subjects(given: list[Concept]) -> tuple[Concept, ...]:
    """Each once: not without its name where it is there with it."""
    named = {(one.code, one.scheme) for one in given if one.name}
    return tuple(one for one in dict.fromkeys(given) if one.name or (one.code, one.scheme) not in named)


def _first(value: Any) -> str | None:
    first = value[0] if isinstance(value, list) else value
    return first if isinstance(first, str) else None


def _language(given: str | None) -> str | None:
    """BCP 47 from codes that are often in capitals."""
    if not given or given.lower() in ("x-default", "und"):
        return None
    return given.lower() if len(given) == 2 else given


def _merged(tagged: tuple[Entity, ...], named: list[Entity], headline: str | None) -> tuple[Entity, ...]:
    """Those tagged in the text, and those of the metadata that are not among them."""
    seen = {(one.type, name) for one in tagged for name in (one.name, *one.aliases)}
    others = [
        Entity(name=one.name, type=one.type, code=one.code, in_headline=one.name in (headline or ""))
        for one in dict.fromkeys(named)
        if (one.type, one.name) not in seen
    ]
    return (*tagged, *others)


def _extra(managed: Management, meta: Metadata, body: Body, head: Head | None, copy: wire_copy.Copy) -> dict[str, Any]:
    extra: dict[str, Any] = {**managed.extra, **meta.extra}
    inside = {**body.extra, **(head.extra if head else {})}
    if inside:
        extra["nitf"] = inside
    if managed.name_label and meta.slugline and managed.name_label != meta.slugline:
        extra["NameLabel"] = managed.name_label
    used = _dateline(meta, body, copy)
    if meta.dateline and (used is None or used.text != meta.dateline.rstrip(" -–—")):
        extra["DateLine"] = meta.dateline
    if copy.end_marks:
        extra["end_mark"] = " ".join(copy.end_marks)
    kept: dict[str, Any] = tamed(extra)
    return kept
