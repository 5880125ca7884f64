"""The jars: pinned, downloaded once, refused when they are not the pinned ones; from a repository of the test's."""

import hashlib
import re
import socket
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from pipeline.errors import OperatorError
from pipeline.local import jars
from pipeline.local.jars import Jar
from pipeline.local.stack import quiet

BYTES = b"PK\x03\x04" + bytes(100_000)
JARS = tuple(
    Jar("kafka", f"org.example:part-{number}:1.0", len(BYTES), hashlib.sha256(BYTES).hexdigest()) for number in range(9)
)


class Repository:
    """A Maven repository on 127.0.0.1 that counts what is asked of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.asked: Counter[str] = Counter()
        asked = self.asked

        class Handler(SimpleHTTPRequestHandler):
            def __init__(self, *arguments: object) -> None:
                super().__init__(*arguments, directory=str(folder))  # type: ignore[arg-type]

            def log_request(self, code: object = "-", size: object = "-") -> None:  # noqa: ARG002
                asked[self.path.rpartition("/")[2]] += 1

            def log_error(self, *_arguments: object) -> None: ...

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    @property
    def repositories(self) -> dict[str, str]:
        return {"ours": f"http://127.0.0.1:{self.server.server_port}"}

    def hold(self, jar: Jar, content: bytes) -> None:
        group, artifact, version = jar.coordinate.split(":")
        path = self.folder / group.replace(".", "/") / artifact / version / f"{artifact}-{version}.jar"
        path.parent.mkdir(parents=True)
        path.write_bytes(content)


@pytest.fixture
def repository(tmp_path: Path) -> Iterator[Repository]:
    repository = Repository(tmp_path / "repository")
    thread = Thread(target=repository.server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield repository
    repository.server.shutdown()
    repository.server.server_close()
    thread.join()


@pytest.fixture(autouse=True)
def one_try(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jars, "TRIES", 1)


def test_every_jar_is_pinned_once_with_version_size_and_checksum() -> None:
    pinned = jars.pinned()
    assert {jar.engine for jar in pinned} == {"kafka", "opensearch"}
    assert len({(jar.engine, jar.path) for jar in pinned}) == len(pinned)
    assert all(re.fullmatch(r"[0-9a-f]{64}", jar.sha256) and jar.size > 0 for jar in pinned)
    coordinates = {jar.coordinate for jar in pinned}
    assert {"org.apache.kafka:kafka_2.13:4.4.0", "org.opensearch:opensearch:3.8.0"} <= coordinates


def test_two_at_once_share_one_download(repository: Repository, tmp_path: Path) -> None:
    for jar in JARS:
        repository.hold(jar, BYTES)
    cache = tmp_path / "cache"
    seen: list[tuple[str, int, int]] = []

    def note(*progress: Any) -> None:
        seen.append(progress)

    with ThreadPoolExecutor(2) as pool:
        for _ in range(2):
            pool.submit(jars.fetch, JARS, cache, note, repository.repositories)
    assert [(cache / jar.path).read_bytes() == BYTES for jar in JARS] == [True] * len(JARS)
    assert {name: count for name, count in repository.asked.items() if name.endswith(".jar")} == {
        jar.path.name: 1 for jar in JARS
    }
    assert all(what == "Downloading the engines" and done <= total for what, done, total in seen)
    assert seen
    assert not list(cache.glob(".download-*"))


@pytest.mark.parametrize("content", [BYTES + b"!", BYTES[:-1] + b"!", b""], ids=["longer", "changed", "empty"])
def test_what_is_not_the_pinned_file_is_refused(content: bytes, repository: Repository, tmp_path: Path) -> None:
    repository.hold(JARS[0], content)
    with pytest.raises(OperatorError, match=r"org.example:part-0:1.0 .* is not the pinned file: its SHA-256"):
        jars.fetch(JARS[:1], tmp_path / "cache", quiet, repository.repositories)
    assert not list((tmp_path / "cache").rglob("*.jar"))


def test_a_jar_damaged_in_the_cache_is_downloaded_again(repository: Repository, tmp_path: Path) -> None:
    repository.hold(JARS[0], BYTES)
    cache = tmp_path / "cache"
    jars.fetch(JARS[:1], cache, quiet, repository.repositories)
    (cache / JARS[0].path).write_bytes(BYTES[:-1] + b"!")
    (cache / ".download-left-by-a-kill").mkdir()
    jars.fetch(JARS[:1], cache, quiet, repository.repositories)
    assert (cache / JARS[0].path).read_bytes() == BYTES
    assert not list(cache.glob(".download-*"))


def test_what_was_complete_before_a_failure_is_kept(repository: Repository, tmp_path: Path) -> None:
    for jar in JARS[:-1]:
        repository.hold(jar, BYTES)
    with pytest.raises(OperatorError, match=r"part-8:1.0 is not to be had"):
        jars.fetch(JARS, tmp_path / "cache", quiet, repository.repositories)
    assert jars.missing(JARS, tmp_path / "cache") == [JARS[-1]]


def test_no_network_is_a_sentence(tmp_path: Path) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # bound and not listening: connections are refused
        repositories = {"gone": f"http://127.0.0.1:{nobody.getsockname()[1]}"}
        with pytest.raises(OperatorError, match="the first start of the local engines needs the network"):
            jars.fetch(JARS[:1], tmp_path / "cache", quiet, repositories)


def test_no_disk_space_is_a_sentence(tmp_path: Path) -> None:
    immense = Jar("kafka", "org.example:immense:1.0", 1 << 60, "")
    with pytest.raises(OperatorError, match=r"need \d+ MB of disk space"):
        jars.fetch([immense], tmp_path / "cache", quiet, {})
