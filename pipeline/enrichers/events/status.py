"""Whether an event is told as so, as not so, or as something that may be.

From the trigger up: a negation, a modal or a word that governs counts as long as the words between pass it on. 'did not
sign' is no signing, 'threatened to bomb' and 'called for talks' are none yet; 'did not condemn the attack' leaves the
attack as it was. What is feared or demanded is not planned, and under a condition all is hypothetical.
"""

from collections.abc import Sequence
from typing import Literal, get_args

from spacy.tokens import Token

from pipeline.enrichers.events.grammar import is_noun, is_verb
from pipeline.enrichers.events.lexicon import Words, words
from pipeline.story import EventStatus

_NOT = {"no", "not", "n't", "never", "neither", "nor", "without", "none"}
_NOBODY = {"nobody", "none", "neither"}
_COMPLEMENT = {
    "xcomp",
    "ccomp",
    "pcomp",
    "dobj",
    "pobj",
    "prep",
    "nsubjpass",
    "nsubj",
    "acl",
    "agent",
    "dative",
    "oprd",
}
_STEPS = 8
Mood = Literal["hypothetical", "planned", "demanded"]
"""In what way it is not real."""
_MOODS: tuple[Mood, ...] = get_args(Mood)


def status(trigger: Token) -> EventStatus:
    """The status of the event that `trigger` tells."""
    known, negated, denied, moods = words(), False, False, list[Mood]()
    token, passes = trigger, True
    for _ in range(_STEPS):
        if passes:
            negated |= _negated(token)
            moods += _modal(token, known)
        if token.dep_ == "relcl":  # 'whether it would leave the town that it captured': the capture is taken as so
            break
        if passes and token.dep_ == "acl" and any(child.lower_ == "no" for child in token.head.children):
            return "negated"  # 'has no plans to'
        if any(child.dep_ == "mark" and child.lower_ in known.conditional for child in token.children):
            return "hypothetical"
        if token.dep_ == "ROOT" or token.head is token:
            break
        if passes and token.dep_ in _COMPLEMENT:
            negated ^= _governed(token, known.negating)
            denied |= _governed(token, known.denying)
            moods += _governing(token, known)
        elif passes and token.dep_ == "amod":
            passes = False
        passes = passes and _passes_on(token, known)
        token = token.head
    return _decided(trigger, moods, "negated" if negated else "denied" if denied else "asserted")


def _decided(trigger: Token, moods: Sequence[Mood], otherwise: EventStatus) -> EventStatus:
    if trigger.sent[-1].text == "?":
        return otherwise if otherwise == "negated" and not moods else "hypothetical"
    if not moods:
        return otherwise
    # What 'will' happen is planned, unless a word above it says otherwise: 'fear that they will attack'.
    mood: Mood = next((mood for mood in moods if mood != "planned"), "planned")
    conditional = mood == "planned" and any(each.lower_ in words().conditional for each in trigger.sent)
    return "hypothetical" if conditional else mood


def _governing(token: Token, known: Words) -> list[Mood]:
    governors = zip(_MOODS, (known.hypothetical, known.planned, known.demanded), strict=True)
    return [mood for mood, listed in governors if _governed(token, listed)][:1]


def _negated(token: Token) -> bool:
    """'not', 'no', 'without' at the word itself, or a subject that is nobody."""
    nobody = any(
        child.lower_ in _NOBODY or any(part.lower_ in {"no", "neither"} for part in child.children)
        for child in token.children
        if child.dep_ in {"nsubj", "nsubjpass"}
    )
    return nobody or any(
        child.dep_ == "neg" or (child.dep_ in {"det", "preconj", "cc"} and child.lower_ in _NOT)
        for child in token.children
    ) or (token.dep_ == "pobj" and token.head.lower_ == "without") or (
        token.dep_ == "pcomp" and token.head.lower_ == "without"
    )  # fmt: skip


def _modal(token: Token, known: Words) -> list[Mood]:
    """A modal; or an infinitive that nothing makes real, where no governor says how."""
    if not is_verb(token):
        return []
    modals = [child.lower_ for child in token.children if child.tag_ == "MD"]
    listed = zip(_MOODS, (known.modal, known.coming, known.due), strict=True)
    if found := [mood for mood, words_of in listed if any(modal in words_of for modal in modals)]:
        return found[:1]
    infinitive = any(child.tag_ == "TO" for child in token.children)
    if not infinitive or token.head.lower_ in known.realising | known.negating | known.denying:
        return []
    return _governing(token, known) or ["hypothetical"]


def _governed(token: Token, governors: frozenset[str]) -> bool:
    head = token.head
    if head.dep_ == "prep" or head.tag_ == "IN":
        head = head.head
    # A subject governs nothing: 'the attack prevented a vote' happened. 'Called a strike' is one, and 'called it an
    # attack', unlike 'called for'.
    if token.dep_ == "nsubj" or (
        token.dep_ in {"dobj", "oprd"} and head.lower_ in words().light and governors is not words().negating
    ):
        return False
    return head.lower_ in governors


def _passes_on(token: Token, known: Words) -> bool:
    """Whether what is said of the head is said of the token too."""
    head, relation = token.head, token.dep_
    if is_noun(token) and relation in {"dobj", "nsubjpass", "nsubj", "attr"}:
        return head.lower_ in known.light
    if relation in {"xcomp", "pcomp", "prep", "oprd", "pobj", "aux"}:
        return relation != "xcomp" or head.lower_ in known.realising
    return relation == "conj" and is_verb(token) and not any(child.dep_ == "nsubj" for child in token.children)
