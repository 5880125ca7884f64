"""The figures of a text, each with what it counts, and which of them changed between two texts.

A figure is a number in digits or words, with its bound ('at least'), its magnitude ('billion') and its unit: a kind of
harm where a word for it is near ('killed'), per cent, a currency, the noun that follows ('houses'), or the words
before. Numbers converted in brackets, ordinals and those within a name ('COVID-19') are none.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from pipeline.lifecycle.changes_numbers import Number, Token, number_at, tokens_of
from pipeline.lifecycle.changes_text import fold, plain
from pipeline.lifecycle.changes_words import (
    COMPOUNDS,
    KINDS,
    MAGNITUDES,
    MONEY,
    PERCENT,
    PERCENT_AFTER,
    SAME_MONEY,
    Language,
    language,
)
from pipeline.story import Casualties, FigureChange

LONGEST = 20_000
"""Characters of a paragraph in which figures are looked for."""
MOST = 200
"""Figures of a paragraph."""
_LONGEST_LABEL = 60
_REACH_AFTER, _REACH_BEFORE, _REACH_TOLL = 6, 5, 30
_STOPS = frozenset(".;:?!")


@dataclass(frozen=True, slots=True)
class Figure:
    """A number and what it counts."""

    what: str
    """As shown: 'killed', 'per cent', 'euros', 'houses'."""
    unit: str
    """As compared: figures of one unit are of one kind."""
    value: tuple[Decimal, ...]
    """Two of a range."""
    number: str
    """In digits, as written where it was: '74.2'."""
    magnitude: str = ""
    """'million' and more, as written."""
    bound: str = ""
    """'at least', 'up to' or nothing."""
    before: str = ""
    """The word before it."""
    step: Decimal = Decimal(1)
    """To what the number is rounded."""
    follows: bool = True
    """Whether the unit follows the number, so that 'million' may be said with it."""

    @property
    def harm(self) -> bool:
        """Whether it counts people hurt."""
        return self.unit in KINDS


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure and the one that took its place; nothing before where none was."""

    before: Figure | None
    after: Figure

    @property
    def material(self) -> bool:
        """Whether the number changed: 'at least six' for 'six' is only surer."""
        old, new = self.before, self.after
        return old is None or old.value != new.value or (old.bound != new.bound and "up to" in {old.bound, new.bound})

    def shown(self) -> FigureChange:
        """As a story carries it; a magnitude that stayed is part of the unit: '$ million'."""
        old, new = self.before, self.after
        if new.follows and not new.harm and (old is None or old.magnitude == new.magnitude):
            what, magnitudes = _label(new.what, new.magnitude), ("", "")
        else:
            what, magnitudes = new.what, (old.magnitude if old else "", new.magnitude)
        before = _written(old, magnitudes[0]) if old else ""
        return FigureChange(what=what, before=before, after=_written(new, magnitudes[1]))


def figures(text: str, tag: str | None, hurt: Iterable[Casualties] = ()) -> list[Figure]:
    """The figures of a headline or paragraph, in order; then those of `hurt`, which an enricher read there, that are
    not among them."""
    spoken = language(tag)
    found: list[Figure] = []
    for line in text[:LONGEST].splitlines():
        found += _of_line(plain(line), spoken)
        if len(found) >= MOST:
            break
    known = {(figure.unit, figure.value[0]) for figure in found}
    return [*found[:MOST], *(each for each in map(_of_casualties, hurt) if (each.unit, each.value[0]) not in known)]


def differences(before: Sequence[Figure], after: Sequence[Figure]) -> list[Difference]:
    """The figures of a text that took the place of others: of the same unit, or after the same word.

    A figure that only came or went changed nothing that was said.
    """
    old, new = _by_unit(before), _by_unit(after)
    found: list[Difference] = []
    left_old: list[Figure] = []
    left_new: list[Figure] = []
    for unit in dict.fromkeys((*old, *new)):
        gone, come, surer = _unmatched(old.get(unit, []), new.get(unit, []))
        found += surer
        if len(gone) == len(come):
            found += map(Difference, gone, come)
        elif unit in KINDS and gone and come:  # the toll, of which the others are parts
            found.append(Difference(_largest(gone), _largest(come)))
        elif unit not in KINDS:
            left_old += gone
            left_new += come
    return found + _after_the_same_word(left_old, left_new)


def _largest(found: Iterable[Figure]) -> Figure:
    return max(found, key=lambda figure: figure.value)


