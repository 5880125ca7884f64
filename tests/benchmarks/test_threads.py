"""The measures of threads, and that on our own events they hold what was reached."""

import pytest

from benchmarks.threads_data import own_events
from benchmarks.threads_measures import agreement
from benchmarks.threads_stream import by_choice, by_slug


def test_a_clustering_that_is_the_labels_agrees_wholly() -> None:
    found = agreement(["x", "x", "y", "z"], ["a", "a", "b", "c"])
    assert (found.precision, found.recall, found.b_cubed_f1, found.adjusted_rand) == (1.0, 1.0, 1.0, 1.0)
    assert (found.clusters, found.events) == (3, 3)


def test_all_in_one_thread_has_all_pairs_and_says_nothing() -> None:
    found = agreement(["x"] * 4, ["a", "a", "b", "b"])
    assert found.precision == pytest.approx(2 / 6)
    assert found.recall == 1.0
    assert (found.b_cubed_precision, found.b_cubed_recall) == (0.5, 1.0)
    assert found.adjusted_rand == 0.0


def test_each_alone_is_precise_and_finds_nothing() -> None:
    found = agreement(["w", "x", "y", "z"], ["a", "a", "b", "b"])
    assert (found.precision, found.recall, found.adjusted_rand) == (1.0, 0.0, 0.0)
    assert (found.b_cubed_precision, found.b_cubed_recall) == (1.0, 0.5)


def test_the_adjusted_rand_index_of_a_table_worked_by_hand() -> None:
    """Of 45 pairs 13 are in a cluster, 14 in an event, 6 in both."""
    clusters = ["1"] * 2 + ["2"] * 4 + ["3"] * 4
    events = ["a", "b", "a", "b", "b", "b", "c", "c", "c", "b"]
    chance = 13 * 14 / 45
    assert agreement(clusters, events).adjusted_rand == pytest.approx((6 - chance) / (13.5 - chance))


def test_on_our_own_events_threads_do_better_than_slugs() -> None:
    stories = [each for each in own_events() if each.half == "report"]
    events = [each.event for each in stories]
    ours, slugs = agreement(by_choice(stories), events), agreement(by_slug(stories), events)
    assert ours.b_cubed_f1 > 0.9
    assert ours.adjusted_rand > slugs.adjusted_rand + 0.3
    assert by_choice(stories) == by_choice(stories)
