"""Searches on the real engines."""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from elasticsearch import Elasticsearch

from pipeline.errors import OperatorError, TerminalError, TransientError
from pipeline.search.client import connect
from pipeline.search.filters import parse_filter
from pipeline.search.lookup import Held, count, get, versions
from pipeline.search.query import Fragment, Results, Search, search
from pipeline.settings import Settings
from pipeline.story import Casualties, Entity, Event, Participant, Place, Quote, Span, Story, Topic

pytestmark = pytest.mark.engines

Index = Callable[..., None]
Library = tuple[Elasticsearch, Settings]
Find = Callable[..., list[str]]
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SPAN = Span(text="killed", start=0, end=6)
BAGHDAD = Place(name="Baghdad", country="IQ", country_name="Iraq", region="Baghdad Governorate", lat=33.3, lon=44.4)
BOGOTA = Place(name="Bogotá", country="CO", country_name="Colombia", lat=4.7, lon=-74.1)
IRAQ = Place(name="Iraq", country="IQ", country_name="Iraq", kind="country")


def event(kind: str = "ASSAULT", actor: str = "Army", killed: int = 0, status: str = "asserted") -> Event:
    made = Event(type="ASSAULT", trigger=SPAN, evidence=SPAN, actors=(Participant(span=SPAN, name=actor),))
    casualties = (Casualties(kind="killed", low=killed, span=SPAN),) if killed else ()
    return replace(made, type=kind, status=status, casualties=casualties)  # type: ignore[arg-type]


STORIES = (
    Story(
        uri="a", headline="Iraq’s ministers met", body_text="The minister’s café was closed. A peace deal was signed.",
        source="Agency One", urgency=2, language="en-US", versioncreated=NOON, signals=("urgent",),
        places=(BAGHDAD, IRAQ), entities=(Entity(name="Maria Silva", type="person"),), events=(event("CONSULT"),),
        quotes=(Quote(kind="indirect", spans=(SPAN,), speaker=Participant(span=SPAN, name="Maria Silva")),),
    ),
    Story(
        uri="b", headline="Bombing in the capital", body_text="At least six were killed in the blast.",
        source="Agency One", urgency=1, language="en", versioncreated=NOON + timedelta(hours=1), places=(BAGHDAD,),
        events=(replace(event("ASSAULT", "Militia", 6), main=True), event("ACCUSE", "Army")),
        topics=(Topic(code="medtop:20000065", name="bombings", parents=("medtop:16000000",)),),
    ),
    Story(
        uri="c", headline="Talks in Colombia", body_text="A deal for peace was far off; killing went on.",
        source="Agency Two", urgency=4, language="es", versioncreated=NOON + timedelta(hours=2), places=(BOGOTA,),
        events=(event("CONSULT"), event("ASSAULT", "Rebels", 20, "hypothetical")),
    ),
)  # fmt: skip


