"""The local stack with its real engines: found again, hurt, moved, stopped."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import orjson
import psutil
import pytest
from click.testing import CliRunner

from pipeline import settings
from pipeline.bus.admin import admin
from pipeline.cli.main import wire
from pipeline.errors import OperatorError
from pipeline.local import processes, stack, state
from pipeline.local.engines import ENGINES, Name, status
from pipeline.local.stack import Addresses
from pipeline.search.client import connect
from pipeline.settings import Settings

pytestmark = pytest.mark.engines


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory, engine_cache: Path) -> Iterator[Path]:
    """A stack of this module's own, to be hurt; its path is not a plain one."""
    folder = tmp_path_factory.mktemp("a stäck 新")
    try:
        stack.start(folder, engine_cache, usual_ports=False)
        yield folder
    finally:
        stack.stop(folder)
        assert running(folder) == {}


def running(folder: Path) -> dict[Name, int]:
    """The process of each engine of a data folder that runs."""
    found = {name: processes.find(folder / name, None) for name in ENGINES}
    return {name: process.pid for name, process in found.items() if process}


def test_settings_find_the_stack(data: Path) -> None:
    found = settings.load({}, data=str(data))
    engines = {item.name: item for item in status(data)}
    assert (engines["kafka"].address, engines["opensearch"].address) == (found.kafka, found.elasticsearch)
    assert all(item.answers for item in engines.values())
    assert {item.name: item.pid for item in engines.values()} == running(data)
    with connect(found) as search:
        assert search.info()["version"]["number"] == engines["opensearch"].version == "3.8.0"


def test_two_more_starts_at_once_find_the_first(data: Path, engine_cache: Path) -> None:
    before = running(data)
    script = "from pipeline.cli.main import main; main()"
    command = [sys.executable, "-c", script, "up", "--json", "--data", str(data)]
    environment = settings.child_environment(Settings(cache=str(engine_cache)))
    for name in ("KAFKA", "ELASTICSEARCH", "DATA"):
        environment.pop(f"WIRE_{name}")
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) for _ in range(2)]
    answers = [orjson.loads(process.communicate(timeout=60)[0]) for process in both]
    found = settings.load({}, data=str(data))
    assert answers == [{"kafka": found.kafka, "elasticsearch": found.elasticsearch}] * 2
    assert running(data) == before


def test_what_was_stored_survives_kill_9(data: Path, engine_cache: Path) -> None:
    found = settings.load({}, data=str(data))
    with admin(found) as kafka:
        kafka.create_topics({"kept": {"num_partitions": 1, "replication_factor": 1}}, wait_for_metadata=True)
    with connect(found) as search:
        search.indices.create(index="kept")
        search.index(index="kept", id="1", document={"headline": "Miners strike"})
    for name in ENGINES:
        before = running(data)
        stack.kill(data, name)
        assert running(data) == {other: pid for other, pid in before.items() if other != name}
        assert [item.answers for item in status(data) if item.name == name] == [False]
        assert settings.load({}, data=str(data)) == found  # its clients go on asking the same address
        assert stack.restart(data, engine_cache, name).started == {name}
        assert settings.load({}, data=str(data)) == found
        assert running(data).keys() == before.keys()
    with admin(found) as kafka:
        assert "kept" in kafka.list_topics()
    with connect(found) as search:
        assert search.get(index="kept", id="1")["_source"] == {"headline": "Miners strike"}


def test_down_leaves_nothing_and_up_moves_from_a_taken_port(data: Path, engine_cache: Path) -> None:
    before = state.read(data).engines["kafka"].port
    pids = list(running(data).values())
    assert {item.how for item in stack.stop(data)} == {"stopped"}
    assert not any(psutil.pid_exists(pid) for pid in pids)
    assert settings.load({}, data=str(data)).kafka == Settings().kafka
    with socket.create_server(("127.0.0.1", before)):
        moved = stack.start(data, engine_cache, search=False, usual_ports=False)
    assert moved.kafka
    assert moved.kafka != f"127.0.0.1:{before}"
    with admin(settings.load({}, data=str(data))) as kafka:
        assert "kept" in kafka.list_topics()
    assert stack.stop(data)[1].how == "stopped"


def test_an_engine_that_dies_at_start_shows_its_last_lines(data: Path, engine_cache: Path) -> None:
    stack.stop(data)
    properties = data / "kafka" / "data" / "meta.properties"
    properties.write_text(properties.read_text().replace("node.id=1", "node.id=7"))
    with pytest.raises(OperatorError, match=r"Apache Kafka ended while starting[\s\S]*Stored node id 7 doesn't match"):
        stack.start(data, engine_cache, search=False, usual_ports=False)
    assert running(data) == {}
    assert state.read(data).kafka is None


def test_a_folder_that_an_engine_would_misread_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OperatorError, match="takes no comma"):
        stack.start(tmp_path / "a,b", tmp_path)
    with pytest.raises(OperatorError, match="Java no ':'"):
        stack.start(tmp_path / "a", tmp_path / "b:c")
    assert not list(tmp_path.iterdir())


def test_opensearch_tells_what_it_died_of(tmp_path: Path, engine_cache: Path) -> None:
    (tmp_path / "opensearch" / "node_1").mkdir(parents=True)
    (tmp_path / "opensearch" / "node_1" / "data").write_text("not a folder")
    with pytest.raises(OperatorError, match=r"OpenSearch ended while starting[\s\S]*failed to bind service"):
        stack.start(tmp_path, engine_cache, kafka=False, usual_ports=False)


def test_engines_named_by_the_environment_are_used(
    engines: Addresses, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WIRE_KAFKA", engines.kafka or "")
    monkeypatch.setenv("WIRE_ELASTICSEARCH", engines.elasticsearch or "")
    result = CliRunner().invoke(wire, ["up", "--data", str(tmp_path)], catch_exceptions=False)
    assert "used as WIRE_KAFKA says" in result.stdout
    assert "used as WIRE_ELASTICSEARCH says" in result.stdout
    assert running(tmp_path) == {}
    assert not (tmp_path / "local.json").exists()
