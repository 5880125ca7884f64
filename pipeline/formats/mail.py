"""Mail: RFC 5322 and MIME (RFC 2045 to 2049), as one message or several in an mbox file, by the email package.

A mail is a story, or an envelope of items that are read in their turn, or both: see mail_story.py for which.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from pipeline.errors import TerminalError
from pipeline.formats import mail_message, mail_parts, mail_story, signatures
from pipeline.formats.base import Format, Found, Guess, Item
from pipeline.formats.mail_message import Headers, Mail, tolerantly
from pipeline.story import Advisory

_HEAD = 1 << 16
_FIELD = re.compile(rb"([!-9;-~]{1,70})[ \t]*:")
_TECHNICAL = frozenset({
    b"message-id", b"mime-version", b"received", b"return-path", b"content-type", b"content-transfer-encoding",
    b"dkim-signature", b"delivered-to", b"x-mailer", b"list-id", b"x-original-to", b"authentication-results",
})  # fmt: skip
_COMMON = frozenset({b"from", b"to", b"subject", b"date", b"cc", b"bcc", b"reply-to", b"sender"})
_MAILBOX = re.compile(rb"^from[ \t]*:[^\r\n]{0,500}[\w.+-]@[\w-]", re.IGNORECASE | re.MULTILINE)
_MBOX = re.compile(rb"^From \S[^\r\n]{0,200}\d{4}[^\r\n]{0,40}\r?\n(?=[!-9;-~]{1,70}:)", re.MULTILINE)
_FROM_LINE = re.compile(rb"^From \S[^\r\n]{0,300}\r?\n(?=[!-9;-~]{1,70}:)")
"""The line that delivery puts before a mail; without a date it begins none in an mbox."""
_BEFORE_MBOX = (b"\n\n", b"\n\r\n")
"""A mail begins after a blank line."""
_QUOTED_FROM = re.compile(rb"^>(>*From )", re.MULTILINE)
_MULTIPART = re.compile(
    rb"content-type[ \t]*:\s{0,9}multipart/[a-z]{1,20};\s{0,9}[^\r\n]{0,80}boundary=", re.IGNORECASE
)
_AUTOMATIC = re.compile(r"^auto-replied\b", re.IGNORECASE)
_NO_MAIL = "This is no mail: it does not begin with the header of one."


def sniff(item: Item) -> Guess:
    """A block of header fields at the beginning, among them some that only mail programs write, or a sender's address
    and a date or subject: wire text that has a 'From:' line has neither."""
    head = item.data[:_HEAD].removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n")
    mbox = _MBOX.match(head)
    names = _field_names(_FROM_LINE.sub(b"", head, count=1))
    if mbox and len(names) > 1:
        return Guess(confidence=1.0, reason="a 'From ' line and header fields of mail")
    declared = (item.content_type or "").lower().startswith("message/")
    technical, common = len(names & _TECHNICAL), len(names & _COMMON)
    if technical and technical + common >= 3:
        return Guess(confidence=1.0, reason="header fields of mail")
    if (technical and common) or technical > 1 or (common >= 2 and (declared or _MAILBOX.search(head[:4096]))):
        return Guess(confidence=0.9, reason="some header fields of mail")
    if _MULTIPART.match(head):
        return Guess(confidence=0.9, reason="a multipart body")
    return Guess(confidence=0.0, reason="no header fields of mail")


def parse(item: Item) -> Iterable[Found]:
    """The stories and the items attached of one mail, or of each in an mbox file."""
    data = item.data.removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n")
    mbox = _MBOX.match(data)
    if not mbox and not _FIELD.match(_FROM_LINE.sub(b"", data, count=1)):
        looks = signatures.describe(data)
        raise TerminalError(_NO_MAIL if looks == "plain text" else f"This is no mail: it looks like {looks}.")
    return _several(item, data) if mbox else _mail(replace(item, data=data))


def _several(item: Item, data: bytes) -> Iterator[Found]:
    """The mails of an mbox; one that cannot be read costs itself."""
    lines = _MBOX.finditer(data)
    starts = [
        line
        for line in lines
        if not line.start() or data[max(line.start() - 4, 0) : line.start()].endswith(_BEFORE_MBOX)
    ]
    for number, start in enumerate(starts):
        end = starts[number + 1].start() if number + 1 < len(starts) else len(data)
        mail = _QUOTED_FROM.sub(rb"\1", data[start.end() : end])
        try:
            yield from _mail(replace(item, data=mail.rstrip(b"\r\n") + b"\n"))
        except TerminalError as error:
            yield TerminalError(error.cause, item=error.item or f"mail {number + 1}")


def _mail(item: Item) -> Iterator[Found]:
    mail = mail_message.parse(item.data)
    if not mail.keys():
        raise TerminalError(_NO_MAIL)
    _refuse_automatic(mail)
    parts = mail_parts.read(mail, item)
    body, text = mail_story.body_of(parts)
    cover = bool(parts.items) and body.is_cover_note and body.copy(with_headline=False).dateline is None
    if not cover and parts.missing and not body.text.strip():
        raise TerminalError(" ".join(parts.missing[:3]))
    told = mail_story.story(Headers(mail), parts, body, text, item) if not cover or body.text.strip() else None
    advisory = told.advisory if told is not None else None
    cover = cover and not (advisory and advisory.targets)  # a note that kills other stories is one of its own
    if not cover and told is not None:
        yield told
    if parts.items:
        cover_note = body if cover else None
        envelope = mail_story.envelope(Headers(mail), parts, body, cover_note, item.envelope)
        if advisory == Advisory(kind="kill"):  # it names no other: it means what is attached
            envelope = replace(envelope, pubstatus="canceled")
        yield from (replace(attached, envelope=envelope) for attached in parts.items)
    if cover:
        yield from map(TerminalError, parts.missing)


def _refuse_automatic(mail: Mail) -> None:
    """Bounces and absence notes are no stories, whatever they quote."""
    type_ = tolerantly(mail.get_content_type, "")
    report = tolerantly(lambda: str(mail.get_param("report-type")), "").lower()
    if type_ == "multipart/report" and report in ("delivery-status", "disposition-notification"):
        raise TerminalError("This mail is a report on the delivery of another, not a story.")
    if _AUTOMATIC.match(str(mail.get("auto-submitted") or "").strip()):
        raise TerminalError("This mail is an automatic reply, not a story.")


def _field_names(head: bytes) -> set[bytes]:
    """The names of the header fields at the beginning, in lower case; none where something else stands among them."""
    names: set[bytes] = set()
    for line in head.replace(b"\r\n", b"\n").split(b"\n")[:400]:
        if not line:
            break
        if line[:1] in b" \t" and names:
            continue
        field = _FIELD.match(line)
        if not field:
            return names if len(names) > 2 else set()
        names.add(field[1].lower())
    return names


FORMAT = Format(name="mail", sniff=sniff, parse=parse)
