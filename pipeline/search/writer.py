"""Writes documents in bulk and says of each what became of it.

The version of a document is external: the index takes it only when it is greater than the one it has, whatever the
order of arrival and however often the same is sent. So a request whose answer was lost is simply sent again. A document
with `expects` is written only in the place of the one that was read.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

import orjson
from elasticsearch import AsyncElasticsearch

from pipeline.errors import OperatorError, TerminalError, TransientError
from pipeline.search.failures import IndexBlockedError, classify, translated

MOST_DOCUMENTS = 500
MOST_BYTES = 10 << 20
"""Of one request, before compression; a larger document goes alone."""
_REQUEST_TIMEOUT = 120.0
_SHARD_TIMEOUT = "30s"

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Seen:
    """Which state of a document was read, as the engine counts; that there was none, without numbers."""

    seq_no: int | None = None
    primary_term: int | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """What is to stand in an index."""

    id: str
    version: int
    """Larger wins; equal changes nothing. Without meaning where `expects` is given."""
    source: bytes
    """JSON on one line."""
    expects: Seen | None = None
    """The state that it replaces; in the place of any other it is not written."""


class Written(Enum):
    """The index holds this version of the story, or a newer one."""

    INDEXED = "indexed"
    SUPERSEDED = "superseded"
    """The index already had this version or a newer one, or not what was expected, and was not changed."""


Outcome = Written | TerminalError | TransientError
"""TerminalError: this document can never be indexed. TransientError: send it again, later."""


async def write(
    client: AsyncElasticsearch,
    index: str,
    documents: Sequence[Document],
    *,
    alias: bool = True,
    refresh: bool = False,
) -> list[Outcome]:
    """Write `documents` to `index`, an alias unless said otherwise; one outcome each, in order.

    `refresh`: searches find them at once, and not only after the next refresh.

    A blocked index (disk full, read-only, closed) is a TransientError for each document and an error in the log: the
    stories wait in Kafka, none is lost. Raises OperatorError when credentials are refused or the set-up is missing.
    """
    outcomes: list[Outcome] = []
    for batch in _batches(documents):
        outcomes += await _send(client, _Target(index, alias, refresh), batch)
    if blocked := next((each for each in outcomes if isinstance(each, IndexBlockedError)), None):
        _log.error("%s", blocked)
    return outcomes


def _batches(documents: Sequence[Document]) -> Iterator[list[Document]]:
    batch: list[Document] = []
    size = 0
    for document in documents:
        if batch and (len(batch) == MOST_DOCUMENTS or size + len(document.source) > MOST_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(document)
        size += len(document.source)
    if batch:
        yield batch


@dataclass(frozen=True, slots=True)
class _Target:
    index: str
    alias: bool
    refresh: bool


async def _send(client: AsyncElasticsearch, target: _Target, documents: Sequence[Document]) -> list[Outcome]:
    """One request; refused as a whole, it is halved until the document is found that it is refused for."""
    try:
        with translated():
            answer = await client.options(request_timeout=_REQUEST_TIMEOUT).bulk(
                index=target.index,
                operations=_operations(documents),
                require_alias=target.alias,
                refresh=target.refresh,
                timeout=_SHARD_TIMEOUT,
                filter_path="items.*.status,items.*.error",
            )
    except TransientError as error:
        return [error] * len(documents)
    except TerminalError as error:
        if len(documents) == 1:
            return [TerminalError(error.cause, item=documents[0].id)]
        half = len(documents) // 2
        return [*await _send(client, target, documents[:half]), *await _send(client, target, documents[half:])]
    items = answer.get("items", [])
    if len(items) != len(documents):
        unclear = TransientError(f"The search engine answered for {len(items)} of {len(documents)} documents.")
        return [unclear] * len(documents)
    return [_outcome(document, *item.values()) for document, item in zip(documents, items, strict=True)]


def _operations(documents: Sequence[Document]) -> Any:
    """Lines ready to send, which the client takes though its types do not say so."""
    lines = []
    for document in documents:
        lines += [orjson.dumps(_action(document)), document.source]
    return lines


def _action(document: Document) -> dict[str, dict[str, Any]]:
    seen = document.expects
    if seen is None:
        return {"index": {"_id": document.id, "version": document.version, "version_type": "external"}}
    if seen.seq_no is None:
        return {"create": {"_id": document.id}}
    return {"index": {"_id": document.id, "if_seq_no": seen.seq_no, "if_primary_term": seen.primary_term}}


def _outcome(document: Document, item: Mapping[str, Any]) -> Outcome:
    """What became of one document. Raises OperatorError where all documents would fare alike."""
    status = item["status"]
    if 200 <= status < 300:
        return Written.INDEXED
    if status == 409:
        return Written.SUPERSEDED
    error = classify(status, item.get("error", {}))
    match error:
        case TerminalError():
            return TerminalError(error.cause, item=document.id)
        case TransientError():
            return error
    assert isinstance(error, OperatorError)
    raise error
