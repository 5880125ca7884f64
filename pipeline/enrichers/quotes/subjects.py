"""Who a cue says speaks: the noun phrase before it, over appositions and relative clauses, or after it."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.enrichers.quotes.lexicon import either, words
from pipeline.enrichers.quotes.sentences import Token

_SPEAKERS = {"person", "organisation"}
_LEADERS = {"person", "organisation", "gpe"}
_DASHES = {",", "-", "–", "—"}
_INSIDE = frozenset("&/%$€£#'’")
_LINKS = {"of", "for", "from", "at", "in", "with", "on", "near"}
_EMBEDDING = {"what", "who", "whom", "which", "how", "that"}
"""A clause that begins with one of these is part of another: 'what he said', 'a firm that Lima says'."""
_LONGEST = 25
_APPOSITIONS = 5
_NO_ADVERBS = {"family", "assembly", "ally", "july", "anomaly", "monopoly", "police"}


@dataclass(frozen=True, slots=True)
class Phrase:
    """A noun phrase that names or describes who speaks."""

    first: int
    """Index of its first token in the sentence."""
    tokens: tuple[Token, ...]
    apposed: Token | None = None
    """The person's name that stands in apposition: of 'the mayor, Luis Prado, said' the name."""

    @property
    def head(self) -> Token:
        """Its chief word, or a name: the last before 'of', 'for', 'who' and the like."""
        for index, token in enumerate(self.tokens[1:], 1):
            if token.lower in words().prepositions and self.tokens[index - 1].text != "-":
                return self.tokens[index - 1]
        return self.tokens[-1]


def is_adverb(token: Token) -> bool:
    """Whether the token may stand between a subject and its verb."""
    lower = token.lower
    return lower in words().adverbs or (token.kind == "word" and lower.endswith("ly") and lower not in _NO_ADVERBS)


def before(tokens: Sequence[Token], at: int) -> Phrase | None:
    """The phrase that ends before the verb at index `at`, its adverbs and auxiliaries left out already; None where
    there is none, as after 'and' or a quote."""
    end = _before_time(tokens, at - 1)
    if end < 0:
        return None
    if tokens[end].lower in {"who", "which"}:
        end -= 2 if end and tokens[end - 1].text in _DASHES else 1
        return _chunk(tokens, end) if end >= 0 else None
    if tokens[end].text in _DASHES:
        return _over_appositions(tokens, end - 1)
    return _chunk(tokens, end)


def _before_time(tokens: Sequence[Token], end: int) -> int:
    """'The ministry on Monday said': the index before the time."""
    if end > 1 and tokens[end].lower in words().times and tokens[end - 1].lower in {"on", "late", "early", "last"}:
        end -= 2
        return end - 1 if end > 0 and tokens[end].lower == "on" else end
    if end > 0 and tokens[end].lower in words().times and tokens[end - 1].kind == "name":
        return end - 1
    return end


def _over_appositions(tokens: Sequence[Token], end: int) -> Phrase | None:
    """The subject of 'Ana Quispe, a spokeswoman for the union, which has 3,000 members, said', from its end."""
    fallback: Phrase | None = None
    for passed in range(_APPOSITIONS):
        start = _since_mark(tokens, end)
        if start > end:
            return fallback
        inner = tokens[start : end + 1]
        if _is_name(inner):
            return Phrase(_described_from(tokens, start), tuple(inner))
        enclosed = start > 1 and tokens[start - 1].text in _DASHES
        if not enclosed or not _is_parenthesis(inner):
            return _chunk(tokens, end) or fallback if passed else None  # right before the comma stands a clause
        if inner[0].lower in words().articles:
            fallback = _chunk(tokens, end)
        end = start - 2
        if fallback and not _may_be_apposed(tokens, end):
            return fallback
    return fallback


def _since_mark(tokens: Sequence[Token], end: int) -> int:
    start = end
    while start >= 0 and not _divides(tokens, start):
        start -= 1
    return start + 1


def _divides(tokens: Sequence[Token], at: int) -> bool:
    token = tokens[at]
    if token.kind == "quote":
        nickname = 0 < at < len(tokens) - 1 and tokens[at - 1].text[:1].isupper() and tokens[at + 1].text[:1].isupper()
        return not nickname or bool(token.piece and not token.piece.closed)
    return token.kind == "mark" and token.text not in _INSIDE and not _hyphen(tokens, at)


