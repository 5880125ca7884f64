"""One event for all the sentences that tell it.

The tellings are taken in the order of the text. Each joins the event that it must be of, or begins one: 'killing six'
the event of its own sentence that killed, 'the blast' the likeliest of those told before, any other the one that
shares enough with it.
"""

import re
from collections.abc import Sequence

from pipeline.enrichers.telling.evidence import evidence, is_near, joins
from pipeline.enrichers.telling.facts import Telling
from pipeline.enrichers.telling.lexicon import listed
from pipeline.enrichers.telling.same import Group, forbidden, group, shared

_JUST_TOLD, _FIRST, _AGAIN, _KIND, _PAST = 2.0, 1.5, 0.2, 0.5, 1.5
_ENOUGH, _MARGIN = 1.5, 0.25
_CLAUSE = re.compile(r"[;:]|,? (?:and|but|while)\b|\b(?:after|before|since|following|days?|weeks?|months?|years?)\b")
_HARMED = frozenset({"ASSAULT", "ACCIDENT", "DISASTER", "CRIME", "WEATHER", "DEATH"})
_DEATHS = frozenset({"DEATH", "ASSAULT"})
_UNTYPED = frozenset({"ASSAULT", "DEATH"})


def merged(text: str, told: Sequence[Telling]) -> list[Group]:
    """The tellings of each event; `told` are all, in the order of `text`."""
    groups: list[Group] = []
    for telling in told:
        found = _of_sentence(text, telling, groups) or _of_story(telling, groups)
        if found:
            found.add(telling)
        else:
            groups.append(group(telling))
    return groups


def _of_sentence(text: str, telling: Telling, groups: Sequence[Group]) -> Group | None:
    """The event of the same clause of which this tells what came of it, or the other way round."""
    for told in reversed(groups):
        last = told.tellings[-1]
        if last.event.evidence != telling.event.evidence:
            continue
        between = text[last.event.trigger.end : telling.event.trigger.start]
        if _is_outcome(telling, last) and not _CLAUSE.search(_without_numbers(between)):
            return told
    return None


def _without_numbers(between: str) -> str:
    """The words between two triggers without what joins numbers and times in them: 'four and six', 'on Monday and'."""
    return re.sub(r"\b(?:between|from) \S+ (?:and|to) \S+", "", between)


def _is_outcome(telling: Telling, last: Telling) -> bool:
    """Whether one of the two says what came of the other, and nothing that either says stands against it."""
    if telling.is_result == last.is_result or not {telling.event.type, last.event.type} <= _HARMED:
        return False
    if telling.event.type != last.event.type and (telling if telling.is_result else last).event.type not in _UNTYPED:
        return False
    return telling.standing != "other" and not forbidden_outcome(telling, last)


def forbidden_outcome(telling: Telling, last: Telling) -> bool:
    """Whether the two have sides or statuses that differ."""
    if telling.event.status != last.event.status:
        return True
    swapped = shared(telling.targets, last.actors) or shared(telling.actors, last.targets)
    actors = telling.actors and last.actors and not shared(telling.actors, last.actors)
    return bool(swapped or actors)


def _of_story(telling: Telling, groups: Sequence[Group]) -> Group | None:
    if telling.standing == "other":
        return None
    fitting = [told for told in groups if not forbidden(telling, told)]
    if telling.standing == "known":
        return _referent(telling, fitting, groups)
    sure = [told for told in fitting if joins(telling, told)]
    return max(sure, key=lambda told: (evidence(telling, told), told.tellings[-1].event.trigger.start), default=None)


def _referent(telling: Telling, fitting: Sequence[Group], groups: Sequence[Group]) -> Group | None:
    """What 'the attack' means: the one just told, else the story's first of that sort; none where two fit alike."""
    if telling.event.trigger.text.lower().endswith("s") and telling.word in listed("plurals") and len(fitting) != 1:
        return None
    ranked = sorted(((_fit(telling, told, groups), number) for number, told in enumerate(fitting)), reverse=True)
    if not ranked or ranked[0][0] < _ENOUGH or (len(ranked) > 1 and ranked[0][0] - ranked[1][0] < _MARGIN):
        return None
    return fitting[ranked[0][1]]


def _fit(telling: Telling, told: Group, groups: Sequence[Group]) -> float:
    near, facts = is_near(telling, told), evidence(telling, told)
    first = told is groups[0] or not told.lead.paragraph
    own = any(each.sort or each.name for each in telling.targets) or bool(telling.place and told.places)
    if own and told.targets and not near and facts < 1:  # 'the attack on the market' is not any attack
        return 0.0
    past = told.lead.event.status == "background" and telling.event.status != "background" and not near
    return (
        _JUST_TOLD * near
        + _FIRST * first
        + _AGAIN * min(len(told.tellings) - 1, 3)
        + _KIND * any(telling.kinds & each.kinds for each in told.tellings)
        + facts
        - _PAST * past
    )