@pytest.fixture
def find(library: Library) -> Find:
    """Uris found among STORIES; filters as they are typed."""
    client, settings = library

    def go(words: str = "", *filters: str, sort: str = "oldest") -> list[str]:
        wanted = Search(words=words, filters=[parse_filter(each) for each in filters], sort=sort)  # type: ignore[arg-type]
        return [hit.uri for hit in search(client, settings, wanted).hits]

    return go


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("", "abc"),
        ("*", "abc"),
        ("peace", "ac"),
        ("peace deal", "ac"),
        ('"peace deal"', "a"),
        ("“peace deal”", "a"),
        ("peace -deal", ""),
        ("peace -colombia", "a"),
        ("-peace", "b"),
        ("blast | colombia", "bc"),
        ("(blast | colombia) talks", "c"),
        ("minister", "a"),
        ("ministers", "a"),
        ("iraq", "ab"),
        ("Iraq's", "ab"),
        ("Iraq’s", "ab"),
        ('"iraq\'s ministers"', "a"),
        ("cafe", "a"),
        ("CAFÉ", "a"),
        ("killed", "b"),
        ("deals", "ac"),
        ('"deals"', ""),
        ("bogota", "c"),
        ("minist*", "a"),
        ("silva", "a"),
        ("Maria deal", "a"),
        ("zebra", ""),
        ("((( \" ~~ || -- +", None),
        ("\\", None),
        ("body_text:deal", ""),
    ],
)  # fmt: skip
def test_words(words: str, found: str | None, find: Find) -> None:
    uris = find(words)
    assert found is None or uris == list(found)


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        (["place=Iraq"], "ab"),
        (["place=baghdad"], "ab"),
        (["place=bogota"], "c"),
        (["country=CO"], "c"),
        (["country=iraq"], "ab"),
        (["country!=iraq"], "c"),
        (["place=Iraq", "place=Bogotá"], "abc"),
        (["place=Iraq", "event=assault"], "b"),
        (["event=ASSAULT"], "b"),
        (["any_event=ASSAULT"], "bc"),
        (["event_types=CONSULT"], "ac"),
        (["actor=militia"], "b"),
        (["person=maria silva"], "a"),
        (["speaker=maria silva"], "a"),
        (["main=assault"], "b"),
        (["topic=bombings"], "b"),
        (["topic=medtop:16000000"], "b"),
        (["source!=Agency One"], "c"),
        (["source!=Agency One", "source!=Agency Two"], ""),
        (["killed>=6"], "b"),
        (["killed>6"], ""),
        (["urgency<=2", "urgency>1"], "a"),
        (["urgency=1", "urgency=4"], "bc"),
        (["urgency!=1"], "ac"),
        (["language=en"], "ab"),
        (["signal=urgent"], "a"),
        (["since=2026-03-01T13:00Z"], "bc"),
        (["since=2026-03-01", "until=2026-03-01"], "abc"),
        (["until=2026-02"], ""),
        (["until=2026-03"], "abc"),
        (["until=2026-03-01T14:30:00+02:00"], "a"),
        (["since=now-1d/d", "until=now+5000d"], None),
        (["since=24h"], None),
        (["until=yesterday"], None),
        (["place=" + "x" * 5000], ""),
    ],
)
def test_filters(filters: list[str], found: str | None, find: Find) -> None:
    uris = find("", *filters)
    assert found is None or uris == list(found)


def test_order(find: Find) -> None:
    assert find("", sort="newest") == ["c", "b", "a"]
    assert find("", sort="relevance") == ["c", "b", "a"]


def test_a_headline_counts_more_than_a_body(settings: Settings, client: Elasticsearch, index: Index) -> None:
    told = Story(uri="body", body_text="Quake in the north.", headline="News in brief", versioncreated=NOON)
    index(told, Story(uri="headline", headline="Quake in the north", body_text="News in brief."))
    assert [hit.uri for hit in search(client, settings, Search(words="quake")).hits] == ["headline", "body"]


def test_equals_come_newest_first(settings: Settings, client: Elasticsearch, index: Index) -> None:
    equal = [Story(uri=f"u{hour}", headline="Quake", versioncreated=NOON + timedelta(hours=hour)) for hour in (2, 3, 1)]
    index(*equal)
    assert [hit.uri for hit in search(client, settings, Search(words="quake")).hits] == ["u3", "u2", "u1"]


def facets(results: Results) -> dict[str, dict[str, int]]:
    return {facet.name: dict(facet.counts) for facet in results.facets}


def test_a_facet_counts_under_all_filters_but_its_own(library: Library) -> None:
    client, settings = library
    filters = [parse_filter("place=Baghdad"), parse_filter("source=Agency One"), parse_filter("event=ASSAULT")]
    results = search(client, settings, Search(filters=filters, facets=("place", "event_types", "urgency")))
    assert [hit.uri for hit in results.hits] == ["b"]
    assert results.total == 1
    assert facets(results) == {
        "place": {"Baghdad": 1},
        "event_types": {"CONSULT": 1, "ASSAULT": 1, "ACCUSE": 1},
        "urgency": {"1": 1},
    }
    free = facets(search(client, settings, Search(filters=filters[:1], facets=("place", "country"))))
    assert free == {"place": {"Baghdad": 2, "Bogotá": 1, "Iraq": 1}, "country": {"Iraq": 2}}


