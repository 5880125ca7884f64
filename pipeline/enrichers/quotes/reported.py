"""What a frame reports: where the clause lies that tells what was said."""

from collections.abc import Sequence

from pipeline.enrichers.quotes.frames import Frame
from pipeline.enrichers.quotes.lexicon import either, words
from pipeline.enrichers.quotes.sentences import Token
from pipeline.enrichers.quotes.subjects import is_adverb

Range = tuple[int, int]
"""Indices of a sentence's tokens, the second one excluded."""

_STOPS = {".", "!", "?", ";", ":", ",", "-", "–", "—", "…", ")", "]"}
_TELLING = {"told", "tell", "tells", "telling"}
_ADDRESSED = _TELLING | {
    "assured", "assure", "assures", "assuring", "informed", "inform", "informs", "informing",
    "warned", "warn", "warns", "warning", "promised", "promise", "promises",
}  # fmt: skip
_NO_CLAUSE = {"to", "how", "why", "whether", "what", "of", "about", "against"}
_AFTERTHOUGHT = {
    "and",
    "but",
    "while",
    "as",
    "though",
    "although",
    "adding",
    "citing",
    "after",
    "before",
    "when",
    "who",
    "which",
}
_DENYING = {"denied", "denies", "deny", "denying"}
_SEPARATING = {",", ";", "–", "—", "and", "but", "while", "though", "although", "as"}
_DIVIDING = {"but", "while", "although", "though", ";"}
_NO_BEGINNING = (_AFTERTHOUGHT | _NO_CLAUSE) - {"about"}
_REACH = 18
_SOON = 14


def clauses(tokens: Sequence[Token], all_frames: Sequence[Frame], index: int) -> list[Range]:
    """Where lies what the frame at `index` reports: after it, before it, or around it; nothing where it reports
    nothing in a clause."""
    frame = all_frames[index]
    if index < len(all_frames) - 1 and _closes_sentence(tokens, all_frames, index):
        return []
    limit = _limit(tokens, all_frames, index)
    if frame.order == "according":
        return _according(tokens, all_frames, index, limit)
    opening = _opening(tokens, frame, limit) if frame.order != "inverted" else None
    if opening is not None:
        return _trimmed(tokens, opening, limit)
    if frame.order == "shared" or frame.cue.introduces in {"voice", "marks"} or not _may_trail(tokens, frame, limit):
        return []
    return _around(tokens, all_frames, index, limit)


def _closes_sentence(tokens: Sequence[Token], all_frames: Sequence[Frame], index: int) -> bool:
    """Whether the last frame tells who says the whole sentence, this frame included: 'He told police he had acted
    alone, a prosecutor said.'"""
    last = all_frames[-1]
    between = tokens[all_frames[index].end : last.start]
    return (
        last.order in {"normal", "inverted"}
        and last.cue.introduces == "clause"
        and _may_trail(tokens, last, len(tokens))
        and _opening(tokens, last, len(tokens)) is None
        and not any(token.lower in _DIVIDING or token.kind == "quote" for token in between)
    )


def _limit(tokens: Sequence[Token], all_frames: Sequence[Frame], index: int) -> int:
    """Where at the latest the reported clause ends: where the next frame begins that is not part of it."""
    for following in all_frames[index + 1 :]:
        start = following.start
        if start < all_frames[index].start < following.cue_first:
            return following.cue_first  # this one is in a relative clause of that one's subject
        if following.order == "according" or start <= all_frames[index].end:
            continue
        previous = tokens[start - 1]
        if previous.kind == "quote" or previous.lower in _SEPARATING:
            return start
        if following.order == "shared":
            return start
    return len(tokens)


def _opening(tokens: Sequence[Token], frame: Frame, limit: int) -> int | None:
    """The token with which the clause after the cue begins, 'that' left out."""
    at = frame.opens
    if frame.cue.form in _ADDRESSED:
        at = _past_hearer(tokens, at, limit, needed=frame.cue.form in _TELLING)
    if at >= limit or frame.cue.introduces in {"voice", "marks"}:
        return None
    first = tokens[at].lower
    that = at if first == "that" else _that(tokens, at, limit)
    if that is not None:
        return that + 1
    if frame.cue.form in _DENYING and first.endswith("ing"):
        return at
    amount = first == "about" and at + 1 < limit and tokens[at + 1].text[0].isdigit()
    if frame.cue.introduces == "that" or (first in _NO_CLAUSE and not amount) or first in words().no_statement:
        return None
    return _without_that(tokens, frame, _past_adjuncts(tokens, at, limit), limit)


def _without_that(tokens: Sequence[Token], frame: Frame, at: int, limit: int) -> int | None:
    if at >= limit or tokens[at].text in _STOPS or tokens[at].lower in _NO_BEGINNING:
        return None
    soon = tokens[at + 1 : min(at + _SOON, limit)]
    if any(token.kind == "quote" for token in tokens[at : min(at + _SOON, limit)]) and frame.cue.introduces == "clause":
        return at
    verb = next((i for i, token in enumerate(soon) if token.lower in words().finite), None)
    stop = next(
        (i for i, token in enumerate(soon) if token.text in _STOPS or token.lower in {"that", "which", "who"}), 99
    )
    if tokens[at].lower in words().prepositions - {"that"}:
        return at if verb is not None else None
    if frame.cue.introduces == "clause":
        return at if limit - at > 1 else None
    return at if verb is not None and verb < stop else None