def _hyphen(tokens: Sequence[Token], at: int) -> bool:
    """Whether the mark joins two words: 'the Dakar-based institute'."""
    inside = tokens[at].text == "-" and 0 < at < len(tokens) - 1
    return inside and tokens[at - 1].end == tokens[at].start and tokens[at].end == tokens[at + 1].start


def _is_name(inner: Sequence[Token]) -> bool:
    """Whether it is somebody's name and nothing else, a title aside."""
    last = inner[-1]
    if last.kind != "name" or last.entity is None or last.entity.type not in _SPEAKERS or len(inner) > 6:
        return False
    if last.entity.type == "person" and inner[0].lower not in words().boundaries:
        return not any(token.lower in either("finite", "prepositions") for token in inner)
    return all(token.text[:1].isupper() for token in inner)


def _described_from(tokens: Sequence[Token], start: int) -> int:
    """Where the description begins that the name at `start` stands in apposition to: 'its president, Inés Tealdo,'."""
    if start < 2 or tokens[start - 1].text not in _DASHES:
        return start
    first = _since_mark(tokens, start - 2)
    if tokens[first].lower in {"and", "but"}:
        first += 1
    inner = tokens[first : start - 1]
    nominal = bool(inner) and inner[0].lower in either("articles", "definite") | {"one"} and len(inner) <= 12
    return first if nominal and not any(token.lower in words().finite for token in inner) else start


def _is_parenthesis(inner: Sequence[Token]) -> bool:
    first = inner[0]
    return (
        first.lower in either("articles", "prepositions", "definite")
        or first.text[0].isdigit()
        or first.lower.endswith(("ing", "ed"))
        or first.kind == "name"
        or (len(inner) <= 12 and not any(token.lower in words().finite for token in inner))
    )


def _may_be_apposed(tokens: Sequence[Token], end: int) -> bool:
    """Whether what ends at `end` can have an apposition: a name, or a noun phrase that begins the clause."""
    if end < 0:
        return False
    if tokens[end].kind == "name":
        return True
    start = _since_mark(tokens, end)
    inner = tokens[start : end + 1]
    return 0 < len(inner) <= 8 and not any(token.lower in words().finite for token in inner)


def _chunk(tokens: Sequence[Token], end: int) -> Phrase | None:
    """The noun phrase that ends at `end`: back to a mark, a quote, or a word that begins a clause."""
    start = end
    while start >= 0 and not _divides(tokens, start) and end - start <= _LONGEST:
        if tokens[start].lower in words().boundaries and not _coordinates(tokens, start, end):
            break
        start -= 1
    if end - start > _LONGEST:
        return None
    embedding = start >= 0 and tokens[start].lower in _EMBEDDING
    return None if embedding else _trimmed(tokens, start + 1, end)


def _coordinates(tokens: Sequence[Token], at: int, end: int) -> bool:
    """Whether the 'and' at this index joins two nouns that speak: 'Police and a doctor said'."""
    if tokens[at].lower != "and" or not 0 < end - at <= 4 or at < 1:
        return False
    left = tokens[_since_mark(tokens, at - 1) : at]
    noun = tokens[at - 1].kind == "name" or tokens[at - 1].lower.endswith("s") or tokens[at - 1].lower == "police"
    odd = either("finite", "prepositions", "boundaries")
    plain = not any(token.lower in odd or token.lower.endswith("ed") for token in left)
    return noun and plain and 0 < len(left) <= 3


def _trimmed(tokens: Sequence[Token], start: int, end: int) -> Phrase | None:
    """Without what stands before it: 'In Lima on Monday police', 'Last week the company'."""
    while start <= end:
        lower = tokens[start].lower
        if lower in words().prepositions and tokens[start].kind == "word":
            adverbial = either("times", "occasions")
            past = (i + 1 for i in range(start, end) if tokens[i].kind == "name" or tokens[i].lower in adverbial)
            start = next(past, end + 1)
        elif (lower in words().times or is_adverb(tokens[start])) and start < end:
            start += 1
        else:
            break
    if start > end:
        return None
    phrase = tuple(tokens[start : _end(tokens, start, end)])
    nominal = any(token.kind != "mark" for token in phrase)
    clausal = any(token.lower in words().finite for token in phrase)
    return Phrase(start, phrase) if nominal and not clausal else None


def _end(tokens: Sequence[Token], start: int, end: int) -> int:
    """Where the phrase ends that goes on to `end` with 'who', 'based in', 'in a statement'."""
    for index in range(start + 1, end + 1):
        lower = tokens[index].lower
        if tokens[index].kind != "word" or tokens[index - 1].text == "-":
            continue
        if lower in words().prepositions and lower not in _LINKS:
            return index
        if lower.endswith("ed") and index < end and tokens[index + 1].lower in words().prepositions:
            return index  # 'two officials briefed on the talks'
    return end + 1


