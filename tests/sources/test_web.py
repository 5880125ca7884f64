"""Polling, against a server of the test's own that fails in every way a server can."""

import base64
import gzip
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Iterator
from email.utils import formatdate
from pathlib import Path
from threading import Event
from typing import Any

import brotli  # type: ignore[import-untyped]
import pytest

from pipeline.errors import OperatorError, TransientError
from pipeline.sources.base import Arrival, Batch, Cursor, Unreadable
from pipeline.sources.web import WEB, check, poll
from pipeline.sources.web_address import is_public
from pipeline.sources.web_feed import Web as Feed
from tests.sources.remote_servers import certificate
from tests.sources.web_server import Page, Web, served

LIMIT = 1 << 20
XML = {"Content-Type": "application/rss+xml; charset=utf-8"}


@pytest.fixture
def web() -> Iterator[Web]:
    with served() as server:
        yield server


def feed(web: Web, path: str = "/feed", **given: Any) -> Feed:
    settings: dict[str, Any] = {"id": "w", "url": web.url(path), "private": True, "every": 0.01}
    return Feed(**settings | given)


def rss(*entries: tuple[str, str]) -> bytes:
    items = "".join(f"<item><guid>{guid}</guid><title>{title}</title></item>" for guid, title in entries)
    return f"<rss version='2.0'><channel><title>T</title>{items}</channel></rss>".encode()


def page(*entries: tuple[str, str], **headers: str) -> Page:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Page(body=rss(*entries), headers=XML | named)


def batches(feed: Feed, cursor: Cursor = None, limit: int = LIMIT) -> list[Batch]:
    return list(poll(feed, cursor, limit, Event()))


def names(found: list[Batch]) -> list[str]:
    return [arrival.name for batch in found for arrival in batch.arrivals]


def last(found: list[Batch], before: Cursor = None) -> Cursor:
    return next((batch.cursor for batch in reversed(found) if batch.cursor is not None), before)


def rounds(feed: Feed, number: int) -> list[list[str]]:
    """What comes in each of some rounds."""
    cursor, came = None, []
    for _ in range(number):
        found = batches(feed, cursor)
        came.append(names(found))
        cursor = last(found, cursor)
    return came


def test_new_and_changed_entries_come_once_oldest_first(web: Web) -> None:
    a, b, c = ("a", "1"), ("b", "1"), ("c", "1")
    web.pages["/feed"] = [page(b, a), page(b, a), page(c, b, a), page(c, ("b", "2"), a), page(c, b), page(c, b, a)]
    assert rounds(feed(web), 6) == [["a", "b"], [], ["c"], ["b"], ["b"], ["a"]]


def test_killed_between_sending_and_the_cursor_the_same_bytes_come_again(web: Web) -> None:
    web.pages["/feed"] = [page(("b", "1"), ("a", "1"), ETag='"1"')]
    first, again = batches(feed(web)), batches(feed(web))
    assert [batch.arrivals for batch in first] == [batch.arrivals for batch in again]
    assert names(batches(feed(web), last(first))) == []


def test_killed_within_a_round_only_the_rest_comes_again(web: Web) -> None:
    many = [(str(number), "x") for number in range(1200)]
    web.pages["/feed"] = [page(*many, ETag='"1"')]
    whole = batches(feed(web))
    assert [len(batch.arrivals) for batch in whole] == [500, 500, 200]
    rest = batches(feed(web), whole[0].cursor)
    assert sorted(names(whole[:1]) + names(rest), key=int) == [name for name, _ in many]
    assert names(batches(feed(web), last(rest))) == []


@pytest.mark.parametrize(
    "cursor", [1, [2], {"entries": 3}, {"moved": "file:///etc/passwd"}, {"url": "http://old.example/"}]
)
def test_a_cursor_that_is_none_of_this_feed_is_a_new_beginning(web: Web, cursor: Cursor) -> None:
    web.pages["/feed"] = [page(("a", "1"))]
    assert names(batches(feed(web), cursor)) == ["a"]


def test_validators_are_sent_back(web: Web) -> None:
    stamp = formatdate(1_700_000_000, usegmt=True)
    web.pages["/feed"] = [page(("a", "1"), ETag='W/"v1"', Last_Modified=stamp)]
    cursor = last(batches(feed(web)))
    assert batches(feed(web), cursor) == []
    assert (web.asked[1].headers["If-None-Match"], web.asked[1].headers["If-Modified-Since"]) == ('W/"v1"', stamp)


