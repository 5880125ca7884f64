"""What speaks for it that a telling is of an event already told: the facts that both share.

What is spoken of as known ('the blast') needs no more than an event that it can be; verbs are joined where enough is
shared.
"""

from pipeline.enrichers.telling.facts import SPEECH, Telling, tolls
from pipeline.enrichers.telling.lexicon import listed, stem, stems, stems_of_kind
from pipeline.enrichers.telling.same import MUTUAL, SPECIFIC, Group, shared, shares_person
from pipeline.story import EventType

_HARM: frozenset[EventType] = frozenset(
    {"ASSAULT", "ACCIDENT", "DISASTER", "CRIME", "OUTBREAK", "WEATHER", "DEATH", "COERCE"}
)
_NEAR = 400
"""Code points within which an event was just told."""


def evidence(telling: Telling, told: Group) -> float:
    """How much of what the telling says the group says too."""
    if telling.event.type in MUTUAL:
        parties = shared([*telling.actors, *telling.targets], [*told.actors, *told.targets])
    else:
        parties = shared(telling.actors, told.actors) + shared(telling.targets, told.targets)
    place = any(telling.place and telling.place.name == each.name for each in told.places)
    weight = 0.25 if telling.place and telling.place.kind == "country" else 1.0
    day = any(_same_day(telling, each) for each in told.tellings)
    return parties + shared_toll(telling, told) + weight * place + 0.75 * day


def _same_day(one: Telling, other: Telling) -> bool:
    return one.event.begins is not None and (one.event.begins, one.event.ends) == (other.event.begins, other.event.ends)


def shared_toll(telling: Telling, told: Group) -> float:
    """2 where a number of those hurt is the group's too, 3 where it is a large one."""
    found = [each.low for each in tolls(telling.event) if each.low in told.lows.get(each.kind, ())]
    return (3.0 if max(found) >= 10 else 2.0) if found else 0.0


def is_near(telling: Telling, told: Group) -> bool:
    """Whether the event was told right before."""
    last = told.tellings[-1]
    distance = telling.event.trigger.start - last.event.trigger.end
    return distance <= _NEAR and telling.paragraph - last.paragraph <= 1


def continues(telling: Telling, told: Group) -> bool:
    """Whether it tells the toll of what was told right before: 'Sixty people were wounded and four are missing.'"""
    words = telling.content - {stem(telling.word)}
    outcome = telling.is_result and telling.standing == "bare" and not telling.word.endswith("ing")
    if not outcome or telling.actors or not is_near(telling, told) or has_day_of_its_own(telling, told):
        return False
    if telling.event.evidence == told.tellings[-1].event.evidence or told.lead.word in listed("bloodless"):
        return False
    if not words.isdisjoint(stems("elsewhere")):
        return False
    counts = telling.event.casualties
    new = bool(counts) and all(count.kind not in told.lows for count in counts)
    return (new and words.isdisjoint(stems("causes"))) or not words.isdisjoint(stems("of_the_toll"))


def has_day_of_its_own(telling: Telling, told: Group) -> bool:
    """Whether it is dated, and nothing else that tells the event is."""
    return telling.event.begins is not None and all(each.event.begins is None for each in told.tellings)


def mentions_kind(telling: Telling, other: Telling) -> bool:
    """Whether the other's sentence has a word for the telling's manner of event: 'killed when a bomb went off'."""
    return any(not other.content.isdisjoint(stems_of_kind(kind)) for kind in telling.kinds)


def joins(telling: Telling, told: Group) -> bool:
    """Whether what is not spoken of as known tells the group's event again."""
    if telling.standing == "other" or telling.event.evidence == told.tellings[-1].event.evidence:
        return False
    if telling.event.type in SPEECH:
        return _says_again(telling, told)
    if telling.event.type not in _HARM:
        return _acts_again(telling, told)
    sure = shared_toll(telling, told) or shared(telling.targets, told.targets) >= SPECIFIC
    by_known = is_near(telling, told) and _by_the_known(telling, told)
    if not (sure or by_known):
        return False
    total = evidence(telling, told) + 1.5 * by_known + 0.5 * is_near(telling, told)
    total += shares_person(telling.targets, told.targets)
    return total >= (3.5 if telling.standing == "new" else 2.5)


def _by_the_known(telling: Telling, told: Group) -> bool:
    """Whether its actor is spoken of as the doer just told of: 'The attackers fired at the car'."""
    doers = [each for each in telling.actors if each.known and each.head in listed("doers")]
    return bool(doers) and any(each.sort == "attackers" or each.head in listed("doers") for each in told.actors)


def _says_again(telling: Telling, told: Group) -> bool:
    """The same speaker of the same to the same."""
    if shared(telling.actors, told.actors) < SPECIFIC or not any(telling.kinds & e.kinds for e in told.tellings):
        return False
    if telling.targets and told.targets and not shared(telling.targets, told.targets):
        return False
    alike = max(_overlap(_matter(telling), _matter(each)) for each in told.tellings)
    return alike >= (0.3 if shared(telling.targets, told.targets) >= SPECIFIC else 0.4)


def _matter(telling: Telling) -> frozenset[str]:
    """The stems of its sentence but for who speaks and the word of saying."""
    speaker = (stem(word) for each in telling.actors for word in (each.name or each.head).split())
    return telling.content.difference(speaker, (stem(telling.word),), stems("common"))


def _overlap(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / max(min(len(one), len(other)), 4)


def _acts_again(telling: Telling, told: Group) -> bool:
    if not any(telling.kinds & each.kinds for each in told.tellings) and telling.kinds:
        return False
    return evidence(telling, told) >= (3.0 if telling.standing == "new" else 2.5)
