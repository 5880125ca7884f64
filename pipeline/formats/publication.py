"""Whether and from when on a story may be used, as the formats of the IPTC say it."""

from collections.abc import Mapping
from datetime import timedelta, timezone

from pipeline.story import PubStatus

STATUSES: Mapping[str, PubStatus] = {
    "usable": "usable",
    "withheld": "withheld",
    "canceled": "canceled",
    "cancelled": "canceled",
}
"""The publication statuses that all of them know, in lower case."""
LAST_ZONE = timezone(timedelta(hours=-12))
"""Where a day begins last: an embargo without zone ends never too soon, wherever the agency is."""
