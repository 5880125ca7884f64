"""Two pipelines: one that runs for the whole session, and a broker of its own for what hurts.

Topics and consumer groups have fixed names, so a broker holds one pipeline: the session's Kafka is used by the tests
that leave it running, the spare one by those that stop workers, take topics away or kill it.
"""

from collections.abc import Generator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.bus import admin
from pipeline.search.client import connect
from pipeline.search.setup import ensure
from pipeline.settings import Settings
from pipeline.topics import topics
from tests.engines.support import LOGS, Spare, drop_index, drop_topics, end, eventually, started, unused_index

TAIL = 6_000
"""Characters of a log that are shown when a test fails."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add the end of every log to the report of a test that failed."""
    report = yield
    if report.failed:
        report.sections += [(str(log), log.read_text(errors="replace")[-TAIL:]) for log in LOGS]
    return report


@pytest.fixture(scope="session")
def settings(kafka: str, opensearch: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """The session's pipeline, set up; `running` starts it."""
    folder = tmp_path_factory.mktemp("pipeline")
    chosen = Settings(
        kafka=kafka,
        elasticsearch=opensearch,
        index=unused_index(),
        partitions=2,
        nlp_processes=1,
        data=str(folder),
    )
    with admin.admin(chosen) as client:
        if set(client.list_topics()) & {topic.name for topic in topics(chosen)}:
            pytest.skip("The Kafka that WIRE_TEST_KAFKA names has a pipeline of its own.")
    try:
        set_up(chosen)
        yield chosen
    finally:
        drop_topics(chosen)
        drop_index(chosen)


def set_up(settings: Settings) -> None:
    """Topics and index, as `wire setup` makes them."""
    admin.ensure(settings)
    with connect(settings) as client:
        ensure(client, settings)


@pytest.fixture(scope="session")
def running(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """The session's pipeline with `wire run` at work; ended with SIGTERM, which must leave no process behind."""
    log = tmp_path_factory.mktemp("run") / "workers.log"
    with started(settings, log, "run") as process:
        eventually(lambda: b"Running parse" in log.read_bytes())
        yield settings
        assert end(process, 15) == 0


@pytest.fixture(scope="session")
def spare(tmp_path_factory: pytest.TempPathFactory, engine_cache: Path) -> Iterator[Spare]:
    """A Kafka of these tests' own. Who kills it starts it again."""
    with Spare(tmp_path_factory.mktemp("spare"), engine_cache) as broker:
        yield broker


@pytest.fixture
def bare(spare: Spare, opensearch: str, tmp_path: Path) -> Iterator[Settings]:
    """A pipeline before `wire setup`: a broker without its topics, an engine without its index."""
    chosen = Settings(
        kafka=spare.address,
        elasticsearch=opensearch,
        index=unused_index(),
        partitions=2,
        nlp_processes=1,
        data=str(tmp_path),
    )
    drop_topics(chosen)
    yield chosen
    drop_topics(replace(chosen, kafka=spare.address))
    drop_index(chosen)


@pytest.fixture
def stopped(bare: Settings) -> Settings:
    """A pipeline after `wire setup`, of which nothing runs."""
    set_up(bare)
    return bare
