"""Books in memory, with the promises of those in the index: tests/stages/test_books.py holds both to them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from pipeline.errors import TerminalError, TransientError
from pipeline.life import Life
from pipeline.search.advisories import MOST
from pipeline.search.documents import as_json
from pipeline.search.ledger import MOST_HELD, Entry, Failure, TooMuchError, Version
from pipeline.search.writer import Seen
from pipeline.story import Story, encode, tombstone


def _rank(version: Version) -> tuple[bool, bool, int]:
    return version.stripped, version.shown, version.story.provenance.enrichment_revision


@dataclass
class MemoryBooks:
    """See pipeline/stages/books.py."""

    lives: dict[str, Entry] = field(default_factory=dict)
    history: dict[tuple[str, int], Version] = field(default_factory=dict)
    advisories: dict[str, list[Story]] = field(default_factory=dict)
    writes: int = 0
    held: int = MOST_HELD
    """Bytes of the versions of several stories that are given at once."""

    async def entries(self, uris: Iterable[str]) -> dict[str, Entry]:
        return {uri: self.lives[uri] for uri in uris if uri in self.lives}

    async def versions(self, wanted: Iterable[tuple[str, int]]) -> dict[tuple[str, int], Story]:
        found = {key: self.history[key].story for key in wanted if key in self.history}
        if sum(len(encode(each)) for each in found.values()) > self.held and len({uri for uri, _ in found}) > 1:
            raise TooMuchError
        return found

    async def keep(self, kept: Sequence[Version]) -> dict[tuple[str, int], Failure]:
        failed: dict[tuple[str, int], Failure] = {}
        for version in kept:
            key = version.story.uri, version.story.revision
            try:
                as_json({"story": version.story}, version.story.uri)
            except TerminalError as error:
                failed[key] = error
                continue
            if key not in self.history or _rank(version) > _rank(self.history[key]):
                text = tombstone(version.story) if version.stripped else version.story
                self.history[key] = Version(text, version.shown, version.stripped)
        return failed

    async def enter(self, lives: Mapping[str, Life], known: Mapping[str, Entry]) -> dict[str, Failure]:
        failed: dict[str, Failure] = {}
        for uri, life in lives.items():
            if self.lives.get(uri) != known.get(uri):
                failed[uri] = TransientError("Another worker wrote the ledger meanwhile.")
                continue
            self.writes += 1
            self.lives[uri] = Entry(life, Seen(self.writes, 1))
        return failed

    async def strip(self, killed: Mapping[str, int]) -> None:
        found = [each.story for each in self.history.values() if each.story.uri in killed]
        await self.keep([Version(story, stripped=True) for story in found if story.revision <= killed[story.uri]])

    async def due(self, now: datetime) -> list[str]:
        lives = [entry.life for entry in self.lives.values() if entry.life.embargoed]
        waiting = [life for life in lives if life.status == "usable" and not life.released]
        found = [life for life in waiting if life.embargoed and life.embargoed <= now]
        return [life.uri for life in sorted(found, key=lambda life: life.embargoed or now)]

    async def note(self, name: str, advisory: Story) -> None:
        noted = self.advisories.setdefault(name, [])
        if (advisory.uri, advisory.revision) not in {(each.uri, each.revision) for each in noted}:
            self.advisories[name] = sorted([*noted, advisory], key=lambda each: each.revision)[-MOST:]

    async def noted(self, names: Iterable[str]) -> dict[str, list[Story]]:
        return {name: self.advisories[name] for name in names if name in self.advisories}

    async def called(self, name: str, sent: tuple[datetime, datetime]) -> list[str]:
        lives = [entry.life for entry in self.lives.values() if name in entry.life.names and entry.life.time]
        found = [life for life in lives if life.time and sent[0] <= life.time <= sent[1]]
        return [life.uri for life in sorted(found, key=lambda life: life.time or sent[0], reverse=True)][:MOST]
