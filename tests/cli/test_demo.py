"""`wire demo`, as a new user meets it: engines, workers, samples, and nothing left behind."""

import os
import subprocess
from pathlib import Path

import psutil
import pytest

from tests.engines.support import SEEDS, command

pytestmark = pytest.mark.engines


def test_the_demo_finds_every_sample_and_leaves_no_process(tmp_path: Path) -> None:
    data = tmp_path / "demo data"
    # Times are shown in local time, and lines cut to the width.
    environment = {"COLUMNS": "120", "TZ": "UTC"} | {
        name: value for name, value in os.environ.items() if not name.startswith(("WIRE_", "COLUMNS", "TZ"))
    }
    done = subprocess.run(
        command("demo", "--seeds", str(SEEDS), "--data", str(data)),
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "sample stories found by search" in done.stderr
    assert "0 unaccounted" in done.stderr
    assert "Stopping the engines." in done.stderr
    shown = (
        "Flour dust explosion at Bulgarian mill kills six",
        "4 stories in 4 h, Meridian Press, Northgate",
        "2 copies, from Meridian Press, Northgate",
        "URGENT",
        "killed 4 → 6",
        "until 2036-11-24",
        "withheld",
    )
    assert [part for part in shown if part not in done.stdout] == []
    assert len(done.stdout.splitlines()) <= 50
    left = [process.info for process in psutil.process_iter(["pid", "cmdline"]) if str(data) in str(process.info)]
    assert left == []
