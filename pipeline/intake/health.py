"""Whether the feeds of this process can do their work, for whoever restarts or replaces a process that cannot.

A feed whose source fails is no reason to restart anything: `wire feeds status` tells of that.
"""

from threading import Lock, Thread

from pipeline.bus.connection import reach
from pipeline.errors import OperatorError
from pipeline.settings import Settings

UNANSWERED = 15.0
"""Seconds that Kafka may take to acknowledge what a feed has sent."""


class Health:
    """What the threads of the feeds tell, and what /healthz makes of it."""

    def __init__(self, settings: Settings) -> None:
        """Of no thread yet."""
        self._settings = settings
        self._threads: dict[str, Thread] = {}
        self._unanswered: dict[str, float] = {}
        self._lock = Lock()

    def watch(self, feed: str, thread: Thread) -> None:
        """The thread of a feed is to live until `leave`."""
        with self._lock:
            self._threads[feed] = thread

    def leave(self, feed: str) -> None:
        """The thread of a feed may end."""
        with self._lock:
            self._threads.pop(feed, None)
            self._unanswered.pop(feed, None)

    def unanswered(self, feed: str, seconds: float) -> None:
        """Kafka has not acknowledged anything of the feed for so long, although there was something."""
        self._unanswered[feed] = seconds

    def answered(self, feed: str) -> None:
        """It has."""
        self._unanswered.pop(feed, None)

    def feeds(self) -> int:
        """How many are run here."""
        return len(self._threads)

    def reasons(self) -> list[str]:
        """Why the process cannot do its work, a sentence each; none when it can."""
        with self._lock:
            dead = sorted(feed for feed, thread in self._threads.items() if not thread.is_alive())
            late = sorted((feed, seconds) for feed, seconds in self._unanswered.copy().items() if seconds > UNANSWERED)
        said = [f"The thread of the feed {feed} has died." for feed in dead]
        said += [f"Kafka has not answered the feed {feed} for {seconds:.0f} s." for feed, seconds in late]
        try:
            reach(self._settings)
        except OperatorError as error:
            said.append(str(error))
        except OSError as error:
            said.append(f"Kafka at {self._settings.kafka} cannot be reached ({type(error).__name__}).")
        return said
