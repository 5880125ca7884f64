"""Bytes to text: decoded as charset_decision decides, repaired, clean.

Labels are read as the WHATWG Encoding Standard reads them: 'latin-1' and 'ascii' mean windows-1252.
"""

import re
import unicodedata

from pipeline.formats.base import Text
from pipeline.formats.charset_decision import FALLBACK, decide

_C1_AS_WINDOWS = {
    code: bytes([code]).decode(FALLBACK) for code in range(0x80, 0xA0) if code not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)
}
_WINDOWS_AS_C1 = {ord(character): code for code, character in _C1_AS_WINDOWS.items()}
_NEWLINES = re.compile(r"\r\n?|[\v\f\x1c-\x1e\x85\u2028\u2029]")
_REMOVED = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\u00ad\ufeff]")
_SURROGATES = re.compile(r"[\ud800-\udfff]")


def decode(data: bytes, declared: str | None = None, *, stated: str | None = None) -> Text:
    """The text of `data`, cleaned as by `clean`. Never fails: what cannot be decoded becomes U+FFFD and is counted.

    `declared`: by the feed or the transport; `stated`: by the item itself, which counts where the bytes do not fit the
    declaration, or there is none.
    """
    text, charset, reason = decide(data, declared, stated)
    text, repaired = _undouble(text)
    if repaired:
        reason += f"; {repaired} characters had been encoded as UTF-8 twice and were repaired"
    if sum(map(text.count, map(chr, _C1_AS_WINDOWS))) > text.count("\x85"):
        text = text.translate(_C1_AS_WINDOWS)
        reason += "; C1 controls were read as windows-1252"
    return Text(text=clean(text), charset=charset, reason=clean(reason), replacements=text.count("\ufffd"))


def clean(text: str) -> str:
    r"""`text` with every line end as \n and without control characters (tabs stay), soft hyphens, byte order marks
    and lone surrogates (U+FFFD in their place), composed (NFC)."""
    if text.isascii() and text.isprintable():
        return text
    text = _SURROGATES.sub("\ufffd", _REMOVED.sub("", _NEWLINES.sub("\n", text)))
    return unicodedata.normalize("NFC", text)


def _undouble(text: str) -> tuple[str, int]:
    """The text with doubly encoded UTF-8 repaired and how many characters that concerned.

    Only when certain: all characters outside ASCII together are valid UTF-8 once more, and not just a single pair.
    """
    if text.isascii() or not re.search("[\xc2-\xf4]", text):
        return text, 0
    try:
        repaired = text.translate(_WINDOWS_AS_C1).encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text, 0
    wide = [character for character in repaired if character > "\x7f"]
    certain = len(wide) > 1 or max(wide) > "\u07ff"
    return (repaired, len(wide)) if certain else (text, 0)
