"""The story that the text of a mail is, from its headers and parts; and what a mail says of what is attached to it.

A mail's text is a cover note, and no story, where items are attached and the text is empty, or has at most 60 words, no
dateline, and a word that says that something is attached or forwarded. The stories attached carry it in
`extra.envelope`, with the subject and the sender; an embargo or a kill in it holds for them.
"""

import re
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import quote

from pipeline.errors import TerminalError
from pipeline.formats import advisories, mail_message, mail_text, notices, plain_text, signals
from pipeline.formats.base import Envelope, Item, Text, content_uri
from pipeline.formats.mail_message import Headers
from pipeline.formats.mail_parts import Parts
from pipeline.formats.mail_text import Body
from pipeline.formats.names import people
from pipeline.formats.ninjs_parts import tamed
from pipeline.formats.times import find_time, parse_time
from pipeline.formats.wire_copy import Copy
from pipeline.story import Author, Headline, Link, PubStatus, Story

_REPLY = re.compile(
    r"^\s*(?:\[[^\[\]]{1,40}\]\s*|(?:re|fwd?|aw|wg|tr|rv|sv|vs|antw|enc|rif|i|r)(?:\[\d{1,2}\])?\s*:\s*)", re.IGNORECASE
)
"""'Re:' and 'Fwd:' of mail programs in several languages, and the name of a mailing list."""
_EMBARGO = re.compile(
    r"\bembargo|\bembargad|\bsperrfrist\b|\bhold for release\b"
    r"|\bnot for (?:release|publication|use) (?:before|until|till)",
    re.IGNORECASE,
)
_NO_PERSON = re.compile(r"[\d@|/]|\b(?:desk|news|office|alerts?|wire|feed|press|agency|team|list)\b", re.IGNORECASE)
_ADDRESS = re.compile(r"<([^<>\s]{1,300})>")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}")
_HIGH = ("high", "urgent", "1", "2")
_LOW = ("low", "non-urgent", "4", "5")
_LONGEST_SAID = 1000
_MOST_LINKS = 50

Subject = tuple[tuple[str, ...], str | None, str | None]
"""Signals, headline, slugline: one of the last two at most."""


def body_of(parts: Parts) -> tuple[Body, Text]:
    """The text of the mail, all its pieces together, and how it was decoded."""
    texts = parts.decoded or [Text(text="", charset="us-ascii", reason="no text")]
    return mail_text.stripped(mail_text.joined(parts.bodies or [Body(text="")])), replace(
        texts[0], replacements=sum(text.replacements for text in texts)
    )


def subject_of(text: str | None) -> Subject:
    """What a Subject says, without what mail programs put before it."""
    rest = text or ""
    for _ in range(8):
        rest = _REPLY.sub("", rest, count=1)
    found, rest = signals.peel(rest)
    if signals.is_slug(rest):
        more, slugline = signals.slug(rest)
        return (*found, *more), None, slugline
    return found, rest or None, None


def story(headers: Headers, parts: Parts, body: Body, text: Text, item: Item) -> Story:
    """The story. TerminalError where the mail has neither a subject nor a text."""
    said = headers.text("subject")
    found, headline, slugline = subject_of(said)
    copy = body.copy(with_headline=headline is None)
    if not (headline or copy.headline or copy.paragraphs or found):
        raise TerminalError("This mail has neither a subject nor a text.")
    copy.signals[:0] = found
    _embargo(copy, found, said)
    made = plain_text.story(_uri(headers, item), copy, text)
    other = headline if copy.headline and headline and headline != copy.headline else None
    keywords = dict.fromkeys([*headers.words("keywords"), *made.keywords])
    time, assumed = _date(headers)
    language = headers.text("content-language")
    made = replace(
        made,
        versioncreated=time,
        urgency=_urgency(headers),
        headline=copy.headline or headline,
        headlines=(Headline(text=other, role="subject"),) if other else (),
        slugline=copy.slugline or slugline,
        keywords=tuple(keywords),
        language=language if language and _LANGUAGE.fullmatch(language) else None,
        links=(*_references(headers), *parts.links),
    )
    made = notices.advised(made, copy.lines)
    return _from(made, headers, _extra(parts, body, assumed, language if not made.language else None))


