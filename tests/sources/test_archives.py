"""Archives: their members as items, and every way in which one lies about itself."""

import bz2
import gzip
import io
import lzma
import random
import struct
import tarfile
import time
import zipfile
import zlib
from collections.abc import Callable, Mapping
from typing import Any

import pytest
import zstandard

from pipeline.sources import archives
from pipeline.sources.archives import items, opened
from pipeline.sources.base import EXCERPT, Arrival, Unreadable

LARGEST = 1 << 20
MEMBERS = {"a.txt": b"first", "sub/b.json": b'{"headline": "x"}'}


def zipped(members: Mapping[str, bytes]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return data.getvalue()


def tarred(members: Mapping[str, bytes]) -> bytes:
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w") as archive:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return data.getvalue()


def read(name: str, data: bytes) -> list[Arrival | Unreadable]:
    return list(items(name, io.BytesIO(data), LARGEST))


PACKED: dict[str, Callable[[], bytes]] = {
    "a.zip": lambda: zipped(MEMBERS),
    "a.tar": lambda: tarred(MEMBERS),
    "a.tar.gz": lambda: gzip.compress(tarred(MEMBERS)),
    "a.tar.bz2": lambda: bz2.compress(tarred(MEMBERS)),
    "a.tar.xz": lambda: lzma.compress(tarred(MEMBERS)),
    "a.tar.zst": lambda: zstandard.compress(tarred(MEMBERS)),
}


@pytest.mark.parametrize("name", PACKED)
def test_members_are_items(name: str) -> None:
    expected = [Arrival(f"{name}!{member}", data) for member, data in MEMBERS.items()]
    assert read(name, PACKED[name]()) == expected
    assert list(opened(Arrival(name, PACKED[name]()), LARGEST)) == expected


@pytest.mark.parametrize(
    ("name", "pack"),
    [
        ("a.txt.gz", gzip.compress),
        ("a.txt.bz2", bz2.compress),
        ("a.txt.xz", lzma.compress),
        ("a.txt.zst", zstandard.compress),
    ],
)
def test_one_file_packed(name: str, pack: Callable[[bytes], bytes]) -> None:
    assert read(name, pack(b"text")) == [Arrival(f"{name}!a.txt", b"text")]


def test_frames_of_zstd() -> None:
    whole = zstandard.compress(b"one, ") + zstandard.compress(b"and two")
    before = b"\x5a\x2a\x4d\x18" + struct.pack("<I", 4) + b"note"
    for data in (whole, before + whole):
        assert read("a.txt.zst", data) == [Arrival("a.txt.zst!a.txt", b"one, and two")]
    assert read("note", before + b"text") == [Arrival("note", before + b"text")]
    for end in range(5, len(whole)):
        if end != len(zstandard.compress(b"one, ")):
            (cut,) = read("a.zst", whole[:end])
            assert isinstance(cut, Unreadable), end
    text = bytes(range(256)) * 2000  # in several blocks
    packed = zstandard.ZstdCompressor(level=1, write_checksum=True).compress(text)
    assert read("a.zst", packed) == [Arrival("a.zst!a", text)]
    (wrong,) = read("a.zst", packed[:-1] + bytes([packed[-1] ^ 1]))
    assert isinstance(wrong, Unreadable)


def test_a_window_of_zstd_that_is_too_wide_is_refused() -> None:
    wide = zstandard.ZstdCompressor(compression_params=zstandard.ZstdCompressionParameters(window_log=28))
    packer = wide.compressobj()
    (refused,) = read("a.zst", packer.compress(b"x" * 1000) + packer.flush())
    assert isinstance(refused, Unreadable)
    assert "too much memory" in refused.reason


def test_what_is_refused_brings_what_there_is_of_it() -> None:
    text = random.Random(1).randbytes(LARGEST + 5)
    found = {one.name: one.data for one in read("a.tar", tarred({"large": text, "small": b"x"}))}
    assert found == {"a.tar!large": text[:EXCERPT], "a.tar!small": b"x"}
    cut = gzip.compress(text[:999])[:-9]
    assert [one.data for one in read("a.gz", cut)] == [cut]
    data = bytearray(zipped({"a.txt": b"some text that is long enough", "b.txt": b"b"}))
    at = data.index(b"PK\x01\x02") + 16
    data[at] ^= 1  # the checksum
    first, second = read("a.zip", bytes(data))
    assert (first.name, first.data) == ("a.zip!a.txt", b"some text that is long enough")
    assert isinstance(first, Unreadable)
    assert second == Arrival("a.zip!b.txt", b"b")


def test_what_is_no_archive_is_itself() -> None:
    assert read("a.txt", b"PK is not enough") == [Arrival("a.txt", b"PK is not enough")]


def test_an_archive_in_an_archive() -> None:
    inner = zipped({"a.txt": b"deep"})
    assert read("a.zip", zipped({"b.zip": inner})) == [Arrival("a.zip!b.zip!a.txt", b"deep")]
    for _ in range(6):
        inner = zipped({"c.zip": inner})
    (refused,) = read("a.zip", inner)
    assert isinstance(refused, Unreadable)
    assert "3 are opened" in refused.reason


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "/etc/passwd", "..\\..\\boot.ini", "a\nb.txt", "\x1b[31mred.txt", "C:\\x.txt"]
)
def test_names_lead_nowhere(name: str) -> None:
    (found,) = read("a.tar", tarred({name: b"x"}))
    label = found.name.partition("!")[2]
    assert ".." not in label.split("/")
    assert not label.startswith("/")
    assert label.isprintable()


