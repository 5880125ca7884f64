"""Figures: the amounts that a story gives, with unit, value, qualifier and what they count or measure.

Units: ISO 4217 for money; '%', 'pp' (percentage points), 'bp' (basis points), 'pt' (points of an index); the SI symbols
and the others of data/units.tsv, durations 's', 'min', 'h', 'd', 'wk', 'mo', 'a'; counts have none. The copy's own unit
stays: miles are not turned into kilometres. A fraction ('a third of the seats') is a percentage.

Years, dates, clock times, ages, ordinals, scores and numbers in names are no figures. Text that is not English gives
only digits with the sign of a currency, of per cent or of a unit.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from pipeline.enrichers.analysis import Analysis
from pipeline.enrichers.figure_amounts import Amount, amount, ranged
from pipeline.enrichers.figure_checks import is_no_figure, outside
from pipeline.enrichers.figure_nouns import counted, forward, measured
from pipeline.enrichers.figure_signs import signed_figures
from pipeline.enrichers.figure_units import signs
from pipeline.enrichers.figure_words import figure_words
from pipeline.enrichers.language import ENGLISH
from pipeline.enrichers.numerals import SMALL, VAGUE
from pipeline.enrichers.phrases import at, before
from pipeline.enrichers.time_dates import is_year
from pipeline.enrichers.times import story_day, times
from pipeline.enrichers.words import Words, ends_sentence, words
from pipeline.story import Figure, FigureKind, Qualifier, Span, Story

NAME, VERSION = "figures", "1"
_STARTS = SMALL.keys() | VAGUE.keys() | {"a", "an", "half", "minus", "several", "few", "-", "−"}
_NO_LOW: frozenset[Qualifier] = frozenset(["less than", "at most"])
_NO_HIGH: frozenset[Qualifier] = frozenset(["at least", "more than"])
_MASSES: frozenset[FigureKind] = frozenset(["money", "weight", "volume", "energy"])
_PARTITIVE = frozenset(["them", "whom", "those", "the", "its", "their", "his", "her", "our", "these"])
_EXACT, _VAGUE, _BARE = 0.9, 0.8, 0.7
"""Confidence in an amount with its unit or noun, in a vague one, and in a number alone."""


@dataclass(frozen=True, slots=True)
class _Found:
    """A figure in the words from `first` to `last`, included."""

    amount: Amount
    kind: FigureKind
    last: int
    of: str | None
    confidence: float = _EXACT


def run(analysis: Analysis) -> Story:
    """The story with its figures, in the order of the text."""
    story = analysis.story
    home = [place.country for place in sorted(story.places, key=lambda place: not place.dateline) if place.country]
    if story.language in (None, ENGLISH):
        whens = times(analysis.text, story_day(story))
        found = figures(analysis.text, home=home, other=[when.span for when in whens])
    else:
        found = signed_figures(analysis.text, story.language)
    return replace(story, figures=found)


def figures(text: str, *, home: Sequence[str] = (), other: Sequence[Span] = ()) -> tuple[Figure, ...]:
    """The figures of an English text. `home` are its countries, whose currencies are meant where several have the
    name; `other` are pieces that hold no figures, such as dates."""
    read = words(text)
    return tuple(_figures(read, home, outside(read, other)))


def _figures(read: Words, home: Sequence[str], taken: bytearray) -> Iterator[Figure]:
    before_: _Found | None = None
    done = -1
    starts = _starts()
    for index, word in enumerate(read.lower):
        if index <= done or not (word in starts or word[0].isdecimal()) or taken[index]:
            continue
        for each in _at(read, index, home):
            found = _again(read, each, before_)
            if found.kind == "count" and found.amount.low % 1:  # 'fell to 5.58 per dollar'
                continue
            if found.kind in _MASSES:
                before_ = found
            done = found.last
            yield _figure(read, found)


@cache
def _starts() -> frozenset[str]:
    """The words and signs by which a figure may begin, but for digits."""
    return frozenset(_STARTS) | signs()


def _again(read: Words, found: _Found, before_: _Found | None) -> _Found:
    """The figure, in the unit of the one before in its sentence where it is a bare number: '$9 million, of which 2
    million'."""
    unit = before_.amount.unit if before_ else None
    number = found.amount.number
    again = number.scale > 1 or read.at(number.first - 1) in ("from", "against")
    if before_ is None or unit is None or found.amount.unit or found.of or not again:
        return found
    if any(ends_sentence(read, index) for index in range(before_.last + 1, found.amount.first)):
        return found
    return replace(found, amount=replace(found.amount, unit=unit), kind=unit.kind)


