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
from itertools import islice
from types import TracebackType
from typing import Any, Self

from kafka import KafkaProducer
from kafka.errors import InvalidTopicError, KafkaError, MessageSizeTooLargeError

from pipeline.bus.connection import options, reach
from pipeline.errors import OperatorError, TerminalError
from pipeline.kafka_options import REFUSED
from pipeline.messages import Send, encode_headers
from pipeline.settings import Settings
from pipeline.topics import DEAD_LETTER_MB, MEGABYTE

_NEVER = (MessageSizeTooLargeError, InvalidTopicError)
_SILENCE = 45.0
"""Seconds without any acknowledgement after which a producer is taken for dead."""
_PAUSE = 1.0
"""Seconds between tries to reach a broker that is not there."""
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
        self._last_sign = self._replaced = time.monotonic()
        self._not_before = 0.0
        """When to try again to reach the broker."""
        self._one_by_one = 0
        """How many of the first records are sent alone, to find the one that the broker does not take."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.flush()
        else:
            self._collect()
        self._drop()

    @property
    def unacknowledged(self) -> int:
        """Records sent and not acknowledged yet."""
        return len(self._pending)

    def send(self, record: Send) -> None:
        """Queue `record`; blocks while the window is full. Raises OperatorError when Kafka refuses us."""
        while self._pending and (len(self._pending) >= _WINDOW_RECORDS or self._bytes >= _WINDOW_BYTES):
            self._settle(wait=True)
        if not self._pending:
            self._last_sign = time.monotonic()  # nothing was to be acknowledged: that was no silence
        self._pending.append((record, None))
        self._bytes += len(record.value)
        self._transmit()
        self._settle(wait=False)

    def poll(self) -> None:
        """To be called about once a second while there is nothing to send: sends again what failed meanwhile."""
        self._settle(wait=False)
        if self._pending:
            self._wait()

    def flush(self) -> None:
        """Block until every record is acknowledged or refused."""
        while self._pending:
            self._settle(wait=True)

    def _collect(self) -> None:
        """Take off what is acknowledged by now."""
        self._one_by_one = 0
        while self._pending:
            record, future = self._pending[0]
            if future is None or isinstance(future, KafkaError) or not future.succeeded():
                return
            self._take_off(record, None)

    def _transmit(self) -> None:
        """Hand the records that have no future to the producer, in order."""
        if time.monotonic() < self._not_before:
            return
        for position, (record, future) in enumerate(islice(self._pending, 1 if self._one_by_one else None)):
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
                self._not_before = time.monotonic() + _PAUSE  # no broker, or no metadata yet
                return

    def _settle(self, *, wait: bool) -> None:
        """Take acknowledged records off the front; with `wait`, for up to a second for the first."""
        progress = False
        while self._pending:
            record, future = self._pending[0]
            if future is None or not self._finished(future, wait=wait and not progress):
                break
            error = future if isinstance(future, KafkaError) else future.exception
            if error is not None and not self._for_good(error, future):
                self._replace(error)
                return
            self._take_off(record, error)
            progress = True
        if self._pending and not progress and wait:
            self._wait()

    def _for_good(self, error: BaseException, future: Any) -> bool:
        """Whether the broker can never take the first record.

        kafka-python's producer is spent after such an answer, and fails with the same error all that was under way
        besides: that is sent again one by one.
        """
        if not isinstance(error, _NEVER):
            return False
        if isinstance(future, KafkaError) or self._one_by_one:
            return True
        self._one_by_one = sum(each is not None for _, each in self._pending)
        return False

    def _take_off(self, record: Send, error: BaseException | None) -> None:
        self._pending.popleft()
        self._bytes -= len(record.value)
        self._last_sign = time.monotonic()
        if error is None:
            self._on_ack(record)
        else:
            self._on_refused(record, TerminalError(f"Kafka can never take it: {error}."))
        if self._one_by_one:
            self._one_by_one -= 1
            if error is not None:
                self._drop()
            self._transmit()

    @staticmethod
    def _finished(future: Any, *, wait: bool) -> bool:
        if isinstance(future, KafkaError):
            return True
        if wait and not future.is_done:
            with suppress(KafkaError):
                future.get(timeout=1.0)
        return bool(future.is_done)

    def _wait(self) -> None:
        if any(future is None for _, future in self._pending):
            time.sleep(max(0.0, self._not_before - time.monotonic()))
            self._transmit()
        silence = time.monotonic() - self._last_sign
        if silence > 1.0:
            self._on_wait(silence)
        if time.monotonic() - max(self._last_sign, self._replaced) > _SILENCE:
            self._replace(None)

    def _replace(self, error: BaseException | None) -> None:
        if isinstance(error, REFUSED):
            raise OperatorError(f"Kafka at {self._settings.kafka} refused: {error}.") from error
        self._drop()
        kept = ((record, future if isinstance(future, KafkaError) else None) for record, future in self._pending)
        self._pending = deque(kept)
        self._replaced = time.monotonic()
        if not self._one_by_one:
            self._on_wait(self._replaced - self._last_sign)
            time.sleep(0.2)
        self._transmit()

    def _drop(self) -> None:
        """End the producer, with what it has under way: it must not send that later."""
        if self._producer is not None:
            # Its own close() first waits for what is under way, fails, and leaves the sending thread running.
            self._producer._sender.force_close()  # noqa: SLF001
            self._producer._sender.join(2.0)  # noqa: SLF001
            with suppress(KafkaError):
                self._producer.close(timeout=0)
            self._producer = None

    def _connected(self) -> Any:
        if self._producer is None:
            reach(self._settings)
            self._producer = KafkaProducer(
                **options(self._settings) | {"bootstrap_timeout_ms": 2_000},
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
