"""One event where a verb and a noun of one sentence tell the same."""

from dataclasses import replace

from pipeline.enrichers.events.found import Found
from pipeline.enrichers.events.grammar import subjects


def merged(found: list[Found]) -> list[Found]:
    """One event for a verb and the noun under it that tell the same: 'carried out a bombing that killed six'."""
    kept: list[Found] = []
    for each in found:
        twin = next((number for number, other in enumerate(kept) if _same(other, each)), None)
        if twin is None:
            kept.append(each)
        else:
            kept[twin] = _joined(kept[twin], each)
    return kept


def _joined(one: Found, two: Found) -> Found:
    """What was done leads over what came of it."""
    lead, other = (two, one) if one.result and not two.result else (one, two)
    event = replace(
        lead.event,
        mode=lead.event.mode or other.event.mode,
        actors=lead.event.actors or other.event.actors,
        targets=lead.event.targets or other.event.targets,
        confidence=max(lead.event.confidence, other.event.confidence),
    )
    return Found([*lead.tokens, *other.tokens], event, lead.result and other.result)


def _same(one: Found, two: Found) -> bool:
    if one.event.type != two.event.type or one.token.sent != two.token.sent or one.event.status != two.event.status:
        return False
    if one.token.is_ancestor(two.token) or two.token.is_ancestor(one.token):
        low, high = (two.token, one.token) if one.token.is_ancestor(two.token) else (one.token, two.token)
        between = [low, *(token for token in low.ancestors if high.is_ancestor(token))]
        joined = any(token.dep_ == "conj" for token in between)
        return one.result or two.result or not (joined and one.event.targets and two.event.targets)
    cause, result = (two, one) if one.result else (one, two)
    if not result.result:
        return False
    # 'A bomb tore through the market, killing 17': the bomb is what killed.
    return cause.token in subjects(result.token) or (cause.result and one.event.actors == two.event.actors)
