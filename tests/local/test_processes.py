"""Processes that are ours and processes that are not."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from pipeline.errors import OperatorError
from pipeline.local import ports, processes, stack, state
from pipeline.local.engines import ENGINES


@pytest.fixture
def bystander() -> Iterator[psutil.Process]:
    """A program of somebody else's."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        yield psutil.Process(process.pid)
        process.kill()


def test_a_process_id_that_another_program_got_is_left_alone(tmp_path: Path, bystander: psutil.Process) -> None:
    started: dict[str, state.Started] = {}
    for name in ENGINES:
        started[name] = state.Started(9, "1", bystander.pid, bystander.create_time())
    state.write(tmp_path, state.State("127.0.0.1:9", "http://127.0.0.1:9", started))
    assert {item.how for item in stack.stop(tmp_path)} == {"not running"}
    assert processes.alive(bystander)
    after = state.read(tmp_path)
    assert (after.kafka, after.elasticsearch) == (None, None)
    assert after.engines["kafka"] == state.Started(9, "1")
    with pytest.raises(OperatorError, match="Apache Kafka does not run"):
        stack.kill(tmp_path, "kafka")


def test_a_process_that_ended_and_was_not_reaped_is_not_alive(tmp_path: Path) -> None:
    process = processes.spawn(["sh", "-c", "echo last words; exit 3"], tmp_path, tmp_path / "log")
    assert processes.gone(process, 10)
    assert (tmp_path / "log").read_text() == "last words\n"


def test_a_started_process_has_a_session_of_its_own(tmp_path: Path) -> None:
    process = processes.spawn(["sleep", "60"], tmp_path, tmp_path / "log")
    assert os.getsid(process.pid) == process.pid != os.getsid(0)
    processes.ask_to_end(process)
    assert processes.end_within(process, 10)


def test_a_process_that_will_not_end_is_killed(tmp_path: Path) -> None:
    process = processes.spawn(["sh", "-c", "trap '' TERM; echo ready; sleep 60"], tmp_path, tmp_path / "log")
    while not (tmp_path / "log").read_text():
        assert processes.alive(process)
    processes.ask_to_end(process)
    assert not processes.end_within(process, 0.2)
    assert not processes.alive(process)


def test_a_state_that_cannot_be_read_is_none(tmp_path: Path) -> None:
    for content in (b"", b"{", b"[]", b'{"engines": {"kafka": 1}}', b'{"kafka": 9092}', b"\xff"):
        (tmp_path / "local.json").write_bytes(content)
        assert state.read(tmp_path) == state.State()


def test_ports_that_are_taken_or_refused_are_passed_over() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        taken, free = server.getsockname()[1], ports.any_free()
        assert ports.choose([taken, free], ()) == free
        with pytest.raises(OperatorError, match="No port between"):
            ports.choose([taken, free], {free})
