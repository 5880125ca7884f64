"""`wire show URI`: one story, whole."""

import hashlib
import sys

import click

from pipeline import settings as configuration
from pipeline.bus.reader import read_one
from pipeline.cli import render
from pipeline.cli.console import out, print_json
from pipeline.errors import TerminalError
from pipeline.search.client import connect
from pipeline.search.lookup import Held, get
from pipeline.settings import Settings
from pipeline.story import Story, encode


@click.command("show")
@click.argument("uri")
@click.option("--json", "as_json", is_flag=True, help="Print the Story as JSON.")
@click.option("--raw", is_flag=True, help="Write the bytes as they were received to standard output, and nothing else.")
def command(uri: str, as_json: bool, raw: bool) -> None:
    """Show the story URI: what the agency said, what was found in it, and how it came.

    Exits with 1 and says why where there is none, or it was killed, or may not be seen.
    """
    settings = configuration.load()
    with connect(settings) as client:
        found = get(client, settings, uri)
    if found is None:
        raise TerminalError(f"There is no story {uri}.")
    if isinstance(found, Held):
        raise TerminalError(found.reason)
    if as_json and not raw:
        print_json(encode(found))
    if found.pubstatus == "canceled":
        raise TerminalError(killed(found))
    if raw:
        sys.stdout.buffer.write(received(settings, found))
        return
    if not as_json:
        out.print(render.story(found, out.width))


def received(settings: Settings, story: Story) -> bytes:
    """The bytes that the story came in. TerminalError when they are not kept any more."""
    raw = story.provenance.raw
    message = read_one(settings, raw.topic, raw.partition, raw.offset) if raw else None
    if raw is None or message is None or hashlib.sha256(message.value).hexdigest() != raw.sha256:
        raise TerminalError(f"The bytes of {story.uri} are not kept any more: {settings.raw_days} days are the rule.")
    return message.value


def killed(story: Story) -> str:
    """A sentence that says when the story was killed and, where the agency says it, why."""
    time = story.versioncreated or story.provenance.received
    when = f" on {time:%Y-%m-%d at %H:%M %Z}" if time else ""
    return f"The story {story.uri} was killed{when}." + (f" {story.ednote}" if story.ednote else "")
