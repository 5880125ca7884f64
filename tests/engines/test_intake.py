"""`wire feeds` and `wire watch` on a real Kafka: what is taken arrives, whatever dies in between."""

import gzip
import http.client
import json
import signal
import socket
import time
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest

from benchmarks.writers import copy_of, iptc_7901
from pipeline.bus.admin import admin, ensure
from pipeline.bus.reader import read
from pipeline.formats.base import Item
from pipeline.intake.cursors import State, kept, record, states
from pipeline.intake.leases import GROUP, SESSION_SECONDS
from pipeline.local.ports import any_free
from pipeline.messages import Send
from pipeline.settings import Settings
from pipeline.stages.parse import parse, parse_item
from pipeline.topics import DEAD_LETTER, MEGABYTE, RAW, RAW_BULK
from tests.engines.support import SEEDS, Spare, end, eventually, letters, put, started, wire
from tests.sources import web_server

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
    broken = gzip.compress(SAMPLE.read_bytes())[:-9]
    (tmp_path / "in" / "broken.gz").write_bytes(broken)
    with started(settings, tmp_path / "feeds.log", "feeds", "run") as process:
        eventually(lambda: "gone" in states(stopped) and states(stopped)["gone"].failing)
        eventually(lambda: "drop" in states(stopped) and states(stopped)["drop"].items == 4)
        metrics = _get(settings.health_port, "/metrics")[1].decode()
        assert _get(settings.health_port, "/healthz") == (200, b'{"feeds":2,"reasons":[]}')
        _shown(settings, "ok", f"{socket.gethostname()}/{process.pid}")
        assert end(process) == 0
    assert 'wire_feed_items_total{feed="drop"} 4.0' in metrics
    assert 'wire_feed_failing{feed="gone"} 1.0' in metrics
    found = {letter.headers["original.name"]: letter for letter in letters(stopped, stage="feed")}
    assert set(found) == {"large.txt", "broken.gz"}
    assert found["large.txt"].headers["original.rights"] == "For the desk."
    assert found["broken.gz"].value == broken
    assert "broken or cut off" in found["broken.gz"].headers["cause"]
    assert len(list(read(stopped, DEAD_LETTER))) == 2
    _shown(settings, "stopped", None)
    ids = {
        each["name"]: each["id"]
        for each in map(orjson.loads, wire(settings, "dead-letter", "list", "--json").out.splitlines())
    }
    refused = wire(settings, "dead-letter", "requeue", ids["broken.gz"])
    assert (refused.code, "is no item" in refused.err) == (1, True)
    assert "1 requeued." in wire(settings, "dead-letter", "requeue", "--all").err
    assert sorted(names(stopped)) == ["0000.txt", "0001.txt", "0002.txt", "large.txt"]


def _shown(settings: Settings, state: str, runner: str | None) -> None:
    said = wire(settings, "feeds", "status", "--json")
    found = {each["feed"]: each for each in map(orjson.loads, said.out.splitlines())}
    assert said.code == 1
    dropped = found["drop"]
    assert (dropped["state"], dropped["runner"]) == (state, runner)
    assert (dropped["items"], dropped["unreadable"], dropped["items_ever"]) == (4, 1, 4)
    assert (sum(dropped["hours"]), len(dropped["hours"]), dropped["missing"]) == (4, 24, 0)
    assert 0 <= dropped["quiet"] < 600
    assert found["gone"]["state"] == ("failing" if runner else "stopped")
    assert found["gone"]["why"] == "There is no folder /nowhere/at/all."
    checked = wire(settings, "feeds", "check")
    assert checked.code == 1
    assert "There is no folder" in " ".join(checked.out.decode().split())


def test_partitions_that_are_added_lose_no_cursor(stopped: Settings) -> None:
    feeds = [f"feed-{number}" for number in range(20)]
    for items in (1, 2, 3):
        put(stopped, [record(State(feed=feed, items=items)) for feed in feeds])
    ensure(replace(stopped, partitions=5))
    put(stopped, [record(State(feed=feed, items=4)) for feed in feeds])
    assert {state.items for state in states(stopped).values()} == {4}
    assert set(states(stopped)) == set(feeds)


def parsed(settings: Settings, *versions: int) -> None:
    """Have parsed what a service has numbered: version 1 is number 111 of the service mpw."""
    (sample,) = (story for story in parse_item(Item(data=SAMPLE.read_bytes())).stories)
    copy = copy_of(sample, time=datetime.now(UTC))
    before = len(list(read(settings, RAW)))
    for version in versions:
        headers = {"feed": "drop", "received": datetime.now(UTC).isoformat()}
        put(settings, [Send(topic=RAW, key=None, value=iptc_7901(replace(copy, version=version)), headers=headers)])
    raw = sorted(read(settings, RAW), key=lambda message: message.headers["received"])[before:]
    put(settings, [send for message in raw for send in parse(message, "live", MEGABYTE).sends])


