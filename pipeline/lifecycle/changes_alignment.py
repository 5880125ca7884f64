"""Which paragraphs of two bodies are the same, wherever they stand, and which came, went or were rewritten.

Equal paragraphs, then equal sentences are matched wherever they stand, so that paragraphs moved, split or joined are no
change. What is left is paired by the words it shares: a paragraph that keeps a sentence, or half of its words, was
rewritten; the leads of two versions tell the same news and pair with less. Everything is linear in the length of the
bodies but the pairing, of `MOST_PAIRED` paragraphs a side.

Bodies longer than LONGEST_BODY are compared in part: what they begin and end alike is left out first; of the rest the
first LONGEST_BODY characters are looked at, and no paragraph is said to have come or gone that the other body holds.
"""

from bisect import bisect_left
from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

from pipeline.lifecycle.changes_text import Paragraph, lead, paragraphs, plain, sentences, words

LONGEST_BODY = 100_000
"""Code points of a body that are compared."""
MOST_UNEQUAL = 1_000
"""Paragraphs a side that are not on the other side as they are; more are not looked at."""
MOST_PAIRED = 100
"""Paragraphs a side that are paired by their words; of more, the rest counts as come and gone."""
REWRITTEN = 0.4
"""Share of the words (Dice) from which two paragraphs are one rewritten; unrelated ones share a quarter."""
_LEAD_REWRITTEN = 0.25
_WORDS = 300
"""Words of a paragraph that are compared."""
_DISTINCTIVE = 4
"""Words of a sentence from which it is taken for the same sentence in another paragraph; 'Nov.' tells nothing."""
_MOST_PARTNERS = 8
_GAP = "\n\n"

Spot = tuple[int, int]
"""A sentence: the number of its paragraph, and its own in there."""
Pair = tuple[int, int]
"""A paragraph before and one after, by their numbers."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A paragraph that changed, without the sentences of it that now stand, or stood, in other paragraphs."""

    text: str
    paragraph: Paragraph


@dataclass(frozen=True, slots=True)
class Alignment:
    """What became of the paragraphs, each list in the order of the text."""

    added: tuple[Passage, ...] = ()
    removed: tuple[Passage, ...] = ()
    rewritten: tuple[tuple[Passage, Passage], ...] = ()
    """Before, after; in the order of the newer text."""


@dataclass(slots=True)
class _Side:
    """The paragraphs of one version that are not in the other as they are."""

    paragraphs: list[Paragraph]
    lead: int | None
    sentences: list[list[str]] = field(init=False)
    mates: dict[Spot, int] = field(default_factory=dict)
    """The paragraph of the other side that holds the same sentence."""
    found: set[Spot] = field(default_factory=set)
    """Sentences that are somewhere on the other side."""

    def __post_init__(self) -> None:
        self.sentences = [sentences(each.text) for each in self.paragraphs]

    def fresh(self, number: int) -> bool:
        """Whether a sentence of the paragraph is nowhere on the other side."""
        return any((number, n) not in self.found for n in range(len(self.sentences[number])))

    def news(self, number: int) -> str:
        """The sentences of the paragraph that are nowhere on the other side."""
        return " ".join(text for n, text in enumerate(self.sentences[number]) if (number, n) not in self.found)

    def passage(self, number: int, partner: int | None) -> Passage:
        """What the paragraph holds that did not go to, or come from, other paragraphs than `partner`."""
        kept = (
            text for n, text in enumerate(self.sentences[number]) if self.mates.get((number, n), partner) == partner
        )
        return Passage("".join(kept).strip(), self.paragraphs[number])


def align(before: str, after: str) -> Alignment:
    """What became of the paragraphs of the body `before` in `after`."""
    whole = max(len(before), len(after)) <= LONGEST_BODY
    start, ending = (0, 0) if whole else _alike(before, after)
    old = paragraphs(before, start, min(len(before) - ending, start + LONGEST_BODY))
    new = paragraphs(after, start, min(len(after) - ending, start + LONGEST_BODY))
    old, new = _unequal(old, new)
    if not whole:
        old, new = _absent(old, after, start), _absent(new, before, start)
    return _paired(_side(old, before), _side(new, after))


def likeness(one: str, other: str) -> float:
    """The share of their words that two passages have in common, repetitions counted (Dice), 0 to 1."""
    return _shared(_bag(one), _bag(other))


def _alike(before: str, after: str) -> tuple[int, int]:
    """How many characters the two begin alike, up to the end of a paragraph, and then how many they end alike."""
    lengths = range(1, min(len(before), len(after)) + 1)
    start = bisect_left(lengths, True, key=lambda n: before[:n] != after[:n])
    start = max(before.rfind(_GAP, 0, start), 0)
    lengths = range(1, min(len(before), len(after)) - start + 1)
    end = bisect_left(lengths, True, key=lambda n: before[-n:] != after[-n:])
    gap = before.find(_GAP, len(before) - end)
    return start, len(before) - gap if gap >= 0 else 0


def _unequal(old: list[Paragraph], new: list[Paragraph]) -> tuple[list[Paragraph], list[Paragraph]]:
    """The paragraphs that are not on the other side, each as often as it is not."""
    old_keys, new_keys = [plain(each.text) for each in old], [plain(each.text) for each in new]
    left_old, left_new = Counter(old_keys), Counter(new_keys)
    common = left_old & left_new
    return _without(old, old_keys, common)[:MOST_UNEQUAL], _without(new, new_keys, common)[:MOST_UNEQUAL]


