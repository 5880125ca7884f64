"""`wire history`: which versions are shown, which may not be, and how a difference looks."""

import asyncio
import io
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import orjson
import pytest
from rich.console import Console

from pipeline.cli import changes_view, history
from pipeline.cli.changes_view import Row, difference, local, summary, words
from pipeline.cli.history import chosen, readable, rows, why_hidden
from pipeline.cli.main import main
from pipeline.errors import TerminalError
from pipeline.life import Life
from pipeline.lifecycle.changes import changes
from pipeline.search import ledger, private
from pipeline.search.client import connect, connect_async
from pipeline.search.ledger import Version
from pipeline.settings import Settings
from pipeline.story import Change, Changes, FigureChange, Story, tombstone

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
FIRST = Story(
    uri="urn:x",
    revision=100,
    version="1",
    versioncreated=NOON - timedelta(hours=3),
    headline="Landslide buries houses, four dead",
    body_text="A landslide killed four people in western Nepal.\n\nMore rain will fall.",
)
SECOND = replace(
    FIRST,
    revision=200,
    version="2",
    versioncreated=NOON - timedelta(hours=2),
    headline="Landslide buries houses, six dead",
    body_text="A landslide killed six people in western Nepal.\n\nA helicopter turned back.",
)
THIRD = replace(SECOND, revision=300, version="3", versioncreated=NOON - timedelta(hours=1))
KILL = tombstone(replace(THIRD, revision=303, pubstatus="canceled", ednote="The village does not [b]exist[/b]."))
VERSIONS = [FIRST, SECOND, THIRD]
SECRET = "Landslide"


def test_each_version_is_told_against_the_one_before() -> None:
    first, second, third = rows(VERSIONS, NOON)
    assert (first.number, first.version, first.headline, first.changes) == (1, "1", FIRST.headline, None)
    assert second.changes == changes(FIRST, SECOND)
    assert third.changes == Changes(since=200, material=False)


@pytest.mark.parametrize(
    ("hiding", "reason"),
    [
        (KILL, "The village does not [b]exist[/b]."),
        (replace(THIRD, revision=400, pubstatus="canceled", ednote=None), "No reason was given."),
        (replace(THIRD, revision=400, pubstatus="withheld"), "Withheld by its agency."),
    ],
    ids=["killed", "killed without a reason", "withheld"],
)
def test_what_hides_the_newest_hides_all(hiding: Story, reason: str, capsys: pytest.CaptureFixture[str]) -> None:
    versions = [*VERSIONS, hiding]
    told = list(rows(versions, NOON))
    assert reason in (told[-1].note or "")
    assert all(row.note and row.headline is None and row.changes is None for row in told)
    for as_json in (True, False):
        history.show_versions(versions, NOON, held=False, as_json=as_json)
    assert SECRET not in capsys.readouterr().out
    for name in ("#1", "#4"):
        with pytest.raises(TerminalError, match="has no text to show"):
            readable(versions, name)


def test_a_reinstated_story_shows_what_came_after_its_kill_only() -> None:
    again = replace(THIRD, revision=500, version="4", reinstates=303)
    *before, last = rows([FIRST, SECOND, KILL, again], NOON)
    assert [row.headline for row in before] == [None, None, None]
    assert (last.headline, last.changes, last.reinstates) == (THIRD.headline, None, 303)
    assert "reinstated after a kill" in shown(changes_view.versions([last]))


def test_who_may_see_what_is_held_sees_it_but_nothing_that_was_killed() -> None:
    waiting = replace(THIRD, revision=400, embargoed=NOON + timedelta(days=1))
    first, second = rows([FIRST, waiting], NOON, held=True)
    assert (first.headline, first.embargoed) == (FIRST.headline, None)
    assert (second.headline, second.embargoed) == (waiting.headline, waiting.embargoed)
    assert "under embargo until 2026-11-25" in " ".join(shown(changes_view.versions([second])).split())
    withheld = replace(THIRD, revision=400, pubstatus="withheld")
    assert why_hidden([FIRST, withheld], FIRST, held=True) is None
    assert all(row.headline is None for row in rows([*VERSIONS, KILL], NOON, held=True))


def test_an_embargo_that_was_let_out_hides_nothing() -> None:
    (row,) = rows([replace(FIRST, embargoed=NOON + timedelta(hours=1))], NOON)
    assert row.headline == FIRST.headline


def test_a_version_whose_text_is_not_kept_says_so() -> None:
    (row,) = rows([tombstone(FIRST)], NOON)
    assert (row.headline, row.note) == (None, "Its text is not kept, or may not be seen now.")


