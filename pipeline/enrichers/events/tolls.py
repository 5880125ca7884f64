"""Which event a number of casualties belongs to: the one of the clause that tells the number, not the nearest.

'A bomb killed three guards, a day after attacks that left 23 dead': the 23 are not the bomb's. A number whose clause
tells no event belongs to none, rather than to a wrong one; only a sentence without any event of harm may tell the
toll of the one before.
"""

from collections.abc import Iterator, Sequence

from spacy.tokens import Token

from pipeline.enrichers.events.casualties import Count
from pipeline.enrichers.events.found import HARM, Found
from pipeline.enrichers.events.grammar import is_passive, is_verb
from pipeline.enrichers.events.lexicon import casualty_words, words

_SUBJECTS = {"nsubj", "nsubjpass", "csubj", "expl"}
_DYING = {"died", "die", "dies", "perished", "rose", "risen", "climbed", "reached", "stood", "stands"}
"""Verbs in the active that say what befell their subject, or its toll."""
_STEPS = 8


def owner(found: Sequence[Found], count: Count) -> Found | None:
    """The asserted event that the number belongs to, if any."""
    fitting = [each for each in found if _fits(each, count)]
    here = [each for each in fitting if each.token.sent == count.word.sent]
    chosen = _of_clause(here, count.word) if here else _before(fitting, count.word)
    return chosen if chosen and chosen.event.status == "asserted" else None


def _fits(found: Found, count: Count) -> bool:
    if count.kind == "detained":
        return found.event.type == "COERCE"
    return found.event.type in HARM and (count.kind == "displaced" or found.event.type != "COERCE")


def _of_clause(events: Sequence[Found], word: Token) -> Found | None:
    for scope in _scopes(word):
        inside = [each for each in events if any(_within(token, scope) for token in each.tokens)]
        if inside:
            return min(inside, key=lambda each: min(abs(token.i - word.i) for token in each.tokens))
    return None


def _within(token: Token, scope: Token) -> bool:
    """Whether the token stands under `scope` and not under another clause with a toll of its own: in 'six were killed:
    four died when gunmen attacked' the attack has the four."""
    if token == scope:
        return True
    if not scope.is_ancestor(token):
        return False
    for each in token.ancestors:
        if each == scope:
            break
        if each.lower_ in casualty_words() and is_verb(each) and any(c.dep_ in _SUBJECTS for c in each.children):
            return False
    return True


def _scopes(word: Token) -> Iterator[Token]:
    """The word, its verb, and the verbs whose subject, time and place the verb shares, from the inside out."""
    yield word
    token = word
    for _ in range(_STEPS):
        if is_verb(token) or token.dep_ == "ROOT":
            break
        token = token.head
        if is_verb(token):
            break
    for _ in range(_STEPS):
        yield token
        own_subject = any(child.dep_ in _SUBJECTS for child in token.children)
        if token.dep_ == "relcl":  # 'an attack that killed six'
            yield from (each for each in (token.head,) if not is_verb(each))
            return
        if token.dep_ == "conj" or (not own_subject and token.tag_ in {"VBG", "VBN"} and token.dep_ != "ROOT"):
            token = token.head
        else:
            return


def _before(events: Sequence[Found], word: Token) -> Found | None:
    """The last event before the sentence, unless the sentence names another cause."""
    verb = next((token for token in (word, *word.ancestors) if is_verb(token)), None)
    if any(token.lower_ in words().harmless for token in word.sent):
        return None
    if verb is not None and not is_passive(verb) and verb.lower_ not in _DYING:
        return None
    return next((each for each in reversed(events) if each.token.i < word.sent.start), None)
