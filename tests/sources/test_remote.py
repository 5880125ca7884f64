"""Remote folders, at real servers: FTP, FTPS, SFTP and S3, and what they do wrong."""

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncssh
import boto3
import pytest

from pipeline.errors import OperatorError, TransientError
from pipeline.sources import remote_connection
from pipeline.sources.base import Arrival, Batch, Cursor, Unreadable
from pipeline.sources.remote import REMOTE
from pipeline.sources.remote_connection import connect, walk
from pipeline.sources.remote_feed import Remote, place
from pipeline.sources.remote_ftp import _line
from pipeline.sources.remote_server import Sink
from tests.sources import remote_servers as servers
from tests.sources.remote_servers import PASSWORD, USER, Behaviour

pytestmark = pytest.mark.engines

LIMIT = 1 << 20


def feed(where: str, **given: Any) -> Remote:
    fields: dict[str, Any] = {"user": USER, "password": PASSWORD, "settle": 0.0, "timeout": 5.0} | given
    return Remote(id="r", where=where, **fields)


@dataclass
class Reader:
    """Reads a feed as the runner does: what is sent, and the cursor that is kept."""

    feed: Remote
    limit: int = LIMIT
    cursor: Cursor = None
    failure: str = ""

    def round(self, crash_before_done: bool = False) -> list[Arrival | Unreadable]:
        found: list[Arrival | Unreadable] = []
        self.failure = ""
        batches: Any = REMOTE.poll(self.feed, self.cursor, self.limit, threading.Event())
        try:
            for batch in batches:
                found += batch.arrivals
                if batch.cursor is not None:
                    self.cursor = batch.cursor
                if crash_before_done:
                    batches.close()
                    break
                batch.done()
        except TransientError as error:
            self.failure = str(error)
        return found

    def names(self) -> list[str]:
        return [item.name for item in self.round()]


@dataclass
class Store:
    """A folder somewhere, as its owner sees it."""

    where: str
    options: dict[str, Any]
    put: Callable[[str, bytes], None]
    there: Callable[[], set[str]]

    def reader(self, **given: Any) -> Reader:
        limit = given.pop("limit", LIMIT)
        return Reader(feed(self.where, **(self.options | given)), limit)