def test_gaps_in_the_numbers_of_transmissions(stopped: Settings, tmp_path: Path) -> None:
    settings = configured(stopped, tmp_path)
    parsed(settings, 1, 2, 6)
    with started(settings, tmp_path / "feeds.log", "feeds", "run") as process:
        eventually(lambda: kept(stopped).numbers.get("drop"))
        process.kill()
    parsed(settings, 4, 9)  # while nobody runs; a fresh process goes on with what was known
    with started(settings, tmp_path / "feeds.log", "feeds", "run") as process:
        eventually(lambda: len(list(kept(stopped).numbers["drop"].gaps())) == 3, 60)
        assert end(process) == 0
    said = wire(settings, "feeds", "status", "--json")
    gaps = [(gap["channel"], gap["first"], gap["last"]) for gap in orjson.loads(said.out)["gaps"]]
    assert gaps == [("mpw", 113, 113), ("mpw", 115, 115), ("mpw", 117, 118)]
    table = wire(settings, "feeds", "status").out.decode()
    assert "drop: Numbers 117 to 118 of mpw did not come" in " ".join(table.split())


def test_the_second_runner_stands_by_and_takes_over_when_the_first_dies(stopped: Settings, tmp_path: Path) -> None:
    with web_server.served() as web:
        settings = replace(stopped, feeds=str(tmp_path / "feeds.toml"))
        feed = f'kind = "web"\nurl = "{web.url()}"\nprivate = true\nevery = 0.1\n'
        (tmp_path / "feeds.toml").write_text("".join(f'[[feed]]\nid = "{name}"\n{feed}' for name in "abc"))
        web.pages["/feed"] = [rss("1")]
        first_port, second_port = any_free(), any_free()
        run = ("feeds", "run")
        with started(replace(settings, health_port=first_port), tmp_path / "first.log", *run) as first:
            eventually(lambda: names(stopped) == ["1"] * 3)
            with started(replace(settings, health_port=second_port), tmp_path / "second.log", *run) as second:
                eventually(lambda: len(members(stopped)) == 2)
                web.pages["/feed"] = [rss("2", "1")]
                eventually(lambda: names(stopped) == ["1"] * 3 + ["2"] * 3)
                assert (_feeds(first_port), _feeds(second_port)) == (3, 0)
                first.kill()
                died = time.monotonic()
                web.pages["/feed"] = [rss("3", "2", "1")]
                eventually(lambda: _feeds(second_port) == 3)
                assert time.monotonic() - died < SESSION_SECONDS + 5
                eventually(lambda: names(stopped) == ["1"] * 3 + ["2"] * 3 + ["3"] * 3)
                assert end(second) == 0


def test_a_runner_that_was_asleep_gives_up_what_another_took(stopped: Settings, tmp_path: Path) -> None:
    settings = configured(stopped, tmp_path)
    ports = any_free(), any_free()
    with started(replace(settings, health_port=ports[0]), tmp_path / "first.log", "feeds", "run") as first:
        eventually(lambda: _feeds(ports[0]) == 1)
        with started(replace(settings, health_port=ports[1]), tmp_path / "second.log", "feeds", "run") as second:
            eventually(lambda: len(members(stopped)) == 2)
            first.send_signal(signal.SIGSTOP)
            eventually(lambda: _feeds(ports[1]) == 1)
            first.send_signal(signal.SIGCONT)
            eventually(lambda: _feeds(ports[0]) == 0)
            assert _feeds(ports[1]) == 1
            expected = drop(tmp_path / "in", 3)
            eventually(lambda: names(stopped) == expected)
            assert end(first) == end(second) == 0


def test_a_runner_that_ends_leaves_its_feeds_to_another_at_once(stopped: Settings, tmp_path: Path) -> None:
    settings = configured(stopped, tmp_path)
    with started(settings, tmp_path / "first.log", "feeds", "run") as first:
        expected = drop(tmp_path / "in", 1)
        eventually(lambda: names(stopped) == expected)
        with started(settings, tmp_path / "second.log", "feeds", "run") as second:
            eventually(lambda: len(members(stopped)) == 2)
            assert end(first) == 0
            ended = time.monotonic()
            expected += drop(tmp_path / "in", 1, first=1)
            eventually(lambda: names(stopped) == expected)
            assert time.monotonic() - ended < SESSION_SECONDS / 2
            assert end(second) == 0


def test_health_tells_when_kafka_is_away(stopped: Settings, spare: Spare, tmp_path: Path) -> None:
    settings = replace(configured(stopped, tmp_path), health_port=any_free())
    with started(settings, tmp_path / "feeds.log", "feeds", "run") as process:
        eventually(lambda: _feeds(settings.health_port) == 1)
        spare.kill()
        try:
            status, body = _get(settings.health_port, "/healthz")
            assert status == 503
            assert "cannot be reached" in orjson.loads(body)["reasons"][0]
        finally:
            spare.restart()
        eventually(lambda: _get(settings.health_port, "/healthz")[0] == 200)
        expected = drop(tmp_path / "in", 1)
        eventually(lambda: names(stopped) == expected)  # the feed is still this process's
        assert end(process) == 0


def members(settings: Settings) -> list[Any]:
    """The processes that run feeds."""
    with admin(settings) as client:
        return list(client.describe_groups([GROUP])[GROUP]["members"])


def rss(*entries: str) -> web_server.Page:
    items = "".join(f"<item><guid>{entry}</guid><title>Strike {entry}</title></item>" for entry in entries)
    return web_server.Page(body=f"<rss version='2.0'><channel><title>T</title>{items}</channel></rss>".encode())


def _feeds(port: int) -> int | None:
    """How many feeds the process with this port runs; None where it does not answer yet."""
    try:
        return int(orjson.loads(_get(port, "/healthz")[1])["feeds"])
    except OSError:
        return None


def _get(port: int, path: str) -> tuple[int, bytes]:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read()