@pytest.mark.parametrize(
    ("name", "revision"), [("#1", 100), ("#3", 300), ("2", 200), ("B", 50), ("50", 50), ("4", 50), ("300", 300)]
)
def test_a_version_by_its_number_version_or_revision(name: str, revision: int) -> None:
    assert chosen([*VERSIONS, replace(FIRST, revision=50, version="B")], name).revision == revision


@pytest.mark.parametrize("name", ["#0", "#4", "4", "x", "", "#", "-1", "²"])
def test_no_such_version(name: str) -> None:
    with pytest.raises(TerminalError, match="there are #1 to #3"):
        chosen(VERSIONS, name)


def test_a_version_that_came_twice_has_to_be_named_by_its_number() -> None:
    with pytest.raises(TerminalError, match="Several versions are called 2: #2, #4"):
        chosen([*VERSIONS, replace(SECOND, revision=250)], "2")


@pytest.mark.parametrize(
    ("told", "line"),
    [
        (Changes(since=1, material=False), ""),
        (
            Changes(
                since=1,
                material=True,
                headline=Change(before="a", after="b"),
                added=("x", "y"),
                removed=("z",),
                figures=(
                    FigureChange(what="killed", before="4", after="6"),
                    FigureChange(what="missing", before="", after="9"),
                ),
                names_added=("A", "B", "C", "D\x1b[31m"),
                names_removed=("E",),
            ),
            "killed 4 → 6; missing: 9; headline; paragraphs: 2 added, 1 removed; + A, B, C and 1 more; - E",
        ),
    ],
)
def test_a_line(told: Changes, line: str) -> None:
    assert summary(told) == line


def test_a_line_is_short() -> None:
    assert len(summary(Changes(since=1, material=True, names_added=("long " * 100,)))) == 160


def shown(what: object, width: int = 80, *, colours: bool = False) -> str:
    file = io.StringIO()
    console = Console(file=file, width=width, force_terminal=colours, color_system="standard" if colours else None)
    console.print(what)
    return file.getvalue()


def test_words_that_changed_are_marked() -> None:
    change = Change(before="It killed four people in Nepal.", after="It killed six people in Nepal.")
    assert words(change, colours=False).plain == "It killed [-four-] {+six+} people in Nepal."
    assert "\x1b[9;31mfour\x1b[0m \x1b[1;32msix\x1b[0m" in shown(words(change, colours=True), colours=True)


def test_words_between_two_changes_are_taken_in() -> None:
    change = Change(before="the end of a war", after="an age of hot soup")
    assert words(change, colours=False).plain == "[-the end of a war-] {+an age of hot soup+}"


def test_a_difference_names_all_that_changed() -> None:
    text = shown(difference(changes(FIRST, SECOND), colours=False))
    for part in (
        "The news changed.",
        "killed [-4-] → {+6+}",
        "houses, [-four-] {+six+} dead",
        "+ A helicopter turned back.",
        "- More rain will fall.",
        "landslide killed [-four-] {+six+} people",
    ):
        assert part in text


@pytest.mark.parametrize(
    ("told", "verdict"),
    [
        (Changes(since=1, material=False), "Nothing changed."),
        (Changes(since=1, material=False, added=("x",)), "The same news, in other words."),
        (Changes(since=1, material=True), "The news changed."),
    ],
)
def test_the_verdict(told: Changes, verdict: str) -> None:
    assert shown(difference(told, colours=False)).splitlines()[0] == verdict


HOSTILE = "a[red]b[/red]\x1b[31mc\x07\x9b\u202ed [/]"


@pytest.mark.parametrize("width", [50, 80, 200])
def test_nothing_steers_the_terminal_and_nothing_is_wider_than_it(width: int) -> None:
    told = Changes(
        since=1,
        material=True,
        headline=Change(before=HOSTILE, after="x" * 500),
        added=(HOSTILE,),
        removed=(HOSTILE * 50,),
        rewritten=(Change(before=HOSTILE, after=HOSTILE + "!"),),
        figures=(FigureChange(what=HOSTILE, before=HOSTILE, after="6"),),
        names_added=(HOSTILE,),
        names_removed=(HOSTILE,),
    )
    row = Row(number=1, revision=1, version=HOSTILE, time=NOON, headline=HOSTILE, changes=told)
    text = shown(difference(told, colours=False), width) + shown(
        changes_view.versions([row, replace(row, note=HOSTILE, headline=None)]), width
    )
    assert not set(text) & {"\x1b", "\x07", "\x9b", "\u202e"}
    assert text.count("[red]") >= 6 * (width == 200)
    assert max(map(len, text.splitlines())) <= width


