"""One integer that orders the versions of a story, from the agency's version time and version number.

    bits 46..14   version time, whole seconds since 1970 (33 bits, until the year 2242)
    bits 13..2    version number, at most 4095: orders versions of the same second
    bits  1..0    publication status: canceled over withheld over usable, so that a kill that carries
                  the version and time of the story it kills still wins

The time leads, since agencies restart and skip numbers but do not turn back clocks. A story with a version number and
no time has its number alone; one with neither is ordered by when we received it, which a replay does not change.
So is a kill that has a number and no time, its number below that: by its number alone it would lose to every version
that has a time, the one it kills among them. Versions that have numbers alone cannot lift such a kill.

The index takes more as the document's external version, 63 bits, all of a long:

    bits 62..16   revision
    bit  15       shown: 0 for the mark that hides a story, so that its release replaces the mark
    bits 14..7    enrichment revision: a story enriched anew replaces itself
    bits  6..0    relations revision: so does one whose group or thread changed
"""

import re
from datetime import datetime

from pipeline.story import PubStatus, Story

_STATUS: dict[PubStatus, int] = {"usable": 0, "withheld": 1, "canceled": 3}
_LARGEST_SECOND = (1 << 33) - 1
_LARGEST_NUMBER = (1 << 12) - 1


def revision(story: Story, received: datetime | None) -> int:
    """The revision of `story`, received at that time (None: not known, as when read without a pipeline)."""
    number = _number(story.version)
    time = story.versioncreated
    if time is None and (number is None or story.pubstatus == "canceled"):
        time = received
    seconds = min(max(int(time.timestamp()), 0), _LARGEST_SECOND) if time else 0
    return seconds << 14 | (number or 0) << 2 | _STATUS[story.pubstatus]


def document_version(story: Story, *, published: bool = True) -> int:
    """The external version of the story's document in the index."""
    made = story.provenance
    return composed(story.revision, published, made.enrichment_revision, made.relations_revision)


def composed(revision: int, published: bool, enrichment: int, relations: int) -> int:
    """A document's external version from its parts."""
    return revision << 16 | published << 15 | enrichment << 7 | relations


def revision_of(version: int) -> int:
    """The revision in a document's external version."""
    return version >> 16


def _number(version: str | None) -> int | None:
    """The version number: '3' -> 3, 'v12' -> 12, '2.1' -> 2; None where there is none."""
    found = re.search(r"\d{1,9}", version or "", re.ASCII)
    return min(int(found[0]), _LARGEST_NUMBER) if found else None
