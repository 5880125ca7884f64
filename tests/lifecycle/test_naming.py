"""What stories are called, and which of them an advisory means."""

import time
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.lifecycle.naming import fits, names, target_name, window
from pipeline.story import Advisory, Provenance, Story, Target, encode

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)


def story(
    headline: str | None = None, slugline: str | None = None, channel: str | None = None, sequence: int | None = None
) -> Story:
    made = Provenance(feed="f", channel=channel, sequence=sequence)
    return Story(uri="u", headline=headline, slugline=slugline, provenance=made)


def advisory(channel: str | None = None, feed: str = "f") -> Story:
    return Story(uri="n", provenance=Provenance(feed=feed, channel=channel), advisory=Advisory(kind="kill"))


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        (story(), ()),
        (story(sequence=7), ("number:f::7",)),
        (story(channel="A", sequence=7), ("number:f:A:7", "number:f::7")),
        (story(channel="A", sequence=0), ("number:f:A:0", "number:f::0")),
        (story(channel="A"), ()),
        (story(headline="Ferry sinks off Ancona"), ("headline:f:ferry sinks off ancona",)),
        (story(slugline="BC-EU--Italy-Ferry"), ("slug:f:euitalyferry",)),
        (story("H", "S", "A", 7), ("number:f:A:7", "headline:f:h", "slug:f:s", "number:f::7")),
        (story(headline="", slugline=""), ()),
        (story(headline=" -- !", slugline=", 1st Ld"), ()),
    ],
)
def test_what_a_story_is_called(named: Story, expected: tuple[str, ...]) -> None:
    assert names(named) == expected


def test_an_advisory_is_called_nothing() -> None:
    made = Provenance(feed="f", channel="A", sequence=7)
    note = Story(uri="n", headline="KILL: Ferry", slugline="BC-Ferry", provenance=made, advisory=Advisory(kind="kill"))
    assert names(note) == ()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (story(headline="Ferry sinks off Ancona"), story(headline="  FERRY   sinks, off “Ancona”! ")),
        (story(headline="Fähre gesunken"), story(headline="FÄHRE GESUNKEN")),
        (story(headline="Fa\u0308hre"), story(headline="F\u00e4hre")),
        (story(headline="Nau\ufb01rage à l’aube"), story(headline="Naufirage a l'aube")),
        (story(headline="Straße"), story(headline="STRASSE")),
        (story(headline="x" * 300 + "y"), story(headline="x" * 300 + "z")),
        (story(slugline="BC-EU--Italy-Ferry"), story(slugline="PM-EU--Italy-Ferry, 2nd Ld-Writethru")),
        (story(slugline="BC-EU--Italy-Ferry"), story(slugline="am-eu-italy ferry")),
        (story(slugline="PERU-UNREST/"), story(slugline="Peru-Unrest (UPDATE 2)")),
        (story(slugline="PERU-UNREST"), story(slugline="peru_unrest; take 2")),
    ],
)
def test_one_name_in_two_spellings(one: Story, other: Story) -> None:
    assert names(one) == names(other) != ()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (story(headline="Ferry sinks off Ancona"), story(headline="Ferry sinks off Ancona, six dead")),
        (story(headline="Ferry: 4 dead"), story(headline="Ferry: 6 dead")),
        (story(headline="Ferry sinks"), story(slugline="Ferry sinks")),
        (story(slugline="Italy-Ferry"), story(slugline="Italy-Ferry-Owner")),
        (story(slugline="AMERICA"), story(slugline="ERICA")),
        (story(channel="A", sequence=7), story(channel="A", sequence=17)),
        (story(headline="渡輪沉沒"), story(headline="渡輪獲救")),
    ],
)
def test_two_names(one: Story, other: Story) -> None:
    assert not set(names(one)) & set(names(other))


