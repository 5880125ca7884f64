"""Sentences packed into windows, and windows into batches, as numbers for the encoder."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from tokenizers import Tokenizer

from training.encoder.data import Document, Sentence
from training.encoder.labels import TAGS

CASES = 8
"""0 for what is no piece, then lower, title, upper, one capital, mixed, digits, marks."""


@dataclass(frozen=True, slots=True)
class Window:
    """`[CLS] s1 [SEP] s2 [SEP] ...`; of each piece the place of its first sub-word."""

    ids: list[int]
    cases: list[int]
    firsts: list[int]
    sentences: list[Sentence]


def case(piece: str) -> int:
    """Its class of CASES; the encoder's own vocabulary is all lower case."""
    if not piece[0].isalnum():
        return 7
    if any(character.isdigit() for character in piece):
        return 6
    if piece.islower():
        return 1
    if piece.isupper():
        return 4 if len(piece) == 1 else 3
    return 2 if piece[0].isupper() and piece[1:].islower() else 5 if piece != piece.lower() else 1


def windows(tokenizer: Tokenizer, documents: Sequence[Document], longest: Sequence[int], seed: int) -> Iterator[Window]:
    """Whole sentences of a document together, up to a length drawn from `longest`; a longer sentence is cut."""
    chance = random.Random(seed)
    begin, end = tokenizer.token_to_id("[CLS]"), tokenizer.token_to_id("[SEP]")
    for document in documents:
        limit = chance.choice(longest)
        window = Window([begin], [0], [], [])
        for sentence in document:
            ids, cases, firsts = encoded(tokenizer, sentence)
            if len(window.ids) + len(ids) + 1 > limit and window.sentences:
                yield window
                limit, window = chance.choice(longest), Window([begin], [0], [], [])
            keep = max(limit, 64) - 2
            whole = [first for first in firsts if first < keep]
            window.firsts.extend(len(window.ids) + first for first in whole)
            window.ids.extend((*ids[:keep], end))
            window.cases.extend((*cases[:keep], 0))
            window.sentences.append(_cut(sentence, len(whole)))
        if window.sentences:
            yield window


def _cut(sentence: Sentence, length: int) -> Sentence:
    events = sentence.events
    if events is not None:
        events = tuple(replace(each, roles=each.roles[:length]) for each in events if each.at < length)
    return Sentence(sentence.pieces[:length], sentence.tags[:length], events)


def encoded(tokenizer: Tokenizer, sentence: Sentence) -> tuple[list[int], list[int], list[int]]:
    """Sub-words, their case classes, and where each piece begins."""
    ids: list[int] = []
    cases: list[int] = []
    firsts: list[int] = []
    coded = tokenizer.encode(list(sentence.pieces), is_pretokenized=True, add_special_tokens=False)
    last = -1
    for id_, word in zip(coded.ids, coded.word_ids, strict=True):
        if word != last:
            # A piece of which the vocabulary makes nothing keeps its place.
            firsts.extend([len(ids)] * (word - last))
            last = word
        ids.append(id_)
        cases.append(case(sentence.pieces[word]))
    while len(firsts) < len(sentence.pieces):
        firsts.append(max(len(ids) - 1, 0))
    return ids, cases, firsts


@dataclass(frozen=True, slots=True)
class Batch:
    """Arrays of (windows, sub-words), padded; of the pieces at `rows` and `columns` the tags that are `allowed`
    (pieces, tags), all false where unknown, and the number of what each tells, -1 where unknown.

    Of each event the number of the piece that tells it, its status, and for every piece of its sentence a pair: the
    event, the piece and the role.
    """

    ids: np.ndarray
    cases: np.ndarray
    mask: np.ndarray
    rows: np.ndarray
    columns: np.ndarray
    allowed: np.ndarray
    kinds: np.ndarray
    told: np.ndarray
    statuses: np.ndarray
    pairs: np.ndarray


def batches(found: Sequence[Window], tokens: int, seed: int | None) -> Iterator[tuple[Batch, list[Window]]]:
    """Windows of like length together, about `tokens` sub-words a batch; shuffled where there is a seed."""
    order = sorted(found, key=lambda window: len(window.ids))
    groups: list[list[Window]] = [[]]
    for window in order:
        if groups[-1] and (len(groups[-1]) + 1) * len(window.ids) > tokens:
            groups.append([])
        groups[-1].append(window)
    if seed is not None:
        random.Random(seed).shuffle(groups)
    for group in groups:
        yield batch(group), group


def batch(group: Sequence[Window]) -> Batch:
    """The arrays of some windows."""
    width = max(len(window.ids) for window in group)
    ids, cases, mask = (np.zeros((len(group), width), np.int64) for _ in range(3))
    for row, window in enumerate(group):
        ids[row, : len(window.ids)], cases[row, : len(window.ids)] = window.ids, window.cases
        mask[row, : len(window.ids)] = 1
    rows = np.array([row for row, window in enumerate(group) for _ in window.firsts], np.int64)
    columns = np.array([first for window in group for first in window.firsts], np.int64)
    tags = [allowed for window in group for sentence in window.sentences for allowed in sentence.tags]
    allowed = np.zeros((len(tags), len(TAGS)), bool)
    for number, each in enumerate(tags):
        allowed[number, list(each)] = True
    return Batch(ids, cases, mask, rows, columns, allowed, *_events(group))


def _events(group: Sequence[Window]) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    kinds: list[int] = []
    told: list[int] = []
    statuses: list[int] = []
    pairs: list[tuple[int, int, int]] = []
    for sentence in (sentence for window in group for sentence in window.sentences):
        base = len(kinds)
        kinds.extend([-1 if sentence.events is None else 0] * len(sentence.pieces))
        for event in sentence.events or ():
            kinds[base + event.at] = event.kind
            pairs.extend((len(told), base + number, role) for number, role in enumerate(event.roles))
            told.append(base + event.at)
            statuses.append(event.status)
    return np.array(kinds), np.array(told, int), np.array(statuses, int), np.array(pairs, int).reshape(-1, 3)
