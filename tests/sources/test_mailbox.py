"""Mailboxes, at a real IMAP server, and what it does wrong."""

import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import OperatorError, TransientError
from pipeline.sources import imap, mailbox
from pipeline.sources.base import Arrival, Cursor, Unreadable
from pipeline.sources.imap import _quoted
from pipeline.sources.mailbox import HEAD_BYTES, MAILBOX, Mailbox
from tests.sources import mail_server
from tests.sources.mail_server import PASSWORD, USER, MailServer, deliver, flags
from tests.sources.remote_servers import certificate

pytestmark = pytest.mark.engines

LIMIT = 100_000


def feed(server: MailServer, **given: Any) -> Mailbox:
    fields: dict[str, Any] = {"password": PASSWORD, "security": "none", "timeout": 5.0} | given
    return Mailbox(id="m", host="127.0.0.1", port=server.port, user=USER, **fields)


@dataclass
class Reader:
    """Reads a mailbox as the runner does."""

    feed: Mailbox
    limit: int = LIMIT
    cursor: Cursor = None
    failure: str = ""

    def round(self, *, crash_before_done: bool = False) -> list[Arrival | Unreadable]:
        found: list[Arrival | Unreadable] = []
        self.failure = ""
        batches: Any = MAILBOX.poll(self.feed, self.cursor, self.limit, threading.Event())
        try:
            for batch in batches:
                found += batch.arrivals
                self.cursor = batch.cursor
                if crash_before_done:
                    break
                batch.done()
        except TransientError as error:
            self.failure = str(error)
        finally:
            batches.close()
        return found

    def bytes(self) -> list[bytes]:
        return [item.data for item in self.round() if isinstance(item, Arrival)]


def changed(pattern: bytes, instead: bytes) -> Callable[[bytes], bytes]:
    return lambda said: re.sub(pattern, lambda _: instead, said)


def mail(number: int, size: int = 0) -> bytes:
    return b"From: desk@agency.example\r\nSubject: %d\r\n\r\nText.\r\n" % number + b"x" * size


@pytest.fixture
def server() -> Iterator[MailServer]:
    with mail_server.served() as running:
        yield running


def test_mails_are_taken_once_whole_and_marked_when_acknowledged(server: MailServer) -> None:
    odd = b"Subject: \xff\x00 odd\r\n\r\n)\r\nA1 OK done\r\n* 1 FETCH (UID 1)\r\n"
    deliver(server, mail(1), odd)
    reader = Reader(feed(server))
    assert MAILBOX.check(reader.feed) == "2 mails in INBOX of desk at 127.0.0.1."
    first, second = reader.round(crash_before_done=True)
    assert isinstance(first, Arrival)
    assert isinstance(second, Arrival)
    assert (first.data, second.data, first.content_type) == (mail(1), odd, "message/rfc822")
    assert re.fullmatch(r"INBOX/\d+/101", first.name)
    assert flags(server) == [b"", b""]
    assert reader.round() == []
    assert flags(server) == [b"\\Seen", b"\\Seen"]  # acknowledged by the round that was cut off
    deliver(server, mail(3))
    assert reader.bytes() == [mail(3)]
    assert flags(server) == [b"\\Seen"] * 3
    assert reader.feed.format == "mail"


@pytest.mark.parametrize("after", ["move", "delete"])
def test_mails_go_away_when_acknowledged(server: MailServer, after: str) -> None:
    moved = {"move_to": "Taken"} if after == "move" else {}
    reader = Reader(feed(server, after=after, **moved))
    deliver(server, mail(1), mail(2, LIMIT), mail(3))
    found = reader.round(crash_before_done=True)
    assert [type(item) for item in found] == [Arrival, Unreadable, Arrival]
    assert len(flags(server)) == 3
    assert reader.round() == []
    assert len(flags(server)) == 1  # the large one stays
    deliver(server, mail(4))
    assert reader.bytes() == [mail(4)]
    assert len(flags(server)) == 1
    if moved:
        assert len(flags(server, "Taken")) == 3


def test_a_large_mail_is_said_once_and_not_fetched(server: MailServer) -> None:
    deliver(server, mail(1, LIMIT), mail(2))
    reader = Reader(feed(server))
    server.said.clear()
    large, small = reader.round()
    assert large == Unreadable(large.name, "The mail has more than 100,000 bytes, the most that are taken.")
    assert large.data == mail(1, LIMIT)[:HEAD_BYTES]
    assert isinstance(small, Arrival)
    asked = re.findall(rb"FETCH (\S+) \(UID BODY.PEEK\[\]<0.(\d+)>", server.said)
    assert asked == [(b"102", b"100001"), (b"101", b"65536")]
    assert reader.round() == []
    assert flags(server) == [b"", b"\\Seen"]


