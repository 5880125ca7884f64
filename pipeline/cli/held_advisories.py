"""`wire held --advisories`: kills and withholds that named a story in words, where none of that name has come yet."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from rich.table import Table
from rich.text import Text

from pipeline.cli.changes_view import local
from pipeline.cli.console import out, print_json, printable, say
from pipeline.life import Life
from pipeline.lifecycle.naming import fits
from pipeline.lifecycle.notice import effect, moment
from pipeline.search.client import connect
from pipeline.search.history import advisories, at_revisions, called
from pipeline.settings import Settings
from pipeline.story import AdvisoryKind, RawReference, Story

_KINDS = {"number": "the transmission", "headline": "the headline", "slug": "the slug"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreached:
    """An advisory that has found no story."""

    kind: AdvisoryKind
    names: tuple[str, ...]
    """What it calls the stories that it means: 'the slug northernbank', without case, accents and punctuation."""
    feed: str
    sent: datetime | None
    uri: str
    """The advisory's own."""
    note: str | None
    """What it says."""


def show(settings: Settings, *, as_json: bool) -> None:
    """The advisories on standard output, the latest first."""
    with connect(settings) as client:
        noted = [(name, each) for name, each in advisories(client, settings) if _restricts(each)]
        known = called(client, settings, (name for name, _ in noted))
        made = at_revisions(client, settings, (_revision(each) for _, each in noted))
        found = unreached(noted, known, made)
    if as_json:
        for each in found:
            print_json(each)
        return
    if found:
        say("Whoever may read the private indices sees these. They wait for the stories that they name:")
        out.print(_table(found))
    else:
        say("Every kill and withhold that names a story in words has found one.")
    say("Those that do not say which story they mean are dead letters: `wire dead-letter list`.")


def unreached(
    noted: Iterable[tuple[str, Story]], known: Mapping[str, Sequence[Life]], made: Iterable[Story]
) -> list[Unreached]:
    """Of the advisories in `noted` (name, advisory) those that have found no story at all, the latest first.

    `known`: the stories of each name. `made`: versions among which are those that the advisories made. A story that is
    killed or withheld has lost its names, and is told by the message that the version came in.
    """
    reached = {_message(story) for story in made if story.advisory is None}
    by_advisory: dict[tuple[int, str], list[tuple[str, Story]]] = {}
    for name, advisory in noted:
        by_advisory.setdefault((-advisory.revision, advisory.uri), []).append((name, advisory))
    found = []
    for _, calls in sorted(by_advisory.items(), key=lambda each: each[0]):
        advisory = calls[0][1]
        there = any(_means(name, advisory, known.get(name, ())) for name, _ in calls)
        if not there and _message(advisory) not in reached:
            found.append(_unreached(advisory, [name for name, _ in calls]))
    return found


def _means(name: str, advisory: Story, lives: Iterable[Life]) -> bool:
    sent = moment(advisory)
    return sent is not None and any(fits(name, sent, life.time or sent) for life in lives)


def _message(story: Story) -> tuple[RawReference | None, int]:
    return story.provenance.raw, story.provenance.part


def _unreached(advisory: Story, names: Sequence[str]) -> Unreached:
    assert advisory.advisory
    return Unreached(
        kind=advisory.advisory.kind,
        names=tuple(map(_readable, sorted(names))),
        feed=advisory.provenance.feed,
        sent=moment(advisory),
        uri=advisory.uri,
        note=advisory.ednote or advisory.headline,
    )


def _readable(name: str) -> str:
    """'number:feed:channel:7790' -> 'the transmission channel 7790'."""
    kind, _, said = name.split(":", 2)
    return f"{_KINDS[kind]} {' '.join(said.rsplit(':', 1)) if kind == 'number' else said}".replace("  ", " ")


def _restricts(advisory: Story) -> bool:
    return advisory.advisory is not None and advisory.advisory.kind != "release"


def _revision(advisory: Story) -> int:
    """Of the versions that the advisory makes."""
    made = effect(advisory, "a story")
    assert isinstance(made, Story)
    return made.revision


def _table(found: Iterable[Unreached]) -> Table:
    table = Table(box=None, padding=(0, 1), header_style="dim", pad_edge=False)
    for name in ("sent", "to", "the story that has"):
        table.add_column(name, overflow="fold", no_wrap=name != "the story that has")
    for each in found:
        about = Text(_line(", ".join(each.names)), style="bold")
        if each.note:
            about.append(f"\n{_line(each.note)[:300]}", style="not bold italic")
        about.append(f"\n{_line(f'feed {each.feed} · {each.uri}')}", style="not bold dim")
        table.add_row(local(each.sent), each.kind, about)
    return table


def _line(text: str) -> str:
    return " ".join(printable(text).split())