def test_a_facet_tells_how_much_it_does_not_show(library: Library) -> None:
    client, settings = library
    (facet,) = search(client, settings, Search(facets=("place",), values=1, size=0)).facets
    assert (facet.counts, facet.others) == ((("Baghdad", 2),), 2)


def marked(fragment: Fragment | None) -> list[str]:
    assert fragment
    return [fragment.text[start:end] for start, end in fragment.matches]


def test_matches_are_marked(library: Library) -> None:
    client, settings = library
    hit = search(client, settings, Search(words="iraq ministers")).hits[0]
    assert marked(hit.headline) == ["Iraq’s", "ministers"]
    assert marked(hit.fragments[0]) == ["minister’s"]
    phrase = search(client, settings, Search(words='"deal was signed"')).hits[0]
    assert " ".join(marked(phrase.fragments[0])) == "deal was signed"
    unmarked = search(client, settings, Search()).hits[0]
    assert (unmarked.fragments, marked(unmarked.headline)) == ((), [])


def test_a_huge_body_is_found_to_its_end_and_marked(settings: Settings, client: Elasticsearch, index: Index) -> None:
    body = "Ministers met in Baghdad. " * 400_000 + "Zebras were absent."
    index(Story(uri="u", body_text=body), STORIES[0])
    assert [hit.uri for hit in search(client, settings, Search(words="zebra")).hits] == ["u"]
    for words in ("minister", "minist*", '"met in baghdad"'):
        found = {hit.uri: hit for hit in search(client, settings, Search(words=words)).hits}
        assert marked(found["u"].fragments[0])
    assert sum(len(fragment.text) for fragment in found["u"].fragments) < 2000


def test_marks_in_the_text_itself_do_no_harm(settings: Settings, client: Elasticsearch, index: Index) -> None:
    index(Story(uri="u", headline="\ue001odd \ue000\x00quake\ue001 here\ue000"))
    headline = search(client, settings, Search(words="quake")).hits[0].headline
    assert headline
    assert "\ue000" not in headline.text
    assert all(0 <= start < end <= len(headline.text) for start, end in headline.matches)


@pytest.mark.parametrize(
    "wanted",
    [
        Search(size=10_001),
        Search(start=-1),
        Search(words="x" * 5000),
        Search(facets=("since",)),
        Search(facets=("nonsense",)),
    ],
)
def test_impossible_searches(wanted: Search, library: Library) -> None:
    client, settings = library
    with pytest.raises(TerminalError):
        search(client, settings, wanted)


def test_no_index_and_no_engine(bare: Settings, client: Elasticsearch) -> None:
    with pytest.raises(OperatorError, match="Run `wire setup` first"):
        search(client, bare, Search())
    with pytest.raises(OperatorError, match="Run `wire setup` first"):
        get(client, bare, "urn:x")
    with pytest.raises(OperatorError, match="Run `wire setup` first"):
        versions(client, bare, ["urn:x"])
    with (
        connect(replace(bare, elasticsearch="http://127.0.0.1:1")) as nowhere,
        pytest.raises(TransientError, match=r"http://127\.0\.0\.1:1"),
    ):
        search(nowhere, bare, Search())


