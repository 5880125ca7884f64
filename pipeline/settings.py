"""The settings, one frozen object. This is the only file that reads the environment.

Each field is set by the environment variable WIRE_<FIELD IN CAPITALS>. Addresses that are not set come from the local
stack's state file, which `wire up` writes, and else are the engines' usual ones.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Annotated, Literal

import msgspec
import orjson

from pipeline.errors import OperatorError

PREFIX = "WIRE_"
DATA = ".wire"
LOCAL_STATE = "local.json"
"""Name of the local stack's state file in the data folder; `kafka` and `elasticsearch` in it are addresses."""

Positive = Annotated[int, msgspec.Meta(ge=1)]


def _doc(text: str) -> dict[str, str]:
    return {"doc": text}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that can be set, with its meaning; the README's table is generated from it."""

    kafka: str = field(default="localhost:9092", metadata=_doc("Kafka brokers, host:port, comma-separated"))
    kafka_security: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = field(
        default="PLAINTEXT", metadata=_doc("Kafka security protocol")
    )
    kafka_username: str = field(default="", metadata=_doc("SASL user name"))
    kafka_password: str = field(default="", metadata=_doc("SASL password"))
    kafka_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = field(
        default="SCRAM-SHA-512", metadata=_doc("SASL mechanism")
    )
    kafka_ca: str = field(default="", metadata=_doc("CA certificate file for Kafka's TLS; empty for the system's"))
    elasticsearch: str = field(
        default="http://localhost:9200", metadata=_doc("Elasticsearch or OpenSearch URL(s), comma-separated")
    )
    elasticsearch_username: str = field(default="", metadata=_doc("user name for basic authentication"))
    elasticsearch_password: str = field(default="", metadata=_doc("password for basic authentication"))
    elasticsearch_api_key: str = field(default="", metadata=_doc("API key, instead of user name and password"))
    elasticsearch_ca: str = field(default="", metadata=_doc("CA certificate file for HTTPS; empty for the system's"))
    index: str = field(
        default="news", metadata=_doc("alias of the index; `<index>-live` is the alias of what may be seen")
    )
    index_replicas: Annotated[int, msgspec.Meta(ge=0)] = field(default=0, metadata=_doc("replicas of each shard"))
    index_shards: Positive = field(default=1, metadata=_doc("primary shards of a new index"))
    partitions: Positive = field(default=4, metadata=_doc("partitions of a new topic: the most workers of a stage"))
    replication: Positive = field(default=1, metadata=_doc("replication factor of a new topic"))
    raw_days: Positive = field(default=30, metadata=_doc("days that raw bytes and parsed stories are kept"))
    dead_letter_days: Positive = field(default=90, metadata=_doc("days that dead letters are kept"))
    max_item_mb: Positive = field(
        default=10, metadata=_doc("largest item that is parsed; larger ones are dead letters")
    )
    nlp_processes: Annotated[int, msgspec.Meta(ge=0)] = field(
        default=0, metadata=_doc("processes of the enrichment pool; 0 for one a core")
    )
    health_port: Annotated[int, msgspec.Meta(ge=0, le=65535)] = field(
        default=0,
        metadata=_doc(
            "port on which workers and `wire feeds run` answer /healthz, the latter also /metrics; 0 for none"
        ),
    )
    feeds: str = field(default="feeds.toml", metadata=_doc("file of the feeds that `wire feeds` runs"))
    contact: str = field(
        default="", metadata=_doc("URL or mail address in the User-Agent, for the people whose servers are polled")
    )
    push_address: str = field(default="127.0.0.1:8600", metadata=_doc("host:port where pushed items are taken in"))
    data: str = field(default=DATA, metadata=_doc("folder of the local stack, of worker state and of logs"))
    cache: str = field(
        default="~/.cache/wire-pipeline", metadata=_doc("folder of the downloaded engines; below XDG_CACHE_HOME if set")
    )
    log_level: Literal["debug", "info", "warning", "error"] = field(default="info", metadata=_doc("least level logged"))


def variable(name: str) -> str:
    """The environment variable of the field `name`."""
    return PREFIX + name.upper()


def load(environment: Mapping[str, str] | None = None, **given: str | None) -> Settings:
    """Settings from `given` (command-line options, None for not given), the environment, and the local stack.

    Raises OperatorError naming the variable whose value is wrong.
    """
    environment = os.environ if environment is None else environment
    names = [f.name for f in fields(Settings)]
    set_by_hand = {name: environment[variable(name)] for name in names if environment.get(variable(name))}
    set_by_hand |= {name: value for name, value in given.items() if value is not None}
    folder = Path(set_by_hand.get("data", DATA))
    try:
        return msgspec.convert(_local(folder) | _cache(environment) | set_by_hand, Settings, strict=False)
    except msgspec.ValidationError as error:
        reason, _, path = str(error).partition(" - at `$.")
        raise OperatorError(f"The setting {variable(path.rstrip('`'))} is wrong: {reason}.") from error


def given_by_environment(environment: Mapping[str, str] | None = None) -> frozenset[str]:
    """The fields whose variable is set, e.g. {'kafka'} where an external Kafka is named."""
    environment = os.environ if environment is None else environment
    return frozenset(f.name for f in fields(Settings) if environment.get(variable(f.name)))


def secret(text: str) -> str:
    """The secret that a field of feeds.toml names: 'env:NAME' a variable, 'file:PATH' a file's first line, else itself.

    Raises OperatorError when the variable or the file is missing or empty; the sentence never holds a secret.
    """
    where, _, name = text.partition(":")
    if where == "env":
        if found := os.environ.get(name, ""):
            return found
        raise OperatorError(f"The environment variable {name}, which is to hold a secret, is not set.")
    if where == "file":
        try:
            found = Path(name).expanduser().read_text(encoding="utf-8").partition("\n")[0].rstrip("\r")
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
            raise OperatorError(f"The secret in {name} cannot be read: {reason}.") from error
        if found:
            return found
        raise OperatorError(f"The file {name}, which is to hold a secret, is empty.")
    return text


def _local(folder: Path) -> dict[str, str]:
    try:
        state = orjson.loads((folder / LOCAL_STATE).read_bytes())
        return {name: state[name] for name in ("kafka", "elasticsearch") if isinstance(state.get(name), str)}
    except (OSError, orjson.JSONDecodeError, AttributeError):
        return {}


def _cache(environment: Mapping[str, str]) -> dict[str, str]:
    base = environment.get("XDG_CACHE_HOME", "")
    return {"cache": str(Path(base) / "wire-pipeline")} if Path(base).is_absolute() else {}


def child_environment(settings: Settings) -> dict[str, str]:
    """This process's environment with every setting in it, for processes that we start."""
    values = {variable(f.name): str(getattr(settings, f.name)) for f in fields(Settings)}
    return dict(os.environ) | {name: value for name, value in values.items() if value}
