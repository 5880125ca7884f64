"""Workers while an engine is away or busy: they wait, give nothing up, and end when they are told to."""

import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from benchmarks.corpus import items
from pipeline.bus.admin import lags
from pipeline.bus.reader import read
from pipeline.messages import Send
from pipeline.settings import Settings
from pipeline.stages.runner import EXIT_STOP
from pipeline.story import Story, decode, encode
from pipeline.topics import DEAD_LETTER, PARSED, RAW, STORIES
from tests.engines.support import Spare, documents, end, eventually, put, started

pytestmark = pytest.mark.engines

BUSY = (
    b"HTTP/1.1 429 Too Many Requests\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n"
    b'{"error": {"type": "rejected_execution_exception", "reason": "rejected execution"}, "status": 429}'
)


class Door:
    """A door before a server: it lets connections through, or answers that the server is busy, or slams."""

    def __init__(self, url: str) -> None:
        """Opens it."""
        self._behind = (urlsplit(url).hostname or "", urlsplit(url).port or 0)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._inside: list[socket.socket] = []
        self._refused = 0
        self._answer: bytes | None = None
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def refused(self) -> int:
        """How many connections were answered since it was shut."""
        return self._refused

    def shut(self, answer: bytes = b"") -> None:
        """From now on every connection gets `answer` and is closed."""
        self._refused, self._answer = 0, answer
        for connection in self._inside:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def open(self) -> None:
        """From now on connections are let through."""
        self._answer = None

    def close(self) -> None:
        """Take it away."""
        self.shut()
        self._listening.close()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listening.accept()
                threading.Thread(target=self._connected, args=(connection,), daemon=True).start()

    def _connected(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            answer = self._answer
            if answer is None:
                with socket.create_connection(self._behind) as server:
                    self._inside += [connection, server]
                    back = threading.Thread(target=_copy, args=(server, connection), daemon=True)
                    back.start()
                    _copy(connection, server)
                    back.join()
                return
            self._refused += 1
            connection.settimeout(1.0)
            connection.recv(1 << 20)
            connection.sendall(answer)
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(1 << 20):
                pass


def _copy(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(1 << 16):
            sink.sendall(data)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_WR)


@pytest.fixture
def door(opensearch: str) -> Iterator[Door]:
    """A door before the search engine."""
    made = Door(opensearch)
    yield made
    made.close()


def behind(settings: Settings, stage: str, topic: str) -> int:
    (lag,) = lags(settings, {f"wire-{stage}": (topic,)})
    return lag.behind


def stories(settings: Settings, number: int, prefix: str) -> None:
    """Put stories into wire.stories."""
    made = (Story(uri=f"urn:{prefix}:{each}", headline="h", body_text="x") for each in range(number))
    put(settings, (Send(topic=STORIES, key=story.uri.encode(), value=encode(story)) for story in made))


@pytest.mark.parametrize("answer", [b"", BUSY], ids=["away", "busy"])
def test_a_search_engine_away_or_busy_costs_nothing(
    stopped: Settings, tmp_path: Path, door: Door, answer: bytes
) -> None:
    settings = replace(stopped, elasticsearch=door.url)
    with started(settings, tmp_path / "index.log", "worker", "index") as process:
        stories(stopped, 10, "before")
        eventually(lambda: len(documents(stopped)) == 10)
        door.shut(answer)
        stories(stopped, 500, "meanwhile")
        eventually(lambda: door.refused > 3)
        assert process.poll() is None
        door.open()
        eventually(lambda: len(documents(stopped)) == 510)
        door.shut(answer)
        stories(stopped, 10, "late")
        eventually(lambda: door.refused > 1)
        assert end(process) in {0, EXIT_STOP}
    assert behind(stopped, "index", STORIES) == 10
    assert list(read(stopped, DEAD_LETTER)) == []


def test_a_broker_that_crashes_under_a_worker(stopped: Settings, spare: Spare, tmp_path: Path) -> None:
    number = 5_000
    corpus = items(number, seed=5, short=True)
    put(stopped, (Send(topic=RAW, key=None, value=each.data, headers={"name": each.name}) for each in corpus))
    with started(stopped, tmp_path / "parse.log", "worker", "parse") as process:
        try:
            eventually(lambda: lags(stopped, {"nobody": (PARSED,)})[0].end)
            spare.kill()
        finally:
            spare.restart()
        eventually(lambda: behind(stopped, "parse", RAW) == 0, 60)
        assert len({decode(message.value).uri for message in read(stopped, PARSED)}) == number
        spare.kill()
        try:
            assert end(process) in {0, EXIT_STOP}
        finally:
            spare.restart()
