"""What the quality harness counts, worked by hand on two small stories."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.quality.gold import read_gold
from benchmarks.quality.parties import forms, head, plain, same
from benchmarks.quality.score_entities import distance, resolves
from benchmarks.quality.sets import score_story
from benchmarks.quality.tally import Tally, matching
from pipeline.story import Entity, Participant, Place, Span, Story, Topic

FOLDER = Path(__file__).with_name("quality")


def gold(name: str) -> Story:
    found, faults = read_gold(FOLDER / f"{name}.toml")
    assert found is not None
    assert not faults
    return found.story


BLAST, STRIKE = gold("01-harbour-blast"), gold("02-bus-strike")


def counts(tally: Tally, measure: str) -> tuple[int, ...]:
    """Right, wrong, missed of all classes."""
    rows = [numbers for (name, _), numbers in tally.counts.items() if name == measure]
    return tuple(sum(column) for column in zip(*rows, strict=True)) or (0, 0, 0)


def errors(tally: Tally, measure: str) -> list[str]:
    return [error.sentence for error in tally.errors if error.measure == measure]


@pytest.mark.parametrize("story", [BLAST, STRIKE])
def test_gold_against_itself_is_all_right(story: Story) -> None:
    tally = score_story("s", story, story)
    assert {wrong + missed for _, wrong, missed in tally.counts.values()} == {0}
    assert sum(right for right, _, _ in tally.counts.values()) > 30
    assert tally.errors == []


def test_nothing_found_is_all_missed_and_nothing_wrong() -> None:
    bare = replace(BLAST, entities=(), places=(), events=(), quotes=(), figures=(), topics=())
    tally = score_story("s", BLAST, bare)
    assert {(right, wrong) for right, wrong, _ in tally.counts.values()} == {(0, 0)}
    assert counts(tally, "entities") == (0, 0, 10)
    assert counts(tally, "events") == (0, 0, 3)
    assert counts(tally, "casualties") == (0, 0, 2)
    assert counts(tally, "quotes") == (0, 0, 2)


def entity(text: str, start: int, kind: str, name: str | None = None) -> Entity:
    span = Span(text=text, start=start, end=start + len(text))
    return Entity(name=name or text, type=kind, mentions=(span,))  # type: ignore[arg-type]


def with_entities(*found: Entity) -> Story:
    return replace(STRIKE, entities=found, places=(), events=(), quotes=(), figures=(), topics=())


def test_entities_count_with_exact_span_and_class() -> None:
    """Gold: the alliance twice, Kumasi, Ghana, Yaw Boadi, Boadi."""
    text = STRIKE.body_text
    found = with_entities(
        entity("Kumasi", text.index("Kumasi"), "gpe"),
        entity("Ghana", text.index("Ghana"), "organisation"),
        entity("Drivers' Alliance", text.index("Drivers' Alliance"), "organisation"),
        entity("Yaw Boadi", text.index("Yaw Boadi"), "person", "Boadi"),
        entity("Monday", text.index("Monday"), "event"),
    )
    tally = score_story("s", STRIKE, found)
    assert counts(tally, "entities") == (2, 3, 4)
    assert counts(tally, "entity spans") == (3, 2, 3)
    assert tally.counts["entities", "gpe"] == [1, 0, 1]
    assert tally.counts["entities, 4 classes", "location"] == [1, 0, 1]
    assert tally.counts["names", "organisation"] == [0, 0, 2]
    assert counts(tally, "names") == (2, 0, 4)
    assert counts(tally, "names, of those found") == (2, 0, 2)
    assert {key: number for key, number in tally.confusions.items() if key[0].startswith("entities")} == {
        (f"entities{few}", *pair): number
        for few, place, event in (("", "gpe", "event"), (", 4 classes", "location", "other"))
        for pair, number in {
            (place, place): 1,
            (place, "organisation"): 1,
            ("organisation", "organisation"): 1,
            ("organisation", "-"): 1,
            ("person", "person"): 1,
            ("person", "-"): 1,
            ("-", event): 1,
        }.items()
    }
    assert errors(tally, "names") == [
        "'Ashanti Drivers' Alliance' is 'Ashanti Drivers' Alliance', found as 'Drivers' Alliance'",
        "'Yaw Boadi' is 'Yaw Boadi', found as 'Boadi'",
    ]


PLACE = Place(name="Kumasi", country="GH", geonameid=2298890, lat=6.69, lon=-1.62)
PLACES = [
    (replace(PLACE, name="Coomassie", country=None), True, "its id"),
    (Place(name="Kumasi", country="GH"), True, "its name in its country"),
    (Place(name="Kumasi", country="NG"), False, "its name in another country"),
    (Place(name="Ejisu", country="GH", geonameid=1, lat=6.72, lon=-1.47), True, "17 km away"),
    (Place(name="Accra", country="GH", geonameid=2, lat=5.56, lon=-0.2), False, "200 km away"),
    (Place(name="Ashanti", country="GH", geonameid=3), False, "no point"),
]


@pytest.mark.parametrize(("found", "right"), [case[:2] for case in PLACES], ids=[case[2] for case in PLACES])
def test_a_place_is_resolved_by_id_or_by_country_with_name_or_nearness(found: Place, right: bool) -> None:
    assert resolves(PLACE, found) is right


def test_kilometres_between_two_places() -> None:
    london, paris = Place(name="London", lat=51.5074, lon=-0.1278), Place(name="Paris", lat=48.8566, lon=2.3522)
    assert distance(london, paris) == pytest.approx(343.6, abs=0.5)
    assert distance(london, Place(name="Atlantis")) == float("inf")


def test_places_that_gold_lacks_lower_what_is_right_of_those_found() -> None:
    span = Span(text="Bus", start=0, end=3)
    found = replace(STRIKE, places=(*STRIKE.places[:1], Place(name="Bus", country="FR", mentions=(span,))))
    tally = score_story("s", STRIKE, found)
    assert counts(tally, "places") == (1, 0, 1)
    assert counts(tally, "places, of those found") == (1, 0, 1)


def party(text: str, name: str | None = None) -> Participant:
    return Participant(span=Span(text=text, start=0, end=len(text)), name=name)


ENTITIES = (
    Entity(name="Hartwell Copper", type="organisation", aliases=("Hartwell",)),
    Entity(name="Ana Quispe", type="person", aliases=("Quispe",)),
    Entity(name="Luis Quispe", type="person", aliases=("Quispe",)),
    Entity(name="Labor Ministry", type="organisation"),
    Entity(name="Interior Ministry", type="organisation"),
)
PARTIES = [
    (party("Hartwell", "Hartwell Copper"), party("Hartwell", "Hartwell"), True),
    (party("Ana Quispe", "Ana Quispe"), party("Finance Minister Ana Quispe"), True),
    (party("Ana Quispe", "Ana Quispe"), party("Luis Quispe", "Luis Quispe"), False),
    (party("Labor Ministry", "Labor Ministry"), party("Interior Ministry", "Interior Ministry"), False),
    (party("Labor Ministry", "Labor Ministry"), party("ministry"), True),
    (party("officers of the National Police"), party("two officers"), True),
    (party("officers"), party("officials"), False),
    (party("port of Varna"), party("Varna", "Varna"), True),
    (party("the rebels"), party("Rebels"), True),
    (party("São Paulo"), party("Sao Paulo's"), True),
    (party("people"), party("people aboard the ferry Star"), True),
]


@pytest.mark.parametrize(("one", "other", "right"), PARTIES)
def test_parties_are_the_same_by_canonical_name_or_head_word(one: Participant, other: Participant, right: bool) -> None:
    assert same(one, other, forms(ENTITIES)) is right
    assert same(other, one, forms(ENTITIES)) is right


@pytest.mark.parametrize(
    ("phrase", "word"),
    [
        ("two officers of the National Police", "officers"),
        ("a woman who fled", "woman"),
        ("in exile", "exile"),
        ("the Black Sea port of Varna", "varna"),
        ("port of call", "port"),
        ("dockers, sailors", "dockers"),
        ("The Front's", "front"),
        ("", ""),
    ],
)
def test_the_head_word_of_a_phrase(phrase: str, word: str) -> None:
    assert head(phrase) == word
    assert plain(word) == word


def with_events(story: Story, changes: Sequence[dict[str, object] | None]) -> Story:
    """Gold's events, each with some fields changed; None leaves it out."""
    pairs = zip(story.events, changes, strict=True)
    return replace(story, events=tuple(replace(event, **each) for event, each in pairs if each is not None))  # type: ignore[arg-type]


