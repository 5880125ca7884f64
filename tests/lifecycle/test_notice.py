"""What advisories make of the stories they name."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from pipeline.lifecycle.notice import effect, moment, released
from pipeline.lifecycle.orders import Order
from pipeline.lifecycle.revision import revision
from pipeline.story import Advisory, AdvisoryKind, Provenance, PubStatus, Story, Target, encode

SENT = datetime(2026, 11, 24, 12, tzinfo=UTC)
CAME = SENT + timedelta(minutes=5)
STATUS: dict[AdvisoryKind, PubStatus] = {"kill": "canceled", "withhold": "withheld", "release": "usable"}


def advisory(kind: AdvisoryKind, sent: datetime | None = SENT, came: datetime | None = CAME) -> Story:
    story = Story(
        uri="note",
        version="3",
        versioncreated=sent,
        pubstatus=STATUS[kind],
        headline="Secret",
        body_text="Secret",
        ednote="The ship is another.",
        source="Agency",
        advisory=Advisory(kind=kind, targets=(Target(uri="u"), Target(slugline="Secret"))),
        provenance=Provenance(feed="f", channel="A", sequence=9, received=came, lane="bulk"),
    )
    return replace(story, revision=revision(story, came))


@pytest.mark.parametrize(
    ("sent", "came", "sent_at", "takes_effect"),
    [
        (SENT, CAME, SENT, CAME),
        (CAME, SENT, CAME, CAME),  # its clock is ahead
        (SENT, None, SENT, SENT),
        (None, CAME, CAME, CAME),
        (None, None, None, None),
    ],
)
@pytest.mark.parametrize("kind", ["kill", "withhold"])
def test_what_it_makes_of_a_story_is_later_than_all_that_came_before(
    kind: AdvisoryKind,
    sent: datetime | None,
    came: datetime | None,
    sent_at: datetime | None,
    takes_effect: datetime | None,
) -> None:
    note = advisory(kind, sent, came)
    made = effect(note, "u")
    assert moment(note) == sent_at
    assert isinstance(made, Story)
    assert (made.uri, made.pubstatus, made.versioncreated, made.version) == ("u", STATUS[kind], takes_effect, None)
    before = Story(uri="u", version="4095", versioncreated=takes_effect)
    assert made.revision > revision(before, None)
    if takes_effect:
        after = Story(uri="u", versioncreated=takes_effect + timedelta(seconds=1))
        assert made.revision < revision(after, None)


def test_a_kill_is_later_than_a_withholding_of_the_same_moment() -> None:
    kill, withhold = effect(advisory("kill"), "u"), effect(advisory("withhold"), "u")
    assert isinstance(kill, Story)
    assert isinstance(withhold, Story)
    assert kill.revision > withhold.revision


@pytest.mark.parametrize("kind", ["kill", "withhold"])
def test_it_says_why_and_by_which_message_and_none_of_its_text(kind: AdvisoryKind) -> None:
    note = advisory(kind)
    made = effect(note, "u")
    assert isinstance(made, Story)
    assert (made.ednote, made.source, made.provenance.feed) == (note.ednote, note.source, "f")
    assert (made.provenance.channel, made.provenance.sequence) == (None, None)  # it is not that transmission
    assert made.advisory is None
    assert b"Secret" not in encode(made)


@pytest.mark.parametrize(("sent", "came", "at"), [(SENT, CAME, CAME), (None, CAME, CAME), (None, None, None)])
def test_a_release_is_an_order(sent: datetime | None, came: datetime | None, at: datetime | None) -> None:
    assert effect(advisory("release", sent, came), "u") == Order(kind="release", uri="u", time=at)


def test_the_same_advisory_has_the_same_effect() -> None:
    for kind in STATUS:
        assert effect(advisory(kind), "u") == effect(advisory(kind), "u")


@pytest.mark.parametrize("status", ["withheld", "usable"])
def test_what_is_released_is_the_same_text_as_a_later_version(status: PubStatus) -> None:
    text = Story(uri="u", revision=7, version="2", versioncreated=SENT, pubstatus=status, headline="H", body_text="B",
                 embargoed=CAME, provenance=Provenance(feed="f", received=SENT))  # fmt: skip
    made = released(text, CAME)
    assert replace(made, revision=7, version="2", versioncreated=SENT, pubstatus=status) == text
    assert (made.pubstatus, made.version, made.versioncreated) == ("usable", None, CAME)
    withheld = effect(advisory("withhold"), "u")
    assert isinstance(withheld, Story)
    later = released(text, CAME + timedelta(seconds=1))
    assert later.revision > withheld.revision