def after(tokens: Sequence[Token], at: int) -> Phrase | None:
    """The phrase that begins at index `at`, after a verb or 'according to'."""
    end = at
    while end < len(tokens) and end - at < _LONGEST and not _ends_after(tokens, at, end):
        end += 1
    if end == at:
        return None
    phrase = tuple(tokens[at:end])
    apposed = _named_as(tokens, end)
    if end < len(tokens) and tokens[end].text == "," and phrase[-1].kind != "name":
        stop = end + 1
        while stop < len(tokens) and not _divides(tokens, stop):
            stop += 1
        if stop > end + 1 and _is_name(tokens[end + 1 : stop]):
            apposed = tokens[stop - 1]
    return Phrase(at, phrase, apposed)


def speaks(phrase: Phrase) -> bool:
    """Whether the phrase, which may also be the object, is of somebody: named, or of those who usually speak."""
    head = phrase.head
    if any(_is_verb(token) for token in phrase.tokens) or phrase.tokens[0].lower in {"its", "his", "her", "their"}:
        return False  # 'its own sample gave Kiptanui half'
    known = head.entity is not None and head.entity.type in _SPEAKERS
    return (
        known or head.lower in either("people", "bodies") | {"police"} or head.lower.removesuffix("s") in words().people
    )


def _named_as(tokens: Sequence[Token], at: int) -> Token | None:
    """The name in 'a farmer who gave his name only as Abu Mutlaq'."""
    if at < len(tokens) and tokens[at].text == ",":
        at += 1
    if at >= len(tokens) or tokens[at].lower != "who":
        return None
    following = tokens[at + 1 : at + 10]
    if not any(token.lower in {"name", "named", "identified"} for token in following):
        return None
    return next((token for token in following if token.entity and token.entity.type == "person"), None)


def _ends_after(tokens: Sequence[Token], at: int, end: int) -> bool:
    token = tokens[end]
    if _divides(tokens, end):
        return True
    if end == at or token.kind != "word":
        return False
    lower = token.lower
    if lower in words().boundaries or lower in words().finite or lower in words().times or is_adverb(token):
        return not (lower == "and" and _joins(tokens, end))
    if lower in _LINKS:
        entity = tokens[end - 1].entity
        person = entity is not None and entity.type == "person"
        return (person and lower != "of") or _adjunct(tokens, end)
    return lower in words().prepositions


def _joins(tokens: Sequence[Token], at: int) -> bool:
    """Whether 'and' joins another who says it too: 'according to the army and a local official.'"""
    stop = next((i for i in range(at + 1, len(tokens)) if _divides(tokens, i)), len(tokens))
    return 1 < stop - at <= 5 and not any(token.lower in words().finite for token in tokens[at + 1 : stop])


def _adjunct(tokens: Sequence[Token], at: int) -> bool:
    """Whether the preposition begins where, when or how it was said: 'in a statement', 'on Monday'."""
    following = [token.lower for token in tokens[at + 1 : at + 5]]
    return bool(following) and (
        following[0] in words().times or (tokens[at].lower != "for" and any(w in words().occasions for w in following))
    )


def leading(tokens: Sequence[Token], limit: int) -> Phrase | None:
    """What seems the subject of the sentence whose first `limit` tokens are given: whom '..., saying' is said by."""
    for index, token in enumerate(tokens[:limit]):
        if token.kind == "name" and token.entity and token.entity.type in _LEADERS and _may_lead(tokens, index, limit):
            return Phrase(index, (token,))
    if not tokens or tokens[0].kind != "word":
        return None
    end = next((i for i in range(1, min(limit, 7)) if _is_verb(tokens[i])), 0)
    return _trimmed(tokens, 0, end - 1) if end else None


def _may_lead(tokens: Sequence[Token], index: int, limit: int) -> bool:
    possessive = index + 1 < limit and tokens[index + 1].lower in {"'s", "’s"}
    governed = index > 0 and tokens[index - 1].lower in words().prepositions
    verb_before = any(_is_verb(token) for token in tokens[:index])
    return index <= 12 and not possessive and not governed and not verb_before


def _is_verb(token: Token) -> bool:
    return token.kind == "word" and (token.lower in either("finite", "past") or token.lower.endswith("ed"))