def _by_unit(found: Iterable[Figure]) -> Mapping[str, list[Figure]]:
    by_unit: dict[str, list[Figure]] = defaultdict(list)
    for figure in found:
        by_unit[figure.unit].append(figure)
    return by_unit


def _unmatched(old: list[Figure], new: list[Figure]) -> tuple[list[Figure], list[Figure], list[Difference]]:
    """What has no equal on the other side, and a figure of harm that kept its number and changed its bound."""
    common = Counter(figure.value for figure in old) & Counter(figure.value for figure in new)
    surer = []
    if len(old) == len(new) == 1 and common and old[0].harm and old[0].bound != new[0].bound:
        surer = [Difference(old[0], new[0])]
    gone, come = _without(old, common), _without(new, common)
    for figure in list(gone):
        if same := next((each for each in come if _rounded(figure, each)), None):
            gone.remove(figure)
            come.remove(same)
    return gone, come, surer


def _rounded(one: Figure, other: Figure) -> bool:
    """Whether one is the other in another notation, rounded: '3,086,386' and '3.1 million'."""
    if one.magnitude == other.magnitude or len(one.value) != 1 or len(other.value) != 1:
        return False
    return abs(one.value[0] - other.value[0]) * 2 <= max(one.step, other.step)


def _without(found: list[Figure], common: Counter[tuple[Decimal, ...]]) -> list[Figure]:
    left, kept = Counter(common), []
    for figure in found:
        if left[figure.value]:
            left[figure.value] -= 1
        else:
            kept.append(figure)
    return kept


def _after_the_same_word(old: list[Figure], new: list[Figure]) -> list[Difference]:
    """'340 people' and '350 residents' after 'some', where nothing else stands after that word."""
    before, after = (Counter(figure.before for figure in side) for side in (old, new))
    alone = {figure.before: figure for figure in old if figure.before and before[figure.before] == 1}
    return [
        Difference(alone[figure.before], figure)
        for figure in new
        if figure.before in alone and after[figure.before] == 1 and alone[figure.before].value != figure.value
    ]


def _written(figure: Figure, magnitude: str) -> str:
    return " ".join(filter(None, [figure.bound, figure.number, magnitude]))


def _label(what: str, magnitude: str) -> str:
    parts = (what, magnitude) if len(what) == 1 else (magnitude, what)
    return " ".join(filter(None, parts))


def _of_casualties(hurt: Casualties) -> Figure:
    bound = "at least" if hurt.high is None else ""
    several = hurt.high is not None and hurt.high != hurt.low
    number = f"{hurt.low} to {hurt.high}" if several else str(hurt.low)
    value = (Decimal(hurt.low), Decimal(hurt.high)) if several and hurt.high is not None else (Decimal(hurt.low),)
    return Figure(hurt.kind, hurt.kind, value, number, bound=bound)


def _of_line(line: str, spoken: Language) -> Iterator[Figure]:
    tokens = tokens_of(line, spoken)
    if any(token.text == "=" for token in tokens) and len(tokens) < 16:
        return  # '($1 = 0.9157 euros)' moves every day
    at = 0
    while at < len(tokens):
        number = number_at(tokens, at, spoken)
        if number is None:
            at += 1
            continue
        if not _converted(tokens, at) and (figure := _figure(tokens, number, spoken)):
            yield figure
        at = number.end


def _converted(tokens: Sequence[Token], at: int) -> bool:
    """Whether it says in brackets what the number just before says: '25 kilometres (15 miles)'."""
    opening = next((n for n in range(at - 1, max(at - 4, -1), -1) if tokens[n].text == "("), None)
    return opening is not None and any(token.numeric for token in tokens[max(opening - 5, 0) : opening])


def _figure(tokens: Sequence[Token], number: Number, spoken: Language) -> Figure | None:
    bound, first = _bound(tokens, number.start, spoken)
    before = tokens[first - 1].key if first else ""
    told = _unit(tokens, number, spoken)
    what, unit = told or _words_before(tokens, number.start, spoken)
    counts = unit not in PERCENT and unit not in SAME_MONEY.values()
    if counts and (kind := _harm(tokens, number, first, spoken)):
        if before in spoken.former:
            return None  # 'rose to six from four' says what the toll was
        what = unit = kind
    return Figure(
        what[:_LONGEST_LABEL], unit, number.value, number.text, number.magnitude, bound, before, number.step, bool(told)
    )


