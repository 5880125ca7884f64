"""How kafka-python connects: the one place that turns settings into its options and its errors into ours."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from kafka.errors import (
    AuthorizationError,
    IllegalSaslStateError,
    KafkaConfigurationError,
    KafkaError,
    SaslAuthenticationFailedError,
    UnsupportedSaslMechanismError,
)

from pipeline.errors import OperatorError, TransientError
from pipeline.settings import Settings

REFUSED = (
    AuthorizationError,
    IllegalSaslStateError,
    KafkaConfigurationError,
    SaslAuthenticationFailedError,
    UnsupportedSaslMechanismError,
)
"""Errors that no retry mends: somebody must change credentials or settings."""


_CONNECT_SECONDS = 3.0


def servers(settings: Settings) -> list[str]:
    """The brokers, 'host:port' each."""
    return [server.strip() for server in settings.kafka.split(",") if server.strip()]


def options(settings: Settings) -> dict[str, Any]:
    """Connection options shared by kafka-python's producer, consumer and admin client."""
    secure: dict[str, Any] = {}
    if settings.kafka_security.endswith("SSL"):
        secure["ssl_context"] = ssl.create_default_context(cafile=settings.kafka_ca or None)
    if settings.kafka_security.startswith("SASL"):
        secure |= {
            "sasl_mechanism": settings.kafka_mechanism,
            "sasl_plain_username": settings.kafka_username,
            "sasl_plain_password": settings.kafka_password,
        }
    return secure | {
        "bootstrap_servers": servers(settings),
        "security_protocol": settings.kafka_security,
        "client_id": "wire",
        "reconnect_backoff_max_ms": 1000,  # its default of 30 s outlasts most outages, and expires records
        "bootstrap_timeout_ms": 5_000,
        "receive_message_max_bytes": 512 << 20,
    }


def reach(settings: Settings) -> None:
    """Raises OSError when no broker takes a connection: kafka-python's clients would try on, and leak their sockets.

    OperatorError when the setting is not 'host:port'.
    """
    failure: OSError | None = None
    for server in servers(settings):
        host, _, port = server.rpartition(":")
        if not (host and port.isascii() and port.isdecimal() and int(port) < 1 << 16):
            raise OperatorError(f"The setting WIRE_KAFKA is wrong: '{server}' is not host:port.")
        try:
            socket.create_connection((host.strip("[]"), int(port)), timeout=_CONNECT_SECONDS).close()
        except OSError as error:
            failure = error
        else:
            return
    raise failure or OperatorError("The setting WIRE_KAFKA names no broker. It looks like localhost:9092.")


@contextmanager
def translated(settings: Settings) -> Iterator[None]:
    """Kafka's errors as ours, with a sentence that names the brokers."""
    try:
        yield
    except REFUSED as error:
        raise OperatorError(f"Kafka at {settings.kafka} refused: {error}.") from error
    except (KafkaError, OSError) as error:
        raise TransientError(
            f"Kafka at {settings.kafka} does not answer ({type(error).__name__}). "
            "Start the local one with `wire up`, or set WIRE_KAFKA."
        ) from error
