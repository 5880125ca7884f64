"""Kafka as docker-compose.yml configures it, and a worker as it asks for its health: the real ones, without Docker."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from kafka.admin import ConfigResource, ConfigResourceType

from pipeline import settings
from pipeline.bus import admin
from pipeline.cli.console import patiently
from pipeline.local import jars
from pipeline.local.extras import JAVA
from pipeline.local.kafka import KAFKA
from pipeline.local.ports import any_free, listens
from pipeline.local.stack import quiet
from pipeline.settings import Settings
from tests.deploy import compose

pytestmark = pytest.mark.engines

SERVICES = compose.services(compose.filled())
CONFIGURATION = SERVICES["kafka"]["environment"]
START_S = 90.0


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory, engine_cache: Path) -> Iterator[Settings]:
    """A broker configured and formatted by the image's own program; only ports and folder are this machine's."""
    jars.fetch((jar for jar in jars.pinned() if jar.engine == KAFKA.name), engine_cache, quiet)
    folder, ports = tmp_path_factory.mktemp("kafka"), {name: any_free() for name in ("9092", "9093", "19092")}
    moved = {
        name: re.sub(r"(?<=:)(19092|9092|9093)\b", lambda port: str(ports[port[0]]), value)
        for name, value in CONFIGURATION.items()
    }
    environment = {"PATH": os.environ["PATH"]} | moved | {"KAFKA_LOG_DIRS": str(folder / "data")}
    for name in ("default", "mounted", "final"):
        (folder / name).mkdir()
    for name in ("server.properties", "log4j2.yaml", "tools-log4j2.yaml"):
        (folder / "default" / name).touch()
    java = [str(JAVA), *CONFIGURATION["KAFKA_HEAP_OPTS"].split(), "-XX:+UseSerialGC", "-cp"]
    java.append(jars.class_path(KAFKA.name, engine_cache))
    folders = [f"--{name}-configs-dir={folder / name}" for name in ("default", "mounted", "final")]
    prepared = subprocess.run(
        [*java, "kafka.docker.KafkaDockerWrapper", "setup", *folders],
        env=environment, capture_output=True, text=True, timeout=START_S, check=False,
    )  # fmt: skip
    assert prepared.returncode == 0, prepared.stdout + prepared.stderr
    command = [*java, "kafka.Kafka", str(folder / "final" / "server.properties")]
    with running(command, environment, folder / "broker.log") as process:
        wait_for(lambda: listens(ports["9092"]), process)
        here = Settings(kafka=f"localhost:{ports['9092']}", data=str(folder / "wire"))
        patiently(lambda: ensure(here), START_S)
        yield here


def ensure(here: Settings) -> None:
    admin.ensure(here)


@contextmanager
def running(command: list[str], environment: dict[str, str], log: Path) -> Iterator["subprocess.Popen[bytes]"]:
    with log.open("wb") as out, subprocess.Popen(command, env=environment, stdout=out, stderr=out) as process:
        try:
            yield process
        finally:
            process.kill()


def wait_for(condition: Callable[[], bool], process: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + START_S
    while not condition():
        assert process.poll() is None, f"ended with {process.returncode}"
        assert time.monotonic() < end
        time.sleep(0.2)


def test_the_broker_knows_every_setting_and_has_taken_it(broker: Settings) -> None:
    with admin.admin(broker) as client:
        found = client.describe_configs([ConfigResource(ConfigResourceType.BROKER, "1", None)], config_filter="all")
    known = {name: entry["value"] for name, entry in found["broker"]["1"].items()}
    moved = {"KAFKA_LISTENERS", "KAFKA_ADVERTISED_LISTENERS", "KAFKA_CONTROLLER_QUORUM_VOTERS", "KAFKA_LOG_DIRS"}
    for name, value in CONFIGURATION.items():
        if name not in {"CLUSTER_ID", "KAFKA_HEAP_OPTS"}:
            key = name.removeprefix("KAFKA_").lower().replace("_", ".")
            assert key in known, f"Kafka has no setting {key}"
            assert name in moved or known[key] == value


def test_the_broker_has_the_topics_of_setup_and_the_cluster_of_the_volume(broker: Settings) -> None:
    admin.check(broker)
    assert admin.ensure(broker) == []
    with admin.admin(broker) as client:
        assert client.describe_cluster()["cluster_id"] == CONFIGURATION["CLUSTER_ID"]


def test_a_worker_is_healthy_when_it_reads_and_stops_within_its_grace(broker: Settings, tmp_path: Path) -> None:
    service, port = SERVICES["parse"], any_free()
    given = {settings.variable(name): value for name, value in {"kafka": broker.kafka, "data": str(tmp_path)}.items()}
    environment = dict(os.environ) | service["environment"] | given | {"WIRE_HEALTH_PORT": str(port)}
    _, interpreter, option, script = service["healthcheck"]["test"]
    assert interpreter == "python"
    check = [sys.executable, option, script.replace(f":{service['environment']['WIRE_HEALTH_PORT']}/", f":{port}/")]
    assert check[-1] != script

    def healthy() -> bool:
        return subprocess.run(check, capture_output=True, timeout=30, check=False).returncode == 0

    assert not healthy()
    command = [sys.executable, "-m", "pipeline", *service["command"]]
    with running(command, environment, tmp_path / "worker.log") as worker:
        wait_for(healthy, worker)
        worker.send_signal(signal.SIGTERM)
        worker.wait(timeout=int(service["stop_grace_period"].removesuffix("s")))
