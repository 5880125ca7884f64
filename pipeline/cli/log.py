"""How a worker logs: one line a record on standard error, and an outage said rather than poured."""

import logging
import threading
import time
from datetime import UTC, datetime

from pipeline.settings import Settings

REPEAT_SECONDS = 5.0
"""A library says the same thing at most so often."""


class _Line(logging.Formatter):
    """Time (UTC, RFC 3339), level, stage, text."""

    def __init__(self, stage: str) -> None:
        super().__init__(f"%(asctime)s %(levelname)-7s {stage} %(message)s")

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: ARG002, N802
        return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")


class _Seldom(logging.Filter):
    """Of the libraries' records one for each message template and REPEAT_SECONDS: aiokafka says thousands a second
    while the broker is away."""

    def __init__(self) -> None:
        super().__init__()
        self._last: dict[tuple[str, str], float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name.startswith("pipeline"):
            return True
        key, now = (record.name, str(record.msg)), time.monotonic()
        if now - self._last.get(key, -REPEAT_SECONDS) < REPEAT_SECONDS:
            return False
        self._last[key] = now
        return True


def start(settings: Settings, stage: str) -> None:
    """Log to standard error from now on; the libraries only from warnings on."""
    handler = logging.StreamHandler()
    handler.setFormatter(_Line(stage))
    handler.addFilter(_Seldom())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("pipeline").setLevel(settings.log_level.upper())
    threading.excepthook = _thread_ended


def _thread_ended(arguments: threading.ExceptHookArgs) -> None:
    """A line instead of a page: aiokafka's thread ends so whenever a worker stops while the broker is away."""
    logging.getLogger("threads").warning("A thread ended with %r", arguments.exc_value or arguments.exc_type)
