"""Which single-byte set a text in Latin letters is in, by the language it must be in then.

The bytes above ASCII are few in such a text and mean a letter in every set, so their statistics decide nothing. A
language does: read in the right set, they are letters of one alphabet, among that language's commonest words.
"""

import re
from collections import Counter
from dataclasses import dataclass

_WESTERN = "cp1252"
_LANGUAGES: tuple[tuple[tuple[str, ...], str, str], ...] = (
    ((_WESTERN,), "éèêëçñöüïâàôî", "the of and to in that for on with said is was from by at as it he has a"),
    ((_WESTERN,), "áéíóúüñ", "de la el que en los se del las por con una para un su no es dijo lo al a y más"),
    (
        (_WESTERN,),
        "áâãàçéêíóôõúü",
        "de a o que e do da em um para com não uma os no se na por mais as dos ao disse é à",
    ),
    ((_WESTERN,), "àâæçéèêëîïôœùûüÿ", "de la le les et des en du un une est que dans pour par sur au qui pas il a à"),
    ((_WESTERN,), "àèéìîòù", "è à di e il la che in un per del con non una della sono dei al da ha si nel le a"),
    ((_WESTERN,), "äöüßé", "der die und in den von zu das mit sich des auf für ist im dem nicht ein eine als auch er"),
    ((_WESTERN,), "ëïéèöüáó", "de van het een en in is dat op te met voor zijn niet aan die er door ook"),
    (
        (_WESTERN,),
        "åäöæøéü",
        "och i att det som en på är av för med den till inte og er ikke om fra har ja on ei at de",
    ),
    (("cp1250", "iso8859_2"), "áčďéěíňóřšťúůýž", "a na se v že je do s o z to ve za i k po pro by ale od podle jsou"),
    (("cp1250", "iso8859_2"), "áäčďéíĺľňóôŕšťúýž", "a na sa v že je do s o z to vo za i k po pre by ale od podľa sú"),
    (("cp1250", "iso8859_2"), "ąćęłńóśźż", "w na i z do się nie że o jest po za przez od to dla jak oraz ma są"),
    (("cp1250", "iso8859_2"), "áéíóöőúüű", "a az és hogy nem is egy meg szerint volt ez csak de mint már el"),
    (("cp1250", "iso8859_2"), "ăâîşţșț", "de în a la şi cu pe din nu că o este pentru care un au mai sa al"),
    (("cp1250", "iso8859_2"), "čćđšž", "i u na je se da za od su o s kao bi koji v in so za ki z"),
    (("cp1254",), "çğıİöşüâî", "ve bir bu da de için ile olarak olan çok daha gibi sonra dedi ne o kadar"),
    ((_WESTERN,), "áðéíóúýþæö", "og að í á sem er um til var við ekki en hann það"),
    (("cp1257",), "ąčęėįšųūž", "ir kad į su iš tai yra dėl apie buvo bei nuo o ne"),
    (("cp1257",), "āčēģīķļņšūž", "un ir par no ar kas ka uz tas gan arī bija pēc"),
)
"""Sets, letters beyond ASCII and common words of a language, in the order in which they win where all is equal: the
western ones first, but before Icelandic Turkish, whose letters have the places of the Icelandic ones."""
_SETS = tuple(dict.fromkeys(codec for codecs, _, _ in _LANGUAGES for codec in codecs))
_WORD = re.compile(r"\w+")
_INSIDE = re.compile(r"(?<=[^\W\d_])[^\w\s.,:;'’\"“”()/&\u2013\u2014\u2026\u00ad-](?=[^\W\d_])")
_CONTROL = re.compile(r"[\x80-\x9f\ufffd]")
_STRANGE, _NO_LETTER = 1, 3
"""What counts against a language: a letter of another alphabet; a sign within a word, or a letter that is no word."""


@dataclass(frozen=True, slots=True)
class _Reading:
    """A text as one set reads it."""

    letters: Counter[str]
    """Beyond ASCII."""
    words: Counter[str]
    signs: int
    """Within words, where letters should be; and controls."""


def best(data: bytes) -> str:
    """The likeliest of cp1252, cp1250, iso8859_2, cp1254 and cp1257 for a text in Latin letters."""
    texts = {codec: data.decode(codec, "replace") for codec in _SETS}
    readings = {codec: _reading(text) for codec, text in texts.items()}
    scores = [(_score(readings[codec], *language), codec) for codecs, *language in _LANGUAGES for codec in codecs]
    found = max(scores, key=lambda scored: scored[0])[1]
    return _WESTERN if texts[found] == texts[_WESTERN] else found


def _reading(text: str) -> _Reading:
    return _Reading(
        Counter(letter for letter in text if letter > "\x7f" and letter.isalpha()),
        Counter(_WORD.findall(text.lower())),
        len(_INSIDE.findall(text)) + len(_CONTROL.findall(text)),
    )


def _score(reading: _Reading, letters: str, words: str) -> int:
    listed = frozenset(words.split())
    known = sum(count for letter, count in reading.letters.items() if letter in letters or letter.lower() in letters)
    alone = sum(count for word, count in reading.words.items() if len(word) == 1 and "\x7f" < word not in listed)
    strange = reading.letters.total() - known
    common = sum(reading.words[word] for word in listed)
    return known + common - _STRANGE * strange - _NO_LETTER * (reading.signs + alone)
