"""Random lives of stories with two workers that publish, one of which is killed; and who sees what first.

More of it: `make lives` and `make latency`.
"""

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from benchmarks.life_latency import Result, desk_for, measure
from benchmarks.life_readers import at_rest, differences
from benchmarks.life_script import Script
from benchmarks.lives import feed
from pipeline.settings import Settings
from tests.engines.support import eventually, started

pytestmark = pytest.mark.engines

ROUNDS, STEPS = 3, 30


def test_readers_see_what_the_newest_version_allows(running: Settings, tmp_path: Path) -> None:
    chance, log = random.Random(5), tmp_path / "second.log"
    script = Script(chance, datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1), longest=5)
    with started(running, log, "worker", "publish") as second:
        eventually(lambda: b"ready" in log.read_bytes())
        for number in range(ROUNDS):
            feed(running, script.round(number, STEPS, datetime.now(UTC)), 1.0, chance)
            if number == 0:
                second.kill()
    eventually(lambda: datetime.now(UTC) > script.free)
    assert at_rest(running, 60)
    view, found = differences(script, running)
    assert not found
    shown = {uri for uri in view.searched if uri in script.reference.versions}
    assert shown, "Nothing was there to be seen."
    assert len(shown) < len(script.reference.versions), "Nothing was there to be hidden."


def test_nobody_sees_a_story_before_its_time_or_after_its_kill(running: Settings) -> None:
    result = Result(stories=5, backfill=0)
    with desk_for(running, seed=7, pace=0.05) as desk:
        measure(desk, result, "")  # waits until flashes are found, kills gone, and embargoes over
    assert result.too_soon == 0
    assert {spread.count for spread in result.latencies.values()} == {5}
