"""The whole flow on one screen: each stage, what it reads, what it writes.

    sources ─> wire.raw ─parse─> wire.parsed ─enrich─> wire.enriched ─publish─> wire.stories ─index─> Elasticsearch
               wire.raw.bulk     wire.parsed.urgent    wire.enriched.bulk │ ^   wire.events
                                 wire.parsed.bulk                         │ └─ wire.orders <─ relate, index
                                                                          └─> wire.fingerprints ─relate
    anything that cannot be processed, with its cause and its bytes ──> wire.dead-letter

`publish` keeps the ledger and every version: what may not be seen waits there (see lifecycle/life.py). `relate` finds
duplicates and threads once a story is out, and has it published again with its group and thread.

A live story never waits behind the backfill (.bulk), and a flash or a kill overtakes. Batches are what a worker has in
hand, and does again, when it is killed; those of the backfill are the smallest, since a flash waits for it.
"""

from pipeline.stages.enrich import open_enrich
from pipeline.stages.index import open_index
from pipeline.stages.outcome import Source, Stage
from pipeline.stages.parse import open_parse
from pipeline.stages.publish import open_publish
from pipeline.stages.relate import open_relate
from pipeline.topics import (
    DEAD_LETTER,
    ENRICHED,
    ENRICHED_BULK,
    EVENTS,
    FINGERPRINTS,
    ORDERS,
    PARSED,
    PARSED_BULK,
    PARSED_URGENT,
    RAW,
    RAW_BULK,
    STORIES,
)

FLOW: tuple[Stage, ...] = (
    Stage(
        name="parse",
        reads=(
            Source(topic=RAW, priority="live", batch=32),
            Source(topic=RAW_BULK, priority="bulk", batch=32),
        ),
        writes=(PARSED, PARSED_URGENT, PARSED_BULK, DEAD_LETTER),
        open=open_parse,
    ),
    Stage(
        name="enrich",
        reads=(
            Source(topic=PARSED_URGENT, priority="urgent", batch=8),
            Source(topic=PARSED, priority="live", batch=48),
            Source(topic=PARSED_BULK, priority="bulk", batch=16),
        ),
        writes=(ENRICHED, ENRICHED_BULK, DEAD_LETTER),
        open=open_enrich,
    ),
    Stage(
        name="publish",
        reads=(
            Source(topic=ENRICHED, priority="live", batch=100),
            Source(topic=ENRICHED_BULK, priority="bulk", batch=16),
            Source(topic=ORDERS, priority="live", batch=100),
        ),
        writes=(STORIES, EVENTS, FINGERPRINTS, ENRICHED, ORDERS, DEAD_LETTER),
        open=open_publish,
        indexes=True,
    ),
    Stage(
        name="relate",
        reads=(Source(topic=FINGERPRINTS, priority="live", batch=100),),
        writes=(ORDERS, DEAD_LETTER),
        open=open_relate,
        indexes=True,
    ),
    Stage(
        name="index",
        reads=(Source(topic=STORIES, priority="live", batch=32),),
        writes=(ORDERS, DEAD_LETTER),
        open=open_index,
        indexes=True,
    ),
)
