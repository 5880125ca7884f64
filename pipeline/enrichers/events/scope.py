"""What a text is about, where that changes what its words mean: 'attack' in a match report is none."""

from typing import Literal

from pipeline.enrichers.analysis import Analysis
from pipeline.enrichers.events.lexicon import words

Scope = Literal["general", "sport", "markets"]


def scope(analysis: Analysis) -> Scope:
    """Sport or markets where enough different words of theirs are there, else general."""
    seen = set(analysis.text.lower().split())
    seen |= {word.strip(".,;:'\"()") for word in seen}
    known = words()
    if len(seen & known.sport) >= known.sport_words:
        return "sport"
    return "markets" if len(seen & known.markets) >= known.market_words else "general"
