"""Frames: a cue with its subject, as in 'Prado said', 'said Ana Quispe', 'according to the ministry'."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from pipeline.enrichers.language import ENGLISH
from pipeline.enrichers.quotes.lexicon import ACCORDING_TO, Cue, cues, either, forms, words
from pipeline.enrichers.quotes.sentences import Token
from pipeline.enrichers.quotes.subjects import Phrase, after, before, is_adverb, leading, speaks

Order = Literal["normal", "inverted", "according", "shared"]
_ACCORDING = Cue(ACCORDING_TO, "clause")
_BE = {"is", "was", "were", "are", "be", "been", "being", "am"}
_MODALS = {"would", "will", "could", "can", "should", "must", "might", "may", "to", "'ll", "let", "please"}
_BEFORE_NOUNS = {"its", "his", "her", "their", "my", "our", "no", "'s", "’s", "of", "in", "for"}
_MOST = 10
"""Frames read in one sentence; a sentence has seldom more than four."""
_TELLING = {"told", "tell", "tells", "telling", "assured", "informed"}
_SAYING = {"saying", "telling", "writing", "reporting", "adding", "warning"}
_ENDINGS = re.compile(r"ed$|ing$|^(?:said|told|wrote|read|began|put it|swore|spoke|cried)$")


@dataclass(frozen=True, slots=True)
class Frame:
    """Who says, and by what word. Indices are of the sentence's tokens."""

    cue: Cue
    cue_first: int
    cue_end: int
    start: int
    """The first token of subject and cue."""
    end: int
    """After the last one of them."""
    subject: Phrase | None
    """None where it is that of the frame before: '... and added that'."""
    order: Order
    opens: int
    """Where what is said may begin, if it follows."""


def frames(tokens: Sequence[Token], language: str) -> list[Frame]:
    """The frames of a sentence, in order."""
    known = forms(language)
    found: list[Frame] = []
    for first, token in enumerate(tokens):
        if token.lower not in known or token.kind != "word" or (found and first < found[-1].end):
            continue
        for form in known[token.lower]:
            end = first + len(form)
            if len(form) == 1 or tuple(each.lower for each in tokens[first:end]) == form:
                if frame := _frame(tokens, first, end, " ".join(form), language):
                    found.append(frame)
                break
        if len(found) == _MOST:
            break
    return found


def _frame(tokens: Sequence[Token], first: int, end: int, form: str, language: str) -> Frame | None:
    if form == ACCORDING_TO:
        return _according(tokens, first, end)
    cue = cues(language)[form]
    frame = _reported(tokens, first, cue) or _said(tokens, first, end, cue)
    return frame if language == ENGLISH or frame is None else _foreign(frame)


def _foreign(frame: Frame) -> Frame:
    """With a subject that ends with the first name in it, or before what says when and where: we know no grammar."""
    if frame.subject is None:
        return frame
    named = next((i for i, token in enumerate(frame.subject.tokens) if token.entity), None)
    stops = (i for i, token in enumerate(frame.subject.tokens) if i and token.lower in words().foreign_stops)
    end = named + 1 if named is not None else next(stops, len(frame.subject.tokens))
    return replace(frame, subject=replace(frame.subject, tokens=frame.subject.tokens[:end]))


def _according(tokens: Sequence[Token], first: int, end: int) -> Frame | None:
    subject = after(tokens, end)
    return _inverted(_ACCORDING, first, end, subject, "according") if subject else None


def _said(tokens: Sequence[Token], first: int, end: int, cue: Cue) -> Frame | None:
    verb = _verb(tokens, first)
    if verb is None or _is_noun(tokens, first, end, cue):
        return None
    if cue.form in words().written and tokens[first - 1].lower in words().naming:
        return None  # banners that read something
    participle = cue.form.endswith("ing")
    if _may_invert(tokens, first, end, cue) and verb == first and not participle and (subject := after(tokens, end)):
        return _inverted(cue, first, end, subject)
    if participle:
        return Frame(cue, first, end, first, end, leading(tokens, first), "shared", end)
    subject = before(tokens, verb)
    if subject:
        return Frame(cue, first, end, subject.first, end, subject, "normal", end)
    return _without_subject(tokens, first, end, verb, cue)


def _inverted(cue: Cue, first: int, end: int, subject: Phrase, order: Order = "inverted") -> Frame:
    last = subject.first + len(subject.tokens)
    return Frame(cue, first, end, first, last, subject, order, last)


