"""A stage as a Faust application: reads, hands batches to Delivery, acknowledges.

What may not happen and why it does not: no exception leaves an agent (Faust would acknowledge what crashed); sends
are awaited until the broker has them; offsets are acknowledged per whole batch and in order (one agent a topic,
concurrency 1); values stay bytes (Faust's own decoding would drop what it cannot decode).
"""

import asyncio
import logging
import os
import sys
import threading
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import faust
from aiokafka.errors import MessageSizeTooLargeError

import pipeline.stages.hardening  # noqa: F401 (repairs Faust on import)
from pipeline.errors import EXIT_OPERATOR, OperatorError, TerminalError, WireError
from pipeline.messages import Message, Send, decode_headers, encode_headers
from pipeline.settings import Settings
from pipeline.stages.delivery import LONGEST_DELAY, Delivery
from pipeline.stages.outcome import Source, Stage, Tick
from pipeline.topics import DEAD_LETTER_MB, MEGABYTE

logger = logging.getLogger(__name__)

STOP_SECONDS = 8.5
"""After SIGTERM: what is not acknowledged by then is let go and comes again."""
EXIT_CRASH, EXIT_STOP = 70, 75
"""Exit codes (sysexits.h): a fault of ours; stopped with work in hand."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class _App(faust.App):  # type: ignore[misc]
    """Ends the process rather than acknowledge what failed, or hang while the broker is away."""

    async def _on_agent_error(self, agent: Any, exc: BaseException) -> None:
        logger.critical("%s crashed: nothing in hand is acknowledged", agent, exc_info=exc)
        _exit(EXIT_CRASH)

    async def stop(self) -> None:
        timer = threading.Timer(STOP_SECONDS, _exit, (EXIT_STOP,))
        timer.daemon = True
        timer.start()
        await super().stop()


_App.logger = logging.getLogger("faust.app")  # Faust names it after our module; its chatter is not ours


def _exit(code: int) -> None:
    logging.shutdown()
    sys.stdout.flush()
    os._exit(code)


def build(stage: Stage, settings: Settings) -> faust.App:
    """The stage's application, with one agent for each topic it reads."""
    folder = Path(settings.data) / "workers" / f"{stage.name}-{os.getpid()}"
    folder.parent.mkdir(parents=True, exist_ok=True)  # Faust creates the last folder only
    app = _App(
        stage.group,
        broker=[f"kafka://{server.strip()}" for server in settings.kafka.split(",")],
        broker_credentials=_credentials(settings),
        broker_client_id=f"wire-{stage.name}",
        datadir=str(folder),
        store="memory://",
        autodiscover=False,
        web_enabled=settings.health_port > 0,
        web_port=settings.health_port or 6066,
        web_bind="0.0.0.0",  # noqa: S104 (asked for by setting a port; it tells nothing but health)
        key_serializer="raw",
        value_serializer="raw",
        topic_allow_declare=False,
        topic_disable_leader=True,
        broker_commit_interval=1.0,
        broker_session_timeout=10.0,
        broker_heartbeat_interval=2.0,
        broker_rebalance_timeout=60.0,
        broker_request_timeout=30.0,
        broker_max_poll_interval=7 * 86400.0,  # blocked longer, a member leaves its group and never rejoins
        consumer_auto_offset_reset="earliest",
        consumer_max_fetch_size=4 * MEGABYTE,
        broker_max_poll_records=4,  # while more than fit are put into one topic's full buffer, no other topic is read
        producer_acks=-1,
        producer_compression_type="gzip",
        producer_linger=0.002,
        producer_max_request_size=(DEAD_LETTER_MB + 1) * MEGABYTE,
        producer_request_timeout=10.0,  # sends raise after it, and are retried here
        stream_buffer_maxsize=128,  # messages a topic: of the largest items they are 1.3 GB
        stream_wait_empty=True,  # False would acknowledge the event in flight
        table_standby_replicas=0,
        worker_redirect_stdouts=False,
    )
    _Binding(app, stage, settings).bind()
    return app


def _credentials(settings: Settings) -> Any:
    if settings.kafka_security == "PLAINTEXT":
        return None
    context = None
    if settings.kafka_security.endswith("SSL"):
        context = faust.SSLCredentials(cafile=settings.kafka_ca or None)
    if settings.kafka_security == "SSL":
        return context
    return faust.SASLCredentials(
        username=settings.kafka_username,
        password=settings.kafka_password,
        mechanism=settings.kafka_mechanism,
        ssl_context=context.context if context else None,
    )


