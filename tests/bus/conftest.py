"""Topics of the tests' own, on the session's Kafka and on one that may be killed."""

import gc
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from pipeline.bus.admin import admin
from pipeline.settings import Settings
from tests.engines.support import Spare

NewTopic = Callable[..., str]


def create(settings: Settings, partitions: int = 1, **configuration: str) -> str:
    """A new topic, with '.' written as '_' in its configuration."""
    name = f"test-{uuid4().hex[:12]}"
    configs = {key.replace("_", "."): value for key, value in configuration.items()}
    with admin(settings) as client:
        topic = {"num_partitions": partitions, "replication_factor": 1, "configs": configs}
        client.create_topics({name: topic}, wait_for_metadata=True)
    return name


@pytest.fixture(autouse=True)
def _collected() -> Iterator[None]:
    """kafka-python leaves the sockets that it could not connect to the garbage collector, which warns of them."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "unclosed <socket", ResourceWarning)
        yield
        gc.collect()


@pytest.fixture
def settings(kafka: str) -> Settings:
    return Settings(kafka=kafka)


@pytest.fixture(scope="module")
def spare(tmp_path_factory: pytest.TempPathFactory, engine_cache: Path) -> Iterator[Spare]:
    """A Kafka of these tests' own. Who kills it starts it again."""
    with Spare(tmp_path_factory.mktemp("spare"), engine_cache) as broker:
        yield broker


@pytest.fixture
def new_topic() -> NewTopic:
    """Creates topics."""
    return create
