"""Items from files, folders and streams."""

import gzip
import io
import os
import tracemalloc
from pathlib import Path

import pytest

from pipeline.sources.base import Arrival, Unreadable
from pipeline.sources.files import expand, read_file, read_stream


def test_a_folder_is_all_its_files_in_order_without_hidden_ones(tmp_path: Path) -> None:
    for name in ("b.txt", "a.json", "sub/c.txt", ".hidden", ".git/config", "sub/.x"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    names = [str(path.relative_to(tmp_path)) for path in expand([str(tmp_path)]) if isinstance(path, Path)]
    assert names == ["a.json", "b.txt", "sub/c.txt"]


def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    missing = tmp_path / "missing"
    assert list(read_file(missing, 10)) == [Unreadable(str(missing), "No such file or directory.")]
    large = tmp_path / "large"
    large.write_bytes(b"x" * 11)
    (refused,) = read_file(large, 10)
    assert isinstance(refused, Unreadable)
    assert list(read_file(large, 11)) == [Arrival(str(large), b"x" * 11)]


def test_a_folder_that_cannot_be_listed_is_named_and_the_rest_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a.txt", "closed/b.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    closed, listdir = tmp_path / "closed", os.listdir

    def listed(path: Path) -> list[str]:  # permissions do not bind root, as whom tests may run
        if path == closed:
            raise PermissionError(13, "Permission denied", path)
        return listdir(path)

    monkeypatch.setattr(os, "listdir", listed)
    assert list(expand([str(tmp_path)])) == [tmp_path / "a.txt", Unreadable(str(closed), "Permission denied.")]


def test_what_is_not_there_or_empty_is_named(tmp_path: Path) -> None:
    (tmp_path / "empty" / ".git").mkdir(parents=True)
    (tmp_path / "dangling").symlink_to("nowhere")
    (tmp_path / "loop").symlink_to("loop")
    assert list(expand([str(tmp_path / "empty")])) == [
        Unreadable(str(tmp_path / "empty"), "There is no file in this folder.")
    ]
    reasons = [found for name in ("dangling", "loop") for found in read_file(tmp_path / name, 10)]
    assert [reason.reason for reason in reasons if isinstance(reason, Unreadable)] == [
        "No such file or directory.",
        "Too many levels of symbolic links.",
    ]


def test_a_device_without_end_is_not_read_for_ever() -> None:
    (refused,) = read_file(Path("/dev/zero"), 1_000)
    assert isinstance(refused, Unreadable)


@pytest.mark.parametrize(
    ("stream", "expected"),
    [
        (b"", [b""]),
        (b"LIMA (Agency) - A strike.\nMore.\n", [b"LIMA (Agency) - A strike.\nMore.\n"]),
        (b'{"uri": "a"}\n{"uri": "b"}\n', [b'{"uri": "a"}', b'{"uri": "b"}']),
        (b'{"uri": "a"}\r\n\r\n{"uri": "b"}', [b'{"uri": "a"}', b'{"uri": "b"}']),
        (b'{"uri": "a"}\nnot json\n{"uri": "b"}\n', [b'{"uri": "a"}', b"not json", b'{"uri": "b"}']),
        (b'{\n "uri": "a"\n}\n', [b'{\n "uri": "a"\n}\n']),
        (b'[{"uri": "a"}]\n', [b'[{"uri": "a"}]\n']),
        (b"\xff\xfe\x00", [b"\xff\xfe\x00"]),
    ],
)
def test_a_stream_is_one_item_or_one_a_line(stream: bytes, expected: list[bytes]) -> None:
    items = list(read_stream(io.BytesIO(stream), 1000))
    assert [item.data for item in items if isinstance(item, Arrival)] == expected
    assert len(items) == len(expected)


def test_a_line_that_is_too_long_costs_only_itself() -> None:
    stream = b'{"n": 1}\n' + b'{"n": "' + b"x" * 100 + b'"}\n' + b'{"n": 3}\n'
    first, second, third = read_stream(io.BytesIO(stream), 20)
    assert isinstance(first, Arrival)
    assert isinstance(second, Unreadable)
    assert third == Arrival("stdin:3", b'{"n": 3}')


def test_lines_come_as_they_arrive() -> None:
    class Endless(io.RawIOBase):
        lines = 0

        def readline(self, size: int | None = -1, /) -> bytes:  # noqa: ARG002
            self.lines += 1
            return b'{"n": 1}\n'

    stream = Endless()
    items = read_stream(stream, 100)  # type: ignore[arg-type]
    next(items), next(items)
    assert stream.lines <= 3


def test_a_pipe_is_read_and_opened_like_a_file() -> None:
    read_end, write_end = os.pipe()
    os.write(write_end, gzip.compress(b"LIMA (Agency) - A strike."))
    os.close(write_end)
    name = f"/dev/fd/{read_end}"
    (found,) = read_file(Path(name), 100)
    os.close(read_end)
    assert found == Arrival(f"{name}!{read_end}", b"LIMA (Agency) - A strike.")


def test_a_name_that_is_no_utf_8_is_spelled_out(tmp_path: Path) -> None:
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.txt")).write_bytes(b"x")
    found = [item for path in expand([str(tmp_path)]) for item in read_file(path, 10)]
    assert found == [Arrival(f"{tmp_path}/caf\\xe9.txt", b"x")]


def test_a_folder_is_found_as_it_is_read(tmp_path: Path) -> None:
    for number in range(3_000):
        (tmp_path / f"{number:04}.txt").touch()
    tracemalloc.start()
    names = [path.name[0] for path in expand([str(tmp_path)]) if isinstance(path, Path)]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(names) == 3_000
    assert peak < 3_000 * 200  # names, and not a path for each
