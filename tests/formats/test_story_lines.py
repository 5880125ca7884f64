"""An export fed again: the same stories in the same versions, whatever format they came in first."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.errors import TerminalError
from pipeline.formats import ninjs, story_lines
from pipeline.formats.base import Item
from pipeline.lifecycle.revision import revision
from pipeline.stages.parse import parse_item
from pipeline.story import Provenance, Story, encode

CAME = datetime(2026, 3, 5, 12, 0, 7, tzinfo=UTC)
LATER = datetime(2027, 1, 1, tzinfo=UTC)
CASES = Path(__file__).parent / "cases"
FILES = sorted(path for path in CASES.glob("*/*") if not path.name.endswith(".expected.json"))
MARKS = ("exported", "assumed_versioncreated")


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_exported_and_fed_again(path: Path) -> None:
    first = parse_item(Item(data=path.read_bytes(), feed="first"), received=CAME).stories
    if not first:
        return
    again = parse_item(Item(data=b"\n".join(map(encode, first)), feed="again"), received=LATER)
    assert again.errors == ()
    assert list(map(_said, again.stories)) == list(map(_said, first))
    assert {story.provenance.feed for story in again.stories} == {"again"}
    assert [story.provenance.format for story in again.stories] == ["story"] * len(first)
    once_more = parse_item(Item(data=b"\n".join(map(encode, again.stories)), feed="third"), received=LATER)
    assert [story.extra for story in once_more.stories] == [story.extra for story in again.stories]


def _said(story: Story) -> tuple[Story, int]:
    """What must be the same: all that the agency said, and the story's place among its versions."""
    extra = {name: value for name, value in story.extra.items() if name not in MARKS}
    assumed = "assumed_versioncreated" in story.extra or story.pubstatus == "canceled"  # of a kill the revision tells
    time = None if assumed else story.versioncreated
    came = Provenance(channel=story.provenance.channel, sequence=story.provenance.sequence)
    return replace(story, revision=0, versioncreated=time, extra=extra, provenance=came), story.revision


def test_an_old_export_does_not_win_over_a_newer_version() -> None:
    old = parse_item(Item(data=b'{"uri": "urn:m:1", "headline": "Old"}'), received=CAME).stories[0]
    new = parse_item(Item(data=b'{"uri": "urn:m:1", "headline": "New"}'), received=LATER).stories[0]
    again = parse_item(Item(data=encode(old)), received=datetime(2028, 1, 1, tzinfo=UTC)).stories[0]
    assert again.revision == old.revision == revision(old, CAME) < new.revision


@pytest.mark.parametrize(
    ("data", "sure"),
    [
        (b'{"uri":"a","revision":0,"pubstatus":"usable"}', True),
        (b' [\n {"uri": "a", "revision": 12, "pubstatus": "usable"}]', True),
        (b'\xef\xbb\xbf{"uri":"\\"a","revision":0,"pubstatus":"usable"}', True),
        ('{"uri":"a","revision":0,"pubstatus":"usable"}'.encode("utf-16"), True),
        (b'{"headline":"x","provenance":{"enrichment_revision":0},"revision":7,"uri":"a"}', True),
        (b'{"body_text":"' + b"word " * 20_000 + b'","provenance":{"enrichment_revision":0},"revision":7}', True),
        (b'{"uri":"a","pubstatus":"usable","version":"1","headline":"x"}', False),
        (b'{"uri":"a","revision":"7","pubstatus":"usable"}', False),
        (b'{"uri":"a","revision":7,"headline":"x","provenance":{"claim":"c2pa"}}', False),
        (rb'{"uri":"a","body_text":"\"revision\": 7, \"enrichment_revision\": 1"}', False),
        (b"text", False),
    ],
)
def test_told_from_ninjs(data: bytes, sure: bool) -> None:
    item = Item(data=data)
    guess = story_lines.sniff(item)
    assert guess.confidence == (1.0 if sure else 0.0)
    assert sure or data == b"text" or ninjs.sniff(item).confidence > 0


def test_what_is_wrong_with_a_field_is_said_in_a_sentence_however_long_its_value() -> None:
    (error,) = story_lines.parse(Item(data=b'{"uri": "s", "pubstatus": "%s"}' % (b"e" * 500)))
    assert isinstance(error, TerminalError)
    assert error.cause == "Not a Story: Invalid enum value…"
