"""Bytes to text: which character encoding, why, and what had to be replaced.

In this order: byte order marks, UTF-16 without one, UTF-8 (also against a single-byte declaration, which valid
multi-byte sequences refute), the declaration, statistical detection where there is enough to go by, windows-1252.
Labels are read as the WHATWG Encoding Standard reads them: 'latin-1' and 'ascii' mean windows-1252.
"""

import codecs
import re
import unicodedata

from charset_normalizer import from_bytes

from pipeline.formats.base import Text

FALLBACK = "windows-1252"
_SAMPLE = 1 << 16
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_WESTERN = frozenset({"ascii", "iso8859-1", "cp1252"})
_REFUSED = frozenset(
    {"utf-7", "idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "utf-16", "utf-32"}
)
"""Codecs that are no character encoding of text, take superlinear time, or need the mark that is not there."""
_DETECTED = [
    "cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "koi8_r", "koi8_u",
    "iso8859_2", "iso8859_5", "iso8859_7", "big5", "gb18030", "shift_jis", "euc_jp", "euc_kr", "cp874",
]  # fmt: skip
_C1_AS_WINDOWS = {
    code: bytes([code]).decode(FALLBACK) for code in range(0x80, 0xA0) if code not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)
}
_WINDOWS_AS_C1 = {ord(character): code for code, character in _C1_AS_WINDOWS.items()}
_NEWLINES = re.compile(r"\r\n?|[\v\f\x1c-\x1e\x85\u2028\u2029]")
_REMOVED = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\u00ad\ufeff]")
_SURROGATES = re.compile(r"[\ud800-\udfff]")


def decode(data: bytes, declared: str | None = None) -> Text:
    """The text of `data`, cleaned as by `clean`. Never fails: what cannot be decoded becomes U+FFFD and is counted."""
    text, charset, reason = _decode(data, declared)
    text, repaired = _undouble(text)
    if repaired:
        reason += f"; {repaired} characters had been encoded as UTF-8 twice and were repaired"
    if sum(map(text.count, map(chr, _C1_AS_WINDOWS))) > text.count("\x85"):
        text = text.translate(_C1_AS_WINDOWS)
        reason += "; C1 controls were read as windows-1252"
    return Text(text=clean(text), charset=charset, reason=reason, replacements=text.count("\ufffd"))


def clean(text: str) -> str:
    r"""`text` with every line end as \n and without control characters (tabs stay), soft hyphens, byte order marks
    and lone surrogates (U+FFFD in their place), composed (NFC)."""
    if text.isascii() and text.isprintable():
        return text
    text = _SURROGATES.sub("\ufffd", _REMOVED.sub("", _NEWLINES.sub("\n", text)))
    return unicodedata.normalize("NFC", text)


def _decode(data: bytes, declared: str | None) -> tuple[str, str, str]:
    for mark, charset in _MARKS:
        if data.startswith(mark) and not (charset == "utf-32-le" and len(data) % 4):
            return data[len(mark) :].decode(charset, "replace"), charset, "byte order mark"
    if wide := _wide_without_mark(data):
        return data.decode(wide, "replace"), wide, "every second byte is NUL"
    if b"\x1b$B" in data[:_SAMPLE] or b"\x1b$@" in data[:_SAMPLE]:
        return data.decode("iso2022_jp_2", "replace"), "iso2022_jp_2", "escape sequences of ISO 2022"
    codec = _codec(declared)
    unknown = f"the declared '{_short(declared)}' is no character encoding; " if declared and codec is None else ""
    if (codec is None or codec == "utf-8" or _single_byte(codec)) and (text := _strictly(data, "utf-8")) is not None:
        return text, "utf-8", unknown + _utf8_reason(text, declared if codec else None, codec)
    if codec and codec != "utf-8" and (text := _strictly(data, codec)) is not None:
        return text, codec, "declared" if codec != "cp1252" else f"declared as '{_short(declared)}'"
    return _guessed(data, unknown + ("not valid as declared; " if codec else ""))


def _guessed(data: bytes, because: str) -> tuple[str, str, str]:
    text = data.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    if bad < sum(1 for character in text[:_SAMPLE] if character > "\x7f") - min(bad, text[:_SAMPLE].count("\ufffd")):
        return text, "utf-8", because + "mostly valid UTF-8"
    high = len(data[:_SAMPLE].translate(None, bytes(range(0x80))))
    words = len(data[:_SAMPLE].translate(None, b" \t\r\n"))
    # Western European prose has few letters outside ASCII; with so little to go by, detection guesses.
    if high >= 16 and high > 0.1 * words:
        best = from_bytes(data[:_SAMPLE], cp_isolation=_DETECTED).best()
        if best is not None and best.encoding != "cp1252":
            return data.decode(best.encoding, "replace"), best.encoding, because + "detected"
    return data.decode(FALLBACK, "replace"), FALLBACK, because + "not valid UTF-8, nothing else is likelier"


def _utf8_reason(text: str, declared: str | None, codec: str | None) -> str:
    if text.isascii():
        return "ASCII"
    if declared and codec != "utf-8":
        return f"valid UTF-8, although declared as '{_short(declared)}'"
    return "declared" if declared else "valid UTF-8"


def _codec(label: str | None) -> str | None:
    """Python's name of the codec that `label` means; None where there is none that is safe to use."""
    try:
        found = codecs.lookup((label or "").strip().strip("\"'"))
    except (LookupError, ValueError):
        return None
    if found.name in _REFUSED or not getattr(found, "_is_text_encoding", False):
        return None
    return "cp1252" if found.name in _WESTERN else "utf-8" if found.name == "utf-8-sig" else found.name


def _single_byte(codec: str) -> bool:
    return codec.startswith(("cp125", "iso8859", "koi8", "mac", "latin"))


def _strictly(data: bytes, charset: str) -> str | None:
    try:
        return data.decode(charset)
    except (UnicodeError, ValueError):
        return None


def _wide_without_mark(data: bytes) -> str | None:
    """UTF-16 of mostly Latin text: NUL in (nearly) every second byte and hardly any in the others."""
    head = data[:4096]
    even, odd = head[::2].count(0), head[1::2].count(0)
    if len(data) < 4 or len(data) % 2 or max(even, odd) < 0.35 * len(head) / 2 or min(even, odd) > 0.02 * len(head):
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


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


def _short(label: str | None) -> str:
    return clean(label or "")[:40]
