"""An engine with an empty, set-up index of its own: the same suite runs on OpenSearch and on Elasticsearch."""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Literal, get_args, get_origin, get_type_hints
from uuid import uuid4

import pytest
from elasticsearch import Elasticsearch

from pipeline.search.client import connect, connect_async
from pipeline.search.documents import document
from pipeline.search.mapping import CASUALTIES, LONGEST_BODY
from pipeline.search.setup import ensure, private_indices
from pipeline.search.writer import Document, Outcome, write
from pipeline.settings import Settings
from pipeline.story import Casualties, Day, Entity, Story

Write = Callable[[Settings, Sequence[Document]], list[Outcome]]
Index = Callable[..., None]


@pytest.fixture(scope="session", params=["opensearch", "elasticsearch"])
def url(request: pytest.FixtureRequest) -> str:
    """The engine's address; Elasticsearch is skipped where the environment names none."""
    address = request.getfixturevalue({"opensearch": "opensearch", "elasticsearch": "elasticsearch_url"}[request.param])
    if address is None:
        pytest.skip("WIRE_TEST_ELASTICSEARCH names no Elasticsearch.")
    assert isinstance(address, str)
    return address


@contextmanager
def unused_name(url: str) -> Iterator[Settings]:
    """Settings with an index name that nobody uses; what is made under it is removed."""
    settings = Settings(elasticsearch=url, index=f"test-{uuid4().hex[:12]}")
    yield settings
    with connect(settings) as client:
        quiet = client.options(ignore_status=404)
        for index in (*client.indices.get(index=f"{settings.index}-v*"), *private_indices(settings)):
            quiet.indices.delete(index=index)
        quiet.indices.delete_index_template(name=settings.index)
        for part in ("settings", "story", "enrichment"):
            quiet.cluster.delete_component_template(name=f"{settings.index}-{part}")


def write_now(settings: Settings, documents: Sequence[Document]) -> list[Outcome]:
    async def go() -> list[Outcome]:
        async with connect_async(settings) as client:
            return await write(client, settings.index, documents)

    return asyncio.run(go())


@pytest.fixture
def bare(url: str) -> Iterator[Settings]:
    """Settings of an engine before set-up."""
    with unused_name(url) as settings:
        yield settings


@pytest.fixture
def client(bare: Settings) -> Iterator[Elasticsearch]:
    with connect(bare) as connected:
        yield connected


@pytest.fixture
def settings(bare: Settings, client: Elasticsearch) -> Settings:
    """As `bare`, after set-up."""
    ensure(client, bare)
    return bare


@pytest.fixture(scope="module")
def library(url: str, request: pytest.FixtureRequest) -> Iterator[tuple[Elasticsearch, Settings]]:
    """An index with the STORIES of the test's module, for tests that only read."""
    with unused_name(url) as settings, connect(settings) as connected:
        ensure(connected, settings)
        write_now(settings, [document(story, 1) for story in request.module.STORIES])
        connected.indices.refresh(index=settings.index)
        yield connected, settings


@pytest.fixture
def write_all() -> Write:
    """Writes documents with a client of its own and gives back the outcomes."""
    return write_now


@pytest.fixture
def index(settings: Settings, client: Elasticsearch) -> Index:
    """Indexes stories, each as version 1, and makes them searchable."""

    def go(*stories: Story) -> None:
        write_now(settings, [document(story, 1) for story in stories])
        client.indices.refresh(index=settings.index)

    return go


LEAVES: dict[Any, Any] = {
    Day: "2026-03-01",
    int: 1,
    float: 0.5,
    bool: True,
    datetime: datetime(2026, 3, 1, 12, tzinfo=UTC),
    Mapping[str, Any]: {"agency:name": "x", "deep": {"list": [1, {"y": True}], "": None}},
}


def filled(kind: Any, name: str) -> Any:
    """A value of that type in which every field is set; texts are 'the ' and the field's name."""
    arguments = get_args(kind)
    if kind in LEAVES:
        return LEAVES[kind]
    if get_origin(kind) is tuple:
        return tuple(filled(arguments[0], f"{name} {number}") for number in range(2))
    if get_origin(kind) is Literal:
        return arguments[0]
    if arguments:  # Annotated[T, ...] and T | None
        return filled(arguments[0], name)
    if kind is str:
        return f"the {name}"
    return kind(**{field: filled(hint, field) for field, hint in get_type_hints(kind, include_extras=True).items()})


@pytest.fixture
def fullest() -> Story:
    """A story with every field set, every entity that has a facet of its own, and every kind of casualty."""
    story = filled(Story, "story")
    assert isinstance(story, Story)
    event = story.events[0]
    casualties = tuple(Casualties(kind=kind, low=1, high=2, span=event.trigger) for kind in CASUALTIES)
    people: tuple[Entity, ...] = tuple(replace(each, type="person") for each in story.entities)
    organisations: tuple[Entity, ...] = tuple(replace(each, type="organisation") for each in story.entities)
    body_text = "word " * (LONGEST_BODY // 5 + 1)
    return replace(
        story,
        body_text=body_text,
        entities=(*people, *organisations),
        events=(replace(event, casualties=casualties), *story.events[1:]),
    )
