"""Accounting, on ledgers whose truth is known."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from pipeline.audit import OUTCOMES, Ledger, Outcome, note_dead, note_parsed, reconcile
from pipeline.errors import TerminalError
from pipeline.life import Life
from pipeline.messages import Message, dead_letter
from pipeline.story import Provenance, RawReference, Story, encode
from pipeline.topics import DEAD_LETTER, PARSED, RAW

NOW = datetime(2026, 11, 24, tzinfo=UTC)
OFFSET = 5
RAW_MESSAGE = Message(topic=RAW, partition=0, offset=OFFSET, timestamp=NOW, key=b"k", value=b"x", headers={"name": "f"})


def parsed(story: Story) -> Message:
    return Message(topic=PARSED, partition=1, offset=9, timestamp=NOW, key=b"k", value=encode(story))


def story(uri: str = "u", revision: int = 10, part: int = 0, parts: int = 1) -> Story:
    raw = RawReference(topic=RAW, partition=0, offset=OFFSET, size=1, sha256="")
    return Story(uri=uri, revision=revision, provenance=Provenance(raw=raw, part=part, parts=parts))


def letter(message: Message, stage: str, item: str | None = None) -> Message:
    sent = dead_letter(message, stage, TerminalError("Because.", item=item), NOW)
    return Message(
        topic=DEAD_LETTER, partition=0, offset=0, timestamp=NOW, key=sent.key, value=sent.value, headers=sent.headers
    )


def life(newest: int = 10, uri: str = "u") -> Life:
    """A story that may be seen, and stands in the index."""
    return Life(uri=uri, newest=newest, status="usable", released=True, public=True, shown=newest)


def waiting(newest: int = 10, *, public: bool = False) -> Life:
    """One that is under embargo, after an older version was seen or not."""
    return Life(uri="u", newest=newest, status="usable", embargoed=NOW, public=public, shown=9 if public else None)


def withheld(newest: int = 10, *, public: bool = False) -> Life:
    return Life(uri="u", newest=newest, status="withheld", public=public, shown=9 if public else None)


def killed(newest: int = 10) -> Life:
    return Life(uri="u", newest=newest, status="canceled", public=True, killed=newest)


@dataclass(frozen=True)
class Case:
    """What topics, ledger and index say, and what has become of the one raw message."""

    name: str
    parsed: list[Message] = field(default_factory=lambda: [parsed(story())])
    letters: list[Message] = field(default_factory=list)
    lives: tuple[Life, ...] = ()
    indexed: Mapping[str, int] = field(default_factory=dict)
    expected: Mapping[Outcome, int] = field(default_factory=dict)


INDEXED: Mapping[Outcome, int] = {"indexed": 1}
HELD: Mapping[Outcome, int] = {"held": 1}
SUPERSEDED: Mapping[Outcome, int] = {"superseded": 1}
DEAD: Mapping[Outcome, int] = {"dead-lettered": 1}
UNACCOUNTED: Mapping[Outcome, int] = {"unaccounted": 1}
CASES = (
    Case("indexed", lives=(life(),), indexed={"u": 10}, expected=INDEXED),
    Case("twice in wire.parsed after a restart", [parsed(story())] * 2, [], (life(),), {"u": 10}, INDEXED),
    Case("superseded", lives=(life(11),), indexed={"u": 11}, expected=SUPERSEDED),
    Case("superseded by what is held", lives=(waiting(11),), expected=SUPERSEDED),
    Case("superseded by a kill", lives=(killed(11),), indexed={"u": 11}, expected=SUPERSEDED),
    Case("it is the kill", lives=(killed(),), indexed={"u": 10}, expected=INDEXED),
    Case("a kill whose tombstone is missing", lives=(killed(),), expected=UNACCOUNTED),
    Case("a kill, and the story still stands", lives=(killed(),), indexed={"u": 9}, expected=UNACCOUNTED),
    Case("under embargo", lives=(waiting(),), expected=HELD),
    Case("under embargo, behind a mark", lives=(waiting(public=True),), indexed={"u": 10}, expected=HELD),
    Case("under embargo, the mark is missing", lives=(waiting(public=True),), indexed={"u": 9}, expected=UNACCOUNTED),
    Case("withheld", lives=(withheld(),), expected=HELD),
    Case("withheld, behind a mark", lives=(withheld(public=True),), indexed={"u": 10}, expected=HELD),
    Case("a withhold that overrules was raised above the version in wire.parsed", lives=(withheld(13),),
         indexed={"u": 13}, expected=SUPERSEDED),
    Case("a version without a time lifts no kill", lives=(killed(9),), indexed={"u": 9}, expected=SUPERSEDED),
    Case("a copy without version and time releases nothing", lives=(withheld(9),), expected=SUPERSEDED),
    Case("above a newest that may be seen there is nothing", lives=(life(9),), indexed={"u": 9}, expected=UNACCOUNTED),
    Case("not parsed", [], expected=UNACCOUNTED),
    Case("not in the ledger", expected=UNACCOUNTED),
    Case("in the ledger, and not in the index", lives=(life(),), expected=UNACCOUNTED),
    Case("in the ledger, and an older version in the index", lives=(life(),), indexed={"u": 9}, expected=UNACCOUNTED),
    Case("given up by parse", [], [letter(RAW_MESSAGE, "parse")], expected=DEAD),
    Case("given up by enrich", letters=[letter(parsed(story()), "enrich")], expected=DEAD),
    Case("given up by publish", letters=[letter(parsed(story()), "publish")], expected=DEAD),
    Case("given up by index", letters=[letter(parsed(story()), "index")], lives=(life(),), expected=DEAD),
    Case("an advisory that names nobody is a dead letter, and stands in the ledger", [parsed(story())],
         [letter(parsed(story()), "publish")], (killed(),), {"u": 10}, INDEXED),
    Case("given up once, requeued, indexed", [parsed(story())], [letter(parsed(story()), "index")], (life(),),
         {"u": 10}, INDEXED),
    Case("two stories, one of them bad", [parsed(story("a", parts=2)), parsed(story("b", part=1, parts=2))],
         [letter(RAW_MESSAGE, "parse", "c")], (life(uri="a"), life(12, "b")), {"a": 10, "b": 12},
         {"indexed": 1, "superseded": 1, "dead-lettered": 1}),
    Case("a story of two is missing", [parsed(story("a", parts=2))], [], (life(uri="a"),), {"a": 10},
         {"indexed": 1, "unaccounted": 1}),
)  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_every_message_has_its_outcome(case: Case) -> None:
    ledger = Ledger(received={RAW_MESSAGE.coordinates: "f"})
    note_parsed(ledger, case.parsed)
    note_dead(ledger, case.letters)
    report = reconcile(ledger, {each.uri: each for each in case.lives}, case.indexed)
    assert report.outcomes == {outcome: case.expected.get(outcome, 0) for outcome in OUTCOMES}
    assert bool(report.unaccounted) == ("unaccounted" in case.expected)


def test_what_the_feed_gave_up_counts_as_received() -> None:
    ledger = Ledger()
    note_dead(ledger, [letter(RAW_MESSAGE, "feed")])
    report = reconcile(ledger, {}, {})
    assert report.messages == 1
    assert report.outcomes["dead-lettered"] == 1
