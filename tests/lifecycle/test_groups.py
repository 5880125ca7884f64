"""Groups as components, against the plain definition, in any order and however often they are computed anew."""

import random
from collections.abc import Iterable, Mapping
from dataclasses import replace

import pytest

from pipeline.lifecycle.groups import Groups
from pipeline.lifecycle.relations import Node, node_id

Pair = tuple[str, str]


def nodes(*times: int) -> dict[str, Node]:
    """Nodes 'urn:0', 'urn:1', ... with these first times, by id."""
    made = [Node(uri=f"urn:{number}", first=time, last=time) for number, time in enumerate(times)]
    return {node_id(node.uri): node for node in made}


def regroup(stories: Mapping[str, Node], pairs: Iterable[Pair]) -> dict[str, str]:
    """The founders, once these pairs are known too."""
    groups = Groups(stories)
    for pair in pairs:
        groups.join(*pair)
    return {one: founder for one in stories if (founder := groups.founder(one))}


def components(stories: Mapping[str, Node], pairs: Iterable[Pair]) -> dict[str, str]:
    """The definition: grow each set until nothing is added."""
    sets = [{one} for one in stories]
    for one, other in pairs:
        joined = set().union(*(each for each in sets if one in each or other in each))
        sets = [joined, *(each for each in sets if not each & joined)]
    found: dict[str, str] = {}
    for each in sets:
        founder = min(each, key=lambda one: (stories[one].first, stories[one].uri))
        found |= {one: founder for one in each if len(each) > 1}
    return found


def grouped(stories: Mapping[str, Node], founders: Mapping[str, str]) -> dict[str, Node]:
    """The nodes as they are stored after `regroup`, with those whose founder was given another one."""
    return {
        one: replace(node, group=founders.get(one) or founders.get(node.group or "", node.group))
        for one, node in stories.items()
    }


def test_the_earliest_founds_and_of_equals_the_lesser_uri() -> None:
    stories = nodes(30, 10, 10, 20)
    zero, one, two, three = stories
    assert regroup(stories, [(zero, one), (three, two)]) == {zero: one, one: one, two: two, three: two}
    assert regroup(stories, [(zero, one), (three, two), (zero, three)]) == dict.fromkeys(stories, one)


def test_a_story_alone_has_no_group() -> None:
    assert regroup(nodes(1, 2), []) == {}


def test_who_turns_out_to_be_earlier_becomes_the_founder() -> None:
    stories = nodes(10, 20, 30)
    zero, one, two = stories
    stored = grouped(stories, regroup(stories, [(zero, one), (one, two)]))
    earlier = stored | {two: replace(stored[two], first=5)}
    assert regroup(earlier, []) == dict.fromkeys(stories, two)
    changing = dict(stored)
    groups = Groups(changing)
    assert groups.reconsider(two) is None
    changing[two] = earlier[two]
    assert groups.reconsider(two) == (two, zero)
    assert {groups.founder(each) for each in stories} == {two}
    assert regroup({zero: stored[zero], two: earlier[two]}, []) == {zero: two, two: two}


def test_a_founder_that_is_not_there_founds_nothing() -> None:
    stories = nodes(1, 2)
    zero, one = stories
    lost = {each: replace(node, group=node_id("urn:lost")) for each, node in stories.items()}
    assert regroup(lost, []) == {}
    assert regroup(lost, [(zero, one)]) == {zero: zero, one: zero}


@pytest.mark.parametrize("seed", range(30))
def test_pair_by_pair_it_is_the_definition(seed: int) -> None:
    chance = random.Random(seed)
    stories = nodes(*(chance.randrange(8) for _ in range(20)))
    pairs = [(chance.choice(list(stories)), chance.choice(list(stories))) for _ in range(chance.randrange(25))]
    wanted = components(stories, pairs)
    assert {one: top for one, top in regroup(stories, pairs).items() if one in wanted} == wanted
    stored = stories
    for pair in pairs:
        if pair[0] != pair[1]:
            near = {one: stored[one] for one in pair}
            near |= {node.group: stored[node.group] for node in near.values() if node.group}
            stored = grouped(stored, regroup(near, [pair]))
    assert {one: node.group for one, node in stored.items() if node.group} == wanted
