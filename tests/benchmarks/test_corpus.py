"""The synthetic corpus: the same arguments give the same bytes, and each item's outcome is the one it states."""

from collections import defaultdict

from benchmarks.corpus import CorpusItem, Shares, items, stories
from pipeline.formats.base import Item
from pipeline.formats.registry import read

MIXED = Shares(updates=0.2, late=0.3, kills=0.1, hostile=0.1)


def test_the_same_arguments_give_the_same_items_and_another_seed_gives_others() -> None:
    assert list(items(300, 5, MIXED)) == list(items(300, 5, MIXED))
    assert not {data for _, data in stories(100, 5)} & {data for _, data in stories(100, 6)}


def test_as_many_stories_as_asked_for_all_different_and_in_both_formats() -> None:
    found = list(items(500, 1))
    assert len(found) == len({item.name for item in found}) == len({item.expected.uri for item in found}) == 500
    assert len({item.data for item in found}) == 500
    assert 100 < sum(item.name.endswith(".txt") for item in found) < 300
    assert [item.name for item in found] == sorted(item.name for item in found)


def test_bodies_are_as_long_as_agency_copy() -> None:
    long, short = ([len(text.split()) for text in _bodies(short)] for short in (False, True))
    assert min(long) >= 430
    assert max(long) <= 700
    assert min(short) >= 30
    assert max(short) <= 110


def test_no_placeholder_is_left() -> None:
    assert not [text for text in _bodies(short=False) if "{" in text or "}" in text]


def test_every_item_is_read_as_it_says() -> None:
    for item in items(600, 2, MIXED):
        found = read(Item(data=item.data, name=item.name))
        if item.expected.status == "dead-letter":
            assert (found.stories, len(found.errors)) == ((), 1), item.name
            continue
        (story,) = found.stories
        assert (story.uri, story.version) == (item.expected.uri, item.version)
        assert story.authors
        assert story.dateline is not None
        assert "SAMPLE" in f"{story.ednote}"


def test_the_newest_version_of_each_story_is_the_one_expected() -> None:
    versions: dict[str | None, list[CorpusItem]] = defaultdict(list)
    for item in items(2000, 3, MIXED):
        if item.expected.status != "dead-letter":
            versions[item.expected.uri].append(item)
    assert any(len(sent) == 3 for sent in versions.values())
    arrived_late = 0
    for sent in versions.values():
        numbers = [int(item.version or 1) for item in sent]
        newest = sent[numbers.index(max(numbers))]
        assert sorted(numbers) == list(range(1, max(numbers) + 1))
        assert {item.expected for item in sent} == {newest.expected}
        assert newest.expected.version == newest.version
        assert (b'"pubstatus": "canceled"' in newest.data) == (newest.expected.status == "canceled")
        arrived_late += numbers != sorted(numbers)
    assert arrived_late > 10


def _bodies(short: bool) -> list[str]:
    found = [read(Item(data=data, name=name)) for name, data in stories(200, 4, short=short)]
    return [story.body_text for reading in found for story in reading.stories]
