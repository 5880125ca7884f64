"""What is put into wire.raw: the bytes as they came, and in the headers what is known of them beforehand."""

from collections.abc import Mapping
from datetime import UTC, datetime

from pipeline.errors import TerminalError
from pipeline.messages import Send, refused
from pipeline.settings import Settings
from pipeline.sources.base import EXCERPT, Arrival, Feed, Unreadable
from pipeline.topics import CURSORS, DEAD_LETTER, DEAD_LETTER_MB, MEGABYTE, RAW, RAW_BULK

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
    made = Send(topic=topic, key=_key(headers), value=arrival.data, headers=headers)
    if len(arrival.data) <= settings.max_item_mb * MEGABYTE:
        return made
    size, most = len(arrival.data) / MEGABYTE, settings.max_item_mb
    error = TerminalError(f"The item is {size:.1f} MiB; the largest that is parsed is {most} MiB.")
    return refused(made, STAGE, error, read_from=topic)  # where it would have gone, and goes when requeued


def letter(found: Unreadable, known: Mapping[str, str]) -> Send:
    """The dead letter of something that could not be read: with what there was of its bytes, and read from no topic,
    so that nobody takes these for an item and sends them again."""
    headers = {name: value for name, value in known.items() if value}
    headers |= {"name": found.name, "received": datetime.now(UTC).isoformat()}
    made = Send(topic=DEAD_LETTER, key=_key(headers), value=found.data[:EXCERPT], headers=headers)
    return refused(made, STAGE, TerminalError(found.reason))


def is_item(sent: Send) -> bool:
    """Whether a record is an item, be it one that is too large to be parsed: no cursor, and no unreadable one."""
    return sent.topic != CURSORS and bool(sent.headers.get("read-from", "an item has none"))


def _key(headers: Mapping[str, str]) -> bytes:
    return f"{headers.get('feed', '')}/{headers['name']}".encode(errors="replace")
