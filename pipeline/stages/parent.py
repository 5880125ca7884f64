"""A process that must not outlive the one that started it."""

import os
import threading
import time
from collections.abc import Callable


def end_with(parent: int, end: Callable[[], None]) -> None:
    """Call `end` from a thread as soon as `parent` is not our parent any more: it died, however it died."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        end()

    threading.Thread(target=watch, daemon=True, name="end-with-parent").start()
