"""deploy/docker/credentials.py as its service runs it, against a server that takes down what it is asked."""

import gzip
import json
import os
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from tests.deploy import compose

GIVEN = compose.filled()
SERVICE = compose.services(GIVEN)["credentials"]
Asked = list[tuple[str, str, dict[str, Any]]]


@pytest.fixture
def asked() -> Asked:
    return []


@pytest.fixture(params=[0, 1], ids=["ready", "not yet ready"])
def url(request: pytest.FixtureRequest, asked: Asked) -> Iterator[str]:
    """An Elasticsearch that first answers 503 as often as the parameter says."""
    refusals = [503] * request.param
    superuser = b64encode(f"elastic:{GIVEN['ELASTIC_PASSWORD']}".encode()).decode()

    class Handler(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            body = json.loads(gzip.decompress(self.rfile.read(int(self.headers["content-length"]))))
            status = 401 if self.headers["authorization"] != f"Basic {superuser}" else 200
            status = refusals.pop() if refusals else status
            if status == 200:
                asked.append((self.command, self.path, body))
            answer = b"{}"
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_arguments: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def run(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(compose.ROOT / "deploy/docker/credentials.py")]
    around = {"PATH": os.environ["PATH"], "PYTHONPATH": str(compose.ROOT)}
    return subprocess.run(command, env=around | environment, capture_output=True, text=True, timeout=60, check=False)


def test_users_get_their_passwords_and_the_pipeline_no_more_than_its_own(url: str, asked: Asked) -> None:
    done = run(SERVICE["environment"] | {"WIRE_ELASTICSEARCH": url})
    assert done.returncode == 0, done.stderr
    assert asked == [
        ("PUT", "/_security/user/kibana_system/_password", {"password": GIVEN["KIBANA_PASSWORD"]}),
        (
            "PUT",
            "/_security/role/wire",
            {
                "cluster": ["monitor", "manage_index_templates"],
                "indices": [{"names": ["news", "news-*"], "privileges": ["all"]}],
            },
        ),
        ("PUT", "/_security/user/wire", {"password": GIVEN["WIRE_ELASTICSEARCH_PASSWORD"], "roles": ["wire"]}),
    ]
    assert not [value for value in GIVEN.values() if value in done.stdout + done.stderr]


def test_a_wrong_password_is_said(url: str, asked: Asked) -> None:
    done = run(SERVICE["environment"] | {"WIRE_ELASTICSEARCH": url, "ELASTIC_PASSWORD": "of the day before"})
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("wire: The search engine refuses our credentials")
    assert asked == []
