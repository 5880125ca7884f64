"""`wire show URI`: one story, whole."""

import hashlib
import sys
from collections.abc import Iterator

import click
from elasticsearch import Elasticsearch

from pipeline import settings as configuration
from pipeline.bus.reader import read_one
from pipeline.cli import render
from pipeline.cli.console import out, print_json
from pipeline.cli.held import line, message
from pipeline.cli.search import sent_by
from pipeline.errors import TerminalError
from pipeline.search.client import connect
from pipeline.search.copies import copies
from pipeline.search.filters import filter_of
from pipeline.search.lookup import Held, get
from pipeline.search.query import Search, search
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
        around = list(beside(client, settings, found)) if isinstance(found, Story) else []
    if found is None:
        raise TerminalError(f"There is no story {uri} that may be seen.")
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
        out.print(render.story(found, out.width, around))


def received(settings: Settings, story: Story) -> bytes:
    """The bytes that the story came in. TerminalError when they are not kept any more."""
    raw = story.provenance.raw
    message = read_one(settings, raw.topic, raw.partition, raw.offset) if raw else None
    if raw is None or message is None or hashlib.sha256(message.value).hexdigest() != raw.sha256:
        raise TerminalError(f"The bytes of {story.uri} are not kept any more: {settings.raw_days} days are the rule.")
    return message.value


def beside(client: Elasticsearch, settings: Settings, story: Story) -> Iterator[tuple[str, str]]:
    """(label, text): the copies of the story and its thread, as far as they may be seen."""
    if story.group and (found := copies(client, settings, [story.group]).get(story.group)):
        yield "copies", f"{sent_by(found)}: `wire search --filter group={story.group}`"
    if story.thread:
        of = search(client, settings, Search(filters=[filter_of("thread", story.thread)], size=0)).documents
        yield "thread", f"{of:,} {'story' if of == 1 else 'stories'}: `wire thread {story.thread}`"


def killed(story: Story) -> str:
    """A sentence that says when the story was killed, by which message, and, where the agency says it, why."""
    made = story.provenance
    time = story.versioncreated or made.received
    when = f" on {time:%Y-%m-%d at %H:%M %Z}" if time else ""
    by = f" by the message {message(made.raw)} of the feed {made.feed}" if made.raw else ""
    return f"The story {story.uri} was killed{when}{by}." + (f" {line(story.ednote)}" if story.ednote else "")
