"""One story written in every format is read as the same story from each."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from benchmarks.writers import WRITERS, Copy, copy_of
from pipeline.formats.base import Item
from pipeline.formats.registry import FORMATS, read
from pipeline.story import Story

SEEDS = Path(__file__).parents[2] / "seeds"
SAMPLES = ("01-peru-mining-strike.txt", "08-freetown-writethru.json", "21-baghdad-attacks.json")
EVERY = [(format_.name, writer) for format_ in FORMATS for writer in WRITERS[format_.name]]


def sample(file: str) -> Story:
    (story,) = read(Item(data=(SEEDS / file).read_bytes())).stories
    return story


@pytest.mark.parametrize("file", SAMPLES)
@pytest.mark.parametrize(("name", "writer"), EVERY, ids=[writer.__name__ for _, writer in EVERY])
def test_the_same_story_in_every_format(name: str, writer: Callable[[Copy], bytes], file: str) -> None:
    story = sample(file)
    copy = copy_of(story, time=datetime(2026, 11, 24, 8, tzinfo=UTC))
    reading = read(Item(data=writer(copy)))
    assert reading.errors == ()
    (found,) = reading.stories
    assert found.provenance.format == name
    assert found.headline == copy.headline
    assert found.body_text == "\n\n".join(copy.paragraphs)
    assert copy.ednote in (found.ednote or "") or name in WITHOUT_EDNOTE
    if name != "story":  # whose writer gives the lines as they are, without parts
        assert [who.name for who in found.authors if who.role == "byline"] == [
            who.name for who in story.authors if who.role == "byline"
        ]
        assert story.dateline
        assert found.dateline
        assert [place.upper() for place in found.dateline.places] == [place.upper() for place in story.dateline.places]
        assert (found.located or "").upper() == story.dateline.places[0].upper()
        assert (found.creditline or "").split() == copy.creditline.split()


WITHOUT_EDNOTE = {"iptc7901", "anpa1312", "rss", "atom"}
"""Formats without a place for it."""
