"""How kafka-python connects to the pipeline's own Kafka: its options from settings, and its errors as ours."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from kafka.errors import KafkaError

from pipeline.errors import OperatorError, TransientError
from pipeline.kafka_options import REFUSED, Brokers
from pipeline.settings import Settings


def _brokers(settings: Settings) -> Brokers:
    return Brokers(
        addresses=settings.kafka,
        named="The setting WIRE_KAFKA",
        security=settings.kafka_security,
        mechanism=settings.kafka_mechanism,
        username=settings.kafka_username,
        password=settings.kafka_password,
        ca=settings.kafka_ca,
    )


def options(settings: Settings) -> dict[str, Any]:
    """Connection options shared by kafka-python's producer, consumer and admin client."""
    return _brokers(settings).options()


def reach(settings: Settings) -> None:
    """Raises OSError when no broker takes a connection, OperatorError when the setting is not 'host:port'."""
    _brokers(settings).reach()


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
