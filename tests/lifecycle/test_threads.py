"""Which stories find one another, and what keeps the others apart."""

import json
import time
import tomllib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import permutations
from pathlib import Path
from typing import Any

import msgspec
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.lifecycle.threads import JOINS, Traits, affinity, choose, traits
from pipeline.lifecycle.threads_slug import slug
from pipeline.lifecycle.threads_traits import MOST_KEYS, reference
from pipeline.lifecycle.threads_words import stem, words
from pipeline.story import Concept, Entity, Link, Place, Span, Story

SLUGS: list[dict[str, Any]] = tomllib.loads(
    (Path(__file__).parent / "cases" / "threads_slugs.toml").read_text(encoding="utf-8")
)["case"]
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def story(headline: str, text: str = "", slugline: str | None = None, **more: Any) -> Story:
    given = {"uri": headline, "source": "Meridian News", **more}
    return Story(headline=headline, body_text=text or headline, slugline=slugline, versioncreated=NOON, **given)


def named(*names: str) -> tuple[Entity, ...]:
    return tuple(Entity(name=name, type="person", in_headline=True, component="entities") for name in names)


def located(name: str, country: str, country_name: str) -> tuple[Place, ...]:
    mention = Span(text=name, start=0, end=len(name))
    town = Place(name=name, country=country, country_name=country_name, kind="city", mentions=(mention,))
    return (town, Place(name=country_name, country=country, country_name=country_name, kind="country"))


ITABIRA = located("Itabira", "BR", "Brazil")
FLASH = story("DAM BURSTS AT IRON ORE MINE NEAR ITABIRA, BRAZIL - FIREFIGHTERS")
URGENT = story(
    "Dam bursts at iron ore mine in Brazil",
    "A tailings dam burst at an iron ore mine near Itabira in Brazil on Monday, firefighters said.",
    "BRAZIL-DAM/ (URGENT)",
    places=ITABIRA,
)
LEAD = story(
    "At least four dead, 60 missing in Brazil dam collapse",
    "At least four people died when a tailings dam of Ferrosul burst near Itabira, fire chief Gladys Montalvao said",
    "BRAZIL-DAM/ (UPDATE 2)",
    places=ITABIRA,
    entities=named("Gladys Montalvao"),
)
OTHER_AGENCY = story(
    "Mud from burst mining dam buries homes in Brazil",
    "Mud from a tailings dam that burst at the Ferrosul mine buried homes near Itabira, fire chief Montalvao said",
    "BC-LT--Brazil-Dam Collapse, 1st Ld",
    source="Coastal Press",
    places=ITABIRA,
    entities=named("Gladys Montalvao"),
)
SIDEBAR = story(
    "Widow waits for word of her husband, a miner in Itabira",
    "Ivonete Seabra has not slept since the dam of the Ferrosul mine buried the cafeteria with her husband.",
    "BRAZIL-DAM/WIDOW",
    places=ITABIRA,
    entities=named("Ivonete Seabra"),
)
RIVER_DAM = story(
    "Brazil court suspends licence of Amazon dam over fish",
    "A court suspended the licence of a hydroelectric dam in Rondonia because its operator built no fish ladders.",
    "BRAZIL-DAM/",
    places=located("Porto Velho", "BR", "Brazil"),
)
EVENT = (FLASH, URGENT, LEAD, OTHER_AGENCY, SIDEBAR)


def joined(first: Story, second: Story, hours: float) -> bool:
    return affinity(traits(first), traits(second), hours) >= JOINS


@pytest.mark.parametrize("case", SLUGS, ids=[case["line"] for case in SLUGS])
def test_a_slug_line_says(case: Mapping[str, Any]) -> None:
    found = slug(case["line"], case.get("places", ()))
    assert (found.root, found.aspect) == (case["root"], case.get("aspect", ""))
    assert found.kind == case.get("kind", "event")


def test_the_forms_of_a_word_have_a_stem_in_common() -> None:
    assert len({stem(word) for word in ("collapse", "collapsed", "collapses", "collapsing")}) == 1
    assert list(words("São Paulo’s 7.1-magnitude QUAKE, 1,200")) == ["sao", "paulo", "7.1", "magnitu", "quak"]


def test_the_stories_of_an_event_find_one_another_in_their_order() -> None:
    members: list[tuple[Traits, str, float]] = [(traits(FLASH), "flash", 1.0)]
    for each in EVENT[1:]:
        assert choose(traits(each), members) == "flash", each.headline
        members.append((traits(each), "flash", 1.0))


