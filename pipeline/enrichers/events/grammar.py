"""What the parse says around a word: its subject, object, prepositions, and the noun phrases in them."""

from collections.abc import Iterator, Sequence

from spacy.tokens import Token

OBJECTS = {"dobj", "obj"}
PASSIVE_SUBJECTS = {"nsubjpass", "nsubj:pass"}
_SAYING = {"said", "says", "say", "claimed", "claims", "added", "announced", "boasted", "admitted", "acknowledged"}
_NUMBER = {"it": ("NN", "NNP"), "they": ("NNS", "NNPS")}
_PHRASE = {"compound", "amod", "nummod", "nmod", "quantmod", "poss"}


def is_verb(token: Token) -> bool:
    """Whether the tagger reads a verb."""
    return token.tag_.startswith("VB")


def is_noun(token: Token) -> bool:
    """Whether the tagger reads a noun or name."""
    return token.tag_.startswith("NN")


def children(token: Token, *relations: str) -> Iterator[Token]:
    """Direct dependants in one of these relations."""
    return (child for child in token.children if child.dep_ in relations)


def conjoined(token: Token) -> list[Token]:
    """The token and what is joined to it: 'police, soldiers and guards'."""
    found = [token]
    for each in found:
        found += [child for child in each.children if child.dep_ == "conj" and child not in found]
    return found


def is_passive(verb: Token) -> bool:
    """'was attacked', 'been attacked'; and a bare participle after a noun, 'the bomb planted by ...'."""
    if any(child.dep_ in {"auxpass", "aux:pass", "nsubjpass"} for child in verb.children):
        return True
    return verb.dep_ == "acl" and verb.tag_ == "VBN"


def subjects(verb: Token) -> list[Token]:
    """Who does it, in the active; shared subjects are found where the first verb has them."""
    own = [each for child in children(verb, "nsubj") for each in conjoined(child)]
    if own:
        return [_speaker(_antecedent(each)) for each in own]
    if is_passive(verb):
        return []
    return _shared_subjects(verb)


def _shared_subjects(verb: Token) -> list[Token]:
    """Of a verb without a subject of its own."""
    head = verb.head
    if verb.dep_ == "acl" and verb.tag_ == "VBG" and is_noun(head):
        return [head]
    if verb.dep_ in {"conj", "xcomp"} and is_verb(head):
        return patients(head) if is_passive(head) and verb.dep_ == "xcomp" else subjects(head)
    if verb.dep_ == "pcomp" and verb.tag_ == "VBG" and is_verb(head.head):
        # 'accused the army of torturing' is the army's, 'left without signing' theirs who left.
        accused = patients(head.head) if head.lower_ in {"of", "for", "from"} else []
        return accused or subjects(head.head)
    if verb.dep_ == "advcl" and verb.tag_ == "VBG" and is_verb(head):
        return subjects(head)
    return []


def patients(verb: Token) -> list[Token]:
    """Who it is done to: the object, the subject of a passive, the noun before a participle."""
    if is_passive(verb):
        own = [each for child in children(verb, *PASSIVE_SUBJECTS) for each in conjoined(child)]
        if own:
            return [_antecedent(each) for each in own]
        if verb.dep_ == "acl":
            return [verb.head]
        return patients(verb.head) if verb.dep_ == "conj" and is_verb(verb.head) else []
    return [each for child in children(verb, *OBJECTS) for each in conjoined(child)]


def agents(verb: Token) -> list[Token]:
    """'by ...' of a passive."""
    by = [child for child in verb.children if child.dep_ == "agent" or child.lower_ == "by"]
    return [each for preposition in by for each in objects_of(preposition)]


def objects_of(preposition: Token) -> list[Token]:
    """The nouns under a preposition."""
    return [each for child in children(preposition, "pobj", "nmod") for each in conjoined(child)]


def under(token: Token, prepositions: Sequence[str]) -> list[Token]:
    """The nouns under these prepositions of a word, or of its object or particle."""
    found = []
    for holder in (token, *children(token, "dobj", "prt", "attr")):
        for child in children(holder, "prep", "agent", "dative"):
            if child.lower_ in prepositions:
                found += objects_of(child)
    return found


def phrase(token: Token) -> tuple[int, int]:
    """First and last token of the noun phrase whose head this is, without determiner and what follows the head."""
    first = token.i
    parts = {child.i for child in token.children if child.dep_ in _PHRASE}
    while first - 1 in parts or (first - 1 >= 0 and token.doc[first - 1].head.i in parts | {token.i}
                                 and token.doc[first - 1].dep_ in _PHRASE):  # fmt: skip
        first -= 1
    while first > 1 and token.doc[first - 1].text == "-":  # 'Secretary-General'
        first -= 2
    return first, token.i


def _speaker(token: Token) -> Token:
    """'The group said it had killed ten': who 'it' or 'they' is, where the one who speaks can only be meant."""
    clause, number = token.head, _NUMBER.get(token.lower_)
    if number is None or clause.dep_ != "ccomp" or clause.head.lower_ not in _SAYING:
        return token
    speakers = [_antecedent(child) for child in clause.head.children if child.dep_ == "nsubj"]
    # A spokesman who says 'it' speaks of another.
    fits = len(speakers) == 1 and speakers[0].tag_ in number and not speakers[0].lower_.startswith("spokes")
    return speakers[0] if fits else token


def _antecedent(token: Token) -> Token:
    """The noun that 'who', 'which' or 'that' stands for."""
    if token.tag_ in {"WP", "WDT", "WP$"} and token.head.dep_ == "relcl":
        return token.head.head
    return token
