"""One story of a near-duplicate group in search, on the real engines: what is shown is what is counted."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from elasticsearch import Elasticsearch

from pipeline.errors import OperatorError, TerminalError
from pipeline.search.copies import Copies, copies
from pipeline.search.filters import parse_filter
from pipeline.search.query import Facet, Results, Search, Sort, search
from pipeline.settings import Settings
from pipeline.story import Changes, FigureChange, Place, Story

pytestmark = pytest.mark.engines

Index = Callable[..., None]
Library = tuple[Elasticsearch, Settings]
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
CHANGES = Changes(since=1, material=True, figures=(FigureChange(what="killed", before="4", after="6"),))
LIMA, CUSCO = Place(name="Lima", country="PE"), Place(name="Cusco", country="PE")


def story(uri: str, hours: float, group: str | None, source: str = "Agency", *places: Place) -> Story:
    body = "A quake was felt." if group == "g1" else "A quake was measured and felt."
    time = NOON + timedelta(hours=hours)
    return Story(
        uri=uri, headline="Quake", body_text=body, versioncreated=time, source=source, group=group, places=places
    )


STORIES = (
    replace(story("a1", 0, "g1", "Agency", LIMA), thread="t1", changes=CHANGES),
    replace(story("a2", 1, "g1", "Meridian News", LIMA, CUSCO), thread="t1"),
    story("a3", 2, "g1", "Agency", CUSCO),
    story("b1", 3, "g2", "Agency", LIMA),
    replace(story("b2", 4, "g2", "Northgate", LIMA), reinstates=5),
    replace(story("c", 5, None, "Agency", LIMA), changes=replace(CHANGES, material=False, figures=())),
    story("d", 6, None, "Northgate"),
    replace(story("hidden", 7, "g1"), pubstatus="withheld"),
)


@pytest.fixture
def find(library: Library) -> Callable[..., Results]:
    client, settings = library

    def go(words: str = "", *filters: str, sort: Sort = "newest", **given: object) -> Results:
        wanted = Search(words=words, filters=[parse_filter(each) for each in filters], sort=sort)
        return search(client, settings, replace(wanted, **given))  # type: ignore[arg-type]

    return go


Find = Callable[..., Results]


def uris(results: Results) -> list[str]:
    return [hit.uri for hit in results.hits]


def test_one_of_each_group_the_first_in_the_order_asked_for(find: Find) -> None:
    newest = find()
    assert (uris(newest), newest.total, newest.documents) == (["d", "c", "b2", "a3"], 4, 7)
    assert uris(find(sort="oldest")) == ["a1", "b1", "c", "d"]
    assert sorted(uris(find("quake", sort="relevance"))) == sorted(["a3", "b2", "c", "d"])
    assert uris(find("measured")) == ["d", "c", "b2"]


def test_all_copies(find: Find) -> None:
    every = find(copies=True)
    assert (uris(every), every.total, every.documents) == (["d", "c", "b2", "b1", "a3", "a2", "a1"], 7, 7)


@pytest.mark.parametrize("size", [1, 2, 3])
def test_pages_go_on_where_the_last_ended(size: int, find: Find) -> None:
    pages = [find(size=size, start=start) for start in range(0, 6, size)]
    assert [uri for page in pages for uri in uris(page)] == ["d", "c", "b2", "a3"]
    assert {page.total for page in pages} == {4}


@pytest.mark.parametrize(
    ("filters", "shown", "documents"),
    [
        (["place=Lima"], ["c", "b2", "a2"], 5),
        (["source=Agency"], ["c", "b1", "a3"], 4),
        (["source=Meridian News"], ["a2"], 1),
        (["group=g1"], ["a3"], 3),
        (["group!=g1"], ["d", "c", "b2"], 4),
        (["thread=t1"], ["a2"], 2),
        (["thread=T1"], ["a2"], 2),
        (["thread=t"], [], 0),
        (["changed=news"], ["a1"], 1),
        (["changed=Wording"], ["c"], 1),
        (["changed!=news"], ["d", "c", "b2", "a3"], 6),
    ],
)
def test_filters_choose_before_one_is_shown(filters: list[str], shown: list[str], documents: int, find: Find) -> None:
    found = find("", *filters)
    assert (uris(found), found.total, found.documents) == (shown, len(shown), documents)
    # A filter on what is counted works after the search: the same is shown.
    counted = find("", *filters, facets=("source", "place", "thread", "group"))
    assert (uris(counted), counted.total, counted.documents) == (shown, len(shown), documents)


def test_a_facet_counts_what_its_value_would_show(find: Find) -> None:
    (facet,) = find(facets=("source",)).facets
    assert facet.counts == (("Agency", 3), ("Northgate", 2), ("Meridian News", 1))
    for value, count in facet.counts:
        assert find("", f"source={value}").total == count
    (of_copies,) = find(facets=("source",), copies=True).facets
    assert of_copies.counts == (("Agency", 4), ("Northgate", 2), ("Meridian News", 1))
    (place,) = find(facets=("place",), values=1).facets
    assert place == Facet("place", (("Lima", 3),), others=2)


def test_a_hit_says_how_many_copies_may_be_seen_and_whose(find: Find) -> None:
    found = {hit.uri: hit for hit in find("quake", "source=Meridian News").hits} | {hit.uri: hit for hit in find().hits}
    assert found["a2"].copies == found["a3"].copies == Copies(3, ("Agency", "Meridian News"))
    assert found["b2"].copies == Copies(2, ("Agency", "Northgate"))
    assert found["c"].copies is None
    assert (found["a2"].thread, found["a2"].group, found["b2"].reinstates) == ("t1", "g1", 5)
    assert find(copies=True, sort="oldest").hits[0].changes == CHANGES


def test_copies_of_no_group(library: Library) -> None:
    assert copies(*library, []) == {}
    assert copies(*library, ["g1", "none"]) == {"g1": Copies(3, ("Agency", "Meridian News"))}


def test_what_the_filter_changed_takes(find: Find) -> None:
    with pytest.raises(TerminalError, match="takes news or wording"):
        find("", "changed=yes")


def test_groups_are_counted_exactly_in_thousands(settings: Settings, client: Elasticsearch, index: Index) -> None:
    index(*(story(f"{n}", n / 100, f"{n // 3:016x}", "Agency", LIMA) for n in range(3_000)))
    found = search(client, settings, Search(facets=("place",), size=1))
    assert (found.total, found.documents) == (1_000, 3_000)
    assert found.facets[0].counts == (("Lima", 1_000),)


def test_an_index_without_the_field_asks_for_set_up(bare: Settings, client: Elasticsearch) -> None:
    client.indices.create(index=f"{bare.index}-v1", aliases={f"{bare.index}-live": {}, bare.index: {}})
    with pytest.raises(OperatorError, match="Run `wire setup` first"):
        search(client, bare, Search())
