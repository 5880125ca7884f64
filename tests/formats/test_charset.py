"""Which encoding bytes are in, why, and that the text is clean."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.formats.charset import clean, decode

SPANISH = "El Congreso de Perú destituyó al presidente. «Ganamos», dijo la dirigente Elena Huamán – “así es”."
CZECH = (
    "Vláda České republiky ve středu oznámila nová opatření. Předseda vlády řekl, že další kroky budou následovat."
    " Lidé žádají více peněz."
)
TURKISH = "Hükümet çarşamba günü yeni önlemler açıkladı. Başbakan başka adımların da atılacağını söyledi."
RUSSIAN = "Правительство России объявило в среду о новых мерах. Премьер-министр сказал, что шаги последуют."
GREEK = "Η κυβέρνηση ανακοίνωσε την Τετάρτη νέα μέτρα. Ο πρωθυπουργός είπε ότι θα ακολουθήσουν και άλλα."
ARABIC = "أعلنت الحكومة يوم الأربعاء عن إجراءات جديدة. وقال رئيس الوزراء إن خطوات أخرى ستتبع قريباً."
JAPANESE = "政府は水曜日に新しい措置を発表した。首相はさらなる措置が間もなく続くと述べた。住民は懸念している。"
CHINESE = "政府周三宣布了新措施。总理表示，进一步的措施将很快出台。居民对局势表示担忧。"
KOREAN = "정부는 수요일 새로운 조치를 발표했다. 총리는 추가 조치가 곧 뒤따를 것이라고 말했다."


@pytest.mark.parametrize(
    ("text", "charset"),
    [
        (SPANISH, "utf-8"),
        (SPANISH, "windows-1252"),
        ("Été", "windows-1252"),
        (CZECH, "cp1250"),
        (TURKISH, "cp1254"),
        (RUSSIAN, "cp1251"),
        (RUSSIAN, "koi8_r"),
        (GREEK, "cp1253"),
        (ARABIC, "cp1256"),
        (JAPANESE, "shift_jis"),
        (JAPANESE, "euc_jp"),
        (JAPANESE, "iso2022_jp_2"),
        (CHINESE, "gb18030"),
        (KOREAN, "euc_kr"),
        ("LIMA (Agency) - A cafe.", "utf-16-le"),
        ("LIMA (Agency) - A café.", "utf-16-be"),
    ],
    ids=lambda value: value[:12],
)
def test_undeclared(text: str, charset: str) -> None:
    found = decode(text.encode(charset))
    assert (found.text, found.charset, found.replacements) == (clean(text), charset, 0)


@pytest.mark.parametrize("charset", ["utf-8-sig", "utf-16", "utf-32"])
def test_byte_order_marks(charset: str) -> None:
    found = decode(SPANISH.encode(charset), "iso-8859-1")
    assert (found.text, found.reason) == (SPANISH, "byte order mark")


@pytest.mark.parametrize(
    ("data", "declared", "text", "charset", "reason"),
    [
        (b"abc", "latin-1", "abc", "utf-8", "ASCII"),
        (b"caf\xe9", "latin-1", "café", "cp1252", "declared as 'latin-1'"),
        (b"\x93caf\xe9\x94", "iso-8859-1", "“café”", "cp1252", "declared as 'iso-8859-1'"),
        ("café".encode(), "iso-8859-1", "café", "utf-8", "valid UTF-8, although declared as 'iso-8859-1'"),
        ("café".encode(), "utf-8", "café", "utf-8", "declared"),
        ("café".encode(), None, "café", "utf-8", "valid UTF-8"),
        (RUSSIAN.encode("koi8_r"), "KOI8-R", RUSSIAN, "koi8-r", "declared"),
        (JAPANESE.encode("shift_jis"), '"Shift_JIS"', JAPANESE, "shift_jis", "declared"),
        (b"caf\xe9", "utf-8", "café", "windows-1252", "not valid as declared; not valid UTF-8"),
        (b"abc", "no-such", "abc", "utf-8", "the declared 'no-such' is no character encoding; ASCII"),
        (b"abc", "rot13", "abc", "utf-8", "the declared 'rot13' is no character encoding; ASCII"),
        (b"+ADw-", "utf-7", "+ADw-", "utf-8", "the declared 'utf-7' is no character encoding; ASCII"),
        (SPANISH.encode() + b" \xff", None, SPANISH + " \ufffd", "utf-8", "mostly valid UTF-8"),
        (SPANISH.encode()[:-2], None, None, "utf-8", "mostly valid UTF-8"),
    ],
)  # fmt: skip
def test_declared(data: bytes, declared: str | None, text: str | None, charset: str, reason: str) -> None:
    found = decode(data, declared)
    assert (found.charset, found.reason[: len(reason)]) == (charset, reason)
    assert text is None or found.text == text
    assert found.replacements == found.text.count("\ufffd")


@pytest.mark.parametrize(
    ("text", "repaired"),
    [
        ("Perú – “quoted”", True),
        ("Núñez y Peñarrubia", True),
        ("’", True),
        ("é", False),  # one pair may be what it says
    ],
)
def test_doubly_encoded(text: str, repaired: bool) -> None:
    double = "".join(_windows(byte) for byte in text.encode()).encode()
    found = decode(double)
    assert (found.text == text) is repaired
    assert ("twice" in found.reason) is repaired


def test_not_repaired_when_part_is_right() -> None:
    mixed = "Perú and PerÃº and NÃºÃ±ez"
    assert decode(mixed.encode()).text == mixed


def test_c1_controls_are_windows_characters() -> None:
    found = decode("Peru\x92s \x93vote\x94".encode())
    assert found.text == "Peru’s “vote”"
    assert "C1 controls" in found.reason


@pytest.mark.parametrize(
    ("dirty", "text"),
    [
        ("a\r\nb\rc\x85d\u2028e\u2029f\vg\fh", "a\nb\nc\nd\ne\nf\ng\nh"),
        ("a\0b\x01c\x1bd\x7fe\x9ff\ufeffg\u00adh\ti", "abcdefgh\ti"),
        ("\ud800a\udfff", "\ufffda\ufffd"),
        ("S\u0303a", "S\u0303a"),
        ("Sa\u0303o", "São"),
    ],
)
def test_clean(dirty: str, text: str) -> None:
    assert clean(dirty) == text


@given(st.binary(max_size=300), st.sampled_from([None, "utf-8", "latin-1", "utf-16", "big5", "x", "idna", "hex"]))
def test_any_bytes(data: bytes, declared: str | None) -> None:
    found = decode(data, declared)
    found.text.encode()
    assert clean(found.text) == found.text
    assert found.reason


def _windows(byte: int) -> str:
    try:
        return bytes([byte]).decode("windows-1252")
    except UnicodeDecodeError:
        return chr(byte)
