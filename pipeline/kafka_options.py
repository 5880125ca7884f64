"""Whom Kafka's clients connect to and how, for the pipeline's own Kafka and for those that sources read from."""

import socket
import ssl
from dataclasses import dataclass
from typing import Any

from kafka.errors import (
    AuthorizationError,
    IllegalSaslStateError,
    KafkaConfigurationError,
    SaslAuthenticationFailedError,
    UnsupportedSaslMechanismError,
)

from pipeline.errors import OperatorError

REFUSED = (
    AuthorizationError,
    IllegalSaslStateError,
    KafkaConfigurationError,
    SaslAuthenticationFailedError,
    UnsupportedSaslMechanismError,
)
"""Errors that no retry mends: somebody must change credentials or settings."""

_CONNECT_SECONDS = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Brokers:
    """Where the brokers are, and how they let us in."""

    addresses: str
    """host:port, comma-separated."""
    named: str
    """What they are written in, for sentences: 'The setting WIRE_KAFKA'."""
    security: str = "PLAINTEXT"
    mechanism: str = "SCRAM-SHA-512"
    username: str = ""
    password: str = ""
    ca: str = ""
    """CA certificate file; empty for the system's."""

    @property
    def servers(self) -> list[str]:
        """The brokers, 'host:port' each."""
        return [server.strip() for server in self.addresses.split(",") if server.strip()]

    def options(self) -> dict[str, Any]:
        """Connection options shared by kafka-python's producer, consumer and admin client."""
        secure: dict[str, Any] = {}
        if self.security.endswith("SSL"):
            secure["ssl_context"] = ssl.create_default_context(cafile=self.ca or None)
        if self.security.startswith("SASL"):
            secure |= {
                "sasl_mechanism": self.mechanism,
                "sasl_plain_username": self.username,
                "sasl_plain_password": self.password,
            }
        return secure | {
            "bootstrap_servers": self.servers,
            "security_protocol": self.security,
            "client_id": "wire",
            "reconnect_backoff_max_ms": 1000,  # its default of 30 s outlasts most outages, and expires records
            "bootstrap_timeout_ms": 5_000,
            "receive_message_max_bytes": 512 << 20,
        }

    def reach(self) -> None:
        """Raises OSError when no broker takes a connection: kafka-python would try on, and leak sockets.

        OperatorError when an address is not 'host:port'.
        """
        failure: OSError | None = None
        for server in self.servers:
            host, _, port = server.rpartition(":")
            if not (host and port.isascii() and port.isdecimal() and int(port) < 1 << 16):
                raise OperatorError(f"{self.named} is wrong: '{server}' is not host:port.")
            try:
                socket.create_connection((host.strip("[]"), int(port)), timeout=_CONNECT_SECONDS).close()
            except OSError as error:
                failure = error
            else:
                return
        raise failure or OperatorError(f"{self.named} names no broker. It looks like localhost:9092.")
