"""`wire enrich`, run as a command."""

import resource
import subprocess
import sys
from pathlib import Path

import orjson
import pytest

COPY = (
    "Bomb kills six in Baghdad\n\nBAGHDAD (Agency) - Gunmen killed six police officers in Baghdad on Tuesday, said "
    "Interior Minister Nizar Karim.\n"
)


def enrich(*arguments: str, stdin: bytes = b"", columns: int = 80) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "pipeline", "enrich", *arguments]
    return subprocess.run(
        command, input=stdin, capture_output=True, check=False, timeout=120, env={"COLUMNS": str(columns)}
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    path = tmp_path / "copy.txt"
    path.write_text(COPY)
    return path


def test_one_story_a_line_with_what_is_found_in_it(copy: Path) -> None:
    done = enrich("--json", str(copy))
    (story,) = [orjson.loads(line) for line in done.stdout.splitlines()]
    assert (done.returncode, done.stderr) == (0, b"")
    assert {entity["name"] for entity in story["entities"]} >= {"Baghdad", "Nizar Karim"}
    assert [(place["name"], place["country"], place["dateline"]) for place in story["places"]] == [
        ("Baghdad", "IQ", True)
    ]
    assert story["events"][0]["type"] == "ASSAULT"


@pytest.mark.parametrize("columns", [60, 120])
def test_readable_view_keeps_to_the_width(copy: Path, columns: int) -> None:
    done = enrich(str(copy), columns=columns)
    lines = done.stdout.decode().splitlines()
    assert any("Nizar Karim" in line for line in lines)
    assert any("ASSAULT" in line for line in lines)
    assert max(map(len, lines)) <= columns


def test_what_cannot_be_read_is_named_and_the_rest_printed(tmp_path: Path, copy: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    done = enrich("--json", str(tmp_path), str(copy.with_name("missing.txt")))
    assert (done.returncode, len(done.stdout.splitlines())) == (1, 1)
    sentences = done.stderr.decode().splitlines()
    assert "a.png: This item looks like a PNG image" in sentences[0]
    assert "missing.txt: No such file or directory." in sentences[1]


def test_without_the_model_it_says_what_to_install(copy: Path) -> None:
    code = "import sys; sys.modules['spacy'] = None; from pipeline.cli.main import main; main(sys.argv[1:])"
    done = subprocess.run([sys.executable, "-c", code, "enrich", str(copy)], capture_output=True, check=False)
    assert done.returncode == 1
    assert "pip install 'wire-pipeline[nlp]'" in done.stderr.decode()
    assert "Traceback" not in done.stderr.decode()


def test_starts_in_under_three_seconds(copy: Path) -> None:
    """Of processor time, of the whole command: a busy machine does not count."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    enrich("--json", str(copy))
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 3.0


def test_loads_no_engine_client() -> None:
    heavy = "('faust', 'kafka', 'aiokafka', 'elasticsearch', 'torch')"
    code = f"import sys, pipeline.cli.enrich; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert done.stdout.strip() == "[]"
