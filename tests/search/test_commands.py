"""`wire search` and `wire show`, as they are called, against the real engines."""

import dataclasses
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import orjson
import pytest

from pipeline.cli.main import main
from pipeline.settings import PREFIX, Settings, variable
from pipeline.story import (
    Changes,
    Event,
    FigureChange,
    Participant,
    Place,
    Provenance,
    RawReference,
    Span,
    Story,
    decode,
)

pytestmark = pytest.mark.engines

Index = Callable[..., None]
Wire = Callable[..., tuple[int, str, str]]
SPAN = Span(text="met", start=10, end=13)
TALKS = Story(
    uri="urn:talks",
    headline="Talks [bold]resume[/bold] \x1b[31min Baghdad",
    body_text="Ministers met in Baghdad on Tuesday. A peace deal is near.",
    source="Agency",
    versioncreated=datetime(2026, 3, 1, 12, tzinfo=UTC),
    places=(Place(name="Baghdad", country="IQ", country_name="Iraq"),),
    events=(Event(type="CONSULT", trigger=SPAN, evidence=SPAN, actors=(Participant(span=SPAN, name="Ministers"),)),),
)
KILLED = Story(
    uri="urn:killed",
    headline="Wrong talks",
    pubstatus="canceled",
    ednote="Kill: the talks did not take place.",
    versioncreated=datetime(2026, 3, 1, 13, tzinfo=UTC),
)