def test_an_event_needs_type_actor_and_target_in_its_sentences() -> None:
    killed, threatened, _ = BLAST.events
    planted = killed.again[1]
    found = with_events(
        BLAST,
        [
            {"trigger": planted, "again": (), "actors": (party("bombers"),)},
            {"targets": (*threatened.targets, party("crews"))},
            {"type": "REJECT"},
        ],
    )
    tally = score_story("s", BLAST, found)
    assert counts(tally, "events") == (1, 2, 2)
    assert counts(tally, "events, wherever told") == (1, 2, 2)
    assert counts(tally, "events, every party") == (0, 3, 3)
    assert counts(tally, "events, one side") == (2, 1, 1)
    assert counts(tally, "events, type") == (2, 1, 1)
    assert counts(tally, "actors") == (1, 1, 1)
    assert counts(tally, "targets") == (2, 1, 0)
    assert tally.confusions["events", "ACCUSE", "REJECT"] == 1
    assert errors(tally, "events") == [
        "missed ASSAULT asserted 'killed' by Free Tide Front on dock workers",
        "missed ACCUSE asserted 'blamed' by Iskra Doncheva on Free Tide Front",
        "wrong ASSAULT asserted 'planted' by bombers on dock workers",
        "wrong REJECT asserted 'blamed' by Iskra Doncheva on Free Tide Front",
    ]


