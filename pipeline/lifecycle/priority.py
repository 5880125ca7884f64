"""Which stories overtake the others of their lane."""

from pipeline.story import Story

_URGENT = 2
"""The least urgent that still overtakes, on IPTC's scale: 1 is a flash, 2 a bulletin, 5 normal."""
_URGENT_IN = {"anpa1312": 3}
"""Where its formats say otherwise: ANPA's priority 'u' is urgent by name, and 3 on that scale. Elsewhere 3 says less: a
mail that its sender marked as important has it."""
_SIGNALS = frozenset({
    "flash", "bulletin", "alert", "news alert", "newsalert", "urgent", "snap", "newsbreak", "news break", "newsflash",
    "news flash", "breaking", "breaking news",
    "blitz", "blitzmeldung", "eil", "eilt", "eilmeldung", "vorrang",
    "urgente", "alerta", "alerte", "dernière minute", "última hora", "último momento",
})  # fmt: skip


def urgent(story: Story) -> bool:
    """Whether `story` goes before those that came earlier in its lane: a flash, alert, bulletin, urgent or newsbreak,
    by what it calls itself, its profile or its urgency; and whatever restricts a story or lifts that."""
    if story.pubstatus != "usable" or story.advisory is not None:
        return True
    least = _URGENT_IN.get(story.provenance.format or "", _URGENT)
    if story.urgency is not None and story.urgency <= least:
        return True
    said = (*story.signals, story.profile or "")
    return any(word.lower().rstrip(" 0123456789") in _SIGNALS for word in said)
