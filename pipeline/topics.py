"""The topics, one typed table: what each carries, under which key, and for how long it is kept."""

from dataclasses import dataclass

from pipeline.settings import Settings

RAW = "wire.raw"
RAW_BULK = "wire.raw.bulk"
PARSED = "wire.parsed"
PARSED_BULK = "wire.parsed.bulk"
PARSED_URGENT = "wire.parsed.urgent"
ENRICHED = "wire.enriched"
ENRICHED_BULK = "wire.enriched.bulk"
ORDERS = "wire.orders"
STORIES = "wire.stories"
FINGERPRINTS = "wire.fingerprints"
EVENTS = "wire.events"
DEAD_LETTER = "wire.dead-letter"
CURSORS = "wire.cursors"

ALL_PARSED = (PARSED_URGENT, PARSED, PARSED_BULK)
PUBLIC = (STORIES, EVENTS)
"""Topics for subscribers. The others hold text that may be under embargo, or killed since: rights on them are for the
pipeline."""

MEGABYTE = 1 << 20
DAY_MS = 24 * 3600 * 1000


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic as `wire setup` creates it."""

    name: str
    key: str
    value: str
    compacted: bool = False
    days: int | None = None
    max_mb: int = 1
    """Largest message, MiB."""
    partitions: int | None = None
    """None: as the settings say."""
    segment_mb: int | None = None
    """MiB after which a segment is closed, and compacted; None: as the broker likes it, usually 1 GiB."""


def topics(settings: Settings) -> tuple[Topic, ...]:
    """Every topic of the pipeline. A story is at most about four times its raw bytes."""
    raw, story = settings.max_item_mb + 1, 4 * settings.max_item_mb + 4
    days, weeks = settings.raw_days, settings.dead_letter_days
    return (
        Topic(RAW, "feed and item", "the bytes as received", days=days, max_mb=raw),
        Topic(RAW_BULK, "feed and item", "the bytes as received, backfill lane", days=days, max_mb=raw),
        Topic(PARSED, "story uri", "Story, before enrichment", days=days, max_mb=story),
        Topic(PARSED_BULK, "story uri", "Story, before enrichment, backfill lane", days=days, max_mb=story),
        Topic(PARSED_URGENT, "story uri", "Story, before enrichment, that overtakes", days=days, max_mb=story),
        Topic(ENRICHED, "story uri", "Story with its enrichments, before publication", days=days, max_mb=story),
        Topic(ENRICHED_BULK, "story uri", "the same, backfill lane", days=days, max_mb=story),
        Topic(ORDERS, "story uri", "Order to look at a story again", days=days),
        Topic(STORIES, "story uri", "Story with its enrichments, newest revision", compacted=True, max_mb=story),
        Topic(FINGERPRINTS, "story uri", "what relates a story to others", days=days, partitions=1, max_mb=4),
        Topic(EVENTS, "story uri", "StoryEvent, one extracted event", days=days, max_mb=4),
        Topic(CURSORS, "feed", "how far a feed was read, and how it fares", compacted=True, max_mb=8, segment_mb=16),
        Topic(DEAD_LETTER, "as it came", "the bytes as they came", days=weeks, max_mb=DEAD_LETTER_MB),
    )


DEAD_LETTER_MB = 128
"""Largest dead letter, MiB: an item too large to be parsed is still kept."""