def _may_invert(tokens: Sequence[Token], first: int, end: int, cue: Cue) -> bool:
    """Whether the subject follows the cue: after a quote, and after a clause where somebody follows and nothing else:
    'The road is closed, said Prado.'"""
    if cue.form in _TELLING:
        return False
    if _follows_quote(tokens, first):
        return tokens[first - 1].kind != "quote" or first == 1 or tokens[first - 2].kind in {"mark", "quote"}
    if cue.introduces != "clause" or not first or tokens[first - 1].text != ",":
        return False
    subject = after(tokens, end)
    return subject is not None and speaks(subject) and _ends_frame(tokens, subject.first + len(subject.tokens))


def _ends_frame(tokens: Sequence[Token], at: int) -> bool:
    return at >= len(tokens) or tokens[at].text in {",", ".", ";"} or tokens[at].lower in words().prepositions


def _without_subject(tokens: Sequence[Token], first: int, end: int, verb: int, cue: Cue) -> Frame | None:
    """After a clause or at the beginning the subject may follow ('..., said Prado'); after 'and' it came before."""
    previous = tokens[verb - 1].lower if verb else ""
    if previous in {"and", "but", "or", "then"}:
        if tokens[verb].lower in words().auxiliaries:
            return None  # 'was in custody and had refused to speak'
        return Frame(cue, first, end, verb, end, None, "shared", end)
    if not previous and verb == first and cue.introduces == "clause" and (subject := after(tokens, end)):
        return _inverted(cue, first, end, subject)
    if previous == "," and (verb != first or (end < len(tokens) and tokens[end].lower == "that")):
        return Frame(cue, first, end, verb, end, None, "shared", end)
    return None


def _verb(tokens: Sequence[Token], first: int) -> int | None:
    """The index where the verb group of the cue begins; None where it is negated, passive, possible or to be."""
    at = first
    while at and (
        is_adverb(tokens[at - 1])
        or tokens[at - 1].lower in either("auxiliaries", "negations")
        or tokens[at - 1].lower in _MODALS
    ):
        lower = tokens[at - 1].lower
        if lower in words().negations or (lower in _MODALS and not _goes_on(tokens, at - 1)):
            return None
        at -= 1
    if at > 1 and tokens[at - 1].kind == "quote" and tokens[at - 2].kind != "mark" and tokens[at - 2].kind != "quote":
        at -= 1  # 'The firm "categorically" denied it'
    return None if at and tokens[at - 1].lower in _BE else at


def _goes_on(tokens: Sequence[Token], at: int) -> bool:
    """'went on to say' is 'said'."""
    return tokens[at].lower == "to" and at > 0 and tokens[at - 1].lower in {"on", "continued"}


def _follows_quote(tokens: Sequence[Token], at: int) -> bool:
    previous = tokens[at - 1] if at else None
    if previous and previous.text in {",", "-", "–", "—"} and at > 1:
        previous = tokens[at - 2]
    return previous is not None and previous.kind == "quote"


def _is_noun(tokens: Sequence[Token], first: int, end: int, cue: Cue) -> bool:
    """Whether the form is rather a noun or adjective: 'the police claims', 'a noted author', 'the report'."""
    previous = tokens[first - 1].lower if first else ""
    if previous in words().articles or previous in _BEFORE_NOUNS:
        return True
    if cue.introduces == "clause" or _ENDINGS.search(cue.form):
        return False
    following = tokens[end] if end < len(tokens) else None
    ends_quote = _follows_quote(tokens, first)
    said = following is not None and (following.kind == "quote" or following.lower in {"that", ":"})
    return not (said or ends_quote or following is None)


def _reported(tokens: Sequence[Token], first: int, cue: Cue) -> Frame | None:
    """The frame of '[the agency] quoted Prado as saying' and of 'Prado was quoted [by the agency] as saying'."""
    if cue.form not in {"quoted", "quotes", "quoting", "cited", "cites", "citing"}:
        return None
    saying = next(
        (
            index
            for index in range(first + 2, min(first + 25, len(tokens)))
            if tokens[index].lower in _SAYING and tokens[index - 1].lower == "as"
        ),
        None,
    )
    if saying is None:
        return None
    passive = first > 0 and tokens[first - 1].lower in _BE
    subject = before(tokens, _before_auxiliaries(tokens, first)) if passive else after(tokens, first + 1)
    if not subject:
        return None
    said, last = Cue(cue.form, "clause"), saying + 1
    return Frame(said, first, first + 1, min(subject.first, first), last, subject, "normal", last)


def _before_auxiliaries(tokens: Sequence[Token], at: int) -> int:
    while at and (
        tokens[at - 1].lower in _BE or tokens[at - 1].lower in words().auxiliaries or is_adverb(tokens[at - 1])
    ):
        at -= 1
    return at
