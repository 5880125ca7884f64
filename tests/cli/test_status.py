"""`wire status` and its like where nothing answers."""

import dataclasses

import orjson
import pytest

from pipeline.cli.main import main
from pipeline.settings import Settings, variable

NOBODY = {"WIRE_KAFKA": "127.0.0.1:1", "WIRE_ELASTICSEARCH": "http://127.0.0.1:1"}


@pytest.fixture(autouse=True)
def _nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    for field in dataclasses.fields(Settings):
        monkeypatch.delenv(variable(field.name), raising=False)
    for name, value in NOBODY.items():
        monkeypatch.setenv(name, value)


def ended(*arguments: str) -> int:
    """The exit code of `wire` with these arguments."""
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert isinstance(stop.value.code, int)
    return stop.value.code


def test_status_says_what_does_not_answer(capsys: pytest.CaptureFixture[str]) -> None:
    assert ended("status") == 1
    said = " ".join(capsys.readouterr().out.split())
    assert "Kafka at 127.0.0.1:1 does not answer" in said
    assert "The search engine does not answer: http://127.0.0.1:1" in said


def test_status_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert ended("status", "--json") == 1
    status = orjson.loads(capsys.readouterr().out)
    assert (status["well"], status["lags"]) == (False, [])
    assert status["kafka"].startswith("Kafka at 127.0.0.1:1 does not answer")
    assert status["index"].startswith("The search engine does not answer")


@pytest.mark.parametrize(
    "arguments",
    [("audit",), ("setup",), ("setup", "--wait", "1"), ("dead-letter", "list"), ("dead-letter", "show", "0/0")],
)
def test_commands_end_with_a_sentence(arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert ended(*arguments) == 1
    said = capsys.readouterr()
    assert "wire: Kafka at 127.0.0.1:1 does not answer (ConnectionRefusedError). Start the local one" in said.err
    assert said.out == ""