def _that(tokens: Sequence[Token], at: int, limit: int) -> int | None:
    """'said in a statement on Monday that': the index of 'that', if only when, where and how stand before it."""
    first = tokens[at]
    if first.lower in _NO_CLAUSE or not (_is_adjunct_word(first) or first.text == ","):
        return None
    for index in range(at, min(at + _REACH, limit)):
        if tokens[index].lower == "that":
            return index
        if tokens[index].lower in words().finite or tokens[index].kind == "quote":
            return None
    return None


def _is_adjunct_word(token: Token) -> bool:
    lower = token.lower
    return lower in words().prepositions or lower in words().times or is_adverb(token)


def _past_hearer(tokens: Sequence[Token], at: int, limit: int, *, needed: bool) -> int:
    """The index after whom it was told; `at` itself where it names nobody."""
    if at >= limit:
        return at
    first = tokens[at]
    if first.lower == "that":
        return at
    if first.kind == "name":
        joined = at + 2 < limit and tokens[at + 1].lower in {"'s", "’s"}
        return _past_hearer(tokens, at + 2, limit, needed=needed) if joined else at + 1
    for index in range(at, min(at + 8, limit)):
        lower = tokens[index].lower
        if tokens[index].text in _STOPS or lower == "that" or lower in words().finite:
            break
        if lower in either("hearers", "occasions"):
            others = (i for i in range(index + 1, limit) if tokens[i].lower not in words().occasions)
            return next(others, limit)
        if lower in words().prepositions and index > at:
            return index
    return min(at + 1, limit) if needed and first.lower not in words().articles else at


def _past_adjuncts(tokens: Sequence[Token], at: int, limit: int) -> int:
    """The index after 'on Monday', 'in a statement', 'by telephone', 'at a news conference in Lima'."""
    while at < limit:
        past = _past_adjunct(tokens, at, limit)
        if past == at:
            return at
        at = past
    return at


def _past_adjunct(tokens: Sequence[Token], at: int, limit: int) -> int:
    lower = tokens[at].lower
    if tokens[at].kind == "word" and (lower in words().times or (is_adverb(tokens[at]) and lower != "all")):
        return at + 1
    if lower not in words().prepositions:
        return at
    for index in range(at + 1, min(at + 7, limit)):
        lower = tokens[index].lower
        if tokens[index].text in _STOPS or lower in words().finite or tokens[index].kind == "quote":
            return at
        if lower in either("times", "occasions"):
            past = index + 1
            while past < limit and (tokens[past].lower in words().times or tokens[past].text.isdigit()):
                past += 1
            return past
        if tokens[index].kind == "name":
            return index + 1 if index == at + 1 else at
    return at


def _may_trail(tokens: Sequence[Token], frame: Frame, limit: int) -> bool:
    """Whether the frame stands after what it reports: '..., the mayor said on Monday'."""
    if frame.start < 2 or frame.cue.form in _DENYING or tokens[frame.start - 1].text not in _STOPS:
        return False
    if frame.end >= limit or frame.order == "inverted":
        return True
    following = tokens[frame.end]
    if frame.cue.form in _TELLING:
        return True
    return following.text in _STOPS or _is_adjunct_word(following) or following.lower in _AFTERTHOUGHT


def _around(tokens: Sequence[Token], all_frames: Sequence[Frame], index: int, limit: int) -> list[Range]:
    """The clause before the frame, and what of it follows: 'The road, Prado said, is closed.'"""
    frame = all_frames[index]
    start = _after_earlier(tokens, all_frames, index)
    found = _trimmed(tokens, start, frame.start)
    if not found or found[0][1] - found[0][0] < 2:
        return []
    following = tokens[frame.end : limit]
    if following and following[0].text == "," and frame.order == "normal" and len(following) > 2:
        first = following[1]
        if first.lower not in _AFTERTHOUGHT | {"in", "on", "at", "speaking", "during"} and not first.lower.endswith(
            "ing"
        ):
            found += _trimmed(tokens, frame.end + 1, limit)
    return found


def _after_earlier(tokens: Sequence[Token], all_frames: Sequence[Frame], index: int) -> int:
    """Where the clause before a trailing frame begins: at the sentence, or after the clause of a frame before it."""
    start = 0
    for earlier in all_frames[:index]:
        between = tokens[earlier.end : all_frames[index].start]
        if earlier.cue.introduces in {"voice", "marks"} or earlier.order == "shared":
            continue
        if not any(token.lower in _DIVIDING or token.kind == "quote" for token in between):
            continue
        start = earlier.end
        while start < all_frames[index].start and tokens[start].text not in {",", ";"}:
            start += 1
    return start


def _according(tokens: Sequence[Token], all_frames: Sequence[Frame], index: int, limit: int) -> list[Range]:
    frame = all_frames[index]
    if frame.start > 1:
        return _trimmed(tokens, _after_earlier(tokens, all_frames, index), frame.start)
    at = frame.end
    while at < limit and tokens[at].text != ",":
        at += 1
    return _trimmed(tokens, at, limit)


def _trimmed(tokens: Sequence[Token], start: int, end: int) -> list[Range]:
    """Without the punctuation and conjunctions at its ends."""
    while start < end and (tokens[start].text in _STOPS or tokens[start].lower in {"and", "but", "that"}):
        start += 1
    while start < end and (
        tokens[end - 1].text in _STOPS or tokens[end - 1].lower in {"and", "but", "while", "though"}
    ):
        end -= 1
    return [(start, end)] if start < end else []