@pytest.mark.parametrize("body", [b'[{"uri":"a"}]', b"<newsMessage/>", rss(("a", "1"))[:-9], b"\x00\x01 wire"])
def test_what_is_no_feed_comes_whole_when_its_bytes_change(web: Web, body: bytes) -> None:
    headers = {"Content-Type": "text/x-wire; charset=ISO-8859-15"}
    web.pages["/feed"] = [Page(body=body, headers=headers)] * 2 + [Page(body=body + b" ", headers=headers)]
    found = batches(feed(web))
    assert found[0].arrivals == (Arrival(web.url(), body, "iso-8859-15", "text/x-wire"),)
    assert batches(feed(web), last(found)) == []
    assert names(batches(feed(web), last(found))) == [web.url()]


def test_a_feed_whose_every_id_changes_holds_no_more_than_it_lists(web: Web) -> None:
    web.pages["/feed"] = [page(*((f"{made}-{number}", "x") for number in range(50))) for made in range(4)]
    cursor = None
    for _ in range(4):
        found = batches(feed(web), cursor)
        cursor = last(found)
        assert (len(names(found)), len(cursor["entries"])) == (50, 50)


@pytest.mark.parametrize(
    ("coding", "pack"),
    [
        ("gzip", gzip.compress), ("x-gzip", gzip.compress), ("deflate", zlib.compress), ("br", brotli.compress),
        ("gzip, br", lambda data: brotli.compress(gzip.compress(data))),
    ],
)  # fmt: skip
def test_packed_answers_are_unpacked_and_bombs_are_not(web: Web, coding: str, pack: Any) -> None:
    web.pages["/feed"] = [Page(body=pack(rss(("a", "1"))), headers=XML | {"Content-Encoding": coding})]
    assert names(batches(feed(web))) == ["a"]
    assert {"gzip", "deflate", "br"} == set(web.asked[0].headers["Accept-Encoding"].split(", "))
    web.pages["/feed"] = [Page(body=pack(b" " * (64 << 20)), headers=XML | {"Content-Encoding": coding})]
    found = batches(feed(web))
    reason = "It has more than 1,048,576 bytes, the most that are taken."
    assert [batch.arrivals for batch in found] == [(Unreadable(web.url(), reason),)]
    assert batches(feed(web), last(found)) == []  # said once


CUT = b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n<rss><channel>"


