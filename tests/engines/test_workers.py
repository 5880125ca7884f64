"""Workers stopped, killed and doubled in the middle of their work: what they had in hand is done again, nothing else.

Each test has a pipeline of its own, on the spare broker.
"""

import signal
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import orjson
import psutil
import pytest

from benchmarks.corpus import items
from pipeline.bus.admin import admin, lags
from pipeline.bus.reader import read
from pipeline.flow import FLOW
from pipeline.messages import Send
from pipeline.search.client import connect
from pipeline.settings import Settings
from pipeline.stages.parse import parse
from pipeline.stages.runner import EXIT_STOP
from pipeline.story import decode
from pipeline.topics import ENRICHED, MEGABYTE, PARSED, RAW, STORIES
from tests.engines.support import Said, documents, end, eventually, family, put, started, wire

pytestmark = pytest.mark.engines

STOPPED = {0, EXIT_STOP}
READS = {stage.name: next(source for source in stage.reads if source.priority == "live") for stage in FLOW}
"""The live lane of each stage."""


def feed(settings: Settings, number: int) -> None:
    """Put short stories, all different, into wire.raw."""
    corpus = items(number, seed=7, short=True)
    put(settings, (Send(topic=RAW, key=None, value=each.data, headers={"name": each.name}) for each in corpus))


def parsed(settings: Settings, number: int) -> list[Send]:
    """As `feed`, and what the parse stage makes of them in wire.parsed, without a worker."""
    feed(settings, number)
    sends = [each for message in read(settings, RAW) for each in parse(message, "live", MEGABYTE).sends]
    put(settings, sends)
    return sends


def count(settings: Settings, topic: str) -> int:
    """How many messages were put into a topic."""
    (lag,) = lags(settings, {"nobody": (topic,)})
    return lag.end


def written(settings: Settings) -> int:
    """How many documents were written to the index."""
    with connect(settings) as client:
        answer = client.indices.stats(index=settings.index, metric="indexing")
    return int(answer["_all"]["primaries"]["indexing"]["index_total"])


def behind(settings: Settings, stage: str) -> int:
    """How many messages the stage has not acknowledged."""
    (lag,) = lags(settings, {f"wire-{stage}": (READS[stage].topic,)})
    return lag.behind


def copies(settings: Settings, topic: str) -> Counter[str]:
    """How often each story is in a topic."""
    return Counter(decode(message.value).uri for message in read(settings, topic))


def stopped_in_the_middle(settings: Settings, stage: str, folder: Path, effect: Callable[[], int]) -> None:
    """Run a worker until there is some effect of it, and end it; it must have left something to do."""
    with started(settings, folder / f"{stage}.log", "worker", stage) as process:
        eventually(effect)
        assert end(process) in STOPPED
    assert behind(settings, stage) > 0


def finished(settings: Settings, stage: str, folder: Path) -> None:
    """Run a worker until nothing is left to do, and end it."""
    with started(settings, folder / f"{stage}-again.log", "worker", stage) as process:
        eventually(lambda: behind(settings, stage) == 0, 60)
        assert end(process) == 0


def audit(settings: Settings, *arguments: str) -> Said:
    return wire(settings, "audit", *arguments)


def test_what_nobody_parsed_is_unaccounted_for(stopped: Settings) -> None:
    feed(stopped, 70)
    report = audit(stopped, "--wait", "1", "--json")
    assert report.code == 1
    found = orjson.loads(report.out)
    assert (found["messages"], found["outcomes"]["unaccounted"]) == (70, 70)
    reasons = {(lost["reason"], lost["message"].split("/")[0]) for lost in found["unaccounted"]}
    assert reasons == {("It was received and not parsed.", RAW)}
    assert {lost["name"] for lost in found["unaccounted"]} == {each.name for each in items(70, seed=7, short=True)}
    table = audit(stopped)
    assert table.code == 1
    assert table.out.count(b"It was received and not parsed.") == 50
    assert "... and 20 more; --json lists all." in table.err


def test_what_was_parsed_and_went_no_further_is_unaccounted_for(stopped: Settings) -> None:
    parsed(stopped, 5)
    report = audit(stopped, "--json")
    assert report.code == 1
    lost = orjson.loads(report.out)["unaccounted"]
    assert len(lost) == 5
    assert all(each["reason"].endswith("was parsed and is neither held nor in the index.") for each in lost)


def test_a_parse_worker_stopped_at_work(stopped: Settings, tmp_path: Path) -> None:
    number = 6_000
    feed(stopped, number)
    stopped_in_the_middle(stopped, "parse", tmp_path, lambda: count(stopped, PARSED))
    finished(stopped, "parse", tmp_path)
    found = copies(stopped, PARSED)
    assert len(found) == number
    assert found.total() - number <= READS["parse"].batch


def test_an_enrich_worker_stopped_at_work(stopped: Settings, tmp_path: Path) -> None:
    number = len(parsed(stopped, 600))
    settings = replace(stopped, nlp_processes=2)
    stopped_in_the_middle(settings, "enrich", tmp_path, lambda: count(stopped, ENRICHED))
    finished(settings, "enrich", tmp_path)
    found = copies(stopped, ENRICHED)
    assert len(found) == number
    assert found.total() - number <= READS["enrich"].batch


def test_an_index_worker_stopped_at_work(stopped: Settings, tmp_path: Path) -> None:
    sends = parsed(stopped, 5_000)
    put(stopped, (replace(each, topic=STORIES) for each in sends))
    stopped_in_the_middle(stopped, "index", tmp_path, lambda: written(stopped))
    finished(stopped, "index", tmp_path)
    assert len(documents(stopped)) == len(sends)


def test_two_workers_share_a_stage_and_one_is_killed(stopped: Settings, tmp_path: Path) -> None:
    number = len(parsed(stopped, 1_000))
    with (
        started(stopped, tmp_path / "first.log", "worker", "enrich") as first,
        started(stopped, tmp_path / "second.log", "worker", "enrich") as second,
    ):
        eventually(lambda: assignments(stopped, "wire-enrich") == [1, 1])
        at_work = behind(stopped, "enrich")
        eventually(lambda: behind(stopped, "enrich") < at_work)
        children = family(first)
        assert len(children) > 1
        first.send_signal(signal.SIGKILL)
        first.wait()
        assert behind(stopped, "enrich") > 0
        _, left = psutil.wait_procs(children, 5)
        assert left == []
        eventually(lambda: behind(stopped, "enrich") == 0, 60)
        assert end(second) == 0
    assert len(copies(stopped, ENRICHED)) == number


def assignments(settings: Settings, group: str) -> list[int]:
    """How many partitions of the live topic each member of the group has."""
    topic = READS[group.removeprefix("wire-")].topic
    with admin(settings) as client:
        members = client.describe_groups([group])[group]["members"]
    return sorted(
        len(each["partitions"])
        for member in members
        for each in (member["member_assignment"] or {}).get("assigned_partitions", [])
        if each["topic"] == topic
    )