def test_bombs_are_refused() -> None:
    zeros = bytes(70 << 20)
    for name, data in {
        "a.gz": gzip.compress(zeros),
        "a.bz2": bz2.compress(zeros),
        "a.xz": lzma.compress(zeros),
        "a.zst": zstandard.compress(zeros),
    }.items():
        assert [type(found) for found in read(name, data)] == [Unreadable]
    bomb = zipped({f"{number}.txt": bytes(LARGEST - 1) for number in range(200)})
    found = read("bomb.zip", bomb)
    assert isinstance(found[-1], Unreadable)
    assert "times its size" in found[-1].reason
    assert sum(len(one.data) for one in found if isinstance(one, Arrival)) <= 65 << 20


def test_broken_members_are_no_way_round_the_bounds() -> None:
    """The same few bytes as many members, each of which unpacks to much and has a wrong checksum."""
    data = bytearray(zipped({f"{number}": bytes(LARGEST - 1) for number in range(200)}))
    at = -1
    while (at := data.find(b"PK\x01\x02", at + 1)) >= 0:
        data[at + 16] ^= 1
    found = read("bomb.zip", bytes(data))
    assert all(isinstance(one, Unreadable) for one in found)
    assert "times its size" in str(found[-1])
    assert sum(len(one.data) for one in found[:-1]) <= 65 << 20


def test_a_member_that_is_too_large_costs_itself() -> None:
    found = read("a.zip", zipped({"large.txt": bytes(LARGEST + 1), "small.txt": b"x"}))
    assert isinstance(found[0], Unreadable)
    assert found[1] == Arrival("a.zip!small.txt", b"x")


def test_of_a_broken_archive_what_was_whole_is_taken() -> None:
    data = tarred({f"{number}.txt": bytes([65 + number]) * 5000 for number in range(4)})
    found = read("a.tar", data[: len(data) // 2])
    assert isinstance(found[-1], Unreadable)
    assert found[0] == Arrival("a.tar!0.txt", b"A" * 5000)
    cut = gzip.compress(data)[:-20]
    assert isinstance(read("a.tar.gz", cut)[-1], Unreadable)


def test_an_encrypted_member_is_named() -> None:
    data = bytearray(zipped({"a.txt": b"secret"}))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(signature) + offset] |= 1
    (found,) = read("a.zip", bytes(data))
    assert isinstance(found, Unreadable)
    assert found.name == "a.zip!a.txt"


def test_an_empty_archive_is_said_to_be_one() -> None:
    assert read("a.zip", zipped({})) == [Unreadable("a.zip", "There is nothing in this archive.")]


class Streamed(io.RawIOBase):
    """Where zipfile cannot go back to write a member's sizes before it."""

    def __init__(self) -> None:
        self.data = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any, /) -> int:
        self.data += data
        return len(data)


