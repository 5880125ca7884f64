"""What the tests of the running pipeline share: the command, messages put into topics and read from them, waiting."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self, TypeVar
from uuid import uuid4

import orjson
import psutil
from elasticsearch import helpers
from kafka import KafkaProducer

from pipeline.bus.admin import admin
from pipeline.bus.connection import options
from pipeline.bus.producer import DurableProducer
from pipeline.bus.reader import read
from pipeline.cli.audit import wait_for_stages
from pipeline.local import stack
from pipeline.messages import Message, Send
from pipeline.search.client import connect
from pipeline.search.documents import document_id
from pipeline.search.setup import private_indices
from pipeline.settings import Settings, child_environment
from pipeline.topics import DEAD_LETTER, topics

SEEDS = Path(__file__).parents[2] / "seeds"
LOGS: list[Path] = []
"""The logs of everything that was started, shown when a test fails."""

T = TypeVar("T")


def eventually(condition: Callable[[], T], seconds: float = 30.0) -> T:
    """The first true value of `condition`, asked again and again; fails when there is none after `seconds`."""
    end = time.monotonic() + seconds
    while not (value := condition()):
        if time.monotonic() > end:
            raise AssertionError(f"After {seconds:.0f} s it is still {value!r}.")
        time.sleep(0.1)
    return value


@dataclass(frozen=True, slots=True)
class Said:
    """How a command ended and what it wrote."""

    code: int
    out: bytes
    err: str


def wire(settings: Settings, *arguments: str, stdin: bytes = b"", seconds: float = 60.0) -> Said:
    """Run `wire` as people do, in a process of its own, with `settings` in its environment."""
    done = subprocess.run(
        command(*arguments),
        env=child_environment(settings),
        input=stdin,
        capture_output=True,
        timeout=seconds,
        check=False,
    )
    return Said(done.returncode, done.stdout, done.stderr.decode())


def audit(settings: Settings) -> dict[str, Any]:
    """The report of `wire audit` once no stage is behind; everything must be accounted for."""
    said = wire(settings, "audit", "--wait", "90", "--json", seconds=120)
    assert said.out, said.err
    report: dict[str, Any] = orjson.loads(said.out)
    assert (said.code, report["unaccounted"]) == (0, [])
    return report


def command(*arguments: str) -> list[str]:
    """The command line of `wire`."""
    return [sys.executable, "-m", "pipeline", *arguments]


@contextmanager
def started(settings: Settings, log: Path, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """`wire` in the background, its output in `log`; killed on leaving if it still runs, and so are its children."""
    LOGS.append(log)
    with log.open("ab") as output:
        process = subprocess.Popen(
            command(*arguments),
            env=child_environment(settings),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        for each in family(process) if process.poll() is None else []:
            each.kill()
        process.wait(10)


def family(process: subprocess.Popen[bytes]) -> list[psutil.Process]:
    """The process and all that descend from it."""
    parent = psutil.Process(process.pid)
    return [parent, *parent.children(recursive=True)]


def end(process: subprocess.Popen[bytes], seconds: float = 10.0) -> int:
    """SIGTERM, and the exit code; fails when `seconds` are not enough, or when a descendant outlives it."""
    there = family(process)
    process.send_signal(signal.SIGTERM)
    code = process.wait(seconds)
    _, alive = psutil.wait_procs(there, 3.0)
    assert not alive
    return code


def write(settings: Settings, topic: str, *values: bytes | None, **given: Any) -> list[Any]:
    """Put `values` into partition 0 of `topic`, whatever they are; kafka-python's record metadata, one each."""
    producer = KafkaProducer(
        **options(settings), acks="all", compression_type="gzip", max_request_size=1 << 28, linger_ms=20
    )
    try:
        futures = [producer.send(topic, value=value, partition=0, **given) for value in values]
        return [future.get(timeout=30) for future in futures]
    finally:
        producer.close()


def put(settings: Settings, records: Iterable[Send]) -> None:
    """Send all, as the feed does; fails when one is refused."""
    refusals: list[str] = []
    with DurableProducer(
        settings,
        on_ack=lambda _: None,
        on_refused=lambda _, error: refusals.append(error.cause),
        on_wait=lambda _: None,
    ) as producer:
        for record in records:
            producer.send(record)
    assert not refusals


def caught_up(settings: Settings, seconds: float = 60.0) -> None:
    """Wait until no stage is behind."""
    assert wait_for_stages(settings, seconds)


def letters(settings: Settings, **headers: str) -> list[Message]:
    """The dead letters with these headers ('-' written as '_'), oldest first."""
    wanted = {name.replace("_", "-"): value for name, value in headers.items()}
    found = [message for message in read(settings, DEAD_LETTER) if wanted.items() <= message.headers.items()]
    return sorted(found, key=lambda message: message.timestamp)


@dataclass(frozen=True, slots=True)
class Indexed:
    """A document as the index holds it."""

    version: int
    source: Mapping[str, Any]


def documents(settings: Settings, alias: str = "") -> dict[str, Indexed]:
    """Every document of the index, or of `alias`, by uri."""
    with connect(settings) as client:
        client.indices.refresh(index=settings.index)
        query = {"query": {"match_all": {}}, "version": True}
        hits = helpers.scan(client, index=alias or settings.index, query=query)
        return {hit["_source"]["uri"]: Indexed(hit["_version"], hit["_source"]) for hit in hits}


def indexed(settings: Settings, uri: str) -> dict[str, Any] | None:
    """The document of a story, as of this moment."""
    with connect(settings) as client:
        answer = client.options(ignore_status=404).get(index=settings.index, id=document_id(uri))
    return answer["_source"] if answer.get("found") else None


class Spare:
    """A Kafka of a test's own, that may be killed; ended with its context. Who kills it starts it again."""

    def __init__(self, folder: Path, cache: Path) -> None:
        """Starts it."""
        self._folder, self._cache = folder, cache
        self.address = stack.start(folder, cache, search=False, usual_ports=False).kafka or ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def kill(self) -> None:
        """SIGKILL."""
        stack.kill(self._folder, "kafka")

    def restart(self) -> None:
        """Start it again where it was."""
        stack.restart(self._folder, self._cache, "kafka")

    def stop(self) -> None:
        """End it."""
        stack.stop(self._folder)


def unused_index() -> str:
    """A name that no other test uses."""
    return f"test-{uuid4().hex[:12]}"


def drop_index(settings: Settings) -> None:
    """Remove the indices and their templates."""
    with connect(settings) as client:
        quiet = client.options(ignore_status=404)
        for index in (*client.indices.get(index=f"{settings.index}-v*"), *private_indices(settings)):
            quiet.indices.delete(index=index)
        quiet.indices.delete_index_template(name=settings.index)
        for part in ("settings", "story", "enrichment"):
            quiet.cluster.delete_component_template(name=f"{settings.index}-{part}")


def drop_topics(settings: Settings) -> None:
    """Remove the pipeline's topics and what its consumer groups have committed."""
    with admin(settings) as client:
        there = set(client.list_topics()) & {topic.name for topic in topics(settings)}
        if there:
            client.delete_topics(sorted(there))
        groups = [group["group_id"] for group in client.list_groups() if group["group_id"].startswith("wire-")]
        if groups:
            client.delete_groups(groups)
