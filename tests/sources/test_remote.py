"""Remote folders, at real servers: FTP, FTPS, SFTP and S3, and what they do wrong."""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncssh
import boto3
import pytest

from pipeline.errors import OperatorError, TransientError
from pipeline.sources.base import Arrival, Batch, Cursor, Unreadable
from pipeline.sources.remote import REMOTE
from pipeline.sources.remote_feed import Remote
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
    assert list(batches) == []
    reader.cursor = batch.cursor
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
