"""docker-compose.yml, the Dockerfile and .env.example against the code. No Docker engine runs here: this is what can
be checked without one."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from pipeline import settings
from pipeline.cli.main import COMMANDS, wire
from pipeline.flow import FLOW

ROOT = Path(__file__).parent.parent.parent
TEXT = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
DOCKERFILE = (ROOT / "deploy/docker/Dockerfile").read_text(encoding="utf-8")
SETUP = (ROOT / "deploy/docker/setup.sh").read_text(encoding="utf-8")
VARIABLE = re.compile(r"(?<!\$)\$\{(\w+)(?::([?-])([^}]*))?\}")


def example() -> dict[str, str]:
    """The variables of .env.example."""
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def filled() -> dict[str, str]:
    return {name: f"value-of-{name}" for name in example()}


def resolved(text: str, environment: dict[str, str]) -> str:
    """Compose's own substitution: ${NAME}, ${NAME:-default}, ${NAME:?sentence}."""

    def value(found: re.Match[str]) -> str:
        name, operator, argument = found.groups()
        if environment.get(name):
            return environment[name]
        if operator == "-":
            return argument
        raise LookupError(argument or name)

    return VARIABLE.sub(value, text)


COMPOSE: dict[str, Any] = yaml.safe_load(resolved(TEXT, filled()))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
WORKERS = {name: service for name, service in SERVICES.items() if service.get("command", [""])[0] == "worker"}
ONE_SHOT = {"setup"}
USES_WIRE = [*WORKERS, "setup"]


def test_without_passwords_compose_refuses_with_a_sentence() -> None:
    for name in example():
        with pytest.raises(LookupError, match=f"Set {name} in .env"):
            resolved(TEXT, {other: "x" for other in example() if other != name})


def test_the_example_holds_what_compose_asks_for_and_no_secret() -> None:
    assert {found[1] for found in VARIABLE.finditer(TEXT)} == set(example())
    assert set(example().values()) == {""}


@pytest.mark.parametrize("name", USES_WIRE)
def test_the_environment_is_settings(name: str) -> None:
    environment = SERVICES[name]["environment"]
    ours = {key: value for key, value in environment.items() if key.startswith(settings.PREFIX)}
    known = {settings.variable(field) for field in settings.Settings.__dataclass_fields__}
    assert ours.keys() <= known
    loaded = settings.load(ours)
    host, port = loaded.kafka.split(":")
    assert host in SERVICES
    assert f"://:{port}" in SERVICES[host]["environment"]["KAFKA_LISTENERS"]
    assert loaded.elasticsearch == "http://elasticsearch:9200"
    assert loaded.elasticsearch_password == SERVICES["elasticsearch"]["environment"]["ELASTIC_PASSWORD"]


def test_every_stage_has_exactly_one_service() -> None:
    assert sorted(service["command"][1] for service in WORKERS.values()) == sorted(stage.name for stage in FLOW)
    for name, service in WORKERS.items():
        assert service["command"] == ["worker", name]


@pytest.mark.parametrize("line", [*(w["command"] for w in WORKERS.values()), SETUP.split("exec wire ")[1].split()])
def test_every_command_is_one_that_wire_takes(line: list[str]) -> None:
    name, *arguments = line
    assert name in COMMANDS
    command = wire.get_command(wire.make_context("wire", [name]), name)
    assert command is not None
    assert command.make_context(name, arguments).info_name == name


@pytest.mark.parametrize("name", WORKERS)
def test_workers_can_be_scaled_and_are_confined(name: str) -> None:
    service = WORKERS[name]
    assert not {"ports", "container_name"} & service.keys()
    assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])
    assert service["depends_on"] == {"setup": {"condition": "service_completed_successfully"}}
    port = service["environment"]["WIRE_HEALTH_PORT"]
    assert f"http://localhost:{port}/healthz" in service["healthcheck"]["test"][-1]
    assert int(service["stop_grace_period"].removesuffix("s")) > 10


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_is_bounded_and_watched(name: str) -> None:
    service = SERVICES[name]
    assert re.fullmatch(r"\d+[mg]", service["mem_limit"])
    assert service["restart"] == ("no" if name in ONE_SHOT else "unless-stopped")
    assert ("healthcheck" in service) == (name not in ONE_SHOT)
    assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))
    for other, condition in service.get("depends_on", {}).items():
        expected = "service_completed_successfully" if other in ONE_SHOT else "service_healthy"
        assert condition == {"condition": expected}


@pytest.mark.parametrize(("name", "port"), [("kafka", 9092), ("elasticsearch", 9200), ("kibana", 5601)])
def test_health_checks_ask_the_port_that_is_served(name: str, port: int) -> None:
    assert f"localhost:{port}" in SERVICES[name]["healthcheck"]["test"][-1]


def test_published_ports_are_those_listened_on() -> None:
    kafka = SERVICES["kafka"]
    (published,) = kafka["ports"]
    _, host, container = published.split(":")
    assert f"HOST://:{container}" in kafka["environment"]["KAFKA_LISTENERS"]
    assert f"HOST://localhost:{host}" in kafka["environment"]["KAFKA_ADVERTISED_LISTENERS"]


def test_every_volume_is_declared_and_used() -> None:
    used = {volume.split(":")[0] for service in SERVICES.values() for volume in service.get("volumes", [])}
    assert {name for name in used if not name.startswith(".")} == set(COMPOSE["volumes"])
    assert all((ROOT / name).exists() for name in used if name.startswith("."))
    assert SERVICES["kafka"]["environment"]["KAFKA_LOG_DIRS"] in SERVICES["kafka"]["volumes"][0]


def test_images_are_pinned_and_the_client_matches_the_server() -> None:
    pinned = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    client = re.search(r"^elasticsearch==(\d+)\.", pinned, re.MULTILINE)
    for service in SERVICES.values():
        assert re.fullmatch(r"\S+:(\d+\.\d+\.\d+|latest)", service["image"])
        assert ("latest" in service["image"]) == service["image"].startswith("wire-pipeline:")
    servers = [SERVICES[name]["image"].rsplit(":")[1] for name in ("elasticsearch", "kibana")]
    assert servers[0] == servers[1]
    assert client
    assert client[1] == servers[0].split(".")[0]


def test_the_image_is_built_as_the_project_says() -> None:
    build = SERVICES["setup"]["build"]
    assert (ROOT / build["context"] / build["dockerfile"]).exists()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    minimum = tuple(map(int, project["requires-python"].removeprefix(">=").split(".")))
    stages = re.findall(r"^FROM python:(\d+)\.(\d+)-slim", DOCKERFILE, re.MULTILINE)
    assert len(stages) == 2
    assert len(set(stages)) == 1
    assert tuple(map(int, stages[0])) >= minimum
    assert "'.[nlp]'" in DOCKERFILE
    assert "nlp" in project["optional-dependencies"]
    final = DOCKERFILE.rsplit("FROM ", maxsplit=1)[1]
    assert re.search(r"^USER \d{4,}$", final, re.MULTILINE)
    assert 'ENTRYPOINT ["wire"]' in final
    assert "wire" in project["scripts"]


def test_what_the_image_copies_is_not_ignored() -> None:
    allowed = {
        line[1:] for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines() if line[:1] == "!"
    }
    copied = {
        word.split("/")[0] if word.startswith("pipeline/") else word
        for line in re.findall(r"^COPY (?!--from)(.*) \S+$", DOCKERFILE, re.MULTILINE)
        for word in line.split()
    }
    assert copied <= allowed
    assert all((ROOT / name).exists() for name in copied)
