"""`wire history URI`: the versions of a story, and what changed between two of them."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import click
from rich.text import Text

from pipeline import settings as configuration
from pipeline.cli import changes_view, render
from pipeline.cli.changes_view import Row, local
from pipeline.cli.console import out, print_json, printable
from pipeline.errors import TerminalError
from pipeline.lifecycle.changes import changes
from pipeline.search.client import connect
from pipeline.search.history import history
from pipeline.story import Story, encode

_NAMING = "VERSION: its number in the table ('#2'), the agency's version, or the revision."


@click.command("history", epilog=_NAMING)
@click.argument("uri")
@click.option(
    "--between", nargs=2, metavar="OLD NEW", help="All that changed between two versions: names, figures, paragraphs."
)
@click.option("--show", "shown", metavar="VERSION", help="One version, whole.")
@click.option("--held", is_flag=True, help="With what is held, for those whose rights reach the private indices.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(uri: str, between: tuple[str, str] | None, shown: str | None, held: bool, as_json: bool) -> None:
    """Show the versions of the story URI and what each of them changed; ● marks those that changed the news.

    What was killed, or may not be seen, is listed with the reason and without its text.
    """
    if between and shown:
        raise click.UsageError("Give --between or --show, not both.")
    settings = configuration.load()
    with connect(settings) as client:
        versions = history(client, settings, uri, privileged=held)
    if not versions:
        raise TerminalError(f"There is no story {uri}.")
    if between:
        old, new = (readable(versions, name, held=held) for name in between)
        show_between(versions, old, new, as_json=as_json)
    elif shown:
        story = readable(versions, shown, held=held)
        print_json(encode(story)) if as_json else out.print(render.story(story, out.width))
    else:
        show_versions(versions, datetime.now(UTC), held=held, as_json=as_json)


def show_versions(versions: Sequence[Story], now: datetime, *, held: bool, as_json: bool) -> None:
    """The table of versions on standard output."""
    listed = list(rows(versions, now, held=held))
    if as_json:
        print_json({"uri": versions[0].uri, "versions": listed})
    else:
        out.print(changes_view.versions(listed))


def show_between(versions: Sequence[Story], old: Story, new: Story, *, as_json: bool) -> None:
    """What changed from `old` to `new`, on standard output."""
    told = changes(old, new)
    if as_json:
        print_json({"uri": new.uri, "old": _row(versions, old), "new": _row(versions, new), "changes": told})
        return
    out.print(Text(f"{_title(versions, old)}\n{_title(versions, new)}", style="dim"))
    out.print(changes_view.difference(told, colours=out.color_system is not None))


def rows(versions: Sequence[Story], now: datetime, *, held: bool = False) -> Iterator[Row]:
    """A row for each version, with what it changed against the one before it that may be read."""
    before: Story | None = None
    for story in versions:
        hidden = why_hidden(versions, story, held=held)
        if hidden:
            yield _row(versions, story, hidden)
            continue
        waits = story.embargoed if story.embargoed and story.embargoed > now else None
        yield replace(_row(versions, story), embargoed=waits, changes=changes(before, story) if before else None)
        before = story


def why_hidden(versions: Sequence[Story], story: Story, *, held: bool = False) -> str | None:
    """A sentence that says why the version is without text; None where it may be read.

    `history` has taken the text from all that may not be seen. This holds besides: a kill covers all before it, and
    what is withheld hides all unless it is `held` that is asked for.
    """
    if story.pubstatus == "canceled":
        time = story.versioncreated or story.provenance.received
        return f"Killed{f' {local(time)}' if time else ''}. {story.ednote or 'No reason was given.'}"
    if any(each.pubstatus == "canceled" and each.revision > story.revision for each in versions):
        return "Its text is gone: the story was killed later."
    newest = max(versions, key=lambda version: version.revision)
    if not held and "withheld" in {story.pubstatus, newest.pubstatus}:
        return "Withheld by its agency."
    return None if story.headline or story.body_text else "Its text is not kept, or may not be seen now."


def readable(versions: Sequence[Story], name: str, *, held: bool = False) -> Story:
    """The version that `name` means. TerminalError where there is none, or several, or it may not be read."""
    story = chosen(versions, name)
    if hidden := why_hidden(versions, story, held=held):
        raise TerminalError(f"The version {name} has no text to show. {hidden}")
    return story


def chosen(versions: Sequence[Story], name: str) -> Story:
    """The version with the number '#2', else with the agency's version `name`, else with that revision or number.

    Raises TerminalError where there is none, or several.
    """
    ways: tuple[list[Story], ...] = (
        _numbered(versions, name.removeprefix("#")) if name.startswith("#") else [],
        [story for story in versions if story.version == name],
        [story for story in versions if str(story.revision) == name],
        _numbered(versions, name),
    )
    found: list[Story] = next((each for each in ways if each), [])
    if len(found) > 1:
        numbers = ", ".join(f"#{number}" for number, story in enumerate(versions, 1) if story in found)
        raise TerminalError(f"Several versions are called {name}: {numbers}. Name one of these numbers.")
    if not found:
        raise TerminalError(f"There is no version {name}: there are #1 to #{len(versions)}.")
    return found[0]


def _numbered(versions: Sequence[Story], number: str) -> list[Story]:
    return [story for n, story in enumerate(versions, 1) if str(n) == number]


def _row(versions: Sequence[Story], story: Story, note: str | None = None) -> Row:
    return Row(
        number=_number(versions, story),
        revision=story.revision,
        version=story.version,
        time=story.versioncreated or story.provenance.received,
        pubstatus=story.pubstatus,
        headline=None if note else story.headline,
        note=note,
        reinstates=story.reinstates,
    )


def _number(versions: Sequence[Story], story: Story) -> int:
    return next(number for number, each in enumerate(versions, 1) if each is story)


def _title(versions: Sequence[Story], story: Story) -> str:
    time = local(story.versioncreated or story.provenance.received)
    version = f"version {story.version}" if story.version else ""
    headline = " ".join((story.headline or "").split())
    return printable("  ".join(filter(None, [f"#{_number(versions, story)}", version, time, headline])))
