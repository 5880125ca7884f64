"""`wire feed`: what it reads, what it cannot, and how it ends."""

import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from pipeline.bus.reader import read
from pipeline.messages import Message
from pipeline.settings import Settings, child_environment
from pipeline.topics import RAW, RAW_BULK
from tests.engines.support import Spare, command, eventually, wire

pytestmark = pytest.mark.engines

LINES = [b'{"uri": "urn:line:%d", "headline": "h"}' % number for number in range(6)]


def received(settings: Settings, topic: str = RAW) -> list[Message]:
    return list(read(settings, topic))


def test_what_cannot_be_read_is_named_and_the_rest_goes_on(stopped: Settings, tmp_path: Path) -> None:
    folder = tmp_path / "items"
    (folder / "empty").mkdir(parents=True)
    (folder / "a.txt").write_bytes(b"LIMA (Agency) - A strike.")
    (folder / ".hidden").write_bytes(b"x")
    (folder / "dangling.txt").symlink_to("nowhere")
    missing = tmp_path / "mis\x1b[31msing.txt"
    said = wire(stopped, "feed", str(missing), str(folder), str(folder / "empty"), str(folder / "dangling.txt"))
    assert said.code == 1
    assert "No such file or directory." in said.err
    assert f"{folder / 'empty'}: There is no file in this folder." in said.err
    assert f"{folder / 'dangling.txt'}: No such file or directory." in said.err
    assert said.err.endswith("1 item sent to wire.raw, 3 not sent.\n")
    assert "\x1b" not in said.err
    (message,) = received(stopped)
    assert message.value == b"LIMA (Agency) - A strike."
    assert message.headers["name"] == str(folder / "a.txt")


def test_an_empty_folder_alone(stopped: Settings, tmp_path: Path) -> None:
    said = wire(stopped, "feed", "--json", str(tmp_path / "missing"), str(tmp_path))
    assert said.code == 1
    summary = orjson.loads(said.out)
    assert (summary["sent"], len(summary["unreadable"])) == (0, 2)


@pytest.mark.parametrize(
    ("stdin", "items"),
    [
        (b"\n".join([*LINES, b"", b"no json", LINES[0]]), [*LINES, b"no json", LINES[0]]),
        (b"LIMA (Agency) - A strike.\nMore.\n", [b"LIMA (Agency) - A strike.\nMore.\n"]),
        (b"\xff\xfe\x00", [b"\xff\xfe\x00"]),
        (b"", [b""]),
    ],
)
def test_standard_input(stopped: Settings, stdin: bytes, items: list[bytes]) -> None:
    options = ("--bulk", "--feed", "desk", "--format", "ninjs", "--charset", "utf-8")
    said = wire(stopped, "feed", *options, "-", stdin=stdin)
    assert said.code == 0, said.err
    found = received(stopped, RAW_BULK)
    assert sorted(message.value for message in found) == sorted(items)
    assert {(m.headers["feed"], m.headers["format"], m.headers["charset"]) for m in found} == {
        ("desk", "ninjs", "utf-8")
    }


@pytest.fixture
def feeding(stopped: Settings, spare: Spare) -> Iterator[tuple[Settings, subprocess.Popen[bytes]]]:
    """`wire feed -` after three lines that the broker has acknowledged. The broker runs again when the test is over."""
    pipe = subprocess.PIPE
    with subprocess.Popen(command("feed", "-"), env=child_environment(stopped), stdin=pipe, stderr=pipe) as process:
        try:
            put(process, *LINES[:3])
            eventually(lambda: len(received(stopped)) == 3)
            yield stopped, process
        finally:
            process.kill()
            spare.restart()


def put(process: subprocess.Popen[bytes], *lines: bytes) -> None:
    """Write lines to its standard input."""
    assert process.stdin
    process.stdin.write(b"".join(line + b"\n" for line in lines))
    process.stdin.flush()


def says(process: subprocess.Popen[bytes]) -> bytes:
    """The next line on its standard error."""
    assert process.stderr
    return process.stderr.readline()


def test_interrupted_between_two_lines(feeding: tuple[Settings, subprocess.Popen[bytes]]) -> None:
    _, process = feeding
    process.send_signal(signal.SIGINT)
    assert says(process) == b"wire: Interrupted: 3 items are acknowledged, the rest was not sent.\n"
    assert process.wait(10) == 130


def test_interrupted_while_the_broker_is_away(feeding: tuple[Settings, subprocess.Popen[bytes]], spare: Spare) -> None:
    _, process = feeding
    spare.kill()
    put(process, *LINES[3:])
    assert b"has not answered for" in says(process)
    process.send_signal(signal.SIGINT)
    last = next(line for line in iter(lambda: says(process), b"") if b"has not answered for" not in line)
    assert last == b"wire: Interrupted: 3 items are acknowledged, the rest was not sent.\n"
    assert process.wait(10) == 130


def test_an_outage_between_two_lines_delays_nothing_but_itself(
    feeding: tuple[Settings, subprocess.Popen[bytes]], spare: Spare
) -> None:
    settings, process = feeding
    spare.kill()
    put(process, LINES[3])
    assert b"has not answered for" in says(process)
    spare.restart()
    eventually(lambda: {message.value for message in received(settings)} == set(LINES[:4]))
    _, err = process.communicate(timeout=30)
    assert (process.returncode, b"4 items sent to wire.raw." in err) == (0, True)


def test_a_broker_that_is_not_there_is_waited_for(tmp_path: Path) -> None:
    nobody = child_environment(Settings(kafka="127.0.0.1:1"))
    with subprocess.Popen(command("feed", str(tmp_path)), env=nobody, stderr=subprocess.PIPE) as process:
        assert b"Kafka at 127.0.0.1:1 does not answer" in says(process)
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 130
        assert says(process).strip() == b""