@pytest.mark.parametrize("member", EVENT, ids=[each.headline or "" for each in EVENT])
def test_another_event_under_the_same_slug_stays_apart(member: Story) -> None:
    assert not joined(member, RIVER_DAM, hours=72)


def test_a_slug_that_runs_for_years_is_not_one_thread() -> None:
    assert joined(URGENT, LEAD, hours=3)
    assert not joined(URGENT, LEAD, hours=2 * 365 * 24)


@pytest.mark.parametrize(
    "slugline", ["SUDAN-CRISIS/", "USA-ELECTION/", "MIDEAST-POLITICS/"], ids=["crisis", "election", "politics"]
)
def test_the_slug_of_a_subject_makes_no_thread(slugline: str) -> None:
    sudan, geneva = located("El Fasher", "SD", "Sudan"), located("Geneva", "CH", "Switzerland")
    shelling = story("Shells hit cattle market", "Shells killed traders at a livestock market.", slugline, places=sudan)
    talks = story("Envoy invites rivals to talks", "The mediator asked generals to a hotel.", slugline, places=geneva)
    assert not joined(shelling, talks, hours=2)


def test_a_report_of_every_day_is_one_thread_a_day() -> None:
    text = "European shares were little changed as investors looked at oil and banks; the index stood at {} points."
    early, late, next_day = (
        story(f"European shares {what}", text.format(number), "MARKETS-EUROPE/STOCKS", uri=what)
        for what, number in (("edge up", 480), ("slip", 478), ("recover", 481))
    )
    assert joined(early, late, hours=8)
    assert not joined(late, next_day, hours=16)


def test_a_list_of_events_is_in_no_thread() -> None:
    listed = story("World news summary", LEAD.body_text, "NEWS-SUMMARY/", places=ITABIRA, entities=LEAD.entities)
    assert affinity(traits(listed), traits(LEAD), 0.0) < 0.01
    assert traits(listed).keys == (f"ref:{reference(listed.uri)}",)


def test_forms_filled_in_for_two_companies_are_two_threads() -> None:
    text = "Shr {} cts vs {} cts. Net {} mln vs 12 mln. Revs 230 mln vs 210 mln. Nine months shr profit 81 cts."
    one, other = (
        story(f"{name} 3rd qtr net", text.format(*numbers), entities=named(name))
        for name, numbers in (("Tallgrass Realty", (12, 10, 18)), ("Wexcombe Foods", (44, 41, 9)))
    )
    assert not joined(one, other, hours=0)


def test_an_explicit_reference_joins_whatever_it_says() -> None:
    link = Link(rel="previousVersion", uri=LEAD.uri)
    later = story("Prosecutors search offices in Belo Horizonte", links=(link,))
    assert affinity(traits(later), traits(LEAD), 200.0) > 0.9
    assert f"ref:{reference(LEAD.uri)}" in set(traits(later).keys) & set(traits(LEAD).keys)
    pointing = story("Prosecutors search offices", links=(Link(rel="seeAlso", uri=LEAD.uri),))
    assert 0.0 < affinity(traits(pointing), traits(LEAD), 200.0) < JOINS


def test_a_picture_is_no_reference() -> None:
    pictured = story("Prosecutors search offices", links=(Link(rel="rendition", uri=LEAD.uri),))
    assert traits(pictured).former == traits(pictured).related == ()


def test_keywords_of_the_agency_count_as_words() -> None:
    bare = story("Search goes on")
    told = story("Search goes on", keywords=("Ferrosul", "Itabira"), subject=(Concept(name="tailings dam"),))
    assert affinity(traits(told), traits(LEAD), 1.0) > affinity(traits(bare), traits(LEAD), 1.0)


def test_one_chance_neighbour_does_not_bring_a_story_into_a_thread() -> None:
    near, hours = traits(OTHER_AGENCY), 360.0
    strangers = [traits(story(f"Volcano erupts on island {n}", slugline="BC-Volcano")) for n in range(3)]
    alone = [(traits(LEAD), "t", hours)]
    assert JOINS < affinity(near, alone[0][0], hours) < 0.9
    assert choose(near, alone) == "t"
    assert choose(near, [*alone, *((each, "t", hours) for each in strangers)]) is None


def test_candidates_may_come_in_any_order() -> None:
    candidates = [(traits(each), thread, hours) for each, thread, hours in _candidates()]
    found = {choose(traits(LEAD), order) for order in permutations(candidates)}
    assert found == {"dam"}