def _in_folder(folder: Path) -> tuple[Callable[[str, bytes], None], Callable[[], set[str]]]:
    def put(name: str, data: bytes) -> None:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)

    return put, lambda: {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


@contextmanager
def _ftp(folder: Path) -> Iterator[Store]:
    with servers.ftp(folder) as port:
        yield Store(f"ftp://127.0.0.1:{port}/in", {}, *_in_folder(folder))


@contextmanager
def _ftp_list(folder: Path) -> Iterator[Store]:
    with servers.ftp(folder, without=frozenset({"MLSD", "MLST"})) as port:
        yield Store(f"ftp://127.0.0.1:{port}/in", {}, *_in_folder(folder))


@contextmanager
def _ftps(folder: Path) -> Iterator[Store]:
    pem = servers.certificate(folder.parent)
    with servers.ftp(folder, certificate=pem) as port:
        yield Store(f"ftps://127.0.0.1:{port}/in", {"ca": str(pem)}, *_in_folder(folder))


@contextmanager
def _sftp(folder: Path) -> Iterator[Store]:
    with servers.sftp(folder) as port:
        known = folder.parent / "known_hosts"
        known.write_bytes(f"[127.0.0.1]:{port} ".encode() + servers.HOST_KEY.export_public_key())
        yield Store(f"sftp://127.0.0.1:{port}/in", {"known_hosts": str(known)}, *_in_folder(folder))


def _client(url: str) -> Any:
    return boto3.client(
        "s3", endpoint_url=url, aws_access_key_id=USER, aws_secret_access_key=PASSWORD, region_name="us-east-1"
    )


@contextmanager
def _s3(url: str) -> Iterator[Store]:
    client = _client(url)
    client.create_bucket(Bucket="news")

    def there() -> set[str]:
        return {entry["Key"] for entry in client.list_objects_v2(Bucket="news").get("Contents", ())}

    def put(name: str, data: bytes) -> None:
        client.put_object(Bucket="news", Key=name, Body=data)

    try:
        yield Store("s3://news/in", {"endpoint_url": url, "region": "us-east-1"}, put, there)
    finally:
        for name in there():
            client.delete_object(Bucket="news", Key=name)
        client.delete_bucket(Bucket="news")
        client.close()


@pytest.fixture(scope="module")
def s3_url() -> Iterator[str]:
    with servers.s3() as url:
        yield url


@pytest.fixture(params=[_ftp, _ftp_list, _ftps, _sftp, None], ids=["ftp", "ftp-list", "ftps", "sftp", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    (tmp_path / "root" / "in").mkdir(parents=True)
    with request.param(tmp_path / "root") if request.param else _s3(request.getfixturevalue("s3_url")) as made:
        yield made


def test_what_is_new_is_taken_once_and_again_when_it_changes(store: Store) -> None:
    for number in range(3):
        store.put(f"in/{number}.xml", b"story %d" % number)
    store.put("in/.hidden", b"x")
    store.put("in/half.xml.tmp", b"x")
    store.put("in/note.txt", b"x")
    store.put("in/sub/deep.xml", b"x")
    reader = store.reader(pattern="*.xml")
    assert "3 files match '*.xml'" in REMOTE.check(reader.feed)
    assert set(reader.round()) == {Arrival(f"{n}.xml", b"story %d" % n) for n in range(3)}
    assert reader.round() == []
    store.put("in/1.xml", b"story 1, corrected")
    store.put("in/3.xml", b"")
    assert set(reader.round()) == {Arrival("1.xml", b"story 1, corrected"), Arrival("3.xml", b"")}
    assert reader.round() == []
    assert reader.failure == ""


def test_below_the_folder(store: Store) -> None:
    store.put("in/a/b/1.xml", b"1")
    store.put("in/a/2.xml", b"2")
    store.put("in/3.xml", b"3")
    assert sorted(store.reader(recursive=True).names()) == ["3.xml", "a/2.xml", "a/b/1.xml"]
    assert store.reader(recursive=True, pattern="a/*").names() != []
    assert store.reader().names() == ["3.xml"]


@pytest.mark.parametrize("after", ["delete", "move"])
def test_files_go_away_only_when_acknowledged(store: Store, after: str) -> None:
    target = "news/in/taken" if store.where.startswith("s3") else "/in/taken"
    moved = {"move_to": target} if after == "move" else {}
    reader = store.reader(after=after, **moved)
    store.put("in/1.xml", b"1")
    store.put("in/large.xml", b"x" * (LIMIT + 1))
    found = reader.round(crash_before_done=True)
    assert {item.name for item in found} == {"1.xml", "large.xml"}
    assert {"in/1.xml", "in/large.xml"} <= store.there()
    assert reader.round() == []  # not sent again, and taken away now
    assert store.there() == {"in/large.xml"} | ({"in/taken/1.xml"} if moved else set())
    store.put("in/1.xml", b"again")
    assert reader.round() == [Arrival("1.xml", b"again")]
    assert store.there() == {"in/large.xml"} | ({"in/taken/1.xml"} if moved else set())


def test_what_was_overwritten_after_reading_is_not_deleted(store: Store) -> None:
    reader = store.reader(after="delete")
    store.put("in/1.xml", b"first")
    batches = REMOTE.poll(reader.feed, None, LIMIT, threading.Event())
    batch: Batch = next(batches)
    store.put("in/1.xml", b"second, longer")
    batch.done()
    *_, rest = [batch, *batches]
    assert rest.arrivals in (batch.arrivals, ())
    reader.cursor = rest.cursor
    assert reader.round() == [Arrival("1.xml", b"second, longer")]
    assert store.there() == set()


def test_a_large_file_is_said_once_and_not_read(store: Store) -> None:
    store.put("in/large.xml", b"x" * 2000)
    reader = store.reader(limit=1999)
    assert reader.round() == [Unreadable("large.xml", "It has 2,000 bytes; 1,999 are the most that are taken.")]
    assert reader.round() == []


def test_two_readers_of_one_folder(store: Store) -> None:
    for number in range(20):
        store.put(f"in/{number}.xml", b"%d" % number)
    found: list[Arrival | Unreadable] = []
    failures: list[str] = []

    def read() -> None:
        reader = store.reader(after="delete")
        found.extend(reader.round())
        failures.append(reader.failure)

    threads = [threading.Thread(target=read) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {item.name for item in found} == {f"{n}.xml" for n in range(20)}
    assert all(isinstance(item, Arrival) for item in found)
    assert store.there() == set()
    assert failures == ["", ""]


def test_a_folder_that_is_missing(store: Store) -> None:
    missing = feed(store.where.replace("/in", "/none").replace("//news", "//none"), **store.options)
    if store.where.startswith("s3"):
        with pytest.raises(OperatorError, match=r"cannot be listed"):
            REMOTE.check(missing)
        return
    with pytest.raises(OperatorError, match=r"/none cannot be listed: .*\."):
        list(REMOTE.poll(missing, None, LIMIT, threading.Event()))


def test_a_server_that_is_away(store: Store) -> None:
    away = {"endpoint_url": "http://127.0.0.1:1"} if store.where.startswith("s3") else {}
    nobody = feed(store.where if away else store.where.split(":")[0] + "://127.0.0.1:1/in", **(store.options | away))
    with pytest.raises(TransientError, match=r"does not answer as it should: .*\.$"):
        REMOTE.check(nobody)


@pytest.mark.parametrize("serve", [servers.ftp, servers.sftp])
def test_a_connection_cut_within_a_file_and_a_server_started_again(serve: Any, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for number, size in enumerate([10, 300_000, 20, 300_000, 30]):
        (tmp_path / "in" / f"{number}.xml").write_bytes(b"%d" % number * size)
        os.utime(tmp_path / "in" / f"{number}.xml", (number, number))
    behaviour = Behaviour(cut_after=100_000)
    scheme = serve.__name__
    with serve(tmp_path, behaviour) as port:
        reader = Reader(feed(f"{scheme}://127.0.0.1:{port}/in", any_host_key=True, after="delete"))
        assert reader.names() == ["0.xml", "2.xml", "4.xml"]  # the others did not hold them up
        assert "1.xml" in reader.failure
        assert "So did 1 more." in reader.failure
    assert reader.names() == []
    assert "does not answer" in reader.failure
    with serve(tmp_path, port=port):
        assert [(item.name, len(item.data)) for item in reader.round() if isinstance(item, Arrival)] == [
            ("1.xml", 300_000), ("3.xml", 300_000),
        ]  # fmt: skip
        assert reader.failure == ""
    assert list((tmp_path / "in").iterdir()) == []


@pytest.mark.parametrize("serve", [servers.ftp, servers.sftp])
def test_names_with_odd_bytes(serve: Any, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    names = [b"caf\xe9.xml", "Ж.xml".encode(), b"a b;c=#%?.xml", b"-la", b"with\nbreak.xml"]
    for name in names:
        (tmp_path / "in" / os.fsdecode(name)).write_bytes(name)
    with serve(tmp_path) as port:
        reader = Reader(feed(f"{serve.__name__}://127.0.0.1:{port}/in", any_host_key=True, after="delete"))
        found = reader.round()
        assert {item.data for item in found if isinstance(item, Arrival)} >= set(names[:4])
        shown = {item.name for item in found}
        assert shown >= {"caf\\xe9.xml", "Ж.xml", "a b;c=#%?.xml", "-la"}
        assert all(name.isprintable() for name in shown)
        assert reader.failure == ""
        rest = {os.fsencode(path.name) for path in (tmp_path / "in").iterdir()}
        assert rest == ({names[4]} if serve is servers.ftp else set())  # FTP cannot ask for it
        assert reader.round() == []


@pytest.mark.parametrize("serve", [servers.ftp, servers.sftp])
def test_a_refused_login(serve: Any, tmp_path: Path) -> None:
    with serve(tmp_path) as port:
        wrong = feed(f"{serve.__name__}://127.0.0.1:{port}/", password="wrong", any_host_key=True)
        with pytest.raises(OperatorError, match=r"The server refused the user 'desk'"):
            REMOTE.check(wrong)


def test_unknown_and_other_host_keys_are_refused(tmp_path: Path) -> None:
    known = tmp_path / "known_hosts"
    with servers.sftp(tmp_path) as port:
        where = f"sftp://127.0.0.1:{port}/"
        with pytest.raises(OperatorError, match=r"is not in .*known_hosts, and shows the key ssh-ed25519 SHA256:"):
            REMOTE.check(feed(where, known_hosts=str(known)))
        other = asyncssh.generate_private_key("ssh-ed25519")
        known.write_bytes(f"[127.0.0.1]:{port} ".encode() + other.export_public_key())
        with pytest.raises(OperatorError, match=r"shows a key that .*known_hosts does not have for it"):
            REMOTE.check(feed(where, known_hosts=str(known)))


def test_a_certificate_that_is_not_to_be_trusted(tmp_path: Path) -> None:
    refused = pytest.raises(OperatorError, match=r"certificate is not to be trusted")
    with servers.ftp(tmp_path, certificate=servers.certificate(tmp_path)) as port, refused:
        REMOTE.check(feed(f"ftps://127.0.0.1:{port}/"))


@pytest.mark.parametrize("serve", [servers.ftp, servers.sftp])
def test_a_file_that_is_still_being_written_waits(serve: Any, tmp_path: Path) -> None:
    growing = tmp_path / "growing.xml"
    growing.write_bytes(b"half")
    (tmp_path / "whole.xml").write_bytes(b"whole")
    with serve(tmp_path) as port:
        reader = Reader(feed(f"{serve.__name__}://127.0.0.1:{port}/", any_host_key=True, settle=0.5))
        writer = threading.Timer(0.25, lambda: growing.write_bytes(b"half and half"))
        writer.start()
        assert reader.names() == ["whole.xml"]
        writer.join()
        assert reader.round() == [Arrival("growing.xml", b"half and half")]


def test_rights_that_do_not_suffice_for_deleting_hold_up_nothing(tmp_path: Path) -> None:
    (tmp_path / "1.xml").write_bytes(b"1")
    with servers.ftp(tmp_path, permissions="elr") as port:
        reader = Reader(feed(f"ftp://127.0.0.1:{port}/", after="delete"))
        assert reader.names() == ["1.xml"]
        assert "1.xml could not be removed: 550 Not enough privileges." in reader.failure
        (tmp_path / "2.xml").write_bytes(b"2")
        assert reader.names() == ["2.xml"]
        assert "could not be removed" in reader.failure


def test_an_object_store_started_again() -> None:
    with servers.s3() as url, _s3(url) as store:
        store.put("in/1.xml", b"1")
        reader = store.reader()
        assert reader.names() == ["1.xml"]
    assert reader.names() == []
    assert "does not answer" in reader.failure
    with servers.s3(int(url.rpartition(":")[2])), _s3(url) as store:
        store.put("in/2.xml", b"2")
        assert reader.names() == ["2.xml"]


def test_an_object_that_is_overwritten_is_not_taken_in_part(s3_url: str) -> None:
    """Between the listing and the reading: a range of the old size would be the beginning of the new object."""
    with _s3(s3_url) as store:
        store.put("in/1.xml", b"first")
        remote = store.reader().feed
        server = connect(remote, place(remote.where))
        (entry,) = walk(server, remote, place(remote.where), threading.Event())
        store.put("in/1.xml", b"second, and longer")
        sink = Sink(LIMIT, 10.0, lambda: False)
        with pytest.raises(FileNotFoundError):
            server.read(entry, sink)
        assert sink.data == b""
        server.close()
        assert store.reader().round() == [Arrival("1.xml", b"second, and longer")]


def within_a_minute(path: Path, second: int, data: bytes) -> None:
    path.write_bytes(data)
    os.utime(path, (1_700_000_040 + second,) * 2)


@pytest.mark.parametrize("when", ["before it is removed", "after it was removed"])
def test_a_file_of_the_same_size_and_minute_is_not_taken_for_the_one_that_was_read(tmp_path: Path, when: str) -> None:
    """A server without MLSD lists minutes, and of old files days."""
    file = tmp_path / "latest.xml"
    within_a_minute(file, 1, b"first")
    with servers.ftp(tmp_path, without=frozenset({"MLSD", "MLST"})) as port:
        reader = Reader(feed(f"ftp://127.0.0.1:{port}/", after="delete"))
        batches: Any = REMOTE.poll(reader.feed, None, LIMIT, threading.Event())
        batch: Batch = next(batches)
        assert batch.arrivals == (Arrival("latest.xml", b"first"),)
        if when == "before it is removed":
            within_a_minute(file, 30, b"newer")
        batch.done()
        reader.cursor = batch.cursor
        for rest in batches:
            reader.cursor = rest.cursor
        assert file.exists() == (when == "before it is removed")
        within_a_minute(file, 30, b"newer")
        assert reader.round() == [Arrival("latest.xml", b"newer")]
        assert not file.exists()
        assert reader.failure == ""


def test_a_server_that_knows_neither_sizes_nor_times(tmp_path: Path) -> None:
    (tmp_path / "1.xml").write_bytes(b"1")
    with servers.ftp(tmp_path, without=frozenset({"MLSD", "MLST", "SIZE", "MDTM"})) as port:
        reader = Reader(feed(f"ftp://127.0.0.1:{port}/", after="delete"))
        assert reader.names() == ["1.xml"]
    assert list(tmp_path.iterdir()) == []


def test_a_server_that_renames_over_nothing(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    with servers.ftp(tmp_path, Behaviour(replaces=False)) as port:
        reader = Reader(feed(f"ftp://127.0.0.1:{port}/in", after="move", move_to="/done"))
        for data in (b"first", b"second"):
            (tmp_path / "in" / "latest.xml").write_bytes(data)
            assert reader.round() == [Arrival("latest.xml", data)]
            assert (reader.failure, (tmp_path / "done" / "latest.xml").read_bytes()) == ("", data)


@pytest.mark.parametrize("scheme", ["ftp", "ftps", "sftp", "s3"])
def test_a_server_that_says_nothing(scheme: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        where = {"where": "s3://news/in", "endpoint_url": f"http://127.0.0.1:{port}"}
        given = where if scheme == "s3" else {"where": f"{scheme}://127.0.0.1:{port}/in"}
        begun = time.monotonic()
        with pytest.raises(TransientError, match=r"does not answer as it should: .*\.$"):
            REMOTE.check(feed(**given, any_host_key=True, timeout=0.2))
        assert time.monotonic() - begun < 5


def test_a_server_that_stops_within_a_file(tmp_path: Path) -> None:
    (tmp_path / "1.xml").write_bytes(b"x" * 300_000)
    (tmp_path / "2.xml").write_bytes(b"2")
    with servers.sftp(tmp_path, Behaviour(hang_after=100_000)) as port:
        reader = Reader(feed(f"sftp://127.0.0.1:{port}/", any_host_key=True, timeout=0.5))
        assert reader.names() == ["2.xml"]
        assert "1.xml" in reader.failure


def test_an_end_within_a_file_is_no_failure(tmp_path: Path) -> None:
    (tmp_path / "1.xml").write_bytes(b"x" * 300_000)
    stop = threading.Event()
    with servers.sftp(tmp_path, Behaviour(on_read=stop.set)) as port:
        remote = feed(f"sftp://127.0.0.1:{port}/", any_host_key=True)
        assert list(REMOTE.poll(remote, None, LIMIT, stop)) == []


@contextmanager
def dripping(line: bytes) -> Iterator[int]:
    """An FTP server whose listings have no end; its port."""
    answers = {b"USER": b"331 Go on.", b"MLSD": b"150 Here it comes."}
    with socket.create_server(("127.0.0.1", 0)) as listener, socket.create_server(("127.0.0.1", 0)) as data:
        low, high = data.getsockname()[1] % 256, data.getsockname()[1] // 256
        answers[b"PASV"] = b"227 Passive (127,0,0,1,%d,%d)." % (high, low)

        def talk() -> None:
            with suppress(OSError), listener.accept()[0] as client, client.makefile("rb") as said:
                client.sendall(b"220 Welcome.\r\n")
                for command in said:
                    client.sendall(answers.get(command[:4].strip(), b"250 Fine.") + b"\r\n")
                    if command.startswith(b"MLSD"):
                        with data.accept()[0] as listing:
                            while not ended.wait(0.01):
                                listing.sendall(line)

        ended = threading.Event()
        thread = threading.Thread(target=talk)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            ended.set()
            listener.shutdown(socket.SHUT_RDWR)
            thread.join(10)
            assert not thread.is_alive()


def test_a_listing_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote_connection, "LISTING_SECONDS", 0.5)
    line = b"type=file;size=1;modify=20260301120000; a.xml\r\n"
    with dripping(line) as port, pytest.raises(TransientError, match="The listing does not come to its end"):
        REMOTE.check(feed(f"ftp://127.0.0.1:{port}/"))
    monkeypatch.setattr(remote_connection, "LISTING_SECONDS", 60)
    monkeypatch.setattr(remote_connection, "MOST_LISTED", 100)
    with dripping(line * 20) as port, pytest.raises(OperatorError, match="holds more than 100 files"):
        REMOTE.check(feed(f"ftp://127.0.0.1:{port}/"))
    with dripping(b"\r\n") as port:
        stop = threading.Event()
        ends = threading.Timer(0.3, stop.set)
        ends.start()
        assert list(REMOTE.poll(feed(f"ftp://127.0.0.1:{port}/"), None, LIMIT, stop)) == []
        ends.join()


@pytest.mark.parametrize(
    ("line", "name", "size"),
    [
        ("-rw-r--r--   1 wire     wire          123 Mar 01  2025 a b.xml", "a b.xml", 123),
        ("-rw-r--r--   1 wire Domain Users     123 Mar 01 12:00 a.xml", "a.xml", 123),
        ("-rw-rw-rw-   1 CORP\\svc wire Domain Users 123 Mar 01 12:00 2026 a.xml", "2026 a.xml", 123),
        ("-rw-r--r--   1 wire   123 Mar 01 12:00 a.xml", "a.xml", 123),
        ("-rw-r--r--+  1 1000 1000 123 Mar 1 12:00  a.xml", " a.xml", 123),
        ("11-24-26  06:10PM                  123 a b.xml", "a b.xml", 123),
    ],
)
def test_listings_as_servers_write_them(line: str, name: str, size: int) -> None:
    entry = _line("/in", line)
    assert entry is not None
    assert (entry.kind, entry.path, entry.size) == ("file", f"/in/{name}", size)


def test_a_line_that_is_made_to_take_long() -> None:
    begun = time.process_time()
    for line in ("-rw-r--r-- " + "1 " * 4000, "-rw-r--r-- " + " " * 8000, "-rw-r--r-- " + "1 Mar 01 " * 900):
        found = _line("/in", line)
        assert found is None or found.kind == "strange"
    assert time.process_time() - begun < 1


def test_a_feed_does_not_move_into_its_own_folder() -> None:
    with pytest.raises(ValueError, match="would be new again"):
        feed("ftp://h/in/", after="move", move_to="/in")
