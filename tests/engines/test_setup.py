"""`wire setup`, and what the rest does before it."""

import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest
from kafka.admin import ConfigResource, ConfigResourceType

from pipeline.bus.admin import admin, ensure
from pipeline.errors import EXIT_OPERATOR
from pipeline.flow import FLOW
from pipeline.settings import Settings, child_environment
from pipeline.topics import DAY_MS, topics
from tests.engines.support import command, wire

pytestmark = pytest.mark.engines

STAGES = [stage.name for stage in FLOW]


def configuration(settings: Settings) -> dict[str, dict[str, str]]:
    """What is configured for each of the pipeline's topics."""
    resources = [ConfigResource(ConfigResourceType.TOPIC, topic.name, None) for topic in topics(settings)]
    with admin(settings) as client:
        found: dict[str, dict[str, Any]] = client.describe_configs(resources, config_filter="all")["topic"]
    return {name: {key: entry["value"] for key, entry in entries.items()} for name, entries in found.items()}


def partitions(settings: Settings) -> dict[str, int]:
    names = [topic.name for topic in topics(settings)]
    with admin(settings) as client:
        return {each["name"]: len(each["partitions"]) for each in client.describe_topics(names)}


def changes(settings: Settings) -> list[str]:
    said = wire(settings, "setup", "--json")
    assert said.code == 0, said.err
    found: list[str] = orjson.loads(said.out)
    return found


def test_nothing_starts_without_topics(bare: Settings, tmp_path: Path) -> None:
    item = tmp_path / "item.txt"
    item.write_text("LIMA (Agency) - A strike.")
    refused = [*(("worker", stage) for stage in STAGES), ("run",), ("feed", str(item)), ("audit",)]
    at_once = [
        subprocess.Popen(command(*arguments), env=child_environment(bare), stderr=subprocess.PIPE)
        for arguments in refused
    ]
    for arguments, process in zip(refused, at_once, strict=True):
        _, err = process.communicate(timeout=60)
        code = EXIT_OPERATOR if arguments[0] == "worker" else 1
        assert (process.returncode, b"`wire setup` first" in err) == (code, True), (arguments, err)
    status = orjson.loads(wire(bare, "status", "--json").out)
    assert not status["well"]
    assert "wire.raw" in status["kafka"]


def test_the_index_worker_does_not_start_without_the_index(bare: Settings) -> None:
    ensure(bare)
    said = wire(bare, "worker", "index")
    assert (said.code, "Run `wire setup` first: there is no index" in said.err) == (EXIT_OPERATOR, True), said.err


def test_a_second_setup_changes_nothing(bare: Settings) -> None:
    first = changes(bare)
    assert {f"{topic.name}: created with {topic.partitions or 2} partitions." for topic in topics(bare)} < set(first)
    assert f"Created the index {bare.index}-v1." in first
    before = configuration(bare)
    assert before["wire.stories"]["cleanup.policy"] == "compact"
    assert before["wire.raw"]["retention.ms"] == str(30 * DAY_MS)
    assert before["wire.dead-letter"]["retention.ms"] == str(90 * DAY_MS)
    again = wire(bare, "setup")
    assert (again.code, again.err) == (0, "Nothing to change: topics and index are as they should be.\n")
    assert configuration(bare) == before
    status = wire(bare, "status")
    assert (status.code, status.err) == (0, ""), status.out


def test_what_differs_is_corrected_and_said(stopped: Settings) -> None:
    with admin(stopped) as client:
        wrong = {"cleanup.policy": "delete", "max.message.bytes": "1000"}
        client.alter_configs([ConfigResource(ConfigResourceType.TOPIC, "wire.stories", wrong)])
    more = replace(stopped, partitions=3, raw_days=7)
    said = changes(more)
    assert "wire.raw: partitions 2 -> 3." in said
    assert f"wire.raw: retention.ms {30 * DAY_MS} -> {7 * DAY_MS}." in said
    assert "wire.stories: cleanup.policy delete -> compact." in said
    assert {name: count for name, count in partitions(more).items() if count != 3} == {"wire.fingerprints": 1}
    assert configuration(more)["wire.stories"]["cleanup.policy"] == "compact"
    assert changes(more) == []
    assert changes(replace(more, partitions=1)) == []
    assert {name: count for name, count in partitions(more).items() if count != 3} == {"wire.fingerprints": 1}
