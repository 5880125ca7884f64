"""Feeds run by a command, until it is told to end."""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Event

from pipeline.cli.signals import told_to_end
from pipeline.intake.health import Health
from pipeline.intake.metrics import Metrics
from pipeline.intake.runner import run
from pipeline.intake.web import serve
from pipeline.settings import Settings
from pipeline.sources.base import Feed


def run_until_told(feeds: Sequence[Feed], settings: Settings, *, leased: bool) -> None:
    """Run the feeds (`leased`: those that no other process runs) until SIGTERM or SIGINT; what is in hand is finished,
    or taken again next time."""
    told, stop, metrics, health = told_to_end(), Event(), Metrics(), Health(settings)
    if settings.health_port:
        serve(settings.health_port, metrics.registry, health)
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(run, feeds, settings, stop, leased=leased, metrics=metrics, health=health)
        while not told() and not running.done():
            time.sleep(0.2)
        stop.set()
        running.result()
