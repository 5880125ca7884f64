"""The parts of a mail (RFC 2045 to 2049): its own text, the items attached to it, links to what is no text.

multipart/alternative   the plain text, or the HTML where the plain text is missing or a stub
text/plain, text/html   without a file name: text of the mail; with one: an item attached
message/rfc822          an item attached
other text, XML, JSON   an item attached, if the bytes are text
pictures, PDFs, ...     a link with name and type
TNEF, encrypted parts   a link, and a sentence on what is missing
"""

import re
from dataclasses import dataclass, field, replace
from itertools import islice

from pipeline.formats import charset, mail_message, mail_text, signatures
from pipeline.formats.base import Item, Text
from pipeline.formats.mail_message import Mail, header_text, tolerantly
from pipeline.formats.mail_text import Body
from pipeline.story import Link

MOST_PARTS = 2000
_TNEF = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})
_ENCRYPTED = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime", "application/pgp-encrypted"})
_NO_ITEM = re.compile(
    r"^(?:image|audio|video|font|model)/|/(?:pgp-\w+|(?:x-)?pkcs7-\w+|(?:x-)?vcard|calendar|ics|css|x-amp-html|watch-html"
    r"|(?:x-)?javascript|pdf|zip|gzip|rtf|(?:text-)?rfc822-headers|delivery-status|disposition-notification|global-headers"
    r"|msword|vnd\..*|enriched|richtext|directory)$"
)
_SPLIT_TEXT = re.compile(r"ATT\d{3,6}\.(?:txt|html?)", re.IGNORECASE)
"""What Exchange names a piece of the mail's own text below an attachment."""
_META_CHARSET = re.compile(rb"<meta\s[^<>]{0,200}?charset\s*=\s*[\"']?([\w.:-]{1,40})", re.IGNORECASE)
_BOUNDARY = re.compile(rb"^--([^\s\"\\][^\r\n\"\\]{0,68}[^\s\"\\])[ \t]*\r?\nContent-", re.IGNORECASE | re.MULTILINE)
_STUB_WORDS = 60


@dataclass(slots=True)
class Parts:
    """What a mail holds, in its order."""

    bodies: list[Body] = field(default_factory=list)
    decoded: list[Text] = field(default_factory=list)
    """How each of `bodies` was decoded."""
    items: list[Item] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    """Sentences on what could not be read."""

    @property
    def words(self) -> int:
        return sum(len(body.text[:10_000].split()) for body in self.bodies)

    def add(self, other: "Parts", *, with_text: bool = True) -> None:
        if with_text:
            self.bodies += other.bodies
            self.decoded += other.decoded
        self.items += other.items
        self.links += other.links
        self.missing += other.missing


def read(mail: Mail, item: Item) -> Parts:
    """The parts of `mail`; the items attached to it are like `item`, in which it was found."""
    if not mail.is_multipart():
        mail = _repaired(mail) or mail
    if sum(1 for _ in islice(mail.walk(), MOST_PARTS + 1)) > MOST_PARTS:
        parts = Parts()
        parts.missing.append(f"This mail has more than {MOST_PARTS:,} parts; none of them is read.")
        return parts
    return _read(mail, item)


def _read(part: Mail, item: Item) -> Parts:
    if _type(part) == "message/rfc822" and isinstance(part.get_payload(), list):
        return _mail_attached(part, item)
    if not part.is_multipart():
        return _leaf(part, item)
    children = [_read(child, item) for child in _children(part)]
    if _type(part) == "multipart/encrypted":
        children = [Parts(missing=["This mail is encrypted."])]
    chosen = _preferred(children) if _type(part) == "multipart/alternative" else None
    whole = Parts()
    for child in children:
        whole.add(child, with_text=chosen is None or child is chosen)
    return whole


def _repaired(part: Mail) -> "Mail | None":
    """A multipart body whose boundary is not the declared one, read with the one it has."""
    found = _BOUNDARY.search(_payload(part)[:4096]) if _type(part).startswith("multipart/") else None
    if found is None:
        return None
    header = b'Content-Type: %s; boundary="%s"\n\n' % (_type(part).encode("ascii", "replace"), found[1])
    mail = mail_message.parse(header + _payload(part))
    return mail if mail.is_multipart() else None


def _children(part: Mail) -> list[Mail]:
    payload = part.get_payload()
    return [child for child in payload if not isinstance(child, str)] if isinstance(payload, list) else []


def _preferred(children: list[Parts]) -> Parts | None:
    """Of alternatives the first in plain text, unless it only says that there is another."""
    texts = [child for child in children if child.words]
    plain = next((child for child in texts if not any(body.laid_out for body in child.bodies)), None)
    most = max(texts, key=lambda child: child.words, default=None)
    if plain is None or most is None:
        return texts[-1] if texts else None
    return most if plain.words < _STUB_WORDS and most.words > 5 * plain.words else plain


