"""The real engines for the tests, in a temporary folder and on ports that nobody else wants.

WIRE_TEST_KAFKA (host:port) and WIRE_TEST_OPENSEARCH (URL) name running ones instead; WIRE_TEST_ELASTICSEARCH (URL) adds
a real Elasticsearch to the suites that run on both search engines.
"""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline import settings
from pipeline.local import stack
from pipeline.local.stack import Addresses


def pytest_configure() -> None:
    """SIGTERM ends a run as Ctrl-C does: with the fixtures torn down, so that no engine outlives it."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)


@pytest.fixture(scope="session")
def engine_cache() -> Path:
    """The folder of the engines' jars, shared by all tests; they are downloaded when it is empty."""
    return Path(settings.load().cache).expanduser()


@pytest.fixture(scope="session")
def engines(tmp_path_factory: pytest.TempPathFactory, engine_cache: Path) -> Iterator[Addresses]:
    """Kafka and OpenSearch for the whole session, those that the environment does not name."""
    kafka, search = os.environ.get("WIRE_TEST_KAFKA"), os.environ.get("WIRE_TEST_OPENSEARCH")
    data = tmp_path_factory.mktemp("engines")
    try:
        found = stack.start(data, engine_cache, kafka=not kafka, search=not search, usual_ports=False)
        yield Addresses(kafka or found.kafka, search or found.elasticsearch, found.started)
    finally:
        stack.stop(data)


@pytest.fixture(scope="session")
def kafka(engines: Addresses) -> str:
    """A real Kafka's 'host:port'. Topics are yours to name uniquely: the broker is shared."""
    assert engines.kafka
    return engines.kafka


@pytest.fixture(scope="session")
def opensearch(engines: Addresses) -> str:
    """A real OpenSearch's URL. Index names are yours to make unique: the node is shared."""
    assert engines.elasticsearch
    return engines.elasticsearch


@pytest.fixture(scope="session")
def elasticsearch_url() -> str | None:
    """A real Elasticsearch's URL, where the environment names one."""
    return os.environ.get("WIRE_TEST_ELASTICSEARCH") or None
