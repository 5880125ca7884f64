"""What bytes look like, for the sentence that says why they are no story."""

import re

_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF87a", "a GIF image"),
    (b"GIF89a", "a GIF image"),
    (b"II*\x00", "a TIFF image"),
    (b"MM\x00*", "a TIFF image"),
    (b"RIFF", "a RIFF file (WebP, WAV or AVI)"),
    (b"%PDF-", "a PDF document"),
    (b"%!PS", "a PostScript document"),
    (b"PK\x03\x04", "a zip archive or office document"),
    (b"PK\x05\x06", "an empty zip archive"),
    (b"\x1f\x8b", "gzip-compressed data"),
    (b"BZh", "bzip2-compressed data"),
    (b"\xfd7zXZ\x00", "xz-compressed data"),
    (b"\x28\xb5\x2f\xfd", "zstd-compressed data"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"Rar!\x1a", "a RAR archive"),
    (b"\xd0\xcf\x11\xe0", "an old Office document"),
    (b"{\\rtf", "an RTF document"),
    (b"\x7fELF", "an executable"),
    (b"\xca\xfe\xba\xbe", "an executable"),
    (b"\xcf\xfa\xed\xfe", "an executable"),
    (b"SQLite format 3", "an SQLite database"),
    (b"ID3", "an MP3 recording"),
    (b"OggS", "an Ogg recording"),
    (b"\x1aE\xdf\xa3", "a Matroska video"),
)
_HEAD = 1 << 16
_CONTROLS = bytes(sorted(set(range(0x20)) - set(b"\t\n\r\f\v\x01\x02\x03\x04")))
"""Without those that wire transmission formats use (SOH, STX, ETX, EOT)."""


def binary(data: bytes) -> str | None:
    """What the binary file `data` is: 'a PNG image'; None for anything that may be text. Reads the first 64 KiB."""
    head = data[:_HEAD]
    for signature, name in _SIGNATURES:
        if head.startswith(signature) and (not signature.isalnum() or _has_controls(head)):
            return name
    if head[4:8] == b"ftyp":
        return "an MP4 video or HEIF image"
    if head.startswith(b"MZ") and _has_controls(head):
        return "a Windows executable"
    if _wide(head):
        return None
    return "binary data" if _has_controls(head) else None


def describe(data: bytes) -> str:
    """What `data` looks like, as an object of a sentence: 'a PDF document', 'XML', 'plain text'."""
    if not data.strip(b" \t\r\n\f\v\x00"):
        return "nothing but white space" if data else "nothing"
    start = data[:_HEAD].replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    if name := binary(data):
        return name
    if re.match(rb"<!doctype html|<html", start, re.IGNORECASE):
        return "an HTML page"
    if re.match(rb"<\?xml|<[A-Za-z][\w:.-]*[\s/>]", start):
        return "XML"
    if re.match(rb'(\{\s*["}]|\[\s*[{\["\]])', start):
        return "JSON"
    return "plain text"


def _has_controls(head: bytes) -> bool:
    controls = len(head) - len(head.translate(None, _CONTROLS))
    return controls > 1 and controls > 0.03 * len(head)


def _wide(head: bytes) -> bool:
    """UTF-16 or UTF-32, whose NUL bytes are no sign of binary data."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")):
        return True
    even, odd = head[::2].count(0), head[1::2].count(0)
    return max(even, odd) > 0.15 * len(head) and min(even, odd) < 0.02 * len(head)