def _bound(tokens: Sequence[Token], start: int, spoken: Language) -> tuple[str, int]:
    """'at least', 'up to' or nothing, and where the words that say so begin."""
    for length in (3, 2, 1):
        words = " ".join(token.key for token in tokens[max(start - length, 0) : start])
        if found := spoken.bounds.get(words):
            return found, max(start - length, 0)
    return (spoken.bound_at_end(tokens[start - 1].key) if start else ""), start


def _unit(tokens: Sequence[Token], number: Number, spoken: Language) -> tuple[str, str] | None:
    """What the number counts, as shown and as compared, where its sign or the words after it say so."""
    after = tokens[number.end : number.end + 3]
    key = after[0].key if after else ""
    following = after[1].key if len(after) > 1 else ""
    if key in PERCENT or (key in PERCENT_AFTER and following in PERCENT_AFTER[key]):
        return "per cent", "%"
    sign = tokens[number.start - 1] if number.start else None
    if sign is not None and sign.key in MONEY and not sign.word:
        return sign.text, SAME_MONEY.get(sign.key, sign.key)
    if key in MONEY:
        return after[0].text, SAME_MONEY.get(key, key)
    if COMPOUNDS.get(key) == following:
        return f"{key} {following}", key
    return _counted(tokens, number, spoken)


def _counted(tokens: Sequence[Token], number: Number, spoken: Language) -> tuple[str, str] | None:
    """The noun after the number: 'slopes' of 'four other slopes', 'month' of '3-month'."""
    noun = _noun(tokens, number)
    if noun is None or noun.key in spoken.stop_words:
        return None
    if noun.key not in spoken.passed_over:
        return noun.text, _stem(noun.key)
    after = tokens[number.end + 1] if number.end + 1 < len(tokens) else None
    if after is not None and after.word and after.key not in spoken.stop_words | spoken.passed_over:
        return after.text, _stem(after.key)
    return noun.text, "people"


def _noun(tokens: Sequence[Token], number: Number) -> Token | None:
    """The word after the number, behind a hyphen if there is one."""
    at = number.end
    if at + 1 < len(tokens) and tokens[at].text == "-" and tokens[at].glued and tokens[at + 1].glued:
        at += 1
    return tokens[at] if at < len(tokens) and tokens[at].word else None


def _words_before(tokens: Sequence[Token], start: int, spoken: Language) -> tuple[str, str]:
    """The words before the number, or before the row of numbers that it stands in."""
    at = start - 1
    while at >= 0 and (not tokens[at].word or tokens[at].key in MAGNITUDES or _within_row(tokens, at, spoken)):
        at -= 1
    words = [token for token in tokens[max(at - 1, 0) : at + 1] if token.word]
    while len(words) > 1 and words[0].key in spoken.stop_words:
        words.pop(0)
    label = " ".join(token.text for token in words) or "number"
    return label, fold(label)


def _within_row(tokens: Sequence[Token], at: int, spoken: Language) -> bool:
    """Whether the word stands between two numbers: 'Sales 39.7 million vs 33.5 million'."""
    before = tokens[at - 1] if at else None
    return tokens[at].key in spoken.stop_words and before is not None and (before.numeric or before.key in MAGNITUDES)


def _stem(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") else word


def _harm(tokens: Sequence[Token], number: Number, first: int, spoken: Language) -> str | None:
    """The kind of harm whose word is nearest, with no other number and no end of a clause between."""
    noun = _noun(tokens, number)
    if noun is not None and (noun.key in spoken.not_people or (noun.glued and not spoken.harm_in(noun.key))):
        return None
    behind = tokens[max(first - _REACH_BEFORE, 0) : first][::-1]
    if behind and behind[0].key in spoken.elsewhere:
        behind = []
    ahead = _nearest(tokens[number.end : number.end + _REACH_AFTER], spoken, verb=True)
    near = [found for found in (ahead, _nearest(behind, spoken)) if found]
    if near:
        return min(near, key=lambda found: found[0])[1]
    before = tokens[max(first - _REACH_TOLL, 0) : first]
    toll = before and before[-1].key in spoken.arrived and any(token.key in spoken.toll for token in before)
    return "killed" if toll else None


def _nearest(tokens: Sequence[Token], spoken: Language, *, verb: bool = False) -> tuple[int, str] | None:
    """The first word for harm and how far off it is; none that is the `verb` of the number after it."""
    for distance, token in enumerate(tokens):
        if token.numeric or token.text in _STOPS:
            return None
        if kind := spoken.harm_in(token.key):
            following = tokens[distance + 1 : distance + 2]
            its_own = verb and distance > 1 and any(each.numeric or each.key in spoken.numbers for each in following)
            return None if its_own else (distance, kind)
    return None
