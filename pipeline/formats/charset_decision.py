"""Which character encoding bytes are in, decided.

In this order: byte order marks, UTF-16 without one, multi-byte escape sequences of ISO 2022, UTF-8 (also against a
single-byte declaration, which valid multi-byte sequences refute), what the feed or transport declares, what the item
says of itself, other escape sequences of ISO 2022, statistical detection where there is enough to go by, the language,
windows-1252.
"""

import codecs
import re
from dataclasses import dataclass
from typing import TypeAlias

from charset_normalizer import from_bytes

from pipeline.formats import character_sets, latin_languages
from pipeline.formats.character_sets import strictly

Decision: TypeAlias = tuple[str, str, str]
"""Text, charset and reason."""
FALLBACK = "windows-1252"
_SAMPLE = 1 << 16
_LANGUAGE = 1 << 12
"""Bytes whose letters and words are looked at."""
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DETECTED = [
    "cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "koi8_r", "koi8_u",
    "iso8859_2", "iso8859_5", "iso8859_7", "big5", "gb18030", "shift_jis", "euc_jp", "euc_kr", "cp874",
]  # fmt: skip
_LETTERS = bytes(range(0x41, 0x5B)) + bytes(range(0x61, 0x7B)) + bytes(range(0x80, 0x100))
_SURROGATE_PAIR = re.compile(rb"\xed[\xa0-\xaf][\x80-\xbf]\xed[\xb0-\xbf][\x80-\xbf]")
_UTF_16 = re.compile(r"utf-?_?16|ucs-?2|iso-10646-ucs-2")


@dataclass(frozen=True, slots=True)
class _Claim:
    """What somebody says that the bytes are in."""

    label: str
    how: str
    """'declared' or 'stated'."""
    codec: str | None

    @property
    def short(self) -> str:
        return self.label[:40]


def decide(data: bytes, declared: str | None, stated: str | None) -> Decision:
    """The text of `data` before cleaning. Never fails: what cannot be decoded becomes U+FFFD."""
    if certain := _certain(data):
        return certain
    designated = character_sets.designated(data[:_SAMPLE])
    data = character_sets.without_escapes(data)
    claims = [
        _Claim(label, how, _codec(label, data)) for label, how in ((declared, "declared"), (stated, "stated")) if label
    ]
    because = "".join(f"the {each.how} '{each.short}' is no character encoding; " for each in claims if not each.codec)
    claims = [each for each in claims if each.codec]
    if designated:
        claims.append(_Claim(designated, "designated by an escape sequence of ISO 2022", designated))
    return _as_claimed(data, claims, because) or _guessed(data, because + _not_as(claims))


def _certain(data: bytes) -> Decision | None:
    """The encodings that the bytes themselves prove."""
    for mark, charset in _MARKS:
        if data.startswith(mark) and not (charset == "utf-32-le" and len(data) % 4):
            return data[len(mark) :].decode(charset, "replace"), charset, "byte order mark"
    if wide := _wide_without_mark(data):
        return data.decode(wide, "replace"), wide, "every second byte is NUL"
    if shifting := character_sets.shifting(data[:_SAMPLE]):
        return data.decode(shifting, "replace"), shifting, "escape sequences of ISO 2022"
    return None


def _as_claimed(data: bytes, claims: list[_Claim], because: str) -> Decision | None:
    """As the first claim says that the bytes fit; as UTF-8 where that, too, is claimed or nothing proves otherwise."""
    first = claims[0].codec if claims else None
    if first in (None, "utf-8") or character_sets.is_single_byte(str(first)):
        text = strictly(data, "utf-8")
        if text is not None:
            return text, "utf-8", because + _utf8_reason(text, claims)
    for number, claim in enumerate(claims):
        text = strictly(data, str(claim.codec))
        if text is not None:
            return text, str(claim.codec), because + _not_as(claims[:number]) + _fits(claim)
    for claim in claims:
        if claim.codec == character_sets.ISO_6937 and _mostly_iso_6937(data):
            return character_sets.text(data, claim.codec), claim.codec, because + f"mostly valid as {claim.how}"
    return None


def _not_as(claims: list[_Claim]) -> str:
    return "".join(f"not valid as {each.how}; " for each in claims)


def _fits(claim: _Claim) -> str:
    return f"{claim.how} as '{claim.short}'" if claim.codec == "cp1252" or claim.how == "stated" else claim.how


def _mostly_iso_6937(data: bytes) -> bool:
    high = len(data.translate(None, bytes(range(0x80))))
    return character_sets.text(data, character_sets.ISO_6937).count("\ufffd") <= 0.1 * high


def _utf8_reason(text: str, claims: list[_Claim]) -> str:
    if text.isascii():
        return "ASCII"
    if not claims:
        return "valid UTF-8"
    first = claims[0]
    return first.how if first.codec == "utf-8" else f"valid UTF-8, although {first.how} as '{first.short}'"


def _guessed(data: bytes, because: str) -> Decision:
    if joined := _surrogates_joined(data):
        return joined, "utf-8", because + "UTF-8 with pairs of surrogates, which were joined"
    text = data.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    if bad < sum(1 for character in text[:_SAMPLE] if character > "\x7f") - min(bad, text[:_SAMPLE].count("\ufffd")):
        return text, "utf-8", because + "mostly valid UTF-8"
    sample = data[:_SAMPLE]
    high = len(sample.translate(None, bytes(range(0x80))))
    letters = len(sample) - len(sample.translate(None, _LETTERS))
    # Of Latin letters few are outside ASCII, and statistics of so few are guesses: their language decides.
    if high >= 8 and high > 0.4 * letters:
        best = from_bytes(sample, cp_isolation=_DETECTED).best()
        if best is not None and best.encoding != "cp1252":
            return data.decode(best.encoding, "replace"), best.encoding, because + "detected"
    codec = latin_languages.best(data[:_LANGUAGE])
    if codec != "cp1252":
        return data.decode(codec, "replace"), codec, because + "its letters and words are those of one language"
    return data.decode(FALLBACK, "replace"), FALLBACK, because + "not valid UTF-8, nothing else is likelier"


def _surrogates_joined(data: bytes) -> str | None:
    """UTF-8 in which characters beyond the first plane are two surrogates (CESU-8); lone ones become U+FFFD."""
    if not _SURROGATE_PAIR.search(data):
        return None
    try:
        text = data.decode("utf-8", "surrogatepass")
    except UnicodeError:
        return None
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _codec(label: str, data: bytes) -> str | None:
    """The set that `label` means. Of UTF-16 that does not say its byte order, the one in which more blanks are."""
    if _UTF_16.fullmatch(label.strip().strip("\"'").lower()):
        sample = data[:_SAMPLE]
        return "utf-16-be" if sample.count(b"\x00 ") > sample.count(b" \x00") else "utf-16-le"
    return character_sets.codec(label)


def _wide_without_mark(data: bytes) -> str | None:
    """UTF-16 of mostly Latin text: NUL in (nearly) every second byte and hardly any in the others."""
    head = data[:4096]
    even, odd = head[::2].count(0), head[1::2].count(0)
    if len(data) < 4 or len(data) % 2 or max(even, odd) < 0.35 * len(head) / 2 or min(even, odd) > 0.02 * len(head):
        return None
    return "utf-16-le" if odd > even else "utf-16-be"
