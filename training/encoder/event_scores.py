"""How well what happened is told: types of triggers, statuses and roles, piece by piece."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import torch

from training.encoder.data import Document
from training.encoder.labels import ROLES, STATUSES, TRIGGERS
from training.encoder.model import Encoder, pieces, roles, tokenizer
from training.encoder.windows import batches, windows

Counts = dict[str, tuple[int, int, int]]
"""By class what was found rightly, found, and to be found."""


def score(encoder: Encoder, documents: Sequence[Document]) -> Mapping[str, Counts]:
    """Triggers by type; of the triggers to be found the statuses, and the roles of the pieces of their sentences."""
    encoder.eval()
    pairs: dict[str, list[tuple[str, str]]] = {"triggers": [], "statuses": [], "roles": []}
    with torch.no_grad():
        for batch, _ in batches(list(windows(tokenizer(), documents, (128,), 0)), 4_096, None):
            _, kinds, statuses, teller, party = pieces(encoder, batch)
            pairs["triggers"] += _named(kinds.argmax(-1).tolist(), batch.kinds.tolist(), TRIGGERS)
            if len(batch.told):
                told, of = torch.from_numpy(batch.told), torch.from_numpy(batch.pairs)
                pairs["statuses"] += _named(statuses[told].argmax(-1).tolist(), batch.statuses.tolist(), STATUSES)
                found = roles(encoder, teller[told[of[:, 0]]], party[of[:, 1]]).argmax(-1)
                pairs["roles"] += _named(found.tolist(), of[:, 2].tolist(), ROLES)
    return {name: _counts(each) for name, each in pairs.items()}


def _named(found: Iterable[int], wanted: Iterable[int], names: Sequence[str]) -> list[tuple[str, str]]:
    return [(names[ours], names[theirs]) for ours, theirs in zip(found, wanted, strict=True) if theirs >= 0]


def _counts(pairs: Sequence[tuple[str, str]]) -> Counts:
    right = Counter(ours for ours, theirs in pairs if ours == theirs)
    found, wanted = Counter(ours for ours, _ in pairs), Counter(theirs for _, theirs in pairs)
    return {name: (right[name], found[name], wanted[name]) for name in sorted(wanted | found) if name != "none"}
