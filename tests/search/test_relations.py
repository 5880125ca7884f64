"""The index of relations on the real engines: what is found, what is refused, what changes nothing."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any, TypeVar

import orjson
import pytest
from elasticsearch import AsyncElasticsearch, Elasticsearch

from pipeline.errors import OperatorError, TransientError
from pipeline.search import relations as store
from pipeline.search.client import connect, connect_async
from pipeline.search.relations import Look, Stored
from pipeline.search.writer import Document, Seen
from pipeline.settings import Settings

pytestmark = pytest.mark.engines

T = TypeVar("T")
LOOK = Look(field="bands", terms=["x", "y", "z"], earliest=0, latest=1000, most=10)


@pytest.fixture
def settings(bare: Settings) -> Iterator[Settings]:
    with connect(bare) as client:
        store.ensure(client, bare)
        yield bare
        client.indices.delete(index=store.relations_index(bare))


def ask(settings: Settings, call: Callable[[AsyncElasticsearch], Awaitable[T]]) -> T:
    async def go() -> T:
        async with connect_async(settings) as client:
            return await call(client)

    return asyncio.run(go())


def node(one: str, seen: Seen | None = None, **fields: Any) -> Document:
    source = {"uri": f"urn:{one}", "first": 10, "last": 20, "group": None, "thread": None, "changed": -1} | fields
    return Document(one, 0, orjson.dumps(source), seen or Seen())


def save(settings: Settings, *documents: Document) -> None:
    async def go(client: AsyncElasticsearch) -> None:
        await store.save(client, settings, documents)
        await store.refresh(client, settings)

    ask(settings, go)


def found(settings: Settings, *looks: Look) -> list[list[str]]:
    hits = ask(settings, lambda client: store.look_up(client, settings, looks))
    return [ids(each) for each in hits]


def ids(stored: Sequence[Stored]) -> list[str]:
    return [each.id for each in stored]


def test_set_up_says_what_it_does_once(bare: Settings, client: Elasticsearch) -> None:
    try:
        assert store.ensure(client, bare) == [f"Created the index {store.relations_index(bare)}."]
        assert store.ensure(client, bare) == []
    finally:
        client.indices.delete(index=store.relations_index(bare))


def test_those_first_that_share_most_and_the_rarest(settings: Settings) -> None:
    crowd = [node(f"crowd-{number}", bands=["z"]) for number in range(20)]
    save(settings, node("one", bands=["x", "w"]), node("two", bands=["x", "y"]), node("none", bands=["w"]), *crowd)
    assert found(settings, replace(LOOK, most=3))[0][:2] == ["two", "one"]
    assert [
        len(each) for each in found(settings, LOOK, replace(LOOK, terms=["none"]), replace(LOOK, field="keys"))
    ] == [
        10,
        0,
        0,
    ]


def test_of_equals_the_newest(settings: Settings) -> None:
    save(settings, *(node(str(number), bands=["x"], last=number) for number in range(100)))
    assert found(settings, replace(LOOK, most=3)) == [["99", "98", "97"]]


@pytest.mark.parametrize(
    ("earliest", "latest", "is_found"),
    [(0, 9, False), (0, 10, True), (12, 13, True), (20, 99, True), (21, 99, False)],
)
def test_within_the_time(earliest: int, latest: int, is_found: bool, settings: Settings) -> None:
    save(settings, node("one", keys=["x"]))
    look = Look(field="keys", terms=["x"], earliest=earliest, latest=latest, most=10)
    assert found(settings, look) == [["one"] if is_found else []]


def test_more_looks_than_one_request_takes_in_order(settings: Settings) -> None:
    save(settings, *(node(str(number), bands=[str(number)]) for number in range(100)))
    looks = [replace(LOOK, terms=[str(number)]) for number in range(100)]
    assert found(settings, *looks) == [[str(number)] for number in range(100)]


def test_what_is_not_wanted_is_left_out(settings: Settings) -> None:
    save(settings, node("one", bands=["x"], keys=["k"], traits={"a": 1}))
    look = replace(LOOK, without=("bands", "traits"))
    [[stored]] = ask(settings, lambda client: store.look_up(client, settings, [look]))
    assert (stored.source["keys"], stored.source["uri"]) == (["k"], "urn:one")
    assert not {"bands", "traits"} & stored.source.keys()


def test_by_id_also_what_is_not_refreshed(settings: Settings) -> None:
    ask(settings, lambda client: store.save(client, settings, [node("one"), node("two")]))
    stored = ask(settings, lambda client: store.get(client, settings, ["one", "none", "one"]))
    assert list(stored) == ["one"]


def test_a_write_over_another_state_is_refused(settings: Settings) -> None:
    save(settings, node("one", group="a"))
    first = ask(settings, lambda client: store.get(client, settings, ["one"]))["one"]
    save(settings, node("one", first.seen, group="b"))
    for stale in (node("one", first.seen, group="c"), node("one", group="c")):
        with pytest.raises(TransientError, match="Another worker"):
            save(settings, stale)
    assert ask(settings, lambda client: store.get(client, settings, ["one"]))["one"].source["group"] == "b"


def test_members_that_are_to_be_placed(settings: Settings) -> None:
    save(
        settings,
        node("1", group="a"),
        node("2", group="a", thread="t"),
        node("3", group="a", thread="u"),
        node("4", group="b"),
        node("5"),
    )

    def members(group: str, placing: tuple[str | None, str | None], without: Sequence[str] = ()) -> list[str]:
        return sorted(ids(ask(settings, lambda c: store.members(c, settings, group, placing, without))))

    assert members("a", ("b", None)) == ["1", "2", "3"]
    assert members("a", ("b", "t"), ["1"]) == ["2", "3"]
    assert members("a", ("a", "t")) == ["1", "3"]
    assert members("a", ("a", None)) == []
    assert members("c", ("a", "t")) == []


def test_changed_by_however_many(settings: Settings) -> None:
    save(settings, *(node(str(number), changed=7) for number in range(1_201)), node("other", changed=8), node("never"))

    def changed(*offsets: int) -> list[str]:
        return ids(ask(settings, lambda client: store.changed_by(client, settings, offsets)))

    assert sorted(changed(7)) == sorted(str(number) for number in range(1_201))
    assert changed(8, *range(100, 2_500)) == ["other"]
    assert changed(9) == []


def test_without_the_index(bare: Settings) -> None:
    calls: list[Callable[[AsyncElasticsearch], Awaitable[object]]] = [
        lambda client: store.get(client, bare, ["one"]),
        lambda client: store.look_up(client, bare, [LOOK]),
        lambda client: store.refresh(client, bare),
        lambda client: store.changed_by(client, bare, [1]),
    ]
    for call in calls:
        with pytest.raises(OperatorError, match="wire setup"):
            ask(bare, call)
