"""One decision on the character set for all stories of a stream, with the sets of old wires.

    iso646-de, -gb, -fr, -it, -es, -se, -no   7-bit national variants: '{' is 'ä' (ISO 646; de is DIN 66003)
    iso6937                                   accents before their letters
    cp850                                     the 8-bit set of the DOS systems that fed many wires

Undeclared, each is taken only where its bytes stand within words, so that brackets and quotation marks of another set
cannot be meant. Everything else is decided as `charset` does.
"""

import codecs
import re
from collections.abc import Callable
from functools import partial
from typing import TypeAlias

from pipeline.formats import character_sets, charset
from pipeline.formats.base import Text

_SAMPLE = 1 << 16
_VARIANTS = {
    "iso646-de": ("@[\\]{|}~", "§ÄÖÜäöüß"),
    "iso646-gb": ("#", "£"),
    "iso646-fr": ("#@[\\]`{|}~", "£à°ç§µéùè¨"),
    "iso646-it": ("#@[\\]`{|}~", "£§°çéùàòèì"),
    "iso646-es": ("#@[\\]{|}~", "£§¡Ñ¿°ñç~"),
    "iso646-se": ("$@[\\]^`{|}~", "¤ÉÄÖÅÜéäöåü"),
    "iso646-no": ("[\\]{|}", "ÆØÅæøå"),
}
_LABELS = {
    "din66003": "iso646-de", "isoir21": "iso646-de", "isoir4": "iso646-gb", "isoir69": "iso646-fr",
    "isoir15": "iso646-it", "isoir17": "iso646-es", "isoir11": "iso646-se", "sen850200b": "iso646-se",
    "isoir60": "iso646-no", "ns45511": "iso646-no", "iso646dk": "iso646-no", "iso646fi": "iso646-se",
}  # fmt: skip
_6937_WITHIN = re.compile(rb"(?<=[a-z])[\xc1-\xc4\xc8\xca\xcb\xcd-\xcf][a-z]")
_6937_NEVER = re.compile(rb"[\xc0-\xcf](?![A-Za-z])|[\x80-\x9f\xc0\xc9\xd8-\xdb\xe5]|(?<=[a-z])[\xe0-\xef](?=[a-z])")
_850_WITHIN = re.compile(rb"(?<=[A-Za-z])[\x80-\x90\x93-\x9a\xa1-\xa4\xe1](?=[A-Za-z])|\b[\x8e\x99\x9a](?=[a-z])")
_NATIONAL_WITHIN = re.compile(r"[a-z][{|}~](?=[a-z])|(?<![\S])[{|}\[\\\]](?=[a-z])|[a-z][{|}~](?![\S])")
_STOP_WORDS = {
    "iso646-de": re.compile(r"\b(?:und|der|die|nicht|mit|von|f}r)\b"),
    "iso646-se": re.compile(r"\b(?:och|att|inte|det|f\|r|som)\b"),
    "iso646-no": re.compile(r"\b(?:og|ikke|det|er|til|p\})\b"),
}


Decode: TypeAlias = Callable[[bytes], Text]


def decoder(data: bytes, declared: str | None) -> Decode:
    """How to decode the stories of the stream `data`. The set is decided once, from all of it, since a story alone
    has little to go by; a story that is valid UTF-8 is read as that."""
    name, reason = _special(data, declared)
    if name:
        return partial(_decoded, name=name, reason=reason)
    whole = charset.decode(data[: 4 * _SAMPLE], declared)
    return partial(_decoded, name=whole.charset, reason=whole.reason)


def _decoded(data: bytes, name: str, reason: str) -> Text:
    if name not in _VARIANTS and (data.isascii() or _is_utf8(data)):
        return charset.decode(data)
    text = charset.clean(_text(data, name))
    return Text(text=text, charset=name, reason=reason, replacements=text.count("\ufffd"))


def _text(data: bytes, name: str) -> str:
    if name in _VARIANTS:
        return data.decode("ascii", "replace").translate(str.maketrans(*_VARIANTS[name]))
    return character_sets.text(character_sets.without_escapes(data), name)


def _special(data: bytes, declared: str | None) -> tuple[str | None, str]:
    label = re.sub(r"[\W_]+", "", (declared or "").lower())
    for name in _VARIANTS:
        if label == name.replace("-", "") or _LABELS.get(label) == name:
            return name, "declared"
    sample = data[:_SAMPLE]
    if declared or _is_utf8(sample[: sample.rfind(b"\n") + 1] or sample):
        return (None, "") if declared or not sample.isascii() else _national(sample.decode("ascii"))
    if _6937_WITHIN.search(sample) and not _6937_NEVER.search(sample):
        return character_sets.ISO_6937, "accents stand before their letters"
    within = len(_850_WITHIN.findall(sample))
    if within and within >= 0.6 * len(re.findall(rb"[\x80-\xff]", sample)):
        return "cp850", "letters of code page 850 stand within words"
    return None, ""


def _national(text: str) -> tuple[str | None, str]:
    """The national variant of a text in ASCII whose words have brackets in them."""
    if len(_NATIONAL_WITHIN.findall(text)) < 2:
        return None, ""
    counts = {name: len(words.findall(text)) for name, words in _STOP_WORDS.items()}
    best = max(counts, key=lambda name: counts[name])
    return (best, "brackets stand for letters within words") if counts[best] > 1 else (None, "")


def _is_utf8(data: bytes) -> bool:
    try:
        codecs.decode(data, "utf-8")
    except UnicodeError:
        return False
    return True