class _Binding:
    """Connects the agents of one application with the stage's function."""

    def __init__(self, app: faust.App, stage: Stage, settings: Settings) -> None:
        self._app, self._stage, self._settings = app, stage, settings
        self._opened: asyncio.Task[Delivery] | None = None
        self._resources = AsyncExitStack()

    def bind(self) -> None:
        for source in self._stage.reads:
            topic = self._topic(source.topic)
            self._app.agent(topic, name=f"{self._stage.name}-{source.topic}")(self._agent(source))
        self._app.on_before_shutdown.connect(self._close)
        if self._settings.health_port:

            async def health(view: Any, _request: Any) -> Any:  # Faust makes a method of it: ours is bound already
                return self._health(view)

            self._app.page("/healthz")(health)

    def _topic(self, name: str) -> Any:
        return self._app.topic(name, key_type=bytes, value_type=bytes, allow_empty=True)

    def _agent(self, source: Source) -> Callable[[Any], Any]:
        async def agent(stream: Any) -> None:
            try:
                delivery = await self._delivery()
                async for events in stream.noack_take(source.batch, within=source.within):
                    if await delivery.deliver([_message(event.message) for event in events], source.priority):
                        for event in events:
                            await stream.ack(event)
                    else:
                        self._let_go(events)
                        while self._app.rebalancing:  # noqa: ASYNC110 (Faust gives no event to await)
                            await asyncio.sleep(0.05)
            except OperatorError as error:
                logger.critical("%s", error)
                _exit(EXIT_OPERATOR)

        return agent

    def _let_go(self, events: list[Any]) -> None:
        """Drop every reference, or Faust waits for acknowledgements that never come."""
        for event in events:
            self._app.consumer.unacked.discard(event.message)
        events.clear()

    async def _delivery(self) -> Delivery:
        """What all agents share, opened once by whichever comes first."""
        if self._opened is None:
            self._opened = asyncio.ensure_future(self._open())
        return await asyncio.shield(self._opened)  # an agent that is stopped must not stop the opening

    async def _open(self) -> Delivery:
        topics = {name: self._topic(name) for name in self._stage.writes}

        async def send(record: Send) -> None:
            headers = encode_headers(record.headers)
            try:
                # The first await only queues; the second one is the broker's acknowledgement.
                await (await topics[record.topic].send(key=record.key, value=record.value, headers=headers))
            except Exception as error:
                if any(isinstance(each, MessageSizeTooLargeError) for each in (error, error.__cause__)):
                    size = (len(record.key or b"") + len(record.value)) / MEGABYTE
                    raise TerminalError(f"{record.topic} takes no message of this size, {size:.1f} MiB.") from error
                raise

        work = await self._resources.enter_async_context(self._stage.open(self._settings))
        delivery = Delivery(self._stage.name, work, send, self._leaving)
        if work.tick:
            ticking = asyncio.ensure_future(self._tick(work.tick, work.interval, delivery))
            self._resources.callback(ticking.cancel)
        logger.info("ready")
        return delivery

    async def _tick(self, tick: Tick, interval: float, delivery: Delivery) -> None:
        """Call `tick` and send what it returns; a failure is said, and tried again with back-off."""
        delay = interval
        while True:
            await asyncio.sleep(delay)
            if self._leaving():
                continue
            try:
                for refusal in (await delivery.send_all(await tick()) or {}).values():
                    logger.error("%s", refusal)
                delay = interval
            except WireError as error:
                delay = min(2 * delay, LONGEST_DELAY)
                logger.warning("%s Again in %.1f s.", error, delay)
            except Exception:
                delay = LONGEST_DELAY
                logger.exception("The tick failed; again in %.1f s.", delay)

    def _leaving(self) -> bool:
        return bool(self._app.rebalancing or self._app.should_stop)

    async def _close(self, *_: Any, **__: Any) -> None:
        await self._resources.aclose()
        logger.info("stopped")

    def _health(self, view: Any) -> Any:
        ready = not self._leaving() and self._opened is not None and self._opened.done()
        return view.json({"stage": self._stage.name, "ready": ready}, status=200 if ready else 503)


def _message(message: Any) -> Message:
    headers = message.headers
    return Message(
        topic=message.topic,
        partition=message.partition,
        offset=message.offset,
        timestamp=_EPOCH + timedelta(seconds=max(message.timestamp, 0)),
        key=message.key,
        value=message.value or b"",
        headers=decode_headers(list(headers.items()) if isinstance(headers, dict) else headers),
    )


def run(stage: Stage, settings: Settings) -> None:
    """Run one worker of `stage` until SIGTERM or SIGINT. Does not return: raises SystemExit."""
    app = build(stage, settings)
    worker = app.Worker(loglevel=settings.log_level.upper(), quiet=True, override_logging=False, redirect_stdouts=False)
    worker.spinner = None
    worker.execute_from_commandline()
