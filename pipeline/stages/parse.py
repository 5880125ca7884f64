"""parse: bytes as received -> stories, before enrichment."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta

from pipeline.errors import TerminalError
from pipeline.formats.base import Item, Reading, is_made
from pipeline.formats.registry import read
from pipeline.lifecycle.priority import urgent
from pipeline.lifecycle.revision import revision
from pipeline.messages import Message, Send, dead_letter
from pipeline.settings import Settings
from pipeline.stages.outcome import Done, Priority, Work
from pipeline.story import Lane, RawReference, Story, encode, tombstone
from pipeline.topics import MEGABYTE, PARSED, PARSED_BULK, PARSED_URGENT

NAME = "parse"
AHEAD = timedelta(days=1)
"""By how much a version time may be ahead of our receipt of it: zones are left out and clocks are wrong. Beyond, it is
a mistake, and the time of receipt stands for it."""
LONGEST_URI = 2_048
"""Characters: the uri is the key of every message and stands in each event of its story."""


def parse_item(
    item: Item, *, received: datetime | None = None, raw: RawReference | None = None, lane: Lane = "live"
) -> Reading:
    """The stories in `item`, complete: with revision and provenance, kills without text. Needs no server."""
    reading = read(item)
    taken = [story for story in reading.stories if len(story.uri) <= LONGEST_URI]
    too_long = [_too_long(story) for story in reading.stories if len(story.uri) > LONGEST_URI]
    return replace(
        reading,
        stories=tuple(_complete(story, item, received, raw, lane) for story in taken),
        errors=(*reading.errors, *too_long),
    )


def _too_long(story: Story) -> TerminalError:
    return TerminalError(
        f"A uri of {len(story.uri):,} characters is none: the longest that is taken has {LONGEST_URI:,}."
    )


def _complete(story: Story, item: Item, received: datetime | None, raw: RawReference | None, lane: Lane) -> Story:
    provenance = replace(story.provenance, feed=item.feed, lane=lane, received=received, raw=raw)
    # An id made from the bytes names one version only: when they came, or came again, says nothing of it.
    arrived = None if is_made(story.uri) else received
    story = _timed(story, arrived)
    story = replace(story, revision=revision(story, arrived), provenance=provenance)
    # What a kill says of other stories is for the publish stage, and is published by nobody.
    return replace(tombstone(story), advisory=story.advisory) if story.pubstatus == "canceled" else story


def _timed(story: Story, received: datetime | None) -> Story:
    """The story with a version time that can be: one far ahead would stand above every version and kill to come."""
    claimed = story.versioncreated
    if claimed is None or received is None or claimed - received <= AHEAD:
        return story
    extra = {**story.extra, "claimed_versioncreated": claimed.isoformat()}
    return replace(story, versioncreated=received, extra=extra)


def parse(message: Message, lane: Lane, max_bytes: int) -> Done:
    """Everything that one message of wire.raw causes."""
    size = len(message.value)
    if size > max_bytes:
        limit = f"the largest that is parsed is {max_bytes / MEGABYTE:.0f} MiB"
        return Done((dead_letter(message, NAME, TerminalError(f"The item is {size / MEGABYTE:.1f} MiB; {limit}.")),))
    raw = RawReference(
        topic=message.topic,
        partition=message.partition,
        offset=message.offset,
        size=size,
        sha256=hashlib.sha256(message.value).hexdigest(),
    )
    reading = parse_item(_item(message), received=_received(message), raw=raw, lane=lane)
    stories = [
        Send(topic=_topic(story), key=story.uri.encode(), value=encode(story), headers=_transmission(story))
        for story in reading.stories
    ]
    return Done((*stories, *((dead_letter(message, NAME, _one(reading.errors)),) if reading.errors else ())))


def _topic(story: Story) -> str:
    """What restricts a story overtakes even from an archive; the flashes of an archive are no news."""
    bulk = story.provenance.lane == "bulk"
    if urgent(story) and not (bulk and story.pubstatus == "usable" and not story.advisory):
        return PARSED_URGENT
    return PARSED_BULK if bulk else PARSED


def _transmission(story: Story) -> dict[str, str]:
    """Which transmission it came in, for those who look for gaps: see intake/gaps.py. Of a story that was exported and
    comes back that is told no second time."""
    provenance = story.provenance
    if provenance.sequence is None or provenance.format == "story":
        return {}
    received = {"received": provenance.received.isoformat()} if provenance.received else {}
    channel, number = provenance.channel or "", str(provenance.sequence)
    return {"feed": provenance.feed, "channel": channel, "sequence": number} | received


def _one(errors: Sequence[TerminalError]) -> TerminalError:
    """All errors of an item as one: each dead letter carries the whole item."""
    if len(errors) == 1:
        return errors[0]
    return TerminalError(" ".join(f"{error.item}: {error.cause}" if error.item else error.cause for error in errors))


def _item(message: Message) -> Item:
    hints = message.headers
    return Item(
        data=message.value,
        feed=hints.get("feed") or "unknown",
        name=hints.get("name") or None,
        format=hints.get("format") or None,
        charset=hints.get("charset") or None,
        content_type=hints.get("content-type") or None,
        language=hints.get("language") or None,
        rights=hints.get("rights") or None,
    )


def _received(message: Message) -> datetime:
    """When we got it: what the feeder says, if it says it well, else the broker's time. A replay keeps both."""
    try:
        received = datetime.fromisoformat(message.headers.get("received", ""))
    except ValueError:
        return message.timestamp
    return received if received.tzinfo else message.timestamp


@asynccontextmanager
async def open_parse(settings: Settings) -> AsyncIterator[Work]:
    """The parse stage. Parsing runs in a thread: a hostile item must not keep the worker from its heartbeat."""
    max_bytes = settings.max_item_mb * MEGABYTE

    async def process(batch: Sequence[Message], priority: Priority) -> list[Done]:
        lane: Lane = "bulk" if priority == "bulk" else "live"
        return await asyncio.to_thread(lambda: [parse(message, lane, max_bytes) for message in batch])

    yield Work(process)
