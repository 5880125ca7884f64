"""Writing on the real engines: each document's outcome, its order, and every way in which an engine refuses."""

import asyncio
import gzip
import itertools
import logging
import random
import threading
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import orjson
import pytest
from elasticsearch import Elasticsearch
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from pipeline.errors import OperatorError, TerminalError, TransientError
from pipeline.search.client import connect_async
from pipeline.search.documents import document, document_id, story_of
from pipeline.search.failures import IndexBlockedError
from pipeline.search.lookup import count, get, versions
from pipeline.search.writer import MOST_DOCUMENTS, Document, Outcome, Written, write
from pipeline.settings import Settings
from pipeline.story import Concept, Entity, Story, decode, encode, tombstone

pytestmark = pytest.mark.engines

Write = Callable[[Settings, Sequence[Document]], list[Outcome]]
STORY = Story(uri="urn:story:1", headline="First")
VERSIONS = itertools.count(1)


class Proxy(ThreadingHTTPServer):
    """Stands before the engine: answers with `refusals` first, refuses bodies over `limit` bytes, passes the rest."""

    daemon_threads = True

    def __init__(self, engine: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.engine = engine
        self.refusals: list[tuple[int, bytes]] = []
        self.limit = 1 << 40
        self.bulks: list[int] = []
        """Documents of each bulk request, in order."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: Proxy
    protocol_version = "HTTP/1.1"

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.bulks.append(gzip.decompress(body).count(b"\n") // 2)
        if len(body) > self.server.limit:
            self._answer(413, b"<html>413 Request Entity Too Large</html>", "text/html")
        elif self.server.refusals:
            status, answer = self.server.refusals.pop(0)
            self._answer(status, answer, "application/json" if answer.startswith(b"{") else "text/html")
        else:
            headers = {name: value for name, value in self.headers.items() if name.lower() != "host"}
            request = urllib.request.Request(self.server.engine + self.path, body, headers)
            with urllib.request.urlopen(request) as response:
                answer = response.read()
                encoding = response.headers.get("content-encoding")
            self._answer(200, gzip.decompress(answer) if encoding == "gzip" else answer, "application/json")

    def _answer(self, status: int, body: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def proxy(url: str) -> Iterator[Proxy]:
    with Proxy(url) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def stories(number: int) -> list[Document]:
    return [document(Story(uri=f"urn:story:{each}"), 1) for each in range(number)]


def test_the_fullest_story_is_taken_and_comes_back(
    settings: Settings, client: Elasticsearch, write_all: Write, fullest: Story
) -> None:
    assert write_all(settings, [document(fullest, 7)]) == [Written.INDEXED]
    assert get(client, settings, fullest.uri) == decode(encode(fullest))
    client.indices.refresh(index=settings.index)
    found = client.search(index=settings.index, query={"match": {"names": "the name"}})
    assert found["hits"]["total"]["value"] == 1


@pytest.mark.parametrize("order", list(itertools.permutations([1, 2, 3])))
def test_the_newest_wins_in_any_order(
    order: tuple[int, ...], settings: Settings, client: Elasticsearch, write_all: Write
) -> None:
    for version in order:
        write_all(settings, [document(replace(STORY, revision=version), version)])
    assert versions(client, settings, [STORY.uri]) == {STORY.uri: 3}
    found = get(client, settings, STORY.uri)
    assert isinstance(found, Story)
    assert found.revision == 3


def test_older_and_equal_change_nothing(settings: Settings, client: Elasticsearch, write_all: Write) -> None:
    newest = document(replace(STORY, headline="Third"), 3)
    assert write_all(settings, [newest]) == [Written.INDEXED]
    again = write_all(settings, [document(STORY, 2), newest, document(replace(STORY, headline="Other"), 3)])
    assert again == [Written.SUPERSEDED] * 3
    found = get(client, settings, STORY.uri)
    assert isinstance(found, Story)
    assert found.headline == "Third"


def test_versions_of_one_story_in_one_batch(settings: Settings, write_all: Write) -> None:
    batch = [document(STORY, version) for version in (2, 1, 3, 3)]
    assert write_all(settings, batch) == [Written.INDEXED, Written.SUPERSEDED, Written.INDEXED, Written.SUPERSEDED]


@pytest.mark.parametrize("first", ["kill", "story"])
def test_a_kill_wins_before_and_after(first: str, settings: Settings, client: Elasticsearch, write_all: Write) -> None:
    kill = document(replace(STORY, pubstatus="canceled"), 3)
    batch = [kill, document(STORY, 2)] if first == "kill" else [document(STORY, 2), kill]
    write_all(settings, batch)
    client.indices.refresh(index=settings.index)
    assert versions(client, settings, [STORY.uri]) == {STORY.uri: 3}
    assert (count(client, settings), count(client, settings, live=True)) == (1, 0)
    found = get(client, settings, STORY.uri)
    assert isinstance(found, Story)
    assert found.headline is None


@pytest.mark.parametrize(
    "bad",
    [
        pytest.param(Document("bad", 1, b'{"published":"yesterday"}'), id="item refused"),
        pytest.param(Document("bad", 1, b'{"uri":'), id="no JSON"),
        pytest.param(Document("x" * 600, 1, b'{"uri":"u"}'), id="request refused"),
    ],
)
def test_a_bad_document_costs_only_itself(bad: Document, settings: Settings, write_all: Write) -> None:
    outcomes = write_all(settings, [*stories(20), bad, *stories(40)[20:]])
    rejected = outcomes.pop(20)
    assert isinstance(rejected, TerminalError)
    assert rejected.item == bad.id
    assert outcomes == [Written.INDEXED] * 40


def test_a_field_that_is_not_mapped_is_for_the_operator(settings: Settings, write_all: Write) -> None:
    with pytest.raises(OperatorError, match="Run `wire setup` first"):
        write_all(settings, [Document("u", 1, b'{"new_field":1}')])


def test_without_setup_nothing_is_written(bare: Settings, client: Elasticsearch, write_all: Write) -> None:
    with pytest.raises(OperatorError, match="Run `wire setup` first"):
        write_all(bare, stories(2))
    assert not client.indices.exists(index=bare.index)


def test_ten_megabytes(settings: Settings, client: Elasticsearch, write_all: Write) -> None:
    text = "Ministers met in Baghdad on Tuesday. " * (10_000_000 // 37)
    big, endless = Story(uri="urn:big", body_text=text), Story(uri="urn:endless", body_text="x" * 10_000_000)
    outcomes = write_all(settings, [document(big, 1), document(endless, 1), document(STORY, 1)])
    assert outcomes == [Written.INDEXED] * 3
    assert get(client, settings, "urn:big") == big


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)
TEXTS = st.lists(TEXT, max_size=3).map(tuple)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(width=32, allow_nan=False, allow_infinity=False)
    | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
)
TIMES = st.datetimes(timezones=st.integers(-14, 14).map(lambda hours: timezone(timedelta(hours=hours))))
HOSTILE = st.builds(
    Story,
    uri=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=700),
    pubstatus=st.sampled_from(["usable", "withheld"]), version=TEXT, versioncreated=TIMES, embargoed=TIMES | st.none(),
    urgency=st.integers(1, 9), signals=TEXTS, headline=TEXT, slugline=TEXT, byline=TEXT, language=TEXT, source=TEXT,
    keywords=TEXTS, ednote=TEXT, body_text=TEXT, extra=st.dictionaries(TEXT, JSON, max_size=4),
    subject=st.builds(Concept, name=TEXT, code=TEXT, scheme=TEXT).map(lambda concept: (concept,)),
    entities=st.builds(Entity, name=TEXT, type=st.just("person"), aliases=TEXTS).map(lambda entity: (entity,)),
)  # fmt: skip


@given(batch=st.lists(HOSTILE, min_size=10, max_size=40, unique_by=lambda story: story.uri))
@hypothesis_settings(
    max_examples=8, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), phases=[Phase.generate]
)
def test_whatever_a_story_says_is_taken_and_comes_back(
    batch: list[Story], settings: Settings, client: Elasticsearch, write_all: Write
) -> None:
    version = next(VERSIONS)
    outcomes = write_all(settings, [document(story, version) for story in batch])
    assert outcomes == [Written.INDEXED] * len(batch)
    for story in batch:
        expected = story if story.pubstatus == "usable" else tombstone(story)
        source = client.get(index=settings.index, id=document_id(story.uri))["_source"]
        assert story_of(source) == decode(encode(expected))


def test_hostile_names_and_depths(settings: Settings, client: Elasticsearch, write_all: Write) -> None:
    deep: object = "end"
    for _ in range(90):
        deep = {"a": [deep]}
    extra = {"": 1, ".": 2, "..": 3, "a.b": 4, "a": {"b": {"c": 5}}, "x" * 40_000: 7, "\0": 8, "deep": deep, "_id": 9}
    story = replace(STORY, extra=extra, signals=("", "x" * 40_000), keywords=("é" * 1024,))
    assert write_all(settings, [document(story, 1)]) == [Written.INDEXED]
    assert get(client, settings, STORY.uri) == story


def test_busy_engines_get_it_again(settings: Settings, proxy: Proxy, write_all: Write) -> None:
    full = b'{"error":{"type":"es_rejected_execution_exception","reason":"full"}}'
    refusals = list(itertools.product([408, 429, 500, 502, 503, 504], [b"", b"<html>", full]))
    proxy.refusals = refusals.copy()
    through = replace(settings, elasticsearch=proxy.url)
    for refusal in refusals:
        outcomes = write_all(through, stories(3))
        assert [type(outcome) for outcome in outcomes] == [TransientError] * 3, refusal
    assert proxy.bulks == [3] * len(refusals)
    assert write_all(through, stories(3)) == [Written.INDEXED] * 3


def test_one_busy_item_does_not_hide_the_others(settings: Settings, proxy: Proxy, write_all: Write) -> None:
    busy = {"status": 429, "error": {"type": "es_rejected_execution_exception", "reason": "queue full"}}
    items = [{"index": {"status": 201}}, {"index": busy}, {"index": {"status": 409, "error": {"type": "x"}}}]
    proxy.refusals = [(200, orjson.dumps({"items": items}))]
    first, second, third = write_all(replace(settings, elasticsearch=proxy.url), stories(3))
    assert (first, third) == (Written.INDEXED, Written.SUPERSEDED)
    assert isinstance(second, TransientError)
    assert "queue full" in str(second)


def test_an_unclear_answer_is_asked_again(settings: Settings, proxy: Proxy, write_all: Write) -> None:
    for answer in (b"{}", b'{"items":[]}', b"{", b"<html>", b'{"items":[{"index":{"status":201}}]}'):
        proxy.refusals = [(200, answer)]
        outcomes = write_all(replace(settings, elasticsearch=proxy.url), stories(2))
        assert [type(outcome) for outcome in outcomes] == [TransientError] * 2, answer


FOR_ALL = (
    (401, b'{"error":{"type":"security_exception","reason":"missing credentials"}}'),
    (403, b'{"error":{"type":"security_exception","reason":"no rights"}}'),
    (401, b"<html>"),
    (404, b"<html>"),
    (400, b"<html>The plain HTTP request was sent to HTTPS port</html>"),
)


def test_what_fails_for_all_stops_loudly(settings: Settings, proxy: Proxy, write_all: Write) -> None:
    proxy.refusals = list(FOR_ALL)
    for _ in FOR_ALL:
        with pytest.raises(OperatorError):
            write_all(replace(settings, elasticsearch=proxy.url), stories(5))
    assert proxy.bulks == [5] * len(FOR_ALL)


def test_a_proxy_that_takes_no_large_bodies(settings: Settings, proxy: Proxy, write_all: Write) -> None:
    proxy.limit = 100_000
    noise = random.Random(3).randbytes(200_000).hex()
    large = document(Story(uri="urn:large", body_text=noise), 1)
    outcomes = write_all(replace(settings, elasticsearch=proxy.url), [*stories(8), large])
    assert outcomes[:-1] == [Written.INDEXED] * 8
    assert isinstance(outcomes[-1], TerminalError)
    assert outcomes[-1].item == "urn:large"


def test_batches_are_bounded_in_number_and_bytes(settings: Settings, proxy: Proxy, write_all: Write) -> None:
    through = replace(settings, elasticsearch=proxy.url)
    assert set(write_all(through, stories(2 * MOST_DOCUMENTS + 1))) == {Written.INDEXED}
    assert proxy.bulks == [MOST_DOCUMENTS, MOST_DOCUMENTS, 1]
    proxy.bulks.clear()
    heavy = [document(Story(uri=f"urn:heavy:{each}", body_text="x" * (4 << 20)), 1) for each in range(5)]
    assert set(write_all(through, heavy)) == {Written.INDEXED}
    assert proxy.bulks == [2, 2, 1]


def test_nothing_to_write_asks_nothing(settings: Settings, proxy: Proxy, write_all: Write) -> None:
    assert write_all(replace(settings, elasticsearch=proxy.url), []) == []
    assert proxy.bulks == []


@pytest.mark.parametrize("block", ["write", "read_only", "read_only_allow_delete"])
def test_a_blocked_index_waits_and_says_so(
    block: str, settings: Settings, client: Elasticsearch, write_all: Write, caplog: pytest.LogCaptureFixture
) -> None:
    setting = f"index.blocks.{block}"
    client.indices.put_settings(index=settings.index, settings={setting: True})
    try:
        with caplog.at_level(logging.ERROR, "pipeline.search.writer"):
            outcomes = write_all(settings, stories(3))
        assert [type(outcome) for outcome in outcomes] == [IndexBlockedError] * 3
        assert [record.message.startswith("The index is blocked") for record in caplog.records] == [True]
    finally:
        client.indices.put_settings(index=settings.index, settings={setting: None})
    assert write_all(settings, stories(3)) == [Written.INDEXED] * 3


def test_a_closed_index_waits(settings: Settings, client: Elasticsearch, write_all: Write) -> None:
    client.indices.close(index=settings.index)
    assert [type(outcome) for outcome in write_all(settings, stories(2))] == [IndexBlockedError] * 2
    client.indices.open(index=settings.index)
    assert write_all(settings, stories(2)) == [Written.INDEXED] * 2


def test_nobody_there() -> None:
    nowhere = Settings(elasticsearch="http://127.0.0.1:1")

    async def go() -> list[Outcome]:
        async with connect_async(nowhere) as client:
            return await write(client, nowhere.index, stories(3))

    outcomes = asyncio.run(go())
    assert [type(outcome) for outcome in outcomes] == [TransientError] * 3
    assert "http://127.0.0.1:1" in str(outcomes[0])
