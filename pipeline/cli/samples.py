"""The sample stories, and whether search shows each as it should."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from elasticsearch import Elasticsearch

from pipeline.errors import OperatorError
from pipeline.formats.base import Item
from pipeline.lifecycle.life import arrived, visible
from pipeline.lifecycle.naming import names, target_name
from pipeline.search.history import lives
from pipeline.search.query import Search, search
from pipeline.settings import Settings
from pipeline.stages.parse import parse_item
from pipeline.story import Story

FORMATS = "formats"
"""Folder of the samples in other formats."""
NO_ITEMS = {".md", ".toml"}
FEED = "samples"


@dataclass(frozen=True, slots=True)
class Sample:
    """A file of the samples and the stories in it."""

    path: Path
    stories: tuple[Story, ...]


def samples(folder: Path) -> list[Sample]:
    """The sample files of `folder` and of `formats` in it, in order of arrival, each with its stories."""
    files = (path for path in [*folder.glob("*"), *(folder / FORMATS).glob("*")] if path.is_file())
    paths = sorted((path for path in files if path.suffix not in NO_ITEMS), key=lambda path: path.name)
    found = [
        Sample(path, parse_item(Item(data=path.read_bytes(), feed=FEED, name=str(path))).stories) for path in paths
    ]
    if not any(sample.stories for sample in found):
        raise OperatorError(f"There are no sample stories in {folder}.")
    return found


def newest(wanted: Sequence[Sample]) -> dict[str, Story]:
    """The newest version of each story, by uri."""
    stories = sorted((story for sample in wanted for story in sample.stories), key=lambda story: story.revision)
    return {story.uri: story for story in stories}


def rounds(wanted: Sequence[Sample]) -> tuple[list[Sample], list[Sample]]:
    """The samples, and apart those with a newer version of a story before them: what these change is told only where
    the older one was public."""
    first: list[Sample] = []
    later: list[Sample] = []
    known: set[str] = set()
    for sample in wanted:
        uris = {story.uri for story in sample.stories}
        (later if uris & known else first).append(sample)
        known |= uris
    return first, later


def expected(wanted: Sequence[Sample]) -> dict[str, bool]:
    """Of each story whether search should show it: by its own newest version, and by the advisories among the
    samples."""
    stories = newest(wanted)
    gone = set(_advised(stories.values()))
    now = datetime.now(UTC)
    return {uri: uri not in gone and visible(arrived(None, story, now).life) for uri, story in stories.items()}


def lost(client: Elasticsearch, settings: Settings, wanted: Sequence[Sample]) -> list[str]:
    """A sentence for each story that search does not show as it should; empty when all is well."""
    stories, seen = newest(wanted), expected(wanted)
    known = {uri: life.newest for uri, life in lives(client, settings, stories).items()}
    return list(_complaints(client, settings, stories, seen, known))


def _advised(stories: Iterable[Story]) -> Iterator[str]:
    """The uris of the stories that a kill or withhold among them names."""
    called = [(name, story.uri) for story in stories for name in names(story)]
    for story in stories:
        if story.advisory and story.advisory.kind != "release":
            for target in story.advisory.targets:
                yield from (uri for name, uri in called if name == target_name(target, story) or uri == target.uri)


def _complaints(
    client: Elasticsearch,
    settings: Settings,
    stories: Mapping[str, Story],
    seen: Mapping[str, bool],
    known: Mapping[str, int],
) -> Iterator[str]:
    gone = set(_advised(stories.values()))
    for uri, story in stories.items():
        newest_there = known.get(uri, -1)
        if newest_there < story.revision or (newest_there > story.revision) != (uri in gone):
            yield f"{uri} is not in the ledger at its newest version."
            continue
        words = '"' + " ".join((story.headline or story.body_text or story.uri).replace('"', " ").split()[:8]) + '"'
        found = search(client, settings, Search(words=words, size=20, copies=True)).hits
        shown = any(hit.uri == uri for hit in found)
        if shown != seen[uri]:
            yield f"{uri} is {'found' if shown else 'not found'} by search, and should {'not ' * shown}be."
