"""Whether two stories are near-duplicates, by their fingerprints.

A group is a connected component of the graph of duplicate pairs, so it does not depend on the order of arrival, and
one false pair merges two groups: where in doubt, two stories are not duplicates.

Duplicates share their beginning and most of the shorter one's text, and do not differ in particulars: a copy that was
cut lacks figures and names of the whole one, but two reports that fill the same template each have some that the other
lacks. A follow-up that begins anew, or of which half is new, is not a duplicate: that is a thread's job. One that keeps
all of the earlier text and appends to it cannot be told from a cut copy, and is a duplicate.
"""

from dataclasses import dataclass
from datetime import timedelta

from pipeline.lifecycle.fingerprints import BODY_SIZE, LEAD_SHINGLES, PARTICULARS_SIZE, Fingerprint, unpack

CONTAINED = 0.65
"""Share of the shorter text's shingles that are in the longer one."""
LEAD_CONTAINED = 0.35
ALIKE = 0.75
"""Jaccard index above which another lead is a desk's, not another story's."""
FIGURES_DIFFER = 0.17
"""Share of the figures of the story with fewer from which on, if the other lacks them, the stories differ."""
NAMES_DIFFER = 0.19

WINDOW = timedelta(days=7)
SHORT_WINDOW = timedelta(hours=12)


def window(fingerprint: Fingerprint) -> timedelta:
    """How far apart in time duplicates of this story may lie. 'Stocks open higher' may be sent again every day."""
    return WINDOW if fingerprint.body else SHORT_WINDOW


def duplicates(a: Fingerprint, b: Fingerprint) -> bool:
    """Whether the stories are near-duplicates. Symmetric; the same for all time."""
    if a.exact == b.exact:
        return True
    if not a.body or not b.body:
        return False
    body, lead = _overlap(a.body, b.body, BODY_SIZE), _overlap(a.lead, b.lead, LEAD_SHINGLES)
    return (
        body.contained >= CONTAINED
        and (lead.contained >= LEAD_CONTAINED or body.alike >= ALIKE)
        and not _differ(a.figures, b.figures, FIGURES_DIFFER)
        and not _differ(a.names, b.names, NAMES_DIFFER)
        and not _differ(a.days, b.days, 0)
    )


@dataclass(frozen=True, slots=True)
class _Overlap:
    """How many members of two sketches are in both, and in one only, as far as both sketches reach."""

    both: int
    fewer: int
    """Only in that of which more is in the other."""
    more: int

    @property
    def contained(self) -> float:
        """The share of the smaller set that is in the other, 0 to 1; 1 where it is empty."""
        return self.both / (self.both + self.fewer) if self.both + self.fewer else 1.0

    @property
    def alike(self) -> float:
        """The Jaccard index, 0 to 1."""
        return self.both / (self.both + self.fewer + self.more) if self.both else 0.0


def _overlap(a: str, b: str, size: int) -> _Overlap:
    first, second = unpack(a), unpack(b)
    reach = min((hashes[-1] for hashes in (first, second) if len(hashes) == size), default=1 << 32)
    left, right = ({value for value in hashes if value <= reach} for hashes in (first, second))
    both = len(left & right)
    fewer, more = sorted((len(left) - both, len(right) - both))
    return _Overlap(both, fewer, more)


def _differ(a: str, b: str, share: float) -> bool:
    """Whether each has particulars that the other lacks: more than `share` of those of the story with fewer."""
    return 1 - _overlap(a, b, PARTICULARS_SIZE).contained > share