def _mail_attached(part: Mail, item: Item) -> Parts:
    (mail, *_) = _children(part) or [part]
    name = _file_name(part) or header_text(str(mail.get("subject") or ""))[:200] or "forwarded mail"
    data = tolerantly(lambda: mail_message.as_bytes(mail), b"")
    if not data.strip():
        return Parts(missing=[f"The mail '{name}' that is attached cannot be taken out."])
    attached = _attached(item, data, name, None, "message/rfc822")
    return Parts(items=[attached], links=[Link(rel="attachment", type="message/rfc822", title=name)])


def _leaf(part: Mail, item: Item) -> Parts:
    type_, name, data = _type(part), _file_name(part), _payload(part)
    if type_.startswith("multipart/"):  # damaged beyond repair: what is legible of it
        return _own_text(part, "text/plain", data, item)
    if type_ in ("text/plain", "text/html") and _is_own_text(part, name) and signatures.binary(data) is None:
        return _own_text(part, type_, data, item)
    parts = Parts(links=[_link(part, type_, name)] if name or data.strip() else [])
    if type_ in _TNEF or (name or "").lower() == "winmail.dat":
        parts.missing.append(f"What is in '{name or 'winmail.dat'}' is missing: it is in a format of Outlook (TNEF).")
    elif type_ in _ENCRYPTED:
        parts.missing.append("This mail is encrypted.")
    elif data.strip() and not _NO_ITEM.search(type_) and not signatures.binary(data):
        parts.items.append(_item_of(part, type_, name, data, item))
    return parts


def _is_own_text(part: Mail, name: str | None) -> bool:
    attachment = tolerantly(part.get_content_disposition, None) == "attachment"
    return (not attachment and not name) or _SPLIT_TEXT.fullmatch(name or "") is not None


def _own_text(part: Mail, type_: str, data: bytes, item: Item) -> Parts:
    label = _charset(part) or item.charset
    if type_ == "text/html":
        found = _META_CHARSET.search(data[:4096])
        decoded = charset.decode(data, label or (found[1].decode() if found else None))
        return Parts(bodies=[mail_text.of_html(decoded.text)], decoded=[decoded])
    decoded = charset.decode(data, label)
    text, files = mail_text.without_files(decoded.text)
    if str(_parameter(part, "format") or "").lower() == "flowed":
        text = mail_text.unflowed(text, delsp=str(_parameter(part, "delsp") or "").lower() == "yes")
    parts = Parts(bodies=[Body(text=text)], decoded=[decoded])
    for name, content in files:
        binary = signatures.binary(content) is not None
        parts.links.append(Link(rel="attachment", title=name))
        parts.items += [] if binary or not content.strip() else [_attached(item, content, name, None, None)]
    return parts


def _item_of(part: Mail, type_: str, name: str | None, data: bytes, item: Item) -> Item:
    label = _charset(part)
    if type_ == "text/html" or signatures.describe(data) == "an HTML page":
        found = _META_CHARSET.search(data[:4096])
        html = charset.decode(data, label or (found[1].decode() if found else None)).text
        return _attached(item, mail_text.of_html(html).text.encode(), name, "utf-8", "text/plain")
    return _attached(item, data, name, label, type_)


def _attached(item: Item, data: bytes, name: str | None, label: str | None, type_: str | None) -> Item:
    """An item in a mail. What the feed fixed holds for the mail, not for it."""
    return replace(item, data=data, name=name, charset=label, content_type=type_, format=None)


def _link(part: Mail, type_: str, name: str | None) -> Link:
    identifier = header_text(str(part.get("content-id") or "")).strip("<> ")
    return Link(rel="attachment", uri=f"cid:{identifier}" if identifier else None, type=type_, title=name)


def _type(part: Mail) -> str:
    return charset.clean(tolerantly(part.get_content_type, "text/plain"))


def _charset(part: Mail) -> str | None:
    return tolerantly(part.get_content_charset, None)


def _parameter(part: Mail, name: str) -> object:
    return tolerantly(lambda: part.get_param(name), None)


def _file_name(part: Mail) -> str | None:
    """Without folders, and without anything that a name cannot hold."""
    name = header_text(tolerantly(lambda: part.get_filename() or "", ""))
    return re.split(r"[/\\]", name)[-1][:200] or None


def _payload(part: Mail) -> bytes:
    """The bytes of a part, its transfer encoding undone as far as it is whole."""
    payload = tolerantly(lambda: part.get_payload(decode=True), None)
    if isinstance(payload, bytes):
        return payload
    raw = part.get_payload()
    return raw.encode("utf-8", "surrogateescape") if isinstance(raw, str) else b""
