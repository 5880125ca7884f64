"""What the stage `publish` keeps books in: the ledger, the history, and the advisories noted beside them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from elasticsearch import AsyncElasticsearch

from pipeline.life import Life
from pipeline.search import advisories, ledger
from pipeline.search.ledger import Entry, Failure, Version
from pipeline.settings import Settings
from pipeline.story import Story


class Books(Protocol):
    """See search/ledger.py and search/advisories.py, whose words these are. All raise TransientError, `versions`
    TooMuchError too, never for one story alone."""

    async def entries(self, uris: Iterable[str]) -> dict[str, Entry]: ...
    async def versions(self, wanted: Iterable[tuple[str, int]]) -> dict[tuple[str, int], Story]: ...
    async def keep(self, kept: Sequence[Version]) -> dict[tuple[str, int], Failure]: ...
    async def enter(self, lives: Mapping[str, Life], known: Mapping[str, Entry]) -> dict[str, Failure]: ...
    async def strip(self, killed: Mapping[str, int]) -> None: ...
    async def due(self, now: datetime) -> list[str]: ...
    async def note(self, name: str, advisory: Story) -> None: ...
    async def noted(self, names: Iterable[str]) -> dict[str, list[Story]]: ...
    async def called(self, name: str, sent: tuple[datetime, datetime]) -> list[str]: ...


@dataclass(frozen=True, slots=True)
class IndexBooks:
    """Books in the private indices."""

    client: AsyncElasticsearch
    settings: Settings

    async def entries(self, uris: Iterable[str]) -> dict[str, Entry]:
        return await ledger.entries(self.client, self.settings, uris)

    async def versions(self, wanted: Iterable[tuple[str, int]]) -> dict[tuple[str, int], Story]:
        return await ledger.versions(self.client, self.settings, wanted)

    async def keep(self, kept: Sequence[Version]) -> dict[tuple[str, int], Failure]:
        return await ledger.keep(self.client, self.settings, kept)

    async def enter(self, lives: Mapping[str, Life], known: Mapping[str, Entry]) -> dict[str, Failure]:
        return await ledger.enter(self.client, self.settings, lives, known)

    async def strip(self, killed: Mapping[str, int]) -> None:
        await ledger.strip(self.client, self.settings, killed)

    async def due(self, now: datetime) -> list[str]:
        return await ledger.due(self.client, self.settings, now)

    async def note(self, name: str, advisory: Story) -> None:
        await advisories.note(self.client, self.settings, name, advisory)

    async def noted(self, names: Iterable[str]) -> dict[str, list[Story]]:
        return await advisories.noted(self.client, self.settings, names)

    async def called(self, name: str, sent: tuple[datetime, datetime]) -> list[str]:
        return await advisories.called(self.client, self.settings, name, sent)
