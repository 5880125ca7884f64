"""Sets that are declared, stated or designated; ISO 6937; the sets of short texts in many languages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.formats import character_sets, iso6937, latin_languages
from pipeline.formats.charset import clean, decode

WIDE = "Flood in Lima " * 9
RUSSIAN = "Правительство России объявило в среду о новых мерах."


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"Fran\xcbcais \xc2a Gen\xc1eve", "Français á Genève"),
        (b"K\xc8oln, Stra\xfbe, \xcaAngstr\xc8om", "Köln, Straße, Ångström"),
        (b"Dvo\xcfr\xc2ak, \xcfCapek, \xc2L\xc2\xf5", "Dvořák, Čapek, Ĺí"),
        (b"\xe8\xc2od\xc2z, \xc7Zak, Wa\xf8\xcaesa", "Łódź, Żak, Wałe̊sa"),
        (b"Gy\xcdoz\xcdo, Sz\xcdech", "Győző, Sze̋ch"),
        (b"\xe1r\xf9, \xece\xf3, \xefn, \xe6\xf6", "Ærø, Þeð, ŉn, Ĳĳ"),
        (b"\xaaquoted\xba \xa9it\xb9s \xabso\xbb", "“quoted” ‘it’s «so»"),
        (b"\xa35 \xa4 \xa45 \xa6 \xa7 \xbc\xbd\xbe", "£5 $ $5 # § ¼½¾"),
        (b"accents alone: \xc1 \xc2 \xc3 \xc8 \xcb ", "accents alone: `´^¨¸"),
        (b"an accent on nothing: \xc2", "an accent on nothing: \ufffd"),
        (b"on a figure: \xc27, twice: \xc2\xc2e", "on a figure: \ufffd7, twice: \ufffdé"),
        (b"unused: \xc0a \xd8 \xe5 \x80", "unused: \ufffda \ufffd \ufffd \ufffd"),
        (b"plain\r\n\ttext \x02", "plain\r\n\ttext \x02"),
    ],
)
def test_iso_6937(data: bytes, text: str) -> None:
    assert iso6937.decode(data) == text


@given(st.binary(max_size=200))
def test_iso_6937_of_any_bytes(data: bytes) -> None:
    text = iso6937.decode(data)
    text.encode()
    assert clean(clean(text)) == clean(text)


@pytest.mark.parametrize(
    ("label", "name"),
    [
        *(
            (label, "iso6937")
            for label in ("iso-6937", "iso6937", "ISO_6937-2-add", "ISO 6937-2", "T.51", "ISO/IEC 6937", "iso-ir-156")
        ),
        ("x-mac-roman", "mac_roman"),
        ("macintosh", "mac_roman"),
        ("IBM850", "cp850"),
        ("cp437", "cp437"),
        ("latin-1", "cp1252"),
        ("ISO-8859-2", "iso8859-2"),
        ("utf8", "utf-8"),
        ("utf-7", None),
        ("rot13", None),
        ("", None),
        ("x" * 10_000, None),
    ],
)
def test_labels(label: str, name: str | None) -> None:
    assert character_sets.codec(label) == name


@pytest.mark.parametrize(
    ("data", "declared", "stated", "text", "charset", "reason"),
    [
        (b"Gen\xc1eve", "iso-6937", None, "Genève", "iso6937", "declared"),
        (b"Gen\xc1eve \xc27", "iso-6937", None, "Genève \ufffd7", "windows-1252", None),
        (b"Gen\xc1eve " * 20 + b"\xc27", "iso-6937", None, None, "iso6937", "mostly valid as declared"),
        ("Genève".encode(), "iso-6937", None, "Genève", "utf-8", "valid UTF-8, although declared as 'iso-6937'"),
        (b"\x1b-RGen\xc1eve", None, None, "Genève", "iso6937", "designated by an escape sequence of ISO 2022"),
        (b"\x1b(B\x1b)lGen\xc1eve", None, None, "Genève", "iso6937", "designated by"),
        (b"\x1b F\x1b%GGen\xc3\xa8ve", None, None, "Genève", "utf-8", "designated by"),
        (b"\x1b.A\x1b.AGen\xe8ve", None, None, "Genève", "cp1252", "designated by"),
        (b"\x1b-BP\xf8\xedbram", None, None, "Příbram", "iso8859-2", "designated by"),
        (b"\x1b-BGen\xe8ve", "latin-1", None, "Genève", "cp1252", "declared as 'latin-1'"),
        (b"\x1b(BPlain", None, None, "Plain", "utf-8", "ASCII"),
        ("서울 (연합)".encode("iso2022_kr"), None, None, "서울 (연합)", "iso2022_kr", "escape sequences of ISO 2022"),
        ("Genève".encode("cp850"), "cp850", None, "Genève", "cp850", "declared"),
        ("Zürich".encode("cp437"), "IBM437", None, "Zürich", "cp437", "declared"),
        ("Genève – “so”".encode("mac_roman"), "x-mac-roman", None, "Genève – “so”", "mac_roman", "declared"),
        (RUSSIAN.encode("cp1251"), "windows-1251", "utf-8", RUSSIAN, "cp1251", "declared"),
        (RUSSIAN.encode("cp1251"), "windows-1251", "iso-8859-1", RUSSIAN, "cp1251", "declared"),
        (RUSSIAN.encode("cp1251"), None, "windows-1251", RUSSIAN, "cp1251", "stated as 'windows-1251'"),
        (
            RUSSIAN.encode("cp1251"), "utf-8", "windows-1251", RUSSIAN, "cp1251",
            "not valid as declared; stated as 'windows-1251'",
        ),
        (RUSSIAN.encode("cp1251"), "no-such", "cp1251", RUSSIAN, "cp1251", "the declared 'no-such' is no character"),
        (RUSSIAN.encode(), "windows-1251", "windows-1251", RUSSIAN, "utf-8", "valid UTF-8, although declared as"),
        (RUSSIAN.encode("utf-16-le"), "utf-16", None, RUSSIAN, "utf-16-le", "declared"),
        (RUSSIAN.encode("utf-16-be"), "UTF-16", None, RUSSIAN, "utf-16-be", "declared"),
        ("Flood 🌊 in Lima".encode("utf-16-le"), None, None, "Flood 🌊 in Lima", "utf-16-le", "every second byte"),
        (WIDE.encode("utf-16-le") + b"\x00\xd8.\0", None, None, f"{WIDE}\ufffd.", "utf-16-le", "every second byte"),
        (b"Flood \xed\xa0\xbc\xed\xbc\x8a", None, None, "Flood 🌊", "utf-8", "UTF-8 with pairs of surrogates"),
    ],
)  # fmt: skip
def test_claims(
    data: bytes, declared: str | None, stated: str | None, text: str | None, charset: str, reason: str | None
) -> None:
    found = decode(data, declared, stated=stated)
    if text is not None and charset != "windows-1252":
        assert found.text == text.strip()
    assert found.charset == charset
    assert reason is None or found.reason.startswith(reason)
    assert found.replacements == found.text.count("\ufffd")


SHORT = (
    ("Vláda oznámila, že na schůzi přijde i předseda strany.", ("cp1250", "iso8859_2")),
    ("Rząd ogłosił w środę, że nie będzie podwyżek.", ("cp1250", "iso8859_2")),
    ("A kormány szerint az ősz végén nő a fizetés.", ("cp1250", "iso8859_2")),
    ("Vláda uviedla, že na budúci týždeň príde aj minister.", ("cp1250", "iso8859_2")),
    ("Vlada je rekla da će za pomoć na otoku biti više novca.", ("cp1250", "iso8859_2")),
    ("Hükümet bu hafta için yeni bir karar açıkladı.", ("cp1254",)),
    ("Vyriausybė sakė, kad į šį miestą atvyks ir kiti.", ("cp1257",)),
    ("El Gobierno anunció más ayudas para los años próximos.", ("cp1252",)),
    ("Le Premier ministre a été reçu à l'hôpital, où il a parlé.", ("cp1252",)),
    ("Die Regierung kündigt für München neue Maßnahmen an.", ("cp1252",)),
    ("O governo não fará mais eleições, disse o primeiro-ministro.", ("cp1252",)),
    ("Regeringen på onsdagen: åtgärder för Malmö och Örebro.", ("cp1252",)),
    ("Il presidente è arrivato in città, però non è più solo.", ("cp1252",)),
    ("The café’s £5 “special” was résumé-worthy, he said.", ("cp1252",)),
)


@pytest.mark.parametrize(
    ("text", "charset"), [(text, charset) for text, charsets in SHORT for charset in charsets], ids=str
)
def test_undeclared_short_latin_texts(text: str, charset: str) -> None:
    found = decode(text.encode(charset))
    assert found.text == text
    assert found.replacements == 0


@pytest.mark.parametrize("charset", ["cp1252", "mac_roman", "cp850", "cp437"])
def test_bytes_of_no_language(charset: str) -> None:
    assert latin_languages.best("X9 é".encode(charset)) == "cp1252"
