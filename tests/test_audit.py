"""Accounting, on ledgers whose truth is known."""

from datetime import UTC, datetime, timedelta

import pytest

from pipeline.audit import OUTCOMES, Ledger, Outcome, note_dead, note_parsed, reconcile
from pipeline.errors import TerminalError
from pipeline.messages import Message, dead_letter
from pipeline.story import Provenance, RawReference, Story, encode
from pipeline.topics import DEAD_LETTER, PARSED, RAW

NOW = datetime(2026, 11, 24, tzinfo=UTC)
OFFSET = 5
RAW_MESSAGE = Message(topic=RAW, partition=0, offset=OFFSET, timestamp=NOW, key=b"k", value=b"x", headers={"name": "f"})


def parsed(story: Story) -> Message:
    return Message(topic=PARSED, partition=1, offset=9, timestamp=NOW, key=b"k", value=encode(story))


def story(
    uri: str = "u", revision: int = 10, part: int = 0, parts: int = 1, embargoed: datetime | None = None
) -> Story:
    raw = RawReference(topic=RAW, partition=0, offset=OFFSET, size=1, sha256="")
    provenance = Provenance(raw=raw, part=part, parts=parts)
    return Story(uri=uri, revision=revision, embargoed=embargoed, provenance=provenance)


def letter(message: Message, stage: str, item: str | None = None) -> Message:
    sent = dead_letter(message, stage, TerminalError("Because.", item=item), NOW)
    return Message(
        topic=DEAD_LETTER, partition=0, offset=0, timestamp=NOW, key=sent.key, value=sent.value, headers=sent.headers
    )


LATER = NOW + timedelta(days=1)
CASES: list[tuple[str, list[Message], list[Message], dict[str, int], dict[Outcome, int]]] = [
    # name, wire.parsed, wire.dead-letter, revisions in the index, expected outcomes
    ("indexed", [parsed(story())], [], {"u": 10}, {"indexed": 1}),
    ("twice in wire.parsed after a restart", [parsed(story())] * 2, [], {"u": 10}, {"indexed": 1}),
    ("superseded", [parsed(story())], [], {"u": 11}, {"superseded": 1}),
    ("held", [parsed(story(embargoed=LATER))], [], {"u": 10}, {"held": 1}),
    ("an embargo that is over", [parsed(story(embargoed=NOW))], [], {"u": 10}, {"indexed": 1}),
    ("not parsed", [], [], {}, {"unaccounted": 1}),
    ("not indexed", [parsed(story())], [], {}, {"unaccounted": 1}),
    ("an older revision in the index does not count", [parsed(story())], [], {"u": 9}, {"unaccounted": 1}),
    ("given up by parse", [], [letter(RAW_MESSAGE, "parse")], {}, {"dead-lettered": 1}),
    ("given up by enrich", [parsed(story())], [letter(parsed(story()), "enrich")], {}, {"dead-lettered": 1}),
    ("given up by index", [parsed(story())], [letter(parsed(story()), "index")], {}, {"dead-lettered": 1}),
    (
        "given up once, requeued, indexed",
        [parsed(story())],
        [letter(parsed(story()), "index")],
        {"u": 10},
        {"indexed": 1},
    ),
    (
        "two stories, one of them bad",
        [parsed(story("a", parts=2)), parsed(story("b", part=1, parts=2))],
        [letter(RAW_MESSAGE, "parse", "c")],
        {"a": 10, "b": 12},
        {"indexed": 1, "superseded": 1, "dead-lettered": 1},
    ),
    ("a story of two is missing", [parsed(story("a", parts=2))], [], {"a": 10}, {"indexed": 1, "unaccounted": 1}),
]


@pytest.mark.parametrize(("letters", "stories", "revisions", "expected"), [(c[2], c[1], c[3], c[4]) for c in CASES],
                         ids=[c[0] for c in CASES])  # fmt: skip
def test_every_message_has_its_outcome(
    letters: list[Message], stories: list[Message], revisions: dict[str, int], expected: dict[Outcome, int]
) -> None:
    ledger = Ledger(received={RAW_MESSAGE.coordinates: "f"})
    note_parsed(ledger, stories, NOW)
    note_dead(ledger, letters)
    report = reconcile(ledger, revisions)
    assert report.outcomes == {outcome: expected.get(outcome, 0) for outcome in OUTCOMES}
    assert bool(report.unaccounted) == ("unaccounted" in expected)


def test_what_the_feed_gave_up_counts_as_received() -> None:
    ledger = Ledger()
    note_dead(ledger, [letter(RAW_MESSAGE, "feed")])
    report = reconcile(ledger, {})
    assert report.messages == 1
    assert report.outcomes["dead-lettered"] == 1
