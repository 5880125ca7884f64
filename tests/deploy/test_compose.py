"""docker-compose.yml against the code: no Docker engine runs here, so every name and number in it is compared."""

import re
import shutil
import subprocess
from collections import Counter
from dataclasses import fields
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest

from pipeline import __version__, settings
from pipeline.cli.main import COMMANDS, wire
from pipeline.cli.supervisor import STOP_SECONDS
from pipeline.flow import FLOW
from pipeline.local.kafka import KAFKA
from pipeline.settings import Settings, variable
from pipeline.topics import DEAD_LETTER_MB, MEGABYTE, topics
from tests.deploy import compose

SERVICES = compose.services(compose.filled())
OURS = {name: service for name, service in SERVICES.items() if "build" in service}
WORKERS = {name: service for name, service in OURS.items() if service.get("command", [""])[0] == "worker"}
ONCE = {name: service for name, service in SERVICES.items() if service["restart"] == "no"}
LASTING = {name: service for name, service in SERVICES.items() if name not in ONCE}
CALLED = {name: service for name, service in OURS.items() if "entrypoint" not in service}
PUBLISHED = ["kafka", "elasticsearch", "kibana", "feeds"]
FIXED = {"cache", "data", "health_port", "nlp_processes"}
"""Settings that .env does not give every service: the local stack's, the container's own, and the enrich stage's."""


def ours(service: dict[str, Any]) -> dict[str, str]:
    return {name: value for name, value in service["environment"].items() if name.startswith(settings.PREFIX)}


def size(text: str) -> int:
    """Bytes of '512m', '2g'."""
    return int(text[:-1]) * {"m": 1 << 20, "g": 1 << 30}[text[-1]]


def seconds(text: str) -> int:
    assert re.fullmatch(r"\d+s", text)
    return int(text[:-1])


def listeners(name: str) -> dict[str, tuple[str, int]]:
    """Kafka's listeners, or advertised listeners: name -> (host, port)."""
    text = SERVICES["kafka"]["environment"][name]
    return {what: (host, int(port)) for what, host, port in re.findall(r"(\w+)://([^:,]*):(\d+)", text)}


def published(name: str) -> tuple[str, int, int]:
    """The one published port of a service: address, port on the host, port in the container."""
    (text,) = SERVICES[name]["ports"]
    address, host, container = text.split(":")
    return address, int(host), int(container)


@pytest.mark.parametrize("name", OURS)
def test_environment_is_the_settings(name: str) -> None:
    environment = ours(SERVICES[name])
    assert environment.keys() <= {variable(field.name) for field in fields(Settings)}
    loaded = settings.load(environment)
    assert loaded.kafka == "{}:{}".format(*listeners("KAFKA_ADVERTISED_LISTENERS")["CONTAINERS"])
    assert loaded.elasticsearch == f"http://elasticsearch:{published('elasticsearch')[2]}"
    assert loaded.elasticsearch_username == "wire"
    assert loaded.elasticsearch_password == compose.filled()["WIRE_ELASTICSEARCH_PASSWORD"]


@pytest.mark.parametrize("name", OURS)
def test_every_setting_can_be_given_in_env(name: str) -> None:
    given = {variable(field.name): f"<{field.name}>" for field in fields(Settings) if field.name not in FIXED}
    assert given.items() <= compose.services(compose.filled() | given)[name]["environment"].items()


def test_nlp_processes_are_given_to_the_stage_that_has_them() -> None:
    more = compose.services(compose.filled() | {"WIRE_NLP_PROCESSES": "7"})
    assert [name for name in OURS if settings.load(ours(more[name])).nlp_processes == 7] == ["enrich"]
    assert settings.load(ours(SERVICES["enrich"])).nlp_processes > 0, "one a core fills the memory of a large host"


def test_each_stage_has_one_service() -> None:
    expected = Counter((stage.name, ("worker", stage.name)) for stage in FLOW)
    assert Counter((name, tuple(service["command"])) for name, service in WORKERS.items()) == expected


@pytest.mark.parametrize("name", CALLED)
def test_commands_are_those_of_wire(name: str) -> None:
    command, *arguments = SERVICES[name]["command"]
    assert command in COMMANDS
    found = wire.get_command(wire.make_context("wire", [command]), command)
    assert found
    found.make_context(command, arguments)  # raises a UsageError for what it does not take


@pytest.mark.parametrize("name", WORKERS)
def test_workers_are_asked_where_they_answer(name: str) -> None:
    command = SERVICES[name]["healthcheck"]["test"]
    port = settings.load(ours(SERVICES[name])).health_port
    assert command[:3] == ["CMD", "python", "-c"]
    compile(command[3], name, "exec")
    assert f"'http://127.0.0.1:{port}/healthz'" in command[3]


