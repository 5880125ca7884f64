"""What orders the versions of a story."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.lifecycle.revision import document_version, revision, revision_of
from pipeline.story import Provenance, PubStatus, Story

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
LATER = NOON + timedelta(seconds=1)


def story(version: str | None = None, created: datetime | None = None, pubstatus: PubStatus = "usable") -> Story:
    return Story(uri="u", version=version, versioncreated=created, pubstatus=pubstatus)


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        (story("1", NOON), story("2", NOON)),
        (story("9", NOON), story("10", NOON)),
        (story("1", NOON), story("1", LATER)),
        (story("2", NOON), story("1", LATER)),  # numbers start again; clocks do not turn back
        (story(None, NOON), story(None, LATER)),
        (story("1"), story("2")),
        (story("v1"), story("v2")),
        (story("1", NOON), story("1", NOON, "canceled")),
        (story("1", NOON), story("1", NOON, "withheld")),
        (story("1", NOON, "withheld"), story("1", NOON, "canceled")),
        (story("1", NOON, "canceled"), story("2", LATER)),  # a reinstatement is a newer version
    ],
)
def test_newer_wins(older: Story, newer: Story) -> None:
    assert revision(older, None) < revision(newer, None)


def test_without_version_and_time_the_arrival_decides() -> None:
    assert revision(story(), NOON) < revision(story(), LATER)
    assert revision(story("1"), NOON) == revision(story("1"), LATER)


@pytest.mark.parametrize(
    "killed",
    [story("2", NOON), story(None, NOON), story("2"), story("4095"), story("2", NOON, "withheld"), story("2", LATER)],
    ids=lambda killed: f"{killed.version} {killed.versioncreated} {killed.pubstatus}",
)
def test_a_kill_without_version_time_wins_over_what_came_before_it(killed: Story) -> None:
    kill = story("3", None, "canceled")
    assert revision(killed, NOON) < revision(kill, LATER)


def test_a_kill_without_version_time_is_ordered_by_its_arrival_then_its_number() -> None:
    kill, next_kill = story("2", None, "canceled"), story("3", None, "canceled")
    assert revision(kill, NOON) < revision(next_kill, NOON) < revision(kill, LATER)
    assert revision(kill, NOON) == revision(kill, NOON)  # as a replay has it
    assert revision(kill, NOON) < revision(story("1", LATER), LATER)  # a later version lifts it
    assert revision(story("9"), LATER) < revision(kill, NOON)  # one with a number alone does not
    assert revision(kill, None) == 2 << 2 | 3  # read without a pipeline: nobody received it


def test_a_kill_with_a_version_time_is_ordered_by_that() -> None:
    kill = story("1", NOON, "canceled")
    assert revision(kill, NOON) == revision(kill, LATER)


def test_the_same_instant_in_another_zone_is_the_same_revision() -> None:
    elsewhere = NOON.astimezone(datetime.fromisoformat("2026-11-24T00:00+05:30").tzinfo)
    assert revision(story("1", NOON), None) == revision(story("1", elsewhere), None)


@given(
    st.one_of(st.none(), st.text()),
    st.one_of(st.none(), st.datetimes(timezones=st.just(UTC))),
    st.sampled_from(["usable", "withheld", "canceled"]),
    st.integers(0, 255),
)
def test_every_version_fits_the_index(
    version: str | None, created: datetime | None, pubstatus: PubStatus, enrichment: int
) -> None:
    number = revision(story(version, created, pubstatus), NOON)
    assert 0 <= number < 1 << 47
    whole = Story(uri="u", revision=number, provenance=Provenance(enrichment_revision=enrichment))
    held, published = document_version(whole, published=False), document_version(whole)
    assert 0 <= held < published < 1 << 63
    assert revision_of(held) == revision_of(published) == number
