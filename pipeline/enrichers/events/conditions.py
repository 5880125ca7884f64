"""What must hold for a trigger to count, beside the word itself: the `needs` column of data/events.tsv.

Precision before recall: a word that more often tells no event counts only in company that makes it one.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from spacy.tokens import Token

from pipeline.enrichers.events.grammar import children, is_passive, is_verb, objects_of, patients
from pipeline.enrichers.events.lexicon import triggers, words
from pipeline.enrichers.events.parties import Party


@dataclass(frozen=True, slots=True)
class Candidate:
    """A trigger word in its sentence, with the participants the parse gives it."""

    token: Token
    actors: Sequence[Party]
    targets: Sequence[Party]
    instruments: Sequence[Token]
    """Things of violence in the actor's place: 'a bomb', 'missiles'."""
    somebody: bool
    """Whether there is an actor who can act, be it only a pronoun."""
    light: Token | None
    """The verb that makes an event of the noun: 'carried out' an attack."""


def _told(c: Candidate) -> bool:
    """Whether the sentence tells the noun's event, not only mentions it: 'a bombing killed', 'held a protest'."""
    return c.light is not None or c.token.dep_ in {"nsubj", "nsubjpass"}


def _somebody(parties: Sequence[Party]) -> bool:
    return any(party.somebody for party in parties)


def _kill(c: Candidate) -> bool:
    """Somebody did it, or something violent; a landslide kills too, and is no attack."""
    if any(token.lower_ in words().harmless for token in _causes(c.token)):
        return False
    if c.somebody or c.instruments or any(t.lower_ in words().violent for t in _causes(c.token)):
        return True
    # Soldiers and protesters do not come by their deaths by chance: 'three soldiers had been killed'.
    return any(p.token.lower_ in words().forces or p.token.lower_ in {"protester", "protesters"} for p in c.targets)


def _causes(verb: Token) -> list[Token]:
    """The subject of 'killed', and what stands under 'in', 'by', 'when' after it."""
    found = list(children(verb, "nsubj"))
    for child in children(verb, "prep", "agent"):
        if child.lower_ in {"in", "by", "during", "after"}:
            found += objects_of(child)
    if verb.dep_ == "relcl":  # 'fighting in which 37 people were killed'
        found.append(verb.head)
    return found


def _violent(c: Candidate) -> bool:
    """'attack' with a side to it; a mere mention of one, and a heart attack, are none."""
    if any(child.lower_ in words().no_attack for child in c.token.children):
        return False
    named = bool(c.actors or c.targets or c.light)
    return named or any(child.lower_ in words().violent for child in children(c.token, "compound", "amod"))


def _weapon(c: Candidate) -> bool:
    hit = patients(c.token) or any(children(c.token, "ccomp"))  # 'struck what the army called hideouts'
    if not hit or (is_passive(c.token) is True and not (c.actors or c.instruments)):
        return False
    forces = any(p.token.lower_ in words().forces or (p.entity and p.entity.type == "gpe") for p in c.actors)
    return bool(c.instruments) or forces


def _assault(c: Candidate) -> bool:
    """An attacker, or none named; a virus attacks the lungs, and a team from the start."""
    if any(p.token.lower_ in words().figurative for p in c.targets):
        return False
    armed = any(p.token.lower_ in words().violent | words().forces for p in c.actors)
    doer = c.somebody or bool(c.instruments) or not any(children(c.token, "nsubj"))
    return armed or (doer and bool(c.targets))


def _threatening(c: Candidate) -> bool:
    """'vowed to attack', 'warned that it would shut the mines': what is announced is a harm, and one's own doing."""
    return c.somebody and any(
        menace.lower_ in words().menacing or _harmful(menace.lower_)
        for menace in children(c.token, "xcomp", "ccomp")
        if any(child.tag_ == "TO" or child.lower_ in {"would", "will"} for child in menace.children)
        and all(child.tag_ == "PRP" for child in children(menace, "nsubj"))
    )


def _harmful(verb: str) -> bool:
    return any(trigger.type in {"ASSAULT", "COERCE", "SANCTION"} for trigger in triggers().get((verb, "v"), ()))


def _meeting(c: Candidate) -> bool:
    """Two sides: a subject and an object or 'with', or several in the subject."""
    several = len([p for p in c.actors if p.somebody]) > 1 or any(p.token.tag_ in {"NNS", "NNPS"} for p in c.actors)
    return c.somebody and (_somebody(c.targets) or several)


def _labour(c: Candidate) -> bool:
    if any(child.lower_ in words().violent or child.lower_ == "first" for child in c.token.children):
        return False
    return any(token.lower_ in words().labour for token in c.token.sent)


def _preposition(token: Token, *names: str) -> bool:
    return any(child.lower_ in names for child in children(token, "prep", "prt", "agent"))


CONDITIONS: Mapping[str, Callable[[Candidate], bool]] = {
    "": lambda c: bool(c.actors or c.targets) or (not is_verb(c.token) and _told(c)),
    "kill": _kill,
    "violent": _violent,
    "weapon": _weapon,
    "assault": _assault,
    "burned": lambda c: c.somebody and bool(c.targets) and _assault(c),
    "threatening": _threatening,
    "membership": lambda c: c.somebody and any(p.entity and p.entity.type == "gpe" for p in c.targets),
    "labourers": lambda c: any(p.token.lower_ in words().labour for p in c.actors) and not patients(c.token),
    "labour": _labour,
    "meeting": _meeting,
    "person": lambda c: c.somebody,
    "crowd": lambda c: any(p.token.tag_ in {"NNS", "NNPS"} and p.somebody for p in c.actors),
    "being": lambda c: _somebody(c.targets),
    "police": lambda c: c.somebody and _somebody(c.targets),
    "fire": lambda c: bool(c.targets) and _preposition(c.token, "on", "at", "into"),
    "owned": lambda c: c.somebody,
    "held": lambda c: c.light is not None or len([p for p in (*c.actors, *c.targets) if p.somebody]) > 1,
    "made": lambda c: (c.light or c.token.head).lower_ in words().making or len([*c.actors, *c.targets]) > 1,
    "imposed": lambda c: (c.light or c.token.head).lower_ in words().imposing,
    "visitor": lambda c: c.somebody and any(p.entity is not None for p in c.targets),
    "deed": lambda c: c.somebody and bool(c.targets),
    "money": lambda c: c.somebody,
    "state": lambda c: c.somebody and any(
        p.token.lower_ in {"state", "statehood", "independence"} or (p.entity and p.entity.type == "gpe")
        for p in c.targets
    ),
    "captive": lambda c: any(
        p.token.lower_ in words().captive or (p.entity and p.entity.type == "person") for p in c.targets
    ),
    "legal": lambda c: _preposition(c.token, "with", "over") and bool(c.targets),
    "asked": lambda c: c.somebody and _somebody(c.targets) and (
        _preposition(c.token, "for") or any(children(c.token, "xcomp", "ccomp"))
    ),
    "called": lambda c: c.somebody and (_preposition(c.token, "for") or _somebody(c.targets)),
    "trip": lambda c: c.somebody and bool(c.targets),
    "forces": lambda c: any(
        p.token.lower_ in words().forces or (p.entity is not None and p.somebody) for p in (*c.actors, *c.targets)
    ),
}  # fmt: skip


def meets(needs: str, candidate: Candidate) -> bool:
    """Whether the condition named `needs` holds."""
    return CONDITIONS[needs](candidate)