def streamed(members: Mapping[str, bytes]) -> bytes:
    target = Streamed()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return bytes(target.data)


@pytest.mark.parametrize("packed", [zipped(MEMBERS), streamed(MEMBERS)], ids=["sizes before", "sizes after"])
def test_of_a_zip_without_its_directory_what_is_whole_is_taken(packed: bytes) -> None:
    directory = packed.index(b"PK\x01\x02")
    *whole, rest = read("a.zip", packed[:directory])
    assert whole == [Arrival(f"a.zip!{name}", data) for name, data in MEMBERS.items()]
    assert rest == Unreadable(
        "a.zip",
        "It is broken or cut off (its directory is missing); what was whole before that is taken.",
    )
    second = packed.index(b"PK\x03\x04", 4)
    first, *_ = read("a.zip", packed[: second + 40])
    assert first == Arrival("a.zip!a.txt", MEMBERS["a.txt"])


def test_a_member_whose_packed_bytes_do_not_end_ends_all_the_same() -> None:
    header = struct.pack("<4sHHHHHIIIHH", b"PK\x03\x04", 20, 0, 8, 0, 0, 0, 4, 9, 1, 0)
    member, _ = read("a.zip", header + b"a" + zlib.compress(b"x" * 99)[2:6])
    assert member == Unreadable("a.zip!a", "It is broken (the end is missing).")


def test_office_documents_are_items_as_they_are() -> None:
    document = zipped({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<document/>"})
    assert read("a.docx", document) == [Arrival("a.docx", document)]


def test_what_a_system_adds_of_its_own_is_passed_over() -> None:
    found = read("a.zip", zipped({"__MACOSX/._a.txt": b"x", ".DS_Store": b"x", "a.txt": b"a"}))
    assert found == [Arrival("a.zip!a.txt", b"a")]


def tar_of(*members: tarfile.TarInfo) -> bytes:
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for member in members:
            archive.addfile(member, io.BytesIO(bytes(member.size)))
    return data.getvalue()


def test_links_and_devices_of_a_tar_are_named_and_the_rest_goes_on() -> None:
    link, device, file = tarfile.TarInfo("link"), tarfile.TarInfo("device"), tarfile.TarInfo("file")
    link.type, link.linkname, device.type, file.size = tarfile.SYMTYPE, "/etc/passwd", tarfile.CHRTYPE, 1
    found = read("a.tar", tar_of(link, device, file))
    assert [type(one) for one in found] == [Unreadable, Unreadable, Arrival]


@pytest.mark.parametrize("value", ["9" * 2_000, "x" * (2 << 20)])
def test_headers_of_a_tar_that_are_made_to_take_long(value: str) -> None:
    member = tarfile.TarInfo("a")
    member.pax_headers = {"comment": value}
    begun = time.process_time()
    (refused,) = read("a.tar", tar_of(member))
    assert isinstance(refused, Unreadable)
    assert time.process_time() - begun < 2.0


def test_more_members_than_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MEMBERS", 10)
    for name, packed in (("a.zip", zipped), ("a.tar", tarred)):
        found = read(name, packed({f"{number}.txt": b"x" for number in range(12)}))
        assert len(found) == 11
        assert found[-1] == Unreadable(name, "It has more than 10 members.")


@pytest.mark.parametrize("seed", range(6))
def test_whatever_the_bytes_something_is_said(seed: int) -> None:
    chance = random.Random(seed)
    sound = [pack() for pack in PACKED.values()] + [streamed(MEMBERS), gzip.compress(b"text"), lzma.compress(b"text")]
    for _ in range(300):
        data = bytearray(chance.choice(sound))
        for _ in range(chance.randint(1, 5)):
            at = chance.randrange(len(data))
            data[at : at + chance.randrange(9)] = chance.randbytes(chance.randrange(1, 9))
        assert read("a", bytes(data[: chance.randrange(1, 2 * len(data))]))