@pytest.fixture
def wire(bare: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Wire:
    """Calls `wire` with the settings of the test's index; gives exit code, standard output and standard error."""
    for field in dataclasses.fields(Settings):
        monkeypatch.delenv(variable(field.name), raising=False)
    monkeypatch.setenv(f"{PREFIX}ELASTICSEARCH", bare.elasticsearch)
    monkeypatch.setenv(f"{PREFIX}INDEX", bare.index)

    def go(*arguments: str) -> tuple[int, str, str]:
        try:
            main(arguments)
            code = 0
        except SystemExit as stop:
            code = int(stop.code or 0)
        said = capsys.readouterr()
        return code, said.out, said.err

    return go


def test_search_shows_hits_and_facets(wire: Wire, index: Index) -> None:
    index(TALKS, KILLED)
    code, out, err = wire("search", "peace", "deal", "--filter", "place=iraq", "--facet", "event_types")
    assert (code, err) == (0, "")
    assert out.startswith("1 story\n")
    for shown in ("Talks [bold]resume[/bold] \ufffd[31min Baghdad", "2026-03-01 12:00Z", "Agency", "peace deal is near",
                  "urn:talks", "event_types", "CONSULT", "█"):  # fmt: skip
        assert shown in out
    assert "\x1b" not in out


def test_search_as_json(wire: Wire, index: Index) -> None:
    index(TALKS)
    code, out, _ = wire("search", "baghdad", "--facet", "place", "--json")
    found = orjson.loads(out)
    assert (code, found["total"], found["hits"][0]["uri"]) == (0, 1, "urn:talks")
    assert found["facets"] == [{"name": "place", "counts": [["Baghdad", 1]], "others": 0}]


def test_search_that_finds_nothing_helps(wire: Wire, index: Index) -> None:
    index(KILLED)
    assert "Feed some with `wire feed PATH`" in wire("search", "talks")[2]
    index(TALKS)
    assert "1 would without them" in wire("search", "talks", "-f", "place=Lima")[2]
    code, out, err = wire("search", "zebra")
    assert (code, out) == (0, "")
    assert "None of the 1 stories matches" in err


def test_search_before_setup_and_without_engine(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    code, out, err = wire("search", "talks")
    assert (code, out) == (1, "")
    assert err.startswith("wire: Run `wire setup` first")
    monkeypatch.setenv(f"{PREFIX}ELASTICSEARCH", "http://127.0.0.1:1")
    code, out, err = wire("search", "talks")
    assert (code, out) == (1, "")
    assert "http://127.0.0.1:1" in err
    assert err.count("\n") == 1


def test_search_with_an_unknown_filter(wire: Wire) -> None:
    code, _, err = wire("search", "--filter", "plac=Iraq")
    assert code == 1
    assert "Known: place, country" in err


RAW = RawReference(topic="wire.raw", partition=1, offset=7, size=1, sha256="")
LIVES = [
    replace(
        TALKS,
        uri="urn:first",
        signals=("flash", "corrected"),
        changes=Changes(since=1, material=True, figures=(FigureChange(what="killed", before="4", after="6"),)),
        group="0123456789abcdef",
        thread="fedcba9876543210",
    ),
    replace(TALKS, uri="urn:second", source="Meridian [b]News", group="0123456789abcdef", reinstates=3),
    replace(TALKS, uri="urn:third", thread="fedcba9876543210"),
    replace(KILLED, uri="urn:gone", ednote="Kill:\nwrong.", provenance=Provenance(feed="agency", raw=RAW)),
    replace(KILLED, uri="urn:marked", pubstatus="withheld", ednote="Being\nchecked."),
    replace(KILLED, uri="urn:embargoed", pubstatus="withheld", ednote=None),
]


@pytest.mark.parametrize("width", ["80", "160"])
def test_search_tells_of_lives(width: str, wire: Wire, index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", width)
    index(*LIVES)
    code, out, err = wire("search", "baghdad", "--sort", "oldest", "--facet", "source")
    assert (code, err) == (0, "")
    assert out.startswith("2 stories (1 more copy of them: --copies)\n")
    assert max(map(len, out.splitlines())) <= int(width)
    said = " ".join(out.split())
    for part in ("2026-03-01 12:00Z · FLASH corrected · Agency", "● killed 4 → 6", "thread fedcba9876543210",
                 "2 copies, from Agency, Meridian [b]News"):  # fmt: skip
        assert part in said
    assert wire("search", "baghdad", "--copies")[1].startswith("3 stories\n")
    assert "reinstated" in wire("search", "baghdad", "-f", "group=0123456789abcdef")[1]
    assert wire("search", "--thread", "fedcba9876543210")[1].startswith("2 stories\n")
    assert orjson.loads(wire("search", "--json", "--copies")[1])["documents"] == 3


def test_show_tells_of_a_life(wire: Wire, index: Index) -> None:
    index(*LIVES)
    said = " ".join(wire("show", "urn:first")[1].split())
    for part in ("usable FLASH corrected", "changed ● killed 4 → 6", "2 copies, from Agency, Meridian [b]News: `wire",
                 "group=0123456789abcdef`", "2 stories: `wire thread fedcba9876543210`"):  # fmt: skip
        assert part in said
    assert "after a kill" in wire("show", "urn:second")[1]
    for uri, says in (
        ("urn:gone", "13:00 UTC by the message wire.raw/1/7 of the feed agency. Kill: wrong.\n"),
        ("urn:marked", "may not be seen since 2026-03-01 13:00 UTC: it is withheld. Being checked.\n"),
        ("urn:embargoed", "may not be seen since 2026-03-01 13:00 UTC: it is withheld, or under embargo.\n"),
    ):
        code, out, err = wire("show", uri)
        assert (code, out) == (1, "")
        assert err.endswith(says)


def test_show(wire: Wire, index: Index) -> None:
    index(TALKS, KILLED, Story(uri="urn:held", embargoed=datetime.now(UTC) + timedelta(days=1), headline="Secret"))
    code, out, err = wire("show", "urn:talks")
    assert (code, err) == (0, "")
    assert "Ministers met in Baghdad on Tuesday." in out
    assert decode(wire("show", "urn:talks", "--json")[1].encode()) == TALKS
    for uri, says in (
        ("urn:none", "There is no story urn:none"),
        (
            "urn:killed",
            "The story urn:killed was killed on 2026-03-01 at 13:00 UTC. Kill: the talks did not take place.",
        ),
        ("urn:held", "The story urn:held is under embargo until"),
    ):
        code, out, err = wire("show", uri)
        assert (code, out) == (1, "")
        assert says in err
        assert "Secret" not in err
    assert decode(wire("show", "urn:killed", "--json")[1].encode()).headline is None
