"""`wire held`: what is held, in which order and in which words, and which advisories have found nothing."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import islice
from typing import Any
from uuid import uuid4

import orjson
import pytest

from pipeline.cli import held as view
from pipeline.cli import status
from pipeline.cli.held import left, rows
from pipeline.cli.held_advisories import unreached
from pipeline.cli.main import main
from pipeline.errors import OperatorError
from pipeline.life import Life
from pipeline.lifecycle.naming import names
from pipeline.lifecycle.notice import effect
from pipeline.lifecycle.revision import revision
from pipeline.search import advisories, ledger, private
from pipeline.search.client import connect, connect_async
from pipeline.search.history import Waiting, held, waiting
from pipeline.search.ledger import Version
from pipeline.settings import PREFIX, Settings, variable
from pipeline.story import Advisory, Provenance, RawReference, Story, Target

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
RAW = RawReference(topic="wire.raw", partition=2, offset=14, size=1, sha256="")
STORY = Story(
    uri="urn:x",
    revision=300,
    version="3",
    versioncreated=NOON,
    headline="Bridge [b]closed[/b] \x1b[31mtoday",
    body_text="A bridge was closed.",
    slugline="Poland-Bridge",
    provenance=Provenance(feed="agency", raw=RAW, received=NOON),
)
WAITING = replace(STORY, embargoed=NOON + timedelta(hours=2, minutes=5))
WITHHELD = replace(STORY, uri="urn:w", pubstatus="withheld", ednote="Facts are\nbeing checked.")


def life(story: Story, **given: Any) -> Life:
    status, until = story.pubstatus, story.embargoed
    made = Life(uri=story.uri, newest=story.revision, status=status, embargoed=until, time=story.versioncreated)
    return replace(made, **given)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "in 0 s"),
        (59, "in 59 s"),
        (60, "in 1 min"),
        (7_500, "in 2 h 5 min"),
        (86_400 + 59, "in 1 d"),
        (3 * 86_400 + 3_600, "in 3 d 1 h"),
        (400 * 86_400, "in 1 y 34 d"),
        (-3, "over for 3 s: it waits for the stage publish"),
    ],
)
def test_the_time_left(seconds: int, said: str) -> None:
    assert left(NOON + timedelta(seconds=seconds), NOON) == said


def test_an_embargo_without_end_can_be_told() -> None:
    assert left(datetime.max.replace(tzinfo=UTC), NOON).startswith("in 7973 y")
    assert left(datetime.min.replace(tzinfo=UTC), NOON).startswith("over for")


def test_what_an_advisory_withholds_has_the_headline_of_the_version_before() -> None:
    bare = replace(WITHHELD, headline=None, slugline=None, body_text="", version=None)
    (row,) = rows([(life(bare, over=0), bare)], {("urn:w", 0): STORY})
    assert (row.headline, row.message, row.since, row.reason) == (STORY.headline, "wire.raw/2/14", NOON, bare.ednote)
    (nameless,) = rows([(life(bare), bare)], {})
    assert nameless.headline is None
    (advisory,) = rows([(life(bare), replace(bare, advisory=Advisory(kind="withhold")))], {})
    assert advisory.headline == "an advisory to withhold other stories"
    (missing,) = rows([(life(STORY), None)], {})
    assert (missing.status, missing.since, missing.feed) == ("embargoed", NOON, None)


@pytest.mark.parametrize("width", ["80", "160"])
def test_both_ways_of_being_held_are_shown(
    width: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", width)
    monkeypatch.setenv("TZ", "Asia/Kathmandu")
    time.tzset()
    try:
        view.show(rows([(life(WAITING), WAITING), (life(WITHHELD), WITHHELD)], {}), NOON)
    finally:
        monkeypatch.undo()
        time.tzset()
    out = capsys.readouterr().out
    assert max(map(len, out.splitlines())) <= int(width)
    assert "\x1b" not in out
    said = " ".join(out.split())
    embargoed, withheld = said.split("Withheld: 1")
    assert embargoed.startswith(
        "Under embargo: 1 2026-11-24 19:50:00 +0545 Bridge [b]closed[/b] \ufffd[31mtoday in 2 h"
    )
    assert "feed agency · version 3 · message wire.raw/2/14 · urn:x" in embargoed
    assert "since 2026-11-24 17:45:00 +0545" in withheld
    assert "Facts are being checked." in withheld


KILL = Story(
    uri="urn:kill",
    pubstatus="canceled",
    versioncreated=NOON + timedelta(hours=1),
    ednote="Kill the story slugged Poland-Bridge.",
    advisory=Advisory(kind="kill", targets=(Target(slugline="Poland-Bridge"),)),
    provenance=Provenance(feed="agency", raw=replace(RAW, offset=99)),
)
KILL = replace(KILL, revision=revision(KILL, None))
NAME = "slug:agency:polandbridge"


def made_by(advisory: Story, uri: str = "urn:x") -> Story:
    made = effect(advisory, uri)
    assert isinstance(made, Story)
    return made


@pytest.mark.parametrize(
    ("known", "made", "found"),
    [
        ([], [], True),
        ([life(STORY)], [], False),
        ([life(STORY, time=NOON - timedelta(days=9))], [], True),
        ([life(STORY, time=NOON + timedelta(hours=2))], [], True),
        ([], [made_by(KILL)], False),
        ([], [KILL], True),
        ([], [replace(made_by(KILL), provenance=STORY.provenance)], True),
    ],
    ids=[
        "none",
        "one of that name",
        "too old for the slug",
        "sent later",
        "killed by it",
        "itself",
        "killed by another",
    ],
)
def test_an_advisory_that_found_nothing(known: list[Life], made: list[Story], found: bool) -> None:
    told = unreached([(NAME, KILL)], {NAME: known}, made)
    assert [(each.kind, each.names, each.uri) for each in told] == [
        ("kill", ("the slug polandbridge",), "urn:kill")
    ] * found


def test_an_advisory_is_listed_once_and_the_latest_first() -> None:
    later = replace(KILL, uri="urn:later", revision=KILL.revision + 4)
    noted = [(NAME, KILL), ("number:agency:r:412", KILL), ("number:agency::412", later)]
    told = unreached(noted, {}, [])
    assert [(each.uri, each.names) for each in told] == [
        ("urn:later", ("the transmission 412",)),
        ("urn:kill", ("the transmission r 412", "the slug polandbridge")),
    ]


@pytest.fixture
def books(opensearch: str) -> Iterator[Settings]:
    """Settings with private indices of their own."""
    settings = Settings(elasticsearch=opensearch, index=f"test-{uuid4().hex[:12]}")
    with connect(settings) as client:
        private.ensure(client, settings)
        try:
            yield settings
        finally:
            for index in private.indices(settings):
                client.indices.delete(index=index)


def write(settings: Settings, kept: list[tuple[Life, Story]], noted: list[tuple[str, Story]] = []) -> None:  # noqa: B006
    async def go() -> None:
        async with connect_async(settings) as client:
            known = await ledger.entries(client, settings, [known.uri for known, _ in kept])
            assert not await ledger.keep(client, settings, [Version(story) for _, story in kept])
            assert not await ledger.enter(client, settings, {life.uri: life for life, _ in kept}, known)
            for name, advisory in noted:
                await advisories.note(client, settings, name, advisory)

    asyncio.run(go())
    with connect(settings) as client:
        client.indices.refresh(index=",".join(private.indices(settings)))


Wire = Callable[..., tuple[int, str, str]]


@pytest.fixture
def wire(books: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Wire:
    """Calls `wire`; gives exit code, standard output and standard error."""
    for field in fields(Settings):
        monkeypatch.delenv(variable(field.name), raising=False)
    monkeypatch.setenv(f"{PREFIX}ELASTICSEARCH", books.elasticsearch)
    monkeypatch.setenv(f"{PREFIX}INDEX", books.index)

    def go(*arguments: str) -> tuple[int, str, str]:
        try:
            main(arguments)
            code = 0
        except SystemExit as stop:
            code = int(stop.code or 0)
        said = capsys.readouterr()
        return code, said.out, said.err

    return go


@pytest.mark.engines
def test_nothing_is_held(wire: Wire) -> None:
    assert wire("held") == (0, "", "Nothing is held.\n")
    code, out, err = wire("held", "--advisories")
    assert (code, out) == (0, "")
    assert err.startswith("Every kill and withhold that names a story in words has found one.")


@pytest.mark.engines
def test_what_is_held_comes_in_order(wire: Wire, books: Settings) -> None:
    many = [replace(WAITING, uri=f"urn:{n}", embargoed=NOON + timedelta(minutes=n)) for n in range(450)]
    shown = replace(STORY, uri="urn:shown")
    killed = replace(STORY, uri="urn:killed", pubstatus="canceled")
    kept = [(life(each), each) for each in (*many, WITHHELD)]
    write(books, [*kept, (life(shown, released=True), shown), (life(killed), killed)], [(NAME, KILL)])
    code, out, err = wire("held", "--json")
    assert (code, err) == (0, "")
    told = [orjson.loads(line) for line in out.splitlines()]
    assert [each["uri"] for each in told] == [f"urn:{n}" for n in range(450)] + ["urn:w"]
    assert all(each["headline"] == STORY.headline for each in told)
    with connect(books) as client:
        assert waiting(client, books) == Waiting(embargoed=450, withheld=1)
        whole = list(islice(held(client, books), 2))
        assert [story for _, story in whole] == many[:2]
        assert all(story and not story.body_text for _, story in held(client, books, whole=False))
    code, out, err = wire("held")
    assert (code, "urn:449" in out) == (0, True)
    assert f"seen by whoever may read the indices {books.index}-ledger and {books.index}-history" in err


@pytest.mark.engines
def test_advisories_that_found_a_story_and_those_that_did_not(wire: Wire, books: Settings) -> None:
    other = replace(KILL, uri="urn:other", provenance=replace(KILL.provenance, raw=replace(RAW, offset=100)))
    killed = made_by(KILL)
    release = replace(KILL, uri="urn:release", pubstatus="usable", advisory=Advisory(kind="release"))
    noted = [(NAME, KILL), ("slug:agency:chadport", other), ("slug:agency:malidam", release)]
    write(books, [(life(killed, names=names(killed)), killed)], noted)
    code, out, _ = wire("held", "--advisories", "--json")
    assert code == 0
    assert [orjson.loads(line)["uri"] for line in out.splitlines()] == ["urn:other"]
    code, out, err = wire("held", "--advisories")
    assert (code, "the slug chadport" in out, "Kill the story slugged" in out) == (0, True, True)
    assert err.startswith("Whoever may read the private indices sees these.")


@pytest.mark.engines
def test_before_set_up(books: Settings) -> None:
    nowhere = replace(books, index=f"test-{uuid4().hex[:12]}")
    with connect(nowhere) as client:
        with pytest.raises(OperatorError, match="wire setup"):
            list(held(client, nowhere))
        with pytest.raises(OperatorError, match="wire setup"):
            waiting(client, nowhere)


class _Refusing(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        reason = "action [indices:data/read/search] is unauthorized for user [reader] on indices [news-ledger]"
        answer = orjson.dumps({"error": {"type": "security_exception", "reason": reason}, "status": 403})
        self.send_response(403)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.mark.parametrize("arguments", [("held",), ("held", "--json"), ("held", "--advisories")])
def test_without_rights(
    arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Refusing) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        monkeypatch.setenv(f"{PREFIX}ELASTICSEARCH", f"http://127.0.0.1:{server.server_port}")
        with pytest.raises(SystemExit) as stop:
            main(arguments)
        with connect(Settings(elasticsearch=f"http://127.0.0.1:{server.server_port}")) as client:
            told = status.held(client, Settings())
        server.shutdown()
        thread.join()
    said = capsys.readouterr()
    assert (stop.value.code, said.out) == (1, "")
    assert said.err.startswith("wire: The search engine refuses our credentials or rights: action")
    assert said.err.count("\n") == 1
    assert told.startswith("The search engine refuses our credentials or rights")
