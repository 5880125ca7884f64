"""How the near-duplicate benchmark counts."""

import pytest

from benchmarks.duplicates import components, rand_index, score
from benchmarks.duplicates_cases import EDITS, HALVES, Sample, samples
from pipeline.story import Story


def sample(uri: str, group: str, kind: str = "original") -> Sample:
    return Sample(kind, Story(uri=uri), group)


def test_groups_are_connected_components() -> None:
    groups = components(5, [(0, 1), (3, 1)])
    assert groups[0] == groups[1] == groups[3]
    assert len({groups[0], groups[2], groups[4]}) == 3


@pytest.mark.parametrize(
    ("found", "index"),
    [
        ([7, 7, 8, 8], 1.0),
        ([1, 1, 1, 1], 0.0),
        ([1, 2, 3, 4], 0.0),
        ([1, 2, 1, 2], -0.5),
    ],
)
def test_the_adjusted_rand_index(found: list[int], index: float) -> None:
    assert rand_index([1, 1, 2, 2], found) == pytest.approx(index)


def test_a_false_pair_costs_all_that_it_brings_together_and_an_unclear_one_nothing() -> None:
    stories = [sample("a", "1"), sample("b", "1", "cut"), sample("c", "2"), sample("d", "2", "cut"), sample("e", "3")]
    chained = score(stories, {(0, 1), (1, 2)}, frozenset())
    assert (chained.precision, chained.recall) == (1 / 3, 1 / 2)
    assert (chained.recalls, chained.wrong) == ({"cut": 1 / 2}, {"original": 2, "cut": 1})
    unclear = score(stories, {(0, 1), (2, 3), (3, 4)}, frozenset({frozenset({"c", "e"}), frozenset({"d", "e"})}))
    assert (unclear.precision, unclear.recall) == (1.0, 1.0)


def test_the_halves_share_no_story_and_every_edit_changes_some() -> None:
    halves = [list(samples(half)) for half in HALVES]
    uris = [{each.story.uri for each in half} for half in halves]
    assert [len(each) for each in uris] == [len(half) for half in halves]
    assert not uris[0] & uris[1]
    for half in halves:
        assert EDITS.keys() <= {each.kind for each in half}
