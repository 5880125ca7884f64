"""`wire parse`, run as a command."""

import resource
import subprocess
import sys
from pathlib import Path

import orjson
import pytest

TEXT = "Ferry sinks off Zamboanga\n\nZAMBOANGA, Philippines (Agency) - Two people [red]died[/red].\n"
NINJS = (
    '{"uri": "urn:x:1", "version": "2", "versioncreated": "2026-03-03T10:00:00Z", "headline": "Peru leader resigns"}'
)


def parse(*arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "pipeline", "parse", *arguments]
    return subprocess.run(command, input=stdin, capture_output=True, check=False, timeout=60)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "b.txt").write_text(TEXT)
    (tmp_path / "deeper").mkdir()
    (tmp_path / "deeper" / "c.json").write_text(NINJS)
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    return tmp_path


def test_one_story_a_line(folder: Path) -> None:
    done = parse("--json", str(folder))
    stories = [orjson.loads(line) for line in done.stdout.splitlines()]
    assert [story["headline"] for story in stories] == ["Ferry sinks off Zamboanga", "Peru leader resigns"]
    assert [story["provenance"]["format"] for story in stories] == ["text", "ninjs"]
    assert stories[1]["revision"] == 1772532000 << 14 | 2 << 2


def test_what_cannot_be_read_is_named_and_the_rest_printed(folder: Path) -> None:
    done = parse("--json", str(folder), str(folder / "missing.txt"))
    assert done.returncode == 1
    assert len(done.stdout.splitlines()) == 2
    sentences = done.stderr.decode().splitlines()
    assert f"{folder}/a.png: This item looks like a PNG image" in sentences[0]
    assert f"{folder}/missing.txt: No such file or directory." in sentences[1]


def test_part_of_an_item(tmp_path: Path) -> None:
    path = tmp_path / "two.json"
    path.write_text(f"[{NINJS}, 7]")
    done = parse("--json", str(path))
    assert (done.returncode, len(done.stdout.splitlines())) == (1, 1)
    assert f"{path} (number 2): This is JSON, but no ninjs object" in done.stderr.decode()


def test_standard_input() -> None:
    done = parse("--json", "--feed", "desk", "-", stdin=f"{NINJS}\n{NINJS}\n".encode())
    stories = [orjson.loads(line) for line in done.stdout.splitlines()]
    assert [story["provenance"]["feed"] for story in stories] == ["desk", "desk"]
    assert (done.returncode, done.stderr) == (0, b"")


def test_hints() -> None:
    done = parse("--json", "--format", "text", "--charset", "koi8-r", "-", stdin="ЛИМА - Привет.".encode("koi8-r"))
    story = orjson.loads(done.stdout)
    assert "Привет." in story["body_text"]
    assert (story["provenance"]["charset"], story["provenance"]["format_reason"]) == ("koi8-r", "set by the feed")
    unknown = parse("--format", "telex", "-", stdin=b"x")
    assert unknown.returncode == 1
    assert "There is no format 'telex'; the formats are story, ninjs," in unknown.stderr.decode()


def test_readable_view() -> None:
    done = parse("-", stdin=TEXT.encode())
    shown = done.stdout.decode()
    assert done.returncode == 0
    assert "Ferry sinks off Zamboanga" in shown
    assert "Two people [red]died[/red]." in shown
    assert "Zamboanga, Philippines" in shown


def test_starts_fast(folder: Path) -> None:
    """Processor time of the whole command: a busy machine does not count."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    parse("--json", str(folder / "b.txt"))
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 1.0


def test_needs_neither_servers_nor_models() -> None:
    heavy = "('spacy', 'faust', 'kafka', 'elasticsearch')"
    code = f"import sys, pipeline.cli.parse; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert done.stdout.strip() == "[]"
