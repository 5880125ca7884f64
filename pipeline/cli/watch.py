"""`wire watch`: drop folders, without a file of feeds."""

from pathlib import Path

import click
import msgspec

from pipeline import settings as configuration
from pipeline.bus import admin
from pipeline.cli import log
from pipeline.cli.console import patiently, say
from pipeline.cli.feeding import run_until_told
from pipeline.cli.options import item_hints
from pipeline.errors import OperatorError
from pipeline.sources.folder import FolderFeed


@click.command("watch")
@click.argument("folders", nargs=-1, required=True, metavar="FOLDER...")
@item_hints
@click.option("--bulk", is_flag=True, help="Take the backfill lane: live stories go first.")
@click.option("--remove", is_flag=True, help="Remove what was sent, instead of keeping it in FOLDER/.wire/done.")
def command(
    folders: tuple[str, ...], feed_id: str, format_: str | None, charset: str | None, bulk: bool, remove: bool
) -> None:
    """Take every file that appears in the folders, once it is complete, until SIGTERM or Ctrl-C.

    A file is moved to FOLDER/.wire/done when the broker has acknowledged it, and to FOLDER/.wire/failed, with a
    sentence beside it, when it cannot be read. Several watchers of one folder take each file once.
    """
    settings = configuration.load()
    feeds = [
        _feed(folder, feed_id if len(folders) == 1 else f"{feed_id}-{number}", format_, charset, bulk, remove)
        for number, folder in enumerate(folders, 1)
    ]
    for folder in folders:
        if not Path(folder).is_dir():
            raise OperatorError(f"There is no folder {folder}.")
    log.start(settings, "watch")
    patiently(lambda: admin.check(settings))
    say(f"Watching {', '.join(folders)}. Ctrl-C ends it.")
    run_until_told(feeds, settings, leased=False)  # the folders have locks of their own


def _feed(folder: str, feed_id: str, format_: str | None, charset: str | None, bulk: bool, remove: bool) -> FolderFeed:
    given = {
        "kind": "folder",
        "id": feed_id,
        "path": folder,
        "format": format_,
        "charset": charset,
        "lane": "bulk" if bulk else "live",
        "after": "remove" if remove else "keep",
    }
    try:
        return msgspec.convert(given, FolderFeed)
    except msgspec.ValidationError as error:
        raise OperatorError(
            f"'{feed_id}' is no id of a feed: letters, digits, '.', '_' and '-', 64 at most."
        ) from error