def _at(read: Words, index: int, home: Sequence[str]) -> list[_Found]:
    """The figure that begins with the word there: none, one, or the two of 'from 3 to 4 percent'."""
    first = amount(read, index, home)
    if first is None:
        return []
    joined = None
    if not _changes_by(read, first) and read.at(index - 1) not in ("from", "voted"):
        joined = ranged(read, first, home, read.at(index - 1) == "between")
    if is_no_figure(read, joined or first):
        return []
    if read.at(index - 1) == "from" and read.at(first.last + 1) == "to":
        return _from_to(read, first, home)
    found = _classified(read, joined or first)
    return [found] if found else []


def _from_to(read: Words, first: Amount, home: Sequence[str]) -> list[_Found]:
    """The two ends of a change, or of a range that is told like one; the first has the second's unit or noun."""
    second = amount(read, first.last + 2, home)
    found = _classified(read, second) if second else None
    if second is None or found is None:
        alone = _classified(read, first)
        return [alone] if alone else []
    unit = first.unit or second.unit
    if first.unit is None and unit is not None and first.number.scale == 1 and first.low < second.low:
        scale = second.number.scale if first.low < second.low / second.number.scale else 1
        first = replace(
            first, low=first.low * unit.factor * scale, high=(first.high or first.low) * unit.factor * scale
        )
    before_ = _Found(replace(first, unit=unit), found.kind, first.last, found.of, found.confidence)
    return [before_, found]


def _changes_by(read: Words, first: Amount) -> bool:
    """Whether a verb of change makes of 'rose 3 percent to 40 percent' two figures."""
    if first.unit is None or first.unit.kind == "duration":
        return False
    return any(read.at(first.first - back) in figure_words().changes for back in (1, 2, 3))


def _classified(read: Words, found: Amount) -> _Found | None:
    if found.unit is not None:
        return _with_unit(read, found)
    if found.number.written == "fraction":
        return _fraction(read, found)
    return _count(read, found) or _bare(read, found)


def _with_unit(read: Words, found: Amount) -> _Found | None:
    assert found.unit is not None
    if found.low == 1 and found.number.written == "words" and found.number.first == found.number.last:
        article = read.at(found.first) in ("a", "an")
        if (article or found.unit.kind == "duration") and _qualifier(read, found)[0] is None:
            return None  # 'a year', 'one day'
    kind = found.unit.kind
    of = None if kind == "duration" else measured(read, found.first, found.last, money=kind == "money")
    return _Found(found, kind, found.last, of, _VAGUE if found.number.written == "vague" else _EXACT)


def _fraction(read: Words, found: Amount) -> _Found | None:
    """'a third of the seats', 'by half': not 'a third man', 'the second half'."""
    after, word = read.at(found.last + 1), read.at(found.first - 1)
    several = (
        found.low not in (0.5, 1 / 3, 0.25) and found.last > found.first and read.at(found.first) not in ("a", "an")
    )
    if word in ("first", "second", "other", "top", "bottom", "better", "the") or (
        after == "-" and read.adjoin(found.last)
    ):
        return None
    if not (
        several or after in ("of", "the", "its", "their", "his", "all") or word == "by" or _qualifier(read, found)[0]
    ):
        return None
    share = replace(found, low=found.low * 100, high=found.low * 100)
    return _Found(share, "percent", found.last, measured(read, found.first, found.last, money=False))


def _count(read: Words, found: Amount) -> _Found | None:
    """A number with the noun that it counts."""
    index = found.last + 1
    if later := at(read, index, figure_words().after):
        index = later[1] + 1  # '12 or more people'
    if read.at(index) == "of" and found.number.written == "vague":
        index += 1
    one = found.low == 1 and found.number.written == "words"
    noun = counted(read, index, one)
    if noun is None or (_looks_like_year(read, found) and _qualifier(read, found)[0] is None):
        return None
    if read.at(noun[0]) == "'" or (found.number.written == "words" and read.at(index) == "of"):
        return None
    confidence = _VAGUE if found.number.written == "vague" else _EXACT
    return _Found(found, "count", noun[1], read.slice(*noun), confidence)


