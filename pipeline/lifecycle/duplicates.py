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

from pipeline.lifecycle.fingerprints import (
    BODY_SIZE,
    LEAD_SHINGLES,
    PARTICULARS_SIZE,
    SHINGLE,
    Fingerprint,
    unpack,
)

CONTAINED = 0.65
"""The share of the shorter text's shingles that must be in the longer one."""
LEAD_CONTAINED, CUT_LEAD_CONTAINED = 0.35, 0.6
"""The same of the leads; and where the shorter text is less than CUT of the longer one."""
CUT = 0.65
ALIKE = 0.75
"""The Jaccard index from which on another lead is a desk's, not another story's."""
LEAST_CUT, LEAST_CUT_WORDS = 1 / 4, 60
"""A shorter text than both is no cut story, but an urgent or a boilerplate that others begin with."""
FIGURES_DIFFER, NAMES_DIFFER = 0.16, 0.14
"""The share of the figures, and of the names, that the other story may have otherwise; of days, none."""
CHANGES_EACH = 3
"""So many changed places make up for one particular that differs: edited copy is changed in its wording mostly."""
PARTICULARS_EACH = 25
"""And so many particulars for one that differs, since everything can be mistyped; but one may always differ."""
TABLE_WORDS = 5
"""Where there is a figure in fewer words than this it may not: a figure that differs is another day's or hour's."""

WINDOW = timedelta(days=7)
SHORT_WINDOW = timedelta(hours=12)


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


def window(fingerprint: Fingerprint) -> timedelta:
    """How far apart in time duplicates of this story may lie. 'Stocks open higher' may be sent again every day."""
    return WINDOW if fingerprint.body else SHORT_WINDOW


def duplicates(a: Fingerprint, b: Fingerprint) -> bool:
    """Whether the stories are near-duplicates. Symmetric; the same for all time."""
    if a.exact == b.exact:
        return True
    if not a.body or not b.body:
        return False
    body = _overlap(a.body, b.body, BODY_SIZE)
    return _same_text(a, b, body) and _same_particulars(a, b, body)


def _same_text(a: Fingerprint, b: Fingerprint, body: _Overlap) -> bool:
    shorter, longer = sorted((a.words, b.words))
    if body.contained < CONTAINED or shorter < min(LEAST_CUT * longer, LEAST_CUT_WORDS):
        return False
    needed = CUT_LEAD_CONTAINED if shorter < CUT * longer else LEAD_CONTAINED
    return body.alike >= ALIKE or _overlap(a.lead, b.lead, LEAD_SHINGLES).contained >= needed


def _same_particulars(a: Fingerprint, b: Fingerprint, body: _Overlap) -> bool:
    """Whether there are not more than a few figures, names and days of which each story has others.

    An edited copy is changed in its wording in more places than in its particulars, and a correction in one particular;
    a template that was filled in anew is changed in its particulars only. What only one of them has is no difference:
    a cut copy lacks much, and conversions and tickers are added.
    """
    figures = _overlap(a.figures, b.figures, PARTICULARS_SIZE)
    names = _overlap(a.names, b.names, PARTICULARS_SIZE)
    days = _overlap(a.days, b.days, PARTICULARS_SIZE)
    if 1 - figures.contained > FIGURES_DIFFER or 1 - names.contained > NAMES_DIFFER or days.fewer:
        return False
    words, differing = min(a.words, b.words), figures.fewer + names.fewer
    changed_places = (1 - body.contained) * words / SHINGLE  # a changed word changes so many shingles
    if figures.both + figures.fewer > words / TABLE_WORDS:
        return differing <= changed_places / CHANGES_EACH
    particulars = figures.both + figures.fewer + names.both + names.fewer
    return differing <= max(1, changed_places / CHANGES_EACH, particulars / PARTICULARS_EACH)


def _overlap(a: str, b: str, size: int) -> _Overlap:
    first, second = unpack(a), unpack(b)
    reach = min((hashes[-1] for hashes in (first, second) if len(hashes) == size), default=1 << 32)
    left, right = ({value for value in hashes if value <= reach} for hashes in (first, second))
    both = len(left & right)
    fewer, more = sorted((len(left) - both, len(right) - both))
    return _Overlap(both, fewer, more)