@pytest.mark.parametrize("name", WORKERS)
def test_workers_scale(name: str) -> None:
    assert not {"container_name", "hostname", "ports"} & SERVICES[name].keys()
    assert seconds(SERVICES[name]["stop_grace_period"]) > STOP_SECONDS


@pytest.mark.parametrize("name", OURS)
def test_ours_write_to_scratch_only(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"]
    assert Path(settings.load(ours(service)).data).is_relative_to(service["tmpfs"][0])
    assert all(volume.endswith(":ro") for volume in service.get("volumes", ()))


@pytest.mark.parametrize("name", SERVICES)
def test_no_service_has_rights_it_does_not_need(name: str) -> None:
    service = SERVICES[name]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert not {"privileged", "cap_add", "user", "network_mode"} & service.keys()


@pytest.mark.parametrize("name", SERVICES)
def test_memory_is_limited(name: str) -> None:
    service = SERVICES[name]
    heaps = re.findall(r"-Xmx(\w+)", " ".join(service["environment"].values()))
    assert size(service["mem_limit"]) >= 2 * sum(map(size, heaps))
    assert size(service["mem_limit"]) >= 512 << 20


@pytest.mark.parametrize("name", LASTING)
def test_what_lasts_is_watched_and_restarted(name: str) -> None:
    service = SERVICES[name]
    assert service["restart"] == "unless-stopped"
    check = service["healthcheck"]
    assert seconds(check["timeout"]) <= seconds(check["interval"])
    assert check["retries"] >= 3
    assert check["start_period"]


@pytest.mark.parametrize("name", ONCE)
def test_what_runs_once_is_waited_for(name: str) -> None:
    """`docker compose up --wait` takes the end of any other container for a failure."""
    conditions = [
        service["depends_on"][name]["condition"] for service in SERVICES.values() if name in dependencies(service)
    ]
    assert conditions
    assert set(conditions) == {"service_completed_successfully"}


def dependencies(service: dict[str, Any]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = service.get("depends_on", {})
    return found


@pytest.mark.parametrize("name", SERVICES)
def test_order_of_the_start(name: str) -> None:
    for other, how in dependencies(SERVICES[name]).items():
        expected = "service_completed_successfully" if other in ONCE else "service_healthy"
        assert how == {"condition": expected}
    before = all_before(name)
    assert name not in before
    if name in WORKERS:
        assert {"setup", "credentials", "kafka", "elasticsearch"} <= before


def all_before(name: str) -> set[str]:
    direct = set(dependencies(SERVICES[name]))
    return direct.union(*(all_before(other) for other in direct))


def test_volumes_hold_the_data() -> None:
    mounts = {
        name: dict(volume.split(":") for volume in service.get("volumes", []) if not volume.startswith("./"))
        for name, service in SERVICES.items()
    }
    assert {volume for mounted in mounts.values() for volume in mounted} == compose.document()["volumes"].keys()
    assert mounts["kafka"]["kafka"] == SERVICES["kafka"]["environment"]["KAFKA_LOG_DIRS"]
    assert mounts["elasticsearch"] == {"elasticsearch": "/usr/share/elasticsearch/data"}
    assert mounts["kibana"] == {"kibana": "/usr/share/kibana/data"}


def test_example_holds_what_is_required_and_nothing_else() -> None:
    required = {name for name, how in compose.uses().items() if how == {":?"}}
    assert compose.example().keys() == required
    assert not any(compose.example().values()), "a value in .env.example is a secret that everybody knows"
    defaults = {name for name in compose.uses() if name not in required}
    assert not [name for name in defaults if re.search("PASSWORD|KEY", name)]


@pytest.mark.parametrize("name", compose.example())
@pytest.mark.parametrize("value", [None, ""])
def test_without_a_password_compose_says_what_to_do(name: str, value: str | None) -> None:
    rest = {other: text for other, text in compose.filled().items() if other != name}
    with pytest.raises(compose.UnsetError, match=r"^[A-Z].* in \.env\.$") as refused:
        compose.services(rest | ({} if value is None else {name: value}))
    assert refused.value.name == name


def test_passwords_reach_those_who_use_them() -> None:
    given, seen = compose.filled(), {name: service["environment"] for name, service in SERVICES.items()}
    assert (
        seen["elasticsearch"]["ELASTIC_PASSWORD"]
        == seen["credentials"]["ELASTIC_PASSWORD"]
        == given["ELASTIC_PASSWORD"]
    )
    assert (
        seen["kibana"]["ELASTICSEARCH_PASSWORD"] == seen["credentials"]["KIBANA_PASSWORD"] == given["KIBANA_PASSWORD"]
    )
    assert seen["kibana"]["ELASTICSEARCH_USERNAME"] == "kibana_system"
    holders = [name for name, environment in seen.items() if given["ELASTIC_PASSWORD"] in environment.values()]
    assert holders == ["elasticsearch", "credentials"], "nobody else works as the superuser"


def test_images_are_pinned() -> None:
    images = {name: service["image"] for name, service in SERVICES.items()}
    versions = {name: image.rpartition(":")[2] for name, image in images.items()}
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in versions.values())
    assert {versions[name] for name in OURS} == {__version__}
    assert versions["kafka"] == KAFKA.version, "the local stack and Docker run the same broker"
    assert versions["elasticsearch"] == versions["kibana"]
    assert versions["elasticsearch"].partition(".")[0] == metadata.version("elasticsearch").partition(".")[0]


def test_ports_are_bound_to_this_machine() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == PUBLISHED
    assert {published(name)[0] for name in PUBLISHED} == {"127.0.0.1"}


def test_kafka_sends_each_client_where_it_can_reach_it() -> None:
    bound, advertised = listeners("KAFKA_LISTENERS"), listeners("KAFKA_ADVERTISED_LISTENERS")
    environment = SERVICES["kafka"]["environment"]
    assert {name: port for name, (_, port) in advertised.items()} == {
        name: port for name, (_, port) in bound.items() if name != "CONTROLLER"
    }
    assert advertised["CONTAINERS"][0] == "kafka"
    assert advertised["HOST"] == ("localhost", published("kafka")[1])
    assert published("kafka")[2] == bound["HOST"][1]
    assert environment["KAFKA_CONTROLLER_QUORUM_VOTERS"] == "{}@{}:{}".format(
        environment["KAFKA_NODE_ID"], *bound["CONTROLLER"]
    )
    assert "--bootstrap-server {}:{} ".format(*advertised["HOST"]) in SERVICES["kafka"]["healthcheck"]["test"][1]


def test_kafka_lets_the_largest_message_through() -> None:
    environment = SERVICES["kafka"]["environment"]
    loaded = settings.load(ours(SERVICES["setup"]))
    largest = max(topic.max_mb for topic in topics(loaded)) * MEGABYTE
    assert largest == DEAD_LETTER_MB * MEGABYTE
    for name in ("KAFKA_MESSAGE_MAX_BYTES", "KAFKA_REPLICA_FETCH_MAX_BYTES", "KAFKA_SOCKET_REQUEST_MAX_BYTES"):
        assert int(environment[name]) > largest + MEGABYTE, f"{name} is too small for a dead letter and its headers"
    assert environment["KAFKA_AUTO_CREATE_TOPICS_ENABLE"] == "false"
    replicated = [value for name, value in environment.items() if name.endswith(("_REPLICATION_FACTOR", "_MIN_ISR"))]
    assert set(replicated) == {"1"} == {str(loaded.replication)}


def test_wire_on_the_host_finds_the_published_ports() -> None:
    assert Settings().kafka == f"localhost:{published('kafka')[1]}"
    assert Settings().elasticsearch == f"http://localhost:{published('elasticsearch')[1]}"


def test_elasticsearch_is_secured_and_one_node() -> None:
    environment = SERVICES["elasticsearch"]["environment"]
    assert environment["xpack.security.enabled"] == "true"
    assert environment["discovery.type"] == "single-node"
    assert environment["ES_JAVA_OPTS"] == "-Xms1g -Xmx1g"
    address = f"localhost:{published('elasticsearch')[2]}"
    assert f'"http://{address}/_cluster/health?' in SERVICES["elasticsearch"]["healthcheck"]["test"][1]


def test_kibana_has_its_engine_and_its_keys() -> None:
    service, given = SERVICES["kibana"], compose.filled()
    assert service["environment"]["ELASTICSEARCH_HOSTS"] == settings.load(ours(SERVICES["setup"])).elasticsearch
    keys = {name: value for name, value in service["environment"].items() if name.endswith("_ENCRYPTIONKEY")}
    assert keys == dict.fromkeys(keys, given["KIBANA_ENCRYPTION_KEY"])
    assert len(keys) == 3
    assert service["healthcheck"]["test"][-1] == f"http://localhost:{published('kibana')[2]}/api/status"
    assert service["environment"]["SERVER_PUBLICBASEURL"] == f"http://localhost:{published('kibana')[1]}"


def test_readme_says_the_ports_and_the_variables() -> None:
    text = (compose.ROOT / "deploy/README.md").read_text(encoding="utf-8")
    for name in PUBLISHED:
        assert f"`localhost:{published(name)[1]}`" in text
    for name in compose.example():
        assert name in text


@pytest.mark.skipif(not shutil.which("docker-compose"), reason="Compose itself is not installed")
def test_compose_itself_takes_the_file(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("".join(f"{name}='{value}'\n" for name, value in compose.filled().items()))
    command = ["docker-compose", "--env-file", str(tmp_path / ".env"), "--file", str(compose.FILE), "config", "--quiet"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
