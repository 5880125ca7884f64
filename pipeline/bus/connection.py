"""How kafka-python connects: the one place that turns settings into its options and its errors into ours."""

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
