"""What a story may be called by an advisory that has no id in common with it, and what an advisory calls its target.

Both are names: 'number:feed:channel:7790', 'headline:feed:ferry sinks off lampedusa', 'slug:feed:bceuitalyferry'. Only
what came by the same feed is meant. Each kind of name holds for a while: transmission numbers begin again every day,
and a slug is used for a running story. A number also names a transmission that comes after the advisory, since it may
have overtaken it; a slug or a headline only what was sent before.
"""

import re
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from pipeline.story import Story, Target

HOLDS = {"number": timedelta(hours=18), "headline": timedelta(days=7), "slug": timedelta(hours=48)}
"""How long before the advisory."""
_OVERTAKEN = timedelta(hours=6)
"""How long after it, where that is said by number: both together are a day, in which a number is given once."""
_EARLIEST, _LATEST = datetime(1900, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)
_LONGEST = 300
_TAKE = re.compile(r"[,(;].*", re.DOTALL)
"""What follows the slug proper: ', 1st Ld-Writethru', '(UPDATE 2)'."""
_CYCLE = re.compile(r"^\s*(?:BC|AM|PM)-+", re.IGNORECASE)
"""Which editions of the day a story is for: one wire writes it, the next leaves it out."""
_SEPARATORS = re.compile(r"[\W_]+")


def names(story: Story) -> tuple[str, ...]:
    """What `story` may be called. A message about other stories is called nothing: it is not what is meant."""
    if story.advisory:
        return ()
    made = story.provenance
    found = _names(made.feed, made.channel, made.sequence, story.headline, story.slugline)
    # An advisory that came on no channel gives a number alone.
    alone = _names(made.feed, None, made.sequence, None, None) if made.channel else ()
    return (*found, *alone)


def target_name(target: Target, advisory: Story) -> str | None:
    """The most certain name of the target; None where it is named by uri, or not at all."""
    channel = target.channel or advisory.provenance.channel
    found = _names(advisory.provenance.feed, channel, target.sequence, target.headline, target.slugline)
    return next(found, None)


def fits(name: str, advised: datetime, story_time: datetime) -> bool:
    """Whether a story of that time can be what an advisory of the time `advised` calls by `name`."""
    earliest, latest = window(name, advised)
    return earliest <= story_time <= latest


def window(name: str, advised: datetime) -> tuple[datetime, datetime]:
    """From when to when the stories were sent that an advisory of the time `advised` can mean by `name`."""
    kind = name.partition(":")[0]
    advised = min(max(advised, _EARLIEST), _LATEST)
    return advised - HOLDS[kind], advised + _OVERTAKEN if kind == "number" else advised


def _names(
    feed: str, channel: str | None, sequence: int | None, headline: str | None, slugline: str | None
) -> Iterator[str]:
    if sequence is not None:
        yield f"number:{feed}:{channel or ''}:{sequence}"
    if headline and (folded := _folded(headline, " ")):
        yield f"headline:{feed}:{folded}"
    if slugline and (folded := _folded(_CYCLE.sub("", _TAKE.sub("", slugline)), "")):
        yield f"slug:{feed}:{folded}"


def _folded(text: str, separator: str) -> str:
    """Without case, accents and punctuation."""
    plain = unicodedata.normalize("NFKD", text[:_LONGEST]).casefold()
    return _SEPARATORS.sub(separator, "".join(c for c in plain if not unicodedata.combining(c))).strip()