@pytest.mark.parametrize(
    ("bad", "sentence"),
    [
        (Page(raw=CUT), "broke off"),
        (Page(raw=b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n5\r\nab"), "broke off"),
        (Page(raw=b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"), "broke off"),
        (Page(raw=b""), "broke off"),
        (Page(raw=b"SSH-2.0-x\r\n"), "broke off"),
        (Page(raw=b"HTTP/1.1 200 OK\r\n" + b"X: " + b"y" * 70_000 + b"\r\n\r\n"), "broke off"),
        (Page(raw=b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n"), "broke off"),
        (Page(body=b"no gzip", headers={"Content-Encoding": "gzip"}), "its compression is broken"),
        (Page(body=b"x", headers={"Content-Encoding": "zap"}), "packed as 'zap'"),
        (Page(body=b" \n"), "empty document"),
        (Page(raw=CUT, hang=True), "not answer in full in the time|no answer in time"),
        (Page(raw=b"", hang=True), "not answer in full in the time|no answer in time"),
        (Page(status=500), "answers 500: the server fails"),
        (Page(status=404), "answers 404: there is nothing at this address"),
        (Page(status=206), "answers 206"),
        (Page(status=304), "answers 304"),
    ],
)
def test_a_server_that_fails_is_asked_again_and_nothing_is_lost(web: Web, bad: Page, sentence: str) -> None:
    web.pages["/feed"] = [bad, page(("a", "1"))]
    patient = feed(web, read_timeout=0.3, timeout=0.6)
    with pytest.raises(TransientError, match=sentence):
        batches(patient)
    assert names(batches(patient)) == ["a"]


def test_a_server_that_drips_is_cut_off_in_time(web: Web) -> None:
    listener = socket.create_server(("127.0.0.1", 0))

    def drip() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(9999)
            for byte in CUT + b"x" * 1000:
                try:
                    connection.sendall(bytes([byte]))
                except OSError:
                    return
                time.sleep(0.02)

    thread = threading.Thread(target=drip)
    thread.start()
    began = time.monotonic()
    with listener, pytest.raises(TransientError, match="in the time that it was given"):
        batches(feed(web, url=f"http://127.0.0.1:{listener.getsockname()[1]}/", read_timeout=5, timeout=0.5))
    assert time.monotonic() - began < 2
    thread.join()


def test_the_end_does_not_wait_for_a_server_that_hangs(web: Web) -> None:
    web.pages["/feed"] = [Page(raw=CUT, hang=True)]
    stop = Event()
    threading.Timer(0.2, stop.set).start()
    began = time.monotonic()
    assert list(poll(feed(web), None, LIMIT, stop)) == []
    assert time.monotonic() - began < 2


def test_the_sentence_of_a_refusal_is_the_operator_s(web: Web) -> None:
    for status, word in ((401, "credentials"), (403, "refused"), (410, "gone for good")):
        web.pages["/feed"] = [Page(status=status)]
        with pytest.raises(OperatorError, match=word):
            batches(feed(web))


@pytest.mark.parametrize("dated", [False, True])
def test_who_asks_for_patience_is_given_it(web: Web, dated: bool) -> None:
    after = formatdate(time.time() + 120, usegmt=True) if dated else "120"
    web.pages["/feed"] = [Page(status=503, headers={"Retry-After": after})]
    kept: list[Batch] = []
    with pytest.raises(TransientError, match="It is not asked again before"):
        kept.extend(poll(feed(web), None, LIMIT, Event()))
    with pytest.raises(TransientError, match="It is not asked again before"):
        batches(feed(web), kept[0].cursor)
    assert len(web.asked) == 1
    assert 100 < kept[0].cursor["not_before"] - time.time() <= 120
    web.pages["/feed"] = [page(("a", "1"))]
    assert names(batches(feed(web, at_most=1), kept[0].cursor)) == ["a"]  # longer than we are willing to wait


@pytest.mark.parametrize(
    ("headers", "ttl", "seconds"),
    [
        ({"Cache-Control": "public, max-age=300"}, "", 300),
        ({"Cache-Control": "max-age=300", "Age": "100"}, "", 200),
        ({"Cache-Control": "max-age=300, no-cache"}, "", 0),
        ({"Cache-Control": "s-maxage=5"}, "<ttl>10</ttl>", 600),
        ({"Cache-Control": "max-age=99999999999"}, "", 86400),
        ({"Cache-Control": "max-age=-1, max-age=x"}, "<ttl>x</ttl>", 0),
    ],
)
def test_the_server_s_rhythm_is_kept(web: Web, headers: dict[str, str], ttl: str, seconds: int) -> None:
    body = rss(("a", "1")).replace(b"<title>T", ttl.encode() + b"<title>T")
    web.pages["/feed"] = [Page(body=body, headers=headers)]
    cursor = last(batches(feed(web)))
    expected = time.time() + seconds if seconds else 0.0
    assert cursor["not_before"] == pytest.approx(expected, abs=5)
    assert batches(feed(web), cursor) == []
    assert len(web.asked) == (1 if seconds else 2)


def test_a_move_for_good_is_remembered_and_another_is_not(web: Web, caplog: pytest.LogCaptureFixture) -> None:
    web.pages |= {
        "/feed": [Page(status=301, headers={"Location": "/new"})],
        "/new": [Page(status=302, headers={"Location": web.url("/now?key=s3cret")})],
        "/now": [page(("a", "1")), page(("b", "1"))],
    }
    cursor = last(batches(feed(web)))
    assert cursor["moved"] == web.url("/new")
    assert "has moved for good" in caplog.text
    assert names(batches(feed(web), cursor)) == ["b"]
    assert [asked.path for asked in web.asked] == ["/feed", "/new", "/now?key=s3cret", "/new", "/now?key=s3cret"]
    web.pages["/new"] = [Page(status=410)]
    kept: list[Batch] = []
    with pytest.raises(TransientError, match="its own url is tried next"):
        kept.extend(poll(feed(web), cursor, LIMIT, Event()))
    assert kept[0].cursor["moved"] is None


@pytest.mark.parametrize(
    ("location", "error", "sentence"),
    [
        ("/feed", TransientError, "in a circle"),
        ("/more", TransientError, "more than 5 times"),
        ("file:///etc/passwd", OperatorError, "has the scheme 'file'"),
        ("ftp://h/x", OperatorError, "has the scheme 'ftp'"),
        ("http://[::1", OperatorError, "cannot be read"),
        ("http://a b/", OperatorError, "no valid host"),
        ("http://h:99999/", OperatorError, "no valid host or port"),
    ],
)
def test_redirects_that_are_not_followed(web: Web, location: str, error: type[Exception], sentence: str) -> None:
    web.pages["/feed"] = [Page(status=302, headers={"Location": location})]
    web.pages["/more"] = [Page(status=302, headers={"Location": f"/more{number}"}) for number in range(9)]
    for number in range(9):
        web.pages[f"/more{number}"] = [Page(status=302, headers={"Location": f"/more{number + 1}"})]
    with pytest.raises(error, match=sentence):
        batches(feed(web))


def test_a_public_feed_leads_to_no_private_address(web: Web) -> None:
    with pytest.raises(OperatorError, match="private = true"):
        batches(feed(web, private=False))
    with pytest.raises(OperatorError, match="private = true"):
        batches(feed(web, url=web.url().replace("127.0.0.1", "localhost"), private=False))
    assert web.asked == []


@pytest.mark.parametrize(
    ("ip", "public"),
    [
        ("93.184.215.14", True), ("2606:4700::1111", True), ("10.1.2.3", False), ("127.0.0.1", False),
        ("169.254.169.254", False), ("100.64.0.1", False), ("0.0.0.0", False), ("::1", False), ("fe80::1%eth0", False),
        ("fd00::1", False), ("::ffff:10.0.0.1", False), ("64:ff9b::7f00:1", False), ("2002:a00:1::", False),
        ("224.0.0.1", False), ("64:ff9b::5db8:d70e", True),
    ],
)  # fmt: skip
def test_which_addresses_are_public(ip: str, public: bool) -> None:
    assert is_public(ip) is public


def test_credentials_go_to_their_own_host_only(web: Web) -> None:
    with served() as other:
        web.pages["/feed"] = [Page(status=302, headers={"Location": other.url("/x")})]
        other.pages["/x"] = [page(("a", "1"))]
        batches(feed(web, user="ana", password="gehéim", headers={"X-Key": "k"}))
        batches(feed(web, token="t0ken"))
        assert [asked.headers.get("Authorization") for asked in web.asked] == [
            "Basic " + base64.b64encode("ana:gehéim".encode()).decode(),
            "Bearer t0ken",
        ]
        assert web.asked[0].headers["X-Key"] == "k"
        assert {"Authorization", "X-Key"}.isdisjoint(name for asked in other.asked for name in asked.headers)


def test_who_asks_is_said(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WIRE_CONTACT", "https://desk.example/bot")
    web.pages["/feed"] = [page()]
    batches(feed(web))
    batches(feed(web, contact="ops@desk.example"))
    agents = [asked.headers["User-Agent"] for asked in web.asked]
    assert agents[0].startswith("wire-pipeline/")
    assert agents[0].endswith(" (+https://desk.example/bot)")
    assert agents[1].endswith(" (+ops@desk.example)")


def test_one_connection_a_host_at_a_time(web: Web) -> None:
    web.pages["/feed"] = [page(("a", "1"))]
    threads = [threading.Thread(target=batches, args=(feed(web),)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(web.asked), web.most_together) == (8, 1)


def test_tls_is_checked_and_not_left(tmp_path: Path, web: Web) -> None:
    file = certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    with served(context) as secure:
        secure.pages["/feed"] = [page(("a", "1"))]
        url = f"https://127.0.0.1:{secure.port}/feed"
        trusting = feed(web, url=url, ca=str(file))
        assert names(batches(trusting)) == ["a"]
        with pytest.raises(OperatorError, match="does not hold: self-signed certificate"):
            batches(feed(web, url=url))
        with pytest.raises(OperatorError, match="does not hold: Hostname mismatch"):
            batches(feed(web, url=url.replace("127.0.0.1", "localhost"), ca=str(file)))
        with pytest.raises(OperatorError, match="cannot be read"):
            batches(feed(web, url=url, ca="/nowhere.pem"))
        with pytest.raises(TransientError, match="No TLS connection"):
            batches(feed(web, url=f"https://127.0.0.1:{web.port}/", ca=str(file)))
        secure.pages["/feed"] = [Page(status=302, headers={"Location": f"http://127.0.0.1:{secure.port}/feed"})]
        with pytest.raises(OperatorError, match="without encryption"):
            batches(trusting)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"url": "file:///etc/passwd"}, "has the scheme 'file'"),
        ({"url": "https://ana:x@h.example/"}, "no place in `url`"),
        ({"url": "https:///x"}, "names no valid host"),
        ({"token": "a", "user": "b"}, "one of them"),
    ],
)
def test_what_is_configured_wrongly(web: Web, given: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        feed(web, **given)


def test_nobody_there_and_a_name_that_is_none(web: Web) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(TransientError, match="Connection refused"):
        batches(feed(web, url=f"http://127.0.0.1:{port}/"))
    with pytest.raises(TransientError, match="cannot be resolved"):
        batches(feed(web, url="http://nowhere.invalid/"))


def test_a_try_says_what_is_there(web: Web) -> None:
    web.pages["/feed"] = [page(("a", "1"), ("b", "1"))]
    assert check(feed(web)) == f"{web.url()} is a feed of 2 entries (application/rss+xml, 146 bytes)."
    web.pages["/feed"] = [Page(body=b"{}")]
    assert check(feed(web)) == f"{web.url()} is a document that is sent whole (of no declared type, 2 bytes)."
    web.pages["/feed"] = [Page(status=404)]
    with pytest.raises(TransientError, match="404"):
        check(feed(web))
    assert WEB.name == "web"
