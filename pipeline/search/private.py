"""The private indices: what the pipeline knows of each story, and every version of it. Not for searchers.

<index>-ledger     one document a story (lifecycle/life.py) and one for each name that an advisory calls a story by
<index>-history    one document a version: the whole Story as it was published, or as it waits
<index>-relations  see search/relations.py

They hold text under embargo: whoever may read them may see it, so searchers get rights on `<index>-live` alone.
"""

from datetime import datetime
from typing import Any

from elasticsearch import BadRequestError, Elasticsearch

from pipeline.settings import Settings

_KEYWORD = {"type": "keyword"}
_LEDGER: dict[str, Any] = {
    "dynamic": False,
    "properties": {
        "uri": _KEYWORD,
        "newest": {"type": "long"},
        "status": _KEYWORD,
        "embargoed": {"type": "date", "ignore_malformed": True},
        "released": {"type": "boolean"},
        "names": _KEYWORD | {"ignore_above": 8_000},
        "time": {"type": "date", "ignore_malformed": True},
        "advisory": _KEYWORD,
        "fits": _KEYWORD,
    },
}
_HISTORY: dict[str, Any] = {
    "dynamic": False,
    "properties": {
        "uri": _KEYWORD,
        "revision": {"type": "long"},
        "stripped": {"type": "boolean"},
        "story": {"type": "object", "enabled": False},
    },
}


def ledger_index(settings: Settings) -> str:
    """The index of what is known of each story."""
    return f"{settings.index}-ledger"


def history_index(settings: Settings) -> str:
    """The index of every version."""
    return f"{settings.index}-history"


def indices(settings: Settings) -> tuple[str, ...]:
    """Both."""
    return ledger_index(settings), history_index(settings)


def exact(time: datetime) -> str:
    """`time` for a range: what is left out (the fraction of a second) would be rounded up there."""
    return time.isoformat(timespec="milliseconds")


def ensure(client: Elasticsearch, settings: Settings) -> list[str]:
    """Create what is missing; a sentence for each change."""
    made = [(ledger_index(settings), _LEDGER, {}), (history_index(settings), _HISTORY, {"codec": "best_compression"})]
    return [said for name, mapping, extra in made for said in ensure_index(client, settings, name, mapping, extra)]


def ensure_index(
    client: Elasticsearch, settings: Settings, name: str, mapping: dict[str, Any], extra: dict[str, Any]
) -> list[str]:
    """Create the index `name`, or bring its fields and replicas up to date; a sentence for each change."""
    shared = {"number_of_replicas": settings.index_replicas}
    if not client.indices.exists(index=name):
        shards = {"number_of_shards": settings.index_shards}
        try:
            client.indices.create(index=name, mappings=mapping, settings={"index": shared | shards | extra})
        except BadRequestError as error:
            if error.message != "resource_already_exists_exception":  # another set-up at the same moment
                raise
        return [f"Created the index {name}."]
    said = []
    there = client.indices.get_mapping(index=name)[name]["mappings"].get("properties", {})
    if added := sorted(set(mapping["properties"]) - set(there)):
        client.indices.put_mapping(index=name, properties=mapping["properties"])
        said.append(f"Updated the mapping of {name} with {', '.join(added)}.")
    replicas = client.indices.get_settings(index=name)[name]["settings"]["index"]["number_of_replicas"]
    if int(replicas) != settings.index_replicas:
        client.indices.put_settings(index=name, settings={"index": shared})
        said.append(f"Set the replicas of {name} from {replicas} to {settings.index_replicas}.")
    return said
