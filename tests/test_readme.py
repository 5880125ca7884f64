"""What the README says is so."""

import re
import shlex
from pathlib import Path

import pytest

from pipeline.cli.main import COMMANDS, wire
from pipeline.readme import settings_table, with_table

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
COMMAND_LINES = re.findall(r"^(?:\$ )?(wire [^\n]*)$", README, re.MULTILINE)


def test_the_settings_table_is_the_settings() -> None:
    assert settings_table() in README
    assert with_table(README) == README, "run `make schemas`"


def test_every_command_is_in_the_readme() -> None:
    assert {name for name in COMMANDS if f"wire {name}" not in README} == set()


@pytest.mark.parametrize("line", COMMAND_LINES)
def test_every_command_line_is_one_that_wire_takes(line: str) -> None:
    words = shlex.split(line, comments=True)
    words = words[1 : words.index("|")] if "|" in words else words[1:]
    command, context = wire.get_command(wire.make_context("wire", [words[0]]), words[0]), None
    assert command is not None, f"wire has no {words[0]}"
    context = command.make_context(words[0], words[1:])
    assert context.info_name == words[0]