def test_an_event_told_elsewhere_counts_only_where_that_does_not_matter() -> None:
    lie = Span(text="lie", start=BLAST.body_text.index("lie"), end=BLAST.body_text.index("lie") + 3)
    found = with_events(BLAST, [{"trigger": lie, "again": ()}, {}, {}])
    tally = score_story("s", BLAST, found)
    assert counts(tally, "events") == (2, 1, 1)
    assert counts(tally, "events, wherever told") == (3, 0, 0)
    assert counts(tally, "main event") == (0, 0, 1)
    assert counts(tally, "status") == (2, 0, 0)


def test_what_is_asked_of_events_is_asked_of_those_found() -> None:
    killed = BLAST.events[0]
    dead, hurt = killed.casualties
    found = with_events(
        BLAST,
        [
            {
                "status": "denied",
                "begins": "2026-03-02",
                "casualties": (dead, replace(hurt, high=None)),
                "attribution": None,
                "instruments": (),
                "place": "Sofia",
            },
            {"attribution": party("officials")},
            None,
        ],
    )
    tally = score_story("s", BLAST, found)
    assert counts(tally, "status") == (1, 0, 1)
    assert tally.confusions["status", "asserted", "denied"] == 1
    assert counts(tally, "dates") == (0, 0, 1)
    assert counts(tally, "casualties") == (1, 1, 1)
    assert counts(tally, "casualties of events") == (1, 1, 1)
    assert counts(tally, "attribution") == (0, 1, 1)
    assert counts(tally, "instruments") == (0, 0, 1)
    assert counts(tally, "places of events") == (0, 0, 1)
    assert counts(tally, "main event") == (1, 0, 0)


