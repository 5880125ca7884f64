"""What all commands share: where they write, and how progress looks."""

import sys
import time
from collections.abc import Callable
from typing import Any

import orjson
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn

from pipeline.errors import TransientError

out = Console(highlight=False, emoji=False)
"""Results, on standard output."""
err = Console(stderr=True, highlight=False, emoji=False)
"""Progress and sentences, on standard error."""


_CONTROLS = (*range(9), *range(0xB, 0x20), *range(0x7F, 0xA0))
_DIRECTIONS = (0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
_UNSAFE = dict.fromkeys((*_CONTROLS, *_DIRECTIONS), "\ufffd")


def printable(text: str) -> str:
    """`text`, as long as it was, without controls but tab and line feed, and without overrides of direction: no copy
    steers the terminal that it is shown on."""
    return text.translate(_UNSAFE)


def say_error(sentence: str) -> None:
    """Say on standard error what went wrong."""
    err.print(printable(f"wire: {sentence}"), style="red", markup=False, soft_wrap=True)


def say(sentence: str) -> None:
    """Say something to the person, on standard error."""
    err.print(printable(sentence), markup=False, soft_wrap=True)


def print_json(value: Any) -> None:
    """One JSON value on a line of its own on standard output; bytes are taken as JSON already."""
    data = value if isinstance(value, bytes) else orjson.dumps(value, default=str)
    sys.stdout.buffer.write(data + b"\n")
    sys.stdout.buffer.flush()


def progress(unit: str = "", *, transient: bool = False) -> Progress:
    """A progress bar on standard error; nothing is drawn where that is no terminal."""
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn(unit),
        TimeRemainingColumn(),
        console=err,
        transient=transient,
        disable=not err.is_terminal,
    )


def patiently(call: Callable[[], None], seconds: float = float("inf")) -> None:
    """Call until it raises no TransientError, saying once what is waited for; give up after `seconds`."""
    end, said, delay = time.monotonic() + seconds, "", 0.25
    while True:
        try:
            call()
        except TransientError as error:
            if time.monotonic() > end:
                raise
            if str(error) != said:
                said = str(error)
                say(f"{said} Waiting.")
            time.sleep(delay)
            delay = min(2 * delay, 3.0)
        else:
            return
