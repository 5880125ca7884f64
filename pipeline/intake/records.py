"""What is put into wire.raw: the bytes as they came, and in the headers what is known of them beforehand."""

from collections.abc import Mapping
from datetime import UTC, datetime

from pipeline.errors import TerminalError
from pipeline.messages import Send, refused
from pipeline.settings import Settings
from pipeline.sources.base import Arrival, Feed
from pipeline.topics import DEAD_LETTER_MB, MEGABYTE, RAW, RAW_BULK

LARGEST = (DEAD_LETTER_MB - 1) * MEGABYTE
"""Bytes of the largest item that is taken: one too large to be parsed is kept as a dead letter."""
STAGE = "feed"
"""What dead letters made here say of where they were made."""


def hints(feed: Feed) -> dict[str, str]:
    """The headers that all items of a feed have."""
    given = {"format": feed.format, "charset": feed.charset, "language": feed.language, "rights": feed.rights}
    return {"feed": feed.id} | {name: value for name, value in given.items() if value}


def topic_of(feed: Feed) -> str:
    """The lane that the feed takes."""
    return RAW_BULK if feed.lane == "bulk" else RAW


def record(settings: Settings, arrival: Arrival, topic: str, known: Mapping[str, str]) -> Send:
    """The record of an item: for `topic`, or for the dead letters where it is too large to be parsed.

    `known` are headers such as `hints` gives; what they say of the charset goes before what the transport says.
    """
    declared = {"charset": arrival.charset, "content-type": arrival.content_type}
    headers = {name: value for name, value in declared.items() if value}
    headers |= {name: value for name, value in known.items() if value}
    headers |= {"name": arrival.name, "received": datetime.now(UTC).isoformat()}
    key = f"{headers.get('feed', '')}/{arrival.name}".encode(errors="replace")
    made = Send(topic=topic, key=key, value=arrival.data, headers=headers)
    if len(arrival.data) <= settings.max_item_mb * MEGABYTE:
        return made
    size, most = len(arrival.data) / MEGABYTE, settings.max_item_mb
    error = TerminalError(f"The item is {size:.1f} MiB; the largest that is parsed is {most} MiB.")
    return refused(made, STAGE, error, read_from=topic)  # where it would have gone, and goes when requeued
