"""Apache Kafka as one local node: KRaft, broker and controller in one process."""

import base64
import subprocess
import uuid
from pathlib import Path

from kafka import KafkaAdminClient
from kafka.errors import KafkaError

from pipeline.errors import OperatorError
from pipeline.local.engine import Engine, WrongServerError
from pipeline.local.ports import any_free, listens
from pipeline.topics import DEAD_LETTER_MB, MEGABYTE

FORMAT_S = 60
LARGEST = (DEAD_LETTER_MB + 8) * MEGABYTE
"""Largest message batch: a dead letter with its headers."""

# Paths are relative to the engine's home, its working folder: a comma or a non-Latin letter in it would be misread.
PROPERTIES = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
controller.listener.names=CONTROLLER
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs=data
auto.create.topics.enable=false
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
offsets.retention.minutes=525600
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
share.coordinator.state.topic.num.partitions=4
group.initial.rebalance.delay.ms=0
# After a crash a broker comes back only when the session of its former self is over.
broker.session.timeout.ms=4000
broker.heartbeat.interval.ms=500
message.max.bytes={largest}
replica.fetch.max.bytes={largest}
socket.request.max.bytes={request}
log.segment.bytes=268435456
log.index.size.max.bytes=1048576
log.cleaner.dedupe.buffer.size=33554432
num.network.threads=2
num.io.threads=4
"""


def _prepare(home: Path, port: int, command: list[str]) -> list[str]:
    properties = home / "server.properties"
    text = PROPERTIES.format(port=port, controller=any_free(), largest=LARGEST, request=LARGEST + 16 * MEGABYTE)
    properties.write_text(text, encoding="utf-8")
    if _cluster_id(home) is None:
        _format(command, properties)
    return ["kafka.Kafka", properties.name]


def _format(command: list[str], properties: Path) -> None:
    """Give an empty log folder its identity; meta.properties, the last file written, says that it was done."""
    identity = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
    tool = ["kafka.tools.StorageTool", "format", f"--cluster-id={identity}", "--ignore-formatted", "-c"]
    try:
        done = subprocess.run(
            [*command, *tool, properties.name],
            cwd=properties.parent,
            capture_output=True,
            text=True,
            timeout=FORMAT_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise OperatorError(f"Kafka's log folder was not made ready within {FORMAT_S} s: is the disk busy?") from error
    if done.returncode != 0:
        raise OperatorError(f"Kafka's log folder could not be made ready: {(done.stdout + done.stderr).strip()}")


def _cluster_id(home: Path) -> str | None:
    try:
        lines = (home / "data" / "meta.properties").read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return None
    return next((line.removeprefix("cluster.id=") for line in lines if line.startswith("cluster.id=")), None)


def _answers(home: Path, port: int) -> bool:
    if not listens(port):
        return False
    try:
        client = KafkaAdminClient(
            bootstrap_servers=[f"127.0.0.1:{port}"], request_timeout_ms=5000, bootstrap_timeout_ms=3000
        )
        try:
            found = client.describe_cluster()
        finally:
            client.close()
    except (KafkaError, OSError):
        return False
    if found["cluster_id"] != _cluster_id(home):
        raise WrongServerError
    return any(not broker.get("is_fenced") for broker in found["brokers"])


KAFKA = Engine(
    name="kafka",
    title="Apache Kafka",
    version="4.4.0",
    setting="kafka",
    scheme="",
    usual_ports=range(9092, 9192),
    other_ports=range(29092, 32000),
    prepare=_prepare,
    answers=_answers,
)
