"""Options that several commands share."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])


def item_hints(command: Command) -> Command:
    """What the caller says of the items beforehand: `feed_id`, `format_` and `charset`."""
    for option in (
        click.option("--charset", help="The items' character set; default: declared by the item, or detected."),
        click.option("--format", "format_", help="The items' format; default: detected."),
        click.option(
            "--feed", "feed_id", default="files", show_default=True, help="Id of the feed the items belong to."
        ),
    ):
        command = option(command)
    return command