@pytest.mark.parametrize(("place", "right"), [("Varna", 1), ("VARNA", 1), ("Odessos", 1), ("Sofia", 0), (None, 0)])
def test_the_place_of_an_event_is_right_by_its_name_or_its_id(place: str | None, right: int) -> None:
    known = replace(BLAST, places=(*BLAST.places, Place(name="Odessos", geonameid=726050)))
    tally = score_story("s", BLAST, with_events(known, [{"place": place}, {}, {}]))
    assert counts(tally, "places of events") == (right, 0, 1 - right)


def test_a_number_given_to_another_event_is_right_of_the_story_and_wrong_of_the_event() -> None:
    killed = BLAST.events[0]
    found = with_events(BLAST, [{"casualties": ()}, {"casualties": killed.casualties}, {}])
    tally = score_story("s", BLAST, found)
    assert counts(tally, "casualties") == (2, 0, 0)
    assert counts(tally, "casualties of events") == (0, 2, 2)


def test_a_quote_needs_four_fifths_of_the_words_and_its_speaker() -> None:
    find, lie = BLAST.quotes
    words = find.spans[0]
    shorter = replace(words, start=words.start + 3, text=words.text[3:])
    much_shorter = replace(words, start=words.start + 8, text=words.text[8:])
    cases = [
        (replace(find, spans=(shorter,)), (2, 0, 0), (2, 0, 0)),
        (replace(find, spans=(much_shorter,)), (1, 1, 1), (1, 1, 1)),
        (replace(find, speaker=party("police")), (1, 1, 1), (2, 0, 0)),
        (replace(find, speaker=party("Doncheva")), (2, 0, 0), (2, 0, 0)),
        (replace(find, speaker=None), (1, 1, 1), (2, 0, 0)),
    ]
    for quote, right, any_speaker in cases:
        tally = score_story("s", BLAST, replace(BLAST, quotes=(lie, quote)))
        assert (counts(tally, "quotes"), counts(tally, "quotes, any speaker")) == (right, any_speaker), quote


def test_a_figure_needs_span_kind_bounds_and_unit() -> None:
    levs, dollars = BLAST.figures
    longer = Span(text="about 2.5 million levs", start=levs.span.start - 6, end=levs.span.end)
    cases = [
        (levs, (2, 0, 0), (2, 0, 0)),
        (replace(levs, span=longer), (1, 1, 1), (2, 0, 0)),
        (replace(levs, high=None), (1, 1, 1), (1, 1, 1)),
        (replace(levs, unit="EUR"), (1, 1, 1), (1, 1, 1)),
        (replace(levs, low=2.50001e6, high=2.50001e6), (2, 0, 0), (2, 0, 0)),
        (replace(levs, low=2.51e6, high=2.51e6), (1, 1, 1), (1, 1, 1)),
        (replace(levs, kind="count"), (1, 1, 1), (1, 1, 1)),
    ]
    for figure, exact, value in cases:
        tally = score_story("s", BLAST, replace(BLAST, figures=(figure, dollars)))
        assert (counts(tally, "figures"), counts(tally, "figures, value")) == (exact, value), figure


def test_topics_count_by_their_top_level() -> None:
    bombing = Topic(code="medtop:20000065", name="bombing", parents=("medtop:20000053", "medtop:16000000"))
    labour = Topic(code="medtop:09000000", name="labour")
    tally = score_story("s", BLAST, replace(BLAST, topics=(bombing, labour)))
    assert counts(tally, "topics") == (1, 0, 0)
    assert counts(tally, "topics, all") == (1, 1, 1)
    tally = score_story("s", BLAST, replace(BLAST, topics=(labour, bombing)))
    assert counts(tally, "topics") == (0, 0, 1)
    assert tally.confusions["topics", "medtop:16000000", "medtop:09000000"] == 1


def test_the_largest_matching_gives_up_a_preference_for_another_match() -> None:
    assert matching({0: [0, 1], 1: [0]}) == {0: 1, 1: 0}
    assert matching({0: [1, 0], 1: [1], 2: [1]}) in ({0: 0, 1: 1}, {0: 0, 2: 1})
    assert matching({0: []}) == {}
