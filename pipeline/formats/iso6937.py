"""ISO/IEC 6937 (ITU-T T.51): the Latin letters of all Europe, an accent standing before its letter.

The set of IPTC 7901 and of early IIM records. Bytes below A0 are ASCII. 0xC1 to 0xCF are accents: before a letter they
are on it, before a space they stand alone; before anything else they mean nothing. The table has the characters of the
editions of 1983 (dollar, number sign, low line, a second diaeresis) and 2001.
"""

import re
import unicodedata

_UNUSED = "\ufffd"
_ROWS = (
    "\xa0¡¢£$¥#§¤‘“«←↑→↓",
    "°±²³×µ¶·÷’”»¼½¾¿",
    _UNUSED * 16,
    "―¹®©™♪¬¦" + _UNUSED * 4 + "⅛⅜⅝⅞",
    "ΩÆĐªĦ" + _UNUSED + "ĲĿŁØŒºÞŦŊŉ",
    "ĸæđðħıĳŀłøœßþŧŋ\xad",
)
_TABLE = {**dict.fromkeys(range(128, 160), _UNUSED), **dict(enumerate("".join(_ROWS), 0xA0))}
_ACCENTS = dict(
    zip(
        map(chr, (0xC1, 0xC2, 0xC3, 0xC4, 0xC5, 0xC6, 0xC7, 0xC8, 0xC9, 0xCA, 0xCB, 0xCC, 0xCD, 0xCE, 0xCF)),
        (
            ("\u0300", "`"), ("\u0301", "´"), ("\u0302", "^"), ("\u0303", "~"), ("\u0304", "¯"), ("\u0306", "˘"),
            ("\u0307", "˙"), ("\u0308", "¨"), ("\u0308", "¨"), ("\u030a", "˚"), ("\u0327", "¸"), ("\u0332", "_"),
            ("\u030b", "˝"), ("\u0328", "˛"), ("\u030c", "ˇ"),
        ),
        strict=True,
    )
)  # fmt: skip
_ACCENTED = re.compile("([\xc1-\xcf])([A-Za-z\xf5 ])")


def decode(data: bytes) -> str:
    """The text of `data`, composed (NFC); what means nothing is U+FFFD. Controls below 0x20 and 0x7F stay."""
    parts: list[str] = []
    text, start = data.decode("latin-1"), 0
    for found in _ACCENTED.finditer(text):
        mark, alone = _ACCENTS[found[1]]
        letter = found[2].replace("\xf5", "i")  # whoever takes the dot off an i first means the same
        parts += [text[start : found.start()].translate(_TABLE), alone if letter == " " else letter + mark]
        start = found.end()
    return unicodedata.normalize("NFC", "".join(parts) + text[start:].translate(_TABLE))
