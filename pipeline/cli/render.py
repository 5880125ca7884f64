"""One story, whole, for a terminal: what the agency said, the text with what was found in it marked, and the findings.

Nothing that a story says is ever taken as markup, and no character of it can steer the terminal.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

import orjson
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from pipeline.cli import findings
from pipeline.cli.changes_view import summary
from pipeline.cli.marks import marks, told
from pipeline.cli.plain import grid, maybe, plain
from pipeline.story import Link, Story

_TEXT_WIDTH = 100
_WIDE = 100
_LONGEST = 300
_PLACE = "underline"
_QUOTE, _FIGURE = "italic", "yellow"
_STATUS = {"usable": "green", "withheld": "bold yellow", "canceled": "bold white on red"}


def story(story: Story, width: int, beside: Sequence[tuple[str, str]] = ()) -> RenderableType:
    """Everything in `story`, laid out for `width` columns. `beside`: (label, text) of what else is known of it."""
    parts: list[RenderableType] = [_header(story, width, beside)]
    if story.headline:
        parts += ["", Padding(plain(story.headline, "bold"), (0, 1))]
    if story.body_text:
        parts += ["", Padding(_body(story), (0, max(width - _TEXT_WIDTH - 1, 1), 0, 1))]
        legend = _legend(story)
        parts += ["", Padding(legend, (0, 1))] if legend else []
    for title, rows in (
        ("Entities", findings.entities(story.entities)),
        ("Places", findings.places(story.places)),
        ("Events", findings.events(story.events)),
        ("Quotes", findings.quotes(story.quotes)),
        ("Figures", findings.figures(story.figures)),
        ("Links", _links(story.links)),
        ("Further fields", _further(story.extra)),
    ):
        if rows is not None:
            parts += ["", Rule(title, align="left", style="dim"), rows]
    return Group(*parts)


def _header(story: Story, width: int, beside: Sequence[tuple[str, str]]) -> RenderableType:
    left = [row for row in (*_identity(story), *((label, plain(text)) for label, text in beside)) if row[1]]
    right = [row for row in _description(story) if row[1]]
    if width < _WIDE:
        return grid([*left, *right])
    both = Table.grid(expand=True, padding=(0, 2))
    both.add_column(ratio=1)
    both.add_column(ratio=1)
    both.add_row(grid(left), grid(right))
    return both


def _identity(story: Story) -> Iterator[tuple[str, Text | None]]:
    yield "uri", plain(story.uri)
    yield "status", _status(story)
    version = f" (version {story.version})" if story.version else ""
    yield "revision", plain(f"{story.revision}{version}")
    yield "changed", told(story.changes, summary(story.changes) if story.changes else "")
    yield "reinstated", plain("after a kill") if story.reinstates is not None else None
    yield "created", _time(story.versioncreated)
    yield "first created", _time(story.firstcreated)
    yield "received", _time(story.provenance.received)
    yield "urgency", plain(str(story.urgency)) if story.urgency else None
    yield "language", maybe(story.language)
    provenance = story.provenance
    parts = f", part {provenance.part + 1} of {provenance.parts}" if provenance.parts > 1 else ""
    yield (
        "read as",
        plain(f"{provenance.format}, {provenance.charset or 'no charset'}{parts}") if provenance.format else None,
    )


def _description(story: Story) -> Iterator[tuple[str, Text | None]]:
    yield "source", maybe(story.source)
    yield "slugline", maybe(story.slugline)
    yield "signals", maybe(", ".join(story.signals))
    yield "byline", maybe(story.byline)
    yield "dateline", maybe(story.dateline.text if story.dateline else None)
    yield "located", maybe(story.located)
    for role, people in groupby(story.authors, key=lambda author: author.role):
        named = (f"{who.name} ({who.place})" if who.place else who.name for who in people)
        yield role if role != "byline" else "authors", plain(", ".join(named))
    yield "credit", maybe(story.creditline)
    yield "subject", maybe(", ".join(one.name or one.code or "" for one in story.subject))
    yield "topics", findings.topics(story.topics)
    yield "toll", findings.toll(story.toll)
    yield "keywords", maybe(", ".join(story.keywords))
    yield "note", maybe(story.ednote)
    yield "rights", maybe(story.usageterms or story.copyrightnotice or story.copyrightholder)


def _status(story: Story) -> Text:
    text = Text(" KILLED " if story.pubstatus == "canceled" else story.pubstatus, style=_STATUS[story.pubstatus])
    if story.pubstatus == "usable" and (found := marks(story)):
        text.append("  ").append_text(found)
    if story.embargoed:
        text.append(" ").append(f"embargoed until {_utc(story.embargoed)}", style="bold magenta")
    return text


def _time(time: datetime | None) -> Text | None:
    return plain(_utc(time)) if time else None


def _utc(time: datetime) -> str:
    try:
        return f"{time.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
    except OverflowError:
        return time.isoformat()


def _body(story: Story) -> Text:
    """The text with entities in colours, places underlined, and event triggers on a ground, later ones on top."""
    text = plain(story.body_text)
    for entity in story.entities:
        for span in entity.mentions:
            text.stylize(findings.TYPES[entity.type], span.start, span.end)
    for place in story.places:
        for span in place.mentions:
            text.stylize(_PLACE, span.start, span.end)
    for quote in story.quotes:
        for span in quote.spans:
            text.stylize(_QUOTE, span.start, span.end)
    for figure in story.figures:
        text.stylize(_FIGURE, figure.span.start, figure.span.end)
    for event in story.events:
        for span in (event.trigger, *event.again):
            text.stylize(findings.TRIGGERS[event.status], span.start, span.end)
    return text


def _legend(story: Story) -> Text | None:
    marks: dict[str, str] = {entity.type: findings.TYPES[entity.type] for entity in story.entities if entity.mentions}
    if any(place.mentions for place in story.places):
        marks["place"] = _PLACE
    if story.quotes:
        marks["quote"] = _QUOTE
    if story.figures:
        marks["figure"] = _FIGURE
    marks |= {f"{event.status} event": findings.TRIGGERS[event.status] for event in story.events}
    if not marks:
        return None
    legend = Text.assemble(("marked:", "dim"))
    for name, style in marks.items():
        legend.append("  ").append(name, style=style)
    return legend


def _links(links: tuple[Link, ...]) -> Table | None:
    if not links:
        return None
    return grid(
        (link.rel, plain("  ".join(filter(None, [link.type, link.title, link.uri, link.href])))) for link in links
    )


def _further(extra: Mapping[str, Any]) -> Table | None:
    if not extra:
        return None
    shown = ((name, value if isinstance(value, str) else orjson.dumps(value).decode()) for name, value in extra.items())
    return grid((name, plain(text if len(text) <= _LONGEST else f"{text[:_LONGEST]} …")) for name, text in shown)
