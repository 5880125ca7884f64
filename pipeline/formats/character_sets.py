"""The character sets that bytes may be in: by the labels in use, and by the escape sequences of ISO 2022.

Labels are read as the WHATWG Encoding Standard reads them: 'latin-1' and 'ascii' mean windows-1252.
"""

import codecs
import re

from pipeline.formats import iso6937

ISO_6937 = "iso6937"
_WESTERN = frozenset({"ascii", "iso8859-1", "cp1252"})
_REFUSED = frozenset(
    {"utf-7", "idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "utf-16", "utf-32"}
)
"""Codecs that are no character encoding of text, take superlinear time, or need the mark that is not there."""
_LABELS = {
    **dict.fromkeys(
        ("iso6937", "iso69372", "iso69371983", "iso69371994", "iso69372001", "isoiec6937", "iso69372add", "iso693725",
         "isoir90", "isoir142", "isoir152", "isoir156", "t51", "itutt51", "ccittt51", "t618bit", "isoir103"),
        ISO_6937,
    ),
    **dict.fromkeys(("macroman", "xmacroman", "macintosh", "xmac", "mac", "applemacintosh", "macosroman"), "mac_roman"),
    **dict.fromkeys(("xmaccyrillic", "xmacukrainian"), "mac_cyrillic"),
    **dict.fromkeys(("ibmpc", "oem437", "doslatinus", "cspc8codepage437"), "cp437"),
    **dict.fromkeys(("oem850", "doslatin1", "pc850", "cspc850multilingual"), "cp850"),
}  # fmt: skip
"""Labels that Python does not know, by their letters and digits."""
_SETS_96 = {
    "A": "cp1252", "B": "iso8859-2", "C": "iso8859-3", "D": "iso8859-4", "F": "iso8859-7", "G": "iso8859-6",
    "H": "iso8859-8", "L": "iso8859-5", "M": "iso8859-9", "V": "iso8859-10", "T": "iso8859-11", "Y": "iso8859-13",
    "_": "iso8859-14", "b": "iso8859-15", "f": "iso8859-16", "J": ISO_6937, "R": ISO_6937,
}  # fmt: skip
"""Sets of 96 characters by the final byte that designates them, as registered (ISO-IR)."""
_SETS_94 = {"l": ISO_6937, "v": ISO_6937}
"""The supplementary sets of ISO 6937:1983 and of T.61, registered with 94 characters."""
_ESCAPE = re.compile(rb"\x1b[\x20-\x2f]{1,4}[\x30-\x7e]")
_UTF_8 = re.compile(rb"\x1b%(?:G|/[GHI])")
_DESIGNATION = re.compile(rb"\x1b(?:([-./])|[)*+])([\x30-\x7e])")


def codec(label: str | None) -> str | None:
    """The name of the set that `label` means, as `text` takes it; None where there is none that is safe to use."""
    label = (label or "").strip().strip("\"'")
    if known := _LABELS.get(re.sub(r"[^a-z0-9]", "", label[:60].lower())):
        return known
    try:
        found = codecs.lookup(label)
    except (LookupError, ValueError):
        return None
    if found.name in _REFUSED or not getattr(found, "_is_text_encoding", False):
        return None
    return "cp1252" if found.name in _WESTERN else "utf-8" if found.name == "utf-8-sig" else found.name


def text(data: bytes, charset: str) -> str:
    """`data` in that set; what it has no character for is U+FFFD."""
    return iso6937.decode(data) if charset == ISO_6937 else data.decode(charset, "replace")


def strictly(data: bytes, charset: str) -> str | None:
    """As `text`; None where the bytes do not fit."""
    if charset == ISO_6937:
        decoded = iso6937.decode(data)
        return None if "\ufffd" in decoded else decoded
    try:
        return data.decode(charset)
    except (UnicodeError, ValueError):
        return None


def is_single_byte(charset: str) -> bool:
    """Whether nearly any bytes fit that set, so that they prove nothing."""
    return charset.startswith(("cp125", "iso8859", "koi8", "mac", "latin", "cp437", "cp8", ISO_6937))


def shifting(data: bytes) -> str | None:
    """The multi-byte set of East Asia that escape sequences of ISO 2022 shift to and from."""
    if b"\x1b$B" in data or b"\x1b$@" in data:
        return "iso2022_jp_2"
    return "iso2022_kr" if b"\x1b$)C" in data else None


def designated(data: bytes) -> str | None:
    """The set beside ASCII that an escape sequence of ISO 2022 designates, the first that is known; None for none.
    Shifts between several such sets are not followed."""
    if b"\x1b" not in data:
        return None
    if _UTF_8.search(data):
        return "utf-8"
    sets = ((_SETS_96 if found[1] else _SETS_94).get(found[2].decode()) for found in _DESIGNATION.finditer(data))
    return next(filter(None, sets), None)


def without_escapes(data: bytes) -> bytes:
    """`data` without the sequences that designate and announce character sets."""
    return _ESCAPE.sub(b"", data) if b"\x1b" in data else data