def test_a_mailbox_made_anew_is_read_from_its_beginning(server: MailServer) -> None:
    with mail_server.logged_in(server) as client:
        client.create("Desk")
    deliver(server, mail(1), mail(2), folder="Desk")
    reader = Reader(feed(server, folder="Desk"))
    assert reader.bytes() == [mail(1), mail(2)]
    with mail_server.logged_in(server) as client:
        client.delete("Desk")
        client.create("Desk")
    deliver(server, mail(2), folder="Desk")
    assert reader.bytes() == [mail(2)]


def test_a_connection_cut_within_a_mail_and_a_server_started_again(server: MailServer) -> None:
    deliver(server, *(mail(n, 20_000) for n in range(10)))
    reader = Reader(feed(server, after="delete"))
    server.cut_after = 100_000
    assert reader.round() == []
    assert "does not answer as it should" in reader.failure
    assert len(flags(server)) == 10
    server.stop()
    assert reader.round() == []
    assert "does not answer as it should" in reader.failure
    server.cut_after = None
    server.start()
    assert reader.bytes() == [mail(n, 20_000) for n in range(10)]
    assert (reader.failure, flags(server)) == ("", [])


def test_a_connection_lost_before_marking(server: MailServer) -> None:
    deliver(server, mail(1))
    reader = Reader(feed(server, after="delete"))
    batches = MAILBOX.poll(reader.feed, None, LIMIT, threading.Event())
    batch = next(batches)
    reader.cursor = batch.cursor
    server.stop()
    with pytest.raises(TransientError, match="could not be marked, moved or deleted"):
        batch.done()
    batches.close()  # type: ignore[attr-defined]
    server.start()
    assert reader.round() == []
    assert flags(server) == []


def test_a_literal_without_end_is_refused(server: MailServer) -> None:
    deliver(server, mail(1))
    server.answer = lambda said: re.sub(rb"\{\d+\}", b"{99999999999}", said)
    reader = Reader(feed(server))
    assert reader.round() == []
    assert "it sends 99,999,999,999 bytes" in reader.failure
    server.answer = bytes
    assert reader.bytes() == [mail(1)]


@pytest.mark.parametrize(
    ("pattern", "instead"),
    [
        (rb"UIDVALIDITY \d+", b"UIDVALIDITY x"),
        (rb"\* SEARCH.*", b"* SEARCH 1 two 99999999999999999999"),
        (rb"\* \d+ EXISTS", b"* x EXISTS"),
        (rb"\* OK", b"\xff\xff"),
        (rb"\* \d+ FETCH", (b"* OK " + b"x" * 9000 + b"\r\n") * 1000 + b"* 1 FETCH"),
    ],
)
def test_answers_that_are_none(server: MailServer, pattern: bytes, instead: bytes) -> None:
    deliver(server, mail(1))
    reader = Reader(feed(server))
    server.answer = changed(pattern, instead)
    assert reader.round() == []
    assert "does not answer as it should" in reader.failure
    server.answer = bytes
    assert reader.bytes() == [mail(1)]


def test_a_mail_that_the_server_does_not_give_is_said_and_left(server: MailServer) -> None:
    deliver(server, mail(1), mail(2), mail(3))
    server.answer = changed(rb"UID 102", b"UID 999")
    reader = Reader(feed(server))
    first, second, third = reader.round()
    assert second == Unreadable(second.name, "The server lists the mail and does not give it.")
    assert isinstance(first, Arrival)
    assert isinstance(third, Arrival)
    assert flags(server) == [b"\\Seen", b"", b"\\Seen"]


def test_a_server_that_says_nothing(server: MailServer) -> None:
    server.answer = lambda _: b""
    start = time.monotonic()
    with pytest.raises(TransientError, match=r"timed out\.$"):
        MAILBOX.check(feed(server, timeout=0.3))
    assert time.monotonic() - start < 3