def test_a_long_pair_is_shown_in_no_time() -> None:
    alternating = Change(before="a b " * 500, after="b a " * 500)
    long = Change(before="a " * 100_000, after="b " * 100_000)
    started = time.process_time()
    words(alternating, colours=False)
    assert words(long, colours=False).plain == f"[-{('a ' * 100_000).strip()}-] {{+{('b ' * 100_000).strip()}+}} "
    assert time.process_time() - started < 5


def test_times_are_in_the_local_zone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "XST-05:45")
    time.tzset()
    try:
        assert local(NOON) == "2026-11-24 17:45:00 XST"
        assert local(datetime.max.replace(tzinfo=UTC)) == "9999-12-31T23:59:59.999999+00:00"
        assert local(None) == ""
    finally:
        monkeypatch.undo()
        time.tzset()


def test_both_versions_stand_above_their_difference(capsys: pytest.CaptureFixture[str]) -> None:
    hostile = replace(SECOND, headline="six:x:dead\n[red]\x1b[31mnow")
    history.show_between([FIRST, hostile], FIRST, hostile, as_json=False)
    first, second, *_ = capsys.readouterr().out.splitlines()
    assert first.startswith("#1  version 1  2026-11-24")
    assert "#2  version 2" in second
    assert "six:x:dead [red]\ufffd[31mnow" in second


def test_json(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    history.show_versions(VERSIONS, NOON, held=False, as_json=True)
    told = orjson.loads(capfdbinary.readouterr().out)
    assert [row["version"] for row in told["versions"]] == ["1", "2", "3"]
    assert told["versions"][1]["changes"]["figures"] == [{"what": "killed", "before": "4", "after": "6"}]
    history.show_between(VERSIONS, FIRST, SECOND, as_json=True)
    told = orjson.loads(capfdbinary.readouterr().out)
    assert (told["old"]["revision"], told["new"]["revision"], told["changes"]["material"]) == (100, 200, True)


def test_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    history.show_versions(VERSIONS, NOON, held=False, as_json=False)
    text = capsys.readouterr().out
    assert "killed 4 → 6" in text
    assert text.count("●") == 1


@pytest.fixture
def kept(opensearch: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """A search engine with the private indices under a name of their own, as the environment of `wire` says."""
    settings = Settings(elasticsearch=opensearch, index=f"test-{uuid4().hex[:12]}")
    monkeypatch.setenv("WIRE_ELASTICSEARCH", opensearch)
    monkeypatch.setenv("WIRE_INDEX", settings.index)
    with connect(settings) as client:
        private.ensure(client, settings)
        yield settings
        client.indices.delete(index=[private.ledger_index(settings), private.history_index(settings)])


def keep(settings: Settings, life: Life, versions: Sequence[Version]) -> None:
    async def go() -> None:
        async with connect_async(settings) as client:
            assert await ledger.keep(client, settings, versions) == {}
            assert await ledger.enter(client, settings, {life.uri: life}, {}) == {}

    asyncio.run(go())


def wire(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[str, str]:
    with suppress(SystemExit):  # what cannot be shown is said on standard error
        main(["history", "urn:x", *arguments])
    said = capsys.readouterr()
    return said.out, said.err


@pytest.mark.engines
def test_the_command_on_what_the_engine_keeps(kept: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    assert wire(capsys) == ("", "wire: There is no story urn:x.\n")
    waiting = replace(THIRD, revision=400, version="4", headline="Not to be told yet")
    life = Life(uri="urn:x", newest=200, status="usable", released=True, public=True, shown=200)
    keep(kept, life, [Version(FIRST, shown=True), Version(SECOND, shown=True), Version(waiting)])
    out, _ = wire(capsys)
    assert "killed 4 → 6" in out
    assert "Not to be told yet" not in out
    assert "Not to be told yet" in " ".join(wire(capsys, "--held")[0].split())
    assert "A helicopter turned back." in wire(capsys, "--between", "1", "2")[0]
    assert "A helicopter turned back." in wire(capsys, "--show", "#2")[0]
    assert "there are #1 to #2" in wire(capsys, "--between", "1", "4")[1]


@pytest.mark.engines
def test_the_command_shows_nothing_of_what_is_not_let_out(kept: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    life = Life(uri="urn:x", newest=303, status="canceled", public=True, killed=303)
    keep(kept, life, [Version(FIRST, shown=True, stripped=True), Version(KILL, shown=True)])
    for arguments in ((), ("--held",), ("--json",), ("--between", "#1", "#2"), ("--show", "#1")):
        out, err = wire(capsys, *arguments)
        assert "does not [b]exist[/b]" in " ".join(out.split()) or "has no text to show" in err
        assert SECRET not in out + err