def _without(side: Sequence[Paragraph], keys: Sequence[str], common: Counter[str]) -> list[Paragraph]:
    left, kept = Counter(common), []
    for each, key in zip(side, keys, strict=True):
        if left[key]:
            left[key] -= 1
        elif key:
            kept.append(each)
    return kept


def _absent(side: Sequence[Paragraph], other: str, start: int) -> list[Paragraph]:
    """The first paragraphs that do not stand in the other body, looked for in twice the length that is compared."""
    near = f"{_GAP}{other[start : start + 2 * LONGEST_BODY].strip()}{_GAP}"
    return [each for each in side[:MOST_PAIRED] if f"{_GAP}{each.text}{_GAP}" not in near]


def _side(left: list[Paragraph], body: str) -> _Side:
    first = lead(body)
    return _Side(left, next((n for n, each in enumerate(left) if first and each.start == first.start), None))


def _paired(old: _Side, new: _Side) -> Alignment:
    links = _match(old, new)
    pairs = dict(_best(_candidates(old, new, links)))
    partners = {j: i for i, j in pairs.items()}
    rewritten = [
        (old.passage(i, j), new.passage(j, i)) for j, i in sorted(partners.items()) if old.fresh(i) or new.fresh(j)
    ]
    return Alignment(
        added=tuple(_alone(new, partners)),
        removed=tuple(_alone(old, pairs)),
        rewritten=tuple(pair for pair in rewritten if plain(pair[0].text) != plain(pair[1].text)),
    )


def _alone(side: _Side, paired: Mapping[int, int]) -> Iterator[Passage]:
    for number in range(len(side.paragraphs)):
        if number not in paired and side.fresh(number):
            yield side.passage(number, None)


def _match(old: _Side, new: _Side) -> Counter[Pair]:
    """Match the sentences that are the same; the pairs of paragraphs that share some, with their characters."""
    links: Counter[Pair] = Counter()
    there = _places(new)
    common = {key: (spots, there[key]) for key, spots in _places(old).items() if key in there}
    repeated = []
    for key, (left, right) in common.items():
        if len(left) == len(right) == 1 and len(words(key, _DISTINCTIVE)) == _DISTINCTIVE:
            _mate(old, new, left[0], right[0])
            links[left[0][0], right[0][0]] += len(key)
        else:
            repeated.append((left, right))
    partners: dict[int, list[int]] = defaultdict(list)
    for (i, j), _ in links.most_common():
        partners[i].append(j)
    for left, right in repeated:
        _match_repeated(old, new, (left, right), partners)
    return links


def _match_repeated(
    old: _Side, new: _Side, spots: tuple[list[Spot], list[Spot]], partners: Mapping[int, list[int]]
) -> None:
    """Match short and repeated sentences in paragraphs that share others; the rest is found, but links nothing."""
    waiting: dict[int, deque[Spot]] = defaultdict(deque)
    for spot in spots[1]:
        waiting[spot[0]].append(spot)
    unmatched = []
    for spot in spots[0]:
        partner = next((j for j in partners.get(spot[0], ())[:_MOST_PARTNERS] if waiting.get(j)), None)
        if partner is None:
            unmatched.append(spot)
        else:
            _mate(old, new, spot, waiting[partner].popleft())
    for left, right in zip(unmatched, (spot for each in waiting.values() for spot in each), strict=False):
        old.found.add(left)
        new.found.add(right)


def _mate(old: _Side, new: _Side, left: Spot, right: Spot) -> None:
    old.mates[left], new.mates[right] = right[0], left[0]
    old.found.add(left)
    new.found.add(right)


def _places(side: _Side) -> dict[str, list[Spot]]:
    places: dict[str, list[Spot]] = defaultdict(list)
    for number, pieces in enumerate(side.sentences):
        for n, piece in enumerate(pieces):
            places[plain(piece)].append((number, n))
    return places


def _candidates(old: _Side, new: _Side, links: Iterable[Pair]) -> dict[Pair, float]:
    """The pairs that may be one paragraph rewritten, with their likeness.

    First, above 1, those whose new sentences are alike; then those that share old ones, for what was cut or put in.
    """
    found = {(i, j): likeness(old.paragraphs[i].text, new.paragraphs[j].text) for i, j in links}
    left = {n: _bag(old.news(n)) for n in range(len(old.paragraphs)) if old.fresh(n)}
    right = {n: _bag(new.news(n)) for n in range(len(new.paragraphs)) if new.fresh(n)}
    for i, j in product(list(left)[:MOST_PAIRED], list(right)[:MOST_PAIRED]):
        alike = _shared(left[i], right[j])
        if alike >= (_LEAD_REWRITTEN if i == old.lead and j == new.lead else REWRITTEN):
            found[i, j] = 1 + alike
    return found


def _best(candidates: Mapping[Pair, float]) -> Iterator[Pair]:
    """The most alike first, each paragraph once; of equals those that stand alike in their texts."""
    used_old, used_new = set(), set()
    for i, j in sorted(candidates, key=lambda pair: (-candidates[pair], sum(pair), abs(pair[0] - pair[1]), pair)):
        if i not in used_old and j not in used_new:
            used_old.add(i)
            used_new.add(j)
            yield i, j


def _bag(text: str) -> frozenset[tuple[str, int]]:
    """The words, each with how often it has come: the common part of two bags counts repetitions."""
    seen: Counter[str] = Counter()
    bag = []
    for word in words(text, _WORDS):
        seen[word] += 1
        bag.append((word, seen[word]))
    return frozenset(bag)


def _shared(one: frozenset[tuple[str, int]], other: frozenset[tuple[str, int]]) -> float:
    return 2 * len(one & other) / (len(one) + len(other) or 1)
