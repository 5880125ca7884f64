"""From records, and the stories that they may be related to, to groups and threads: one record after the other.

Groups do not depend on the order of the records (groups.py). Threads do, since what has a thread keeps it: a story
joins what is known when it comes, and no later story brings it elsewhere. A group is one member of its thread: all its
copies are in the same thread, and copies alone make none. A thread is named after the earlier of the two that began it.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from pipeline.lifecycle.groups import Groups
from pipeline.lifecycle.relations import Node, Record, Version, hours_apart, learned, node_id, same_news
from pipeline.lifecycle.threads import choose

MOST_DUPLICATES, MOST_THREADS = 60, 24
"""Stories that a story is compared with, those that share most bands or keys with it: so many that are known, and as
many of its batch."""
THREAD_WINDOW = timedelta(days=10)
"""Stories further apart are not of one thread."""

Placing = tuple[str | None, str | None]
"""Group and thread, by the ids of their founders' nodes."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """Which of the known stories each story of a batch is to be compared with, by ids; the likeliest first."""

    duplicates: Mapping[str, Sequence[str]]
    threads: Mapping[str, Sequence[str]]


def duplicates_of(batch: Sequence[Record], stored: Mapping[str, Node], candidates: Candidates) -> list[set[str]]:
    """For each record the near-duplicates of that version, among those stored and those that come before it; of a group
    that is stored, one member at most."""
    nodes = dict(stored)
    mates = _Mates()
    found = []
    for said in batch:
        one = node_id(said.uri)
        near, joined = set[str](), set[str]()
        if said.fingerprint:
            version = Version(revision=said.revision, time=said.time, fingerprint=said.fingerprint)
            near_by = mates.sharing(said.fingerprint.bands, MOST_DUPLICATES)
            for other in dict.fromkeys([*candidates.duplicates.get(one, ()), *near_by]):
                group = nodes[other].group
                if other != one and group not in joined and same_news(version, nodes[other]):
                    near.add(other)
                    joined |= {group} if group else set()
            mates.add(one, said.fingerprint.bands)
        nodes[one] = learned(nodes.get(one), said)
        found.append(near)
    return found


class Relations:
    """Where stories belong, while records come.

    `stored`: the stories that come if they are known, those that they are compared with or near to, and the founders of
    the groups of those that come and are near.
    """

    def __init__(self, stored: Mapping[str, Node]) -> None:
        self._stored = stored
        self.nodes = dict(stored)
        self.near: set[str] = set()
        """The stories that those which came were found to be near to, or to be of one thread with that was none yet."""
        self._groups = Groups(self.nodes)
        self._threads: dict[str, str] = {}
        self._mates = _Mates()
        for one in sorted(stored, key=lambda each: (stored[each].first, stored[each].uri)):
            if thread := stored[one].thread:
                self._threads.setdefault(self._unit(one), thread)

    def take(self, said: Record, duplicates: Iterable[str], candidates: Sequence[str]) -> None:
        """One more record. `duplicates`: what it is a near-duplicate of. `candidates`: who may be of one thread."""
        one = node_id(said.uri)
        before = self.nodes.get(one)
        self.nodes[one] = learned(before, said)
        if founders := self._groups.reconsider(one):
            self._inherit(*founders)
        for other in duplicates:
            self._inherit(*self._groups.join(one, other))
            self.near.add(other)
        if said.traits and (before is None or said.revision > before.newest):
            self._thread(one, [*candidates, *self._mates.sharing(said.traits.keys, MOST_THREADS)])
            self._mates.add(one, said.traits.keys)

    def placing(self, one: str) -> Placing:
        """Where the story belongs now."""
        return self._groups.founder(one) or self.nodes[one].group, self._threads.get(self._unit(one))

    def moved(self, one: str) -> bool:
        """Whether it belongs elsewhere than is stored."""
        stored = self._stored.get(one)
        return self.placing(one) != ((stored.group, stored.thread) if stored else (None, None))

    def moves(self) -> dict[str, Placing]:
        """By the founder of each group whose members, loaded or not, belong elsewhere than is stored: where."""
        return {node.group: self.placing(one) for one, node in self._stored.items() if node.group and self.moved(one)}

    def _unit(self, one: str) -> str:
        """The founder of the story's group, or the story itself: what a thread consists of."""
        return self._groups.founder(one) or self.nodes[one].group or one

    def _inherit(self, founder: str, former: str) -> None:
        """The thread goes with the founder; one that has none takes the other's."""
        if founder != former and (thread := self._threads.pop(former, None)):
            self._threads.setdefault(founder, thread)

    def _thread(self, one: str, candidates: Iterable[str]) -> None:
        """Give the story a thread, or leave it alone."""
        node, mine = self.nodes[one], self._unit(one)
        current = self._threads.get(mine)
        others = [other for other in dict.fromkeys(candidates) if self._may_share_thread(one, other)]
        asked = [
            (traits, self._threads.get(self._unit(other), self._unit(other)), hours_apart(node, self.nodes[other]))
            for other in others
            if (traits := self.nodes[other].traits)
        ]
        assert node.traits
        chosen = choose(node.traits, asked, current)
        if chosen is None or chosen == current:
            return
        partners = {other for other in others if self._unit(other) == chosen and chosen not in self._threads}
        if partners and current is None:
            earliest = min((self.nodes[each].first, self.nodes[each].uri) for each in partners)
            self._threads[mine] = mine if (node.first, node.uri) < earliest else chosen
        else:
            self._threads[mine] = chosen
        if partners:
            self._threads[chosen] = self._threads[mine]
        self.near |= partners

    def _may_share_thread(self, one: str, other: str) -> bool:
        apart = hours_apart(self.nodes[one], self.nodes[other])
        return self._unit(one) != self._unit(other) and apart <= THREAD_WINDOW.total_seconds() / 3600


class _Mates:
    """The stories of a batch by what they can be found by."""

    def __init__(self) -> None:
        self._by_term: defaultdict[str, dict[str, None]] = defaultdict(dict)

    def add(self, one: str, terms: Iterable[str]) -> None:
        for term in terms:
            self._by_term[term][one] = None

    def sharing(self, terms: Iterable[str], most: int) -> list[str]:
        """At most `most` that share a term, most shared first."""
        shared = Counter(one for term in terms for one in self._by_term.get(term, ()))
        return [one for one, _ in shared.most_common(most)]
