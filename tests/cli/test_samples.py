"""What the samples lay down for search: which of them may be seen."""

from pathlib import Path

from pipeline.cli.samples import Sample, expected, rounds, samples
from pipeline.formats.base import Item
from pipeline.stages.parse import parse_item

SEEDS = Path(__file__).parents[2] / "seeds"
STORY = b"BC-Mali-Dam\n\nDam in Mali cracks\n\nBAMAKO, Mali, Nov 24 (Agency) - Engineers found a crack in a dam.\n"
KILL = b"MANDATORY KILL\n\nEditors: Please kill the story slugged BC-Mali-Dam. It is wrong.\n"
RELEASE = b"HOLD RELEASED\n\nEditors: The story slugged BC-Mali-Dam is released.\n"


def sample(data: bytes) -> Sample:
    return Sample(Path("a.txt"), parse_item(Item(data=data, feed="samples")).stories)


def test_what_an_advisory_kills_is_not_expected_and_what_it_does_not_name_is() -> None:
    story, kill, release = sample(STORY), sample(KILL), sample(RELEASE)
    (uri,) = expected([story])
    assert expected([story])[uri]
    assert expected([story, release])[uri]
    assert not expected([story, kill])[uri]
    assert not expected([kill, story])[uri]
    assert expected([sample(STORY.replace(b"Mali", b"Chad")), kill]) != expected([story, kill])


def test_of_the_seeds_six_are_not_to_be_seen_among_them_one_killed_by_advisory() -> None:
    found = expected(samples(SEEDS))
    hidden = [uri for uri, seen in found.items() if not seen]
    assert len(hidden) == 6
    assert sum(uri.startswith("urn:wire:samples:r:") for uri in hidden) == 1


def test_newer_versions_go_in_a_second_round() -> None:
    first, later = rounds(samples(SEEDS))
    named = [sample.path.name[:2] for sample in later]
    assert named == ["04", "06", "07", "08", "10", "12", "19", "39"]
    assert len(first) + len(later) == len(samples(SEEDS))
