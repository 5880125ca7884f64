"""What the stage `publish` relies on in its books: in memory, and in the indices of a real engine.

Searches of the index see what was written a refresh ago; here every piece of work begins with a refresh.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Protocol, TypeVar

import pytest

from pipeline.errors import TerminalError, TransientError
from pipeline.life import Life
from pipeline.search import private
from pipeline.search.advisories import MOST
from pipeline.search.client import connect, connect_async
from pipeline.search.documents import document_id
from pipeline.search.ledger import MOST_HELD, Entry, TooMuchError, Version
from pipeline.settings import Settings
from pipeline.stages.books import Books, IndexBooks
from pipeline.story import Advisory, Event, Provenance, Span, Story, Target, decode, encode, tombstone
from tests.engines.support import drop_index, unused_index
from tests.stages.memory_books import MemoryBooks

T = TypeVar("T")

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
MOMENT = timedelta(milliseconds=1)
EAST, WEST = timezone(timedelta(hours=14)), timezone(-timedelta(hours=12))
NEVER = datetime(9999, 12, 31, 23, 59, tzinfo=timezone(-timedelta(hours=5)))
SPAN = Span(text="met", start=0, end=3)
LONG = "u" * 2_000
HOSTILE = (
    "plain", LONG, f"{LONG[1:]}v", "é" * 1_000, "\N{OLD ITALIC LETTER A}" * 128, "a/b?c#d%00&e=f",
    ".", "..", "_id", "*",
    'a"b\\c', "a\0b\nc\u2028d", " ",
    document_id(LONG), document_id(document_id(LONG)), "advisory:x", "U", "u", "-", "ß",
)  # fmt: skip


class Use(Protocol):
    """Does a piece of work with the books."""

    def __call__(self, work: Callable[[Books], Awaitable[T]]) -> T: ...


@dataclass
class InMemory:
    books: MemoryBooks = field(default_factory=MemoryBooks)

    def __call__(self, work: Callable[[Books], Awaitable[T]]) -> T:
        async def go() -> T:
            return await work(self.books)

        return asyncio.run(go())


@dataclass
class InIndex:
    settings: Settings

    def __call__(self, work: Callable[[Books], Awaitable[T]]) -> T:
        async def go() -> T:
            async with connect_async(self.settings) as client:
                await client.indices.refresh(index=private.ledger_index(self.settings))
                return await work(IndexBooks(client, self.settings))

        return asyncio.run(go())


ENGINES = ("opensearch", "elasticsearch")


@pytest.fixture(params=["memory", *[pytest.param(name, marks=pytest.mark.engines) for name in ENGINES]])
def use(request: pytest.FixtureRequest) -> Iterator[Use]:
    if request.param == "memory":
        yield InMemory()
        return
    url = request.getfixturevalue({"opensearch": "opensearch", "elasticsearch": "elasticsearch_url"}[request.param])
    if url is None:
        pytest.skip("WIRE_TEST_ELASTICSEARCH names no Elasticsearch.")
    settings = Settings(elasticsearch=url, index=unused_index())
    with connect(settings) as client:
        private.ensure(client, settings)
    yield InIndex(settings)
    drop_index(settings)


def life(uri: str = "u", newest: int = 1, **given: object) -> Life:
    return replace(Life(uri=uri, newest=newest, status="usable"), **given)  # type: ignore[arg-type]


def enter(use: Use, *lives: Life) -> None:
    """Enter new lives."""
    assert use(lambda books: books.enter({each.uri: each for each in lives}, {})) == {}


def story(revision: int = 1, text: str = "First", uri: str = "u", enrichment: int = 0) -> Story:
    return Story(
        uri=uri,
        revision=revision,
        headline=text,
        body_text=f"{text} met.",
        ednote="Why.",
        extra={"agency:x": [1, {"y": None}]},
        events=(Event(type="CONSULT", trigger=SPAN, evidence=SPAN),),
        provenance=Provenance(received=NOW, enrichment_revision=enrichment),
    )


def advisory(revision: int) -> Story:
    made = Advisory(kind="kill", targets=(Target(slugline="x"),))
    return Story(uri=f"note {revision}", revision=revision, pubstatus="canceled", versioncreated=NOW, advisory=made)


# the ledger


def test_what_was_entered_is_read_at_once(use: Use) -> None:
    full = Life(
        uri="u", newest=(1 << 47) - 1, status="withheld", timed=True, numbered=True, embargoed=NEVER, released=True,
        public=True, shown=3, over=2, killed=1, enrichment=255, relations=127, group="g", thread="t",
        time=datetime(1, 1, 1, tzinfo=UTC), names=("slug:f:x", "number:f:A:7"),
    )  # fmt: skip

    async def work(books: Books) -> dict[str, Entry]:
        assert await books.entries(["u"]) == {}
        assert await books.enter({"u": full, "v": life("v")}, {}) == {}
        return await books.entries(iter(["u", "v", "w", "u"]))

    found = use(work)
    assert {uri: entry.life for uri, entry in found.items()} == {"u": full, "v": life("v")}


def test_nothing_asked_is_nothing(use: Use) -> None:
    assert use(lambda books: books.entries([])) == {}
    assert use(lambda books: books.versions([])) == {}
    assert use(lambda books: books.noted([])) == {}
    assert use(lambda books: books.keep([])) == {}
    assert use(lambda books: books.enter({}, {})) == {}
    assert use(lambda books: books.strip({})) is None


@pytest.mark.parametrize("there", [False, True])
def test_of_two_workers_with_one_entry_the_second_writes_nothing(use: Use, there: bool) -> None:
    if there:
        enter(use, life(newest=1))

    async def work(books: Books) -> Life:
        read = await books.entries(["u", "v"])
        assert await books.enter({"u": life(newest=2)}, read) == {}
        failed = await books.enter({"u": life(newest=3), "v": life("v")}, read)
        assert [(uri, type(error)) for uri, error in failed.items()] == [("u", TransientError)]
        again = await books.entries(["u", "v"])
        assert again["u"].life.newest == 2
        assert again["v"].life == life("v")
        assert await books.enter({"u": life(newest=4)}, again) == {}
        return (await books.entries(["u"]))["u"].life

    assert use(work).newest == 4


def test_no_uri_is_taken_for_another(use: Use) -> None:
    lives = {uri: life(uri, number) for number, uri in enumerate(HOSTILE)}

    async def work(books: Books) -> dict[str, Entry]:
        assert await books.enter(lives, {}) == {}
        kept = [Version(story(7, uri, uri)) for uri in HOSTILE]
        assert await books.keep(kept) == {}
        found = await books.versions((uri, 7) for uri in HOSTILE)
        assert found == {(uri, 7): decode(encode(each.story)) for uri, each in zip(HOSTILE, kept, strict=True)}
        for uri in HOSTILE:
            await books.note(f"slug:f:{uri}", advisory(1))
        assert len(await books.noted(f"slug:f:{uri}" for uri in HOSTILE)) == len(HOSTILE)
        return await books.entries(HOSTILE)

    assert {uri: entry.life for uri, entry in use(work).items()} == lives


# embargoes that are over


DUE = {
    "now": life(embargoed=NOW),
    "a moment ago": life(embargoed=NOW - MOMENT),
    "now, told far east": life(embargoed=NOW.astimezone(EAST)),
    "a moment ago, told far west": life(embargoed=(NOW - MOMENT).astimezone(WEST)),
    "since ever": life(embargoed=datetime(1, 1, 1, tzinfo=EAST)),
    "behind a mark": life(embargoed=NOW, public=True),
}
NOT_DUE = {
    "in a moment": life(embargoed=NOW + MOMENT),
    "in a moment, told far east": life(embargoed=(NOW + MOMENT).astimezone(EAST)),
    "in a moment, told far west": life(embargoed=(NOW + MOMENT).astimezone(WEST)),
    "never": life(embargoed=NEVER),
    "out": life(embargoed=NOW, released=True),
    "withheld": life(embargoed=NOW, status="withheld"),
    "killed": life(embargoed=NOW, status="canceled"),
    "no embargo": life(),
}


def test_what_is_due(use: Use) -> None:
    enter(use, *(replace(each, uri=name) for name, each in (DUE | NOT_DUE).items()))
    assert sorted(use(lambda books: books.due(NOW))) == sorted(DUE)


def test_the_longest_over_is_due_first(use: Use) -> None:
    hours = {"third": 1, "first": 40, "fourth": 0, "second": 2}
    zones = (UTC, EAST, WEST, UTC)
    ends = zip(hours.items(), zones, strict=True)
    enter(use, *(life(uri, embargoed=(NOW - timedelta(hours=ago)).astimezone(zone)) for (uri, ago), zone in ends))
    assert use(lambda books: books.due(NOW)) == ["first", "second", "third", "fourth"]


# the history

FIRST, SHOWN = Version(story()), Version(story(text="Shown"), shown=True)
ENRICHED, RICHER = Version(story(text="Enriched", enrichment=1)), Version(story(text="Richer", enrichment=255))
STRIPPED = Version(story(text="Stripped"), stripped=True)


STAYS: tuple[tuple[tuple[Version, ...], Version], ...] = (
    ((FIRST,), FIRST),
    ((FIRST, Version(story(text="Second"))), FIRST),
    ((FIRST, SHOWN), SHOWN),
    ((SHOWN, FIRST), SHOWN),
    ((FIRST, ENRICHED), ENRICHED),
    ((ENRICHED, FIRST), ENRICHED),
    ((ENRICHED, RICHER), RICHER),
    ((RICHER, SHOWN), SHOWN),
    ((SHOWN, RICHER), SHOWN),
    ((SHOWN, replace(RICHER, shown=True)), RICHER),
    ((FIRST, STRIPPED), STRIPPED),
    ((replace(RICHER, shown=True), STRIPPED), STRIPPED),
    ((STRIPPED, replace(RICHER, shown=True)), STRIPPED),
)


def of(uri: str, version: Version) -> Version:
    return replace(version, story=replace(version.story, uri=uri))


@pytest.mark.parametrize("at_once", [False, True])
def test_which_of_several_equal_versions_stays(use: Use, at_once: bool) -> None:
    given = [[of(str(number), each) for each in kept] for number, (kept, _) in enumerate(STAYS)]
    # Each its turn: first of all cases the first version, then the second.
    turns = [[kept[turn] for kept in given if turn < len(kept)] for turn in range(2)]

    async def work(books: Books) -> dict[tuple[str, int], Story]:
        for each in [turns[0] + turns[1]] if at_once else turns:
            assert await books.keep(each) == {}
        return await books.versions((str(number), revision) for number in range(len(STAYS)) for revision in (1, 2))

    expected = [of(str(number), stays) for number, (_, stays) in enumerate(STAYS)]
    texts = [tombstone(each.story) if each.stripped else each.story for each in expected]
    assert use(work) == {(each.uri, 1): decode(encode(each)) for each in texts}


def test_what_cannot_be_written_costs_only_itself(use: Use) -> None:
    bad = replace(story(2), body_text="\ud800")
    failed = use(lambda books: books.keep([Version(story(1)), Version(bad), Version(story(3))]))
    assert [(key, type(error)) for key, error in failed.items()] == [(("u", 2), TerminalError)]
    assert set(use(lambda books: books.versions(("u", number) for number in range(4)))) == {("u", 1), ("u", 3)}


def test_kills_strip_every_version_up_to_theirs_and_no_other(use: Use) -> None:
    given = [story(number, f"Text {number}", uri) for uri in ("u", "v", "w", LONG) for number in range(5)]

    async def work(books: Books) -> dict[tuple[str, int], Story]:
        assert await books.keep([Version(each, shown=each.revision % 2 == 0) for each in given]) == {}
        await books.strip({"u": 2, LONG: 0, "nowhere": 9})
        await books.strip({"u": 1, "v": 4})
        return await books.versions((each.uri, each.revision) for each in given)

    killed = {"u": 2, "v": 4, "w": -1, LONG: 0}
    expected = {(s.uri, s.revision): tombstone(s) if s.revision <= killed[s.uri] else s for s in given}
    found = use(work)
    assert found == {key: decode(encode(each)) for key, each in expected.items()}


def test_more_versions_are_stripped_than_are_read_at_once(use: Use) -> None:
    given = [story(number) for number in range(1_050)]

    async def work(books: Books) -> dict[tuple[str, int], Story]:
        assert await books.keep([Version(each) for each in given]) == {}
        await books.strip({"u": 1_048})
        return await books.versions(("u", each.revision) for each in given)

    assert [revision for (_, revision), each in use(work).items() if each.body_text] == [1_049]


# advisories


def test_advisories_stand_under_each_name_once(use: Use) -> None:
    async def work(books: Books) -> dict[str, list[Story]]:
        for name, number in (("slug:f:x", 1), ("slug:f:x", 2), ("slug:f:x", 1), ("headline:f:y", 1)):
            await books.note(name, advisory(number))
        return await books.noted(["slug:f:x", "headline:f:y", "slug:f:none", "slug:f:x"])

    assert use(work) == {"slug:f:x": [advisory(1), advisory(2)], "headline:f:y": [advisory(1)]}


def test_of_too_many_advisories_the_newest_stay(use: Use) -> None:
    async def work(books: Books) -> list[Story]:
        for number in reversed(range(MOST + 2)):
            await books.note("slug:f:x", advisory(number))
        return (await books.noted(["slug:f:x"]))["slug:f:x"]

    assert sorted(each.revision for each in use(work)) == list(range(2, MOST + 2))


def test_of_workers_that_note_at_the_same_time_none_is_lost(use: Use) -> None:
    async def work(books: Books) -> list[Story]:
        await asyncio.gather(*(books.note("slug:f:x", advisory(number)) for number in range(5)))
        return (await books.noted(["slug:f:x"]))["slug:f:x"]

    assert sorted(each.revision for each in use(work)) == list(range(5))


def test_who_is_called_by_a_name(use: Use) -> None:
    early, late = NOW - timedelta(hours=48), NOW
    times = {
        "too early": early - MOMENT, "first": early, "last": late.astimezone(EAST), "too late": late + MOMENT,
        "middle": (NOW - timedelta(hours=20)).astimezone(WEST), "ancient": datetime(1, 1, 1, tzinfo=UTC),
    }  # fmt: skip
    named = [life(uri, time=time, names=("headline:f:y", "slug:f:x")) for uri, time in times.items()]
    enter(use, *named, life("other", time=NOW, names=("slug:g:x",)), life("nameless", time=NOW))
    use(lambda books: books.note("slug:f:x", advisory(1)))
    found = use(lambda books: books.called("slug:f:x", (early.astimezone(EAST), late.astimezone(WEST))))
    assert found == ["last", "middle", "first"]


def test_of_too_many_that_are_called_so_the_newest_are_found(use: Use) -> None:
    ages = range(MOST + 5)
    enter(use, *(life(f"u{age}", time=NOW - timedelta(minutes=age), names=("slug:f:x",)) for age in ages))
    found = use(lambda books: books.called("slug:f:x", (NOW - timedelta(days=1), NOW)))
    assert found == [f"u{age}" for age in range(MOST)]


def test_who_was_just_entered_is_called(use: Use) -> None:
    """An advisory must not miss a story that came a moment before."""

    async def work(books: Books) -> list[str]:
        await books.enter({"u": life(time=NOW, names=("slug:f:x",))}, {})
        return await books.called("slug:f:x", (NOW, NOW))

    assert use(work) == ["u"]


def test_a_name_without_end_costs_nothing_else(use: Use) -> None:
    """It is not found by that name, and all else stands."""
    names = (f"number:f:{'c' * 40_000}:7", "slug:f:x")
    enter(use, life(time=NOW, names=names))
    assert use(lambda books: books.called("slug:f:x", (NOW, NOW))) == ["u"]
    assert use(lambda books: books.entries(["u"]))["u"].life.names == names


def test_large_versions_are_read_in_several_requests(use: Use) -> None:
    """An engine makes its answer in memory: a hundred of ten megabytes would end it."""
    large = [story(number, "x" * 3_000_000) for number in range(5)]

    async def work(books: Books) -> dict[tuple[str, int], Story]:
        assert await books.keep([Version(each) for each in (*large, story(9, uri="v"))]) == {}
        return await books.versions([*(("u", number) for number in range(12)), ("v", 9)])

    found = use(work)
    assert len(found) == 6
    assert all(found["u", each.revision] == decode(encode(each)) for each in large)


def test_the_versions_of_many_large_stories_are_not_given_at_once(use: Use) -> None:
    """They would fill the worker's memory. Those of one story are given, however large."""
    text = "x" * (MOST_HELD // 6)

    async def work(books: Books) -> None:
        for each in [*(story(number, text) for number in range(4)), *(story(uri=f"v{n}") for n in range(6))]:
            assert await books.keep([Version(each)]) == {}
        one = [("u", number) for number in range(4)]
        few = [("u", 0), *((f"v{number}", 1) for number in range(6))]
        assert len(await books.versions(one)) == 4
        assert len(await books.versions(few)) == 7
        for number in range(4):
            assert await books.keep([Version(story(uri=f"w{number}", text=text))]) == {}
        many = [*one, *((f"w{number}", 1) for number in range(4))]
        with pytest.raises(TooMuchError):
            await books.versions(many)

    use(work)
