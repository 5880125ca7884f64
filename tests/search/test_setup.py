"""Set-up on the real engines: idempotent, additive, and loud where it cannot go on."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from elasticsearch import Elasticsearch

from pipeline.errors import OperatorError
from pipeline.search.client import engine
from pipeline.search.mapping import live_filter
from pipeline.search.setup import check, ensure, live_alias, private_indices
from pipeline.settings import Settings

pytestmark = pytest.mark.engines


def test_the_engine_says_what_it_is(client: Elasticsearch, request: pytest.FixtureRequest) -> None:
    found = engine(client)
    assert found.kind == request.node.callspec.params["url"]
    assert found.version[0].isdigit()


def test_workers_refuse_to_start_before_setup(client: Elasticsearch, bare: Settings) -> None:
    with pytest.raises(OperatorError, match="Run `wire setup` first"):
        check(client, bare)
    ensure(client, bare)
    check(client, bare)


def test_setup_says_what_it_does_and_then_nothing(client: Elasticsearch, bare: Settings) -> None:
    name = bare.index
    assert ensure(client, bare) == [
        f"Created the component template {name}-settings.",
        f"Created the component template {name}-story.",
        f"Created the component template {name}-enrichment.",
        f"Created the index template {name}.",
        f"Created the index {name}-v1.",
        f"Pointed the alias {name} at {name}-v1.",
        f"Pointed the alias {name}-live at {name}-v1.",
        f"Created the index {name}-ledger.",
        f"Created the index {name}-history.",
        f"Created the index {name}-relations.",
    ]
    assert ensure(client, bare) == []


def test_missing_pieces_are_put_back(client: Elasticsearch, settings: Settings) -> None:
    index = f"{settings.index}-v1"
    client.indices.delete_alias(index=index, name=live_alias(settings))
    with pytest.raises(OperatorError, match="Run `wire setup` first"):
        check(client, settings)
    assert ensure(client, settings) == [f"Pointed the alias {live_alias(settings)} at {index}."]
    client.indices.delete_alias(index=index, name=[settings.index, live_alias(settings)])
    assert len(ensure(client, settings)) == 2
    client.indices.put_alias(index=index, name=live_alias(settings), filter={"match_all": {}})
    assert len(ensure(client, settings)) == 1
    aliases = client.indices.get_alias(index=index)[index]["aliases"]
    assert aliases[live_alias(settings)] == {"filter": live_filter()}


def test_replicas_follow_the_settings(client: Elasticsearch, settings: Settings) -> None:
    more = replace(settings, index_replicas=2)
    indices = (f"{settings.index}-v1", *private_indices(settings))
    said = {f"Set the replicas of {index} from 0 to 2." for index in indices}
    assert said <= set(ensure(client, more))
    assert ensure(client, more) == []


def test_workers_refuse_to_start_without_a_private_index(client: Elasticsearch, settings: Settings) -> None:
    for index in private_indices(settings):
        client.indices.delete(index=index)
        with pytest.raises(OperatorError, match=f"Run `wire setup` first: there is no index {index}."):
            check(client, settings)
        assert ensure(client, settings) == [f"Created the index {index}."]
        check(client, settings)


def test_new_fields_of_a_private_index_are_added_in_place(client: Elasticsearch, settings: Settings) -> None:
    index = f"{settings.index}-ledger"
    client.indices.delete(index=index)
    client.indices.create(index=index, mappings={"dynamic": False, "properties": {"uri": {"type": "keyword"}}})
    (replicas, said) = sorted(ensure(client, settings))
    assert replicas.startswith(f"Set the replicas of {index}")
    assert said.startswith(f"Updated the mapping of {index} with ")
    assert ensure(client, settings) == []


def rebuild(client: Elasticsearch, settings: Settings, mappings: dict[str, Any]) -> None:
    """The index again, with another mapping, as an older version of the project may have made it."""
    index = f"{settings.index}-v1"
    analysis = {"analysis": client.indices.get_settings(index=index)[index]["settings"]["index"]["analysis"]}
    client.indices.delete(index=index)
    client.indices.delete_index_template(name=settings.index)
    settings_of_index = {"index": analysis | {"number_of_replicas": settings.index_replicas}}
    aliases: dict[str, dict[str, Any]] = {
        settings.index: {"is_write_index": True},
        live_alias(settings): {"filter": live_filter()},
    }
    client.indices.create(index=index, settings=settings_of_index, mappings=mappings, aliases=aliases)


def current(client: Elasticsearch, settings: Settings) -> dict[str, Any]:
    found: dict[str, Any] = client.indices.get_mapping(index=settings.index)[f"{settings.index}-v1"]["mappings"]
    found["_meta"]["mapping"] = "older"
    return found


def test_new_fields_are_added_in_place(client: Elasticsearch, settings: Settings) -> None:
    mappings = current(client, settings)
    del mappings["properties"]["people"], mappings["properties"]["killed"]
    rebuild(client, settings, mappings)
    with pytest.raises(OperatorError, match=r"Run `wire setup` first: the index .* lacks the fields people, .*killed"):
        check(client, settings)
    assert ensure(client, settings) == [
        f"Created the index template {settings.index}.",
        f"Updated the mapping of {settings.index}-v1 with people, people.folded, killed.",
    ]
    check(client, settings)
    assert ensure(client, settings) == []


def test_another_type_needs_a_reindex(client: Elasticsearch, settings: Settings) -> None:
    mappings = current(client, settings)
    mappings["properties"]["killed"] = {"type": "keyword"}
    rebuild(client, settings, mappings)
    with pytest.raises(OperatorError, match=r"cannot change in place.*killed.*Re-index"):
        ensure(client, settings)


def test_another_analysis_needs_a_reindex(client: Elasticsearch, settings: Settings) -> None:
    mappings = current(client, settings)
    mappings["_meta"]["analysis"] = "older"
    rebuild(client, settings, mappings)
    with pytest.raises(OperatorError, match=r"text analysis .* cannot change in place.*Re-index"):
        ensure(client, settings)


def test_an_index_in_the_place_of_the_alias(client: Elasticsearch, bare: Settings) -> None:
    client.indices.create(index=bare.index)
    try:
        with pytest.raises(OperatorError, match="is an index and must be an alias"):
            ensure(client, bare)
    finally:
        client.indices.delete(index=bare.index)


def test_a_template_that_outranks_ours(client: Elasticsearch, bare: Settings) -> None:
    client.indices.put_index_template(name=f"{bare.index}-rival", index_patterns=[f"{bare.index}-v1"], priority=900)
    try:
        with pytest.raises(OperatorError, match="template of higher priority"):
            ensure(client, bare)
    finally:
        client.indices.delete_index_template(name=f"{bare.index}-rival")


def test_a_name_that_engines_do_not_allow(client: Elasticsearch, bare: Settings) -> None:
    with pytest.raises(OperatorError, match=r"cannot be set up"):
        ensure(client, replace(bare, index="News!"))


def test_setups_at_the_same_time_agree(bare: Settings, client: Elasticsearch) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: ensure(client, bare), range(4)))
    check(client, bare)
    assert ensure(client, bare) == []


def test_after_a_reindex_the_new_version_is_the_one(client: Elasticsearch, settings: Settings) -> None:
    old, new = f"{settings.index}-v1", f"{settings.index}-v2"
    client.indices.create(index=new)
    client.indices.update_aliases(
        actions=[
            {"remove": {"index": old, "alias": settings.index}},
            {"remove": {"index": old, "alias": live_alias(settings)}},
            {"add": {"index": new, "alias": settings.index, "is_write_index": True}},
            {"add": {"index": new, "alias": live_alias(settings), "filter": live_filter()}},
        ]
    )
    check(client, settings)
    assert ensure(client, settings) == []