def envelope(headers: Headers, parts: Parts, body: Body, cover: Body | None, outer: Envelope | None) -> Envelope:
    """What the mail says of what is attached to it: `cover` is its text where that is a cover note; `outer` is what
    the mail itself was attached to."""
    subject = headers.text("subject")
    found, _, _ = subject_of(subject)
    copy = body.copy(with_headline=False)
    embargoed = [*(copy.notes if copy.embargoed else ()), *_embargo_lines(cover.text if cover else "")]
    if "embargoed" in found or advisories.is_embargo(subject or ""):
        embargoed.append(subject or "")
    until = next(filter(None, map(find_time, embargoed)), None)
    killed = signals.is_kill((*found, *copy.signals))
    status: PubStatus = "canceled" if killed else "withheld" if embargoed and until is None else "usable"
    told = {
        "subject": subject,
        "from": headers.text("from"),
        "date": headers.text("date"),
        "message-id": headers.text("message-id"),
        "text": cover and cover.text.strip(),
        "signature": cover and cover.signature,
        "attachments": ", ".join(link.title or link.type or "unnamed" for link in parts.links),
    }
    said = {name: value[:_LONGEST_SAID] for name, value in told.items() if value}
    return _within(Envelope(said=said, pubstatus=status, embargoed=until), outer)


def _embargo_lines(text: str) -> list[str]:
    """The paragraphs of a cover note that speak of an embargo, each on one line."""
    return [" ".join(lines.split()) for lines in text.split("\n\n") if _EMBARGO.search(lines)]


def _within(inner: Envelope, outer: Envelope | None) -> Envelope:
    if outer is None:
        return inner
    return Envelope(
        said={**inner.said, "envelope": outer.said},
        pubstatus=max(inner.pubstatus, outer.pubstatus, key=("usable", "withheld", "canceled").index),
        embargoed=max(filter(None, (inner.embargoed, outer.embargoed)), default=None),
    )


def _uri(headers: Headers, item: Item) -> str:
    """The Message-ID as RFC 2392 makes a URL of it."""
    found = headers.text("message-id")
    return (_mid(found.strip("<> ")) if found else None) or content_uri(item)


def _mid(identifier: str) -> str | None:
    return f"mid:{quote(identifier, safe='@$!*+=-_.~%')}" if identifier and len(identifier) <= 500 else None


def _embargo(copy: Copy, found: tuple[str, ...], subject: str | None) -> None:
    """An embargo in the subject holds as one in the text does."""
    if subject and ("embargoed" in found or advisories.is_embargo(subject)):
        copy.embargoed = True
        copy.embargo = copy.embargo or find_time(subject)


def _date(headers: Headers) -> tuple[datetime | None, bool]:
    said = headers.text("date")
    time, assumed = parse_time(re.sub(r"\s*\([^()]*\)\s*$", "", said)) if said else (None, False)
    if said and time is None:
        headers.keep("date", said)
    return time, assumed


def _urgency(headers: Headers) -> int | None:
    """3 or 7 where the sender marked the mail as important or unimportant, which is less than a wire's own urgency
    says; None for 'normal', which says nothing."""
    said = [headers.text(name) for name in ("importance", "x-priority", "priority", "x-msmail-priority")]
    words = {value.split()[0].lower() for value in said if value}
    return 3 if words & set(_HIGH) else 7 if words & set(_LOW) else None


def _references(headers: Headers) -> tuple[Link, ...]:
    links = []
    for name in ("in-reply-to", "references"):
        found = map(_mid, _ADDRESS.findall(headers.text(name) or ""))
        links += [Link(rel=name, uri=uri) for uri in list(filter(None, found))[-_MOST_LINKS:]]
    return tuple(links)


def _from(made: Story, headers: Headers, extra: dict[str, Any]) -> Story:
    """The sender: an author where the name is a person's and the copy names nobody, else the source."""
    said = headers.text("from")
    name, mailbox = mail_message.address(said)
    organization = headers.text("organization") or headers.text("organisation")
    person = name if name and _is_person(name) else None
    authors = made.authors or ((Author(name=person),) if person else ())
    domain = (mailbox or "").rpartition("@")[2] or None
    return replace(
        made,
        authors=authors,
        byline=made.byline or (person if not made.authors else None),
        source=made.source or organization or (name if not person else None) or domain,
        extra=tamed({**made.extra, **({"From": said} if said else {}), **headers.extra(), **extra}),
    )


def _is_person(name: str) -> bool:
    return len(people(name)) == 1 and 2 <= len(name.split()) <= 4 and not _NO_PERSON.search(name)


def _extra(parts: Parts, body: Body, assumed: bool, language: str | None) -> dict[str, Any]:
    found = {
        "signature": body.signature,
        "disclaimer": body.disclaimer,
        "forwarded": body.forwarded,
        "missing": parts.missing,
        "Content-Language": language,
        "assumed_utc": ["date"] if assumed else None,
    }
    return {name: value for name, value in found.items() if value}
