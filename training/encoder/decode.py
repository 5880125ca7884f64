"""From scores to names: the best sequence of tags in which no name begins inside."""

import numpy as np

from training.encoder.labels import TAGS

_FORBIDDEN = np.zeros((len(TAGS), len(TAGS)), np.float32)
"""(before, after): I-x only after B-x or I-x."""
for _after, _tag in enumerate(TAGS):
    if _tag.startswith("I-"):
        _FORBIDDEN[:, _after] = -1e6
        _FORBIDDEN[_after - 1 : _after + 1, _after] = 0
_FIRST = np.array([-1e6 if tag.startswith("I-") else 0 for tag in TAGS], np.float32)


def best(scores: np.ndarray) -> list[int]:
    """Tags, by number, of the pieces of a sentence: `scores` is (pieces, tags)."""
    if not len(scores):
        return []
    total, back = scores[0] + _FIRST, []
    for each in scores[1:]:
        ways = total[:, None] + _FORBIDDEN
        chosen = ways.argmax(0)
        back.append(chosen)
        total = ways[chosen, np.arange(len(TAGS))] + each
    path = [int(total.argmax())]
    for chosen in reversed(back):
        path.append(int(chosen[path[-1]]))
    return path[::-1]


def spans(tags: list[str]) -> set[tuple[int, int, str]]:
    """(first piece, last piece, kind) of each name; an I- that nothing begins begins one."""
    found: set[tuple[int, int, str]] = set()
    start, kind = -1, ""
    for number, tag in enumerate([*tags, "O"]):
        mark, _, new = tag.partition("-")
        if start >= 0 and (mark != "I" or new != kind):
            found.add((start, number - 1, kind))
            start = -1
        if mark == "B" or (mark == "I" and start < 0):
            start, kind = number, new
    return found
