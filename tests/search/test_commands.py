"""`wire search` and `wire show`, as they are called, against the real engines."""

import dataclasses
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import orjson
import pytest

from pipeline.cli.main import main
from pipeline.settings import PREFIX, Settings, variable
from pipeline.story import Event, Participant, Place, Span, Story, decode

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