@pytest.mark.parametrize(
    ("target", "channel", "expected"),
    [
        (Target(), None, None),
        (Target(channel="A"), None, None),
        (Target(headline=" - "), None, None),
        (Target(uri="u"), None, None),
        (Target(sequence=7), None, "number:f::7"),
        (Target(sequence=7), "A", "number:f:A:7"),
        (Target(channel="B", sequence=7), "A", "number:f:B:7"),
        (Target(sequence=7, headline="H", slugline="S"), "A", "number:f:A:7"),
        (Target(headline="H", slugline="S"), None, "headline:f:h"),
        (Target(slugline="BC-Italy-Ferry, 1st Ld"), "A", "slug:f:italyferry"),
    ],
)
def test_what_an_advisory_calls_its_target(target: Target, channel: str | None, expected: str | None) -> None:
    assert target_name(target, advisory(channel)) == expected


@pytest.mark.parametrize(
    ("target", "channel"),
    [
        (Target(sequence=7), None),
        (Target(sequence=7), "A"),
        (Target(channel="A", sequence=7), None),
        (Target(headline="Ferry sinks: 4 dead"), None),
        (Target(slugline="Italy-Ferry"), None),
    ],
)
def test_the_story_that_is_meant_has_the_name(target: Target, channel: str | None) -> None:
    meant = story("FERRY SINKS; 4 dead", "BC-Italy-Ferry, 2nd Ld", "A", 7)
    assert target_name(target, advisory(channel)) in names(meant)
    assert target_name(target, advisory(channel, feed="g")) not in names(meant)


HOURS = timedelta(hours=1)


@pytest.mark.parametrize(
    ("name", "earliest", "latest"),
    [
        ("number:f:A:7", 18 * HOURS, 6 * HOURS),
        ("headline:f:h", 7 * 24 * HOURS, 0 * HOURS),
        ("slug:f:s", 48 * HOURS, 0 * HOURS),
        ("slug:number::s", 48 * HOURS, 0 * HOURS),
    ],
)
def test_when_a_name_holds(name: str, earliest: timedelta, latest: timedelta) -> None:
    assert window(name, NOW) == (NOW - earliest, NOW + latest)
    for at, expected in ((NOW - earliest, True), (NOW, True), (NOW + latest, True)):
        assert fits(name, NOW, at) is expected
    assert not fits(name, NOW, NOW - earliest - MOMENT)
    assert not fits(name, NOW, NOW + latest + MOMENT)


def test_of_a_number_that_is_given_each_day_one_transmission_is_meant() -> None:
    sent = [NOW + timedelta(days=day) for day in range(-3, 4)]
    for minutes in range(0, 18 * 60, 30):
        assert [fits("number:f:A:7", NOW + timedelta(minutes=minutes), at) for at in sent].count(True) == 1


EAST, WEST = timezone(timedelta(hours=14)), timezone(-timedelta(hours=12))
ENDS = [datetime(1, 1, 1, tzinfo=EAST), datetime(9999, 12, 31, 23, 59, tzinfo=WEST), NOW.astimezone(EAST)]


@pytest.mark.parametrize("advised", ENDS)
@pytest.mark.parametrize("sent", ENDS)
@pytest.mark.parametrize("kind", ["number", "headline", "slug"])
def test_no_time_is_too_far(kind: str, advised: datetime, sent: datetime) -> None:
    earliest, latest = window(f"{kind}:f:x", advised)
    assert earliest <= latest
    assert fits(f"{kind}:f:x", advised, sent) is (earliest <= sent <= latest)


@given(st.text(max_size=400), st.text(max_size=400))
def test_whatever_it_is_called_the_names_can_be_written_and_are_short(headline: str, slugline: str) -> None:
    clean = story(headline.encode(errors="replace").decode(), slugline.encode(errors="replace").decode())
    for name in names(clean):
        assert encode(Story(uri=name))
        assert len(name.encode()) < 32_766, "The engines' longest term."


@pytest.mark.parametrize("text", ["\ufdfa" * 2_000_000, "(" * 2_000_000, "BC-" * 700_000, ", " * 1_000_000])
def test_names_without_end_are_short_and_quick(text: str) -> None:
    since = time.monotonic()
    made = names(story(text, text))
    assert time.monotonic() - since < 1
    assert all(len(name.encode()) < 32_766 for name in made)
