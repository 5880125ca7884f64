"""Which stories overtake the others of their lane."""

from dataclasses import replace

import pytest

from pipeline.lifecycle.priority import urgent
from pipeline.story import Advisory, AdvisoryKind, Provenance, PubStatus, Story

STORY = Story(uri="u", headline="Ferry sinks off Ancona", body_text="A ferry sank.")


@pytest.mark.parametrize(
    "signal",
    [
        "flash",
        "bulletin",
        "alert",
        "news alert",
        "urgent",
        "URGENT",
        "urgent 2",
        "snap",
        "newsbreak",
        "breaking news",
        "eil",
        "eilmeldung",
        "blitz",
        "urgente",
        "alerte",
        "última hora",
    ],
)
def test_what_calls_itself_urgent(signal: str) -> None:
    assert urgent(replace(STORY, signals=("update 1", signal), urgency=5))


@pytest.mark.parametrize(
    "signal",
    ["update 2", "corrected", "1st ld-writethru", "analysis", "flashback", "urgent care", "embargoed", "2", ""],
)
def test_what_calls_itself_something_else(signal: str) -> None:
    assert not urgent(replace(STORY, signals=(signal,)))


@pytest.mark.parametrize(("profile", "overtakes"), [("flash", True), ("Urgent", True), ("text", False), (None, False)])
def test_profile(profile: str | None, overtakes: bool) -> None:
    assert urgent(replace(STORY, profile=profile)) is overtakes


@pytest.mark.parametrize(
    ("format_", "urgency", "overtakes"),
    [
        ("ninjs", 1, True),
        ("ninjs", 2, True),
        ("ninjs", 3, False),
        ("iptc7901", 1, True),
        ("iptc7901", 2, True),
        ("iptc7901", 3, False),
        ("iptc7901", 4, False),
        ("anpa1312", 1, True),  # f
        ("anpa1312", 2, True),  # b
        ("anpa1312", 3, True),  # u
        ("anpa1312", 5, False),  # r
        ("anpa1312", 6, False),  # d
        ("mail", 3, False),  # what a mail program's red mark says
        ("newsml-g2", 1, True),
        ("newsml-g2", 8, False),
        (None, 2, True),
        (None, 9, False),
        (None, None, False),
    ],
)
def test_urgency(format_: str | None, urgency: int | None, overtakes: bool) -> None:
    assert urgent(replace(STORY, urgency=urgency, provenance=Provenance(format=format_))) is overtakes


@pytest.mark.parametrize("pubstatus", ["canceled", "withheld"])
def test_what_restricts_always_overtakes(pubstatus: PubStatus) -> None:
    assert urgent(replace(STORY, pubstatus=pubstatus, urgency=9))


@pytest.mark.parametrize("kind", ["kill", "withhold", "release"])
def test_advisories_always_overtake(kind: AdvisoryKind) -> None:
    assert urgent(replace(STORY, advisory=Advisory(kind=kind), urgency=9))
