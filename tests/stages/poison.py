"""Work for the pool whose texts say what they do to their process."""

import os
import signal
import threading
from dataclasses import replace

from pipeline.story import Story


def prepare() -> None:
    """Nothing to load."""


def work(stories: list[Story]) -> list[Story]:
    """Each story in capitals, unless one of them is poison."""
    for story in stories:
        match story.body_text:
            case "die":
                os.kill(os.getpid(), signal.SIGKILL)
            case "hang":
                threading.Event().wait()
            case "raise":
                raise ZeroDivisionError("by a text")
    return [replace(story, body_text=story.body_text.upper()) for story in stories]
