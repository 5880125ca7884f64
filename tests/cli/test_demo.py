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
    environment = {name: value for name, value in os.environ.items() if not name.startswith("WIRE_")}
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
    left = [process.info for process in psutil.process_iter(["pid", "cmdline"]) if str(data) in str(process.info)]
    assert left == []
