"""The whole flow on one screen: each stage, what it reads, what it writes.

    sources ──> wire.raw ──parse──> wire.parsed ──enrich──> wire.stories ──index──> Elasticsearch
                wire.raw.bulk       wire.parsed.bulk   │         ^  wire.events
                                                       │         │  (when the embargo ends)
                                                       └──> wire.held ──hold──> Elasticsearch, hidden
    anything that cannot be processed, with its cause and its bytes ──> wire.dead-letter

A live story never waits behind the backfill (.bulk). Batches are what a worker has in hand, and does again, when it
is killed; the live ones are small, since the last story of a batch waits for the first.
"""

from pipeline.stages.enrich import open_enrich
from pipeline.stages.hold import open_hold
from pipeline.stages.index import open_index
from pipeline.stages.outcome import Source, Stage
from pipeline.stages.parse import open_parse
from pipeline.topics import DEAD_LETTER, EVENTS, HELD, PARSED, PARSED_BULK, RAW, RAW_BULK, STORIES

FLOW: tuple[Stage, ...] = (
    Stage(
        name="parse",
        reads=(Source(topic=RAW, lane="live", batch=32), Source(topic=RAW_BULK, lane="bulk", batch=64)),
        writes=(PARSED, PARSED_BULK, DEAD_LETTER),
        open=open_parse,
    ),
    Stage(
        name="enrich",
        reads=(Source(topic=PARSED, lane="live", batch=48), Source(topic=PARSED_BULK, lane="bulk", batch=96)),
        writes=(STORIES, HELD, EVENTS, DEAD_LETTER),
        open=open_enrich,
    ),
    Stage(
        name="hold",
        reads=(Source(topic=HELD, lane="live", batch=50),),
        writes=(STORIES, EVENTS, DEAD_LETTER),
        open=open_hold,
        indexes=True,
    ),
    Stage(
        name="index",
        reads=(Source(topic=STORIES, lane="live", batch=200),),
        writes=(DEAD_LETTER,),
        open=open_index,
        indexes=True,
    ),
)
