"""Threads on the real engines: only what may be seen is counted and shown."""

from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta

import orjson
import pytest
from elasticsearch import Elasticsearch

from pipeline.cli.main import main
from pipeline.errors import OperatorError, TerminalError
from pipeline.search.documents import document
from pipeline.search.threads import Thread, stories, threads
from pipeline.search.writer import Document, Outcome
from pipeline.settings import PREFIX, Settings, variable
from pipeline.story import Place, Story

pytestmark = pytest.mark.engines

Index = Callable[..., None]
Write = Callable[[Settings, Sequence[Document]], list[Outcome]]
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
LIMA, CUSCO = Place(name="Lima"), Place(name="Cusco")


def story(number: int, thread: str | None, hours: float, source: str, *places: Place) -> Story:
    return Story(
        uri=f"urn:{number}",
        versioncreated=NOON + timedelta(hours=hours),
        headline=f"Headline {number}",
        body_text="Text that a list does not need.",
        source=source,
        thread=thread,
        places=places,
    )


QUAKE = [
    replace(story(1, "quake", 0, "Agency", LIMA), signals=("flash",)),
    story(2, "quake", 1, "Meridian News", LIMA, CUSCO),
    replace(story(3, "quake", 2, "Agency", CUSCO, LIMA), headline=None, slugline="QUAKE/LIMA"),
]
TALKS = [story(4, "talks", -48, "Agency"), story(5, "talks", -47, "Agency")]
HIDDEN = [replace(story(6, "quake", 3, "Agency"), pubstatus="canceled"), story(7, None, 4, "Agency")]


@pytest.fixture
def filled(index: Index) -> None:
    index(*QUAKE, *TALKS, *HIDDEN)


@pytest.fixture
def wire(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    """Calls `wire`; gives exit code, standard output and standard error."""
    for field in fields(Settings):
        monkeypatch.delenv(variable(field.name), raising=False)
    monkeypatch.setenv(f"{PREFIX}ELASTICSEARCH", settings.elasticsearch)
    monkeypatch.setenv(f"{PREFIX}INDEX", settings.index)

    def go(*arguments: str) -> tuple[int, str, str]:
        try:
            main(arguments)
            code = 0
        except SystemExit as stop:
            code = int(stop.code or 0)
        said = capsys.readouterr()
        return code, said.out, said.err

    return go


@pytest.mark.usefixtures("filled")
def test_threads_are_counted_by_what_may_be_seen(client: Elasticsearch, settings: Settings) -> None:
    quake, talks = threads(client, settings)
    assert quake == Thread(
        id="quake",
        headline="QUAKE/LIMA",
        stories=3,
        agencies=("Agency", "Meridian News"),
        place="Lima",
        first="2026-03-01T12:00:00.000Z",
        last="2026-03-01T14:00:00.000Z",
    )
    assert (talks.id, talks.stories, talks.place) == ("talks", 2, None)


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize(
    ("since", "most", "found"),
    [("2026-03-01T13:30Z", 20, {"quake": 3}), ("2026-02-27", 20, {"quake": 3, "talks": 2}), (None, 1, {"quake": 3}),
     ("2026-03-01T14:30Z", 20, {})],
)  # fmt: skip
def test_since_chooses_threads_and_counts_them_whole(
    since: str | None, most: int, found: dict[str, int], client: Elasticsearch, settings: Settings
) -> None:
    assert {each.id: each.stories for each in threads(client, settings, since, most)} == found


def test_a_time_that_is_none(client: Elasticsearch, settings: Settings) -> None:
    with pytest.raises(TerminalError, match="takes a time"):
        threads(client, settings, "soon")


def test_before_set_up(client: Elasticsearch, bare: Settings) -> None:
    with pytest.raises(OperatorError, match="wire setup"):
        threads(client, bare)
    with pytest.raises(OperatorError, match="wire setup"):
        stories(client, bare, "quake")


@pytest.mark.usefixtures("filled")
def test_the_stories_of_a_thread_in_time_order(client: Elasticsearch, settings: Settings) -> None:
    assert stories(client, settings, "quake") == [replace(each, body_text="") for each in QUAKE]
    assert stories(client, settings, "none") == []


def test_more_stories_than_a_page(client: Elasticsearch, settings: Settings, index: Index) -> None:
    index(*(story(number, "long", -number, "Agency") for number in range(1001)))
    assert [each.uri for each in stories(client, settings, "long")] == [f"urn:{n}" for n in range(1000, -1, -1)]


@pytest.mark.usefixtures("filled")
def test_the_commands(wire: Callable[..., tuple[int, str, str]]) -> None:
    code, out, err = wire("threads")
    assert (code, err) == (0, "")
    assert out.index("QUAKE/LIMA") < out.index("Headline 5")
    lines = wire("threads", "--json")[1].splitlines()
    assert [orjson.loads(line)["stories"] for line in lines] == [3, 2]
    code, out, err = wire("thread", "quake")
    assert (code, err) == (0, "")
    assert [line for line in out.splitlines() if "●" in line] == ["2026-03-01 12:00Z  ● Headline 1"]
    assert "Headline 6" not in out
    code, out, err = wire("thread", "none")
    assert (code, out, err) == (1, "", "wire: There is no thread none with a story that may be seen.\n")


def test_no_thread_yet(wire: Callable[..., tuple[int, str, str]]) -> None:
    code, out, err = wire("threads")
    assert (code, out) == (0, "")
    assert err.startswith("There is no thread.")


@pytest.mark.usefixtures("filled")
def test_following(
    wire: Callable[..., tuple[int, str, str]],
    settings: Settings,
    client: Elasticsearch,
    write_all: Write,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Something happens each time that the command waits; at last, Ctrl-C."""
    events = iter([story(8, "quake", 5, "Agency"), replace(QUAKE[1], pubstatus="canceled")])

    def wait(_seconds: float) -> None:
        if (event := next(events, None)) is None:
            raise KeyboardInterrupt
        write_all(settings, [document(event, 2)])
        client.indices.refresh(index=settings.index)

    monkeypatch.setattr("time.sleep", wait)
    code, out, err = wire("thread", "quake", "--follow", "--json")
    assert code == 130
    assert [orjson.loads(line)["uri"] for line in out.splitlines()] == ["urn:1", "urn:2", "urn:3", "urn:8"]
    assert err.startswith("urn:2 may not be seen any more")
