"""Ports on 127.0.0.1: is this one free, which one next?"""

import socket
from collections.abc import Collection, Iterable

from pipeline.errors import OperatorError

HOST = "127.0.0.1"


def free(port: int) -> bool:
    """Whether a server could listen on 127.0.0.1:`port` now; connections that just ended do not hinder it."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True


def any_free() -> int:
    """A free port of the system's choice, for what only we connect to."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def listens(port: int) -> bool:
    """Whether something accepts connections on 127.0.0.1:`port`."""
    try:
        with socket.create_connection((HOST, port), timeout=1):
            return True
    except OSError:
        return False


def choose(ports: Iterable[int], refused: Collection[int]) -> int:
    """The first of `ports` that is free; `refused` were tried in vain. OperatorError where none is."""
    candidates = list(ports)
    for port in candidates:
        if port not in refused and free(port):
            return port
    raise OperatorError(
        f"No port between {min(candidates)} and {max(candidates)} is free on {HOST}: stop what uses them."
    )
