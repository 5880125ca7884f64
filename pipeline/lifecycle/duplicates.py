"""Whether two stories are near-duplicates, by their fingerprints.

A group is a connected component of the graph of duplicate pairs, so it does not depend on the order of arrival, and
one false pair merges two groups: where in doubt, two stories are not duplicates.

Duplicates share their beginning and most of the shorter one's text, and do not differ in particulars: a copy that was
cut lacks figures and names of the whole one, but two reports that fill the same template each have some that the other
lacks. A follow-up that begins anew, or of which half is new, is not a duplicate: that is a thread's job. One that keeps
all of the earlier text and appends to it cannot be told from a cut copy, and is a duplicate.
"""

from datetime import timedelta

from pipeline.lifecycle.fingerprints import BODY_SIZE, LEAD_SIZE, PARTICULARS_SIZE, Fingerprint, unpack

CONTAINED = 0.6
LEAD_CONTAINED = 0.4
FIGURES_DIFFER = 0.15
NAMES_DIFFER = 0.25

WINDOW = timedelta(days=7)
SHORT_WINDOW = timedelta(hours=12)


def window(fingerprint: Fingerprint) -> timedelta:
    """How far apart in time duplicates of this story may lie. 'Stocks open higher' may be sent again every day."""
    return WINDOW if fingerprint.body else SHORT_WINDOW


def duplicates(a: Fingerprint, b: Fingerprint) -> bool:
    """Whether the stories are near-duplicates. Symmetric; the same for all time."""
    if a.exact == b.exact and a.words == b.words:
        return True
    if not a.body or not b.body:
        return False
    return (
        _contained(a.body, b.body, BODY_SIZE) >= CONTAINED
        and _contained(a.lead, b.lead, LEAD_SIZE) >= LEAD_CONTAINED
        and not _differ(a.figures, b.figures, FIGURES_DIFFER)
        and not _differ(a.days, b.days, 0)
        and not _differ(a.names, b.names, NAMES_DIFFER)
    )


def _contained(a: str, b: str, size: int) -> float:
    """How much of the smaller set is in the larger, 0 to 1; 1 where one is empty."""
    both, only_a, only_b = _compare(a, b, size)
    smaller = both + min(only_a, only_b)
    return both / smaller if smaller else 1.0


def _differ(a: str, b: str, share: float) -> bool:
    """Whether each has particulars that the other lacks, more than that share of the smaller set."""
    return 1 - _contained(a, b, PARTICULARS_SIZE) > share


def _compare(a: str, b: str, size: int) -> tuple[int, int, int]:
    """How many of two sketches' members are in both, only in a, only in b, as far as both sketches reach."""
    first, second = unpack(a), unpack(b)
    reach = min((hashes[-1] for hashes in (first, second) if len(hashes) == size), default=1 << 32)
    left, right = ({value for value in hashes if value <= reach} for hashes in (first, second))
    both = len(left & right)
    return both, len(left) - both, len(right) - both
