"""The index as `wire setup` makes it: templates, a versioned index, and its two aliases.

news-v1      the index; a re-index makes news-v2 and swaps the aliases
news         alias of everything: written to, read by the audit
news-live    alias of what may be seen: neither killed nor hidden

What may not be seen never stands in this index, but for marks without text; see private.py for where it waits.
"""

from dataclasses import dataclass
from typing import Any, Literal

from elasticsearch import BadRequestError, Elasticsearch

from pipeline.errors import OperatorError, TerminalError
from pipeline.search import private, relations
from pipeline.search.client import engine
from pipeline.search.failures import SETUP_FIRST, translated
from pipeline.search.mapping import component_templates, field_paths, index_template, live_filter, mapping
from pipeline.settings import Settings

_OLDEST = {"elasticsearch": 8, "opensearch": 2}


def live_alias(settings: Settings) -> str:
    """The alias of what may be seen."""
    return f"{settings.index}-live"


def private_indices(settings: Settings) -> tuple[str, ...]:
    """The indices that are not for searchers."""
    return (*private.indices(settings), relations.relations_index(settings))


@dataclass(frozen=True, slots=True)
class _Setup:
    client: Elasticsearch
    settings: Settings
    kind: Literal["elasticsearch", "opensearch"]


def ensure(client: Elasticsearch, settings: Settings) -> list[str]:
    """Create or update templates, index and aliases; returns a sentence for each change, none when all was there.

    Raises OperatorError when the index cannot be brought to this mapping in place, or the engine is too old.
    """
    found = engine(client)
    if int(found.version.partition(".")[0]) < _OLDEST[found.kind]:
        raise OperatorError(
            f"{found.kind} {found.version} is too old: {found.kind} {_OLDEST[found.kind]} or newer is needed."
        )
    setup = _Setup(client, settings, found.kind)
    try:
        with translated():
            hidden = [*private.ensure(client, settings), *relations.ensure(client, settings)]
            return [*_templates(setup), *_index(setup), *hidden]
    except TerminalError as error:
        raise OperatorError(f"The index {settings.index} cannot be set up. {error.cause}") from error


def check(client: Elasticsearch, settings: Settings) -> None:
    """Raises OperatorError with 'Run `wire setup` first ...' when the index, an alias or a field is missing."""
    with translated():
        name = _index_behind(client, settings.index)
        if name is None or live_alias(settings) not in _aliases(client, name):
            raise OperatorError(f"{SETUP_FIRST}there is no index behind {settings.index} and {live_alias(settings)}.")
        for index in private_indices(settings):
            if not client.indices.exists(index=index):
                raise OperatorError(f"{SETUP_FIRST}there is no index {index}.")
        there = set(field_paths(_mapping_of(client, name).get("properties", {})))
    # The fields' names do not differ between the engines.
    missing = [path for path in field_paths(mapping("elasticsearch")["properties"]) if path not in there]
    if missing:
        raise OperatorError(f"{SETUP_FIRST}the index {name} lacks the fields {', '.join(missing)}.")


def _templates(setup: _Setup) -> list[str]:
    """Templates carry the digest of what they were made from; engines give them back in other words."""
    client, said = setup.client, []
    cluster = client.options(ignore_status=404)
    for name, template in component_templates(setup.settings, setup.kind).items():
        answer = cluster.cluster.get_component_template(name=name)
        old = answer["component_templates"][0]["component_template"] if answer.meta.status == 200 else None
        if old is None or old.get("_meta") != template["_meta"]:
            client.cluster.put_component_template(name=name, template=template["template"], meta=template["_meta"])
            said.append(f"{'Updated' if old else 'Created'} the component template {name}.")
    name, template = setup.settings.index, index_template(setup.settings, setup.kind)
    answer = cluster.indices.get_index_template(name=name)
    old = answer["index_templates"][0]["index_template"] if answer.meta.status == 200 else None
    if old is None or old.get("_meta") != template["_meta"]:
        client.indices.put_index_template(
            name=name,
            index_patterns=template["index_patterns"],
            composed_of=template["composed_of"],
            priority=template["priority"],
            template=template["template"],
            meta=template["_meta"],
        )
        said.append(f"{'Updated' if old else 'Created'} the index template {name}.")
    return said


