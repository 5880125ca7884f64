"""The tellings of one event, and what forbids that another is one of them: a single fact that differs.

A wrong merger hides an event, a missed one only repeats it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from pipeline.enrichers.telling.facts import Party, Telling
from pipeline.enrichers.telling.lexicon import listed
from pipeline.enrichers.telling.mention import SPOKEN_OF
from pipeline.story import CasualtyKind, EventStatus, EventType, Place

MUTUAL: frozenset[EventType] = frozenset({"CONSULT", "AGREE", "COOPERATE", "MERGER", "SPORT", "ELECTION"})
"""Events of sides: who acts and who undergoes is a matter of wording."""
_LIKE: dict[EventType, frozenset[EventType]] = {
    "ASSAULT": frozenset({"CRIME", "ACCIDENT"}),
    "CRIME": frozenset({"ASSAULT"}),
    "ACCIDENT": frozenset({"DISASTER", "ASSAULT"}),
    "DISASTER": frozenset({"ACCIDENT", "WEATHER"}),
    "WEATHER": frozenset({"DISASTER"}),
    "STRIKE": frozenset({"PROTEST"}),
    "PROTEST": frozenset({"STRIKE"}),
}
"""Types by which one event may be told."""
_REAL: frozenset[EventStatus] = frozenset({"asserted", "background"})
_OPEN: frozenset[EventStatus] = frozenset({"planned", "hypothetical", "demanded"})
NAMED, SPECIFIC, VAGUE = 2.0, 1.0, 0.25


@dataclass(slots=True)
class Group:
    """The tellings of one event so far, in order."""

    tellings: list[Telling]
    actors: list[Party] = field(default_factory=list)
    targets: list[Party] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    lows: dict[CasualtyKind, set[int]] = field(default_factory=dict)
    """Of its casualties, the lower bounds."""

    def add(self, telling: Telling) -> None:
        """Take a telling."""
        self.tellings.append(telling)
        self._learn(telling)

    def _learn(self, telling: Telling) -> None:
        self.actors += telling.actors
        self.targets += telling.targets
        if telling.place:
            self.places.append(telling.place)
        for count in telling.event.casualties:
            self.lows.setdefault(count.kind, set()).add(count.low)

    @property
    def lead(self) -> Telling:
        """The first telling."""
        return self.tellings[0]


def group(telling: Telling) -> Group:
    """A group of one."""
    made = Group([])
    made.add(telling)
    return made


def forbidden(telling: Telling, told: Group) -> bool:
    """Whether the telling cannot be of the group's event, though its type fits."""
    return (
        _side_by_side(telling, told.tellings[-1])
        or not _statuses_fit(telling, told)
        or not kinds_fit(telling, told)
        or any(_days_differ(telling, each) for each in told.tellings)
        or _places_differ(telling, told)
        or _parties_differ(telling, told)
    )


def _side_by_side(telling: Telling, last: Telling) -> bool:
    """'the bombing and the attack near the river': two that one sentence speaks of as known are two."""
    return {telling.standing, last.standing} <= SPOKEN_OF and telling.event.evidence == last.event.evidence


def types_fit(telling: Telling, told: Group) -> bool:
    """Whether the types are one, or may be of one event."""
    lead = told.tellings[0]
    one, other = telling.event.type, lead.event.type
    if one == other:
        return True
    if "DEATH" in (one, other):  # a death has its cause told elsewhere only where the number says so
        counted = any(
            count.low > 1 and count.low in told.lows.get(count.kind, ()) for count in telling.event.casualties
        )
        return counted or shares_person([*telling.actors, *telling.targets], [*told.actors, *told.targets])
    return other in _LIKE.get(one, frozenset()) and bool(telling.kinds & lead.kinds or not telling.kinds)


def _statuses_fit(telling: Telling, told: Group) -> bool:
    own, other = telling.event.status, told.lead.event.status
    if own == other or (own in _REAL and other in _REAL):
        return True
    if telling.standing in SPOKEN_OF:  # 'the talks' may be those planned, 'the attack' one that somebody denies
        return other in _OPEN or (other in _REAL and own in ("hypothetical", "denied"))
    return own == "denied" and other in _REAL and bool(shared(telling.actors, told.actors) >= SPECIFIC)


def kinds_fit(telling: Telling, told: Group) -> bool:
    """Whether the words may tell one manner of event."""
    known = [each.kinds for each in told.tellings if each.kinds]
    if not telling.kinds or not known:
        return True
    return any(telling.kinds & each for each in known)


def _days_differ(one: Telling, other: Telling) -> bool:
    a, b = one.event, other.event
    return bool((a.ends and b.begins and a.ends < b.begins) or (b.ends and a.begins and b.ends < a.begins))


def _places_differ(telling: Telling, told: Group) -> bool:
    place = telling.place
    if place is None or not told.places or any(_near(place, each) for each in told.places):
        return False
    return telling.nearby.isdisjoint(each.name for each in told.places) and all(
        place.name not in each.nearby for each in told.tellings
    )


def _near(one: Place, other: Place) -> bool:
    """Whether one may be the other, or in it."""
    if one.name == other.name:
        return True
    if one.country and other.country and one.country != other.country:
        return False
    if "country" in (one.kind, other.kind):
        return True
    return one.region == other.name or other.region == one.name or None in (one.geonameid, other.geonameid)


def _parties_differ(telling: Telling, told: Group) -> bool:
    if telling.event.type in MUTUAL:
        return _differ([*telling.actors, *telling.targets], [*told.actors, *told.targets])
    if _differ(telling.actors, told.actors) or _differ(telling.targets, told.targets):
        return True
    # 'Two of the gunmen were killed' is not what the gunmen did.
    swapped = shared(telling.targets, told.actors) or shared(telling.actors, told.targets)
    return swapped >= SPECIFIC and not shared(telling.targets, told.targets)


def _differ(ours: Iterable[Party], theirs: Sequence[Party]) -> bool:
    pairs = [(one, other) for one in ours for other in theirs]
    return bool(pairs) and all(_unlike(one, other) for one, other in pairs)


def _unlike(one: Party, other: Party) -> bool:
    if one.name and other.name:  # 'Iraqi' and 'Iraq' may stand for the 'Iraqi Army'
        loose = one.sort != other.sort and not {one.sort, other.sort}.isdisjoint(("gpe", "people"))
        return not (_equal(one, other) or loose)
    if one.name or other.name:
        return False
    if one.head == other.head or None in (one.sort, other.sort):
        return False
    return one.sort != other.sort and not ({one.head, other.head} & listed("anybody"))


def _equal(one: Party, other: Party) -> bool:
    if one.name and other.name:
        return one.name == other.name or set(one.name.split()) < set(other.name.split())
    return not one.name and not other.name and one.head == other.head != ""


def shared(ours: Iterable[Party], theirs: Sequence[Party]) -> float:
    """How much the sides have in common: names more than words, and 'people' next to nothing."""
    return max((_weight(one) for one in ours for other in theirs if _equal(one, other)), default=0.0)


def shares_person(ours: Iterable[Party], theirs: Sequence[Party]) -> bool:
    """Whether one named person is on both sides: nobody is killed twice."""
    return any(one.is_person and one.name == other.name for one in ours for other in theirs)


def _weight(party: Party) -> float:
    if party.name:
        return VAGUE if party.sort == "gpe" else NAMED
    return VAGUE if party.head in listed("anybody") else SPECIFIC
