"""A kafka-python producer that loses nothing, however long the broker is away.

kafka-python's own retries end with delivery_timeout_ms, and once a batch of its idempotent producer has expired the
producer may fall silent: later futures never end. So every record is kept here until its acknowledgement, and a
producer that failed or fell silent is replaced and sent everything unacknowledged again, in order. A record may thus
be in the topic twice, never not at all; what the pipeline does with it is idempotent.
"""

import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Any, Self

from kafka import KafkaProducer
from kafka.errors import InvalidTopicError, KafkaError, MessageSizeTooLargeError

from pipeline.bus.connection import REFUSED, options
from pipeline.errors import OperatorError, TerminalError
from pipeline.messages import Send, encode_headers
from pipeline.settings import Settings
from pipeline.topics import DEAD_LETTER_MB, MEGABYTE

_NEVER = (MessageSizeTooLargeError, InvalidTopicError)
_SILENCE = 45.0
"""Seconds without any acknowledgement after which a producer is taken for dead."""
_WINDOW_RECORDS = 2000
_WINDOW_BYTES = 64 * MEGABYTE


class DurableProducer:
    """Sends records in order with acks=all; `send` blocks while too much is unacknowledged.

    `on_ack(send)` is called for each acknowledged record, `on_refused(send, error)` for one that the broker can never
    take, `on_wait(seconds)` about once a second while the broker does not answer.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        on_ack: Callable[[Send], None],
        on_refused: Callable[[Send, TerminalError], None],
        on_wait: Callable[[float], None],
    ) -> None:
        self._settings = settings
        self._on_ack, self._on_refused, self._on_wait = on_ack, on_refused, on_wait
        self._pending: deque[tuple[Send, Any]] = deque()  # (record, future), oldest first; future None: to be sent
        self._bytes = 0
        self._producer: Any = None
        self._last_sign = time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.flush()
        self._drop()

    @property
    def unacknowledged(self) -> int:
        """Records sent and not acknowledged yet."""
        return len(self._pending)

    def send(self, record: Send) -> None:
        """Queue `record`; blocks while the window is full. Raises OperatorError when Kafka refuses us."""
        while self._pending and (len(self._pending) >= _WINDOW_RECORDS or self._bytes >= _WINDOW_BYTES):
            self._settle(wait=True)
        self._pending.append((record, None))
        self._bytes += len(record.value)
        self._transmit()
        self._settle(wait=False)

    def flush(self) -> None:
        """Block until every record is acknowledged or refused."""
        while self._pending:
            self._settle(wait=True)

    def _transmit(self) -> None:
        """Hand every record that has no future to the producer, in order."""
        for position, (record, future) in enumerate(self._pending):
            if future is not None:
                continue
            try:
                self._pending[position] = (
                    record,
                    self._connected().send(
                        record.topic, value=record.value, key=record.key, headers=encode_headers(record.headers)
                    ),
                )
            except _NEVER as error:
                self._pending[position] = (record, error)
            except REFUSED as error:
                raise OperatorError(f"Kafka at {self._settings.kafka} refused: {error}.") from error
            except (KafkaError, OSError):
                return  # no metadata yet: the next call tries again

    def _settle(self, *, wait: bool) -> None:
        """Take acknowledged records off the front; with `wait`, for up to a second for the first."""
        progress = False
        while self._pending:
            record, future = self._pending[0]
            if isinstance(future, KafkaError):
                error: BaseException | None = future
            elif future is None or not self._finished(future, wait=wait and not progress):
                break
            else:
                error = future.exception
            if error is not None and not isinstance(error, _NEVER):
                self._replace(error)
                return
            self._pending.popleft()
            self._bytes -= len(record.value)
            progress = True
            self._last_sign = time.monotonic()
            if error is None:
                self._on_ack(record)
            else:
                self._on_refused(record, TerminalError(f"Kafka can never take it: {error}."))
        if self._pending and not progress and wait:
            self._wait()

    @staticmethod
    def _finished(future: Any, *, wait: bool) -> bool:
        if wait and not future.is_done:
            with suppress(KafkaError):
                future.get(timeout=1.0)
        return bool(future.is_done)

    def _wait(self) -> None:
        silence = time.monotonic() - self._last_sign
        if any(future is None for _, future in self._pending):
            self._transmit()
        if silence > 1.0:
            self._on_wait(silence)
        if silence > _SILENCE and silence % _SILENCE < 1.5:
            self._replace(None)

    def _replace(self, error: BaseException | None) -> None:
        if isinstance(error, REFUSED):
            raise OperatorError(f"Kafka at {self._settings.kafka} refused: {error}.") from error
        self._drop()
        self._pending = deque((record, None) for record, _ in self._pending)
        self._on_wait(time.monotonic() - self._last_sign)
        time.sleep(0.2)
        self._transmit()

    def _drop(self) -> None:
        if self._producer is not None:
            with suppress(KafkaError):
                self._producer.close(timeout=0)
            self._producer = None

    def _connected(self) -> Any:
        if self._producer is None:
            self._producer = KafkaProducer(
                **options(self._settings),
                acks="all",
                compression_type="gzip",
                linger_ms=5,
                batch_size=256 * 1024,
                max_block_ms=2_000,
                delivery_timeout_ms=30_000,
                request_timeout_ms=10_000,
                max_request_size=(DEAD_LETTER_MB + 1) * MEGABYTE,
                allow_auto_create_topics=False,
            )
        return self._producer
