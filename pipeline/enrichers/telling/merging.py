"""One event for all the sentences that tell it.

The tellings are taken in the order of the text. Each joins the event that it must be of, or begins one: 'killing six'
the event of its own sentence that killed, 'the blast' the likeliest of those told before, any other the one that
shares enough with it.
"""

import re
from collections.abc import Sequence

from pipeline.enrichers.telling.evidence import continues, evidence, has_day_of_its_own, is_near, joins, mentions_kind
from pipeline.enrichers.telling.facts import Party, Telling
from pipeline.enrichers.telling.lexicon import listed
from pipeline.enrichers.telling.mention import SPOKEN_OF
from pipeline.enrichers.telling.same import Group, forbidden, group, shared, types_fit

_JUST_TOLD, _NEAR, _FIRST, _AGAIN, _KIND, _MODIFIED = 2.0, 1.0, 2.0, 0.2, 0.5, 1.0
_PAST, _OTHER, _UNLIKE, _RIVAL = 1.5, 1.5, 1.0, 0.4
_ENOUGH, _MARGIN = 1.5, 0.25
_CLAUSE = re.compile(r"[;:]|,? (?:and|but|while)\b|\b(?:after|before|since|following|days?|weeks?|months?|years?)\b")
_PASSIVE = re.compile(r"\b(?:was|were|been|be|being|is|are)(?: \w+)?\s+$")
"""Before what came of something, which was of something told after it: 'was killed when'."""
_OTHER_CLAUSE = re.compile(
    r"[;:]|\b(?:who|which|that|when|where|while|after|before|since|but|said|says|was|were|had|of|for|by|from|with)\b"
)
_GOES_ON = re.compile(r"(?:,|\band)(?: \w+ly)? $")
_HARMED = frozenset({"ASSAULT", "ACCIDENT", "DISASTER", "CRIME", "WEATHER", "DEATH"})
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
        if _is_participle(telling, last) and _GOES_ON.search(between) and not _OTHER_CLAUSE.search(between):
            return told
        passive = telling.is_result and _PASSIVE.search(between)
        if _is_outcome(telling, last) and not passive and not _CLAUSE.search(_without_numbers(between)):
            return told
    return None


def _without_numbers(between: str) -> str:
    """The words between two triggers without what joins numbers and times in them: 'four and six', 'on Monday and'."""
    return re.sub(r"\b(?:between|from) \S+ (?:and|to) \S+", "", between)


def _is_participle(telling: Telling, last: Telling) -> bool:
    """Whether it goes on with what the same did: 'attacked a school, killing six and burning books'."""
    both = telling.event.type == last.event.type and telling.event.type in _HARMED
    alone = telling.standing == "bare" and telling.word.endswith("ing")
    return both and alone and not _sides_differ(telling, last)


def _is_outcome(telling: Telling, last: Telling) -> bool:
    """Whether one of the two says what came of the other, and nothing that either says stands against it."""
    if telling.is_result == last.is_result or not {telling.event.type, last.event.type} <= _HARMED:
        return False
    if telling.event.type != last.event.type and (telling if telling.is_result else last).event.type not in _UNTYPED:
        return False
    return telling.standing in ("bare", "new") and not _sides_differ(telling, last)


def _sides_differ(telling: Telling, last: Telling) -> bool:
    """Whether the two have sides or statuses that differ."""
    if telling.event.status != last.event.status:
        return True
    swapped = shared(telling.targets, last.actors) or shared(telling.actors, last.targets)
    actors = telling.actors and last.actors and not shared(telling.actors, last.actors)
    return bool(swapped or actors)


def _of_story(telling: Telling, groups: Sequence[Group]) -> Group | None:
    if telling.standing == "other":
        return None
    fitting = [told for told in groups if types_fit(telling, told) and not forbidden(telling, told)]
    if telling.standing in SPOKEN_OF:
        return _referent(telling, fitting, groups)
    last = max((told for told in groups if told.lead.event.type in _HARMED), key=_reach, default=None)
    if last in fitting and continues(telling, last):
        return last
    sure = [told for told in fitting if joins(telling, told)]
    return max(sure, key=lambda told: (evidence(telling, told), _reach(told)), default=None)


def _reach(told: Group) -> int:
    """Where its last telling stands."""
    return told.tellings[-1].event.trigger.start


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
    own = _names_its_own(telling, told)
    if not near and facts < 1 and (telling.standing != "known" or own):
        return 0.0  # 'the attack on the market' is not any attack
    first = (told is groups[0] or not told.lead.paragraph) and told.lead.standing != "other"
    same = telling.paragraph == told.tellings[-1].paragraph or telling.standing == "just told"
    here = _JUST_TOLD if same else _NEAR
    modified = any(telling.modifiers & each.content for each in told.tellings)
    named = any(telling.kinds & each.kinds for each in told.tellings)
    unlike = telling.kinds and not any(each.kinds or mentions_kind(telling, each) for each in told.tellings)
    vague = not (near or facts or modified or named)
    past = told.lead.event.status == "background" and telling.event.status != "background" and not near
    return (
        here * near
        + _FIRST * first
        + _AGAIN * min(len(told.tellings) - 1, 3)
        + _KIND * named
        + _MODIFIED * modified
        + facts
        - _PAST * past
        - _OTHER * own
        - _UNLIKE * bool(unlike)
        - _RIVAL * vague * _rivals(told, groups)
    )


def _rivals(told: Group, groups: Sequence[Group]) -> int:
    """How many other events of the news are of its type, at most three: in a wrap-up 'the attack' may be any."""
    alike = (each.lead.event for each in groups if each is not told and each.lead.event.type == told.lead.event.type)
    return min(sum(event.status == "asserted" for event in alike), 3)


def _names_its_own(telling: Telling, told: Group) -> bool:
    """Whether it says of whom, where or when, and of that the event's other tellings say nothing."""
    if telling.names and not any(telling.names & each.content for each in told.tellings):
        return True
    if has_day_of_its_own(telling, told):
        return True
    targets = told.targets and [each for each in telling.targets if not _may_be_among(each, told.targets)]
    place = telling.place and told.places and all(telling.place.name != each.name for each in told.places)
    return bool((targets and not shared(telling.targets, told.targets)) or place)


def _may_be_among(party: Party, others: Sequence[Party]) -> bool:
    """Whether one of the others is of its sort, or may be of any: 'centre' of 'school', 'villagers' of 'people'."""
    if party.sort is not None and any(party.sort == each.sort for each in others):
        return True
    return party.sort == "people" and any(each.head in listed("anybody") for each in others)