def test_two_readers_of_one_mailbox(server: MailServer) -> None:
    deliver(server, *(mail(n) for n in range(50)))
    readers = [Reader(feed(server, after="delete")) for _ in range(2)]
    found: list[Arrival | Unreadable] = []
    threads = [threading.Thread(target=lambda reader=reader: found.extend(reader.round())) for reader in readers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {item.data for item in found if isinstance(item, Arrival)} == {mail(n) for n in range(50)}
    assert [reader.failure for reader in readers] == ["", ""]
    assert flags(server) == []


def test_many_mails_in_batches(server: MailServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imap, "_WINDOW", 150)  # searched bit by bit, as a folder of many thousand is
    deliver(server, *(mail(n) for n in range(1000)))
    reader = Reader(feed(server))
    assert reader.bytes() == [mail(n) for n in range(1000)]
    assert reader.round() == []


def test_a_mail_of_one_line_that_comes_as_a_string(server: MailServer) -> None:
    deliver(server, b"Subject: UID 7", mail(2))
    server.answer = changed(rb"\{14\}\r\nSubject: UID 7", rb'"Subject: \"UID 7\""')
    assert Reader(feed(server)).bytes() == [b'Subject: "UID 7"', mail(2)]


def test_mails_that_others_take_away_meanwhile(server: MailServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mailbox, "BATCH_BYTES", 1)
    deliver(server, *(mail(n) for n in range(4)))
    batches = MAILBOX.poll(feed(server), None, LIMIT, threading.Event())
    found = list(next(batches).arrivals)
    with mail_server.logged_in(server) as client:
        client.store("2:3", "+FLAGS", "\\Deleted")
        client.expunge()
    for batch in batches:
        found += batch.arrivals
        batch.done()
    assert all(isinstance(item, Arrival) for item in found)  # what is gone is nobody's fault
    assert [item.data for item in found if item.data not in (mail(1), mail(2))] == [mail(0), mail(3)]
    assert len(found) < 4


def test_uids_that_lie_far_apart(server: MailServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """As servers leave them after years, or begin with the time of day."""
    monkeypatch.setattr(imap, "_WINDOW", 10)
    deliver(server, *(mail(n) for n in range(25)))
    server.answer = lambda said: re.sub(rb"(?<= )125(?=[ \r])", b"4294967295", said)
    batches: Any = MAILBOX.poll(feed(server), None, LIMIT, threading.Event())
    server.said.clear()
    assert len(next(batches).arrivals) == 24
    batches.close()
    assert server.said.count(b"UID SEARCH") <= 5


@pytest.mark.parametrize("drip", [b"* OK Still at it\r\n", b"x"])
def test_an_answer_that_comes_for_ever(drip: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imap, "ANSWER_SECONDS", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        ended = threading.Event()

        def talk() -> None:
            with suppress(OSError), listener.accept()[0] as client:
                client.sendall(b"* OK Ready\r\n")
                while not ended.wait(0.05):
                    client.sendall(drip)

        thread = threading.Thread(target=talk)
        thread.start()
        port = listener.getsockname()[1]
        reading = Mailbox(id="m", host="127.0.0.1", port=port, user="u", password="p", security="none")
        begun = time.monotonic()
        with pytest.raises(TransientError, match="did not come within"):
            MAILBOX.check(reading)
        assert time.monotonic() - begun < 5
        ended.set()
        thread.join(5)


def test_a_refused_login_and_a_missing_folder(server: MailServer) -> None:
    with pytest.raises(OperatorError, match=r"^127.0.0.1 refused the user 'desk': .*[^.]\.$"):
        MAILBOX.check(feed(server, password="wrong"))
    with pytest.raises(OperatorError, match=r"^127.0.0.1 refused the user 'desk': .*[^.]\.$"):
        MAILBOX.check(feed(server, password=None, token="stale"))
    with pytest.raises(OperatorError, match=r"^The folder Nowhere cannot be opened: .*[^.]\.$"):
        MAILBOX.check(feed(server, folder="Nowhere"))


def test_tls_is_the_default_and_certificates_are_checked(tmp_path: Path) -> None:
    pem = certificate(tmp_path)
    with mail_server.served(pem) as server:
        assert "0 mails" in MAILBOX.check(feed(server, security="tls", ca=str(pem)))
        with pytest.raises(OperatorError, match=r"The certificate of 127.0.0.1 is not to be trusted: self.signed"):
            MAILBOX.check(feed(server, security="tls"))
    assert Mailbox(id="m", host="h", user="u", password="p").security == "tls"


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("INBOX", '"INBOX"'),
        ("Entwürfe & Co", '"Entw&APw-rfe &- Co"'),
        ("日本語", '"&ZeVnLIqe-"'),
        ('a"\\b', '"a\\"\\\\b"'),
    ],
)
def test_names_of_folders_in_modified_utf_7(name: str, written: str) -> None:
    assert _quoted(name) == written
