"""A Kafka message as the pipeline sees it, the headers it carries, and the dead letter.

Headers are UTF-8 text. On wire.raw: feed, format, charset, content-type, language, rights, received, name (what the
item was called where it came from). On wire.parsed, of numbered transmissions: feed, channel, sequence, received. On
wire.dead-letter: stage, cause, time, item, read-from ('topic/partition/offset'), and the headers of the message itself
under 'original.' + name.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from pipeline.errors import TerminalError
from pipeline.topics import DEAD_LETTER

ORIGINAL = "original."


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message read from a topic. `headers` are decoded leniently; the last of equal names counts."""

    topic: str
    partition: int
    offset: int
    timestamp: datetime
    key: bytes | None
    value: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def coordinates(self) -> str:
        """'topic/partition/offset': names the message for good."""
        return f"{self.topic}/{self.partition}/{self.offset}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Send:
    """One message to be sent."""

    topic: str
    key: bytes | None
    value: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


def decode_headers(pairs: Sequence[tuple[str, bytes | None]] | None) -> dict[str, str]:
    """Kafka's header pairs as text; bytes that are not UTF-8 become U+FFFD."""
    return {name: (value or b"").decode(errors="replace") for name, value in pairs or ()}


def encode_headers(headers: Mapping[str, str]) -> list[tuple[str, bytes]]:
    """Text headers as Kafka's pairs; lone surrogates become '?'."""
    return [(name, value.encode(errors="replace")) for name, value in headers.items()]


def dead_letter(message: Message, stage: str, error: TerminalError, now: datetime | None = None) -> Send:
    """The dead letter of `message`: its bytes as they came, and why `stage` could not process it."""
    record = Send(topic=message.topic, key=message.key, value=message.value, headers=message.headers)
    return refused(record, stage, error, read_from=message.coordinates, now=now)


def refused(
    record: Send, stage: str, error: TerminalError, *, read_from: str = "", now: datetime | None = None
) -> Send:
    """The dead letter of `record`, which may never have been in a topic."""
    headers = {
        "stage": stage,
        "cause": error.cause,
        "time": (now or datetime.now(UTC)).isoformat(),
        "read-from": read_from,
        "item": error.item or "",
    }
    original = {ORIGINAL + name: value for name, value in record.headers.items()}
    return Send(topic=DEAD_LETTER, key=record.key, value=record.value, headers=headers | original)
