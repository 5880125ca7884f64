"""Settings: what wins, and what is said of a wrong one."""

from dataclasses import fields
from pathlib import Path

import orjson
import pytest

from pipeline import settings
from pipeline.errors import OperatorError
from pipeline.settings import LOCAL_STATE, Settings, child_environment, given_by_environment, load, secret, variable


@pytest.fixture
def stack(tmp_path: Path) -> Path:
    (tmp_path / LOCAL_STATE).write_bytes(
        orjson.dumps({"kafka": "127.0.0.1:9190", "elasticsearch": "http://127.0.0.1:9230"})
    )
    return tmp_path


def test_without_anything_the_defaults_hold(tmp_path: Path) -> None:
    loaded = load({"WIRE_DATA": str(tmp_path)})
    assert (loaded.kafka, loaded.elasticsearch) == ("localhost:9092", "http://localhost:9200")


def test_the_local_stack_is_found(stack: Path) -> None:
    loaded = load({"WIRE_DATA": str(stack)})
    assert (loaded.kafka, loaded.elasticsearch) == ("127.0.0.1:9190", "http://127.0.0.1:9230")


def test_the_environment_wins_over_the_local_stack(stack: Path) -> None:
    assert load({"WIRE_DATA": str(stack), "WIRE_KAFKA": "broker:9092"}).kafka == "broker:9092"


def test_an_option_wins_over_the_environment(stack: Path) -> None:
    loaded = load({"WIRE_DATA": "/nowhere"}, data=str(stack))
    assert loaded.data == str(stack)
    assert loaded.kafka == "127.0.0.1:9190"


@pytest.mark.parametrize("state", [b"", b"{", b"[]", b"null", b'{"kafka": 7}', b"\xff"])
def test_a_broken_state_file_is_none(tmp_path: Path, state: bytes) -> None:
    (tmp_path / LOCAL_STATE).write_bytes(state)
    assert load({"WIRE_DATA": str(tmp_path)}).kafka == "localhost:9092"


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("WIRE_PARTITIONS", "0", "WIRE_PARTITIONS is wrong: Expected `int` >= 1"),
        ("WIRE_PARTITIONS", "many", "WIRE_PARTITIONS is wrong: Expected `int`"),
        ("WIRE_LOG_LEVEL", "loud", "WIRE_LOG_LEVEL is wrong: Invalid enum value 'loud'"),
        ("WIRE_HEALTH_PORT", "70000", "WIRE_HEALTH_PORT is wrong: Expected `int` <= 65535"),
    ],
)
def test_a_wrong_value_is_named(name: str, value: str, says: str) -> None:
    with pytest.raises(OperatorError, match=says):
        load({name: value})


def test_an_empty_variable_is_not_set() -> None:
    assert load({"WIRE_PARTITIONS": ""}).partitions == 4
    assert given_by_environment({"WIRE_KAFKA": "", "WIRE_ELASTICSEARCH": "http://x"}) == {"elasticsearch"}


def test_a_child_gets_every_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WIRE_KAFKA", "elsewhere:1")
    wanted = load({"WIRE_KAFKA": "broker:9092", "WIRE_PARTITIONS": "9", "WIRE_INDEX": "other"})
    assert load(child_environment(wanted)) == wanted


def test_every_setting_says_what_it_is() -> None:
    assert all(field.metadata["doc"] for field in fields(Settings))
    assert {variable(field.name) for field in fields(Settings)} >= {settings.PREFIX + "KAFKA"}


def test_a_secret_is_itself_or_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WIRE_TEST_SECRET", "of the environment")
    (tmp_path / "secret").write_text("of the file\r\nsecond line\n")
    named = ("plain:text", "env:WIRE_TEST_SECRET", f"file:{tmp_path / 'secret'}")
    assert [secret(text) for text in named] == ["plain:text", "of the environment", "of the file"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("env:WIRE_NO_SUCH", "The environment variable WIRE_NO_SUCH, which is to hold a secret, is not set."),
        ("file:{}/none", "The secret in {}/none cannot be read: No such file or directory."),
        ("file:{}/empty", "The file {}/empty, which is to hold a secret, is empty."),
        ("file:{}/bytes", "The secret in {}/bytes cannot be read: it is not UTF-8."),
    ],
)
def test_a_secret_that_is_not_there(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "empty").write_bytes(b"\n")
    (tmp_path / "bytes").write_bytes(b"\xff\n")
    with pytest.raises(OperatorError) as raised:
        secret(text.format(tmp_path))
    assert str(raised.value) == says.format(tmp_path)
