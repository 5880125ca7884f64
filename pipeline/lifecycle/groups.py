"""Groups: the connected components of the graph of near-duplicates, each named after its founder.

The founder is the member with the smallest (time of its first version, uri), so a group and its name follow from its
members alone and not from the order in which they arrived.
"""

from collections.abc import Mapping

from pipeline.lifecycle.relations import Node


class Groups:
    """The groups of some nodes, by id. `nodes` may grow and change; what is known of groups only grows.

    A node that is in a group is taken to be in that of its founder, where `nodes` have it: where that one is given
    another founder, so are all members of its group.
    """

    def __init__(self, nodes: Mapping[str, Node]) -> None:
        self._nodes = nodes
        self._above: dict[str, str] = {}
        for one, node in nodes.items():
            if node.group is not None and node.group in nodes:
                self.join(one, node.group)

    def founder(self, one: str) -> str | None:
        """The founder of the group of `one`; None where it is alone, or its founder is not there."""
        return self._top(one) if one in self._above else None

    def join(self, one: str, other: str) -> tuple[str, str]:
        """Make one group of the two nodes', or of themselves; its founder, and who is none any more, or the same."""
        kept, gone = sorted((self._top(one), self._top(other)), key=self._order)
        self._above[kept] = self._above[gone] = kept
        return kept, gone

    def reconsider(self, one: str) -> tuple[str, str] | None:
        """To be told when the first time of `one` has changed: the new founder of its group and the old one, if so."""
        top = self._top(one)
        if one not in self._above or self._order(top) <= self._order(one):
            return None
        self._above[one] = self._above[top] = one
        return one, top

    def _top(self, one: str) -> str:
        while (higher := self._above.get(one, one)) != one:
            self._above[one] = self._above.get(higher, higher)
            one = higher
        return one

    def _order(self, one: str) -> tuple[int, str]:
        return self._nodes[one].first, self._nodes[one].uri
