"""The Dockerfile and what it may copy, against the project."""

import json
import re
import tomllib

import pytest

from pipeline import __version__
from tests.deploy import compose

TEXT = (compose.ROOT / "deploy/docker/Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
INSTRUCTIONS = [line.split(maxsplit=1) for line in TEXT.splitlines() if line and not line.startswith("#")]
PROJECT = tomllib.loads((compose.ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
FINAL = INSTRUCTIONS[max(number for number, (what, _) in enumerate(INSTRUCTIONS) if what == "FROM") :]
COPIED = [
    source
    for what, words in INSTRUCTIONS
    if what == "COPY" and not words.startswith("--from=")
    for source in words.split()[:-1]
]


def only(what: str) -> str:
    """The argument of the final stage's one instruction of this kind."""
    (found,) = (words for name, words in FINAL if name == what)
    return found


def test_two_stages_on_the_same_python_that_is_new_enough() -> None:
    bases = [words for what, words in INSTRUCTIONS if what == "FROM"]
    assert len(bases) == 2
    assert bases[0].split()[1:] == ["AS", "builder"]
    assert len({base.split()[0] for base in bases}) == 1
    version = re.match(r"python:(\d+)\.(\d+)\.\d+-slim-\w+", bases[1])
    least = re.fullmatch(r">=(\d+)\.(\d+)", PROJECT["requires-python"])
    assert version
    assert least
    assert tuple(map(int, version.groups())) >= tuple(map(int, least.groups()))


def test_it_installs_what_the_project_names() -> None:
    commands = [words for what, words in INSTRUCTIONS if what == "RUN"]
    (extras,) = (found[1] for words in commands if (found := re.search(r"'\.\[([\w,]+)\]'", words)))
    assert set(extras.split(",")) == {"nlp", "sources"} <= PROJECT["optional-dependencies"].keys()
    assert f"pip install --constraint constraints.txt '.[{extras}]'" in commands


def test_it_runs_wire_and_not_as_root() -> None:
    (command,) = json.loads(only("ENTRYPOINT"))
    assert command in PROJECT["scripts"]
    user, _, group = only("USER").partition(":")
    assert user == group
    assert int(user) >= 10_000
    assert f"useradd --uid {user} " in only("RUN")
    assert only("STOPSIGNAL") == "SIGTERM"
    assert FINAL.index(["USER", only("USER")]) > max(FINAL.index(line) for line in FINAL if line[0] in {"RUN", "COPY"})


def test_labels_are_the_project() -> None:
    labels = dict(re.findall(r'org\.opencontainers\.image\.(\w+)="([^"]*)"', only("LABEL")))
    assert (labels["title"], labels["version"], labels["licenses"]) == (
        PROJECT["name"],
        __version__,
        PROJECT["license"],
    )


def test_services_are_built_from_it() -> None:
    for service in compose.services(compose.filled()).values():
        if build := service.get("build"):
            assert build == {"context": ".", "dockerfile": "deploy/docker/Dockerfile"}


def test_replaced_entry_points_are_in_the_image() -> None:
    folder = next(words.split()[-1] for what, words in FINAL if what == "COPY" and "credentials.py" in words)
    entrypoint = compose.services(compose.filled())["credentials"]["entrypoint"]
    assert entrypoint == ["python", f"{folder}credentials.py"]


@pytest.mark.parametrize("source", COPIED)
def test_what_is_copied_is_there_and_not_ignored(source: str) -> None:
    assert (compose.ROOT / source).exists()
    kept = [line[1:] for line in ignored() if line.startswith("!")]
    assert any(source == name or source.startswith(f"{name}/") for name in kept)


def test_everything_else_is_ignored() -> None:
    """So no .env and no data gets into an image."""
    assert ignored()[0] == "*"
    kept = {line[1:] for line in ignored() if line.startswith("!")}
    assert kept == {source for source in COPIED if not source.startswith("pipeline/")}


def ignored() -> list[str]:
    lines = (compose.ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]