def test_what_may_be_seen(settings: Settings, client: Elasticsearch, index: Index) -> None:
    soon, late = datetime.now(UTC) + timedelta(hours=1), datetime.now(UTC) - timedelta(seconds=1)
    never = datetime(9999, 12, 31, 23, 59, tzinfo=timezone(-timedelta(hours=5)))
    index(
        Story(uri="usable", headline="Story"),
        Story(uri="withheld", headline="Story", pubstatus="withheld"),
        Story(uri="killed", headline="Story", pubstatus="canceled", ednote="Kill: wrong."),
        Story(uri="embargoed", headline="Story", embargoed=soon),
        Story(uri="never", headline="Story", embargoed=never),
        Story(uri="released", headline="Story", embargoed=late),
        Story(uri="killed under embargo", headline="Story", embargoed=soon, pubstatus="canceled"),
    )
    assert {hit.uri for hit in search(client, settings, Search(words="story")).hits} == {"usable", "released"}
    assert (count(client, settings), count(client, settings, live=True)) == (7, 2)
    for uri in ("withheld", "embargoed", "never"):
        found = get(client, settings, uri)
        assert isinstance(found, Held)
        assert uri in found.reason
    for uri in ("killed", "killed under embargo"):
        killed = get(client, settings, uri)
        assert isinstance(killed, Story)
        assert (killed.pubstatus, killed.headline) == ("canceled", None)
    assert get(client, settings, "nowhere") is None


def test_an_embargo_ends_by_itself(settings: Settings, client: Elasticsearch, index: Index) -> None:
    """The same searches, some of which the engine may cache, see the story when its time has come and not before."""
    ends = datetime.now(UTC) + timedelta(seconds=2)
    index(Story(uri="u", headline="Embargoed report", embargoed=ends, places=(BAGHDAD,)))
    filters, facets = [parse_filter("place=Baghdad")], ("place",)
    searches = (Search(words="report"), Search(size=0), Search(filters=filters, facets=facets, size=0))
    while datetime.now(UTC) < ends - timedelta(milliseconds=100):
        assert [search(client, settings, each).total for each in searches] == [0, 0, 0]
        assert count(client, settings, live=True) == 0
    while datetime.now(UTC) < ends + timedelta(milliseconds=50):
        time.sleep(0.01)
    assert [search(client, settings, each).total for each in searches] == [1, 1, 1]
    assert count(client, settings, live=True) == 1


def test_versions_of_many(settings: Settings, client: Elasticsearch, index: Index) -> None:
    index(*(Story(uri=f"urn:{number}") for number in range(1200)), Story(uri="killed", pubstatus="canceled"))
    long = "urn:" + "x" * 1000
    index(Story(uri=long))
    asked = [*(f"urn:{number}" for number in range(1300)), "killed", long, "urn:1"]
    found = versions(client, settings, asked)
    assert len(found) == 1202
    assert set(found.values()) == {1}
    assert found[long] == found["killed"] == 1


def test_one_event_and_not_two_that_happen_to_share_a_story(library: Library) -> None:
    client, settings = library

    def both(kind: str, actor: str) -> list[str]:
        terms = [{"term": {"events.type": kind}}, {"term": {"events.actors.folded": actor}}]
        query = {"nested": {"path": "events", "query": {"bool": {"filter": terms}}}}
        return [hit["_id"] for hit in client.search(index=settings.index, query=query)["hits"]["hits"]]

    assert both("ASSAULT", "militia") == ["b"]
    assert both("ACCUSE", "militia") == []


def test_places_on_a_map(library: Library) -> None:
    client, settings = library
    near = {"geo_distance": {"distance": "100km", "locations": {"lat": 33.0, "lon": 44.0}}}
    found = client.search(index=settings.index, query=near, size=0, aggs={
        "tiles": {"geotile_grid": {"field": "locations", "precision": 4}},
        "days": {"date_histogram": {"field": "published", "calendar_interval": "day"}},
    })  # fmt: skip
    assert found["hits"]["total"]["value"] == 2
    assert [bucket["doc_count"] for bucket in found["aggregations"]["tiles"]["buckets"]] == [2]
    assert [bucket["doc_count"] for bucket in found["aggregations"]["days"]["buckets"]] == [2]
