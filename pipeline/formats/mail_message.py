"""A mail as the standard library's parser sees it, within bounds; its headers as text.

The email package's own `default` policy decodes headers by a grammar that is superlinear on hostile ones and takes
charset labels at their word. So mails are parsed under `compat32`, which is linear and keeps every byte, and the bytes
of encoded words (RFC 2047) and of unencoded 8-bit headers become text in pipeline/formats/charset.py.
"""

import re
from collections.abc import Callable
from email._policybase import Compat32
from email.errors import MessageError
from email.header import decode_header
from email.message import Message
from email.parser import BytesParser
from email.utils import getaddresses
from typing import TypeAlias, TypeVar

from pipeline.errors import TerminalError
from pipeline.formats import charset

Mail: TypeAlias = "Message[str, str]"

LONGEST_HEADER = 1 << 14
"""Characters of one header, folded lines together, that are read."""
MOST_LINES_TIMES_BOUNDARIES = 30_000_000
"""The parser holds each line against each boundary that may end its part; this is about five seconds."""
MOST_DELIMITERS = 100_000
"""Lines that may begin a part."""
_BOUNDARY = re.compile(rb"\bboundary\s*\*?\s*=", re.IGNORECASE)
_NOISE = re.compile(
    r"^(?:received|return-path|delivered-to|mime-version|content-.*|dkim-.*|domainkey-.*|arc-.*|authentication-results"
    r"|received-spf|x-received|x-spam.*|x-ms-.*|x-microsoft.*|x-forefront.*|x-google.*|x-gm-.*|x-exchange.*|x-virus.*"
    r"|x-originating-.*|x-mailman.*|x-beenthere|x-barracuda.*|x-proofpoint.*|x-mimecast.*|x-mimeole|x-mozilla.*|x-uid.*"
    r"|x-sender-.*|x-envelope-.*|x-original-to|x-original.*|thread-index|thread-topic|x-status|status|errors-to|lines"
    r"|precedence|list-(?!id).*|feedback-id|bounces-to|user-agent|x-mailer|x-mimetrack|x-ironport.*|x-amp-.*)$"
)
"""What machines on the way wrote for other machines. How a part is encoded is in the provenance."""
_T = TypeVar("_T")


class _Bounded(Compat32):
    """compat32, with headers cut to `LONGEST_HEADER`."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines)
        return name, value[:LONGEST_HEADER]


_POLICY = _Bounded(max_line_length=None, mangle_from_=False)


def parse(data: bytes) -> Mail:
    """The mail that `data` is. TerminalError when its parts are too many or nested too deeply to be told apart."""
    lines, boundaries = data.count(b"\n") + data.count(b"\r"), len(_BOUNDARY.findall(data))
    delimiters = data.count(b"\n--") + data.count(b"\r--") if boundaries else 0
    if lines * boundaries > MOST_LINES_TIMES_BOUNDARIES or delimiters > MOST_DELIMITERS:
        raise TerminalError(f"This mail has {boundaries:,} multipart boundaries, in {lines:,} lines: too many to read.")
    try:
        return BytesParser(_class=Message, policy=_POLICY).parsebytes(data)
    except RecursionError as error:
        raise TerminalError("The parts of this mail are nested too deeply to be read.") from error


def as_bytes(mail: Mail) -> bytes:
    """The mail as it was sent, as far as the parser kept it. TerminalError when it cannot be written."""
    return tolerantly(lambda: mail.as_bytes(policy=_POLICY), None) or _unwritable()


def _unwritable() -> bytes:
    raise TerminalError("A mail attached to this one is too damaged to be taken out.")


def tolerantly(call: Callable[[], _T], otherwise: _T) -> _T:
    """What `call` returns; `otherwise` where the email package fails on a malformed header or payload."""
    try:
        return call()
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError, AssertionError, MessageError):
        return otherwise


def header_text(value: str) -> str:
    """A header's value as text on one line, encoded words decoded; those that are broken stay as they are."""
    if not value.isascii():
        raw = tolerantly(lambda: value.encode("ascii", "surrogateescape"), None)
        value = charset.decode(raw).text if raw is not None else value
    if "=?" in value:
        words = tolerantly(lambda: decode_header(value), [(value, None)])
        value = "".join(_word(word, label, ascii_only=value.isascii()) for word, label in words)
    return " ".join(charset.clean(value).split())


def _word(word: bytes | str, label: str | None, *, ascii_only: bool) -> str:
    if isinstance(word, str):
        return word
    if label is None:  # between encoded words: the email package has escaped what is not Latin-1
        return word.decode("ascii" if ascii_only else "raw-unicode-escape", "replace")
    return charset.decode(word, label).text


class Headers:
    """The headers of a mail. Reading one takes it; what is left becomes `extra`."""

    def __init__(self, mail: Mail) -> None:
        self._rest: dict[str, list[str]] = {}
        self._names: dict[str, str] = {}
        for name, value in mail.raw_items():
            key = name.lower()
            if not _NOISE.match(key) or key == "content-language":
                self._names.setdefault(key, charset.clean(name.encode("ascii", "replace").decode()))
                self._rest.setdefault(key, []).append(value)

    def text(self, name: str) -> str | None:
        """The first header of that name (lower case) that says something, on one line."""
        values = self._rest.get(name, [])
        for number, value in enumerate(values):
            if text := header_text(value):
                del values[number]
                return text
        return None

    def keep(self, name: str, value: str) -> None:
        """Have `extra` hold a value that turned out to be no use."""
        self._rest.setdefault(name, []).append(value)

    def words(self, name: str) -> tuple[str, ...]:
        """The parts of a list with commas, all headers of that name together."""
        listed = ",".join(map(header_text, self._rest.pop(name, [])))
        return tuple(dict.fromkeys(filter(None, map(str.strip, listed.split(",")))))

    def extra(self) -> dict[str, object]:
        """What was not read, under the names that the mail uses."""
        kept = {self._names[key]: list(filter(None, map(header_text, self._rest[key]))) for key in self._rest}
        return {name: values[0] if len(values) == 1 else values for name, values in kept.items() if values}


def address(value: str | None) -> tuple[str | None, str | None]:
    """The name and the address of the first mailbox in a header's text."""
    found: list[tuple[str, str]] = tolerantly(lambda: getaddresses([value or ""]), [])
    return next(((name.strip() or None, mailbox or None) for name, mailbox in found if name or mailbox), (None, None))
