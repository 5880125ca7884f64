"""An own Kafka, search engine and worker of each stage for a benchmark, in a temporary folder."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from benchmarks.corpus import CorpusItem
from pipeline import settings as configuration
from pipeline.bus import admin
from pipeline.bus.producer import DurableProducer
from pipeline.cli.audit import wait_for_stages
from pipeline.cli.console import err, say
from pipeline.cli.supervisor import Supervisor
from pipeline.errors import OperatorError, TransientError
from pipeline.flow import FLOW
from pipeline.local import stack
from pipeline.messages import Send
from pipeline.search.client import connect
from pipeline.search.setup import ensure
from pipeline.settings import Settings, child_environment
from pipeline.topics import RAW

FEED = "benchmark"
LOG = "workers.log"
LIMIT = 1800.0
"""Seconds until the stages must have caught up."""


@contextmanager
def engines(folder: Path) -> Iterator[Settings]:
    """An own Kafka and search engine, set up, with no worker yet."""
    say("Starting Kafka and OpenSearch")
    settings = configuration.load(data=str(folder))
    try:
        found = stack.start(folder, Path(settings.cache).expanduser(), usual_ports=False)
        assert found.kafka
        assert found.elasticsearch
        settings = replace(settings, kafka=found.kafka, elasticsearch=found.elasticsearch)
        admin.ensure(settings)
        with connect(settings) as client:
            ensure(client, settings)
        yield settings
    finally:
        stack.stop(folder)


@contextmanager
def pipeline(folder: Path) -> Iterator[tuple[Settings, Supervisor]]:
    """The same with a worker of each stage."""
    stages = [stage.name for stage in FLOW]
    with (
        engines(folder) as settings,
        Supervisor(stages, child_environment(settings), folder / LOG) as workers,
    ):
        yield settings, workers


@contextmanager
def producing(settings: Settings) -> Iterator[DurableProducer]:
    """A producer of which nothing may be refused; on leaving all is acknowledged."""
    refusals: list[str] = []
    with DurableProducer(
        settings,
        on_ack=lambda _: None,
        on_refused=lambda _, error: refusals.append(error.cause),
        on_wait=lambda _: None,
    ) as producer:
        yield producer
    assert not refusals, refusals


def feed(settings: Settings, items: Sequence[CorpusItem], spread: float) -> None:
    """Send the items evenly over `spread` seconds."""
    refusals: list[str] = []
    with (
        err.status("Feeding") as status,
        DurableProducer(
            settings,
            on_ack=lambda _: None,
            on_refused=lambda _, error: refusals.append(error.cause),
            on_wait=lambda seconds: status.update(f"Feeding: waiting {seconds:.0f} s for Kafka"),
        ) as producer,
    ):
        began = time.monotonic()
        for number, item in enumerate(items):
            time.sleep(max(0.0, began + spread * number / len(items) - time.monotonic()))
            headers = {"feed": FEED, "name": item.name}
            producer.send(Send(topic=RAW, key=item.name.encode(), value=item.data, headers=headers))
            status.update(f"Feeding: {number + 1} of {len(items)}")
    assert not refusals, refusals


def caught_up(settings: Settings, workers: Supervisor) -> None:
    end = time.monotonic() + LIMIT
    with err.status("Waiting for the stages"):
        while True:
            workers.tend()
            try:
                if wait_for_stages(settings, 1):
                    return
            except TransientError:
                time.sleep(0.5)
            if time.monotonic() > end:
                raise OperatorError(f"The stages did not catch up in {LIMIT:.0f} s.")
