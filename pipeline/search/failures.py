"""What a search engine's refusal means for a message: the one place where its errors become ours.

no answer, no shard, 408, 429, 5xx           TransientError
index blocked (disk full, read-only, closed)  IndexBlockedError, a TransientError: whoever writes waits, loudly
401, 403, certificates refused                OperatorError
index or alias missing, mapping too old       OperatorError: all messages would fail alike, so none may be dropped
an answer that is no search engine's          OperatorError
any other 4xx                                 TerminalError
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import elastic_transport
import elasticsearch

from pipeline.errors import OperatorError, TerminalError, TransientError, WireError

SETUP_FIRST = "Run `wire setup` first: "

_BLOCKED = {"cluster_block_exception", "index_closed_exception"}
_NOT_SET_UP = {"index_not_found_exception", "alias_not_found_exception", "strict_dynamic_mapping_exception"}
_NOT_SET_UP_SAID = ("no write index is defined", "no mapping found for")
_REASON_LIMIT = 500
_OVERSIZED = re.compile(r"coordinating_operation_bytes=(\d+), max_coordinating\w*_bytes=(\d+)")


class IndexBlockedError(TransientError):
    """The index refuses writes until somebody frees disk space, or lifts the block, or opens it again."""


@contextmanager
def translated() -> Iterator[None]:
    """Turns the client's exceptions into ours."""
    try:
        yield
    except (elastic_transport.TransportError, elasticsearch.ApiError) as error:
        raise translate(error) from error


def translate(error: elastic_transport.TransportError | elasticsearch.ApiError) -> WireError:
    """Our error for one of the client's."""
    if isinstance(error, elasticsearch.ApiError):
        return _refused(error)
    if isinstance(error, elastic_transport.TlsError) and "CERTIFICATE_VERIFY_FAILED" in str(error.message):
        return OperatorError(f"The search engine's certificate is not trusted: {_short(error.message)}.")
    return TransientError(f"The search engine does not answer: {_short(error.message)}.")


def _refused(error: elasticsearch.ApiError) -> WireError:
    cause = error.body.get("error") if isinstance(error.body, dict) else None
    if isinstance(cause, dict):
        return classify(error.status_code, cause)
    if error.status_code in {400, 404, 405, 406}:
        return OperatorError(
            f"WIRE_ELASTICSEARCH does not lead to a search engine: it answers HTTP {error.status_code}."
        )
    return classify(error.status_code, {"type": "http", "reason": "no reason given"})


def classify(status: int, cause: dict[str, Any]) -> WireError:
    """Our error for an engine's answer: an HTTP status and its `error` object ({type, reason, caused_by})."""
    kind, reason = str(cause.get("type")), _reason(cause)
    if kind in _BLOCKED:
        return IndexBlockedError(f"The index is blocked: {reason}. Writing waits until the block is lifted.")
    if kind in _NOT_SET_UP or any(each in reason.lower() for each in _NOT_SET_UP_SAID):
        return OperatorError(f"{SETUP_FIRST}the search engine says {reason}.")
    if status in {401, 403}:
        return OperatorError(f"The search engine refuses our credentials or rights: {reason}.")
    return _by_status(status, reason)


def _by_status(status: int, reason: str) -> WireError:
    if status == 413:
        return TerminalError("The story is larger than the search engine, or a proxy before it, accepts (HTTP 413).")
    if status == 429 and (sizes := _OVERSIZED.search(reason)) and int(sizes[1]) > int(sizes[2]):
        return TerminalError(f"The story is larger than the search engine can ever take: {sizes[1]} bytes.")
    if "maxClauseCount" in reason:  # some versions answer 500 to a query of too many words
        return TerminalError(f"The query has too many words for the search engine: {reason}.")
    # 404 with an index there: a shard is not, after a crash or a full disk. Never is it the document's fault.
    if status in {404, 408, 429} or status >= 500:
        return TransientError(f"The search engine cannot do it now (HTTP {status}): {reason}.")
    return TerminalError(f"The search engine rejects it (HTTP {status}): {reason}.")


def _reason(cause: dict[str, Any]) -> str:
    """The engine's reason, with the innermost cause, which is the one that helps."""
    inner = cause
    while isinstance(inner.get("caused_by"), dict):
        inner = inner["caused_by"]
    roots = cause.get("root_cause")
    if inner is cause and isinstance(roots, list) and roots and isinstance(roots[0], dict):
        inner = roots[0]
    reasons = [_short(str(each.get("reason") or each.get("type"))) for each in (cause, inner)]
    return reasons[0] if reasons[1] in reasons[0] else ": ".join(reasons)


def _short(text: object) -> str:
    line = " ".join(str(text).split()).rstrip(".")
    return line if len(line) <= _REASON_LIMIT else line[:_REASON_LIMIT] + " ..."
