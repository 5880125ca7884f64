"""Feeds over HTTP through `wire feeds run` and a real Kafka: polled from a server that fails, and pushed to us."""

import http.client
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from subprocess import Popen

import orjson
import pytest

from pipeline.bus.reader import read
from pipeline.intake.cursors import states
from pipeline.local.ports import any_free
from pipeline.settings import Settings
from pipeline.topics import RAW
from tests.engines.support import Spare, end, eventually, started
from tests.sources.web_server import Page, served

pytestmark = pytest.mark.engines

TOKEN = "a-token-for-the-tests"


def names(settings: Settings) -> list[str]:
    """The names of what came, in a list, so that what came twice shows."""
    return sorted(message.headers["name"] for message in read(settings, RAW))


def rss(*entries: tuple[str, str]) -> Page:
    items = "".join(f"<item><guid>{guid}</guid><title>{title}</title></item>" for guid, title in entries)
    return Page(body=f"<rss version='2.0'><channel><title>T</title>{items}</channel></rss>".encode())


@contextmanager
def feeds(settings: Settings, folder: Path, feed: str) -> Iterator[Popen[bytes]]:
    """`wire feeds run` with this one feed."""
    (folder / "feeds.toml").write_text(f"[[feed]]\n{feed}")
    with started(replace(settings, feeds=str(folder / "feeds.toml")), folder / "feeds.log", "feeds", "run") as process:
        yield process


def test_entries_come_once_whatever_fails_on_the_way(stopped: Settings, tmp_path: Path) -> None:
    cut = Page(raw=b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n<rss><chan")
    with served() as web:
        web.pages["/feed"] = [cut, Page(status=500), rss(("b", "1"), ("a", "1"))]
        feed = f'id = "w"\nkind = "web"\nurl = "{web.url()}"\nprivate = true\nevery = 0.2\n'
        with feeds(stopped, tmp_path, feed) as process:
            eventually(lambda: names(stopped) == ["a", "b"])
            eventually(lambda: states(stopped)["w"].cursor)
            process.kill()
        asked = len(web.asked)
        with feeds(stopped, tmp_path, feed) as process:
            eventually(lambda: len(web.asked) > asked + 1)
            web.pages["/feed"] = [rss(("c", "1"), ("b", "2"), ("a", "1"))]
            eventually(lambda: len(names(stopped)) >= 4)
            assert end(process) == 0
    assert names(stopped) == ["a", "b", "b", "c"]


class Sender:
    """A client of the pushed feed."""

    def __init__(self, port: int) -> None:
        """Of the server at `port`."""
        self._port = port

    def listening(self) -> bool:
        try:
            return self._ask("GET", "/healthz", None)[0] == 200
        except OSError:
            return False

    def waiting(self) -> int:
        return int(orjson.loads(self._ask("GET", "/v1/feeds/p", None)[1])["waiting_bytes"])

    def push(self, name: str) -> int:
        status, receipt = self._ask("POST", "/v1/feeds/p", name)
        assert status != 202 or orjson.loads(receipt)["name"] == name
        return status

    def _ask(self, method: str, path: str, name: str | None) -> tuple[int, bytes]:
        with closing(http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)) as connection:
            headers = {"Authorization": f"Bearer {TOKEN}", "X-Item-Name": name or ""}
            connection.request(method, path, f"LIMA (Agency) - Strike {name}." if name else None, headers)
            response = connection.getresponse()
            return response.status, response.read()


def test_pushed_items_are_taken_when_the_broker_has_them_and_only_then(
    stopped: Settings, spare: Spare, tmp_path: Path
) -> None:
    port = any_free()
    sender = Sender(port)
    feed = f'id = "p"\nkind = "push"\naddress = "127.0.0.1:{port}"\ntokens = ["{TOKEN}"]\nwait = 2.0\n'
    with feeds(stopped, tmp_path, feed) as process, ThreadPoolExecutor(50) as senders:
        eventually(sender.listening)
        assert sender.push("first") == 202
        assert names(stopped) == ["first"]
        early = [f"early {number:03}" for number in range(200)]
        assert set(senders.map(sender.push, early)) == {202}
        assert names(stopped) == [*early, "first"]
        spare.kill()
        try:
            assert set(senders.map(sender.push, ("away 1", "away 2", "away 3"))) == {503}
        finally:
            spare.restart()
        eventually(lambda: sender.push("late") == 202, 60)
        assert {*early, "first", "late"} <= set(names(stopped))
        spare.kill()
        try:
            waiting = senders.submit(sender.push, "at the end")
            eventually(sender.waiting)
            assert end(process) == 0
            assert waiting.result() == 503
        finally:
            spare.restart()