def _looks_like_year(read: Words, found: Amount) -> bool:
    return found.first == found.last and is_year(read, found.first)


def _bare(read: Words, found: Amount) -> _Found | None:
    """A number alone, where the words around say that it counts: 'killing four', 'nine of them', 'rose to 23'."""
    after, word = read.at(found.last + 1), read.at(found.first - 1)
    of_all = word in ("the", "these", "those") and after not in figure_words().harmed
    if _looks_like_year(read, found) or of_all or _is_ratio(read, found):
        return None
    vague = found.number.written == "vague"
    says = (
        (vague and (found.last > found.first or read.at(found.first) not in ("scores", "tens")))
        or after in figure_words().harmed
        or word in figure_words().harming
        or _befallen(read, found.last)
        or (after == "of" and read.at(found.last + 2) in _PARTITIVE and found.low > 1)
        or (after == "of" and (read.at(found.last + 2)[:1].isdecimal() or read.at(found.last + 2) in SMALL))
        or _is_counted(read, found)
    )
    of = forward(read, found.last + 2) if after == "of" else None
    return _Found(found, "count", found.last, of, _BARE) if says else None


def _is_ratio(read: Words, found: Amount) -> bool:
    """'1 in 10'."""
    before_, after = read.at(found.first - 1), read.at(found.last + 1)
    return (after == "in" and read.at(found.last + 2)[:1].isdecimal()) or (
        before_ == "in" and read.at(found.first - 2)[:1].isdecimal()
    )


def _befallen(read: Words, last: int) -> bool:
    """'12 were killed', 'two died'."""
    if read.at(last + 1) in ("died", "perished", "drowned"):
        return True
    if read.at(last + 1) not in ("were", "was", "are", "is", "more", "others", "have", "had"):
        return False
    return any(read.at(last + ahead) in figure_words().harmed for ahead in (2, 3, 4))


def _is_counted(read: Words, found: Amount) -> bool:
    """Whether a scale, a qualifier, 'were', or a word like 'toll' a few words before makes a bare number a figure."""
    first, digits = found.first, found.number.written == "digits"
    if digits and (
        found.number.scale > 1 or "," in read.lower[found.number.first] or read.at(found.last + 1) == "were"
    ):
        return True
    if digits and read.at(first - 1) in ("from", "against") and "." in read.lower[found.number.first]:
        return True  # of money, where it stands beside some: '1.80 euros from 2.75'
    if digits and read.at(first - 1) not in ("over", "under", "about", "around") and _qualifier(read, found)[0]:
        return True
    near = any(read.at(first - back) in figure_words().counting for back in range(1, 9))
    return near and (digits or read.at(first - 1) in ("to", "at"))


def _qualifier(read: Words, found: Amount, last: int | None = None) -> tuple[Qualifier | None, bool]:
    """The qualifier before or after, and whether the one is 'or more' and the like."""
    first = found.first - 1 if read.at(found.first - 1) in ("another", "further", "additional") else found.first
    if said := before(read, first, figure_words().before):
        qualifier, at_ = said
        duration = found.unit is not None and found.unit.kind == "duration"
        if not (duration and read.lower[at_] in ("over", "under")):
            return qualifier, False
    for index in (found.last, found.last if last is None else last):
        if later := at(read, index + 1, figure_words().after):
            return later[0], True
    return None, False


def _figure(read: Words, found: _Found) -> Figure:
    each = found.amount
    first = each.first - 1 if read.at(each.first - 1) == "between" and each.low != each.high else each.first
    qualifier, _ = _qualifier(read, each, found.last)
    start, end = read.starts[first], read.ends[found.last]
    return Figure(
        kind=found.kind,
        span=Span(text=read.text[start:end], start=start, end=end),
        low=None if qualifier in _NO_LOW else each.low,
        high=None if qualifier in _NO_HIGH else each.high,
        unit=each.unit.symbol if each.unit else "%" if found.kind == "percent" else None,
        qualifier=qualifier,
        of=found.of,
        confidence=found.confidence,
        component=NAME,
    )
