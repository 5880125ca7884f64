"""docker-compose.yml as Compose reads it: variables put in, what is left without a value left out."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
FILE = ROOT / "docker-compose.yml"
_VARIABLE = re.compile(r"\$(?:(\$)|\{(\w+)(?:(:[-?])([^}]*))?\}|)")


class UnsetError(Exception):
    """A variable that Compose refuses to go on without; `name`, and the sentence it says."""

    def __init__(self, name: str, sentence: str) -> None:
        super().__init__(sentence)
        self.name = name


def interpolate(text: str, variables: Mapping[str, str]) -> str:
    """`text` with $$, ${NAME}, ${NAME:-default} and ${NAME:?sentence} resolved; other forms are not ours."""

    def value(found: re.Match[str]) -> str:
        dollar, name, how, word = found.groups()
        if dollar:
            return "$"
        assert name, f"{text!r} has a $ that Compose takes for a variable"
        if variables.get(name):
            return variables[name]
        if how == ":-":
            return str(word)
        raise UnsetError(name, word or "")

    return _VARIABLE.sub(value, text)


def resolved(value: Any, variables: Mapping[str, str]) -> Any:
    """A YAML value with its texts interpolated; a key without value takes the variable of its name, or goes."""
    if isinstance(value, str):
        return interpolate(value, variables)
    if isinstance(value, list):
        return [resolved(item, variables) for item in value]
    if isinstance(value, dict):
        filled = {key: variables.get(key) if item is None else item for key, item in value.items()}
        return {key: resolved(item, variables) for key, item in filled.items() if item is not None}
    return value


def services(variables: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """The services by name. Raises UnsetError for the first required variable that is missing."""
    found: dict[str, dict[str, Any]] = resolved(document()["services"], variables)
    for service in found.values():
        service["environment"] = {name: str(value) for name, value in service["environment"].items()}
    return found


def document() -> dict[str, Any]:
    """The file as it is written."""
    found: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return found


def uses() -> dict[str, set[str]]:
    """Every variable of the services -> how it is used: '' plain, ':-' with a default, ':?' required."""
    found: dict[str, set[str]] = {}
    for text in _texts(document()["services"]):
        for dollar, name, how, _ in _VARIABLE.findall(text):
            if not dollar:
                found.setdefault(name, set()).add(how)
    return found


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for item in value.values() for text in _texts(item)]
    if isinstance(value, list):
        return [text for item in value for text in _texts(item)]
    return [value] if isinstance(value, str) else []


def example() -> dict[str, str]:
    """The variables of .env.example."""
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def filled() -> dict[str, str]:
    """.env as a person makes it of the example: a value of its own for each variable."""
    return {name: f"{name.lower()}-0123456789-0123456789" for name in example()}
