"""OpenSearch as one local node, started by the runner that embeds it."""

import http.client
import uuid
from pathlib import Path

import orjson

from pipeline.local.engine import EXCEPTIONS, LOG4J, Engine, WrongServerError
from pipeline.local.ports import HOST

CONFIGURATION = """\
network.host: 127.0.0.1
transport.port: 9300-9599
# A laptop's disk is often nearly full, and a block on writes that nobody sees is worse than the error of a full one.
cluster.routing.allocation.disk.threshold_enabled: false
action.auto_create_index: false
"""


def _prepare(home: Path, port: int, _command: list[str]) -> list[str]:
    folder = home / "node_1" / "config"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "opensearch.yml").write_text(CONFIGURATION, encoding="utf-8")
    (folder / LOG4J.name).write_bytes(LOG4J.read_bytes())
    return [
        "-Djava.locale.providers=SPI,CLDR",
        # The runner swallows the exception it dies of. The path is relative: a colon in it would end it.
        f"-Xlog:exceptions=info:file={EXCEPTIONS}:none:filecount=1,filesize=2M",
        "org.codelibs.opensearch.runner.OpenSearchRunner",
        "-basePath",
        str(home),
        "-numOfNode",
        "1",
        "-baseHttpPort",
        str(port - 1),  # the runner adds the number of the node
        "-clusterName",
        _cluster_name(home),
    ]


def _cluster_name(home: Path) -> str:
    """A name of this data folder's own: whoever answers on the port shows by it whether it is this engine."""
    file = home / "cluster-name"
    try:
        return file.read_text(encoding="ascii")
    except FileNotFoundError:
        name = f"wire-{uuid.uuid4().hex[:12]}"
        partial = file.with_suffix(".new")
        partial.write_text(name, encoding="ascii")
        partial.replace(file)
        return name


def _answers(home: Path, port: int) -> bool:
    connection = http.client.HTTPConnection(HOST, port, timeout=3)
    try:
        connection.request("GET", "/_cluster/health?wait_for_status=yellow&timeout=1s")
        response = connection.getresponse()
        body = response.read(1 << 16)
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    try:
        name = orjson.loads(body)["cluster_name"]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return False
    if name != _cluster_name(home):
        raise WrongServerError
    return response.status == http.client.OK


OPENSEARCH = Engine(
    name="opensearch",
    title="OpenSearch",
    version="3.8.0",
    setting="elasticsearch",
    scheme="http://",
    usual_ports=range(9201, 9300),
    other_ports=range(9221, 9300),  # the runner refuses any beyond
    prepare=_prepare,
    answers=_answers,
)