def _index(setup: _Setup) -> list[str]:
    client, settings = setup.client, setup.settings
    name = _index_behind(client, settings.index)
    if name is None:
        return _create(setup)
    return [*_update_mapping(setup, name), *_update_replicas(setup, name), *_update_aliases(setup, name)]


def _create(setup: _Setup) -> list[str]:
    client, name = setup.client, f"{setup.settings.index}-v1"
    said = []
    # Two set-ups at once, or an index whose aliases were taken away: what is there is taken as it is.
    if not client.indices.exists(index=name):
        try:
            client.indices.create(index=name)
            said.append(f"Created the index {name}.")
        except BadRequestError as error:
            if error.message != "resource_already_exists_exception":
                raise
    _require(client, name)
    return [*said, *_update_aliases(setup, name), *_update_mapping(setup, name)]


def _require(client: Elasticsearch, name: str) -> None:
    if not _mapping_of(client, name).get("_meta"):
        raise OperatorError(
            f"The index {name} was not made from our template: an index template of higher priority takes its name."
        )


def _update_mapping(setup: _Setup, name: str) -> list[str]:
    actual, wanted = _mapping_of(setup.client, name), mapping(setup.kind)
    meta = actual.get("_meta", {})
    if meta == wanted["_meta"]:
        return []
    reindex = f"Re-index {name} into a new version and move the aliases."
    if meta.get("analysis") != wanted["_meta"]["analysis"]:
        raise OperatorError(f"The text analysis of {name} is another one and cannot change in place. {reindex}")
    before = set(field_paths(actual.get("properties", {})))
    added = [path for path in field_paths(wanted["properties"]) if path not in before]
    try:
        with translated():
            setup.client.indices.put_mapping(
                index=name, dynamic=wanted["dynamic"], meta=wanted["_meta"], properties=wanted["properties"]
            )
    except TerminalError as error:
        raise OperatorError(f"The mapping of {name} cannot change in place. {error.cause} {reindex}") from error
    fields = f" with {', '.join(added)}" if added else ""
    return [f"Updated the mapping of {name}{fields}."]


def _update_replicas(setup: _Setup, name: str) -> list[str]:
    wanted = setup.settings.index_replicas
    actual = setup.client.indices.get_settings(index=name)[name]["settings"]["index"]["number_of_replicas"]
    if int(actual) == wanted:
        return []
    setup.client.indices.put_settings(index=name, settings={"index": {"number_of_replicas": wanted}})
    return [f"Set the replicas of {name} from {actual} to {wanted}."]


def _update_aliases(setup: _Setup, name: str) -> list[str]:
    wanted: dict[str, dict[str, Any]] = {
        setup.settings.index: {"is_write_index": True},
        live_alias(setup.settings): {"filter": live_filter()},
    }
    actual = _aliases(setup.client, name)
    changed = [alias for alias, body in wanted.items() if actual.get(alias) != body]
    if not changed:
        return []
    setup.client.indices.update_aliases(
        actions=[{"add": {"index": name, "alias": alias, **wanted[alias]}} for alias in changed]
    )
    return [f"Pointed the alias {alias} at {name}." for alias in changed]


def _index_behind(client: Elasticsearch, alias: str) -> str | None:
    """The index that is written through `alias`; None when there is no such alias."""
    answer = client.options(ignore_status=404).indices.get_alias(name=alias)
    if answer.meta.status == 404:
        if client.indices.exists(index=alias):
            raise OperatorError(f"{alias} is an index and must be an alias: rename it, or set WIRE_INDEX.")
        return None
    behind: dict[str, Any] = {name: each["aliases"][alias] for name, each in answer.items()}
    written = [name for name, each in behind.items() if each.get("is_write_index")] or list(behind)
    if len(written) > 1:
        raise OperatorError(
            f"The alias {alias} has several indices and none to write to: {', '.join(sorted(written))}."
        )
    return written[0]


def _aliases(client: Elasticsearch, name: str) -> dict[str, Any]:
    aliases: dict[str, Any] = client.indices.get_alias(index=name)[name]["aliases"]
    return aliases


def _mapping_of(client: Elasticsearch, name: str) -> dict[str, Any]:
    found: dict[str, Any] = client.indices.get_mapping(index=name)[name]["mappings"]
    return found
