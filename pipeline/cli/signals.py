"""How a command that runs until it is told to end is told."""

import signal
from collections.abc import Callable
from types import FrameType


def told_to_end() -> Callable[[], bool]:
    """Whether SIGTERM or SIGINT (Ctrl-C) came since now, to be asked again and again.

    No threading.Event: its lock is held for a moment in each wait, and a handler that comes in that moment, in the
    same thread, would wait for itself.
    """
    told = False

    def tell(_signal: int, _frame: FrameType | None) -> None:
        nonlocal told
        told = True

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, tell)
    return lambda: told
