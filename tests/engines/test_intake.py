"""`wire feeds` and `wire watch` on a real Kafka: what is taken arrives, whatever dies in between."""

import http.client
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest

from benchmarks.writers import copy_of, iptc_7901
from pipeline.bus.reader import read
from pipeline.formats.base import Item
from pipeline.intake.cursors import states
from pipeline.local.ports import any_free
from pipeline.messages import Send
from pipeline.settings import Settings
from pipeline.stages.parse import parse, parse_item
from pipeline.topics import DEAD_LETTER, MEGABYTE, RAW, RAW_BULK
from tests.engines.support import SEEDS, Spare, end, eventually, letters, put, started, wire

pytestmark = pytest.mark.engines

SAMPLE = SEEDS / "01-peru-mining-strike.txt"


def names(settings: Settings, topic: str = RAW) -> list[str]:
    """The names of what came, in a list, so that what came twice shows."""
    return sorted(message.headers["name"] for message in read(settings, topic))


def drop(folder: Path, number: int, first: int = 0) -> list[str]:
    """Put files into a folder; their names."""
    made = [f"{each:04}.txt" for each in range(first, first + number)]
    for name in made:
        (folder / f".{name}").write_text(f"LIMA (Agency) - Strike number {name}.")
        (folder / f".{name}").rename(folder / name)
    return made


def configured(settings: Settings, folder: Path, **more: object) -> Settings:
    """With a file of one feed, a drop folder."""
    (folder / "in").mkdir()
    fields = {"id": "drop", "kind": "folder", "path": str(folder / "in"), "settle": 0, "every": 0.2} | more
    lines = [f"{name} = {json.dumps(value)}" for name, value in fields.items()]
    (folder / "feeds.toml").write_text("\n".join(["[[feed]]", *lines]))
    return replace(settings, feeds=str(folder / "feeds.toml"))


def test_two_watchers_of_one_folder_take_each_file_once(stopped: Settings, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    watch = ("watch", str(folder), "--feed", "desk", "--bulk")
    with (
        started(stopped, tmp_path / "first.log", *watch) as first,
        started(stopped, tmp_path / "second.log", *watch) as second,
    ):
        expected = drop(folder, 300)
        eventually(lambda: len(names(stopped, RAW_BULK)) >= 300, 60)
        eventually(lambda: len(list((folder / ".wire" / "done").rglob("*.txt"))) == 300)
        assert end(first) == end(second) == 0
    assert names(stopped, RAW_BULK) == expected
    assert {message.headers["feed"] for message in read(stopped, RAW_BULK)} == {"desk"}


def test_killed_at_work_nothing_is_lost(stopped: Settings, tmp_path: Path) -> None:
    settings = configured(stopped, tmp_path)
    expected = drop(tmp_path / "in", 3_000)
    for number in range(3):
        with started(settings, tmp_path / f"{number}.log", "feeds", "run") as process:
            eventually(lambda: len(names(stopped)) > 500 * (number + 1), 60)  # noqa: B023
            process.kill()
    with started(settings, tmp_path / "last.log", "feeds", "run") as process:
        eventually(lambda: not list((tmp_path / "in").glob("*.txt")), 60)
        eventually(lambda: set(names(stopped)) == set(expected), 60)
        assert end(process) == 0
    assert not list((tmp_path / "in" / ".wire" / "processing").iterdir())


def test_a_broker_away_is_waited_for(stopped: Settings, spare: Spare, tmp_path: Path) -> None:
    settings = configured(stopped, tmp_path)
    with started(settings, tmp_path / "feeds.log", "feeds", "run") as process:
        expected = drop(tmp_path / "in", 10)
        eventually(lambda: len(names(stopped)) == 10)
        spare.kill()
        try:
            expected += drop(tmp_path / "in", 10, first=10)
            eventually(lambda: list((tmp_path / "in" / ".wire" / "processing").rglob("*.txt")))
        finally:
            spare.restart()
        eventually(lambda: set(names(stopped)) == set(expected), 60)
        eventually(lambda: not list((tmp_path / "in" / ".wire" / "processing").rglob("*.txt")))
        spare.kill()
        try:
            drop(tmp_path / "in", 5, first=20)
            eventually(lambda: list((tmp_path / "in" / ".wire" / "processing").rglob("*.txt")))
            assert end(process) == 0
        finally:
            spare.restart()


def test_how_feeds_fare_is_shown_and_counted(stopped: Settings, tmp_path: Path) -> None:
    settings = configured(stopped, tmp_path, silent_after=3600, rights="For the desk.")
    with (tmp_path / "feeds.toml").open("a") as file:
        file.write('\n[[feed]]\nid = "gone"\nkind = "folder"\npath = "/nowhere/at/all"\n')
    settings = replace(settings, health_port=any_free(), max_item_mb=1)
    drop(tmp_path / "in", 3)
    (tmp_path / "in" / "large.txt").write_bytes(b"x" * (MEGABYTE + 1))
    with started(settings, tmp_path / "feeds.log", "feeds", "run") as process:
        eventually(lambda: "gone" in states(stopped) and states(stopped)["gone"].failing)
        eventually(lambda: "drop" in states(stopped) and states(stopped)["drop"].items == 4)
        metrics = _get(settings.health_port)
        assert end(process) == 0
    assert 'wire_feed_items_total{feed="drop"} 4.0' in metrics
    assert 'wire_feed_failing{feed="gone"} 1.0' in metrics
    (letter,) = letters(stopped, stage="feed")
    assert letter.headers["original.rights"] == "For the desk."
    assert len(list(read(stopped, DEAD_LETTER))) == 1
    said = wire(settings, "feeds", "status", "--json")
    found = {each["feed"]: each for each in map(orjson.loads, said.out.splitlines())}
    assert said.code == 1
    assert (found["drop"]["state"], found["drop"]["items"]) == ("ok", 4)
    assert (found["gone"]["state"], found["gone"]["why"]) == ("failing", "There is no folder /nowhere/at/all.")
    checked = wire(settings, "feeds", "check")
    assert checked.code == 1
    assert "There is no folder" in " ".join(checked.out.decode().split())


def test_gaps_in_the_numbers_of_transmissions(stopped: Settings, tmp_path: Path) -> None:
    settings = configured(stopped, tmp_path)
    (sample,) = (story for story in parse_item(Item(data=SAMPLE.read_bytes())).stories)
    copy = copy_of(sample, time=datetime.now(UTC))
    for version in (1, 2, 6):  # numbers 111, 112, 116
        headers = {"feed": "drop", "received": datetime.now(UTC).isoformat()}
        put(settings, [Send(topic=RAW, key=None, value=iptc_7901(replace(copy, version=version)), headers=headers)])
    put(settings, [send for message in read(settings, RAW) for send in parse(message, "live", MEGABYTE).sends])
    said = wire(settings, "feeds", "status", "--json")
    (gap,) = orjson.loads(said.out)["gaps"]
    assert (gap["channel"], gap["first"], gap["last"]) == ("mpw", 113, 115)
    table = wire(settings, "feeds", "status").out.decode()
    assert "drop: Numbers 113 to 115 of mpw did not come" in " ".join(table.split())


def _get(port: int) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", "/metrics")
        return connection.getresponse().read().decode()
    finally:
        connection.close()
