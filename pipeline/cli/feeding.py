"""Feeds run by a command, until it is told to end."""

import signal
from collections.abc import Sequence
from threading import Event
from types import FrameType

from pipeline.intake.metrics import Metrics
from pipeline.intake.runner import run
from pipeline.settings import Settings
from pipeline.sources.base import Feed


def run_until_told(feeds: Sequence[Feed], settings: Settings) -> None:
    """Run the feeds until SIGTERM or SIGINT; what is in hand is finished, or taken again next time."""
    stop = Event()

    def told(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, told)
    metrics = Metrics()
    if settings.health_port:
        metrics.serve(settings.health_port)
    run(feeds, settings, stop, metrics=metrics)