def _candidates() -> Sequence[tuple[Story, str, float]]:
    return ((URGENT, "dam", 2.0), (OTHER_AGENCY, "dam", 1.0), (RIVER_DAM, "river", 70.0), (FLASH, "dam", 3.0))


def test_equal_threads_are_told_apart_by_their_ids() -> None:
    other = traits(URGENT)
    assert choose(traits(LEAD), [(other, "b", 1.0), (other, "a", 1.0)]) == "a"


def test_without_candidates_and_among_strangers_a_story_founds_its_own() -> None:
    assert choose(traits(LEAD), []) is None
    assert choose(traits(LEAD), [(traits(RIVER_DAM), "river", 80.0)]) is None
    assert choose(traits(LEAD), [(traits(LEAD), "itself", 0.0)]) is None


def test_a_later_version_keeps_its_thread_unless_it_carries_on_another() -> None:
    moved = traits(story("Dam", links=(Link(rel="previousVersion", uri=RIVER_DAM.uri),)))
    river, dam = (traits(RIVER_DAM), "river", 5.0), (traits(LEAD), "dam", 1.0)
    assert choose(traits(URGENT), [dam], current="river") == "river"
    assert choose(moved, [dam], current="dam") == "dam"
    assert choose(moved, [dam, river], current="dam") == "river"
    assert choose(moved, [(traits(RIVER_DAM), "dam", 5.0), river], current="dam") == "dam"


VOCABULARY = ("dam", "itabira", "ferrosul", "quake", "palu", "said", "court", "7.1", "mine", "brazil", "election")
TEXTS = st.lists(st.sampled_from(VOCABULARY), max_size=12).map(" ".join)
STORIES = st.builds(
    Story,
    uri=st.sampled_from("abc"),
    headline=st.none() | TEXTS,
    body_text=TEXTS,
    slugline=st.none() | st.sampled_from(["BRAZIL-DAM/", "USA-ELECTION/TEXAS", "MARKETS-STOCKS", "NEWS-SUMMARY/"]),
    source=st.none() | st.sampled_from(["Meridian News", "Coastal Press"]),
    links=st.lists(st.builds(Link, rel=st.sampled_from(["seeAlso", "corrects"]), uri=st.sampled_from("abc"))).map(
        tuple
    ),
)


@given(STORIES, STORIES, st.floats(0, 1e6), st.floats(0, 1e6))
def test_affinity_is_symmetric_bounded_and_never_grows_with_time(a: Story, b: Story, near: float, far: float) -> None:
    one, other = traits(a), traits(b)
    near, far = sorted((near, far))
    found = affinity(one, other, near)
    assert found == affinity(other, one, near) == affinity(one, other, -near)
    assert 0.0 <= affinity(one, other, far) <= found <= 1.0


@given(st.text(max_size=300), st.text(max_size=300), st.text(max_size=80), st.text(max_size=40))
def test_traits_are_json_small_and_come_back_the_same(headline: str, text: str, slugline: str, name: str) -> None:
    found = traits(story(headline, text, slugline, uri="u", entities=named(name), keywords=(name,)))
    data = json.dumps(msgspec.to_builtins(found)).encode()
    assert msgspec.convert(orjson.loads(data), Traits) == found
    assert len(found.keys) <= MOST_KEYS


def test_a_hostile_story_costs_little_and_stays_small() -> None:
    long = "Zq" * 100_000
    text = " ".join(f"word{'abcdefghij'[n % 10]}{'klmnopqrst'[n // 10 % 10]}" * 20 for n in range(20_000))
    place = Place(name=long, country_name=long, country="ZZ", kind="city")
    hostile = story(
        long,
        text,
        "(" * 100_000,
        uri="\ud800" + long,
        entities=named(*(f"{long}{n}" for n in range(300))),
        places=(place,) * 3000,
        links=tuple(Link(rel="references", uri=f"{long}{n}") for n in range(300)),
        keywords=(long,) * 1000,
        source=long,
    )
    started = time.process_time()
    found = traits(hostile)
    assert time.process_time() - started < 0.5
    assert len(orjson.dumps(found)) < 4000


def test_traits_of_a_full_story_stay_within_their_size() -> None:
    text = "\n\n".join(
        f"{LEAD.body_text} {SIDEBAR.body_text} {RIVER_DAM.body_text} {FLASH.body_text}" for _ in range(20)
    )
    names = named(*(f"Name Surname {letter * 6}" for letter in "abcdefghijklmn"))
    full = story("Dam bursts near Itabira", text, "BRAZIL-DAM/TOLL", places=ITABIRA, entities=names)
    assert 1000 < len(orjson.dumps(traits(full))) < 2600
