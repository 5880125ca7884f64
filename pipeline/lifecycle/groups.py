"""Groups: the connected components of the graph of near-duplicates, each named after its founder.

The founder is the member with the smallest (time of its first version, uri), so a group and its name follow from its
members alone and not from the order in which they arrived.
"""

from collections.abc import Iterable, Mapping

from pipeline.lifecycle.relations import Node


def regroup(nodes: Mapping[str, Node], pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """For each node in a group, which node founds it: itself or another.

    `nodes` by id, those of `pairs` and, for each that is in a group, the founder of that group too. What a founder
    stands for goes with it: where a founder is given another, so are all members of its group.
    """
    above: dict[str, str] = {}

    def top(one: str) -> str:
        while (higher := above.get(one, one)) != one:
            above[one] = above.get(higher, higher)
            one = higher
        return one

    def join(one: str, other: str) -> None:
        first, second = sorted((top(one), top(other)), key=lambda each: (nodes[each].first, nodes[each].uri))
        above[first], above[second] = first, first

    for one, node in nodes.items():
        if node.group is not None and node.group in nodes:
            join(one, node.group)
    for one, other in pairs:
        join(one, other)
    return {one: top(one) for one in above}
