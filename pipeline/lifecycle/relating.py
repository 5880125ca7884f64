"""From a batch of records, and the stories that they may be related to, to groups and threads.

Groups do not depend on the order of arrival (groups.py). Threads do, since what has a thread keeps it: a story joins
what is known when it comes, and later stories do not bring it elsewhere. In which order the stories of one batch come,
and where batches are cut, makes no difference beyond that. A group is one member of its thread: all its copies are in
the same thread, and copies alone make none.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from pipeline.lifecycle.groups import regroup
from pipeline.lifecycle.relations import Node, Record, Version, hours_apart, node_id, same_news
from pipeline.lifecycle.threads import choose

MOST_DUPLICATES, MOST_THREADS = 60, 40
"""Stories that a story is compared with, those that share most bands or keys with it: so many that are known, and as
many of its batch."""
THREAD_WINDOW = timedelta(days=10)
"""Stories further apart are not of one thread."""

Placing = tuple[str | None, str | None]
"""Group and thread, by the ids of their founders' nodes."""


@dataclass(frozen=True, slots=True)
class Relations:
    """Where the stories belong, as far as `nodes` tells."""

    nodes: Mapping[str, Node]
    """As they are stored, but with what the batch adds to them."""
    founders: Mapping[str, str]
    """See groups.regroup."""
    threads: dict[str, str]
    """The thread of each group, by its founder, and of each story without a group, by its own id."""

    def unit(self, one: str) -> str:
        """The founder of the story's group, or the story itself."""
        return self.founders.get(one, self.nodes[one].group or one)

    def placing(self, one: str) -> Placing:
        """Where the story belongs now."""
        return self.founders.get(one, self.nodes[one].group), self.threads.get(self.unit(one))

    def moved(self, one: str) -> bool:
        """Whether it belongs elsewhere than is stored."""
        node = self.nodes[one]
        return self.placing(one) != (node.group, node.thread)

    def moves(self) -> dict[str, Placing]:
        """By the founder of each group whose stored members, loaded or not, belong elsewhere: where."""
        return {node.group: self.placing(one) for one, node in self.nodes.items() if node.group and self.moved(one)}


@dataclass(frozen=True, slots=True)
class Candidates:
    """Which of the known stories each story of a batch is to be compared with, by ids; the likeliest first."""

    duplicates: Mapping[str, Sequence[str]]
    threads: Mapping[str, Sequence[str]]


def duplicate_pairs(batch: Sequence[Record], nodes: Mapping[str, Node], candidates: Candidates) -> set[tuple[str, str]]:
    """Each pair of a record's story and a near-duplicate of that version; of one group no more than one member."""
    own = {node_id(said.uri) for said in batch}
    by_band = _inverted((one, nodes[one].bands) for one in own)
    found: set[tuple[str, str]] = set()
    for said in batch:
        if said.fingerprint is None:
            continue
        one, joined = node_id(said.uri), set[str]()
        version = Version(revision=said.revision, time=said.time, fingerprint=said.fingerprint)
        mates = _sharing(by_band, said.fingerprint.bands, MOST_DUPLICATES)
        for other in dict.fromkeys([*candidates.duplicates.get(one, ()), *mates]):
            group = nodes[other].group
            if other != one and group not in joined and same_news(version, nodes[other]):
                found.add((one, other))
                joined |= {group} if group else set()
    return found


def relate(
    stories: Sequence[str], nodes: Mapping[str, Node], pairs: Iterable[tuple[str, str]], candidates: Candidates
) -> tuple[Relations, set[str]]:
    """Groups and threads after the batch, and the stories besides its own that it was found to be related to.

    `nodes` hold what `pairs` and `candidates` name, and the founders of the groups of the stories in pairs. `stories`:
    those whose newest version came with the batch, in order; the threads of the others stay.
    """
    near = {one for pair in pairs for one in pair}
    now = Relations(nodes, regroup(nodes, pairs), {})
    for one in sorted(nodes, key=lambda each: (nodes[each].first, nodes[each].uri)):
        if thread := nodes[one].thread:
            now.threads.setdefault(now.unit(one), thread)
    by_key = _inverted((one, nodes[one].keys) for one in stories)
    for one in stories:
        mates = _sharing(by_key, nodes[one].keys, MOST_THREADS)
        near |= _thread(now, one, [*candidates.threads.get(one, ()), *mates])
    return now, near


def _thread(now: Relations, one: str, candidates: Iterable[str]) -> set[str]:
    """Give the story a thread, or leave it alone; the stories that it found one together with."""
    node, mine = now.nodes[one], now.unit(one)
    if node.traits is None:
        return set()
    others = [other for other in dict.fromkeys(candidates) if now.unit(other) != mine]
    current = now.threads.get(mine)
    asked = [
        (traits, now.threads.get(now.unit(other), now.unit(other)), hours_apart(node, now.nodes[other]))
        for other in others
        if (traits := now.nodes[other].traits)
    ]
    chosen = choose(node.traits, asked, current)
    if chosen in {None, current}:
        return set()
    assert chosen
    partners = [other for other in others if now.unit(other) == chosen and chosen not in now.threads]
    if partners:
        earliest = min((now.nodes[each].first, now.nodes[each].uri) for each in partners)
        now.threads[chosen] = mine if current is None and (node.first, node.uri) < earliest else chosen
    now.threads[mine] = now.threads[chosen] if partners else chosen
    return set(partners)


def _inverted(nodes: Iterable[tuple[str, Iterable[str]]]) -> Mapping[str, Sequence[str]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for one, terms in nodes:
        for term in terms:
            found[term].append(one)
    return found


def _sharing(index: Mapping[str, Sequence[str]], terms: Iterable[str], most: int) -> Iterator[str]:
    """At most `most` that share a term, most shared first."""
    shared = Counter(one for term in terms for one in index.get(term, ()))
    yield from (one for one, _ in shared.most_common(most))
